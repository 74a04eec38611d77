import Contracts
import Domain

/// How values are written for a reader: in the reader's language and zone. What is not of the form that its kind says is written
/// as it came.
struct NoticeValues: Sendable {
    let language: Language
    let zone: OrganisationZone
    /// The zone that needs no word.
    let usualZone: OrganisationZone

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The value of a fact, on one line.
    func value(_ fact: NoticeFact) -> String {
        let plain = PlainWords.line(fact.value)
        return switch fact.kind {
        case .text, .code: plain
        case .money: FixedDecimal(fact.value).map { money($0, fact.currency) } ?? plain
        case .rate: FixedDecimal(fact.value).map(rate) ?? plain
        case .day: CalendarDay(fact.value).map(day) ?? plain
        case .time: Timestamp(fact.value).map(time) ?? plain
        case .count: Int(fact.value).map { Self.grouped(String($0)) } ?? plain
        }
    }

    /// An amount with as many digits as its currency has; more when it has more, because none is hidden.
    func money(_ amount: FixedDecimal, _ currency: Currency?) -> String {
        var bytes: [UInt8] = []
        amount.appendText(minimumDecimals: currency?.fractionDigits ?? 2, to: &bytes)
        let number = Self.grouped(String(decoding: bytes, as: UTF8.self))
        return currency.map { "\(number) \($0.code)" } ?? number
    }

    /// A rate in per cent.
    func rate(_ rate: FixedDecimal) -> String { "\(FixedDecimal(units: rate.units * 100))%" }

    /// A day: `2 Mar 2026`, `2026年3月2日`.
    func day(_ day: CalendarDay) -> String {
        let (year, month, number) = day.components
        return language == .zh ? "\(year)年\(month)月\(number)日" : "\(number) \(Self.months[month - 1]) \(year)"
    }

    /// A moment by the reader's clocks; how far they are from UTC is said when they are not the organisation's.
    func time(_ time: Timestamp) -> String {
        let local = time.inZone(zone)
        let minutes = Int(local.offsetMinutes)
        let seconds = local.microsecondsSinceEpoch / 1_000_000 + Int64(minutes) * 60
        let today = local.day(offsetMinutes: minutes)
        let minute = Int(seconds - Int64(today.daysSinceEpoch) * 86_400) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(minute / 60)):\(two(minute % 60))"
        let text = language == .zh ? "\(day(today)) \(clock)" : "\(day(today)), \(clock)"
        guard zone != usualZone else { return text }
        let offset = abs(minutes)
        return "\(text) (UTC\(minutes < 0 ? "-" : "+")\(two(offset / 60)):\(two(offset % 60)))"
    }

    /// A number with commas between its thousands.
    private static func grouped(_ number: String) -> String {
        let sign = number.hasPrefix("-") ? "-" : ""
        let parts = number.dropFirst(sign.count).split(separator: ".", maxSplits: 1)
        guard let whole = parts.first else { return number }
        var text = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return sign + text + (parts.count > 1 ? ".\(parts[1])" : "")
    }
}
