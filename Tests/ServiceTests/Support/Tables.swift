package import Contracts

extension QueryTable {
    /// The values of a column.
    package func column(_ name: String) -> [String?] {
        guard let place = columns.firstIndex(where: { $0.name == name }) else { return [] }
        return rows.map { $0.values[place] }
    }
}

extension [QueryTable] {
    /// A table by its name; empty when there is none.
    package subscript(_ name: String) -> QueryTable { first { $0.name == name } ?? QueryTable(name, [], rows: []) }
}
