import ArgumentParser
import Client
import Contracts
import Domain
import Operations

struct DeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead", abstract: "Refused messages: see them, mend them, replay them, or let them go.",
        discussion: """
            Every act keeps the message's id, so that replaying twice has one effect, and leaves a record of who did what,
            when and why ('dead audit').
            """,
        subcommands: [
            DeadList.self, DeadGroup.self, DeadShow.self, DeadExport.self, DeadEdit.self, DeadReplay.self,
            DeadDiscard.self, DeadAudit.self, DeadRestore.self,
        ])
}

/// Which refused messages are meant.
struct DeadFilter: ParsableArguments {
    @Option(help: "Only what this service refused.")
    var service: String?
    @Option(help: "Only with this reason code.")
    var reason: String?
    @Option(help: "Only of this type.")
    var type: String?
    @Option(help: "Only from this source.")
    var source: String?
    @Option(help: "Only the message with this id.")
    var id: String?
    @Option(help: "Only refused from this time on, as 2026-01-05 or 2026-01-05T10:00:00+08:00.")
    var since: String?
    @Option(help: "Only refused before this time.")
    var until: String?
    @Option(help: "How many at most, up to 60000.")
    var limit = 10_000

    func validate() throws {
        _ = try (services, time(since, "--since"), time(until, "--until"))
        guard (1...60_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 60000") }
    }

    var services: [ServiceName] {
        get throws {
            guard let service else { return ServiceName.allCases }
            guard let name = ServiceName(rawValue: service) else {
                throw ValidationError(
                    "'\(service)' is no service: \(ServiceName.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return [name]
        }
    }

    private func time(_ text: String?, _ option: String) throws -> Timestamp? {
        guard let text else { return nil }
        let day = CalendarDay(text).map { OrganisationZone.current.beginning(of: $0) }
        guard let time = Timestamp(text) ?? day else {
            throw ValidationError("\(option) '\(text)' is no time such as 2026-01-05T10:00:00+08:00")
        }
        return time
    }

    var selection: DeadLetterSelection {
        get throws {
            var selection = DeadLetterSelection()
            selection.services = try services
            (selection.reason, selection.type, selection.source, selection.id) = (reason, type, source, id)
            (selection.since, selection.until) = (try time(since, "--since"), try time(until, "--until"))
            selection.limit = limit
            return selection
        }
    }

    /// Those that are meant, where they stand.
    func letters() async throws -> [BrowsedDeadLetter] {
        try await DeadLetterBrowser.all(selection, as: CommandEnvironment().operator("dead"))
    }
}
