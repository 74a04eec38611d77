public import Contracts
public import Domain
public import Postgres

/// Everything that makes one service different from another: its tables, and what it is able to do.
///
/// A service is one line, `await ServiceHost.run(definition)`, or one that makes it of its settings; the host owns
/// connections, delivery, time and health.
public struct ServiceDefinition: Sendable {
    /// The service's name: its queue, its schema and its users are named after it.
    public let name: ServiceName
    /// The service's own tables, in order.
    public let migrations: [Migration]
    /// The service's own functions and views, each after those that it is made of.
    public let repeatables: [RepeatableMigration]
    /// What it does with the messages it reads, in the order in which the kinds of a batch are handled.
    public let handlers: [Handler]
    /// What it does at a time rather than on a message.
    public let tasks: [ScheduledTask]
    /// The questions it answers.
    public let queries: [Query]
    /// What of its own tables stands among its metrics.
    public let figures: [StandingFigure]
    /// Every table and view of its schema, with who sees which of their rows: the host's, and those of its capabilities.
    public let tables: [ScopedTable]
    /// Whose the things are that people act upon.
    public let subjects: ActSubjects
    /// What it does all the time beside its messages.
    public let standing: [StandingWork]
    /// The least time between two batches, unless a full one is ready. Nobody waits for a service that only keeps
    /// books, so it may let messages gather and pay for fewer commits; one that decides takes none.
    public let pace: Duration

    /// The longest rest after a batch of many messages, which is as long as the batch took: short where somebody waits.
    var rest: Duration { pace > .zero ? .milliseconds(200) : .milliseconds(50) }

    /// - Parameters:
    ///   - name: the service's name.
    ///   - migrations: its own tables, numbered from 1.
    ///   - repeatables: its own functions and views, each after those that it is made of.
    ///   - capabilities: what it is able to do. The messages of a batch are handled in the order of this list: a
    ///     capability whose tables another one reads comes before it.
    ///   - standing: what it does all the time beside its messages.
    ///   - pace: the least time between two batches, unless a full one is ready.
    ///   - areKindsApart: whether each kind of message of a batch is handled in a transaction of its own, but for those that are
    ///     ``MessageHandler/joining()``. For services whose kinds lock the same rows, each in one order: two kinds in one
    ///     transaction would begin that order anew with the locks of the first in hand, and two batches lock crosswise.
    public init(
        name: ServiceName, migrations: [Migration], repeatables: [RepeatableMigration] = [],
        capabilities: [Capability], standing: [StandingWork] = [], pace: Duration = .milliseconds(100),
        areKindsApart: Bool = false
    ) {
        self.standing = standing
        self.name = name
        self.migrations = migrations
        self.repeatables = repeatables
        // Who belongs where comes first: what is handled behind it may ask for it.
        handlers = (PeopleReplica.handlers(of: name) + capabilities.flatMap(\.handlers)).map { handler in
            var handler = handler
            handler.isApart = areKindsApart && !handler.isJoining
            return handler
        }
        tasks = capabilities.flatMap(\.tasks)
        queries = capabilities.flatMap(\.questions)
        figures = capabilities.flatMap(\.figures)
        tables = ScopedTable.ofHost + capabilities.flatMap(\.tables)
        subjects = ActSubjects(joining: capabilities.map(\.subjects))
        self.pace = pace
    }
}

/// A figure of a service's own tables that stands among its metrics, as `waybill_<service>_<name>`.
public struct StandingFigure: Sendable {
    /// Its name among the metrics.
    package let name: String
    let help: String
    let label: String
    /// Reads its values by their labels.
    package let read: @Sendable (borrowing Transaction) throws -> [(String, Double)]

