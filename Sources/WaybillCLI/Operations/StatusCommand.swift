import ArgumentParser
import BrokerLayout
import Client
import Contracts
import Domain
import Messaging
import Operations

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Services, queues and how far behind they are.",
        discussion: """
            Ends with 75 when a service does not answer, with 1 when one goes by another zone than this command: every \
            service and whoever asks must have the same WAYBILL_ZONE.
            """)

    @Option(
        help: """
            Wait until every queue and outbox is empty, at most so many seconds, saying what is left; 1 when they are not \
            by then.
            """)
    var waitDrained: Int?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let environment = CommandEnvironment()
        let session = try await BrokerSession.connect(environment.operator("status"))
        if let waitDrained,
            try await !DrainWatch(session: session, environment: environment).wait(
                seconds: waitDrained, left: { say($0) })
        {
            say("not drained within \(waitDrained) s")
            throw ExitCode(1)
        }
        let status = await SystemStatus(session: session) { environment.http($0) }
        await session.close()
        try output.show(status.tables, isWhole: status.isWhole)
        if !status.hasPolicy { say("no policy of permissions holds: whoever may log in sees and does everything") }
        let others = status.zones.filter { $0.zone != OrganisationZone.current.name }
        guard others.isEmpty else {
            let said = others.map { "\($0.service.rawValue) by \($0.zone)" }.joined(separator: ", ")
            throw Failure("not all tell days by one zone: \(said), this command by \(OrganisationZone.current)")
        }
    }
}
