import Foundation
import TestSupport
import Testing

@testable import Outbound

@Suite("Requests by HTTP", .timeLimit(.minutes(2)))
struct HTTPClientTests {
    private let client = HTTPClient()

    /// What the server heard of a request that it echoed.
    private struct Said: Decodable {
        let method: String
        let port: Int
        let headers: [String: String]

        init(_ response: HTTPResponse) throws {
            self = try JSONDecoder().decode(Said.self, from: Data((response.header("x-said") ?? "").utf8))
        }
    }

    private func code(_ request: HTTPRequest) async -> OutboundError.Code? {
        do throws(OutboundError) {
            _ = try await client.send(request)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("method, fields and body arrive, whatever bytes they hold, and the answer comes back whole")
    func echoes() async throws {
        try await HTTPServer.with { server in
            let url = "http://127.0.0.1:\(server.port)/echo"
            var bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            for method in ["POST", "PUT", "DELETE"] {
                let answer = try await client.send(
                    HTTPRequest(
                        method, url, headers: [("Content-Type", "application/x"), ("X-Name", "ü"), ("X-None", "")],
                        body: bytes))
                #expect(answer.status == 200)
                #expect(answer.body == bytes)
                let said = try Said(answer)
                #expect(said.method == method)
                #expect(said.headers["content-type"] == "application/x")
                #expect(said.headers["x-none"]?.isEmpty == true)
                #expect(said.headers["expect"] == nil)
                #expect(answer.header("X-EMPTY")?.isEmpty == true)
                bytes = []
            }
            let got = try await client.send(HTTPRequest("GET", url))
            #expect(try Said(got).method == "GET")
            #expect(got.body.isEmpty)
            let head = try await client.send(HTTPRequest("HEAD", url))
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test("an answer of any status is an answer, and a redirect is not followed")
    func statuses() async throws {
        try await HTTPServer.with { server in
            let base = "http://127.0.0.1:\(server.port)"
            for status in [200, 404, 500, 503] {
                let answer = try await client.send(HTTPRequest("GET", "\(base)/status/\(status)"))
                #expect(answer.status == status)
                #expect(answer.body == Array("so it is".utf8))
            }
            let redirect = try await client.send(HTTPRequest("GET", "\(base)/redirect"))
            #expect(redirect.status == 302)
            #expect(redirect.header("location") == "/echo")
        }
    }

    @Test("many at once are answered each by its own, and a connection is used again")
    func together() async throws {
        try await HTTPServer.with { server in
            let url = "http://127.0.0.1:\(server.port)/echo"
            let client = client
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let body = Array("\(number)".utf8)
                        return try await client.send(HTTPRequest("POST", url, body: body)).body == body
                    }
                }
                for try await isOwn in group { #expect(isOwn) }
            }
            let first = try Said(await client.send(HTTPRequest("GET", url)))
            let second = try Said(await client.send(HTTPRequest("GET", url)))
            #expect(first.port == second.port)
        }
    }

    @Test("who does not answer, or only half, is given up when the time is over")
    func slow() async throws {
        try await HTTPServer.with { server in
            for path in ["silent", "half"] {
                let url = "http://127.0.0.1:\(server.port)/\(path)"
                #expect(await code(HTTPRequest("GET", url, timeout: .milliseconds(200))) == .timedOut)
            }
            let broken = HTTPRequest(
                "GET", "http://127.0.0.1:\(server.port)/half", headers: [("X-Then", "close")], timeout: .seconds(60))
            #expect(await code(broken) == .unreachable)
        }
    }

    @Test("a cancelled request ends at once, and so does its connection; one cancelled before it begins is not sent")
    func cancelled() async throws {
        try await HTTPServer.with { server in
            let base = "http://127.0.0.1:\(server.port)"
            let request = HTTPRequest("GET", "\(base)/silent", timeout: .seconds(3_600))
            let task = Task { await code(request) }
            task.cancel()
            #expect(await task.value == .cancelled)
            let early = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await code(HTTPRequest("GET", "\(base)/endless", timeout: .seconds(3_600)))
            }
            #expect(await early.value == .cancelled)
            // Others go on.
            #expect(try await client.send(HTTPRequest("GET", "\(base)/echo")).status == 200)
            let running = Task { await code(request) }
            _ = try await client.send(HTTPRequest("GET", "\(base)/echo"))
            running.cancel()
            #expect(await running.value == .cancelled)
            let isEnded = try await TestServers.eventually {
                let ended = try await client.send(HTTPRequest("GET", "\(base)/ended")).body
                return String(decoding: ended, as: UTF8.self).contains("/silent")
            }
            #expect(isEnded)
        }
    }

    @Test("a body beyond the bound is refused, and its connection is closed")
    func tooLarge() async throws {
        try await HTTPServer.with { server in
            let base = "http://127.0.0.1:\(server.port)"
            #expect(await code(HTTPRequest("GET", "\(base)/endless", maximumBytes: 1 << 20)) == .tooLarge)
            #expect(await code(HTTPRequest("POST", "\(base)/echo", body: [1, 2, 3], maximumBytes: 2)) == .tooLarge)
            #expect(await code(HTTPRequest("POST", "\(base)/echo", body: [1, 2, 3], maximumBytes: 3)) == nil)
            let isEnded = try await TestServers.eventually {
                let ended = try await client.send(HTTPRequest("GET", "\(base)/ended")).body
                return String(decoding: ended, as: UTF8.self).contains("/endless")
            }
            #expect(isEnded)
        }
    }

    @Test("nobody there is unreachable; what is no address is said, and no secret of it")
    func addresses() async throws {
        var port = 0
        try await HTTPServer.with { port = $0.port }
        #expect(await code(HTTPRequest("GET", "http://127.0.0.1:\(port)/")) == .unreachable)
        for url in ["", "ftp://127.0.0.1/", "127.0.0.1", "http://", "http:///path", "http://u:secret@[::/"] {
            do throws(OutboundError) {
                _ = try await client.send(HTTPRequest("GET", url))
                Issue.record("'\(url)' was taken")
            } catch {
                #expect(error.code == .address, "\(url): \(error)")
                #expect(!error.description.contains("secret"))
            }
        }
        #expect(
            await code(HTTPRequest("GET", "http://127.0.0.1:\(port)/", headers: [("X", "a\r\nHost: other")]))
                == .address)
    }

