import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Importing
import LeadScoring

/// How likely the opportunities of a file were won, as it would have been said at the time.
struct OpportunityTrialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trial", abstract: "Score the opportunities of a file as they would have been scored at the time.",
        discussion: """
            FILE is as for 'funnel'; all other columns are attributes, but for those that are left out. Each opportunity is
            given, on the day on which it came into being, the probability of being won within 180 days by what had happened
            before that day. Written are id and probability, a line for each. Leave out what is filled in only by winning: by
            default the column 'account'. Needs no service.
            """)

    @Argument(help: "The opportunities, as comma-separated values; - for standard input.")
    var file: String
    @Option(
        name: .customLong("leave-out"), parsing: .singleValue,
        help: ArgumentHelp("A column that tells of nothing but the outcome; may be given again.", valueName: "column"))
    var leftOut: [String] = ["account"]
    @Option(help: "Where to write the scores; - for standard output.")
    var out = "-"

    func run() throws {
        var findings = Findings()
        let opportunities = try OpportunityFile(file, &findings)
        findings.end()
        let names = Set(leftOut.map { $0.lowercased() })
        let kept = opportunities.others.indices.filter { !names.contains(opportunities.others[$0].lowercased()) }
        let probabilities = Self.score(opportunities.lines, attributes: kept)
        var text = "id,probability\n"
        for (line, probability) in zip(opportunities.lines, probabilities) {
            text += CommaSeparated.cell(line.id) + String(format: ",%.6f\n", probability)
        }
        try OutputFile.write(text, to: out)
        if findings.count > 0 { throw ExitCode(2) }
    }

    /// The probabilities in the order of the lines. What is lost is never won, and stays beside what may still be: the rate is
    /// that of the whole cohort (a subdistribution's, Fine and Gray 1999), so its sum is the share that is won.
    private static func score(_ lines: [OpportunityFile.Line], attributes: [Int]) -> [Double] {
        var events: [(day: CalendarDay, isWin: Bool, place: Int)] = []
        for (place, line) in lines.enumerated() {
            events.append((line.created, false, place))
            if line.state == .won, let decided = line.decided { events.append((decided, true, place)) }
        }
        // What came into being on a day before what was won on it, in the order of identifiers, so that the order of the file
        // changes nothing.
        events.sort { one, other in
            if one.day != other.day { return one.day < other.day }
            if one.isWin != other.isWin { return !one.isWin }
            return lines[one.place].id < lines[other.place].id
        }
        var scorer = LeadScorer(attributes: attributes.count)
        var probabilities = [Double](repeating: 0, count: lines.count)
        var places = [Int](repeating: 0, count: lines.count)
        var progress = Progress()
        for (count, event) in events.enumerated() {
            progress.show("\(count) of \(events.count) events")
            scorer.advance(to: event.day)
            if event.isWin {
                scorer.convert(places[event.place], on: event.day)
            } else {
                let values = attributes.map { LeadAttribute.level(lines[event.place].values[$0]) }
                probabilities[event.place] = scorer.probability(values)
                places[event.place] = scorer.capture(values)
            }
        }
        progress.end()
        return probabilities
    }
}
