import Client
import Contracts
import Domain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Postgres
import Synchronization
import TestSupport

@testable import Console

/// Services that answer what a test wants, and remember what they were asked and told.
final class FakeServices: Services {
    private let answer: @Sendable (Asking.Question) -> Result<Asking.Answer, any Error>
    private let reply: @Sendable (ServiceCommand) throws -> ActReply
    private let heard = Mutex<(questions: [Asking.Question], commands: [ServiceCommand], people: [String])>(
        ([], [], []))

    init(
        answer: @escaping @Sendable (Asking.Question) -> Result<Asking.Answer, any Error> = { _ in .success(.nothing) },
        reply: @escaping @Sendable (ServiceCommand) throws -> ActReply = { command in
            .done(id: command.id, person: "li.wei", proof: .edge, results: [])
        }
    ) {
        (self.answer, self.reply) = (answer, reply)
    }

    var questions: [Asking.Question] { heard.withLock { $0.questions } }
    var commands: [ServiceCommand] { heard.withLock { $0.commands } }
    /// For whom each of them was.
    var people: [String] { heard.withLock { $0.people } }

    func ask(
        _ questions: [Asking.Question], for person: SignedIn, within patience: Duration
    ) async -> [Result<Asking.Answer, any Error>] {
        heard.withLock { heard in
            heard.questions += questions
            heard.people += questions.map { _ in person.login }
        }
        return questions.map(answer)
    }

    func send(_ command: ServiceCommand, for person: SignedIn, within patience: Duration) async throws -> ActReply {
        heard.withLock { heard in
            heard.commands.append(command)
            heard.people.append(person.login)
        }
        return try reply(command)
    }
}

extension Asking.Answer {
    /// The time that test answers are of.
    static let time = Timestamp("2026-11-28T14:44:15Z") ?? Timestamp(microsecondsSinceEpoch: 0)
    /// No table at all.
    static let nothing = Asking.Answer(tables: [], asOf: time)

    /// An answer as the catalogue describes it: each table with one row, in which the same stands everywhere.
    static func described(_ question: Asking.Question, value: String) -> Asking.Answer {
        let tables = QueryCatalogue.question(question.service, question.query)?.answers ?? []
        return Asking.Answer(
            tables: tables.map { table in
                QueryTable(
                    table.name, table.columns.map { QueryColumn($0.name, $0.told) },
                    rows: table.columns.isEmpty ? [] : [table.columns.map { _ in value }])
            }, asOf: time)
    }
}

/// Lets a request in as whoever it names in a header, or as nobody.
struct NamedPerson: RouterMiddleware {
    static let header = "x-test-person"

    func handle(
        _ request: Request, context: ConsoleContext,
        next: @concurrent (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.language = LanguageCookie.language(of: request)
        if let login = HTTPField.Name(Self.header).flatMap({ request.headers[$0] }) {
            context.person = SignedIn(login: login, proof: .session("none"), name: "李伟")
        }
        return try await next(request, context)
    }
}

/// A console without broker and database.
enum ConsoleUnderTest {
    /// What the console stands on.
    static func parts(
        _ services: any Services, pool: PostgresPool? = nil, exposure: ConsoleSettings.Exposure = .loopback
    ) throws -> ConsoleParts {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let nowhere = try PostgresConfiguration(url: "postgres://nobody@127.0.0.1:1/nowhere", applicationName: "test")
        return ConsoleParts(
            services: services, pool: pool ?? PostgresPool(configuration: nowhere, size: 1, logger: quiet),
            exposure: exposure, sessions: .init(absolute: 43_200, idle: 3_600), patience: .seconds(1), logger: quiet)
    }

    /// Runs a test against pages; who is signed in, a request says itself.
    static func pages(
        _ services: any Services, _ body: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let router = ConsoleRouter.router(try parts(services), people: NamedPerson())
        try await Application(router: router).test(.router, body)
    }
}

extension TestClientProtocol {
    /// Gets a page as somebody.
    func page(_ uri: String, as login: String? = "li.wei", in language: String = "en") async throws -> TestResponse {
        try await execute(uri: uri, method: .get, headers: Self.headers(login, language))
    }

    /// Sends a form as somebody, from the console's own page.
    func send(
        _ uri: String, _ values: [(String, String)], as login: String? = "li.wei", in language: String = "en",
        site: String? = "same-origin"
    ) async throws -> TestResponse {
        var headers = Self.headers(login, language)
        headers[.contentType] = "application/x-www-form-urlencoded"
        if let name = HTTPField.Name("Sec-Fetch-Site") { headers[name] = site }
        let body = values.map { "\($0.0.asAddressPart)=\($0.1.asAddressPart)" }.joined(separator: "&")
        return try await execute(uri: uri, method: .post, headers: headers, body: ByteBuffer(string: body))
    }

    private static func headers(_ login: String?, _ language: String) -> HTTPFields {
        var headers: HTTPFields = [.acceptLanguage: language]
        if let name = HTTPField.Name(NamedPerson.header) { headers[name] = login }
        return headers
    }
}

extension TestResponse {
    /// What is in it, as text.
    var text: String { String(buffer: body) }

    /// A header by its name.
    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}
