public import Domain

/// A named value that comes with a question.
public struct QueryParameter: Part {
    /// Its name.
    public let name: String
    /// Its value.
    public let value: String

    /// - Parameters: as the properties.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        name = try fields.identifier("name")
        // Long enough for where a page begins: that may be the longest names of a row, in characters of four bytes.
        value = try fields.text("value", maximum: 8_000)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("name", name)
        object.text("value", value)
    }
}

/// A question to a service. Its type on the wire is the service's: `finance.run-query.v1`.
public struct RunQuery: Part {
    /// What is asked, such as `orders.show`.
    public let query: String
    /// The values that come with it.
    public let parameters: [QueryParameter]
    /// The data of messages that it is about, each as JSON; at most 500.
    public let lines: [String]
    /// Whether the answer is to be taken out of the system, as a file or page by page to the end: then it is what may be
    /// exported, and not what may be seen.
    public let isExport: Bool

    /// - Parameters: as the properties.
    public init(query: String, parameters: [QueryParameter] = [], lines: [String] = [], isExport: Bool = false) {
        self.query = query
        self.parameters = parameters
        self.lines = lines
        self.isExport = isExport
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        query = try fields.identifier("query")
        parameters = try fields.array("parameters", QueryParameter.self, 0...50)
        lines = try fields.optionalTexts("lines", maximum: 32_768, 0...500) ?? []
        isExport = try fields.optionalBoolean("isExport") ?? false
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("query", query)
        object.array("parameters", parameters)
        object.texts("lines", lines.isEmpty ? nil : lines)
        object.boolean("isExport", isExport ? true : nil)
    }

    /// The type of a question to a service; also its routing key.
    public static func type(for service: ServiceName) -> MessageType {
        MessageType("\(service.rawValue).run-query.v1")
    }
}

/// What kind of values a column holds.
public enum ColumnKind: String, Sendable, CaseIterable {
    /// Words.
    case text
    /// Whole numbers.
    case integer
    /// Exact decimals.
    case decimal
    /// Points in time or days.
    case time
    /// `true` and `false`.
    case boolean
}

/// A column of an answer.
public struct QueryColumn: Part {
    /// Its name.
    public let name: String
    /// What it holds.
    public let kind: ColumnKind

    /// - Parameters:
    ///   - name: its name.
    ///   - kind: what it holds.
    public init(_ name: String, _ kind: ColumnKind = .text) {
        self.name = name
        self.kind = kind
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        name = try fields.identifier("name")
        kind = try fields.choice("kind", ColumnKind.self)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("name", name)
        object.choice("kind", kind)
    }
}

/// A row of an answer: the values in the order of the columns, as text; an absent one is `nil`.
public struct QueryRow: Part {
    /// The most characters that a value has.
    public static let maximumCharacters = 16_384
    /// The values.
    public let values: [String?]

    /// - Parameter values: the values. One that is longer than a value may be is cut, and says how much is missing: it takes
    ///   the answer from nobody.
    public init(_ values: [String?]) {
        self.values = values.map { $0.map(Self.fitting) }
    }

    private static func fitting(_ value: String) -> String {
        guard value.utf8.count > maximumCharacters else { return value }
        let missing = value.unicodeScalars.count - maximumCharacters
        guard missing > 0 else { return value }
        let room = 64
        return String(String.UnicodeScalarView(value.unicodeScalars.prefix(maximumCharacters - room)))
            + "… (\(missing + room) more characters)"
    }

    /// Reads it. A value stands as a text; `present` says which of them are there.
    public init(fields: inout FieldReader) throws(Refusal) {
        let texts = try fields.texts("values", maximum: Self.maximumCharacters, 0...100)
        let present = try fields.text("present", maximum: 100)
        values = zip(texts, present).map { $1 == "1" ? $0 : nil }
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.texts("values", values.map { $0 ?? "" })
        object.text("present", String(values.map { $0 == nil ? "0" : "1" }))
    }
}

/// What the amounts of one column come to in one currency, over all rows of a list and not over those of a page.
public struct QueryTotal: Part, Equatable {
    /// The column.
    public let column: String
    /// The currency; amounts of different ones are never added.
    public let currency: String
    /// The sum, such as `2193.10`. It may have more digits than an amount of a message, and is text as the values of rows are.
    public let amount: String

    /// - Parameters: as the properties.
    public init(column: String, currency: String, amount: String) {
        self.column = column
        self.currency = currency
        self.amount = amount
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        column = try fields.identifier("column")
        currency = try fields.identifier("currency")
        amount = try fields.text("amount", maximum: 64)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("column", column)
        object.text("currency", currency)
        object.text("amount", amount)
    }
}

/// A table of an answer.
public struct QueryTable: Part {
    /// The most rows that a table of one answer carries; a table that had more says so. What a command makes of several
    /// answers, or of what stands at the broker, is no answer, and is whole.
    public static let maximumRows = 2_000
    /// Its name.
    public let name: String
    /// Its columns.
    public let columns: [QueryColumn]
    /// Its rows.
    public let rows: [QueryRow]
    /// Whether there are more rows than these.
    public let isCut: Bool
    /// Where the next rows begin, to be asked for by the parameter `after`; nothing when there are no more, or when the
    /// table is not told page by page.
    public let next: String?
    /// How many rows the whole list has, whichever page this is; nothing when that was not asked for.
    public let count: Int?
    /// What the amounts of the whole list come to, by column and then by currency; none when that was not asked for.
    public let totals: [QueryTotal]
    /// The columns whose values are withheld from whoever asked, who has no right to such fields: in every row they are
    /// absent, whether there is a value or not.
    public let blanked: [String]

