import ArgumentParser
import BrokerLayout
import Client
import Contracts
import Domain
import Foundation
import Messaging
import Operations

struct DeadReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Hand refused messages to the service that refused them once more, under their own ids.")

    @OptionGroup var filter: DeadFilter
    @Option(help: "Messages a second; as fast as the broker takes them when not given.")
    var rate: Double?
    @Option(help: "Why, for the record.")
    var why: String?
    @Option(help: "Days for which a message is known as handled (WAYBILL_RETENTION_INBOX_DAYS of the service).")
    var horizon = 14
    @Flag(help: "Also what is older than the horizon: if it was handled after all, it has its effect twice.")
    var force = false
    @Flag(help: "Only say what would be replayed.")
    var dryRun = false

    func run() async throws {
        let broker = try CommandEnvironment().operator("replay")
        let trail = AuditTrail(user: broker.userName, why: why)
        let selection = try filter.selection
        let oldest = Timestamp.now().adding(seconds: -Int64(horizon) * 86_400)
        let command = self
        let (count, refused) = try await withPublisher(as: broker) { publisher in
            var refused = 0
            var done = 0
            var progress = Progress()
            let started = ContinuousClock.now
            _ = try await DeadLetterBrowser.each(selection, as: broker) { browser in
                let young = browser.letters.filter { command.force || $0.refusedAt.map { $0 >= oldest } ?? true }
                refused += browser.letters.count - young.count
                let size = command.rate.map { min(500, max(1, Int($0 / 10))) } ?? 500
                for start in stride(from: 0, to: young.count, by: size) {
                    let batch = young[start..<min(start + size, young.count)]
                    if !command.dryRun {
                        if let rate = command.rate {
                            try await Task.sleep(until: started + .seconds(Double(done) / rate), clock: .continuous)
                        }
                        try await browser.perform(
                            .replay, batch,
                            publishing: batch.map { DeadLetter.replay(of: $0.delivery, service: $0.service) }, trail,
                            publisher)
                    }
                    done += batch.count
                    let now = done
                    progress.show("replayed \(now)")
                }
            }
            progress.end()
            return (done, refused)
        }
        say("\(dryRun ? "would replay" : "replayed") \(count)")
        if refused > 0 {
            say(
                "\(refused) not replayed: refused more than \(horizon) days ago, they are past the time for which a "
                    + "message is known as handled; --force replays them all the same")
            throw ExitCode(1)
        }
        if count == 0 { throw ExitCode(2) }
    }
}

struct DeadDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Let refused messages go for good.")

    @OptionGroup var filter: DeadFilter
    @Option(help: "Why, for the record.")
    var why: String?
    @Flag(help: "Only say what would be discarded.")
    var dryRun = false
    @Flag(help: "Yes, for good.")
    var yes = false

    func run() async throws {
        guard yes || dryRun else {
            throw ValidationError("this cannot be undone: say --yes, or look first with --dry-run")
        }
        let broker = try CommandEnvironment().operator("discard")
        let trail = AuditTrail(user: broker.userName, why: why)
        let selection = try filter.selection
        let command = self
        let count = try await withPublisher(as: broker) { publisher in
            try await DeadLetterBrowser.each(selection, as: broker) { browser in
                guard !command.dryRun else { return }
                for start in stride(from: 0, to: browser.letters.count, by: 500) {
                    let batch = browser.letters[start..<min(start + 500, browser.letters.count)]
                    try await browser.perform(.discard, batch, publishing: [], trail, publisher)
                }
            }
        }
        say("\(dryRun ? "would discard" : "discarded") \(count)")
        if count == 0 { throw ExitCode(2) }
    }
}
