import BrokerLayout
import Contracts
import Domain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Messaging
import NIOCore
import Synchronization
import Testing

@testable import HTTPAPI

/// Knows callers by their tokens; `session` is a browser's.
struct FakeCallers: CallerRecognising {
    static let tokens: [String: APICaller] = [
        "li": APICaller(.person("li.wei"), by: .token),
        "zhou": APICaller(.person("zhou.min"), by: .token),
        "reader": APICaller(.person("li.wei"), by: .token, scopes: [.ask]),
        "session": APICaller(.person("li.wei"), by: .session),
        "acme": APICaller(.partner("acme"), by: .token),
        "globex": APICaller(.partner("globex"), by: .token),
    ]

    func caller(of request: Request) async throws -> APICaller? {
        guard let text = request.headers[.authorization], text.hasPrefix("Bearer ") else { return nil }
        return Self.tokens[String(text.dropFirst(7))]
    }
}

/// Services that answer by what a test says, and remember what they were asked.
final class FakeServices: QuestionAsking {
    private let answer: @Sendable (PersonsQuestion) throws -> QueryReply
    private let heard = Mutex<[PersonsQuestion]>([])

    init(_ answer: @escaping @Sendable (PersonsQuestion) throws -> QueryReply) { self.answer = answer }

    var questions: [PersonsQuestion] { heard.withLock { $0 } }

    func ask(_ question: PersonsQuestion, within patience: Duration) async throws -> QueryReply {
        heard.withLock { $0.append(question) }
        return try answer(question)
    }
}

/// A service as it keeps its book of commands: the same identifier with the same data has the answer of that time, with other
/// data it is another command.
final class FakeCommands: CommandGiving {
    private let answer: @Sendable (PersonsCommand) throws -> ActReply?
    private let book = Mutex<[String: (command: PersonsCommand, reply: ActReply)]>([:])
    private let given = Mutex<[PersonsCommand]>([])

    init(_ answer: @escaping @Sendable (PersonsCommand) throws -> ActReply? = { FakeCommands.done($0) }) {
        self.answer = answer
    }

    var commands: [PersonsCommand] { given.withLock { $0 } }
    var effects: Int { book.withLock { $0.count } }

    static func done(_ command: PersonsCommand) -> ActReply {
        .done(
            id: command.id, person: command.person, proof: .edge,
            results: [.init(type: MarginAlertClosed.type, data: Array(#"{"alertId":"AL-1"}"#.utf8))])
    }

    func give(_ command: PersonsCommand, within patience: Duration) async throws -> ActReply? {
        given.withLock { $0.append(command) }
        if let kept = book.withLock({ $0[command.id] }) {
            guard kept.command.data == command.data, kept.command.person == command.person else {
                return .refused(
                    id: command.id, person: command.person, proof: .edge,
                    Refusal(.conflictingContent, path: "id", "the identifier of another command"))
            }
            return kept.reply.repeated
        }
        let reply = try answer(command)
        if let reply, reply.status == .done { book.withLock { $0[command.id] = (command, reply) } }
        return reply
    }
}

/// A broker that says of each message what a test says.
final class FakeBroker: EventPublishing {
    private let outcome: @Sendable (Outgoing) -> PublishOutcome
    private let taken = Mutex<[Outgoing]>([])

    init(_ outcome: @escaping @Sendable (Outgoing) -> PublishOutcome = { _ in .confirmed }) { self.outcome = outcome }

    var messages: [Outgoing] { taken.withLock { $0 } }

    func publish(_ messages: [Outgoing]) async -> [PublishOutcome] {
        taken.withLock { $0 += messages }
        return messages.map(outcome)
    }
}

/// A partner's queue that hands over what a test says.
struct FakeQueue: PartnerHearing {
    let hearing: @Sendable (String, String?, Int, Duration) throws -> PartnerMessages

    func hear(
        _ partner: String, acknowledging receipt: String?, most: Int, within patience: Duration
    ) async throws -> PartnerMessages { try hearing(partner, receipt, most, patience) }
}

/// The API behind a router, with fakes before and behind it.
struct Fixture {
    static let partners = """
        {"partners": [
          {"name": "acme", "users": ["partner-acme"], "sources": ["acme", "acme-*"], "queue": true},
          {"name": "globex", "users": ["partner-globex"], "sources": ["globex"], "speaksOf": {"orders": ["acme"]}}
        ]}
        """

    var services = FakeServices { _ in .answered([], asOf: Fixture.asOf) }
    var commands = FakeCommands()
    var broker = FakeBroker()
    var hearing: FakeQueue?
    var limiter = RateLimiter()
    var registry: PartnerRegistry?

    static let asOf = Timestamp(microsecondsSinceEpoch: 1_767_576_600_000_000)

    init() throws { registry = try PartnerRegistry(json: Array(Self.partners.utf8)) }

    /// Calls the API.
    func call<Value: Sendable>(_ body: @Sendable (any TestClientProtocol) async throws -> Value) async throws -> Value {
        let registry = registry
        let api = HTTPAPI(
            callers: FakeCallers(), asking: services, commanding: commands, publishing: broker,
            intake: EventIntake { registry }, hearing: hearing, limiter: limiter,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let router = Router()
        router.add(middleware: HTTPAPIMiddleware(api))
        router.get("/") { _, _ in "home" }
        return try await Application(router: router).test(.router, body)
    }

    /// One call, and its answer.
    func one(
        _ method: HTTPRequest.Method, _ uri: String, as token: String? = "li", _ headers: [String: String] = [:],
        body: String? = nil
    ) async throws -> Answer {
        try await call { try await Self.send($0, method, uri, as: token, headers, body: body) }
    }

    /// Sends a call by a client that is there.
    static func send(
        _ client: any TestClientProtocol, _ method: HTTPRequest.Method, _ uri: String, as token: String? = "li",
        _ headers: [String: String] = [:], body: String? = nil
    ) async throws -> Answer {
        var fields = HTTPFields()
        if let token { fields[.authorization] = "Bearer \(token)" }
        for (name, value) in headers { fields.set(name, value) }
        let response = try await client.executeRequest(
            uri: uri, method: method, headers: fields, body: body.map { ByteBuffer(string: $0) })
        return Answer(
            status: response.status.code, headers: response.headers, bytes: Array(response.body.readableBytesView))
    }
}

/// An answer as tests read it.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// The body as JSON.
    var json: JSONNode? { (try? JSONDocument(parsing: bytes))?.root }
    /// The code of the reason, of a problem detail that is one.
    var reason: String? {
        guard headers[.contentType] == "application/problem+json", json?["status"]?.integer == status,
            json?["title"]?.string?.isEmpty == false, json?["detail"]?.string?.isEmpty == false
        else { return nil }
        return json?["reason"]?.string
    }
    /// The place of what is wrong.
    var path: String? { json?["path"]?.string }
}
