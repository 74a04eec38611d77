import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Simulation

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Make a realistic history of orders, for a demo or a test.",
        discussion: """
            Five divisions and 34 branches, customers with Chinese and English names, the Spring Festival, losses, late
            costs, changes, cancellations, duplicates and disorder. The same seed makes the same history.
            """)

    @Option(help: "The same seed makes the same history.")
    var seed: UInt64 = 1
    @Option(help: "How many orders.")
    var orders = 1_000
    @Option(help: "Over how many days.")
    var days = 90
    @Option(help: "The first day.")
    var start = "2026-03-01"
    @Option(help: "The file to write; - for standard output.")
    var out = "-"

    func run() throws {
        guard let start = CalendarDay(start) else { throw ValidationError("'\(start)' is no day such as 2026-03-01") }
        guard orders > 0, days > 0 else { throw ValidationError("at least one order and one day") }
        let isFile = out != "-"
        if isFile, !FileManager.default.createFile(atPath: out, contents: nil) {
            throw Failure("'\(out)' cannot be written")
        }
        let output = isFile ? try FileHandle(forWritingTo: URL(fileURLWithPath: out)) : FileHandle.standardOutput
        var progress = Progress()
        var count = 0
        for day in SimulatedGroup(seed: seed, orders: orders, days: days, start: start) {
            count += day.count
            try output.write(contentsOf: Data(day.map { $0.line + "\n" }.joined().utf8))
            progress.show("\(count) messages")
        }
        progress.end()
        if isFile { say("\(count) messages of \(orders) orders in \(out)") }
    }
}
