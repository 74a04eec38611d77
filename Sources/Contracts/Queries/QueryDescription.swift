public import Domain

/// What a service may be asked: one question, with what it takes and what it answers.
///
/// The service binds its handler to the description; the command line, the documents and whatever else asks read it from
/// here, without importing a service. Names of questions, parameters and columns are typed by people and read by
/// scripts: they only grow.
///
/// ```swift
/// static let suppliers = QueryDescription(
///     .supplier, "suppliers.list", "Suppliers and the codes they are known by.", shows: .supplier,
///     answers: [.pages("suppliers", by: ["source", "code"], [.code("supplier_id", "source", "code"), .text("name")])])
/// ```
public struct QueryDescription: Sendable {
    /// Who answers it; `nil` when every service does.
    public let service: ServiceName?
    /// What is asked, such as `orders.show`.
    public let name: String
    /// What it answers, in one sentence.
    public let help: String
    /// The kind of object that it shows, which decides who sees how much of it; a table may be of another.
    public let shows: PermissionKind
    /// Whether it is answered only to those who see every object of its kind: an answer from a part would be wrong, such as
    /// whether a number is new.
    public let isOfWhole: Bool
    /// Whether whoever may log in is answered, whatever a policy says: nothing is read for it, or
    /// only what came to whoever asks.
    public let isForEverybody: Bool
    /// What it takes; with pages among the answers, also what narrows them by what their rows have, `limit`, where a page
    /// begins (``cursor``) and `totals`; and ``within`` where some of the objects can be seen without the rest.
    public let parameters: [QueryInput]
    /// What it answers, table by table.
    public let answers: [TableDescription]
    /// The parameter that holds where a page begins; `nil` when nothing is told page by page.
    public let cursor: String?

    /// - Parameters:
    ///   - service: who answers it; `nil` when every service does.
    ///   - name: what is asked.
    ///   - help: what it answers, in one sentence.
    ///   - parameters: what it takes, beside what lists and their pages take.
    ///   - shows: the kind of object that it shows.
    ///   - isOfWhole: whether it is answered only to those who see every object of that kind.
    ///   - isForEverybody: whether it is answered to everybody.
    ///   - pageSize: how many rows a page has when the asker does not say, and how many it may have.
    ///   - answers: what it answers, table by table.
    public init(
        _ service: ServiceName?, _ name: String, _ help: String, _ parameters: [QueryInput] = [],
        shows: PermissionKind, ofWhole isOfWhole: Bool = false, forEverybody isForEverybody: Bool = false,
        pageSize: Int = 50, maximum: Int = QueryTable.maximumRows, answers: [TableDescription]
    ) {
        self.service = service
        self.name = name
        self.help = help
        self.answers = answers
        self.shows = shows
        self.isOfWhole = isOfWhole
        self.isForEverybody = isForEverybody
        let isOfMany = answers.contains { $0.isPaged || $0.isOfTotals }
        let within = isOfMany && shows.isOwned && !isOfWhole ? [QueryInput.within] : []
        guard answers.contains(where: \.isPaged) else {
            self.parameters = parameters + within
            cursor = nil
            return
        }
        // Where a question has an `after` of its own, a time of business, the page begins with `next`.
        let cursor = parameters.contains { $0.name == "after" } ? "next" : "after"
        self.cursor = cursor
        // What the question itself takes under such a name is what it says, and nothing is narrowed by it.
        let narrowing = QueryInput.narrowing(answers).filter { input in
            !parameters.contains { $0.name == input.name }
        }
        self.parameters =
            parameters + narrowing + within + [
                .integer("limit", 1...maximum, otherwise: pageSize, "How many rows a page has."),
                .text(cursor, "Where to go on: what the page before gave as its end."),
                .flag(Self.totals, "Also how many rows there are in all, and what their amounts come to."),
            ]
    }

    /// The parameter by which who asks for pages asks for the count and the totals of the whole list, too. They are not
    /// told unasked: the whole list is read for them, whatever a page holds.
    public static let totals = "totals"

    /// Whether it is about one thing that must be named: an answer without rows means that it is not there.
    public var isOfOne: Bool { name.hasSuffix(".show") && parameters.contains { $0.isRequired } }

    /// The description of a parameter.
    public func parameter(_ name: String) -> QueryInput? { parameters.first { $0.name == name } }

