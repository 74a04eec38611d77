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

    /// Has a statement run whose answer nobody waits for: in one round trip with the next that somebody does wait for, at
    /// the latest with the COMMIT. The order of statements stays.
    ///
    /// - Parameters:
    ///   - sql: the statement.
    ///   - expectation: what it is to do.
    /// - Throws: ``PostgresError`` of code `encoding` for what cannot be sent, and the refusal of one queued before, when
    ///   many wait. When the server refuses this one, what is asked next, or the COMMIT, throws: so its refusal cannot be
    ///   caught where it is queued.
    public borrowing func queue(_ sql: SQL, expecting expectation: Expectation = .anything) throws(PostgresError) {
        try wire.enqueue(try Statement(sql, expecting: expectation))
    }

    /// Asks now what is read later: several questions whose answers are read after the last of them are one round trip.
    ///
    /// - Parameters:
    ///   - sql: the statement.
    ///   - columns: the types of its columns.
    ///   - expectation: what it is to do besides answering.
    /// - Throws: ``PostgresError`` of code `encoding` for what cannot be sent.
    public borrowing func ask<each Column: PostgresDecodable>(
        _ sql: SQL, as columns: (repeat each Column).Type, expecting expectation: Expectation = .anything
    ) throws(PostgresError) -> Answer<repeat each Column> {
        let statement = try Statement(sql, expecting: expectation, isBinary: true)
        try wire.enqueue(statement)
        return Answer(wire, statement)
    }

    /// Asks now for rows that are read later by the names of their columns: as ``ask(_:as:expecting:)``.
    public borrowing func ask<Row: PostgresRow>(
        _ sql: SQL, as type: Row.Type, expecting expectation: Expectation = .anything
    ) throws(PostgresError) -> RowAnswer<Row> {
        let statement = try Statement(sql, expecting: expectation, isBinary: true)
        try wire.enqueue(statement)
        return RowAnswer(wire, statement)
    }

    /// Runs a statement and reads its rows by the names of their columns.
    ///
    /// - Throws: ``PostgresError``; for a value of another type than asked for it names column and types.
    public borrowing func query<Row: PostgresRow>(_ sql: SQL, as type: Row.Type) throws(PostgresError) -> [Row] {
        try RowReader.rows(of: try wire.execute(sql, isBinary: true), as: type)
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
        try Self.rows(try wire.execute(sql, isBinary: true))
    }

    fileprivate static func rows<each Column: PostgresDecodable>(
        _ result: consuming ResultHandle
    ) throws(PostgresError) -> [(repeat each Column)] {
        var rows: [(repeat each Column)] = []
        let count = result.rowCount
        rows.reserveCapacity(count)
        for row in 0..<count {
            var column = -1
            rows.append((repeat try cell(result, row, &column, (each Column).self)))
        }
        return rows
    }

    /// Runs a statement and reads the first column of its rows.
    ///
    /// - Throws: ``PostgresError``; for a value of another type than asked for it names column and types.
    public borrowing func query<Column: PostgresDecodable>(
        _ sql: SQL, as type: Column.Type
    ) throws(PostgresError) -> [Column] {
        let result = try wire.execute(sql, isBinary: true)
        var rows: [Column] = []
        let count = result.rowCount
        rows.reserveCapacity(count)
        for row in 0..<count {
            var column = -1
            rows.append(try Self.cell(result, row, &column, type))
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
            rows.append((0..<columns).map { result.text(row, $0) })
        }
        return Rows(
            columns: (0..<columns).map { result.columnName($0) }, types: (0..<columns).map { result.columnType($0) },
            values: rows)
    }

    /// Has the rest of the transaction asked as another role, with settings of its own: queued, so that it costs no round trip.
    ///
    /// Both end with the transaction, whichever way that ends. The session's user must be a member of the role.
    ///
    /// - Parameters:
    ///   - role: the role, an expression of SQL; the one that it is already when there is none.
    ///   - settings: names and values of settings. A value is read by `current_setting(name)`.
    public borrowing func become(
        _ role: SQL? = nil, settings: [(name: String, value: String)]
    ) throws(PostgresError) {
        var calls: SQL = ""
        for (place, setting) in settings.enumerated() {
            calls = "\(calls)\(unsafe: place > 0 ? ", " : "")set_config(\(setting.name), \(setting.value), true)"
        }
        guard let role else { return try queue("select \(calls)") }
        // From left to right: the role is the last that is set.
        let comma: SQL = settings.isEmpty ? "" : ", "
        try queue("select \(calls)\(comma)set_config('role', \(role), true)")
        wire.role = role.rendered().text
    }

    /// Runs text of one or more statements without values. For migrations.
    ///
    /// - Throws: ``PostgresError`` of the statement that fails; none after it is run.
    public borrowing func script(_ text: String) throws(PostgresError) {
        try wire.script(text)
    }

    /// Loads many rows at once by COPY. The time-out of a statement holds for the whole of it.
    ///
    /// - Parameters:
    ///   - table: the table's name, as SQL text from the source, never data.
    ///   - columns: the columns' names.
    ///   - rows: the values as text, `nil` for NULL; as many in each row as there are columns.
    /// - Returns: how many rows were loaded.
    @discardableResult
    public borrowing func copy(
        into table: String, columns: [String], rows: some Sequence<[String?]>
    ) throws(PostgresError) -> Int {
        let names = columns.map(Wire.quoted(identifier:)).joined(separator: ", ")
        var iterator = rows.makeIterator()
        return try wire.copy("copy \(table) (\(names)) from stdin") { (data: inout [UInt8]) throws(PostgresError) in
            guard let row = iterator.next() else { return false }
            for (index, value) in row.enumerated() {
                if index > 0 { data.append(UInt8(ascii: "\t")) }
                guard Self.append(value, to: &data) else {
                    throw PostgresError(
                        .encoding, "a row for \(table) holds a text with a null character, which cannot be stored")
                }
            }
            data.append(UInt8(ascii: "\n"))
            return true
        }
    }

    /// Does something that may fail without failing the whole transaction. May be nested.
    ///
    /// - Throws: what the closure throws, or what it queued was refused for, once everything it did is undone. What fails
    ///   that was queued before fails the whole transaction.
    public borrowing func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
        try wire.openSavepoint()
        let result: Result
        do {
            result = try body()
            try wire.flush()
        } catch {
            wire.undoSavepoint()
            throw error
        }
        try wire.releaseSavepoint()
        return result
    }

    private static func cell<Column: PostgresDecodable>(
        _ result: borrowing ResultHandle, _ row: Int, _ column: inout Int, _ type: Column.Type
    ) throws(PostgresError) -> Column {
        column += 1
        guard column < result.columnCount else {
            throw PostgresError(
                .decoding,
                "column \(column + 1) was asked for as \(type), the statement has \(result.columnCount) columns")
        }
        return try result.value(row, column)
    }

    /// COPY's text format: tabs, new lines and backslashes escaped, `\N` for NULL.
    ///
    /// - Returns: false when the text has a null character.
    private static func append(_ value: String?, to data: inout [UInt8]) -> Bool {
        let backslash = UInt8(ascii: "\\")
        guard var value else {
            data.append(backslash)
            data.append(UInt8(ascii: "N"))
            return true
        }
        return value.withUTF8 { bytes in
            for byte in bytes {
                switch byte {
                case 0: return false
                case backslash: data.append(backslash)
                case UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                    data.append(backslash)
                    switch byte {
                    case UInt8(ascii: "\t"): data.append(UInt8(ascii: "t"))
                    case UInt8(ascii: "\n"): data.append(UInt8(ascii: "n"))
                    default: data.append(UInt8(ascii: "r"))
                    }
                    continue
                default: break
                }
                data.append(byte)
            }
            return true
        }
    }
}

