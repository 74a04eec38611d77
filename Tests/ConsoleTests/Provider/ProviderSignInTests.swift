import Client
import Contracts
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Console

/// A console that knows a provider, over a schema that is new.
struct ProviderWalk: Sendable {
    let client: any TestClientProtocol
    let pool: PostgresPool
    let provider: ProviderSignIn
    /// Of whom it was put on record that they came in by a password.
    let recorded: Recorded

    /// What was put on record; it can be told to fail.
    final class Recorded: Sendable {
        private let state = Mutex<(logins: [String], isBroken: Bool)>(([], false))
        var logins: [String] { state.withLock { $0.logins } }

        func note(_ login: String) throws {
            try state.withLock { state in
                if state.isBroken { throw Failure("the broker is away") }
                state.logins.append(login)
            }
        }

        func fail() { state.withLock { $0.isBroken = true } }
    }

    /// Where a browser stands after it was at the provider.
    struct Return {
        /// The address that the provider sends it back to, without the console's name.
        let address: String
        /// What it has kept.
        let cookie: String
    }

    static let password = "correct horse battery"
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// With a console of its own.
    ///
    /// - Parameters:
    ///   - behaviour: how the provider behaves, see `provider.py`.
    ///   - settings: what differs.
    ///   - isThere: whether the organisation has whoever is asked for; `nil` when it does not answer.
    ///   - users: who has a password.
    static func with(
        _ behaviour: String, _ settings: [String: String] = [:], isThere: Bool? = true, users: [String] = [],
        _ body: @Sendable (ProviderWalk) async throws -> Void
    ) async throws {
        let issuer = behaviour.hasPrefix("http") ? behaviour : try await SampleProvider.shared.issuer(behaviour)
        let known = try #require(try ProviderSettings.of(issuer, settings))
        try await DatabaseFixture.withSchema { database in
            _ = try await ConsoleSchema.migrator(in: database.schema, logger: quiet).migrate(database.configuration())
            let pool = try database.pool()
            let hash = try PasswordHash(of: password, cost: .init(exponent: 10, blocks: 8, lanes: 1))
            for login in users {
                let isNew = try await pool.withTransaction {
                    try SignInStore.add(login, name: "本地", password: hash, $0)
                }
                #expect(isNew)
            }
            let services = FakeServices(answer: { question in
                switch isThere {
                case true?: .success(.described(question, value: "x"))
                case false?: .success(.nothing)
                case nil: .failure(ClientError(.notHeard, "the customer service was not heard of"))
                }
            })
            var parts = try ConsoleUnderTest.parts(services, pool: pool)
            let recorded = Recorded()
            let provider = ProviderSignIn(known, parts, timeout: .milliseconds(1_500)) { try recorded.note($0) }
            parts.provider = provider
            try await Application(router: ConsoleRouter.router(parts)).test(.router) {
                try await body(
                    ProviderWalk(client: $0, pool: pool, provider: provider, recorded: recorded))
            }
        }
    }

    func get(_ uri: String, cookie: String? = nil) async throws -> TestResponse {
        var headers: HTTPFields = [.acceptLanguage: "en"]
        headers[.cookie] = cookie
        return try await client.execute(uri: uri, method: .get, headers: headers)
    }

    /// Goes to the provider and back, but not into the console.
    ///
    /// - Parameter more: what stands in the address at the provider besides, such as who signs in.
    func there(_ more: String = "", next: String = "/alerts") async throws -> Return {
        let begun = try await get("/sign-in/provider?next=\(next.asAddressPart)")
        #expect(begun.status == .seeOther)
        let cookie = try #require(begun.cookie("waybill-provider"))
        let address = try #require(begun.header("Location"))
        let back = try #require(try await SampleProvider.shared.sends(address + more))
        let own = "http://127.0.0.1:8480"
        #expect(back.hasPrefix(own + "/sign-in/provider/done?"))
        return Return(address: String(back.dropFirst(own.count)), cookie: cookie)
    }

    /// The whole way.
    func signIn(_ more: String = "", next: String = "/alerts") async throws -> TestResponse {
        let back = try await there(more, next: next)
        return try await get(back.address, cookie: back.cookie)
    }

    /// How many sessions there are.
    func sessions() async throws -> Int {
        try await pool.withTransaction { try $0.query("select count(*) from session", as: Int.self) }.first ?? 0
    }
}

@Suite(
    "Signing in by a provider", .enabled(if: DatabaseFixture.isAvailable, "\(DatabaseFixture.howToEnable)"))