    /// The description of a table.
    public func answer(_ name: String) -> TableDescription? {
        answers.first { $0.name == name || ($0.name.hasSuffix("…") && name.hasPrefix($0.name.dropLast())) }
    }

    /// Checks what comes with a question: nothing that it does not take, nothing twice, each value of its kind.
    ///
    /// - Returns: the values by name; a parameter without a value counts as not given.
    /// - Throws: a refusal whose path is `parameters.NAME`.
    public func values(of parameters: [QueryParameter]) throws(Refusal) -> [String: String] {
        var values: [String: String] = [:]
        for parameter in parameters {
            let path = "parameters.\(parameter.name)"
            guard let input = self.parameter(parameter.name) else {
                let known = self.parameters.isEmpty ? "nothing" : self.parameters.map(\.name).joined(separator: ", ")
                throw Refusal(
                    .valueNotAllowed, path: path, "'\(name)' takes no '\(parameter.name)'; it takes \(known)")
            }
            guard values[parameter.name] == nil else {
                throw Refusal(.duplicateElement, path: path, "'\(parameter.name)' is given twice")
            }
            guard !parameter.value.isEmpty else { continue }
            // Where a page begins may be longer: it holds the names of a whole row.
            guard parameter.name == cursor || parameter.value.unicodeScalars.count <= 1_000 else {
                throw Refusal(.textTooLong, path: path, "'\(parameter.name)' has at most 1,000 characters")
            }
            values[parameter.name] = try input.value(parameter.value)
        }
        for input in self.parameters where input.isRequired && values[input.name] == nil {
            throw Refusal(.missingField, path: "parameters.\(input.name)", "'\(input.name)' is required: \(input.help)")
        }
        return values
    }
}

/// A parameter of a question.
public struct QueryInput: Sendable {
    /// What its values are.
    public enum Kind: Sendable, Equatable {
        /// Words, a code or a list, at most 1,000 characters.
        case text
        /// One of some words.
        case choice([String])
        /// Some of some words, each once, with commas between them.
        case list([String])
        /// A whole number within bounds.
        case integer(ClosedRange<Int>)
        /// An exact decimal, such as `2193.10`.
        case decimal
        /// A day, such as `2026-01-05`.
        case day
        /// A time with its offset, such as `2026-01-05T10:00:00+08:00`.
        case time
        /// A day, which means its end in the organisation's zone, or a time with its offset.
        case dayOrTime
        /// A currency, such as `CNY`.
        case currency
        /// `true` or `false`.
        case flag
    }

    /// Its name.
    public let name: String
    /// What its values are.
    public let kind: Kind
    /// The value that counts when none is given; nothing when the question does without.
    public let otherwise: String?
    /// Whether it must be given.
    public private(set) var isRequired = false
    /// What it does, in one sentence.
    public let help: String
    /// What it leaves of the question's lists; nothing for a parameter that the question itself reads.
    public let narrowings: [Narrowing]
    /// What of a protected field it lets be found out, beside what follows from ``narrowings``.
    public internal(set) var protections: [InputProtection] = []
    /// With which values it asks of single objects; nothing when it never does.
    public internal(set) var naming: InputNaming?

    private init(_ name: String, _ kind: Kind, _ otherwise: String?, _ help: String) {
        (self.name, self.kind, self.otherwise, self.help, narrowings) = (name, kind, otherwise, help, [])
    }

    /// A parameter that narrows lists.
    init(_ name: String, _ kind: Kind, _ help: String, _ narrowings: [Narrowing]) {
        (self.name, self.kind, otherwise, self.help, self.narrowings) = (name, kind, nil, help, narrowings)
    }

    /// The same, and it must be given.
    public var required: QueryInput {
        var copy = self
        copy.isRequired = true
        return copy
    }

    /// Words or a code.
    public static func text(_ name: String, otherwise: String? = nil, _ help: String) -> QueryInput {
        QueryInput(name, .text, otherwise, help)
    }

    /// One of some words.
    public static func choice(
        _ name: String, _ choices: [String], otherwise: String? = nil, _ help: String
    ) -> QueryInput {
        QueryInput(name, .choice(choices), otherwise, help)
    }

    /// Some of some words, each once, with commas between them.
    public static func list(
        _ name: String, _ words: [String], otherwise: String? = nil, _ help: String
    ) -> QueryInput {
        QueryInput(name, .list(words), otherwise, help)
    }