    /// - Parameters:
    ///   - name: its name.
    ///   - columns: its columns.
    ///   - rows: its values, row by row.
    ///   - isCut: whether there are more rows than these.
    ///   - next: where the next rows begin.
    ///   - count: how many rows the whole list has.
    ///   - totals: what the amounts of the whole list come to.
    ///   - blanked: the columns whose values are withheld.
    public init(
        _ name: String, _ columns: [QueryColumn], rows: [[String?]], isCut: Bool = false, next: String? = nil,
        count: Int? = nil, totals: [QueryTotal] = [], blanked: [String] = []
    ) {
        self.name = name
        self.columns = columns
        self.rows = rows.map { QueryRow($0) }
        self.isCut = isCut || next != nil
        self.next = next
        self.count = count
        self.totals = totals
        self.blanked = blanked
    }

    /// As much of it as an answer carries: what is beyond ``maximumRows`` is left out, and the table says so.
    fileprivate var ofAnswer: QueryTable {
        guard rows.count > Self.maximumRows else { return self }
        return with(rows: rows.prefix(Self.maximumRows).map(\.values)).saying(isCut: true)
    }

    /// The same, which says that there are more rows when there are.
    public func saying(isCut more: Bool) -> QueryTable {
        QueryTable(
            name, columns, rows: rows.map(\.values), isCut: isCut || more, next: next, count: count, totals: totals,
            blanked: blanked)
    }

    /// The same page of the same list, with rows that were worked on.
    public func with(rows: [[String?]]) -> QueryTable {
        QueryTable(
            name, columns, rows: rows, isCut: isCut, next: next, count: count, totals: totals, blanked: blanked)
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        // Longer than other names: it may tell by what its rows are told apart.
        name = try fields.identifier("name", maximum: 256)
        columns = try fields.array("columns", QueryColumn.self, 0...100)
        rows = try fields.array("rows", QueryRow.self, 0...Self.maximumRows)
        isCut = try fields.optionalBoolean("isCut") ?? false
        next = try fields.optionalText("next", maximum: 8_000)
        count = try fields.optionalInteger("count")
        totals = try fields.optionalArray("totals", QueryTotal.self, 1...2_000) ?? []
        blanked = try fields.optionalTexts("blanked", maximum: 256, 1...100) ?? []
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("name", name)
        object.array("columns", columns)
        object.array("rows", rows)
        object.boolean("isCut", isCut ? true : nil)
        object.text("next", next)
        object.integer("count", count)
        object.array("totals", totals.isEmpty ? nil : totals)
        object.texts("blanked", blanked.isEmpty ? nil : blanked)
    }
}

/// Whether a question was answered.
public enum QueryStatus: String, Sendable, CaseIterable {
    /// It was.
    case answered
    /// It was not, for a reason.
    case refused
}

/// The answer to a question.
public struct QueryReply: Part {
    /// Whether it was answered.
    public let status: QueryStatus
    /// The reason code of a refusal.
    public let reason: String?
    /// The reason in words.
    public let detail: String?
    /// The time that the answer is of.
    public let asOf: Timestamp
    /// The tables.
    public let tables: [QueryTable]

    private init(status: QueryStatus, reason: String?, detail: String?, asOf: Timestamp, tables: [QueryTable]) {
        self.status = status
        self.reason = reason
        self.detail = detail
        self.asOf = asOf
        self.tables = tables
    }

    /// An answer; of each table as many rows as an answer carries.
    public static func answered(_ tables: [QueryTable], asOf: Timestamp) -> QueryReply {
        QueryReply(status: .answered, reason: nil, detail: nil, asOf: asOf, tables: tables.map(\.ofAnswer))
    }

    /// A refusal.
    public static func refused(reason: String, detail: String, asOf: Timestamp) -> QueryReply {
        QueryReply(status: .refused, reason: reason, detail: String(detail.prefix(1_000)), asOf: asOf, tables: [])
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        status = try fields.choice("status", QueryStatus.self)
        reason = try fields.optionalText("reason", maximum: 64)
        detail = try fields.optionalText("detail", maximum: 4_000)
        asOf = try fields.timestamp("asOf")
        tables = try fields.array("tables", QueryTable.self, 0...20)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.choice("status", status)
        object.text("reason", reason)
        object.text("detail", detail)
        object.timestamp("asOf", asOf)
        object.array("tables", tables)
    }
}

extension Part {
    /// Reads it from a document of its own.
    ///
    /// - Parameters:
    ///   - bytes: the JSON text.
    ///   - limits: how much it may hold.
    public init(json bytes: [UInt8], limits: JSONLimits = .standard) throws(Refusal) {
        let document = try JSONDocument(parsing: bytes, limits: limits)
        self = try FieldReader.under("$") { () throws(Refusal) in
            var reader = try FieldReader(document.root)
            return try Self(fields: &reader)
        }
    }
}
