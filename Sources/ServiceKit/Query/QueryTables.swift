public import Contracts
public import Postgres

/// How a value that a statement gave is written in the answer.
public typealias QueryValueFormat = (String, ColumnDescription) throws -> String

/// The tables of an answer, as the catalogue describes them.
extension QueryArguments {
    /// Makes a table of the rows of a statement.
    ///
    /// A table of pages must be written as its description orders it: the statement names every column and every hidden
    /// key, has neither order nor limit, and no key of it is NULL. Any other has its own order; one of which only the
    /// first rows are told has no limit.
    ///
    /// - Parameters:
    ///   - name: the table's name.
    ///   - sql: the statement.
    ///   - format: how a value is written that is not written as the database does.
    /// - Throws: what the database throws; a refusal of the code `internal-error` when the statement's columns are not
    ///   those described.
    public func table(
        _ name: String, _ sql: SQL, _ transaction: borrowing Transaction, format: QueryValueFormat? = nil
    ) throws -> QueryTable {
        let table = try answer(name)
        guard isWanted(table) else { return table.empty }
        switch table.extent {
        case .whole: return try told(table, transaction.rows(sql), format: format)
        case .first(let count):
            return try told(table, transaction.rows("\(sql) limit \(count + 1)"), upTo: count, format: format)
        case .pages(let keys):
            let rows = try transaction.rows(page(of: table, by: keys, sql))
            return try told(table, rows, upTo: integer("limit"), keys: keys, format: format)
        }
    }

    /// Makes a table of rows that no single statement gives.
    ///
    /// - Parameters:
    ///   - name: the table's name.
    ///   - rows: its values in the order of the columns described, and in the order described.
    ///   - isCut: whether there are more rows than these.
    ///   - key: what names a row, for a table that is told page by page.
    /// - Throws: a refusal of `after` when the row that the page before ended with is there no more.
    public func table(
        _ name: String, rows: [[String?]], isCut: Bool = false,
        key: (([String?]) -> String)? = nil
    ) throws -> QueryTable {
        let table = try answer(name)
        guard isWanted(table) else { return table.empty }
        let all = table.queryColumns
        guard rows.allSatisfy({ $0.count == all.count }) else {
            throw Self.fault("a row of the table '\(name)' has not the columns described")
        }
        switch table.extent {
        case .whole: return QueryTable(name, all, rows: rows, isCut: isCut)
        case .first(let count):
            return QueryTable(name, all, rows: Array(rows.prefix(count)), isCut: isCut || rows.count > count)
        case .pages:
            guard let key else { throw Self.fault("nothing names a row of the table '\(name)'") }
            var rest = rows[...]
            if let last = cursor?.keys.first {
                guard let place = rows.firstIndex(where: { key($0) == last }) else {
                    throw Refusal(
                        .notFound, path: "parameters.after", "the list has changed meanwhile: ask from its beginning")
                }
                rest = rows[(place + 1)...]
            }
            let page = rest.prefix(try integer("limit"))
            let next = page.count < rest.count ? page.last.map { QueryCursor(table: name, keys: [key($0)]).text } : nil
            return QueryTable(name, all, rows: Array(page), next: next)
        }
    }

    /// The part of a statement's rows that a table tells, and one more row when there are more: for rows that have to be
    /// worked on before they are told. ``table(_:selected:keys:)`` makes the table of them.
    ///
    /// - Parameters:
    ///   - name: the table's name.
    ///   - sql: the statement, without order and limit.
    ///   - order: the order of a table of which only the first rows are told.
    public func selection(of name: String, _ sql: SQL, order: SQL) throws -> SQL {
        let table = try answer(name)
        switch table.extent {
        case .whole: return "select * from (\(sql)) as page order by \(order)"
        case .first(let count): return "select * from (\(sql)) as page order by \(order) limit \(count + 1)"
        case .pages(let keys): return try page(of: table, by: keys, sql)
        }
    }

    /// Makes a table of rows that ``selection(of:_:order:)`` has chosen.
    ///
    /// - Parameters:
    ///   - name: the table's name.
    ///   - rows: its values in the order of the columns described.
    ///   - keys: the keys of each row, as text of the database.
    public func table(_ name: String, selected rows: [[String?]], keys: [[String]]) throws -> QueryTable {
        let table = try answer(name)
        guard isWanted(table) else { return table.empty }
        guard case .pages = table.extent else { return try self.table(name, rows: rows) }
        let limit = try integer("limit")
        let next = rows.count > limit ? QueryCursor(table: name, keys: keys[limit - 1]).text : nil
        return QueryTable(name, table.queryColumns, rows: Array(rows.prefix(limit)), next: next)
    }

    /// Whether a table is part of what is asked for: the rest of one that is told page by page, or everything.
    public func isWanted(_ name: String) -> Bool { cursor.map { $0.table == name } ?? true }

