public import Domain
import Foundation

/// A policy of clocks as a person writes it: business hours, and how much business time a case may take.
///
/// `{"zone": "Asia/Shanghai", "hours": {"mon": ["09:00-12:00", "13:00-18:00"], …, "sun": []}, "holidays": ["2026-10-01"],
/// "workdays": ["2026-10-10"], "targets": {"resolve": 28800}}`: days that are made up for have Monday's hours, targets
/// are seconds. A weekday, a list or a target that is left out is empty.
public struct ClockPolicyFile: Sendable, Equatable {
    /// When business is done.
    public let hours: BusinessHours
    /// How many seconds of business time each step may take, by its name.
    public let targets: [String: Int64]

    private static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// Reads a policy.
    ///
    /// - Throws: ``Refusal`` with the path of what is wrong.
    public init(json: [UInt8]) throws(Refusal) {
        let root = try SettingsFile.root(json)
        try SettingsFile.allow(Self.hourFields.union(["targets"]), in: root, "$")
        hours = try Self.hours(in: root, "$")
        var targets: [String: Int64] = [:]
        for (name, value) in root["targets"]?.members ?? [] {
            guard let seconds = value.integer, (0...3_153_600_000).contains(seconds) else {
                throw Refusal(.numberOutOfRange, path: "$.targets.\(name)", "a target is a whole number of seconds")
            }
            targets[name] = Int64(seconds)
        }
        self.targets = targets
    }

    /// The fields by which business hours are written.
    package static let hourFields: Set<String> = ["zone", "hours", "holidays", "workdays"]

    /// The business hours that an object of a file says: `zone`, `hours`, `holidays` and `workdays`.
    ///
    /// - Parameters:
    ///   - node: the object.
    ///   - path: where it stands.
    /// - Throws: ``Refusal`` with the path of what is wrong.
    package static func hours(in node: JSONNode, _ path: String) throws(Refusal) -> BusinessHours {
        guard let name = node["zone"]?.string else {
            throw Refusal(.missingField, path: "\(path).zone", "'zone' is required, such as \"Asia/Shanghai\"")
        }
        guard let zone = TimeZone(identifier: name) else {
            throw Refusal(.valueNotAllowed, path: "\(path).zone", "there is no time zone '\(name.prefix(64))'")
        }
        guard let table = node["hours"], table.kind == .object else {
            throw Refusal(.missingField, path: "\(path).hours", "'hours' is required, an object with 'mon' to 'sun'")
        }
        try SettingsFile.allow(Set(weekdays), in: table, "\(path).hours")
        var week: [[BusinessHours.Span]] = []
        for day in weekdays {
            var spans: [BusinessHours.Span] = []
            for (text, place) in try table.strings(day, "\(path).hours") { spans.append(try span(text, place)) }
            week.append(spans)
        }
        return BusinessHours(
            zone: zone, week: week, holidays: try days("holidays", in: node, path),
            workdays: try days("workdays", in: node, path))
    }

    private static func days(
        _ key: String, in node: JSONNode, _ path: String
    ) throws(Refusal) -> Set<CalendarDay> {
        var days: Set<CalendarDay> = []
        for (text, path) in try node.strings(key, path) {
            guard let day = CalendarDay(text) else {
                throw Refusal(.badTime, path: path, "a day is written as 2026-01-05 and must exist")
            }
            days.insert(day)
        }
        return days
    }

    private static func span(_ text: String, _ path: String) throws(Refusal) -> BusinessHours.Span {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { second($0) }
        guard ends.count == 2, let from = ends[0], let to = ends[1], let span = BusinessHours.Span(from: from, to: to)
        else {
            throw Refusal(
                .badTime, path: path,
                "a span is written as \"09:00-12:00\"; it ends after it begins, at 24:00 at the latest")
        }
        return span
    }

    /// The second of the day of `HH:MM` or `HH:MM:SS`.
    private static func second(_ text: Substring) -> Int? {
        let parts = text.trimmingCharacters(in: .whitespaces).split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.utf8.count == 2 ? Int($0) : nil }
        guard (2...3).contains(parts.count), numbers.count == parts.count, numbers.allSatisfy({ $0 >= 0 }),
            numbers[1] < 60, numbers.count == 2 || numbers[2] < 60
        else { return nil }
        return numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
    }
}

extension JSONNode {
    /// The texts of a list that may be left out, each with its path.
    fileprivate func strings(_ key: String, _ path: String) throws(Refusal) -> [(text: String, path: String)] {
        guard let node = self[key] else { return [] }
        guard node.kind == .array else {
            throw Refusal(.wrongType, path: "\(path).\(key)", "'\(key)' is a list of strings")
        }
        var texts: [(text: String, path: String)] = []
        for (index, element) in node.elements.enumerated() {
            let place = "\(path).\(key)[\(index)]"
            guard let text = element.string else { throw Refusal(.wrongType, path: place, "a string is needed here") }
            texts.append((text: text, path: place))
        }
        return texts
    }
}
