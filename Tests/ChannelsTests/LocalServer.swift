import Contracts
import Domain
import Foundation
import TestSupport
import Testing

@testable import Channels

/// A server of `servers.py`, on loopback, in a process of its own.
struct LocalServer {
    /// What a server of mail has taken.
    struct Mailbox: Decodable {
        /// A mail as Python's library reads it.
        struct Mail: Decodable {
            let sender: String
            let recipients: [String]
            let login: String
            let isSecure: Bool
            let greeting: String
            let connection: Int
            let headers: [[String]]
            let defects: [String]
            let to: [String]
            let from: [[String]]
            let date: String
            let text: String
            let html: String
            let isPlain: Bool
            let longest: Int
            let bareBreaks: Int

            /// The values of a header field.
            func header(_ name: String) -> [String] {
                headers.filter { $0[0].lowercased() == name.lowercased() }.map { $0[1] }
            }
        }

        let mails: [Mail]
        let tried: [String]
        let connections: Int
    }

    /// What a server of HTTP was asked.
    struct Requests: Decodable {
        struct Request: Decodable {
            let path: String
            let signatures: [Bool]
            let body: Body
            let id: String
            let type: String
        }

        /// The fields of all kinds of bodies.
        struct Body: Decodable {
            struct Text: Decodable { let content: String }
            struct Content: Decodable {
                struct Post: Decodable {
                    let title: String
                    let content: [[Piece]]
                }
                struct Piece: Decodable, Equatable { let tag, text: String }
                let post: [String: Post]
            }
            let msgtype: String?
            let text: Text?
            let msg_type: String?
            let content: Content?
            let type: String?
        }

        let requests: [Request]
    }

    static let howToEnable: Comment = "needs a python3 that has aiosmtpd: apt-get install python3-aiosmtpd"
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("servers.py").path
    /// The first Python that has aiosmtpd: the usual one, or the system's.
    private static let pythonWithMail: String? = ["python3", "/usr/bin/python3"].first { python in
        guard let process = try? start(python, ["check"], input: nil, output: Pipe()) else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
    /// Whether servers of mail can be started.
    static var hasMail: Bool { pythonWithMail != nil }

    let port: Int
    private let process: Process
    private let input: Pipe
    private let output: Pipe

    /// Starts one.
    ///
    /// - Parameters:
    ///   - kind: `smtp` or `http`.
    ///   - settings: how it behaves, see `servers.py`.
    private init(_ kind: String, _ settings: [String: Any]) throws {
        (input, output) = (Pipe(), Pipe())
        let json = String(decoding: try JSONSerialization.data(withJSONObject: settings), as: UTF8.self)
        process = try Self.start(
            kind == "smtp" ? Self.pythonWithMail ?? "python3" : "python3", [kind, json], input: input, output: output)
        var line = Data()
        while line.last != 0x0A {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw CocoaError(.executableLoad) }
            line += more
        }
        guard let port = Int(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        else {
            throw CocoaError(.executableLoad)
        }
        self.port = port
    }

    private static func start(_ python: String, _ arguments: [String], input: Pipe?, output: Pipe) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, script] + arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func stop<Taken: Decodable>(_ type: Taken.Type) throws -> Taken {
        try? input.fileHandleForWriting.close()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode(type, from: data)
    }

    /// With a server of mail: what it has taken in the end.
    static func mail(
        _ settings: [String: Any] = ["security": "none"], _ body: (LocalServer) async throws -> Void
    ) async throws -> Mailbox {
        let server = try LocalServer("smtp", settings)
        do {
            try await body(server)
        } catch {
            _ = try? server.stop(Mailbox.self)
            throw error
        }
        return try server.stop(Mailbox.self)
    }

    /// With a server of HTTP: what it was asked in the end.
    static func web(
        _ settings: [String: Any] = [:], _ body: (LocalServer) async throws -> Void
    ) async throws -> Requests {
        let server = try LocalServer("http", settings)
        do {
            try await body(server)
        } catch {
            _ = try? server.stop(Requests.self)
            throw error
        }
        return try server.stop(Requests.self)
    }
}

/// The time of the tests' machine, as channels ask for it.
let now: @Sendable () -> Timestamp = {
    Timestamp(microsecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000_000), offsetMinutes: 480)
}

extension Handover {
    /// A handover of a test.
    static func of(
        _ id: String, to address: String, subject: String = "Order SO-1 waits", text: String = "It waits.\n",
        thread: String? = nil, severity: NoticeSeverity = .urgent, language: Language = .en
    ) -> Handover {
        Handover(
            id: id, address: address, language: language, subject: subject, text: text,
            html: .page(language, title: subject, [.element("p", .words(text))]), thread: thread, severity: severity,
            notices: ["n-\(id)"], json: Array(#"{"type":"waybill.notices","data":{"name":"昆山"}}"#.utf8))
    }
}

extension HandoverOutcome {
    /// What the server said.
    var words: String {
        switch self {
        case .accepted(let words), .later(let words, _), .refused(let words): words
        case .untried: ""
        }
    }
    var isAccepted: Bool { if case .accepted = self { true } else { false } }
    var isLater: Bool { if case .later = self { true } else { false } }
    var isRefused: Bool { if case .refused = self { true } else { false } }
    /// How long the server wants to be left alone.
    var after: Duration? { if case .later(_, let after) = self { after } else { nil } }
}
