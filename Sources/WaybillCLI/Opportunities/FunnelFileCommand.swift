import ArgumentParser
import Client
import Contracts
import Domain
import Importing
import Pipelines

/// The funnel of a file on any day.
struct FunnelFileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "funnel", abstract: "The funnel of a file as it stood at the end of a day.",
        discussion: """
            FILE has a line for each opportunity, with the columns opportunity_id, created_on, close_date (empty while it is
            open), deal_stage (Won, Lost or any other word for what is open) and, if there are, close_value and currency.
            Written are day, state, deals, without_amount, amount and currency, a line for each state and currency. What it
            came to counts from the day on which it was decided: before, nobody knew it. Needs no service;
            docs/business/sales/opportunities.md.
            """)

    @Argument(help: "The opportunities, as comma-separated values; - for standard input.")
    var file: String
    @Option(help: ArgumentHelp("At the end of this day.", valueName: "day"))
    var on: String
    @Option(help: ArgumentHelp("Also a week later, and so on, up to this day.", valueName: "day"))
    var until: String?
    @Option(help: "Where to write it; - for standard output.")
    var out = "-"

    /// Where an opportunity stands.
    private struct Place: Hashable {
        let state: OpportunityState
        let currency: String
    }

    func run() throws {
        let first = try ArgumentValue.day(on, "--on")
        let last = try until.map { try ArgumentValue.day($0, "--until") } ?? first
        guard first <= last else { throw ValidationError("--until is before --on") }
        var findings = Findings()
        let opportunities = try OpportunityFile(file, &findings)
        findings.end()
        var ledger = FunnelLedger<Place>()
        for line in opportunities.lines {
            ledger.add(
                Place(state: .open, currency: line.currency), amount: line.state == .open ? line.amount : nil,
                from: line.created, until: line.decided)
            if let decided = line.decided {
                ledger.add(Place(state: line.state, currency: line.currency), amount: line.amount, from: decided)
            }
        }
        var text = "day,state,deals,without_amount,amount,currency\n"
        var day = first
        var progress = Progress()
        while day <= last {
            progress.show("\(day) of \(last)")
            let standing = ledger.standing(on: day)
            for state in OpportunityState.allCases {
                for (place, sum) in standing.filter({ $0.key.state == state }).sorted(by: {
                    $0.key.currency < $1.key.currency
                }) {
                    text += "\(day),\(state.rawValue),\(sum.count),\(sum.withoutAmount),\(sum.amount.moneyText),"
                    text += CommaSeparated.cell(place.currency) + "\n"
                }
            }
            day = day.adding(days: 7)
        }
        progress.end()
        try OutputFile.write(text, to: out)
        if findings.count > 0 { throw ExitCode(2) }
    }
}