    /// A whole number within bounds.
    public static func integer(
        _ name: String, _ range: ClosedRange<Int>, otherwise: Int? = nil, _ help: String
    ) -> QueryInput {
        QueryInput(name, .integer(range), otherwise.map(String.init), help)
    }

    /// An exact decimal.
    public static func decimal(_ name: String, otherwise: String? = nil, _ help: String) -> QueryInput {
        QueryInput(name, .decimal, otherwise, help)
    }

    /// A day.
    public static func day(_ name: String, _ help: String) -> QueryInput { QueryInput(name, .day, nil, help) }

    /// A time with its offset.
    public static func time(_ name: String, _ help: String) -> QueryInput { QueryInput(name, .time, nil, help) }

    /// A day, which means its end, or a time with its offset.
    public static func dayOrTime(_ name: String, _ help: String) -> QueryInput {
        QueryInput(name, .dayOrTime, nil, help)
    }

    /// A currency.
    public static func currency(_ name: String, otherwise: String? = nil, _ help: String) -> QueryInput {
        QueryInput(name, .currency, otherwise, help)
    }

    /// `true` or `false`; false when it is not given.
    public static func flag(_ name: String, _ help: String) -> QueryInput { QueryInput(name, .flag, nil, help) }

    /// The days that a list is of.
    static func days(_ what: String) -> [QueryInput] {
        [
            .day("from", "Only what \(what) on this day or later."),
            .day("to", "Only what \(what) on this day or before."),
        ]
    }

    /// Whom a question is about.
    public static let customer = text("customer", "The customer: its identifier, or one of its codes.").naming()
    /// What tells codes of different systems apart.
    public static let source = text("source", "The source that gave the code, when more than one has it.")

    /// A value as it was typed, if it is of its kind.
    ///
    /// - Returns: words and codes exactly as they are, since they may name something; of every other kind the plain form.
    public func value(_ written: String) throws(Refusal) -> String {
        guard kind != .text else { return written }
        let value = TypedText.plain(written)
        try check(plain: value)
        return value
    }

