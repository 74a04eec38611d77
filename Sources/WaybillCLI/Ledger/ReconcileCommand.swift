import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Messaging
import Operations

struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Account for every message: sent, confirmed, handled, dead, in flight, and what is missing by name.",
        discussion: """
            Messages of our services are numbered without gaps, so each reader knows its holes. What other systems \
            publish carries no number: there the readers of a type are compared with one another, and what one has \
            handled and another has not is named. A type with one reader cannot be compared and is only counted.

            A reader that joined a type later is held to account for what was sent since then ('since'). What was compared \
            is said at the end: types, readers, lanes, and how many numbers or messages.

            sent = handled + dead + discarded + in flight + missing. Exit code 0 when nothing is missing, 1 when \
            something is, or when a service does not answer.
            """)

    @Option(help: "Wait until queues and outboxes are empty first, at most so many seconds.")
    var wait = 0
    @Option(help: "Seconds for which something must stay unhandled, its queue empty, before it counts as missing.")
    var settle = 3
    @Option(help: "Compare what other systems sent since this day (YYYY-MM-DD, UTC); by default since yesterday.")
    var since: String?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let environment = CommandEnvironment()
        let broker = try environment.operator("reconcile")
        let session = try await BrokerSession.connect(broker)
        let drain = DrainWatch(session: session, environment: environment)
        if wait > 0, try await !drain.wait(seconds: wait, left: { say($0) }) {
            say("not drained within \(wait) s; what is under way is counted as in flight")
        }
        let client = Asking.client(try environment.person("ask"))
        let explained = try await ExplainedMessages.load(as: broker)
        let day = since ?? String(Timestamp.now().adding(seconds: -86_400).description.prefix(10))
        let waiting = Waiting("the services")
        let reconciler = Reconciler(
            ask: {
                waiting.now("\($0.rawValue): \($1)")
                return try await Asking.ask($0, $1, $2, client: client, timeout: .seconds(30))
            },
            isEmpty: { try await drain.isEmpty($0) }, explained: explained, settle: .seconds(settle), since: day,
            warn: { say($0) })
        let (ours, theirs) = try await waiting.during {
            let sent = try await reconciler.sent()
            return (try await reconciler.ours(sent), try await reconciler.theirs(sent))
        }
        await client.close()
        await session.close()
        say(Reconciler.compared(ours.accounts, theirs.accounts, since: day))
        try show(ours.accounts + theirs.accounts, ours.missing + theirs.missing)
    }

    private func show(_ accounts: [LedgerAccount], _ missing: [UnhandledMessage]) throws {
        let tables = Reconciler.tables(accounts, missing, isAll: output.format != .text)
        print(TableRenderer.render(tables, as: output.format), terminator: "")
        let count = accounts.reduce(0) { $0 + $1.missing }
        if count > 0 {
            say(
                "\(count) missing. Have each published again: what another system sent by that system under its id, "
                    + "ours by 'waybill-SERVICE resend TYPE PLACE'. Whoever has it already suppresses it.")
            throw ExitCode(1)
        }
        if accounts.contains(where: { $0.inFlight > 0 }) {
            say("nothing is missing so far; what is in flight is not accounted for: run again with --wait")
        }
    }
}
