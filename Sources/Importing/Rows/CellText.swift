import Contracts
import Domain
import Foundation

/// What people type and paste into cells, as values of contracts: width, spaces and what nobody sees put right, days in the
/// ways they are written, amounts with their separators. What may be read in two ways is refused, never guessed.
enum CellText {
    /// A cell without what nobody sees around and in it: spaces of any width at its ends, marks of direction, joiners, and
    /// the apostrophe by which a spreadsheet is told that a value is a text.
    static func trimmed(_ cell: String) -> String {
        var text = cell
        if text.utf8.contains(where: { $0 >= 0x7F || $0 < 0x20 }) {
            text = String(
                String.UnicodeScalarView(
                    text.unicodeScalars.filter { scalar in
                        scalar.value < 0x7F
                            || !(scalar.properties.isDefaultIgnorableCodePoint
                                || scalar.properties.generalCategory == .format)
                    }))
        }
        text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if text.first == "'", let second = text.dropFirst().first, "=+-@＝＋－＠".contains(second) { text.removeFirst() }
        return text
    }

    /// Full-width letters, digits and signs as the usual ones. Chinese characters stay.
    static func narrow(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if (0xFF01...0xFF5E).contains(scalar.value), let usual = Unicode.Scalar(scalar.value - 0xFEE0) {
                result.append(usual)
            } else {
                result.append(scalar.properties.isWhitespace ? " " : scalar)
            }
        }
        return String(result)
    }

    /// The parts of a list, with any of the usual signs between.
    static func list(_ text: String) -> [String] {
        text.split { ";；、|\n\r".contains($0) }.map { trimmed(String($0)) }.filter { !$0.isEmpty }
    }

    /// Whether a spreadsheet has cut a long number: what is left of it has an exponent.
    static func isCutNumber(_ text: String) -> Bool {
        guard let exponent = text.lastIndex(where: { $0 == "E" || $0 == "e" }), exponent != text.startIndex else {
            return false
        }
        let (mantissa, power) = (text[..<exponent], text[text.index(after: exponent)...])
        return (power.first == "+" || power.first?.isNumber == true) && Int(power) != nil && Double(mantissa) != nil
            && mantissa.contains(".")
    }

    /// Why a text is no value.
    struct Fault: Error, Equatable {
        let reason: Reason
        let detail: String
    }

    /// An amount: a decimal with or without separators of thousands and a sign of its currency.
    static func amount(_ cell: String, isDecimalComma: Bool) throws(Fault) -> FixedDecimal {
        var text = narrow(cell).replacing(" ", with: "").replacing("\u{2212}", with: "-")
        var isNegative = false
        if text.hasPrefix("("), text.hasSuffix(")") { (isNegative, text) = (true, String(text.dropFirst().dropLast())) }
        if text.hasPrefix("-") { (isNegative, text) = (!isNegative, String(text.dropFirst())) }
        while let sign = text.first, "¥￥$€£".contains(sign) { text.removeFirst() }
        if text.hasSuffix("元") { text.removeLast() }
        if text.hasPrefix("-") { (isNegative, text) = (!isNegative, String(text.dropFirst())) }
        let (point, thousands): (Character, Character) = isDecimalComma ? (",", ".") : (".", ",")
        let parts = text.split(separator: point, omittingEmptySubsequences: false)
        let groups = parts[0].split(separator: thousands, omittingEmptySubsequences: false)
        let isGrouped =
            groups.count == 1 || (1...3).contains(groups[0].count) && groups.dropFirst().allSatisfy { $0.count == 3 }
        guard parts.count <= 2, isGrouped, !text.isEmpty else {
            throw Fault(
                reason: .notADecimal,
                detail: "'\(cell.prefix(40))' is no amount such as \(isDecimalComma ? "1.234,50" : "1,234.50")"
                    + (isDecimalComma
                        ? "" : ", or its decimals stand behind a comma: say so in a mapping (\"decimals\": \"comma\")"))
        }
        let plain = groups.joined() + (parts.count == 2 ? "." + parts[1] : "")
        do {
            return try FixedDecimal(parsing: (isNegative ? "-" : "") + plain)
        } catch {
            throw Fault(
                reason: Reason(rawValue: error.reason.rawValue) ?? .notADecimal,
                detail: "'\(cell.prefix(40))': \(error.detail)")
        }
    }

    /// A day, with the time of day behind it when there is one.
    static func day(
        _ cell: String, _ order: ImportMapping.DayOrder?
    ) throws(Fault) -> (day: CalendarDay, rest: String) {
        let text = narrow(cell).replacing("年", with: "-").replacing("月", with: "-").replacing("日", with: " ")
        let head = text.prefix { $0.isNumber || "-/.".contains($0) }
        var rest = text[head.endIndex...]
        if let first = rest.first, first == " " || first == "T" || first == "t" { rest = rest.dropFirst() }
        let parts = head.split { "-/.".contains($0) }.compactMap { Int($0) }
        let digits = head.utf8.count == 8 && parts.count == 1 ? parts[0] : nil
        var (year, month, day) = (0, 0, 0)
        if let digits {
            (year, month, day) = (digits / 10_000, digits / 100 % 100, digits % 100)
        } else if parts.count == 3, parts[0] > 31 {
            (year, month, day) = (parts[0], parts[1], parts[2])
        } else if parts.count == 3, parts[2] > 31 {
            let (first, second) = (parts[0], parts[1])
            guard order != nil || first > 12 || second > 12 || first == second else {
                throw Fault(
                    reason: .badTime,
                    detail:
                        "'\(cell.prefix(40))' may be read in two ways: say in a mapping \"days\": \"day-first\" or \"month-first\""
                )
            }
            let isDayFirst = order.map { $0 == .dayFirst } ?? (first > 12)
            (year, month, day) = (parts[2], isDayFirst ? second : first, isDayFirst ? first : second)
        }
        guard year > 0, let found = CalendarDay(year: year, month: month, day: day) else {
            throw Fault(reason: .badTime, detail: "'\(cell.prefix(40))' is no day such as 2026-01-05")
        }
        guard CalendarDay.years.contains(year) else {
            throw Fault(
                reason: .timeOutOfRange, detail: "'\(cell.prefix(40))': the year is not within \(CalendarDay.years)")
        }
        return (found, trimmed(String(rest)))
    }

    /// A time: with its offset as it is, otherwise on the organisation's clocks; a day alone at the time that is said for
    /// it, otherwise at its beginning. What they show twice, or never, may not be guessed.
    static func time(
        _ cell: String, _ order: ImportMapping.DayOrder?, of day: String?, in zone: OrganisationZone = .current
    ) throws(Fault) -> Timestamp {
        if let time = Timestamp(cell) { return time }
        let (found, rest) = try self.day(cell, order)
        guard let time = rest.isEmpty ? day ?? "00:00:00" : completed(rest),
            let shown = Timestamp("\(found)T\(time)Z")
        else { throw Fault(reason: .badTime, detail: "'\(cell.prefix(40))' is no time such as 2026-01-05 09:30:00") }
        if rest.isEmpty, day == nil { return zone.beginning(of: found) }
        let instants = zone.instants(showing: shown.microsecondsSinceEpoch)
        guard let result = instants.first, instants.count == 1 else {
            let count = instants.isEmpty ? "never" : "twice"
            throw Fault(
                reason: .badTime,
                detail: "'\(cell.prefix(40))' is \(count) in \(zone), where clocks change: write it with its offset")
        }
        return result
    }

    /// Which second of a day a time such as `23:59:59` is.
    static func secondOfDay(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        guard text.utf8.count == 8, parts.count == 3, (0...23).contains(parts[0]), (0...59).contains(parts[1]),
            (0...59).contains(parts[2])
        else { return nil }
        return parts[0] * 3_600 + parts[1] * 60 + parts[2]
    }

    /// A time of day with hours in two digits, and seconds.
    private static func completed(_ text: String) -> String? {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count) else { return nil }
        if parts[0].count == 1 { parts[0] = "0" + parts[0] }
        if parts.count == 2 { parts.append("00") }
        return parts.joined(separator: ":")
    }
}