struct ProviderSignInTests {
    private func expectRefused(
        _ response: TestResponse, _ status: HTTPResponse.Status, _ words: String, in walk: ProviderWalk
    ) async throws {
        #expect(response.status == status)
        #expect(response.text.contains(words), "\(response.text)")
        #expect(response.cookie("waybill") == nil)
        // What was tried is over, whatever came of it.
        #expect(response.cookie("waybill-provider") == "waybill-provider=")
        #expect(try await walk.sessions() == 0)
    }

    @Test(
        "lets in whom the provider names, into a session as any other, and back to where it was begun",
        arguments: ["honest", "thin", "form-secret", "rotated", "unnamed-key", "silent-about-itself"])
    func honest(behaviour: String) async throws {
        try await ProviderWalk.with(behaviour) { walk in
            let page = try await walk.get("/sign-in?next=%2Falerts")
            #expect(page.text.contains("Sign in by Works"))
            #expect(page.text.contains(#"href="/sign-in/provider?next=%2Falerts""#))
            let entered = try await walk.signIn(next: "/alerts?state=all")
            #expect(entered.status == .seeOther && entered.header("Location") == "/alerts?state=all", "\(entered.text)")
            let cookie = try #require(entered.cookie("waybill"))
            let day = try await walk.get("/", cookie: cookie)
            #expect(day.status == .ok && day.text.contains("Signed in as 李伟"))
            let rows = try await walk.pool.withTransaction {
                try $0.query("select login, way, digest from session", as: (String, String, String).self)
            }
            #expect(rows.map(\.0) == ["li.wei"] && rows.map(\.1) == ["oidc"])
            #expect(rows.map(\.2) == [Secret.digest(String(cookie.dropFirst("waybill=".count)))])
            // It ends as any other.
            try await walk.pool.withTransaction {
                try $0.execute("update session set used_at = now() - interval '61 minutes'")
            }
            #expect(try await walk.get("/", cookie: cookie).status == .seeOther)
        }
    }

    @Test(
        "nobody is let in by a provider that lies",
        arguments: [
            "wrong-issuer", "wrong-audience", "many-audiences", "another-party", "wrong-nonce", "expired", "stale",
            "future", "swapped", "none", "shared-secret", "unknown-key", "wrong-key", "changed", "tokenless",
            "mixed-up",
            "thin-and-mistaken", "redirecting", "huge-token", "babble-token",
        ])
    func lies(behaviour: String) async throws {
        try await ProviderWalk.with(behaviour) { walk in
            try await expectRefused(try await walk.signIn(), .badGateway, "cannot be believed", in: walk)
        }
    }

    @Test(
        "a provider that cannot be used is said to be so, and nobody waits for it long",
        arguments: [
            ("slow-openid-configuration", HTTPResponse.Status.serviceUnavailable), ("slow-keys", .serviceUnavailable),
            ("broken-openid-configuration", .serviceUnavailable), ("huge-openid-configuration", .badGateway),
            ("huge-keys", .badGateway), ("babble-keys", .badGateway), ("another-document", .badGateway),
            ("plain-token", .badGateway), ("file-keys", .badGateway), ("no-keys", .badGateway),
        ])
    func away(behaviour: String, status: HTTPResponse.Status) async throws {
        try await ProviderWalk.with(behaviour) { walk in
            let began = ContinuousClock.now
            for _ in 0..<3 {
                let page = try await walk.get("/sign-in/provider")
                #expect(page.status == status && page.text.contains("You are not signed in"))
                #expect(page.cookie("waybill-provider") == nil && page.header("Location") == nil)
            }
            #expect(ContinuousClock.now - began < .seconds(20))
            // One that cannot be used is left alone for a while.
            let asked = try await SampleProvider.shared.requests(behaviour)
            #expect(asked.count { $0.hasSuffix("openid-configuration") } == 1, "\(asked)")
        }
    }

    @Test(
        "a provider that is slow or broken when it matters lets nobody in", arguments: ["slow-token", "broken-token"])
    func silent(behaviour: String) async throws {
        try await ProviderWalk.with(behaviour) { walk in
            try await expectRefused(
                try await walk.signIn(), .serviceUnavailable, "cannot be reached", in: walk)
        }
    }

    @Test("a provider that nobody listens for leaves the passwords")
    func nobody() async throws {
        try await ProviderWalk.with("http://127.0.0.1:1/nobody", users: ["li.wei"]) { walk in
            #expect(try await walk.get("/sign-in/provider").status == .serviceUnavailable)
            #expect(try await walk.get("/sign-in").status == .ok)
            let entered = try await walk.client.send(
                "/sign-in", [("login", "li.wei"), ("password", ProviderWalk.password)], as: nil)
            #expect(entered.status == .seeOther && walk.recorded.logins.isEmpty)
        }
    }

