public import Contracts
public import Domain

/// What comes with a question: its values, checked by its description, and the time.
public struct QueryArguments: Sendable {
    let description: QueryDescription
    /// The page that is asked for; nothing for the beginning.
    let cursor: QueryCursor?
    let values: [String: String]
    /// What whoever asks sees of what the answer shows.
    let scope: QuestionScope
    /// Who belongs where and who may do what; `nil` for an asker who is not asked about.
    package let known: KnownPeople?
    /// The data of messages that the question is about, each as JSON.
    let lines: [String]
    /// Whose numbers messages of a source name, by the settings of its partner.
    let references: @Sendable (String) throws -> References

    /// The time as the service's rules see it, in the organisation's zone: with event time that of the events. What a
    /// question means by *now* and *today* is this and nothing else.
    public let now: Timestamp

    /// - Parameters:
    ///   - parameters: what comes with the question.
    ///   - description: what the catalogue says of it.
    ///   - now: the time as the service sees it.
    ///   - lines: the data of messages that it is about.
    ///   - references: whose numbers messages of a source name.
    ///   - asker: who asks.
    ///   - isExport: whether the answer is to be taken out of the system.
    ///   - known: who belongs where and who may do what.
    init(
        _ parameters: [QueryParameter], of description: QueryDescription, now: Timestamp, lines: [String],
        references: @escaping @Sendable (String) throws -> References, asker: QuestionAsker,
        isExport: Bool, _ known: KnownPeople?
    ) throws(Refusal) {
        self.lines = lines
        self.references = references
        self.description = description
        self.now = now.inZone()
        values = try description.values(of: parameters)
        scope = try QuestionScope(description, values, asker, on: now.inZone().day(), isExport: isExport, known)
        self.known = known
        if let name = description.cursor, let text = values[name] {
            cursor = try QueryCursor(parsing: text, parameter: name)
        } else {
            cursor = nil
        }
    }

    /// Who asks, by login; `nil` for the service itself and for who is not known.
    public var person: String? { scope.person }

    /// Today, as the service's rules see it.
    public var today: CalendarDay { now.day() }

    /// The text of a value, or of what counts when none is given; `nil` when there is neither.
    public subscript(_ name: String) -> String? {
        values[name] ?? description.parameter(name)?.otherwise
    }

    /// A value that must be there.
    ///
    /// - Throws: a refusal that names it.
    public func required(_ name: String) throws(Refusal) -> String {
        guard let value = self[name], !value.isEmpty else {
            throw Refusal(.missingField, path: "parameters.\(name)", "'\(name)' is required")
        }
        return value
    }

    /// A whole number that is given, or counts when none is.
    public func integer(_ name: String) throws(Refusal) -> Int {
        guard let value = optionalInteger(name) else {
            throw Refusal(.missingField, path: "parameters.\(name)", "'\(name)' is required")
        }
        return value
    }

    /// A whole number that may be missing.
    public func optionalInteger(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

    /// A day that must be there.
    public func day(_ name: String) throws(Refusal) -> CalendarDay { try Self.day(required(name), name) }

    /// A day, or today when none is given.
    public func dayOrToday(_ name: String) throws(Refusal) -> CalendarDay { try optionalDay(name) ?? today }

    /// A day that may be missing.
    public func optionalDay(_ name: String) throws(Refusal) -> CalendarDay? {
        guard let text = self[name] else { return nil }
        return try Self.day(text, name)
    }

    static func day(_ text: String, _ name: String) throws(Refusal) -> CalendarDay {
        do { return try CalendarDay(parsing: text) } catch { throw error.refusal(at: "parameters.\(name)") }
    }

    /// A moment: the time given, or the end of the day given in the organisation's zone; now when nothing is.
    public func time(_ name: String) throws(Refusal) -> Timestamp {
        guard let text = self[name] else { return now }
        guard let time = QueryInput.time(ofDayOrTime: text) else {
            throw Refusal(.badTime, path: "parameters.\(name)", "'\(name)' must be a day or a time with its offset")
        }
        return time
    }

    /// Whether a flag is given and true.
    public func flag(_ name: String) -> Bool { self[name] == "true" }

    /// Refuses what would tell a protected field of a table of another kind than the question's, by what is given and not by a
    /// column of its own.
    ///
    /// - Parameters:
    ///   - field: the field.
    ///   - table: the table's name.
    ///   - parameter: by which parameter it would be told.
    /// - Throws: the refusal, unless the field is seen, or nothing of the table is.
    public func check(_ field: PermissionField, of table: String, given parameter: String) throws(Refusal) {
        guard let described = description.answer(table), !scope.isClosed(described),
            scope.withheld(described).contains(field)
        else { return }
        throw RefusedInput(name: parameter, field: field, kind: description.kind(of: described)).refusal
    }
}
