import Hummingbird
import HummingbirdTesting
import Logging
import Postgres
import TestSupport
import Testing

@testable import Console

@Suite("A link that lets in once", .enabled(if: DatabaseFixture.isAvailable, "\(DatabaseFixture.howToEnable)"))
struct LinkTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let secret = "not-so-secret"

    /// A console with one user, for whom there is a link.
    private func withLink(
        _ body: @Sendable (any TestClientProtocol, PostgresPool) async throws -> Void
    ) async throws {
        try await DatabaseFixture.withSchema { database in
            _ = try await ConsoleSchema.migrator(in: database.schema, logger: Self.quiet).migrate(
                database.configuration())
            let pool = try database.pool()
            let hash = try PasswordHash(
                of: "correct horse battery", cost: .init(exponent: 10, blocks: 8, lanes: 1))
            let isMade = try await pool.withTransaction { transaction in
                try SignInStore.add("li.wei", name: "李伟", password: hash, transaction)
                    && LinkStore.add(Secret.digest(Self.secret), for: "li.wei", transaction)
            }
            #expect(isMade)
            let parts = try ConsoleUnderTest.parts(FakeServices(), pool: pool)
            try await Application(router: ConsoleRouter.router(parts)).test(.router) { try await body($0, pool) }
        }
    }

    private static func post(
        _ client: any TestClientProtocol, _ secret: String = secret, site: String = "same-origin"
    ) async throws -> TestResponse {
        try await client.send("/sign-in/link/\(secret)", [], as: nil, site: site)
    }

    @Test("the page asks, and leaves the link as it was; it lets in once, and into a session as any other")
    func once() async throws {
        try await withLink { client, _ in
            for _ in 0..<2 {
                let page = try await client.page("/sign-in/link/\(Self.secret)", as: nil)
                #expect(page.status == .ok && page.text.contains("Sign in as 李伟"))
                #expect(!page.text.contains(Self.secret) && page.header("Set-Cookie") == nil)
            }
            let foreign = try await Self.post(client, site: "cross-site")
            #expect(foreign.status == .forbidden)
            let entered = try await Self.post(client)
            #expect(entered.status == .seeOther && entered.header("Location") == "/")
            let cookie = try #require(entered.header("Set-Cookie")).prefix { $0 != ";" }
            let day = try await client.execute(
                uri: "/", method: .get, headers: [.cookie: String(cookie), .acceptLanguage: "en"])
            #expect(day.status == .ok && day.text.contains("Signed in as 李伟"))
            let again = try await Self.post(client)
            #expect(again.status == .notFound && again.text.contains("The link was used"))
        }
    }

    @Test("of many who use it at once one is let in")
    func race() async throws {
        try await withLink { client, _ in
            let entered = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { try await Self.post(client).status == .seeOther } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(entered == 1)
        }
    }

    @Test(
        "another link, another password and a close end it, and so does its time",
        arguments: ["link", "password", "close", "time"])
    func over(way: String) async throws {
        try await withLink { client, pool in
            try await pool.withTransaction { transaction in
                switch way {
                case "link": _ = try LinkStore.add(Secret.digest("another"), for: "li.wei", transaction)
                case "password":
                    let hash = try PasswordHash(
                        of: "battery horse correct", cost: .init(exponent: 10, blocks: 8, lanes: 1))
                    _ = try SignInStore.change("li.wei", password: hash, transaction)
                case "close": _ = try SignInStore.close("li.wei", transaction)
                default: try transaction.execute("update sign_in_link set expires_at = now()")
                }
            }
            let page = try await client.page("/sign-in/link/\(Self.secret)", as: nil)
            let entered = try await Self.post(client)
            #expect(page.status == .notFound && entered.status == .notFound)
            #expect(entered.header("Set-Cookie") == nil)
        }
    }

    @Test("nobody who may not sign in gets one")
    func nobody() async throws {
        try await withLink { client, pool in
            let made = try await pool.withTransaction { transaction in
                _ = try SignInStore.close("li.wei", transaction)
                return try ["li.wei", "wang.fang"].filter { try LinkStore.add("d\($0)", for: $0, transaction) }
            }
            #expect(made.isEmpty)
            let page = try await client.page("/sign-in/link/", as: nil)
            #expect(page.status == .notFound)
        }
    }
}
