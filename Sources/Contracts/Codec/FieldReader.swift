public import Domain

/// Reads the fields of one JSON object, and refuses what a contract does not allow with reason and path.
///
/// The same reader, run against nothing, *records*: it hands out samples and notes each field's name, form and whether
/// it must be there. So the code that decodes a message is also the one description from which its JSON Schema comes.
public struct FieldReader {
    private let node: JSONNode?
    /// Whose numbers the message names.
    private let references: References
    /// What was recorded; `nil` while reading a document.
    private(set) var fields: [FieldDescription]?

    /// Reads an object.
    ///
    /// Refusals name paths from this object on; each level that passes one up puts its own part before it, so that
    /// no path is built for a field that is right.
    public init(_ node: JSONNode, naming references: References = .said) throws(Refusal) {
        guard node.kind == .object else {
            throw Refusal(.wrongType, path: "", "an object is expected, this is \(node.kind.phrase)")
        }
        self.node = node
        self.references = references
    }

    /// Records instead of reading.
    private init() {
        node = nil
        references = .said
        fields = []
    }

    /// The fields that an initialiser asks for.
    static func record<Value>(_ read: (inout FieldReader) throws(Refusal) -> Value) -> [FieldDescription] {
        var recorder = FieldReader()
        // The samples keep every contract's own rules; a contract whose sample did not would show itself in the test
        // that compares the schema with the golden files.
        _ = try? read(&recorder)
        return recorder.fields ?? []
    }

    /// A condition that ties several fields together.
    public func require(
        _ condition: Bool, _ reason: Reason, _ key: @autoclosure () -> String, _ detail: @autoclosure () -> String
    ) throws(Refusal) {
        if !condition, fields == nil { throw Refusal(reason, path: ".\(key())", detail()) }
    }

    // MARK: Fields that must be there

    /// An identifier: 1…`maximum` characters, none of them a control character.
    public mutating func identifier(_ key: String, maximum: Int = 64) throws(Refusal) -> String {
        try required(key, .text(minimum: 1, maximum: maximum), "x") { node, path throws(Refusal) in
            try Self.text(node, path, 1, maximum, .identifierLength)
        }
    }

    /// A text of at most so many characters.
    public mutating func text(_ key: String, maximum: Int = 200) throws(Refusal) -> String {
        try required(key, .text(minimum: 0, maximum: maximum), "x") { node, path throws(Refusal) in
            try Self.text(node, path, 0, maximum, .textTooLong)
        }
    }

    /// A whole number within bounds.
    public mutating func integer(_ key: String, _ range: ClosedRange<Int> = 0...9_007_199_254_740_991)
        throws(Refusal) -> Int
    {
        try required(key, .integer(range), range.lowerBound) { node, path throws(Refusal) in
            try Self.integer(node, path, range)
        }
    }

    /// A decimal number, written as a string.
    public mutating func decimal(_ key: String) throws(Refusal) -> FixedDecimal {
        try required(key, .decimal, FixedDecimal(1), Self.decimal)
    }

    /// An active currency of ISO 4217.
    public mutating func currency(_ key: String) throws(Refusal) -> Currency {
        try required(key, .currency, .cny, Self.currency)
    }

    /// A point in time with its offset.
    public mutating func timestamp(_ key: String) throws(Refusal) -> Timestamp {
        try required(key, .timestamp, Timestamp(microsecondsSinceEpoch: 0), Self.timestamp)
    }

    /// A day, `2026-01-05`.
    public mutating func day(_ key: String) throws(Refusal) -> CalendarDay {
        try required(key, .day, CalendarDay(daysSinceEpoch: 0), Self.day)
    }

    /// A day, or the business day of a point in time.
    public mutating func dayOfTime(_ key: String) throws(Refusal) -> CalendarDay {
        try required(key, .dayOrTimestamp, CalendarDay(daysSinceEpoch: 0)) { node, path throws(Refusal) in
            if node.kind == .string, node.valueBytes.count > 10 { return try Self.timestamp(node, path).day() }
            return try Self.day(node, path)
        }
    }

