package import Contracts
package import Domain

/// Values of answers as people read them: amounts in the digits of their currency, times in the organisation's zone.
///
/// Programs get values as they were told, by CSV and JSON.
package enum CellText {
    /// A value as it is read.
    ///
    /// - Parameters:
    ///   - value: the value as it was told.
    ///   - kind: what it is.
    ///   - currency: the currency of an amount, when the row says it.
    package static func shown(_ value: String, _ kind: ColumnDescription.Kind, currency: String? = nil) -> String {
        switch kind {
        case .money: money(value, currency)
        case .quantity: decimal(value).map { grouped($0.description) } ?? TerminalText.visible(value)
        case .rate: decimal(value)?.description ?? TerminalText.visible(value)
        case .day: day(value)
        case .time: time(value)
        case .flag: flag(value)
        case .text, .code, .count: TerminalText.visible(value)
        }
    }

    /// An amount, such as `-15,479.66`; with the digits of its currency, or when that is not known with two at least.
    private static func money(_ value: String, _ currency: String?) -> String {
        guard let amount = decimal(value) else { return TerminalText.visible(value) }
        guard let digits = currency.flatMap({ Currency($0) })?.fractionDigits,
            let text = text(amount, digits: digits)
        else { return grouped(amount.moneyText) }
        return grouped(text)
    }

    /// An amount with so many digits after the point, rounded half away from nought.
    private static func text(_ amount: FixedDecimal, digits: Int) -> String? {
        var step: Int128 = 1
        for _ in digits..<max(digits, FixedDecimal.fractionDigits) { step *= 10 }
        guard let steps = amount.multiplied(by: 1, dividedBy: step) else { return nil }
        let text = FixedDecimal(units: steps.units * step).description
        guard digits > 0 else { return text }
        let fraction = text.split(separator: ".", maxSplits: 1).dropFirst().first?.count ?? 0
        return text + (fraction == 0 ? "." : "") + String(repeating: "0", count: max(0, digits - fraction))
    }

    /// A number, to four places when it has more.
    private static func decimal(_ value: String) -> FixedDecimal? {
        if let exact = FixedDecimal(value) { return exact }
        guard let number = Double(value), number.isFinite, number.magnitude < 1e11 else { return nil }
        return FixedDecimal(units: Int128((number * 10_000).rounded()))
    }

    /// Puts a comma before each three digits of the whole part.
    package static func grouped(_ text: String) -> String {
        let isNegative = text.hasPrefix("-")
        let number = isNegative ? text.dropFirst() : text[...]
        let whole = number.prefix { $0 != "." }
        var result = isNegative ? "-" : ""
        for (place, digit) in whole.enumerated() {
            if place > 0, (whole.count - place).isMultiple(of: 3) { result.append(",") }
            result.append(digit)
        }
        return result + number.dropFirst(whole.count)
    }

    private static func day(_ value: String) -> String {
        CalendarDay(String(value.prefix(10)))?.description ?? TerminalText.visible(value)
    }

    /// A time to the second on the organisation's clocks, such as `2026-11-28 22:44:15`; a day stays one.
    package static func time(_ value: String, in zone: OrganisationZone = .current) -> String {
        if let day = CalendarDay(value) { return day.description }
        guard let time = ProgramForm.instant(value) else { return TerminalText.visible(value) }
        let text = time.inZone(zone).description
        return String(text.prefix(19)).replacing("T", with: " ")
    }

    private static func flag(_ value: String) -> String {
        ProgramForm.truth(value).map { $0 ? "yes" : "no" } ?? TerminalText.visible(value)
    }
}
