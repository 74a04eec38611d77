public import Contracts
public import Postgres

/// Runs a statement and makes its rows the table of an answer.
///
/// - Parameters:
///   - name: the table's name.
///   - kinds: what columns hold that are not text.
///   - sql: the statement; its columns' names are the table's.
public func table(
    _ name: String, kinds: [String: ColumnKind] = [:], _ sql: SQL, _ transaction: borrowing Transaction
) throws -> QueryTable {
    let rows = try transaction.rows(sql)
    return QueryTable(name, rows.columns.map { QueryColumn($0, kinds[$0] ?? .text) }, rows: rows.values)
}
