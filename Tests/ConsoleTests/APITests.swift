import BrokerLayout
import Contracts
import Domain
import HTTPAPI
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Messaging
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Console

/// What stands behind the API in these tests: it remembers who asked and what was published.
private final class Behind: QuestionAsking, CommandGiving, EventPublishing {
    private let heard = Mutex<(people: [String], exchanges: [String])>(([], []))

    var people: [String] { heard.withLock { $0.people } }
    var exchanges: [String] { heard.withLock { $0.exchanges } }

    func ask(_ question: PersonsQuestion, within patience: Duration) async throws -> QueryReply {
        heard.withLock { $0.people.append(question.person) }
        return .answered([], asOf: Timestamp(microsecondsSinceEpoch: 0))
    }

    func give(_ command: PersonsCommand, within patience: Duration) async throws -> ActReply? {
        heard.withLock { $0.people.append(command.person) }
        return .done(id: command.id, person: command.person, proof: .edge, results: [])
    }

    func publish(_ messages: [Outgoing]) async -> [PublishOutcome] {
        heard.withLock { $0.exchanges += messages.map(\.exchange) }
        return messages.map { _ in .confirmed }
    }
}

@Suite("The HTTP API as the console mounts it")
struct APIMountTests {
    @Test("it answers before the guard of pages, whoever is signed in; other paths stay pages")
    func mount() async throws {
        let parts = try ConsoleUnderTest.parts(FakeServices())
        let behind = Behind()
        let api = HTTPAPI(
            callers: ConsoleCallers(parts: parts) { .none }, asking: behind, commanding: behind, publishing: behind,
            intake: EventIntake { nil }, logger: parts.logger)
        let router = ConsoleRouter.router(parts, api: api, people: NamedPerson())
        try await Application(router: router).test(.router) { client in
            let document = try await client.page("/api/v1/openapi.json", as: nil)
            #expect(document.status == .ok && document.header("X-Content-Type-Options") == "nosniff")
            let nobody = try await client.page("/api/v1/questions", as: nil)
            #expect(nobody.status == .unauthorized && nobody.text.contains("not-signed-in"))
            #expect(nobody.header("Content-Type") == "application/problem+json")
            // What another site's page sends is a problem here and not a page.
            let stranger = try await client.send("/api/v1/questions", [], as: nil, site: "cross-site")
            #expect(stranger.status == .methodNotAllowed && stranger.header("Allow") == "GET, HEAD")
            let missing = try await client.page("/api/v1/nothing", as: nil)
            #expect(missing.status == .notFound && missing.text.contains("no-such-address"))
            #expect(try await client.page("/alerts", as: nil).status == .seeOther)
        }
    }

    @Test("with the database away nobody is taken for anybody, and who calls is told to call again")
    func away() async throws {
        let parts = try ConsoleUnderTest.parts(FakeServices())
        let behind = Behind()
        let api = HTTPAPI(
            callers: ConsoleCallers(parts: parts) { .none }, asking: behind, commanding: behind, publishing: behind,
            intake: EventIntake { nil }, logger: parts.logger)
        try await Application(router: ConsoleRouter.router(parts, api: api)).test(.router) { client in
            let response = try await client.execute(
                uri: "/api/v1/questions", method: .get,
                headers: [.authorization: "Bearer \(Secret.make())"])
            #expect(response.status == .serviceUnavailable && response.text.contains("service-away"))
        }
    }

    @Test(
        "a token's holder, name, scopes and end are read from the arguments, and what is none of them is said",
        arguments: [
            ("person li.wei reports", "person li.wei reports ask 90"),
            ("person li.wei reports --scope act,ask --days 7", "person li.wei reports ask,act 7"),
            ("partner acme shop", "partner acme shop publish,hear 90"),
            ("partner acme shop --scope hear", "partner acme shop hear 90"), ("person li.wei", nil),
            ("person li.wei reports --scope publish", nil), ("partner acme shop --scope ask", nil),
            ("person li.wei reports --scope ask,", nil), ("person li.wei reports --days 0", nil),
            ("person li.wei reports --days 367", nil), ("person li.wei reports --for 7", nil),
            ("person waybill-operator reports", nil), ("partner Acme shop", nil), ("person li.wei re/ports", nil),
            ("service finance x", nil), ("person li.wei reports --days", nil),
        ])
    func arguments(text: String, expected: String?) {
        let wanted = try? TokenCommand.wanted(text.split(separator: " ").map(String.init))
        let told = wanted.map {
            let scopes = $0.scopes.map(\.rawValue).joined(separator: ",")
            return "\($0.kind.rawValue) \($0.login) \($0.name) \(scopes) \($0.days)"
        }
        #expect(told == expected)
    }
}