    @Test("what the provider says to somebody whom it does not let in is not repeated")
    func denied() async throws {
        try await ProviderWalk.with("denied") { walk in
            let response = try await walk.signIn()
            // The code is made of letters; words of the provider stand nowhere.
            try await expectRefused(response, .forbidden, "access_denied", in: walk)
            #expect(!response.text.contains("alert(1)"))
        }
    }

    @Test("what was begun in another browser, was changed, or is made up comes in nowhere")
    func forged() async throws {
        try await ProviderWalk.with("honest-to-forgers") { walk in
            let (one, other) = (try await walk.there(), try await walk.there("&as=wang.fang&sub=account-2"))
            for (address, cookie) in [
                (one.address, other.cookie), (other.address, one.cookie), (one.address, nil),
                (one.address, "waybill-provider=made.up.cookie"), ("/sign-in/provider/done?code=x&state=y", one.cookie),
                ("/sign-in/provider/done", one.cookie), ("/sign-in/provider/done", nil),
                ("/sign-in/provider/done?state=\(String(repeating: "A", count: 43))&code=x", one.cookie),
            ] {
                let response = try await walk.get(address, cookie: cookie)
                try await expectRefused(response, .badRequest, "another browser", in: walk)
            }
            // The provider was told nothing of it.
            let asked = try await SampleProvider.shared.requests("honest-to-forgers")
            #expect(!asked.contains { $0.hasSuffix("/token") }, "\(asked)")
            #expect(try await walk.get(one.address, cookie: one.cookie).status == .seeOther)
        }
    }

    @Test("whoever makes many codes up waits as somebody does who tries passwords")
    func waits() async throws {
        try await ProviderWalk.with("honest") { walk in
            for _ in 0..<10 {
                let back = try await walk.there()
                let made = back.address.replacing("code=", with: "code=made-up-")
                let response = try await walk.get(made, cookie: back.cookie)
                #expect(response.status == .badGateway)
            }
            try await walk.pool.withTransaction {
                try $0.execute("update failed_sign_in set last_at = now() + interval '1 minute'")
            }
            let back = try await walk.there()
            let response = try await walk.get(back.address, cookie: back.cookie)
            #expect(response.status == .tooManyRequests && response.header("Retry-After") != nil)
            #expect(try await walk.sessions() == 0)
        }
    }

    @Test("a page elsewhere that has browsers come back from nowhere keeps nobody out")
    func crossSite() async throws {
        try await ProviderWalk.with("honest", users: ["li.wei"]) { walk in
            let back = try await walk.there()
            for cookie in Array(repeating: back.cookie, count: 12) + Array(repeating: nil, count: 12) {
                let response = try await walk.get("/sign-in/provider/done?state=x&code=y", cookie: cookie)
                #expect(response.status == .badRequest)
            }
            #expect(try await walk.get(back.address, cookie: back.cookie).status == .seeOther)
            let entered = try await walk.client.send(
                "/sign-in", [("login", "li.wei"), ("password", ProviderWalk.password)], as: nil)
            #expect(entered.status == .seeOther)
        }
    }