    private func isWanted(_ table: TableDescription) -> Bool { isWanted(table.name) }

    private func answer(_ name: String) throws(Refusal) -> TableDescription {
        guard let table = description.answer(name) else {
            throw Self.fault("the catalogue knows no table '\(name)' of '\(description.name)'")
        }
        return table
    }

    private static func fault(_ detail: String) -> Refusal { Refusal(.internalError, path: "$", detail) }

    /// The rows of a statement as the table described.
    private func told(
        _ table: TableDescription, _ rows: Rows, upTo limit: Int = .max, keys: [SortKey] = [],
        format: QueryValueFormat? = nil
    ) throws -> QueryTable {
        let hidden = keys.filter { $0.hidden != nil }.map(\.name)
        let shown = rows.columns.filter { !hidden.contains($0) }
        let expected = table.columns.map(\.name)
        guard shown == expected else {
            throw Self.fault("the table '\(table.name)' has the columns \(shown) and not those described, \(expected)")
        }
        for (column, type) in zip(rows.columns, rows.types) {
            guard let kind = table.kind(of: .ascending(column)), !kind.types.contains(type) else { continue }
            throw Self.fault("the column '\(column)' of '\(table.name)' is described as \(kind) and is \(type)")
        }
        let places = shown.compactMap { rows.columns.firstIndex(of: $0) }
        let page = rows.values.prefix(limit)
        let isCut = rows.values.count > page.count
        var next: String?
        if isCut, !keys.isEmpty, let last = page.last {
            let values = try keys.map { key in
                guard let place = rows.columns.firstIndex(of: key.name), let value = last[place] else {
                    throw Self.fault("the key '\(key.name)' of the table '\(table.name)' is not there")
                }
                return value
            }
            next = QueryCursor(table: table.name, keys: values).text
        }
        return QueryTable(
            table.name, table.queryColumns,
            rows: try page.map { row in
                try places.enumerated().map { index, place in
                    guard let value = row[place], let format else { return row[place] }
                    return try format(value, table.columns[index])
                }
            }, isCut: isCut, next: next)
    }

    // MARK: Pages by key

    private func page(of table: TableDescription, by keys: [SortKey], _ sql: SQL) throws -> SQL {
        """
        select * from (\(sql)) as page where \(try after(keys, table))
        order by \(Self.order(keys)) limit \(try integer("limit") + 1)
        """
    }

    private static func order(_ keys: [SortKey]) -> SQL {
        let text = keys.map { "\"\($0.name)\"\($0.isDescending ? " desc" : "")" }.joined(separator: ", ")
        return "\(unsafe: text)"
    }

    /// The rows after the one that the page before ended with.
    private func after(_ keys: [SortKey], _ table: TableDescription) throws -> SQL {
        guard let cursor else { return "true" }
        guard cursor.keys.count == keys.count else {
            throw Refusal(.valueNotAllowed, path: "parameters.after", "'after' is not the end of a page of this list")
        }
        var condition: SQL = "false"
        for (key, value) in zip(keys, cursor.keys).reversed() {
            let name: SQL = "\"\(unsafe: key.name)\""
            let type = table.kind(of: key)?.comparedAs ?? "text"
            let bound: SQL = "cast(\(value)::text as \(unsafe: type))"
            condition =
                "(\(name) \(unsafe: key.isDescending ? "<" : ">") \(bound) or (\(name) = \(bound) and \(condition)))"
        }
        return condition
    }
}

extension TableDescription {
    /// The columns as an answer tells them.
    var queryColumns: [QueryColumn] { columns.map { QueryColumn($0.name, $0.told) } }

    /// The table without its rows.
    var empty: QueryTable { QueryTable(name, queryColumns, rows: []) }
}

extension ColumnDescription.Kind {
    /// The types of the database that hold values of this kind; text holds any that the statement has written itself.
    fileprivate var types: Set<String> {
        switch self {
        case .text: ["text", "character varying", "name", "unknown"]
        case .code:
            ["text", "character varying", "name", "unknown", "uuid", "character", "bigint", "integer", "smallint"]
        case .money, .quantity, .rate:
            ["numeric", "double precision", "real", "bigint", "integer", "smallint", "text"]
        case .day: ["date", "text"]
        case .time: ["timestamptz", "text"]
        case .flag: ["boolean", "text"]
        case .count: ["bigint", "integer", "smallint", "numeric", "text"]
        }
    }

    /// The type by which keys of this kind are compared.
    fileprivate var comparedAs: String {
        switch self {
        case .text, .code: "text"
        case .money, .quantity, .rate, .count: "numeric"
        case .day: "date"
        case .time: "timestamptz"
        case .flag: "boolean"
        }
    }
}
