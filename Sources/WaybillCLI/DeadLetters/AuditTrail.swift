import ArgumentParser
import Contracts
import Crypto
import Foundation
import Messaging
import ServiceKit

/// The record of what operators did with refused messages: a queue that nobody empties.
struct AuditTrail: Sendable {
    /// What was done.
    enum Act: String, Sendable {
        case edit, replay, discard
    }

    private let who: String
    private let user: String
    private let why: String

    /// - Parameter why: what the operator says.
    init(why: String?) throws {
        who = NSUserName()
        user = try Surroundings().operator("audit").userName
        self.why = why ?? "not said"
    }

    /// The records of an act, to be published with confirms before anything is taken out.
    func records(_ act: Act, _ letters: [DeadLetterOnShelf]) -> [Outgoing] {
        let now = Self.now()
        return letters.map { letter in
            var object = ObjectWriter()
            object.timestamp("at", now)
            object.text("who", who)
            object.text("brokerUser", user)
            object.text("act", act.rawValue)
            object.text("why", why)
            object.text("service", letter.service.rawValue)
            object.text("id", letter.id)
            object.text("source", letter.source)
            object.text("type", letter.type)
            object.text("reason", letter.reason)
            object.text("bodySHA256", Self.digest(letter.delivery.body))
            return Outgoing(
                exchange: Exchanges.audit, routingKey: act.rawValue,
                properties: MessageProperties(
                    contentType: "application/json", deliveryMode: 2, messageID: UUID().uuidString.lowercased()),
                body: object.finished())
        }
    }

    static let columns = [
        "at", "who", "brokerUser", "act", "why", "service", "id", "source", "type", "reason", "bodySHA256",
    ]

    /// Every record there is, by its columns.
    static func all() async throws -> [[String: String]] {
        let session = try await BrokerSession.connect(Surroundings().operator("audit"))
        let waiting = try await session.status(of: Queues.audit).messages
        var records: [[String: String]] = []
        if waiting > 0 {
            try await session.subscribe(Queues.audit, prefetch: 65_535)
            var seen = 0
            while seen < waiting {
                let deliveries = try await session.next(within: .seconds(2))
                if deliveries.isEmpty { break }
                seen += deliveries.count
                for delivery in deliveries {
                    guard let root = try? JSONDocument(parsing: delivery.body).root else { continue }
                    var record: [String: String] = [:]
                    for column in columns { record[column] = root[column]?.string }
                    records.append(record)
                }
            }
        }
        await session.close()
        return records
    }

    static func digest(_ body: [UInt8]) -> String {
        SHA256.hash(data: body).map { String(format: "%02x", $0) }.joined()
    }

    static func now() -> Timestamp {
        Timestamp(microsecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000_000), offsetMinutes: 0)
    }
}

struct DeadAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Who did what with refused messages, when and why; the latest last.")

    @Option(help: "Only what was done with this message.")
    var id: String?
    @Option(help: "How many of the latest at most.")
    var limit = 1_000
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let rows = try await AuditTrail.all()
            .filter { record in id.map { record["id"] == $0 } ?? true }
            .map { record in AuditTrail.columns.map { record[$0] } }
            .sorted { ($0[0] ?? "") < ($1[0] ?? "") }
        try output.show([
            QueryTable("audit", AuditTrail.columns.map { QueryColumn($0) }, rows: Array(rows.suffix(limit)))
        ])
    }
}
