import Domain
import HTTPAPI
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Postgres
import TestSupport
import Testing

@testable import Console

@Suite(.enabled(if: DatabaseFixture.isAvailable, "\(DatabaseFixture.howToEnable)"))
struct SignInTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let password = "correct horse battery"
    private static let limits = ConsoleSettings.SessionLimits(absolute: 43_200, idle: 3_600)

    /// A console over a schema that is new, with one user.
    private func withConsole(
        _ body: @Sendable (any TestClientProtocol, PostgresPool) async throws -> Void
    ) async throws {
        try await DatabaseFixture.withSchema { database in
            _ = try await ConsoleSchema.migrator(in: database.schema, logger: Self.quiet).migrate(
                database.configuration())
            let pool = try database.pool()
            let hash = try PasswordHash(of: Self.password, cost: .init(exponent: 10, blocks: 8, lanes: 1))
            let isNew = try await pool.withTransaction {
                try SignInStore.add("li.wei", name: "李伟", password: hash, $0)
            }
            #expect(isNew)
            let parts = try ConsoleUnderTest.parts(FakeServices(), pool: pool)
            try await Application(router: ConsoleRouter.router(parts)).test(.router) { try await body($0, pool) }
        }
    }

    private func signIn(
        _ client: any TestClientProtocol, _ password: String = password, next: String = "/alerts"
    ) async throws -> TestResponse {
        try await client.send(
            "/sign-in", [("login", "li.wei"), ("password", password), ("next", next)], as: nil)
    }

    private func get(
        _ client: any TestClientProtocol, _ uri: String, _ cookie: String
    ) async throws -> TestResponse {
        try await client.execute(uri: uri, method: .get, headers: [.cookie: cookie, .acceptLanguage: "en"])
    }

    /// The cookie of an answer, as a browser sends it back.
    private func cookie(_ response: TestResponse) throws -> String {
        String(try #require(response.header("Set-Cookie")).prefix { $0 != ";" })
    }

    @Test func whoIsNotSignedInIsSentThere() async throws {
        try await withConsole { client, _ in
            let response = try await client.page("/alerts?state=all", as: nil)
            #expect(response.status == .seeOther)
            #expect(response.header("Location") == "/sign-in?next=%2Falerts%3Fstate%3Dall")
        }
    }

    @Test func aPasswordLetsInUntilTheSessionEnds() async throws {
        try await withConsole { client, pool in
            let response = try await signIn(client)
            #expect(response.status == .seeOther)
            #expect(response.header("Location") == "/alerts")
            let cookie = try cookie(response)
            #expect(try await get(client, "/", cookie).status == .ok)
            // Whoever reads the database has nothing that a browser could send.
            let secret = String(cookie.dropFirst("waybill=".count))
            let kept = try await pool.withTransaction { try $0.query("select digest from session", as: String.self) }
            #expect(kept == [Secret.digest(secret)])
            // The password is kept anew with today's cost.
            let user = try await pool.withTransaction { try SignInStore.user("li.wei", $0) }
            #expect(user.flatMap { PasswordHash($0.password) }?.cost == .standard)
            var headers: HTTPFields = [.cookie: cookie, .contentType: "application/x-www-form-urlencoded"]
            // Without a word about where it comes from, what has a cookie is not believed.
            #expect(
                try await client.execute(uri: "/sign-out", method: .post, headers: headers).status == .forbidden)
            #expect(try await get(client, "/", cookie).status == .ok)
            if let name = HTTPField.Name("Sec-Fetch-Site") { headers[name] = "same-origin" }
            let out = try await client.execute(uri: "/sign-out", method: .post, headers: headers)
            #expect(out.header("Set-Cookie")?.hasPrefix("waybill=; Max-Age=0; ") == true)
            #expect(try await get(client, "/", cookie).status == .seeOther)
        }
    }

    @Test(arguments: ["began_at = now() - interval '13 hours'", "used_at = now() - interval '61 minutes'"])
    func aSessionEndsByItself(change: String) async throws {
        try await withConsole { client, pool in
            let cookie = try cookie(try await signIn(client))
            #expect(try await get(client, "/", cookie).status == .ok)
            try await pool.withTransaction { try $0.execute("update session set \(unsafe: change)") }
            #expect(try await get(client, "/", cookie).status == .seeOther)
            try await pool.withTransaction { try SignInStore.clean(Self.limits, $0) }
            #expect(
                try await pool.withTransaction { try $0.query("select digest from session", as: String.self) }.isEmpty)
        }
    }

    @Test func whatIsUsedGoesOn() async throws {
        try await withConsole { client, pool in
            let cookie = try cookie(try await signIn(client))
            try await pool.withTransaction {
                try $0.execute("update session set used_at = now() - interval '50 minutes'")
            }
            #expect(try await get(client, "/", cookie).status == .ok)
            let fresh = try await pool.withTransaction {
                try $0.query("select used_at > now() - interval '1 minute' from session", as: Bool.self)
            }
            #expect(fresh == [true])
        }
    }

    @Test func wrongIsSaidOfNothingInParticular() async throws {
        try await withConsole { client, _ in
            let wrong = try await signIn(client, "wrong horse battery")
            #expect(wrong.status == .unauthorized)
            #expect(wrong.header("Set-Cookie") == nil)
            let nobody = try await client.send("/sign-in", [("login", "nobody"), ("password", Self.password)], as: nil)
            #expect(nobody.status == .unauthorized)
            for response in [wrong, nobody] { #expect(response.text.contains("Login or password is wrong.")) }
        }
    }

    @Test func whoFailsOftenWaitsAlsoWithTheRightPassword() async throws {
        try await withConsole { client, pool in
            for _ in 0..<3 { #expect(try await signIn(client, "wrong horse battery").status == .unauthorized) }
            // To look at a password may take longer here than the wait.
            try await pool.withTransaction {
                try $0.execute("update failed_sign_in set last_at = now() + interval '1 minute'")
            }
            let response = try await signIn(client)
            #expect(response.status == .tooManyRequests)
            #expect(response.header("Retry-After") != nil)
            try await pool.withTransaction {
                try $0.execute("update failed_sign_in set last_at = now() - interval '31 seconds'")
            }
            #expect(try await signIn(client).status == .seeOther)
            // It is forgotten for the login, not for the address.
            let left = try await pool.withTransaction {
                try $0.query("select kind from failed_sign_in", as: String.self)
            }
            #expect(left == ["address"])
        }
    }

    @Test func aClosedUserIsOutAtOnce() async throws {
        try await withConsole { client, pool in
            let cookie = try cookie(try await signIn(client))
            let closed = try await pool.withTransaction { try SignInStore.close("li.wei", $0) }
            #expect(closed == SignInStore.Closed(isUser: true, sessions: 1))
            #expect(try await get(client, "/", cookie).status == .seeOther)
            #expect(try await signIn(client).status == .unauthorized)
        }
    }

    @Test func aLeaverHasNothingLeftHereAlsoWithoutAUserOfTheConsole() async throws {
        try await withConsole { _, pool in
            let closed = try await pool.withTransaction { transaction in
                // Who signs in elsewhere has sessions and tokens, and no user of the console.
                try transaction.execute(
                    """
                    insert into session (digest, login, name, way, language, address, agent, began_at, used_at)
                    values ('s', 'zhao.min', '赵敏', 'oidc', 'zh', '127.0.0.1', 'test', now(), now())
                    """)
                let digest = Secret.digest("secret")
                _ = try TokenStore.add(
                    digest, of: .person, "zhao.min", name: "reports", scopes: [.ask], days: 1, transaction)
                _ = try TokenStore.add(
                    Secret.digest("other"), of: .partner, "zhao.min", name: "shop", scopes: [.hear], days: 1,
                    transaction)
                _ = try LinkStore.add(Secret.digest("link"), for: "li.wei", transaction)
                return try SignInStore.close("zhao.min", transaction)
            }
            #expect(closed == SignInStore.Closed(sessions: 1, tokens: 1))
            #expect(closed.isAnything && UserCommand.told(closed, "zhao.min").contains("tokens 1"))
            let (again, others) = try await pool.withTransaction { transaction in
                (
                    try SignInStore.close("zhao.min", transaction),
                    try TokenStore.all(transaction).map { "\($0.kind) \($0.name)" }
                )
            }
            // What is a partner's of the same name, or another person's, stays.
            #expect(!again.isAnything && others == ["partner shop"])
            #expect(UserCommand.told(again, "zhao.min") == "the console has nothing of 'zhao.min'")
            let left = try await pool.withTransaction { try SignInStore.close("li.wei", $0) }
            #expect(left == SignInStore.Closed(isUser: true, links: 1))
        }
    }

    @Test func aSignInLeadsNowhereElse() async throws {
        try await withConsole { client, _ in
            let response = try await signIn(client, next: "https://evil.example/")
            #expect(response.header("Location") == "/")
        }
    }

    @Test func anotherSitesPageSignsNobodyIn() async throws {
        try await withConsole { client, _ in
            let response = try await client.send(
                "/sign-in", [("login", "li.wei"), ("password", Self.password)], as: nil, site: "cross-site")
            #expect(response.status == .forbidden)
            #expect(response.header("Set-Cookie") == nil)
        }
    }

    @Test func someoneElsesSessionIsNotOnesToEnd() async throws {
        try await withConsole { client, pool in
            _ = try cookie(try await signIn(client))
            let digests = try await pool.withTransaction { try $0.query("select digest from session", as: String.self) }
            let digest = try #require(digests.first)
            try await pool.withTransaction { try SignInStore.end(digest, of: "zhang.min", $0) }
            let left = try await pool.withTransaction { try SignInStore.sessions(of: "li.wei", Self.limits, $0) }
            #expect(left.map(\.digest) == [digest])
        }
    }
}
