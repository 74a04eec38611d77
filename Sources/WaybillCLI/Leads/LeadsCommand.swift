import ArgumentParser
import Client
import Domain
import Foundation
import Importing
import LeadScoring

struct LeadsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leads", abstract: "Whoever might become a customer.",
        subcommands: [
            Capture.self, Import.self, List.self, Show.self, Step.self, Pool.self, Seller.self, Sellers.self,
            Figures.self,
            TrialCommand.self,
        ])
}

extension LeadsCommand {
    struct TrialCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "trial", abstract: "Score the leads of a file as they would have been scored at the time.",
            discussion: """
                FILE has the columns id, captured_at and converted_at (empty or a time), rows in any order; all others are
                attributes. Each lead is given, at its capture, the probability of converting within 180 days by what had
                happened before that day. Written are id and probability, a line for each row. Needs no service;
                docs/business/sales/leads.md.
                """)

        @Argument(help: "The leads, as comma-separated values; - for standard input.")
        var file: String
        @Option(help: "Where to write the scores; - for standard output.")
        var out = "-"

        func run() throws {
            var findings = Findings()
            let (leads, attributes) = try Self.read(file, &findings)
            findings.end()
            let probabilities = Self.score(leads, attributes: attributes)
            var text = "id,probability\n"
            for (lead, probability) in zip(leads, probabilities) {
                text += CommaSeparated.cell(lead.id) + String(format: ",%.6f\n", probability)
            }
            try OutputFile.write(text, to: out)
            if findings.count > 0 { throw ExitCode(2) }
        }
    }
}

/// A lead of a file.
private struct TrialLead {
    let id: String
    let captured: Timestamp
    let converted: Timestamp?
    let values: [String]
}

extension LeadsCommand.TrialCommand {
    /// The leads' probabilities, in their order.
    fileprivate static func score(_ leads: [TrialLead], attributes: Int) -> [Double] {
        // Days by UTC: what happened on the day of a capture is not known yet when it is scored.
        enum Event {
            case capture(Int)
            case convert(Int)
        }
        var events: [(day: CalendarDay, event: Event)] = []
        for (index, lead) in leads.enumerated() {
            events.append((day: lead.captured.day(offsetMinutes: 0), event: .capture(index)))
            if let converted = lead.converted, converted >= lead.captured {
                events.append((day: converted.day(offsetMinutes: 0), event: .convert(index)))
            }
        }
        // Captures of a day before its conversions, in the order of their identifiers, so that the order of the file
        // changes nothing.
        events.sort { first, second in
            if first.day != second.day { return first.day < second.day }
            switch (first.event, second.event) {
            case (.capture(let one), .capture(let other)), (.convert(let one), .convert(let other)):
                return leads[one].id < leads[other].id
            case (.capture, .convert): return true
            case (.convert, .capture): return false
            }
        }
        var scorer = LeadScorer(attributes: attributes)
        var probabilities = [Double](repeating: 0, count: leads.count)
        var places = [Int](repeating: 0, count: leads.count)
        var progress = Progress()
        for (count, (day, event)) in events.enumerated() {
            progress.show("\(count) of \(events.count) events")
            scorer.advance(to: day)
            switch event {
            case .capture(let lead):
                probabilities[lead] = scorer.probability(leads[lead].values)
                places[lead] = scorer.capture(leads[lead].values)
            case .convert(let lead):
                scorer.convert(places[lead], on: day)
            }
        }
        progress.end()
        return probabilities
    }

    fileprivate static func read(
        _ path: String, _ findings: inout Findings
    ) throws -> (leads: [TrialLead], attributes: Int) {
        var file = try ColumnFile(path, required: ["id", "captured_at", "converted_at"])
        let (id, captured, converted) = (file.place("id"), file.place("captured_at"), file.place("converted_at"))
        let others = file.columns.indices.filter { ![id, captured, converted].contains($0) }
        var leads: [TrialLead] = []
        while let row = file.next() {
            do {
                leads.append(
                    TrialLead(
                        id: row[id], captured: try time(row[captured]),
                        converted: row[converted].isEmpty ? nil : try time(row[converted]),
                        values: others.map { LeadAttribute.level(row[$0]) }))
            } catch {
                findings.say(path, line: row.line, error.reason.rawValue, error.detail)
            }
        }
        if let problem = file.problem { throw Failure(problem) }
        return (leads, others.count)
    }

    /// A time with its offset; without one, UTC is meant; a day alone is its beginning.
    private static func time(_ text: String) throws(ValueFault) -> Timestamp {
        let written = text.replacing(" ", with: "T", maxReplacements: 1)
        if let time = Timestamp(written) ?? Timestamp(written + "Z") { return time }
        if let day = CalendarDay(written) {
            return Timestamp(microsecondsSinceEpoch: Int64(day.daysSinceEpoch) * 86_400_000_000)
        }
        return try Timestamp(parsing: written)
    }
}
