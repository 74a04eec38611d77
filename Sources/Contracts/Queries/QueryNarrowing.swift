/// By what a list can be narrowed, whatever it is a list of.
public enum ListSubject: String, Sendable, CaseIterable {
    /// The day that a row is of: by its first and its last.
    case day
    /// The branch.
    case branch
    /// The line of business.
    case line
    /// Who sees to it.
    case owner
    /// An amount, in its own currency: the least, the most and which currency.
    case amount
}

/// What a parameter leaves of a list: the rows whose value in a column compares with the parameter's so.
public struct Narrowing: Sendable, Equatable {
    /// How a row's value compares with the parameter's. A row without a value is left out.
    public enum Comparison: Sendable, Equatable {
        /// It is the same text.
        case equal
        /// It is the same or more: for a time, that day or later.
        case atLeast
        /// It is the same or less: for a time, that day or before.
        case atMost
    }

    /// The table.
    public let table: String
    /// Its column, or its key that is not shown.
    public let column: String
    /// What the column's values are.
    public let kind: ColumnDescription.Kind
    /// How they compare.
    public let comparison: Comparison
}

extension TableDescription {
    /// The column, or key, of which the rows of a list are told apart by a subject; `nil` when they have none.
    ///
    /// Unless the description names it, the day is that by which the list is ordered or else the first that a row tells, and
    /// the amount the first of which there are totals or else the first that a row tells.
    public func column(of subject: ListSubject) -> ColumnDescription? {
        guard case .pages(let keys) = extent else { return nil }
        let hidden = keys.compactMap { key in key.hidden.map { ColumnDescription(key.name, $0) } }
        if let name = subjects[subject] { return (columns + hidden).first { $0.name == name } }
        func named(_ names: String...) -> ColumnDescription? {
            columns.first { $0.kind == .code && names.contains($0.name) }
        }
        switch subject {
        case .day:
            let ordered = keys.compactMap { key in kind(of: key).map { ColumnDescription(key.name, $0) } }
            return (ordered + columns).first { $0.kind == .day || $0.kind == .time }
        case .branch: return named("branch")
        case .line: return named("business_line", "businessLine", "line")
        case .owner: return named("sales_owner", "owner")
        case .amount:
            let amounts = columns.filter { currency(of: $0.name) != nil }
            return amounts.first { totals.contains($0.name) } ?? amounts.first
        }
    }
}

extension QueryInput {
    /// A parameter that leaves of some lists the rows whose value in a column is its own.
    static func narrowing(
        _ name: String, _ kind: Kind, _ help: String, _ column: String, of tables: [String]
    ) -> QueryInput {
        QueryInput(
            name, kind, help,
            tables.map { Narrowing(table: $0, column: column, kind: .code, comparison: .equal) })
    }

    /// The parameters by which lists are narrowed, from what their rows have: `from` and `to`, `branch`, `line`, `owner`,
    /// `atLeast`, `atMost` and `currency`.
    static func narrowing(_ answers: [TableDescription]) -> [QueryInput] {
        let lists = answers.filter(\.isPaged)
        return ListSubject.allCases.flatMap { subject -> [QueryInput] in
            let found = lists.compactMap { table in table.column(of: subject).map { (table, $0) } }
            guard !found.isEmpty else { return [] }
            func narrowings(_ comparison: Narrowing.Comparison) -> [Narrowing] {
                found.map { Narrowing(table: $0.name, column: $1.name, kind: $1.kind, comparison: comparison) }
            }
            let shown = found.filter { table, column in table.columns.contains { $0.name == column.name } }
                .map(\.1.name).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            let what = shown.isEmpty ? subject.rawValue : shown.joined(separator: " or ")
            let rest = found.count < lists.count ? " Lists without it stay whole." : ""
            switch subject {
            case .day:
                return [
                    QueryInput(
                        "from", .day, "Only rows whose \(what) is on this day or later.\(rest)", narrowings(.atLeast)),
                    QueryInput(
                        "to", .day, "Only rows whose \(what) is on this day or before.\(rest)", narrowings(.atMost)),
                ]
            case .branch: return [QueryInput("branch", .text, "Only of this branch.\(rest)", narrowings(.equal))]
            case .line: return [QueryInput("line", .text, "Only of this line of business.\(rest)", narrowings(.equal))]
            case .owner: return [QueryInput("owner", .text, "Only with this \(what).\(rest)", narrowings(.equal))]
            case .amount:
                let currencies = found.compactMap { table, column in
                    table.currency(of: column.name).flatMap { name in
                        table.columns.contains { $0.name == name }
                            ? Narrowing(table: table.name, column: name, kind: .code, comparison: .equal) : nil
                    }
                }
                return [
                    QueryInput(
                        "atLeast", .decimal,
                        "Only rows whose \(what) is so much or more, in their own currency.\(rest)",
                        narrowings(.atLeast)),
                    QueryInput(
                        "atMost", .decimal, "Only rows whose \(what) is so much or less, in their own currency.\(rest)",
                        narrowings(.atMost)),
                    QueryInput("currency", .currency, "Only rows in this currency.\(rest)", currencies),
                ]
            }
        }
    }
}
