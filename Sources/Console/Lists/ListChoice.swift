import Client
import Contracts
import Domain

/// What somebody has chosen of a list beside what its question takes: it stands in the address, as all of a view does.
struct ListChoice: Sendable {
    /// The value of an address that names a column to be shown, as `table:column`; there may be many, in their order. No parameter of
    /// a question has such a name.
    static let columns = "~columns"
    /// The value by which a file says which table it is of.
    static let table = "~table"
    /// The value by which a file says that it is of the whole list, and not of the page.
    static let whole = "~whole"

    /// The columns, as `table:column`.
    let chosen: [String]

    /// Of the values of an address.
    init(_ pairs: [(name: String, value: String)]) {
        chosen = pairs.filter { $0.name == Self.columns && !$0.value.isEmpty }.reduce(into: []) { list, pair in
            if !list.contains(pair.value), list.count < 100 { list.append(pair.value) }
        }
    }

    /// Whether a value of an address is one of the console's own, and none of the question's.
    static func isOwn(_ name: String) -> Bool { name.hasPrefix("~") }

    /// The columns of a table that are shown, in their order; none when all are.
    func columns(of table: QueryTable) -> [String] {
        let names = chosen.compactMap { choice in
            choice.hasPrefix("\(table.name):") ? String(choice.dropFirst(table.name.count + 1)) : nil
        }
        return names.filter { name in table.columns.contains { $0.name == name } }
    }

    /// As values of an address.
    var values: [(String, String?)] { chosen.map { (Self.columns, $0) } }

    /// A table with the chosen columns alone, with what was told of the whole list.
    func narrowed(_ table: QueryTable) -> QueryTable {
        let names = columns(of: table)
        guard !names.isEmpty else { return table }
        let places = names.compactMap { name in table.columns.firstIndex { $0.name == name } }
        return QueryTable(
            table.name, places.map { table.columns[$0] },
            rows: table.rows.map { row in places.map { row.values.indices.contains($0) ? row.values[$0] : nil } },
            isCut: table.isCut, next: table.next, count: table.count,
            totals: table.totals.filter { names.contains($0.column) }, blanked: table.blanked.filter(names.contains))
    }
}

/// By what rows of a list are told apart where somebody chooses some of them.
struct RowKeys: Sendable {
    /// The columns whose values together name one row.
    let columns: [String]

    /// - Returns: `nil` when nothing that is told names a row, so that none can be chosen.
    init?(_ table: QueryTable, _ described: TableDescription?) {
        var names: [String] = []
        if case .pages(let keys)? = described?.extent, keys.allSatisfy({ $0.hidden == nil }) {
            names = keys.map(\.name)
        }
        let told = Set(table.columns.map(\.name))
        if names.isEmpty || !told.isSuperset(of: names) || !table.blanked.allSatisfy({ !names.contains($0) }) {
            names = (described?.columns ?? []).filter { $0.kind == .code && told.contains($0.name) }.map(\.name)
        }
        guard !names.isEmpty else { return nil }
        columns = names
        // Two rows of one name cannot be told apart.
        let keys = table.views.map(key)
        guard Set(keys).count == keys.count else { return nil }
    }

    /// What names a row.
    func key(_ row: RowView) -> String {
        columns.map { (row[$0] ?? "").asAddressPart }.joined(separator: "&")
    }
}
