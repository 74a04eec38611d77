/// A transaction that is open on one connection.
///
/// It exists only inside the closure of ``PostgresPool/withTransaction(isReadOnly:_:)`` and cannot be kept: that
/// closure is synchronous, so nothing comes between BEGIN and COMMIT but its own statements.
public struct Transaction: ~Copyable {
    private let wire: Wire

    init(_ wire: Wire) {
        self.wire = wire
    }

    /// Runs a statement.
    ///
    /// - Returns: how many rows it inserted, updated or deleted.
    @discardableResult
    public borrowing func execute(_ sql: SQL) throws(PostgresError) -> Int {
        try wire.execute(sql).affectedRows
    }

    /// Runs a statement and reads its rows as tuples.
    ///
    /// ```swift
    /// let rows = try transaction.query("select code, name from account", as: (String, String?).self)
    /// ```
    ///
    /// - Throws: ``PostgresError``; for a value of another type than asked for it names column and types.
    public borrowing func query<each Column: PostgresDecodable>(
        _ sql: SQL, as columns: (repeat each Column).Type
    ) throws(PostgresError) -> [(repeat each Column)] {
        let result = try wire.execute(sql)
        var rows: [(repeat each Column)] = []
        let count = result.rowCount
        rows.reserveCapacity(count)
        for row in 0..<count {
            var column = -1
            rows.append((repeat try Self.cell(result, row, &column, (each Column).self)))
        }
        return rows
    }

    /// Runs a statement and reads its rows as text, with the names of the columns.
    public borrowing func rows(_ sql: SQL) throws(PostgresError) -> Rows {
        let result = try wire.execute(sql)
        let columns = result.columnCount
        var rows: [[String?]] = []
        rows.reserveCapacity(result.rowCount)
        for row in 0..<result.rowCount {
            rows.append((0..<columns).map { column in result.withCell(row, column) { String.decode(postgres: $0) } })
        }
        return Rows(columns: (0..<columns).map { result.columnName($0) }, values: rows)
    }

    /// Runs text of one or more statements without values. For migrations.
    public borrowing func script(_ text: String) throws(PostgresError) {
        try wire.script(text)
    }

    /// Loads many rows at once by COPY.
    ///
    /// - Parameters:
    ///   - table: the table's name, as SQL text from the source, never data.
    ///   - columns: the columns' names.
    ///   - rows: the values as text, `nil` for NULL.
    /// - Returns: how many rows were loaded.
    @discardableResult
    public borrowing func copy(
        into table: String, columns: [String], rows: some Sequence<[String?]>
    ) throws(PostgresError) -> Int {
        var data: [UInt8] = []
        for row in rows {
            for (index, value) in row.enumerated() {
                if index > 0 { data.append(UInt8(ascii: "\t")) }
                Self.append(value, to: &data)
            }
            data.append(UInt8(ascii: "\n"))
        }
        let names = columns.map(Wire.quoted(identifier:)).joined(separator: ", ")
        return try wire.copy("copy \(table) (\(names)) from stdin", data)
    }

    /// Does something that may fail without failing the whole transaction.
    public borrowing func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
        try wire.script("savepoint part")
        do {
            let result = try body()
            try wire.script("release savepoint part")
            return result
        } catch {
            if wire.isAlive { try wire.script("rollback to savepoint part; release savepoint part") }
            throw error
        }
    }

    private static func cell<Column: PostgresDecodable>(
        _ result: borrowing ResultHandle, _ row: Int, _ column: inout Int, _ type: Column.Type
    ) throws(PostgresError) -> Column {
        column += 1
        guard column < result.columnCount else {
            throw PostgresError(
                .decoding, "the statement has \(result.columnCount) columns, more were asked for: \(type) has none")
        }
        let value = result.withCell(row, column) { Column.decode(postgres: $0) }
        guard let value else {
            let isNull = result.withCell(row, column) { $0 == nil }
            throw PostgresError(
                .decoding,
                "column \(column + 1) '\(result.columnName(column))' (type \(result.columnType(column))) "
                    + (isNull ? "is NULL" : "does not hold") + ", \(type) was asked for")
        }
        return value
    }

    /// COPY's text format: tabs, new lines and backslashes escaped, `\N` for NULL.
    private static func append(_ value: String?, to data: inout [UInt8]) {
        guard let value else {
            data += [UInt8(ascii: "\\"), UInt8(ascii: "N")]
            return
        }
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): data += [byte, byte]
            case UInt8(ascii: "\t"): data += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            case UInt8(ascii: "\n"): data += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\r"): data += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            default: data.append(byte)
            }
        }
    }
}

/// Rows as text.
public struct Rows: Sendable, Equatable {
    /// The names of the columns.
    public let columns: [String]
    /// The values, row by row; `nil` for NULL.
    public let values: [[String?]]
}
