import Contracts
import HTTPTypes
import ServiceKit
import Testing

@testable import Console

struct GuardingTests {
    @Test(
        arguments: [
            (HTTPRequest.Method.get, nil, nil, true), (.post, "same-origin", nil, true), (.post, "none", nil, true),
            (.post, "cross-site", nil, false), (.post, "same-site", nil, false),
            // What a browser says itself counts more than what it says besides.
            (.post, "cross-site", "https://console.example", false),
            (.post, nil, "https://console.example", true), (.post, nil, "https://evil.example", false),
            (.post, nil, "null", false), (.delete, nil, "https://console.example.evil.example", false),
        ] as [(HTTPRequest.Method, String?, String?, Bool)])
    func anotherSitesPageChangesNothing(
        method: HTTPRequest.Method, fetched: String?, origin: String?, isAllowed: Bool
    ) {
        #expect(
            CrossSite.isAllowed(
                method, fetched: fetched, origin: origin, host: "console.example", hasCookie: true) == isAllowed)
    }

    @Test func whatIsNoBrowserHasNoCookie() {
        #expect(CrossSite.isAllowed(.post, fetched: nil, origin: nil, host: "a", hasCookie: false))
        #expect(!CrossSite.isAllowed(.post, fetched: nil, origin: nil, host: "a", hasCookie: true))
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.1.2.3", true), ("::1", true), ("localhost", true), ("0.0.0.0", false),
        ("10.0.0.1", false), ("127.0.0.1.evil.example", false), ("127.evil.example.x", false), ("::", false),
    ])
    func loopbackIsTheMachineItself(host: String, isLoopback: Bool) {
        #expect(ConsoleSettings.isLoopback(host) == isLoopback)
    }

    private func exposure(_ host: String, _ values: [String: String]) throws -> ConsoleSettings.Exposure {
        try ConsoleSettings.exposure(Settings(ConsoleSettings.known, values: values), host: host)
    }

    @Test func beyondLoopbackSomethingProtectsTheTraffic() throws {
        #expect(try exposure("127.0.0.1", [:]) == .loopback)
        #expect(throws: ConsoleProblem.self) { try exposure("0.0.0.0", [:]) }
        #expect(throws: ConsoleProblem.self) { try exposure("0.0.0.0", ["tls.certificate": "a.pem"]) }
        #expect(
            try exposure("0.0.0.0", ["tls.certificate": "a.pem", "tls.key": "b.pem"])
                == .certificates(chain: "a.pem", key: "b.pem"))
        #expect(try exposure("0.0.0.0", ["proxy": "10.0.0.1, 10.0.0.2"]) == .proxy(["10.0.0.1", "10.0.0.2"]))
        #expect(throws: ConsoleProblem.self) {
            try exposure("0.0.0.0", ["proxy": "10.0.0.1", "tls.certificate": "a.pem", "tls.key": "b.pem"])
        }
    }

    @Test func theCookieIsTheHostsAndNobodyElses() {
        #expect(
            SessionCookie(isSecure: true).set("s") == "__Host-waybill=s; Path=/; HttpOnly; SameSite=Lax; Secure")
        #expect(SessionCookie(isSecure: false).set("s") == "waybill=s; Path=/; HttpOnly; SameSite=Lax")
    }

    @Test func theServersOwnVariablesAreKnown() async throws {
        // A shell that has the environment of an installation starts a console as well.
        _ = try await Settings(
            ConsoleSettings.known,
            environment: [
                "WAYBILL_HTTP_CONSOLE": "x", "WAYBILL_POSTGRES_URL_CONSOLE": "x", "WAYBILL_POSTGRES_URL_FINANCE": "x",
            ])
        await #expect(throws: Settings.Problem.self) {
            _ = try await Settings(ConsoleSettings.known, environment: ["WAYBILL_HTTP_HOSTS": "0.0.0.0"])
        }
    }
}