    @Test("what comes back twice lets in once, also where the provider takes a code twice")
    func replayed() async throws {
        try await ProviderWalk.with("forgetful") { walk in
            let back = try await walk.there()
            let entered = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await walk.get(back.address, cookie: back.cookie).status == .seeOther }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(entered == 1)
            #expect(try await walk.get(back.address, cookie: back.cookie).status == .badRequest)
            #expect(try await walk.sessions() == 1)
        }
        // A code that was used up is refused by the provider, whoever brings it.
        try await ProviderWalk.with("honest") { walk in
            let (one, other) = (try await walk.there(), try await walk.there())
            func value(_ name: String, _ address: String) -> String? {
                FormValues(encoded: String(address.split(separator: "?").last ?? ""))[name]
            }
            let state = try #require(value("state", other.address))
            let code = try #require(value("code", one.address))
            let issuer = try #require(value("iss", one.address)).asAddressPart
            // Put into another sign-in, a code has the wrong verifier.
            let mixed = "/sign-in/provider/done?code=\(code)&state=\(state)&iss=\(issuer)"
            try await expectRefused(
                try await walk.get(mixed, cookie: other.cookie), .badGateway, "cannot be believed", in: walk)
        }
    }

    @Test(
        "a login is one of ours, whatever the provider says",
        arguments: [
            "Li.Wei", "waybill-operator", "waybill-edge", "finance-service", "partner-tms", "../admin", "李伟", "guest",
        ])
    func logins(name: String) async throws {
        try await ProviderWalk.with("honest") { walk in
            try await expectRefused(
                try await walk.signIn("&as=\(name.asAddressPart)"), .forbidden, "names no login", in: walk)
        }
    }

    @Test("a login may stand in another claim, before something that is left out")
    func suffix() async throws {
        try await ProviderWalk.with("honest", ["oidc.login.suffix": "@works.example"]) { walk in
            let entered = try await walk.signIn("&as=li.wei%40works.example")
            #expect(entered.status == .seeOther)
            #expect(try await walk.signIn("&as=li.wei%40evil.example&sub=account-2").status == .forbidden)
        }
        // An address that nobody has verified anybody can claim.
        let address = ["oidc.login.claim": "email", "oidc.login.suffix": "@works.example"]
        try await ProviderWalk.with("honest", address) { walk in
            try await expectRefused(try await walk.signIn(), .forbidden, "names no login", in: walk)
            #expect(try await walk.signIn("&verified=yes").status == .seeOther)
        }
    }

    @Test("only who is in a group that comes in does", arguments: ["honest", "thin"])
    func groups(behaviour: String) async throws {
        try await ProviderWalk.with(behaviour, ["oidc.groups.required": "waybill,all of sales"]) { walk in
            try await expectRefused(try await walk.signIn(), .forbidden, "none of the groups", in: walk)
            try await expectRefused(
                try await walk.signIn("&groups=waybill2,sales"), .forbidden, "none of the groups", in: walk)
            #expect(try await walk.signIn("&groups=x,all%20of%20sales").status == .seeOther)
        }
    }

    @Test("whom the organisation does not have today is not let in, unless an operator has, or it is wanted so")
    func people() async throws {
        try await ProviderWalk.with("honest", isThere: false) { walk in
            try await expectRefused(try await walk.signIn(), .forbidden, "has nobody of this login", in: walk)
        }
        try await ProviderWalk.with("honest", isThere: nil) { walk in
            try await expectRefused(try await walk.signIn(), .serviceUnavailable, "cannot be found out", in: walk)
        }
        try await ProviderWalk.with("honest", isThere: false, users: ["li.wei"]) { walk in
            let entered = try await walk.signIn()
            #expect(entered.status == .seeOther)
            let day = try await walk.get("/", cookie: entered.cookie("waybill"))
            #expect(day.text.contains("Signed in as 本地"))
        }
        try await ProviderWalk.with("honest", ["oidc.people": "any"], isThere: nil) { walk in
            let entered = try await walk.signIn()
            #expect(entered.status == .seeOther)
        }
    }

    @Test("a login belongs to the account by which it came first, until an operator says otherwise")
    func bound() async throws {
        try await ProviderWalk.with("honest") { walk in
            #expect(try await walk.signIn().status == .seeOther)
            #expect(try await walk.signIn().status == .seeOther)
            // Another account that took the name, and the same account under another name.
            for more in ["&sub=account-2", "&as=wang.fang"] {
                let response = try await walk.signIn(more)
                #expect(response.status == .forbidden && response.text.contains("another account"))
            }
            let isUnbound = try await walk.pool.withTransaction { try ProviderStore.unbind("li.wei", $0) }
            #expect(isUnbound)
            #expect(try await walk.sessions() == 0)
            #expect(try await walk.signIn("&sub=account-2").status == .seeOther)
            let again = try await walk.pool.withTransaction { transaction in
                try (0..<2).map { _ in try ProviderStore.unbind("li.wei", transaction) }
            }
            #expect(again == [true, false])
        }
    }

    @Test("a provider that is another binds anew")
    func anotherProvider() async throws {
        try await ProviderWalk.with("honest") { walk in
            let said = try await walk.pool.withTransaction { transaction in
                try [
                    ProviderStore.admit("li.wei", issuer: "https://old", subject: "7", transaction),
                    ProviderStore.admit("li.wei", issuer: "https://new", subject: "x", transaction),
                    ProviderStore.admit("li.wei", issuer: "https://new", subject: "y", transaction),
                    ProviderStore.admit("wang.fang", issuer: "https://new", subject: "x", transaction),
                ]
            }
            #expect(said == [.admitted, .admitted, .bound, .bound])
        }
    }

    @Test("who is closed comes in by no way, and who gets another password by both", arguments: [true, false])
    func closed(isUser: Bool) async throws {
        try await ProviderWalk.with("honest", users: isUser ? ["li.wei"] : []) { walk in
            let cookie = try #require(try await walk.signIn().cookie("waybill"))
            let closed = try await walk.pool.withTransaction { try SignInStore.close("li.wei", $0) }
            #expect(closed.isBound && closed.isUser == isUser && closed.sessions == 1)
            #expect(try await walk.get("/", cookie: cookie).status == .seeOther)
            try await expectRefused(try await walk.signIn(), .forbidden, "has closed this login", in: walk)
            let hash = try PasswordHash(of: ProviderWalk.password, cost: .init(exponent: 10, blocks: 8, lanes: 1))
            let isChanged = try await walk.pool.withTransaction {
                try SignInStore.change("li.wei", password: hash, $0)
            }
            // Where there is no user to be given a password, the command says so, and opens nothing.
            #expect(isChanged == isUser)
            #expect(try await walk.signIn().status == (isUser ? .seeOther : .forbidden))
        }
        // One that was closed before it ever came by the provider.
        try await ProviderWalk.with("honest", users: ["li.wei"]) { walk in
            _ = try await walk.pool.withTransaction { try SignInStore.close("li.wei", $0) }
            try await expectRefused(try await walk.signIn(), .forbidden, "has closed this login", in: walk)
        }
    }

    @Test("who signs out is told that the provider has not, and can there as well")
    func out() async throws {
        try await ProviderWalk.with("honest") { walk in
            let cookie = try #require(try await walk.signIn().cookie("waybill"))
            var headers: HTTPFields = [.cookie: cookie, .contentType: "application/x-www-form-urlencoded"]
            if let name = HTTPField.Name("Sec-Fetch-Site") { headers[name] = "same-origin" }
            let out = try await walk.client.execute(uri: "/sign-out", method: .post, headers: headers)
            // A form may go nowhere but to the console: browsers hold that against redirects, too.
            #expect(out.status == .seeOther && out.header("Location") == "/sign-out")
            #expect(try await walk.sessions() == 0)
            let page = try await walk.get("/sign-out")
            #expect(page.text.contains("At Works you still are signed in"))
            let gone = try await walk.get("/sign-out/provider")
            let address = try #require(gone.header("Location"))
            let back = "http%3A%2F%2F127.0.0.1%3A8480%2Fsign-in"
            #expect(address.hasSuffix("/honest/end?client_id=waybill&post_logout_redirect_uri=\(back)"))
        }
    }

    @Test("without a provider there is none of it")
    func none() async throws {
        try await ConsoleUnderTest.pages(FakeServices()) { client in
            for path in ["/sign-in/provider", "/sign-in/provider/done", "/sign-out/provider"] {
                let page = try await client.page(path, as: nil)
                #expect(page.status == .notFound, "\(path)")
            }
        }
    }

    // MARK: The day on which it is away

    private func password(_ walk: ProviderWalk) async throws -> TestResponse {
        try await walk.client.send(
            "/sign-in", [("login", "li.wei"), ("password", ProviderWalk.password)], as: nil)
    }

    @Test("passwords for the day on which the provider is away let in on that day alone, and it is put on record")
    func emergency() async throws {
        let settings = ["oidc.passwords": "emergency"]
        try await ProviderWalk.with("honest", settings, users: ["li.wei"]) { walk in
            let refused = try await password(walk)
            #expect(refused.status == .forbidden && refused.text.contains("only while the provider cannot be reached"))
            let (sessions, recorded) = (try await walk.sessions(), walk.recorded.logins)
            #expect(sessions == 0 && recorded.isEmpty)
        }
        try await ProviderWalk.with("http://127.0.0.1:1/nobody", settings, users: ["li.wei"]) { walk in
            let entered = try await password(walk)
            #expect(entered.status == .seeOther && entered.cookie("waybill") != nil)
            #expect(walk.recorded.logins == ["li.wei"])
        }
        // A password that is wrong opens nothing, and is nothing to record.
        try await ProviderWalk.with("http://127.0.0.1:1/nobody", settings, users: ["li.wei"]) { walk in
            let wrong = try await walk.client.send(
                "/sign-in", [("login", "li.wei"), ("password", "battery horse correct")], as: nil)
            #expect(wrong.status == .unauthorized && walk.recorded.logins.isEmpty)
        }
    }

    @Test("who cannot be put on record is not let in")
    func unrecorded() async throws {
        let settings = ["oidc.passwords": "emergency"]
        try await ProviderWalk.with("http://127.0.0.1:1/nobody", settings, users: ["li.wei"]) { walk in
            walk.recorded.fail()
            let refused = try await password(walk)
            #expect(refused.status == .serviceUnavailable && refused.text.contains("could not be put on record"))
            #expect(refused.cookie("waybill") == nil)
            #expect(try await walk.sessions() == 0)
        }
    }
}
