import Contracts
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Commands by HTTP")
struct CommandCallTests {
    private static let close = "/api/v1/commands/finance.close-alert.v1"
    private static let body = #"{"alertId": "AL-1", "outcome": "accepted"}"#

    private static func headers(_ key: String = "k-1") -> [String: String] {
        ["Idempotency-Key": key, "Content-Type": "application/json"]
    }

    @Test("a command says who acts by who calls, and is answered by what came of it")
    func done() async throws {
        let fixture = try Fixture()
        let answer = try await fixture.one(.post, Self.close, Self.headers(), body: Self.body)
        #expect(answer.status == 200 && answer.json?["status"]?.string == "done")
        #expect(answer.json?["person"]?.string == "li.wei" && answer.json?["repeated"]?.kind == .false)
        let result = try #require(answer.json?["results"]?.elements.first)
        #expect(result["type"]?.string == "finance.margin-alert-closed.v1")
        #expect(result["data"]?["alertId"]?.string == "AL-1")
        let command = try #require(fixture.commands.commands.first)
        #expect(command.service == .finance && command.person == "li.wei" && command.source == "waybill-http")
        let data = try JSONDocument(parsing: command.data).root
        #expect(data["by"]?.string == "li.wei" && data["alertId"]?.string == "AL-1")
    }

    @Test("the same key and body have one effect and one answer; other content, another person and another key differ")
    func again() async throws {
        let fixture = try Fixture()
        try await fixture.call { client in
            let first = try await Fixture.send(client, .post, Self.close, Self.headers(), body: Self.body)
            let second = try await Fixture.send(client, .post, Self.close, Self.headers("\"k-1\""), body: Self.body)
            #expect(second.status == 200 && second.json?["repeated"]?.kind == .true)
            #expect(first.json?["id"]?.string == second.json?["id"]?.string && fixture.commands.effects == 1)
            let other = try await Fixture.send(
                client, .post, Self.close, Self.headers(), body: Self.body.replacing("AL-1", with: "AL-2"))
            #expect(other.status == 422 && other.reason == "key-reused" && other.path == "headers.idempotency-key")
            #expect(fixture.commands.effects == 1)
            let zhou = try await Fixture.send(client, .post, Self.close, as: "zhou", Self.headers(), body: Self.body)
            #expect(zhou.status == 200 && zhou.json?["id"]?.string != first.json?["id"]?.string)
            let another = try await Fixture.send(client, .post, Self.close, Self.headers("k-2"), body: Self.body)
            #expect(another.json?["repeated"]?.kind == .false && fixture.commands.effects == 3)
        }
    }

