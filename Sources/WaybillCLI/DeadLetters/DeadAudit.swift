import ArgumentParser
import BrokerLayout
import Client
import Contracts
import Foundation
import Operations

struct DeadAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Who did what with refused messages, and who tried to speak for whom; the latest last.")

    @Option(help: "Only what was done with this message.")
    var id: String?
    @Option(help: "Write every record as it stands there into this file, one a line, for 'dead restore --audit'.")
    var out: String?
    @Option(help: "How many of the latest at most.")
    var limit = 1_000
    @OptionGroup var output: OutputOptions

    func run() async throws {
        if let out {
            let bodies = try await AuditTrail.bodies(as: CommandEnvironment().operator("audit"))
            try Data(bodies.joined(separator: [UInt8(ascii: "\n")])).write(to: URL(fileURLWithPath: out))
            return say("\(bodies.count) records in \(out)")
        }
        let rows = try await AuditTrail.all(as: CommandEnvironment().operator("audit"))
            .filter { record in id.map { record["id"] == $0 } ?? true }
            .map { record in AuditRecord.columns.map { record[$0] } }
            .sorted { ($0[0] ?? "") < ($1[0] ?? "") }
        try output.show([
            QueryTable("audit", AuditRecord.columns.map { QueryColumn($0) }, rows: Array(rows.suffix(limit)))
        ])
    }
}
