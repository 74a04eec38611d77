import Domain
import Foundation
import Outbound
import TestSupport
import Testing

@testable import Channels

@Suite("Webhooks", .timeLimit(.minutes(2)))
struct WebhookChannelTests {
    private static let old = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let new = "whsec_" + Data((0..<32).map { UInt8($0) }).base64EncodedString()

    private func channel(
        _ server: LocalServer, _ paths: [String], secrets: [String] = [old], client: HTTPClient = HTTPClient(),
        scheme: String = "http://127.0.0.1", authority: String? = nil
    ) throws -> WebhookChannel {
        let secrets = try secrets.map { try #require(WebhookSecret($0)) }
        return WebhookChannel(
            name: "hooks",
            targets: Dictionary(
                uniqueKeysWithValues: paths.map {
                    (
                        $0,
                        WebhookChannel.Target(
                            url: "\(scheme):\(server.port)/\($0)", secrets: secrets, certificateAuthorities: authority)
                    )
                }), client: client, timeout: .milliseconds(1_500), now: now)
    }

    @Test("the signature is that of the specification's example")
    func example() throws {
        let secret = try #require(WebhookSecret(Self.old))
        let body = Array(#"{"test": 2432232314}"#.utf8)
        #expect(
            secret.signature(of: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: 1_614_265_330, body: body)
                == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        for text in [
            "", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64!", Self.old + "\n",
        ] {
            #expect(WebhookSecret(text) == nil, "'\(text)'")
        }
        #expect(WebhookSecret("whsec_" + Data(repeating: 1, count: 65).base64EncodedString()) == nil)
    }

    @Test("while a secret is changed, who knows either is told that it is us; who knows another is not")
    func rotation() async throws {
        let third = "whsec_" + Data(repeating: 7, count: 24).base64EncodedString()
        let taken = try await LocalServer.web(["webhooks": [Self.old, Self.new, third]]) { server in
            for secrets in [[Self.old], [Self.new, Self.old], [Self.new]] {
                let outcomes = try await channel(server, ["ok"], secrets: secrets).hand([.of("h-1", to: "ok")])
                #expect(outcomes == [.accepted("HTTP 204")])
            }
        }
        #expect(
            taken.requests.map(\.signatures) == [[true, false, false], [true, true, false], [false, true, false]])
        #expect(taken.requests.allSatisfy { $0.id == "h-1" && $0.body.type == "waybill.notices" })
    }

    @Test("what a server answers decides: taken, later and when, never")
    func answers() async throws {
        let expected: [(String, HandoverOutcome)] = [
            ("ok", .accepted("HTTP 204")), ("status/200", .accepted("HTTP 200: so it is")),
            ("status/400", .refused("HTTP 400: so it is")), ("status/410", .refused("HTTP 410: so it is")),
            ("status/401", .later("HTTP 401: so it is", after: nil)),
            ("status/502", .later("HTTP 502: so it is", after: nil)),
            ("status/429", .later("HTTP 429: so it is", after: .seconds(60))),
            ("wait/429/17", .later("HTTP 429: later, please", after: .seconds(17))),
            ("wait/503/999999999999999999999999", .later("HTTP 503: later, please", after: .seconds(86_400))),
            ("wait/503/soon", .later("HTTP 503: later, please", after: nil)),
            ("redirect", .later("HTTP 302 (redirects are not followed)", after: nil)),
        ]
        let taken = try await LocalServer.web { server in
            let channel = try channel(server, expected.map(\.0) + ["silent", "gone"])
            let outcomes = await channel.hand(expected.map { .of("h", to: $0.0) })
            for (outcome, expected) in zip(outcomes, expected) { #expect(outcome == expected.1, "\(expected.0)") }
            let broken = await channel.hand([.of("1", to: "silent"), .of("2", to: "gone"), .of("3", to: "unknown")])
            #expect(broken[0].isLater && broken[1].isLater && broken[2].isRefused)
        }
        // The redirect's target was not asked but by the first.
        #expect(taken.requests.count { $0.path == "/ok" } == 1)
    }

    @Test("an answer in pieces is one; one that is cut, endless or none at all is owed, and the neighbours have theirs")
    func broken() async throws {
        let paths = ["pieces", "cut", "noise", "flood", "ok"]
        let taken = try await LocalServer.web(["webhooks": [Self.old]]) { server in
            let outcomes = try await channel(server, paths).hand(paths.map { .of("h-\($0)", to: $0) })
            #expect(outcomes[0] == .accepted("HTTP 200: taken"))
            #expect(outcomes[1].isLater && outcomes[2].isLater && outcomes[3].isLater, "\(outcomes)")
            #expect(outcomes[2].words.contains("is no HTTP"))
            #expect(outcomes[4] == .accepted("HTTP 204"))
        }
        #expect(
            taken.requests.map(\.id) == paths.map { "h-\($0)" } && taken.requests.allSatisfy { $0.signatures == [true] }
        )
    }

    @Test("no request is begun once the time is over")
    func time() async throws {
        let paths = ["silent", "ok", "gone"]
        let taken = try await LocalServer.web(["webhooks": [Self.old]]) { server in
            let channel = try channel(server, paths)
            #expect(channel.longest == .milliseconds(1_500))
            let outcomes = await channel.hand(paths.map { .of("h-\($0)", to: $0) }, within: .milliseconds(100))
            #expect(outcomes.count == 3 && outcomes[0].isLater && outcomes.dropFirst() == [.untried, .untried])
        }
        #expect(taken.requests.allSatisfy { $0.path == "/silent" })
    }

    @Test("a number that would end a header field is a header field's value, and another's request is not in it")
    func numbers() async throws {
        let taken = try await LocalServer.web(["webhooks": [Self.old]]) { server in
            let outcomes = try await channel(server, ["ok"]).hand([
                .of("h\r\nX-Evil: 1\r\n\r\nPOST /status/500 HTTP/1.1\r\n\r\n", to: "ok")
            ])
            #expect(outcomes == [.accepted("HTTP 204")])
        }
        #expect(taken.requests.map(\.path) == ["/ok"] && taken.requests.allSatisfy { $0.signatures == [true] })
        #expect(taken.requests.allSatisfy { !$0.id.isEmpty && !$0.id.contains { $0.isNewline || $0 == ":" } })
    }

    @Test("a time in Retry-After is understood, one that is over is not")
    func retryAfter() throws {
        let now = try #require(Timestamp("1994-11-06T08:49:00Z"))
        #expect(RetryAfter.duration("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == .seconds(37))
        #expect(RetryAfter.duration(" 120 ", now: now) == .seconds(120))
        for text in [
            nil, "", "-1", "1.5", "Sun, 06 Nov 1994 08:48:37 GMT", "Sun Nov  6 08:49:37 1994",
            "Sun, 31 Feb 1995 08:49:37 GMT",
        ] {
            #expect(RetryAfter.duration(text, now: now) == nil, "\(text ?? "")")
        }
    }

    @Test("a private address is not connected to where it is not allowed, by whatever name it is called")
    func privateAddresses() async throws {
        let taken = try await LocalServer.web { server in
            for scheme in [
                "http://127.0.0.1", "http://localhost", "http://[::1]", "http://0x7f000001",
                "http://[::ffff:127.0.0.1]",
            ] {
                let outcomes = try await channel(server, ["ok"], client: HTTPClient(.publicAddresses), scheme: scheme)
                    .hand([.of("1", to: "ok")])
                #expect(outcomes[0].isRefused, "\(scheme): \(outcomes)")
                #expect(outcomes[0].words.contains("private address"), "\(scheme): \(outcomes)")
            }
        }
        #expect(taken.requests.isEmpty)
    }

    @Test(
        "over TLS who takes it must prove itself",
        .enabled(if: TestServers.certificates != nil, "no certificates: run 'make test'"))
    func secure() async throws {
        let directory = TestServers.certificates ?? ""
        let settings = ["certificate": "\(directory)/server.pem", "key": "\(directory)/server.key"]
        let taken = try await LocalServer.web(settings) { server in
            // Of another authority, and of another name.
            for (host, authority, isTrusted) in [
                ("localhost", "ca", true), ("localhost", "stranger", false), ("127.0.0.1", "ca", false),
            ] {
                let outcomes = try await channel(
                    server, ["ok"], scheme: "https://\(host)", authority: "\(directory)/\(authority).pem"
                ).hand([.of("1", to: "ok")])
                #expect(outcomes[0].isAccepted == isTrusted && outcomes[0].isLater == !isTrusted, "\(outcomes)")
            }
        }
        #expect(taken.requests.count == 1)
    }
}
