import Contracts
import Domain
import HTTPTypes
import Hummingbird
import Synchronization
import Testing

@testable import HTTPAPI

@Suite("Addresses, callers and limits")
struct AddressTests {
    @Test(
        "what is not there is a problem detail, and other addresses are not the API's",
        arguments: [
            "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/supplier", "/api/v1/supplier/",
            "/api/v1/supplier/nothing.list",
            "/api/v1/stranger/suppliers.list", "/api/v1/finance/suppliers.list", "/api/v1/commands",
            "/api/v1/commands/",
            "/api/v1/supplier/suppliers.list/1", "/api/v1/%2e%2e/secret", "/api/v1/supplier/%ff", "/api/v1//questions",
        ])
    func nothing(_ path: String) async throws {
        let answer = try await Fixture().one(.get, path)
        #expect(answer.status == 404 || answer.status == 405)
        #expect(answer.reason != nil)
    }

    @Test("the home page is not the API's, nor what only begins alike")
    func others() async throws {
        #expect(try await Fixture().one(.get, "/").text == "home")
        #expect(!APIAddress.holds("/api/v10/questions") && !APIAddress.holds("/api") && APIAddress.holds("/api/v1/x"))
    }

    @Test("a method that an address does not take is told with those that it does")
    func methods() async throws {
        let fixture = try Fixture()
        for (method, path, allow) in [
            (HTTPRequest.Method.post, "/api/v1/questions", "GET, HEAD"),
            (.delete, "/api/v1/supplier/suppliers.list", "GET, HEAD"),
            (.get, "/api/v1/events", "POST"), (.put, "/api/v1/commands/finance.close-alert.v1", "POST"),
            (.patch, "/api/v1/openapi.json", "GET, HEAD"), (.trace, "/api/v1/partner/events", "GET, HEAD"),
        ] {
            let answer = try await fixture.one(method, path)
            #expect(answer.status == 405 && answer.reason == "method-not-allowed" && answer.headers[.allow] == allow)
        }
    }

    @Test("nobody who is not known is answered, and a token reaches as far as its scope")
    func callers() async throws {
        let fixture = try Fixture()
        for token in [nil, "unknown"] {
            let answer = try await fixture.one(.get, "/api/v1/supplier/suppliers.list", as: token)
            #expect(answer.status == 401 && answer.reason == "not-signed-in")
            #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
        }
        #expect(fixture.services.questions.isEmpty)
        let command = try await fixture.one(
            .post, "/api/v1/commands/finance.close-alert.v1", as: "reader",
            ["Idempotency-Key": "k", "Content-Type": "application/json"], body: "{}")
        #expect(command.status == 403 && command.reason == "out-of-scope")
        #expect(try await fixture.one(.get, "/api/v1/supplier/suppliers.list", as: "acme").reason == "out-of-scope")
        #expect(try await fixture.one(.get, "/api/v1/questions", as: "acme").reason == "out-of-scope")
    }

    @Test("whoever calls too often waits, and nobody else does")
    func limits() async throws {
        var fixture = try Fixture()
        let now = Mutex(ContinuousClock.now)
        fixture.limiter = RateLimiter(
            calls: .init(perSecond: 0.5, burst: 2), events: .init(perSecond: 1, burst: 1), now: { now.withLock { $0 } })
        try await fixture.call { client in
            func status(_ token: String) async throws -> Answer {
                try await Fixture.send(client, .get, "/api/v1/questions", as: token)
            }
            #expect(try await status("li").status == 200)
            #expect(try await status("li").status == 200)
            let late = try await status("li")
            #expect(late.status == 429 && late.reason == "too-many-requests" && late.headers[.retryAfter] == "2")
            #expect(try await status("session").status == 429)
            #expect(try await status("zhou").status == 200)
            now.withLock { $0 += .seconds(2) }
            #expect(try await status("li").status == 200)
            #expect(try await status("li").status == 429)
        }
    }

    @Test("a batch larger than the bucket passes once it is full, and is owed for")
    func owing() throws {
        let now = Mutex(ContinuousClock.now)
        let limiter = RateLimiter(
            calls: .init(perSecond: 1, burst: 1), events: .init(perSecond: 10, burst: 10), now: { now.withLock { $0 } })
        try limiter.take(25, .events, of: .partner("acme"))
        #expect(throws: Problem.self) { try limiter.take(1, .events, of: .partner("acme")) }
        now.withLock { $0 += .seconds(1.5) }
        #expect(throws: Problem.self) { try limiter.take(1, .events, of: .partner("acme")) }
        now.withLock { $0 += .seconds(0.2) }
        try limiter.take(1, .events, of: .partner("acme"))
    }

    @Test("an address that is too long is not read")
    func long() async throws {
        let answer = try await Fixture().one(
            .get, "/api/v1/supplier/suppliers.list?after=\(String(repeating: "a", count: 20_000))")
        #expect(answer.status == 414 && answer.reason == "address-too-long")
    }

    @Test("every reason has words and a status of failure")
    func words() {
        for reason in Reason.allCases {
            #expect(!reason.title.isEmpty && reason.status.code >= 400, "\(reason.rawValue)")
        }
        let codes = Reason.allCases.map(\.rawValue) + CallReason.allCases.map(\.rawValue)
        #expect(Set(codes).count == codes.count)
    }

    @Test("how long whoever calls waits, and in which form, is read from headers as they are written")
    func headers() {
        var fields = HTTPFields()
        #expect(fields.preferredWait == nil && fields.preference(for: "text/csv") == 1)
        fields.set("Prefer", "respond-async, wait=7")
        #expect(fields.preferredWait == 7)
        fields.set("Prefer", "wait=600")
        #expect(fields.preferredWait == 60)
        fields.set("Accept", "text/*;q=0.2, text/csv ; q=0.7, */*;q=0.1")
        #expect(fields.preference(for: "text/csv") == 0.7 && fields.preference(for: "application/json") == 0.1)
        fields.set("Waybill-Withheld", "a\r\nSet-Cookie: b")
        #expect(fields.value("waybill-withheld") == "aSet-Cookie: b")
    }

    @Test("the place of a refusal is told apart from its words, which services tell in one text")
    func parts() {
        #expect(QuestionDesk.parts(of: "parameters.a: is: wrong").path == "parameters.a")
        #expect(QuestionDesk.parts(of: "parameters.a: is: wrong").detail == "is: wrong")
        #expect(QuestionDesk.parts(of: "it is: wrong").path == nil && QuestionDesk.parts(of: "").detail == "")
    }
}
