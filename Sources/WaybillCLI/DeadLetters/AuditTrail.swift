import ArgumentParser
import Contracts
import Domain
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
        let record = AuditRecord(who: who, brokerUser: user, act: act.rawValue, why: why)
        return letters.map { letter in
            record.message(
                at: now, service: letter.service, id: letter.id, source: letter.source, type: letter.type,
                reason: letter.reason, body: letter.delivery.body)
        }
    }

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
                    for column in AuditRecord.columns { record[column] = root[column]?.string }
                    records.append(record)
                }
            }
        }
        await session.close()
        return records
    }

    static func now() -> Timestamp {
        Timestamp(microsecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000_000), offsetMinutes: 0)
    }
}

struct DeadAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Who did what with refused messages, and who tried to speak for whom; the latest last.")

    @Option(help: "Only what was done with this message.")
    var id: String?
    @Option(help: "How many of the latest at most.")
    var limit = 1_000
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let rows = try await AuditTrail.all()
            .filter { record in id.map { record["id"] == $0 } ?? true }
            .map { record in AuditRecord.columns.map { record[$0] } }
            .sorted { ($0[0] ?? "") < ($1[0] ?? "") }
        try output.show([
            QueryTable("audit", AuditRecord.columns.map { QueryColumn($0) }, rows: Array(rows.suffix(limit)))
        ])
    }
}
