public import Contracts
import Domain
public import Postgres

/// How a value that a statement gave is written in the answer.
public typealias QueryValueFormat = (String, ColumnDescription) throws -> String

/// The conditions of statements that follow from what is asked.
extension QueryArguments {
    /// The condition that a day lies within those that are given, the first and the last among them.
    ///
    /// - Parameters:
    ///   - day: the day, an expression of SQL.
    ///   - from: the parameter that holds the first day.
    ///   - to: the parameter that holds the last day.
    public func within(day: SQL, from: String = "from", to: String = "to") throws(Refusal) -> SQL {
        let (first, last) = (try optionalDay(from)?.daysSinceEpoch, try optionalDay(to)?.daysSinceEpoch)
        return """
            (\(first)::integer is null or \(day) >= date '1970-01-01' + \(first)::integer)
                and (\(last)::integer is null or \(day) <= date '1970-01-01' + \(last)::integer)
            """
    }
}

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
        guard isWanted(table), !scope.isClosed(table) else { return table.empty }
        return try scope.reading(table, transaction) {
            switch table.extent {
            case .whole: return try told(table, transaction.rows(sql), format: format)
            case .first(let count):
                return try told(table, transaction.rows("\(sql) limit \(count + 1)"), upTo: count, format: format)
            case .pages(let keys):
                let list = try narrowed(table, sql)
                let order = order(of: table)
                let rows = try transaction.rows(page(of: table, by: order, list))
                let page = try told(
                    table, rows, upTo: integer("limit"), keys: order, hidden: keys, format: format)
                return try counted(page, table, list, transaction)
            }
        }
    }

    /// Reads what tables are made of that no single statement gives, by what may be seen of one of them.
    ///
    /// What is read outside of this is read by what may be seen of the question's own kind. It is needed for a table of another
    /// kind, and for one of sums, which are told farther than single objects; a table of which nothing may be seen stays
    /// empty, whatever is read.
    ///
    /// - Parameters:
    ///   - name: the table's name.
    ///   - body: what reads, by the same transaction.
    public func reading<Result>(
        _ name: String, _ transaction: borrowing Transaction, _ body: () throws -> Result
    ) throws -> Result {
        try scope.reading(try answer(name), transaction, body)
    }

    /// The order of a list: without the keys that tell of what whoever asks does not see.
    private func order(of table: TableDescription) -> [SortKey] { table.keys(withholding: scope.withheld(table)) }

    /// Makes a table of rows that no single statement gives.
    ///
    /// - Parameters:
    ///   - name: the table's name.
    ///   - columns: its columns, when they follow from what is asked.
    ///   - rows: its values in the order of the columns: all of them, in any order, for a table that is told page by page, and
    ///     in the order described for any other.
    ///   - isCut: whether there are more rows than these.
    ///   - keys: the keys of a row of a table that is told page by page, in the order described; the last one described may
    ///     stand for several.
    public func table(
        _ name: String, columns: [QueryColumn]? = nil, rows: [[String?]], isCut: Bool = false,
        keys: (([String?]) -> [String])? = nil
    ) throws -> QueryTable {
        let table = try answer(name)
        let all = columns ?? table.queryColumns
        try scope.checkPrepared(table)
        guard isWanted(name), !scope.isClosed(table) else { return QueryTable(name, all, rows: []) }
        guard rows.allSatisfy({ $0.count == all.count }) else {
            throw Self.fault("a row of the table '\(name)' has not the columns described")
        }
        // What the catalogue does not name could be withheld from nobody. Only by what rows are told apart is not named there.
        let described = Set((table.columns + table.further).map(\.name))
        if let figure = all.first(where: { $0.kind == .decimal && !described.contains($0.name) }) {
            throw Self.fault("the column '\(figure.name)' of the table '\(name)' is not described")
        }
        switch table.extent {
        case .whole: return QueryTable(name, all, rows: rows, isCut: isCut)
        case .first(let count):
            return QueryTable(name, all, rows: Array(rows.prefix(count)), isCut: isCut || rows.count > count)
        case .pages(let described):
            guard let keys else { throw Self.fault("nothing names a row of the table '\(name)'") }
            let rows = try narrowed(table, rows, all, described, keys)
            let order = PageOrder(order(of: table), of: table)
            let isSeen = seen(described, of: table)
            let sorted = rows.map { (row: $0, place: order.place(Self.seen(keys($0), isSeen))) }.sorted {
                order.precedes($0.place, $1.place)
            }
            var rest = sorted[...]
            if let cursor {
                let last = order.place(cursor.keys)
                guard sorted.allSatisfy({ $0.place.count == last.count }) else { throw notOfThisList }
                rest = sorted.drop { !order.precedes(last, $0.place) }
            }
            let page = rest.prefix(try integer("limit"))
            let next =
                page.count < rest.count
                ? page.last.map { QueryCursor(table: name, keys: $0.place.map(\.text)).text } : nil
            return QueryTable(
                name, all, rows: page.map(\.row), isCut: isCut, next: next, count: isCounted ? rows.count : nil,
                totals: isCounted
                    ? table.totals(of: rows, all, table.totals(withholding: scope.withheld(table))) ?? [] : [])
        }
    }

    /// The part of a statement's rows that a table tells, and one more row when there are more: for rows that have to be
    /// worked on before they are told. ``table(_:selected:keys:of:_:)`` makes the table of them.
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
        case .pages: return try page(of: table, by: self.order(of: table), narrowed(table, sql))
        }
    }

    /// Makes a table of rows that ``selection(of:_:order:)`` has chosen.
    ///
    /// - Parameters:
    ///   - name: the table's name.
    ///   - rows: its values in the order of the columns described.
    ///   - keys: the keys of each row, as text of the database.
    ///   - sql: the statement that they were chosen of.
    public func table(
        _ name: String, selected rows: [[String?]], keys: [[String]], of sql: SQL, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        let table = try answer(name)
        try scope.checkPrepared(table)
        guard isWanted(table), !scope.isClosed(table) else { return table.empty }
        guard case .pages(let described) = table.extent else { return try self.table(name, rows: rows) }
        let limit = try integer("limit")
        let isSeen = seen(described, of: table)
        let next =
            rows.count > limit ? QueryCursor(table: name, keys: Self.seen(keys[limit - 1], isSeen)).text : nil
        let page = QueryTable(name, table.queryColumns, rows: Array(rows.prefix(limit)), next: next)
        return try scope.reading(table, transaction) {
            try counted(page, table, narrowed(table, sql), transaction)
        }
    }

    /// Of each key of a list whether it stays in the order.
    private func seen(_ keys: [SortKey], of table: TableDescription) -> [Bool] {
        let order = Set(order(of: table).map(\.name))
        return keys.map { order.contains($0.name) }
    }

    /// The keys of a row that stay in the order; the last one described stands for those beyond it.
    private static func seen(_ keys: [String], _ isSeen: [Bool]) -> [String] {
        keys.enumerated().filter { isSeen.isEmpty || isSeen[min($0.offset, isSeen.count - 1)] }.map(\.element)
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
        hidden described: [SortKey] = [], format: QueryValueFormat? = nil
    ) throws -> QueryTable {
        let hidden = described.filter { $0.hidden != nil }.map(\.name)
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

    // MARK: The whole list

    private var isCounted: Bool { flag(QueryDescription.totals) }

    /// The page, and when that is asked for the count and the totals of the list that it is a page of.
    private func counted(
        _ page: QueryTable, _ table: TableDescription, _ sql: SQL, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        guard isCounted else { return page }
        // A list that is no longer than its first page has been read already.
        let summed = table.totals(withholding: scope.withheld(table))
        if cursor == nil, page.next == nil,
            let totals = table.totals(of: page.rows.map(\.values), page.columns, summed)
        {
            return page.counted(page.rows.count, totals)
        }
        let rows = try transaction.rows(table.whole(sql, summed)).values
        let currencies = table.currencies(of: summed)
        var (count, totals) = (0, [QueryTotal]())
        for row in rows {
            guard let group = currencies.indices.first(where: { row[1 + $0] == "0" }) else {
                count = row[0].flatMap { Int($0) } ?? 0
                continue
            }
            guard let currency = row[1 + currencies.count + group], !currency.isEmpty else { continue }
            for (place, column) in summed.enumerated() where table.currency(of: column) == currencies[group] {
                guard let sum = row[1 + 2 * currencies.count + place] else { continue }
                guard let units = Int128(sum) else { throw Self.fault("the sum of '\(column)' is '\(sum)'") }
                totals.append(
                    QueryTotal(column: column, currency: currency, amount: FixedDecimal(units: units).moneyText))
            }
        }
        return page.counted(count, table.inOrder(totals))
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

    /// That where a page begins was told by another list.
    var notOfThisList: Refusal {
        let name = description.cursor ?? "after"
        return Refusal(
            .valueNotAllowed, path: "parameters.\(name)", "'\(name)' is not the end of a page of this list")
    }

    /// The rows after the one that the page before ended with.
    private func after(_ keys: [SortKey], _ table: TableDescription) throws -> SQL {
        guard let cursor else { return "true" }
        guard cursor.keys.count == keys.count else { throw notOfThisList }
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

    /// The columns that hold the currencies of the totals.
    fileprivate func currencies(of totals: [String]) -> [String] {
        totals.compactMap(currency(of:)).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// A statement that counts the rows of another and adds up their amounts in one reading: a row for the whole, then one for
    /// each currency of each column that holds one. Sums are told in ten-thousandths, of amounts as they are told.
    fileprivate func whole(_ sql: SQL, _ totals: [String]) -> SQL {
        let groups = currencies(of: totals).map { "\"\($0)\"" }
        let values =
            ["count(*)"] + groups.map { "grouping(\($0))" } + groups.map { "\($0)::text" }
            + totals.map { "(sum(trunc(\"\($0)\"::numeric, 4)) * 10000)::numeric(60, 0)" }
        let sets = (["()"] + groups.map { "(\($0))" }).joined(separator: ", ")
        return """
            select \(unsafe: values.joined(separator: ", ")) from (\(sql)) as page
            group by grouping sets (\(unsafe: sets))
            """
    }

    /// What the amounts of rows that are all there is come to; nothing when one of them is no exact decimal.
    fileprivate func totals(
        of rows: [[String?]], _ columns: [QueryColumn], _ totals: [String]
    ) -> [QueryTotal]? {
        var found: [QueryTotal] = []
        for name in totals {
            guard let column = columns.firstIndex(where: { $0.name == name }),
                let currency = columns.firstIndex(where: { $0.name == currency(of: name) })
            else { continue }
            var sums: [String: FixedDecimal] = [:]
            for row in rows {
                guard let text = row[column], let code = row[currency], !code.isEmpty else { continue }
                guard let amount = FixedDecimal(text) else { return nil }
                sums[code, default: .zero] = sums[code, default: .zero] + amount
            }
            found += sums.map { QueryTotal(column: name, currency: $0.key, amount: $0.value.moneyText) }
        }
        return inOrder(found)
    }

    fileprivate func inOrder(_ found: [QueryTotal]) -> [QueryTotal] {
        found.sorted { first, second in
            let (one, other) = (totals.firstIndex(of: first.column) ?? 0, totals.firstIndex(of: second.column) ?? 0)
            return (one, first.currency) < (other, second.currency)
        }
    }
}

extension QueryTable {
    /// The same, with how many rows the whole list has and what its amounts come to.
    fileprivate func counted(_ count: Int, _ totals: [QueryTotal]) -> QueryTable {
        QueryTable(name, columns, rows: rows.map(\.values), isCut: isCut, next: next, count: count, totals: totals)
    }
}
