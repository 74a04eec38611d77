import Channels
package import Contracts
import Domain
import Foundation
package import ServiceKit

/// Who is told what, by which channel and when.
@main
package enum NotifierService {
    /// Its settings beyond those of every service.
    package static let settings = [
        Setting(
            "channels",
            help: "path of the file of channels (JSON, see docs/operate/channels.md); without it nothing is handed over"
        ),
        Setting(
            "notice.floor", default: NoticeSeverity.urgent.rawValue,
            help: "from which severity on nobody can switch notices off: information, attention, urgent or critical"),
        Setting(
            "notice.mail.domain", help: "the domain of mailboxes named after logins, for who has not said another one"),
        NoticeRetention.setting,
    ]

    /// What the host runs.
    package static func definition(_ settings: Settings) throws -> ServiceDefinition {
        let channels = try settings.file("channels") { json in
            // The files that it names begin where it lies, wherever the service runs.
            let folder = settings["channels"].map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
            return try ChannelSettings(
                json: json, directory: folder ?? "", read: { FileManager.default.contents(atPath: $0).map(Array.init) },
                now: ServiceClock.wallClock)
        }
        return definition(
            book: ChannelBook(channels, domain: settings["notice.mail.domain"]),
            floor: try settings.choice("notice.floor", NoticeSeverity.self) ?? .urgent, console: channels?.console,
            keptDays: try settings.integer(NoticeRetention.setting.key, in: 31...36_500))
    }

    /// The same with servers that are given.
    package static func definition(
        book: ChannelBook, floor: NoticeSeverity = .urgent, console: String? = nil,
        keptDays: Int = NoticeRetention.standard, turn: Duration = HandoverWorker.usualTurn
    ) -> ServiceDefinition {
        let planner = HandoverPlanner(book: book, floor: floor)
        let workers = book.workers(planner, HandoverWriter(console: console), turn: turn)
        // Of its own, so that a server that hangs does not keep it waiting.
        let watch = workers.isEmpty ? [] : [StandingWork(HandoverWatch(planner: planner))]
        return ServiceDefinition(
            name: .notifier, migrations: NotifierMigrations.all,
            capabilities: [
                .notices, .preferences(floor: floor), .recipients(TellingHandlers(planner: planner)),
                .customerOwners(planner), .handovers(floor: floor), .retention(days: keptDays),
            ], standing: watch + workers.map { StandingWork($0) })
    }

    static func main() async {
        await ServiceHost.run(settings: settings, definition)
    }
}
