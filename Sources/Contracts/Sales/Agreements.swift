package import Domain

extension AgreementTerms {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            renews != true || validUntil != nil, .missingField, "validUntil",
            "what has no end is not renewed: say until when it holds first")
        try fields.require(
            (yearlyAmount == nil) == (currency == nil), .missingField,
            yearlyAmount == nil ? "yearlyAmount" : "currency",
            "an amount and its currency come together")
        try fields.require(
            yearlyAmount.map { $0 >= .zero } ?? true, .valueNotAllowed, "yearlyAmount", "it is not negative")
    }

    /// The last day of the time that holds on a day, or held last: an agreement that is renewed goes on for whole years;
    /// one that ends on 29 February ends on the 28th in years without.
    ///
    /// - Returns: `nil` when it has no end.
    package func end(asOf day: CalendarDay) -> CalendarDay? {
        guard let validUntil, renews == true, day > validUntil else { return validUntil }
        let limit = min(day, endedOn ?? day)
        let (year, month, dayOfMonth) = validUntil.components
        func anniversary(_ year: Int) -> CalendarDay? {
            CalendarDay(year: year, month: month, day: dayOfMonth) ?? CalendarDay(year: year, month: month, day: 28)
        }
        let first = max(year, limit.components.year)
        return [first, first + 1].lazy.compactMap(anniversary).first { $0 >= limit } ?? validUntil
    }

    /// The first day on which something has to be done about its end.
    package func noticeDay(asOf day: CalendarDay) -> CalendarDay? {
        end(asOf: day).map { $0.adding(days: -(noticeDays ?? 60)) }
    }

    /// How it stands on a day.
    package func state(on day: CalendarDay) -> AgreementState {
        if let endedOn, endedOn <= day { return .ended }
        if day < validFrom { return .upcoming }
        guard let end = end(asOf: day), let notice = noticeDay(asOf: day) else { return .active }
        if day > end { return .expired }
        return day < notice ? .active : renews == true ? .renewing : .ending
    }
}
