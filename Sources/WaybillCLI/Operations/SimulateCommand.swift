import ArgumentParser
import Contracts
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
        let messages = SimulatedGroup(seed: seed, orders: orders, days: days, start: start).messages()
        var text = ""
        for message in messages { text += message.line + "\n" }
        if out == "-" {
            print(text, terminator: "")
        } else {
            try Data(text.utf8).write(to: URL(fileURLWithPath: out))
            say("\(messages.count) messages of \(orders) orders in \(out)")
        }
    }
}