    private func check(plain value: String) throws(Refusal) {
        let path = "parameters.\(name)"
        switch kind {
        case .text: break
        case .choice(let choices):
            guard choices.contains(value) else {
                throw Refusal(
                    .valueNotAllowed, path: path, "'\(name)' is one of \(choices.joined(separator: ", "))")
            }
        case .list(let words):
            let given = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard given.allSatisfy(words.contains), Set(given).count == given.count else {
                throw Refusal(
                    .valueNotAllowed, path: path,
                    "'\(name)' is a list of different words of: \(words.joined(separator: ", "))")
            }
        case .integer(let range):
            guard let number = Int(value), range.contains(number) else {
                throw Refusal(
                    .valueNotAllowed, path: path,
                    "'\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
        case .decimal:
            do { _ = try FixedDecimal(parsing: value) } catch { throw error.refusal(at: path) }
        case .day:
            do { _ = try CalendarDay(parsing: value) } catch { throw error.refusal(at: path) }
        case .time:
            guard Timestamp(value) != nil else {
                throw Refusal(.badTime, path: path, "'\(name)' must be a time with its offset")
            }
        case .dayOrTime:
            guard Self.time(ofDayOrTime: value) != nil else {
                throw Refusal(.badTime, path: path, "'\(name)' must be a day or a time with its offset")
            }
        case .currency:
            guard Currency(value) != nil else {
                throw Refusal(.unknownCurrency, path: path, "'\(name)' must be a currency such as CNY")
            }
        case .flag:
            guard value == "true" || value == "false" else {
                throw Refusal(.valueNotAllowed, path: path, "'\(name)' is true or false")
            }
        }
    }

    /// The moment that a day, taken to its last second, or a time with its offset means.
    public static func time(ofDayOrTime value: String, in zone: OrganisationZone = .current) -> Timestamp? {
        Timestamp(value) ?? CalendarDay(value).map { zone.end(of: $0).adding(microseconds: -999_999) }
    }
}

/// A table of an answer.
public struct TableDescription: Sendable {
    /// How much of it an answer holds.
    public enum Extent: Sendable {
        /// All rows; the answer says so when there are more than ``QueryTable/maximumRows``.
        case whole
        /// So many rows from the beginning; the answer says so when there are more.
        case first(Int)
        /// A page; the answer says where the next one begins. The keys together name one row.
        case pages([SortKey])
    }

    /// Its name.
    public let name: String
    /// Its columns.
    public let columns: [ColumnDescription]
    /// How much of it an answer holds, and in which order.
    public let extent: Extent
    /// Whether further columns, and the part of the name after `…`, follow from what is asked.
    public let isVarying: Bool
    /// Those of the further columns whose kind is known. Every figure is one of them: what is withheld is found by its name.
    public let further: [ColumnDescription]
    /// The columns whose sums, each by currency, say something of the whole list. Amounts of which a row holds what another
    /// row holds too, such as the balance after each entry, are none of them.
    public let totals: [String]
    /// The columns by which it is narrowed where another than the first would be taken.
    let subjects: [ListSubject: String]
    /// The kind of object that it shows, where that is another than its question's.
    public internal(set) var shows: PermissionKind?
    /// Whether its rows are sums over many objects, told as far as the totals of a policy reach.
    public internal(set) var isOfTotals = false

    /// Whether it is told page by page.
    public var isPaged: Bool { if case .pages = extent { true } else { false } }

    private init(
        _ name: String, _ extent: Extent, _ groups: [ColumnGroup], totals: [String] = [],
        narrowed subjects: [ListSubject: String] = [:], isVarying: Bool = false, further: [ColumnGroup] = []
    ) {
        self.totals = totals
        self.subjects = subjects
        self.name = name
        self.extent = extent
        self.isVarying = isVarying
        self.further = further.flatMap(\.columns)
        columns = groups.flatMap(\.columns)
    }

    /// A table that is told whole.
    public static func whole(_ name: String, _ columns: [ColumnGroup]) -> TableDescription {
        TableDescription(name, .whole, columns)
    }

    /// A table with further columns, before, between or after these, that follow from what is asked.
    ///
    /// It is told page by page.
    ///
    /// - Parameters:
    ///   - name: its name; one that ends in `…` is only its beginning.
    ///   - keys: the order, down to what names one row.
    ///   - totals: the amounts whose sums say something of the whole list.
    ///   - subjects: the columns by which it is narrowed, where another is meant than ``column(of:)`` takes by itself.
    ///   - columns: those that it always has.
    ///   - further: those of the others whose kind is known.
    public static func varying(
        _ name: String, by keys: [SortKey], totals: [String] = [], narrowed subjects: [ListSubject: String] = [:],
        _ columns: [ColumnGroup], further: [ColumnGroup] = []
    ) -> TableDescription {
        TableDescription(
            name, .pages(keys), columns, totals: totals, narrowed: subjects, isVarying: true, further: further)
    }

    /// A table of which the first rows are told.
    public static func first(_ count: Int, _ name: String, _ columns: [ColumnGroup]) -> TableDescription {
        TableDescription(name, .first(count), columns)
    }

    /// A table that is told page by page.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - keys: the order, down to what names one row.
    ///   - totals: the amounts whose sums say something of the whole list.
    ///   - subjects: the columns by which it is narrowed, where another is meant than ``column(of:)`` takes by itself.
    ///   - columns: its columns.
    public static func pages(
        _ name: String, by keys: [SortKey], totals: [String] = [], narrowed subjects: [ListSubject: String] = [:],
        _ columns: [ColumnGroup]
    ) -> TableDescription {
        TableDescription(name, .pages(keys), columns, totals: totals, narrowed: subjects)
    }

    /// The kind of a column; `nil` when it follows from what is asked and is not known.
    public func kind(of column: String) -> ColumnDescription.Kind? {
        columns.first { $0.name == column }?.kind ?? further.first { $0.name == column }?.kind
    }

    /// The column that holds the currency of an amount.
    public func currency(of column: String) -> String? {
        guard case .money(let currency) = kind(of: column) else { return nil }
        return currency
    }

    /// The kind of a key: that of its column, or its own when it is not shown.
    public func kind(of key: SortKey) -> ColumnDescription.Kind? {
        key.hidden ?? columns.first { $0.name == key.name }?.kind
    }
}

/// A column of a table.
public struct ColumnDescription: Sendable {
    /// What its values are.
    public enum Kind: Sendable, Equatable {
        /// Words.
        case text
        /// What names something: an identifier, a code, a word of a list.
        case code
        /// An amount; its currency stands in another column.
        case money(currency: String)
        /// An exact number of something.
        case quantity
        /// A share, a ratio or a probability.
        case rate
        /// A day.
        case day
        /// A point in time.
        case time
        /// Yes or no.
        case flag
        /// How many, a whole number.
        case count

        /// As what it is told in answers.
        var told: ColumnKind {
            switch self {
            case .text, .code: .text
            case .money, .quantity, .rate: .decimal
            case .day, .time: .time
            case .flag: .boolean
            case .count: .integer
            }
        }
    }

    /// Its name.
    public let name: String
    /// What its values are.
    public let kind: Kind
    /// As what it is told in answers, where it was so before kinds were known.
    public let told: ColumnKind
    /// The field of which it tells something, so that its values need a right of their own; `nil` when they need none.
    public let protected: PermissionField?

    /// - Parameters:
    ///   - name: its name.
    ///   - kind: what its values are.
    ///   - told: as what it is told in answers.
    ///   - protected: the field of which it tells something.
    public init(_ name: String, _ kind: Kind, as told: ColumnKind? = nil, protected: PermissionField? = nil) {
        self.name = name
        self.kind = kind
        self.told = told ?? kind.told
        self.protected = protected
    }
}

/// Columns, one after the other; of one kind, unless it says otherwise.
public struct ColumnGroup: Sendable {
    let columns: [ColumnDescription]

    init(_ columns: [ColumnDescription]) { self.columns = columns }

    private init(_ names: [String], _ kind: ColumnDescription.Kind, _ told: ColumnKind?) {
        columns = names.map { ColumnDescription($0, kind, as: told) }
    }

    /// Words.
    public static func text(_ names: String...) -> ColumnGroup { ColumnGroup(names, .text, nil) }

    /// What names something.
    public static func code(_ names: String...) -> ColumnGroup { ColumnGroup(names, .code, nil) }

    /// Amounts.
    ///
    /// - Parameter currency: the column that holds their currency.
    public static func money(_ names: String..., currency: String = "currency", as told: ColumnKind? = nil)
        -> ColumnGroup
    { ColumnGroup(names, .money(currency: currency), told) }

    /// Exact numbers.
    public static func quantity(_ names: String..., as told: ColumnKind? = nil) -> ColumnGroup {
        ColumnGroup(names, .quantity, told)
    }

    /// Shares, ratios and probabilities.
    public static func rate(_ names: String..., as told: ColumnKind? = nil) -> ColumnGroup {
        ColumnGroup(names, .rate, told)
    }

    /// Days.
    public static func day(_ names: String..., as told: ColumnKind? = nil) -> ColumnGroup {
        ColumnGroup(names, .day, told)
    }

    /// Points in time.
    public static func time(_ names: String..., as told: ColumnKind? = nil) -> ColumnGroup {
        ColumnGroup(names, .time, told)
    }

    /// Yes or no.
    public static func flag(_ names: String..., as told: ColumnKind? = nil) -> ColumnGroup {
        ColumnGroup(names, .flag, told)
    }

    /// Whole numbers.
    public static func count(_ names: String..., as told: ColumnKind? = nil) -> ColumnGroup {
        ColumnGroup(names, .count, told)
    }
}

/// A part of the order of a table that is told page by page. It is never absent in a row.
public struct SortKey: Sendable, ExpressibleByStringLiteral {
    /// The column.
    public let name: String
    /// Whether the highest comes first.
    public let isDescending: Bool
    /// The kind of a key that the answer does not show; `nil` for a column of the answer.
    public let hidden: ColumnDescription.Kind?
    /// The field of which a key that the answer does not show tells something. A key that is a column is as that is.
    public internal(set) var protected: PermissionField?

    private init(_ name: String, isDescending: Bool, hidden: ColumnDescription.Kind?) {
        self.name = name
        self.isDescending = isDescending
        self.hidden = hidden
    }

    /// A column of the answer, the lowest first.
    public init(stringLiteral name: String) { self.init(name, isDescending: false, hidden: nil) }

    /// The lowest first.
    ///
    /// - Parameter hidden: the kind of a key that the answer does not show.
    public static func ascending(_ name: String, hidden: ColumnDescription.Kind? = nil) -> SortKey {
        SortKey(name, isDescending: false, hidden: hidden)
    }

    /// The highest first.
    ///
    /// - Parameter hidden: the kind of a key that the answer does not show.
    public static func descending(_ name: String, hidden: ColumnDescription.Kind? = nil) -> SortKey {
        SortKey(name, isDescending: true, hidden: hidden)
    }
}
