import ArgumentParser
import CaseClocks
import Client
import Contracts
import Domain
import Foundation
import Importing

struct ClocksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clocks", abstract: "Work out the clocks of cases from a file of their events.",
        discussion: """
            EVENTS has the columns case, at and event, its lines in any order. The events: \
            \(CaseEvent.allCases.map(\.rawValue).joined(separator: ", ")). A time without an offset is meant in the
            policy's zone. Written is a line a case: business seconds that were ours, the customer's and a supplier's up
            to its last event, when our time is due, and when it was up. Needs no service; docs/business/servicedesk/complaints.md.
            """)

    @Argument(help: "The events, as comma-separated values; - for standard input.")
    var events: String
    @Option(help: "The policy, as JSON: zone, hours, holidays, workdays, targets.")
    var policy: String
    @Option(help: "Where to write the clocks; - for standard output.")
    var out = "-"

    func run() throws {
        let policy: ClockPolicyFile
        do {
            policy = try ClockPolicyFile(json: Array(try ColumnFile.contents(of: self.policy)))
        } catch let refusal as Refusal {
            throw Failure("\(self.policy): \(refusal)")
        }
        for day in policy.hours.workdays.intersection(policy.hours.holidays).sorted() {
            say("\(self.policy): \(day) is a holiday and a workday; it is read as a workday")
        }
        var findings = Findings()
        let cases = try read(policy.hours, &findings)
        findings.end()
        var text = "case,business_seconds_us,business_seconds_customer,business_seconds_supplier,due_at,breached_at\n"
        if let first = cases.lazy.flatMap(\.events).map(\.at).min() {
            var clock = BusinessClock(policy.hours, from: first)
            let target = policy.targets["resolve"].map { $0 * 1_000_000 }
            for item in cases {
                let clocks = CaseClocks(item.events, target: target, by: &clock)
                text += CommaSeparated.cell(item.id)
                for amount in [clocks.us, clocks.customer, clocks.supplier] { text += ",\(Self.seconds(amount))" }
                text += ",\(clocks.due?.description ?? ""),\(clocks.breached?.description ?? "")\n"
            }
        }
        try OutputFile.write(text, to: out)
        if findings.count > 0 {
            say("\(findings.count) lines were left out: their cases are worked out without them")
            throw ExitCode(2)
        }
    }

    private func read(
        _ hours: BusinessHours, _ findings: inout Findings
    ) throws -> [(id: String, events: [(event: CaseEvent, at: Timestamp)])] {
        var file = try ColumnFile(events, required: ["case", "at", "event"])
        let (id, at, event) = (file.place("case"), file.place("at"), file.place("event"))
        var cases: [(id: String, events: [(event: CaseEvent, at: Timestamp)])] = []
        var places: [String: Int] = [:]
        while let row = file.next() {
            guard !row[id].isEmpty else {
                findings.say(events, line: row.line, Reason.missingField.rawValue, "the column 'case' is empty")
                continue
            }
            guard let kind = CaseEvent(rawValue: row[event]) else {
                findings.say(
                    events, line: row.line, Reason.valueNotAllowed.rawValue,
                    "there is no event '\(row[event].prefix(64))'")
                continue
            }
            do {
                let time = try Self.time(row[at], hours)
                let place = places[row[id]] ?? cases.count
                if place == cases.count {
                    places[row[id]] = place
                    cases.append((id: row[id], events: []))
                }
                cases[place].events.append((event: kind, at: time))
            } catch {
                findings.say(events, line: row.line, error.reason.rawValue, error.detail)
            }
        }
        if let problem = file.problem { throw Failure(problem) }
        return cases
    }

    /// A time with its offset, or one by the clock on the wall of the policy's zone.
    private static func time(_ text: String, _ hours: BusinessHours) throws(ValueFault) -> Timestamp {
        let written = text.replacing(" ", with: "T", maxReplacements: 1)
        if let time = Timestamp(written) { return time }
        if let wall = Timestamp(written + "Z") {
            let (seconds, fraction) = wall.microsecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000_000)
            let day = CalendarDay(daysSinceEpoch: Int32(seconds / 86_400))
            return hours.instant(Int(seconds % 86_400), of: day).adding(microseconds: fraction)
        }
        return try Timestamp(parsing: written)
    }

    /// Seconds, with a fraction only where there is one.
    private static func seconds(_ microseconds: Int64) -> String {
        let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        guard rest > 0 else { return "\(whole)" }
        var fraction = String(rest + 1_000_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(whole).\(fraction)"
    }
}
