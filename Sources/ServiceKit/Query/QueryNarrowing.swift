import Contracts
import Domain
import Postgres

/// What a question's parameters leave of its lists, as the catalogue says it of each: no list has SQL of its own for it.
extension QueryArguments {
    /// A narrowing that is asked for, with the value that is given.
    private func asked(_ table: TableDescription) -> [(narrowing: Narrowing, name: String, value: String)] {
        description.parameters.flatMap { input in
            guard let value = self[input.name] else { return [(Narrowing, String, String)]() }
            return input.narrowings.filter { $0.table == table.name }.map { ($0, input.name, value) }
        }
    }

    /// A statement for the rows of another that are asked for.
    func narrowed(_ table: TableDescription, _ sql: SQL) throws(Refusal) -> SQL {
        let asked = asked(table)
        guard !asked.isEmpty else { return sql }
        var condition: SQL = "true"
        for (narrowing, name, value) in asked {
            condition = "\(condition) and \(try Self.condition(narrowing, name, value))"
        }
        return "select * from (\(sql)) as narrowed where \(condition)"
    }

    private static func condition(_ narrowing: Narrowing, _ name: String, _ value: String) throws(Refusal) -> SQL {
        let column: SQL = "narrowed.\"\(unsafe: narrowing.column)\""
        switch narrowing.kind {
        case .day, .time:
            let day = try day(value, name)
            let isLower = narrowing.comparison == .atLeast
            guard narrowing.kind == .time else {
                let bound: SQL = "date '1970-01-01' + \(day.daysSinceEpoch)::integer"
                return isLower ? "\(column)::date >= \(bound)" : "\(column)::date <= \(bound)"
            }
            // The day's beginning or end on the organisation's clocks, so that an index on the time serves.
            let bound = OrganisationZone.current.beginning(of: isLower ? day : day.adding(days: 1))
            return isLower ? "\(column)::timestamptz >= \(bound)" : "\(column)::timestamptz < \(bound)"
        case .money, .quantity, .rate, .count:
            let bound: SQL = "\(value)::text::numeric"
            return switch narrowing.comparison {
            case .equal: "\(column)::numeric = \(bound)"
            case .atLeast: "\(column)::numeric >= \(bound)"
            case .atMost: "\(column)::numeric <= \(bound)"
            }
        case .text, .code, .flag: return "\(column)::text = \(value)::text"
        }
    }

    /// The rows that are asked for, of a table that no single statement gives.
    ///
    /// - Parameters:
    ///   - table: the table described.
    ///   - rows: all its rows.
    ///   - columns: what their values are.
    ///   - order: its keys.
    ///   - keys: the keys of a row.
    func narrowed(
        _ table: TableDescription, _ rows: [[String?]], _ columns: [QueryColumn], _ order: [SortKey],
        _ keys: ([String?]) -> [String]
    ) throws(Refusal) -> [[String?]] {
        var rows = rows
        for (narrowing, name, value) in asked(table) {
            let place = columns.firstIndex { $0.name == narrowing.column }
            let key = order.firstIndex { $0.name == narrowing.column }
            guard place != nil || key != nil else {
                throw Refusal(
                    .internalError, path: "$", "'\(table.name)' has no '\(narrowing.column)' to be narrowed by")
            }
            let compare = try Self.comparison(narrowing, name, value)
            rows = rows.filter { row in
                let told = place.map { row[$0] } ?? key.map { keys(row)[$0] }
                return (told ?? nil).map(compare) ?? false
            }
        }
        return rows
    }

    private static func comparison(
        _ narrowing: Narrowing, _ name: String, _ value: String
    ) throws(Refusal) -> (String) -> Bool {
        func compare<Value: Comparable & Sendable>(
            _ bound: Value, _ read: @escaping (String) -> Value?
        ) -> (String) -> Bool {
            { told in
                guard let told = read(told) else { return false }
                return switch narrowing.comparison {
                case .equal: told == bound
                case .atLeast: told >= bound
                case .atMost: told <= bound
                }
            }
        }
        switch narrowing.kind {
        case .day, .time: return compare(try day(value, name)) { day(ofTold: $0) }
        case .money, .quantity, .rate, .count:
            do { return compare(try FixedDecimal(parsing: value)) { FixedDecimal($0) } } catch {
                throw error.refusal(at: "parameters.\(name)")
            }
        case .text, .code, .flag: return compare(value) { $0 }
        }
    }

    /// The day of a value of a table: a day, or a time as messages or the database write it, on the organisation's clocks.
    private static func day(ofTold value: String) -> CalendarDay? {
        if let day = CalendarDay(value) { return day }
        let time = Timestamp(value) ?? Timestamp(value.replacing(" ", with: "T") + ":00")
        return time?.day()
    }
}