    /// - Parameters:
    ///   - name: its name, with its unit as the last word when it has one.
    ///   - help: what it says.
    ///   - label: by what its values are told apart.
    ///   - read: the values by their labels, by statements that take milliseconds: they run whenever somebody looks.
    public init(
        _ name: String, _ help: String, label: String,
        _ read: @escaping @Sendable (borrowing Transaction) throws -> [(String, Double)]
    ) {
        self.name = name
        self.help = help
        self.label = label
        self.read = read
    }
}

/// A message as a handler sees it: validated, and not handled before.
public struct Received<Body: Message>: Sendable {
    /// Who sent it, as what, and when.
    public let envelope: Envelope
    /// What it says.
    public let body: Body
    private let act: Act?
    /// What lets its person act, when a policy holds; `nil` while none does, and for what a system tells.
    public let permit: ActPermit?
    /// Its place in the batch, by which ``Effects/refuse(_:_:)`` knows it again.
    package let position: Int

    /// - Parameters:
    ///   - envelope: who sent it, as what, and when.
    ///   - body: what it says.
    ///   - position: its place in the batch.
    public init(envelope: Envelope, body: Body, position: Int = 0) {
        self.init(envelope: envelope, body: body, act: nil, permit: nil, position: position)
    }

    init(envelope: Envelope, body: Body, act: Act?, permit: ActPermit?, position: Int) {
        self.envelope = envelope
        self.body = body
        self.act = act
        self.permit = permit
        self.position = position
    }

    /// The key of something that it names.
    ///
    /// - Parameters:
    ///   - identifier: the number it goes by.
    ///   - source: whose number that is, as the message was read: `nil` for its own source's.
    public func key<Kind>(_ identifier: String, of source: String?) -> SourceKey<Kind> {
        SourceKey(source: source ?? envelope.source, identifier: identifier)
    }

    /// The number under which something of its own is kept in the books of what it names: its own, behind the name of its
    /// source when the books are another's.
    ///
    /// - Parameters:
    ///   - identifier: the number that the sender gave it.
    ///   - source: whose books these are, as the message was read: `nil` for its own source's.
    public func number(_ identifier: String, in source: String?) -> String {
        source == nil ? identifier : "\(envelope.source)/\(identifier)"
    }

    /// Who acts by it, when it is a command of a person of ours; `nil` for what a system tells.
    public var principal: Principal? { act?.principal }
}

/// What a service does with one kind of message, inside a transaction of PostgreSQL.
public typealias Handler = MessageHandler<Transaction>

/// What a service does with one kind of message, a batch at a time, inside the unit of work.
///
/// `Session` is what it reads and writes by: a transaction of PostgreSQL, or a model of one in the simulation.
public struct MessageHandler<Session: ~Copyable>: Sendable {
    let types: [MessageType: @Sendable (JSONNode, References) throws -> any Message]
    /// The Swift types of what it handles, mostly one: a batch is told apart once, not by each handler.
    let bodies: [ObjectIdentifier]
    /// Whether its messages are in no transaction with those of another kind that is apart; the service says so.
    fileprivate(set) var isApart = false
    fileprivate var isJoining = false
    /// Whether it looks at who belongs where.
    fileprivate(set) var looksAtPeople = false
    let handle: @Sendable ([AnyReceived], borrowing Session, inout Effects) throws -> Void

    /// Makes a handler of one kind of message; older versions are lifted to it first.
    ///
    /// - Parameters:
    ///   - body: the kind of message.
    ///   - handle: what to do with those of a batch: read and write by the transaction, tell the world by the effects.
    ///     It may be run again with the same messages when its transaction failed, so it must keep nothing of its own.
    public static func on<Body: Message>(
        _ body: Body.Type,
        _ handle: @escaping @Sendable ([Received<Body>], borrowing Session, inout Effects) throws -> Void
    ) -> MessageHandler {
        MessageHandler(types: types(of: body), bodies: [ObjectIdentifier(body)]) { messages, transaction, effects in
            try handle(received(messages), transaction, &effects)
        }
    }