    @Test(
        "over TLS who answers must prove itself",
        .enabled(if: TestServers.certificates != nil, "no certificates: run 'make test'"))
    func secure() async throws {
        let directory = TestServers.certificates ?? ""
        func certificate(_ name: String) -> (path: String, key: String) {
            ("\(directory)/\(name).pem", "\(directory)/\(name).key")
        }
        try await HTTPServer.with(certificate: certificate("server")) { (server: HTTPServer) async throws in
            func request(_ host: String, _ authority: String?) -> HTTPRequest {
                HTTPRequest(
                    "GET", "https://\(host):\(server.port)/status/200",
                    certificateAuthorities: authority.map { "\(directory)/\($0).pem" })
            }
            #expect(try await client.send(request("localhost", "ca")).status == 200)
            // Another authority, the system's, another name, a file that is not there.
            #expect(await code(request("localhost", "stranger")) == .untrusted)
            #expect(await code(request("localhost", nil)) == .untrusted)
            #expect(await code(request("127.0.0.1", "ca")) == .untrusted)
            #expect(await code(request("localhost", "nowhere")) == .untrusted)
        }
        try await HTTPServer.with(certificate: certificate("expired")) { server in
            let request = HTTPRequest(
                "GET", "https://localhost:\(server.port)/", certificateAuthorities: "\(directory)/ca.pem")
            #expect(await code(request) == .untrusted)
        }
    }
}
