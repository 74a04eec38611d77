public import Contracts
public import Domain

extension QueryArguments {
    /// The messages that a question brings along, all of one kind: for what is judged together, and not line by line.
    ///
    /// - Throws: a refusal of the first that is not of its contract.
    public func messages<Body: Message>(_ type: Body.Type) throws(Refusal) -> [Body] {
        var messages: [Body] = []
        for line in lines { messages.append(try Body(node: JSONDocument(parsing: Array(line.utf8)).root)) }
        return messages
    }
}

/// What would become of messages that a question brings along: each is read as its contract reads it, the handler says of
/// each what it would be, and every line has an answer.
public struct Preview<Body: Message> {
    /// Whose numbers they are.
    public let source: String
    /// As of when they are.
    public let saidAt: Timestamp
    /// Those that are of their contract, with their places among the lines.
    public let bodies: [(place: Int, body: Body)]
    private let arguments: QueryArguments
    private var rows: [Int: [String?]] = [:]

    /// - Parameters:
    ///   - arguments: what comes with the question.
    ///   - type: what its lines are.
    public init(_ arguments: QueryArguments, _ type: Body.Type) throws {
        self.arguments = arguments
        source = try arguments.required("source")
        saidAt = arguments["asOf"].flatMap { Timestamp($0) } ?? arguments.now
        let references = try arguments.references(source)
        var bodies: [(Int, Body)] = []
        for (place, line) in arguments.lines.enumerated() {
            do throws(Refusal) {
                bodies.append((place, try Body(node: JSONDocument(parsing: Array(line.utf8)).root, naming: references)))
            } catch {
                rows[place] = Self.row(place, .refused, error)
            }
        }
        self.bodies = bodies
    }

    /// Says what a line would be.
    ///
    /// - Parameters:
    ///   - place: its place among the lines.
    ///   - outcome: what it would be.
    ///   - party: whom it would join, or perhaps be.
    ///   - name: what that is called.
    ///   - probability: how surely, from 0 to 1.
    public mutating func tell(
        _ place: Int, _ outcome: ImportQuestions.Outcome, party: String? = nil, name: String? = nil,
        probability: String? = nil
    ) {
        rows[place] = [String(place), outcome.rawValue, nil, nil, nil, party, name, probability]
    }

    /// Says that a line would be refused, and why.
    public mutating func refuse(_ place: Int, _ refusal: Refusal) { rows[place] = Self.row(place, .refused, refusal) }

    /// Says of a message whose number is given once whether it would be new, the same again or refused.
    ///
    /// - Parameters:
    ///   - place: its place among the lines.
    ///   - content: what it says.
    ///   - before: the mark of what came before under its number.
    ///   - path: the field of the number.
    /// - Returns: whether it would be new, so that there is more to look at; it is told as that.
    @discardableResult
    public mutating func compare<Mark: ContentMark>(
        _ place: Int, _ content: Content<Mark>, before: Mark?, at path: String
    ) -> Bool {
        guard let before else {
            tell(place, .new)
            return true
        }
        if content.isSame(as: before) {
            tell(place, .same)
        } else {
            refuse(place, Refusal(.conflictingContent, path: path, "this came before with other content"))
        }
        return false
    }

    /// The answer: a row for each line, in their order.
    public func tables() throws -> [QueryTable] {
        [
            try arguments.table(
                ImportQuestions.table, rows: rows.sorted { $0.key < $1.key }.map(\.value))
        ]
    }

    private static func row(_ place: Int, _ outcome: ImportQuestions.Outcome, _ refusal: Refusal) -> [String?] {
        [
            String(place), outcome.rawValue, refusal.reason.rawValue, String(refusal.path.prefix(200)),
            String(refusal.detail.prefix(500)), nil, nil, nil,
        ]
    }
}