@Suite(
    "Who calls the HTTP API", .enabled(if: DatabaseFixture.isAvailable, "\(DatabaseFixture.howToEnable)"))
struct APICallerTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let partners = """
        {"partners": [{"name": "acme", "users": ["partner-acme"], "sources": ["acme"], "queue": true}]}
        """

    /// A console with the API over a schema that is new.
    private func withConsole(
        _ partners: KnownPartners = .none,
        _ body: @Sendable (any TestClientProtocol, PostgresPool, Behind) async throws -> Void
    ) async throws {
        try await DatabaseFixture.withSchema { database in
            _ = try await ConsoleSchema.migrator(in: database.schema, logger: Self.quiet).migrate(
                database.configuration())
            let pool = try database.pool()
            let parts = try ConsoleUnderTest.parts(FakeServices(), pool: pool)
            let behind = Behind()
            let api = HTTPAPI(
                callers: ConsoleCallers(parts: parts) { partners }, asking: behind, commanding: behind,
                publishing: behind, intake: EventIntake { partners.registry }, logger: Self.quiet)
            try await Application(router: ConsoleRouter.router(parts, api: api)).test(.router) {
                try await body($0, pool, behind)
            }
        }
    }

    private func made(
        _ pool: PostgresPool, _ kind: TokenStore.Kind, _ login: String, _ scopes: [APICaller.Scope],
        name: String = "test"
    ) async throws -> String {
        let secret = Secret.make()
        let isMade = try await pool.withTransaction {
            try TokenStore.add(Secret.digest(secret), of: kind, login, name: name, scopes: scopes, days: 1, $0)
        }
        #expect(isMade)
        return secret
    }

    private func call(
        _ client: any TestClientProtocol, _ uri: String, _ headers: HTTPFields, _ method: HTTPRequest.Method = .get,
        _ body: String? = nil
    ) async throws -> TestResponse {
        try await client.execute(uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    }

    private func get(
        _ client: any TestClientProtocol, _ token: String, _ uri: String = "/api/v1/finance/alerts.list"
    ) async throws -> TestResponse { try await call(client, uri, [.authorization: "Bearer \(token)"]) }

    @Test("a person's token asks in the person's name as far as its scopes reach, until it ends or is removed")
    func person() async throws {
        try await withConsole { client, pool, behind in
            let token = try await made(pool, .person, "li.wei", [.ask])
            #expect(try await get(client, token).status == .ok)
            #expect(behind.people == ["li.wei"])
            let file = try await get(client, token, "/api/v1/finance/alerts.list.csv")
            #expect(file.status == .forbidden && file.text.contains("out-of-scope"))
            // Whoever reads the database has nothing that a program could send.
            let kept = try await pool.withTransaction { try TokenStore.all($0) }
            #expect(kept.count == 1 && kept.first?.used != nil && kept.first?.hasEnded == false)
            let digests = try await pool.withTransaction { try $0.query("select digest from token", as: String.self) }
            #expect(digests == [Secret.digest(token)])
            for other in ["Bearer \(Secret.make())", "Bearer \(digests[0])", "Basic \(token)", token, "Bearer"] {
                let answer = try await call(client, "/api/v1/questions", [.authorization: other])
                #expect(answer.status == .unauthorized, "\(other)")
            }
            try await pool.withTransaction { try $0.execute("update token set expires_at = now()") }
            #expect(try await get(client, token).status == .unauthorized)
            // One that has ended makes room for another of its name; one that holds does not.
            let next = try await made(pool, .person, "li.wei", [.ask, .act])
            #expect(try await get(client, next).status == .ok)
            #expect(try await get(client, token).status == .unauthorized)
            let isMade = try await pool.withTransaction {
                try TokenStore.add("x", of: .person, "li.wei", name: "test", scopes: [.ask], days: 1, $0)
            }
            #expect(!isMade)
            #expect(try await pool.withTransaction { try TokenStore.remove(.person, "li.wei", name: "test", $0) })
            #expect(try await get(client, next).status == .unauthorized)
            #expect(try await !pool.withTransaction { try TokenStore.remove(.person, "li.wei", name: "test", $0) })
        }
    }

    @Test("who is closed has no token any more; a partner of the same name keeps its own")
    func closed() async throws {
        try await withConsole(.any) { client, pool, _ in
            let person = try await made(pool, .person, "acme", [.ask])
            let partner = try await made(pool, .partner, "acme", [.publish, .hear])
            let hash = try PasswordHash(of: "correct horse battery", cost: .init(exponent: 10, blocks: 8, lanes: 1))
            #expect(try await pool.withTransaction { try SignInStore.add("acme", name: "A", password: hash, $0) })
            #expect(try await get(client, person).status == .ok)
            #expect(try await pool.withTransaction { try SignInStore.close("acme", $0) }.isUser)
            #expect(try await get(client, person).status == .unauthorized)
            #expect(try await get(client, partner).status == .forbidden)
        }
    }

    @Test("a session calls as its person, but not from another site's page, nor beside a token that does not hold")
    func session() async throws {
        try await withConsole { client, pool, behind in
            let hash = try PasswordHash(of: "correct horse battery", cost: .init(exponent: 10, blocks: 8, lanes: 1))
            #expect(try await pool.withTransaction { try SignInStore.add("li.wei", name: "李伟", password: hash, $0) })
            let entered = try await client.send(
                "/sign-in", [("login", "li.wei"), ("password", "correct horse battery")], as: nil)
            let cookie = String(try #require(entered.header("Set-Cookie")).prefix { $0 != ";" })
            #expect(try await call(client, "/api/v1/finance/alerts.list", [.cookie: cookie]).status == .ok)
            #expect(behind.people == ["li.wei"])
            let both: HTTPFields = [.cookie: cookie, .authorization: "Bearer \(Secret.make())"]
            #expect(try await call(client, "/api/v1/questions", both).status == .unauthorized)
            var act: HTTPFields = [.cookie: cookie, .contentType: "application/json"]
            if let name = HTTPField.Name("Idempotency-Key") { act[name] = "k-1" }
            let body = #"{"alertId": "AL-1", "outcome": "accepted"}"#
            let blind = try await call(client, "/api/v1/commands/finance.close-alert.v1", act, .post, body)
            #expect(blind.status == .forbidden && blind.text.contains("cross-site"))
            if let name = HTTPField.Name("Sec-Fetch-Site") { act[name] = "same-origin" }
            let done = try await call(client, "/api/v1/commands/finance.close-alert.v1", act, .post, body)
            #expect(done.status == .ok)
            #expect(behind.people == ["li.wei", "li.wei"])
        }
    }

    @Test("a partner's events go by its own exchange; one that the file of partners does not have brings none")
    func partner() async throws {
        let registry = try PartnerRegistry(json: Array(Self.partners.utf8))
        let event = """
            {"specversion": "1.0", "id": "e-1", "source": "acme", "type": "order.placed.v1", "data": {"orderId": "SO-1",
             "revision": 1, "customer": {"code": "C-1"}, "branch": "KS01", "businessLine": "road",
             "placedAt": "2026-01-05T09:30:00+08:00", "currency": "CNY", "lines": [{"line": 1, "serviceItem": "ROAD",
             "quantity": "1", "unit": "kg", "revenue": "10.00", "cost": "9.00"}]}}
            """
        @Sendable func publish(_ client: any TestClientProtocol, _ token: String) async throws -> TestResponse {
            try await call(
                client, "/api/v1/events",
                [.authorization: "Bearer \(token)", .contentType: "application/cloudevents+json"], .post, event)
        }
        try await withConsole(.registered(registry)) { client, pool, behind in
            let acme = try await made(pool, .partner, "acme", [.publish])
            #expect(try await publish(client, acme).status == .accepted)
            #expect(behind.exchanges == ["waybill.inbound.acme"])
            #expect(try await get(client, acme).status == .forbidden)
            let globex = try await made(pool, .partner, "globex", [.publish])
            let unknown = try await publish(client, globex)
            #expect(unknown.status == .forbidden && unknown.text.contains("publisher-unknown"))
            let person = try await made(pool, .person, "li.wei", [.ask, .act])
            #expect(try await publish(client, person).status == .forbidden)
            #expect(behind.exchanges.count == 1)
        }
        try await withConsole(.any) { client, pool, behind in
            let demo = try await made(pool, .partner, "demo", [.publish])
            #expect(try await publish(client, demo).status == .accepted)
            #expect(behind.exchanges == ["waybill.inbound"])
        }
        try await withConsole { client, pool, behind in
            let acme = try await made(pool, .partner, "acme", [.publish])
            let answer = try await publish(client, acme)
            #expect(answer.status == .forbidden && answer.text.contains("WAYBILL_PARTNERS"))
            #expect(behind.exchanges.isEmpty)
        }
    }
}