    /// Makes a handler of three kinds of message that are judged together: what one of them says may be right only with what
    /// another said before it in the same batch. As ``on(_:_:)``.
    public static func on<First: Message, Second: Message, Third: Message>(
        _ first: First.Type, _ second: Second.Type, _ third: Third.Type,
        _ handle:
            @escaping @Sendable (
                [Received<First>], [Received<Second>], [Received<Third>], borrowing Session, inout Effects
            ) throws -> Void
    ) -> MessageHandler {
        let types = [types(of: first), types(of: second), types(of: third)].reduce(into: [:]) { all, types in
            all.merge(types) { known, _ in known }
        }
        let bodies = [ObjectIdentifier(first), ObjectIdentifier(second), ObjectIdentifier(third)]
        return MessageHandler(types: types, bodies: bodies) { messages, transaction, effects in
            try handle(received(messages), received(messages), received(messages), transaction, &effects)
        }
    }

    /// Makes a handler of four kinds of message that are judged together. As ``on(_:_:)``.
    public static func on<First: Message, Second: Message, Third: Message, Fourth: Message>(
        _ first: First.Type, _ second: Second.Type, _ third: Third.Type, _ fourth: Fourth.Type,
        _ handle:
            @escaping @Sendable (
                [Received<First>], [Received<Second>], [Received<Third>], [Received<Fourth>], borrowing Session,
                inout Effects
            ) throws -> Void
    ) -> MessageHandler {
        let types = [types(of: first), types(of: second), types(of: third), types(of: fourth)].reduce(into: [:]) {
            all, types in all.merge(types) { known, _ in known }
        }
        let bodies = [
            ObjectIdentifier(first), ObjectIdentifier(second), ObjectIdentifier(third), ObjectIdentifier(fourth),
        ]
        return MessageHandler(types: types, bodies: bodies) { messages, transaction, effects in
            try handle(
                received(messages), received(messages), received(messages), received(messages), transaction, &effects)
        }
    }

    private static func types<Body: Message>(
        of body: Body.Type
    ) -> [MessageType: @Sendable (JSONNode, References) throws -> any Message] {
        var types: [MessageType: @Sendable (JSONNode, References) throws -> any Message] = [:]
        for decoder in Body.decoders {
            types[decoder.type] = { node, references in try decoder.decode(node, naming: references) }
        }
        return types
    }

    private static func received<Body: Message>(_ messages: [AnyReceived]) -> [Received<Body>] {
        messages.compactMap { message in
            (message.body as? Body).map {
                Received(
                    envelope: message.envelope, body: $0, act: message.act, permit: message.permit,
                    position: message.position)
            }
        }
    }

    /// The same, for a kind that shares a transaction with others even where kinds are apart: it locks rows of its own alone.
    public func joining() -> MessageHandler {
        var copy = self
        copy.isJoining = true
        return copy
    }

    /// The same, which looks at who belongs where: whether that has changed is read with the batch's inbox, and costs no round
    /// trip of its own.
    package func lookingAtPeople() -> MessageHandler {
        var copy = self
        copy.looksAtPeople = true
        return copy
    }
}

/// A message of any kind, on its way to its handler.
package struct AnyReceived: Sendable {
    var envelope: Envelope
    let body: any Message
    let position: Int
    /// Its place in the ledger of the service that sent it; other systems keep none.
    var place: LedgerPlace?
    /// Who acts by it; most messages are no commands.
    var act: Act?
    /// What lets them, when a policy holds.
    var permit: ActPermit?

    /// - Parameters:
    ///   - envelope: who sent it, as what, and when.
    ///   - body: what it says.
    ///   - position: its place in the batch.
    ///   - place: its place in the ledger of the service that sent it.
    ///   - act: who acts by it.
    package init(
        envelope: Envelope, body: any Message, position: Int, place: LedgerPlace? = nil, act: Act? = nil
    ) {
        self.envelope = envelope
        self.body = body
        self.position = position
        self.place = place
        self.act = act
    }
}