    /// `true` or `false`.
    public mutating func boolean(_ key: String) throws(Refusal) -> Bool {
        try required(key, .boolean, true, Self.boolean)
    }

    /// One of a set of words.
    public mutating func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ key: String, _ type: Choice.Type
    ) throws(Refusal) -> Choice {
        try required(key, .choice(Choice.allCases.map(\.rawValue)), Self.first(of: type), Self.choice)
    }

    /// An object.
    public mutating func object<Value: Part>(_ key: String, _ type: Value.Type) throws(Refusal) -> Value {
        fields?.append(FieldDescription(key, .object(Self.record(Value.init(fields:))), isRequired: true))
        if fields != nil { return try Self.sample() }
        return try required(key) { node, path throws(Refusal) in try part(node, path) }
    }

    /// An array of objects.
    public mutating func array<Value: Part>(
        _ key: String, _ type: Value.Type, _ counts: ClosedRange<Int>, tooMany: Reason = .tooManyElements
    ) throws(Refusal) -> [Value] {
        fields?.append(
            FieldDescription(key, .array(.object(Self.record(Value.init(fields:))), counts), isRequired: true))
        if fields != nil { return counts.lowerBound > 0 ? [try Self.sample()] : [] }
        return try required(key) { node, path throws(Refusal) in
            try Self.list(node, path, counts, tooMany) { node, path throws(Refusal) in try part(node, path) }
        }
    }

    /// An array of texts.
    public mutating func texts(_ key: String, maximum: Int = 200, _ counts: ClosedRange<Int>) throws(Refusal)
        -> [String]
    {
        try required(key, .array(.text(minimum: 0, maximum: maximum), counts), []) { node, path throws(Refusal) in
            try Self.list(node, path, counts, .tooManyElements) { node, path throws(Refusal) in
                try Self.text(node, path, 0, maximum, .textTooLong)
            }
        }
    }

    // MARK: Fields that may be missing

    /// An identifier, or none.
    public mutating func optionalIdentifier(_ key: String, maximum: Int = 64) throws(Refusal) -> String? {
        try optional(key, .text(minimum: 1, maximum: maximum)) { node, path throws(Refusal) in
            try Self.text(node, path, 1, maximum, .identifierLength)
        }
    }

    /// The source of what another field names: whose number that is, or `nil` for the message's own.
    public mutating func source(_ key: String, of kind: Referred) throws(Refusal) -> String? {
        try references.source(of: kind, said: try optionalIdentifier(key, maximum: 128), key)
    }

    /// A text, or none.
    public mutating func optionalText(_ key: String, maximum: Int = 200) throws(Refusal) -> String? {
        try optional(key, .text(minimum: 0, maximum: maximum)) { node, path throws(Refusal) in
            try Self.text(node, path, 0, maximum, .textTooLong)
        }
    }

    /// A whole number within bounds, or none.
    public mutating func optionalInteger(_ key: String, _ range: ClosedRange<Int> = 0...9_007_199_254_740_991)
        throws(Refusal) -> Int?
    {
        try optional(key, .integer(range)) { node, path throws(Refusal) in try Self.integer(node, path, range) }
    }

    /// A currency, or none.
    public mutating func optionalCurrency(_ key: String) throws(Refusal) -> Currency? {
        try optional(key, .currency, Self.currency)
    }

    /// A day, or none.
    public mutating func optionalDay(_ key: String) throws(Refusal) -> CalendarDay? {
        try optional(key, .day, Self.day)
    }

    /// A decimal number, or none.
    public mutating func optionalDecimal(_ key: String) throws(Refusal) -> FixedDecimal? {
        try optional(key, .decimal, Self.decimal)
    }

    /// A point in time, or none.
    public mutating func optionalTimestamp(_ key: String) throws(Refusal) -> Timestamp? {
        try optional(key, .timestamp, Self.timestamp)
    }

    /// A truth value, or none.
    public mutating func optionalBoolean(_ key: String) throws(Refusal) -> Bool? {
        try optional(key, .boolean, Self.boolean)
    }

    /// One of a set of words, or none.
    public mutating func optionalChoice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ key: String, _ type: Choice.Type
    ) throws(Refusal) -> Choice? {
        try optional(key, .choice(Choice.allCases.map(\.rawValue)), Self.choice)
    }

    /// An object, or none.
    public mutating func optionalObject<Value: Part>(_ key: String, _ type: Value.Type) throws(Refusal) -> Value? {
        fields?.append(FieldDescription(key, .object(Self.record(Value.init(fields:))), isRequired: false))
        guard fields == nil, let member = member(key) else { return nil }
        return try Self.under(".\(key)") { () throws(Refusal) in try part(member, "") }
    }

    /// An array of objects; none counts as empty.
    public mutating func optionalArray<Value: Part>(
        _ key: String, _ type: Value.Type, _ counts: ClosedRange<Int>
    ) throws(Refusal) -> [Value]? {
        fields?.append(
            FieldDescription(key, .array(.object(Self.record(Value.init(fields:))), counts), isRequired: false))
        guard fields == nil, let member = member(key) else { return nil }
        return try Self.under(".\(key)") { () throws(Refusal) in
            try Self.list(member, "", counts, .tooManyElements) { node, path throws(Refusal) in
                try part(node, path)
            }
        }
    }

    /// An array of texts, or none.
    public mutating func optionalTexts(_ key: String, maximum: Int = 200, _ counts: ClosedRange<Int>) throws(Refusal)
        -> [String]?
    {
        try optional(key, .array(.text(minimum: 0, maximum: maximum), counts)) { node, path throws(Refusal) in
            try Self.list(node, path, counts, .tooManyElements) { node, path throws(Refusal) in
                try Self.text(node, path, 0, maximum, .textTooLong)
            }
        }
    }

    // MARK: How fields are found

    /// The member; null counts as absent.
    private func member(_ key: String) -> JSONNode? {
        guard let member = node?[key], member.kind != .null else { return nil }
        return member
    }

    private func part<Value: Part>(_ node: JSONNode, _ path: String) throws(Refusal) -> Value {
        var reader = try FieldReader(node, naming: references)
        return try Value(fields: &reader)
    }

    private func required<Value>(
        _ key: String, _ read: (JSONNode, String) throws(Refusal) -> Value
    ) throws(Refusal) -> Value {
        guard let member = member(key) else {
            throw Refusal(.missingField, path: ".\(key)", "'\(key)' is required")
        }
        return try Self.under(".\(key)") { () throws(Refusal) in try read(member, "") }
    }

    // Form and sample are made only where they are recorded: a form lives on the heap, and who reads needs none.

    private mutating func required<Value>(
        _ key: String, _ form: @autoclosure () -> FieldForm, _ sample: @autoclosure () -> Value,
        _ read: (JSONNode, String) throws(Refusal) -> Value
    ) throws(Refusal) -> Value {
        if fields != nil {
            fields?.append(FieldDescription(key, form(), isRequired: true))
            return sample()
        }
        return try required(key, read)
    }

    private mutating func optional<Value>(
        _ key: String, _ form: @autoclosure () -> FieldForm, _ read: (JSONNode, String) throws(Refusal) -> Value
    ) throws(Refusal) -> Value? {
        fields?.append(FieldDescription(key, form(), isRequired: false))
        guard fields == nil, let member = member(key) else { return nil }
        return try Self.under(".\(key)") { () throws(Refusal) in try read(member, "") }
    }

    /// Puts the place before the path of a refusal that comes from below.
    static func under<Value>(
        _ place: @autoclosure () -> String, _ read: () throws(Refusal) -> Value
    ) throws(Refusal) -> Value {
        do {
            return try read()
        } catch {
            throw Refusal(error.reason, path: place() + error.path, error.detail)
        }
    }

    /// A sample of a choice.
    private static func first<Choice: CaseIterable>(of type: Choice.Type) -> Choice {
        guard let first = Choice.allCases.first else { preconditionFailure("a choice of nothing") }
        return first
    }

    private static func sample<Value: Part>() throws(Refusal) -> Value {
        var recorder = FieldReader()
        return try Value(fields: &recorder)
    }
}
