/// A row that is read by the names of its columns.
///
/// ```swift
/// struct Account: PostgresRow {
///     let code: String
///     let day: CalendarDay?
///
///     init(row: inout RowReader) throws(PostgresError) {
///         code = try row("code")
///         day = try row("day")
///     }
/// }
/// let accounts = try transaction.query("select code, day from account", as: Account.self)
/// ```
public protocol PostgresRow {
    /// Reads a row.
    ///
    /// - Throws: ``PostgresError`` of code `decoding`, which names column and types.
    init(row: inout RowReader) throws(PostgresError)
}

/// Reads the rows of one answer, one after the other, by the names of the columns.
///
/// Where a column stands is found once: rows ask for the same names in the same order, so that the n-th question of a
/// row has the place that the n-th question of the row before had.
public struct RowReader: ~Copyable {
    private let result: ResultHandle
    private let rowCount: Int
    private var row = -1
    private var asked: [(name: StaticString, column: Int)] = []
    private var next = 0

    init(_ result: consuming ResultHandle) {
        rowCount = result.rowCount
        if rowCount > 0 { asked.reserveCapacity(result.columnCount) }
        self.result = result
    }

    /// Reads a column of this row.
    ///
    /// - Parameters:
    ///   - name: the column's name, as the statement gives it.
    ///   - type: what it holds.
    /// - Throws: ``PostgresError`` of code `decoding` when there is no such column, when there are two, or when it holds
    ///   something else.
    public mutating func callAsFunction<Value: PostgresDecodable>(
        _ name: StaticString, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        try result.value(row, try column(name))
    }

    /// All rows.
    static func rows<Row: PostgresRow>(
        of result: consuming ResultHandle, as type: Row.Type
    ) throws(PostgresError) -> [Row] {
        var reader = RowReader(result)
        var rows: [Row] = []
        rows.reserveCapacity(reader.rowCount)
        while reader.row + 1 < reader.rowCount {
            reader.row += 1
            reader.next = 0
            rows.append(try Row(row: &reader))
        }
        return rows
    }

    private mutating func column(_ name: StaticString) throws(PostgresError) -> Int {
        defer { next += 1 }
        if next < asked.count, Self.isSame(asked[next].name, name) { return asked[next].column }
        let column = try result.column(named: name)
        if next == asked.count { asked.append((name, column)) } else { asked[next] = (name, column) }
        return column
    }

    /// The same place in the program's text; two equal literals may have two places, and then only cost a look.
    private static func isSame(_ first: StaticString, _ second: StaticString) -> Bool {
        first.utf8Start == second.utf8Start && first.utf8CodeUnitCount == second.utf8CodeUnitCount
    }
}