/// The answer to a question, read when it is needed. Only inside the transaction that asked.
public struct Answer<each Column: PostgresDecodable> {
    private let wire: Wire
    private let statement: Statement

    fileprivate init(_ wire: Wire, _ statement: Statement) {
        self.wire = wire
        self.statement = statement
    }

    /// The rows, as tuples; they can be read once.
    ///
    /// - Throws: ``PostgresError``, also of a statement that was queued before; for a value of another type than asked
    ///   for it names column and types.
    public func rows() throws(PostgresError) -> [(repeat each Column)] {
        try Transaction.rows(try wire.answer(to: statement))
    }
}

/// The answer to a question whose rows are read by the names of their columns. Only inside the transaction that asked.
public struct RowAnswer<Row: PostgresRow> {
    private let wire: Wire
    private let statement: Statement

    fileprivate init(_ wire: Wire, _ statement: Statement) {
        self.wire = wire
        self.statement = statement
    }

    /// The rows; they can be read once.
    ///
    /// - Throws: ``PostgresError``, also of a statement that was queued before; for a value of another type than asked
    ///   for it names column and types.
    public func rows() throws(PostgresError) -> [Row] {
        try RowReader.rows(of: try wire.answer(to: statement), as: Row.self)
    }
}

/// Rows as text.
public struct Rows: Sendable, Equatable {
    /// The names of the columns.
    public let columns: [String]
    /// The types of the columns, as the database names them, such as `timestamptz`.
    public let types: [String]
    /// The values, row by row; `nil` for NULL.
    public let values: [[String?]]
}