    @Test(
        "a refusal is a problem with its reason and place, and a status by its kind",
        arguments: [
            (Reason.notAuthorised, 403), (.aboveAuthority, 403), (.notFound, 404), (.wrongState, 409),
            (.staleRevision, 409),
            (.valueNotAllowed, 422), (.internalError, 500),
        ])
    func refused(_ reason: Reason, _ status: Int) async throws {
        var fixture = try Fixture()
        fixture.commands = FakeCommands { command in
            .refused(
                id: command.id, person: command.person, proof: .edge, Refusal(reason, path: "$.alertId", "so it is"))
        }
        let answer = try await fixture.one(.post, Self.close, Self.headers(), body: Self.body)
        #expect(answer.status == status && answer.reason == reason.rawValue)
        #expect(answer.json?["id"]?.string == fixture.commands.commands.first?.id)
        #expect(answer.text.contains("so it is") == (reason != .internalError))
        if reason != .internalError { #expect(answer.path == "$.alertId") }
    }

    @Test("a service that has not answered is said to be waited for; a broker that has not is not known")
    func waiting() async throws {
        var fixture = try Fixture()
        fixture.commands = FakeCommands { _ in nil }
        let waiting = try await fixture.one(.post, Self.close, Self.headers(), body: Self.body)
        #expect(waiting.status == 202 && waiting.json?["status"]?.string == "waiting")
        #expect(waiting.headers[.retryAfter] == "5")
        fixture.commands = FakeCommands { _ in throw ServiceSilence(.away, "amqp://edge@inside") }
        let unknown = try await fixture.one(.post, Self.close, Self.headers(), body: Self.body)
        #expect(unknown.status == 503 && unknown.reason == "not-confirmed" && !unknown.text.contains("inside"))
        #expect(unknown.json?["id"]?.string == fixture.commands.commands.first?.id)
    }

    @Test(
        "what is no command, or no body, key or option of one, is refused before anybody is asked",
        arguments: [
            ("finance.close-alert.v1", "{", "k", 400, "not-json"),
            ("finance.close-alert.v1", "", "k", 400, "empty-body"),
            ("finance.close-alert.v1", "[]", "k", 422, "wrong-type"),
            ("finance.close-alert.v1", #"{"outcome": "accepted"}"#, "k", 422, "missing-field"),
            (
                "finance.close-alert.v1", #"{"alertId": "AL-1\u200b", "outcome": "accepted"}"#, "k", 422,
                "unseen-character"
            ),
            ("finance.close-alert.v1", body, "", 400, "key-missing"),
            ("finance.close-alert.v1", body, "a b", 400, "bad-request"),
            ("finance.close-alert.v9", body, "k", 404, "unknown-version"),
            ("finance.nothing.v1", body, "k", 404, "unknown-type"),
            ("finance.order-decided.v1", body, "k", 404, "wrong-exchange"),
            ("finance.close-alert.v1?colour=red", body, "k", 400, "value-not-allowed"),
            ("finance.close-alert.v1?exact=so", body, "k", 400, "value-not-allowed"),
            ("finance.close-alert.v1?source=waybill.finance", body, "k", 403, "source-not-allowed"),
        ])
    func bad(_ type: String, _ body: String, _ key: String, _ status: Int, _ reason: String) async throws {
        let fixture = try Fixture()
        var headers = ["Content-Type": "application/json"]
        if !key.isEmpty { headers["Idempotency-Key"] = key }
        let answer = try await fixture.one(.post, "/api/v1/commands/\(type)", headers, body: body)
        #expect(answer.status == status && answer.reason == reason)
        #expect(fixture.commands.commands.isEmpty)
    }

    @Test("another's name stays, for the service to refuse; whose numbers are meant and what is exact go along")
    func options() async throws {
        let fixture = try Fixture()
        _ = try await fixture.one(
            .post, "\(Self.close)?source=erp&exact=true", Self.headers(),
            body: #"{"alertId": "AL-1\u200b", "outcome": "accepted", "by": "zhou.min"}"#)
        let command = try #require(fixture.commands.commands.first)
        #expect(command.source == "erp" && command.person == "li.wei")
        #expect(try JSONDocument(parsing: command.data).root["by"]?.string == "zhou.min")
    }

    @Test("other content types, compressed and too large bodies are refused")
    func content() async throws {
        let fixture = try Fixture()
        for type in ["text/plain", "application/x-www-form-urlencoded", "application/cloudevents+json", nil] {
            var headers = ["Idempotency-Key": "k"]
            headers["Content-Type"] = type
            let answer = try await fixture.one(.post, Self.close, headers, body: Self.body)
            #expect(answer.status == 415 && answer.reason == "unsupported-content-type")
            #expect(answer.headers.value("Accept-Post") == "application/json")
        }
        let packed = try await fixture.one(
            .post, Self.close, Self.headers().merging(["Content-Encoding": "gzip"]) { $1 }, body: Self.body)
        #expect(packed.status == 415)
        let large = try await fixture.one(
            .post, Self.close, Self.headers(), body: String(repeating: " ", count: (1 << 20) + 1))
        #expect(large.status == 413 && large.reason == "body-too-large")
        #expect(fixture.commands.commands.isEmpty)
    }

    @Test("a page of another site cannot act by a browser's session; a token does not come from one")
    func crossSite() async throws {
        let fixture = try Fixture()
        let sites: [([String: String], Int)] = [
            (["Sec-Fetch-Site": "cross-site"], 403), (["Sec-Fetch-Site": "same-site"], 403),
            (["Origin": "https://evil.example"], 403), (["Origin": "null"], 403),
            (["Sec-Fetch-Site": "same-origin"], 200), (["Origin": "http://localhost"], 200), ([:], 403),
        ]
        for (place, (headers, status)) in sites.enumerated() {
            let all = Self.headers("k-\(place)").merging(headers) { $1 }
            let answer = try await fixture.one(.post, Self.close, as: "session", all, body: Self.body)
            #expect(answer.status == status && (status == 200 || answer.reason == "cross-site"))
        }
        let token = try await fixture.one(
            .post, Self.close, Self.headers("t").merging(["Sec-Fetch-Site": "cross-site"]) { $1 }, body: Self.body)
        #expect(token.status == 200)
        let read = try await fixture.one(.get, "/api/v1/questions", as: "session", ["Sec-Fetch-Site": "cross-site"])
        #expect(read.status == 200)
    }
}
