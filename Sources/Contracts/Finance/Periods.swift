import Domain

extension ClosePeriod {
    func check(_ fields: FieldReader) throws(Refusal) { try fields.requireFirstDay(month) }
}

extension ReopenPeriod {
    func check(_ fields: FieldReader) throws(Refusal) { try fields.requireFirstDay(month) }
}

extension FieldReader {
    /// A month is named by its first day.
    fileprivate func requireFirstDay(_ month: CalendarDay) throws(Refusal) {
        try require(month.components.day == 1, .badTime, "month", "a month is named by its first day")
    }
}
