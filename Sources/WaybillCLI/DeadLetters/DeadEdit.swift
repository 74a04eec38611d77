import ArgumentParser
import Client
import Contracts
import Domain
import Messaging
import Operations

struct DeadEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Mend refused messages where they stand; replay them afterwards.",
        discussion: """
            One message by its --id, or all of a group ('dead group') by the same change: --reason, --of-type, --source,
            --service, --since and --until say which. For a group this first says only what would be changed; --yes does it.

            The new body is checked against the contract of its type before anything is changed; of a group, what does not
            keep it stays as it is and is named. The id stays, and the digest of the old body is kept in a header and in the
            audit. Of a message that is a whole CloudEvent a path leads into its data, 'data.' before it or not; the names
            of the event's attributes lead there.
            """)

    @Option(help: "The message's id, or for one without an id the name that 'dead list' gives it.")
    var id: String?
    @Option(help: "Only what this service refused.")
    var service: String?
    @Option(help: "All with this reason code.")
    var reason: String?
    @Option(help: "All of this type.")
    var ofType: String?
    @Option(help: "All from this source.")
    var source: String?
    @Option(help: "Only refused from this time on.")
    var since: String?
    @Option(help: "Only refused before this time.")
    var until: String?
    @Option(help: "A file with the new body; - for standard input. For one message.")
    var body: String?
    @Option(parsing: .upToNextOption, help: "Changes of single values, such as currency=CNY lines[0].revenue=12.50.")
    var set: [String] = []
    @Option(help: "Another type, when the type was wrong.")
    var type: String?
    @Option(help: "Another id, for a message that came without one.")
    var newID: String?
    @Option(help: "Why, for the record.")
    var why: String?
    @Flag(help: "Only check.")
    var dryRun = false
    @Flag(help: "Yes, change a whole group.")
    var yes = false

    func validate() throws {
        guard (body == nil) != set.isEmpty || type != nil || newID != nil else {
            throw ValidationError("say --body FILE, or --set PATH=VALUE, or --type TYPE, or --new-id ID")
        }
        guard id != nil || reason != nil || ofType != nil || source != nil else {
            throw ValidationError("say which: --id ID, or of a group --reason, --of-type or --source")
        }
        guard id != nil || (body == nil && newID == nil) else {
            throw ValidationError("--body and --new-id are for one message: say --id ID")
        }
        _ = try selection
    }

    /// Whether nothing is changed.
    private var isDry: Bool { dryRun || id == nil && !yes }

    func run() async throws {
        let selection = try self.selection
        let broker = try CommandEnvironment().operator("edit")
        let trail = AuditTrail(user: broker.userName, why: why)
        let isDry = self.isDry
        let mending = try self.mending
        let (count, failed) = try await withPublisher(as: broker) { publisher in
            var failed: [(letter: BrowsedDeadLetter, why: String)] = []
            let count = try await DeadLetterBrowser.each(selection, as: broker) { browser in
                let plan = mending.plan(browser.letters)
                failed += plan.failed
                guard !isDry else { return }
                for start in stride(from: 0, to: plan.mended.count, by: 500) {
                    let batch = plan.mended[start..<min(start + 500, plan.mended.count)]
                    try await browser.perform(
                        .edit, batch.map(\.letter), publishing: batch.map(\.message), trail, publisher)
                }
            }
            return (count, failed)
        }
        guard count > 0 else {
            say(id.map { "no refused message has the id '\($0)'" } ?? "no refused message is of this group")
            throw ExitCode(2)
        }
        if id != nil, count == failed.count, let first = failed.first { throw Failure(first.why) }
        tell(count - failed.count, failed)
        if !failed.isEmpty { throw ExitCodes.failed }
    }

    /// Says what came of it.
    private func tell(_ count: Int, _ failed: [(letter: BrowsedDeadLetter, why: String)]) {
        for (letter, why) in failed.prefix(10) { say("stays as it is: \(letter.handle): \(why)") }
        if failed.count > 10 { say("… and \(failed.count - 10) more") }
        if isDry {
            let more = id == nil && !dryRun ? "; --yes does it" : ""
            say("would edit \(count): the new body keeps the contract\(more)")
        } else {
            say("edited \(count); 'dead replay \(replay)' sends it on")
        }
    }

    /// The options by which 'dead replay' finds what was edited.
    private var replay: String {
        if let id = newID ?? id { return "--id \(id)" }
        return [("--reason", reason), ("--type", type ?? ofType), ("--source", source)]
            .compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: " ")
    }

    private var selection: DeadLetterSelection {
        get throws {
            let options = [
                ("--id", id), ("--service", service), ("--reason", reason), ("--type", ofType), ("--source", source),
                ("--since", since), ("--until", until),
            ]
            return try DeadFilter.parse(options.flatMap { name, value in value.map { [name, $0] } ?? [] }).selection
        }
    }

    private var mending: Mending {
        get throws {
            var mending = Mending()
            if let body {
                mending.body = try ColumnFile.text(of: body)
            }
            (mending.changes, mending.type, mending.id) = (set, type, newID)
            return mending
        }
    }
}
