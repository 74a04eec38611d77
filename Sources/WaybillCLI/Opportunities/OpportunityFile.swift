import Client
import Contracts
import Domain

/// Opportunities of a file, as a system wrote them out at the end: one a line, with when it came into being and how and when it
/// was decided.
struct OpportunityFile {
    /// One of them.
    struct Line {
        let id: String
        let created: CalendarDay
        /// How it stands at the end of the file.
        let state: OpportunityState
        let decided: CalendarDay?
        /// What it came to in the end; nothing when the file does not say.
        let amount: FixedDecimal?
        let currency: String
        /// The other columns' values.
        let values: [String]
    }

    private(set) var lines: [Line] = []
    /// The names of the other columns.
    let others: [String]

    private static let names: [String: Set<String>] = [
        "id": ["id", "opportunity_id"], "created": ["created_on", "created", "engage_date"],
        "decided": ["close_date", "closed_on", "decided_on"], "state": ["deal_stage", "state", "stage"],
        "amount": ["close_value", "amount"], "currency": ["currency"],
    ]

    /// Reads a file. What is wrong with a line is said, and the line left out.
    init(_ path: String, _ findings: inout Findings) throws {
        var file = try ColumnFile(path, required: [])
        let columns = file.columns.map { $0.lowercased() }
        func place(_ name: String) -> Int? {
            columns.firstIndex { Self.names[name]?.contains($0) ?? false }
        }
        func required(_ name: String) throws -> Int {
            guard let place = place(name) else {
                let known = (Self.names[name] ?? []).sorted().joined(separator: ", ")
                throw Failure("\(path), line 1: a column is missing that is called one of \(known)")
            }
            return place
        }
        let places = (
            id: try required("id"), created: try required("created"), decided: try required("decided"),
            state: try required("state")
        )
        let (amount, currency) = (place("amount"), place("currency"))
        let known = [places.id, places.created, places.decided, places.state] + [amount, currency].compactMap(\.self)
        let rest = columns.indices.filter { !known.contains($0) }
        others = rest.map { file.columns[$0] }
        var seen: Set<String> = []
        while let row = file.next() {
            do throws(Refusal) {
                let line = try Self.line(
                    id: row[places.id], created: row[places.created], decided: row[places.decided],
                    state: row[places.state], amount: row[amount], currency: row[currency],
                    values: rest.map { row[$0] })
                guard seen.insert(line.id).inserted else {
                    throw Refusal(.duplicateElement, path: "id", "'\(line.id)' stands there twice")
                }
                lines.append(line)
            } catch {
                findings.say(path, line: row.line, error.reason.rawValue, "\(error.path): \(error.detail)")
            }
        }
        if let problem = file.problem { throw Failure(problem) }
    }

    private static func line(
        id: String, created: String, decided: String, state: String, amount: String, currency: String,
        values: [String]
    ) throws(Refusal) -> Line {
        func day(_ text: String, _ path: String) throws(Refusal) -> CalendarDay {
            do { return try CalendarDay(parsing: text) } catch { throw error.refusal(at: path) }
        }
        let created = try day(created, "created")
        // Whatever is neither won nor lost is some stage of what is open.
        let state = OpportunityState(rawValue: state.lowercased()) ?? .open
        var closed: CalendarDay?
        if state != .open {
            guard !decided.isEmpty else {
                throw Refusal(.missingField, path: "decided", "it is \(state.rawValue), and no day says since when")
            }
            closed = try day(decided, "decided")
        }
        if let closed, closed < created {
            throw Refusal(.contradictoryTimes, path: "decided", "it was decided before it was created")
        }
        var value: FixedDecimal?
        if !amount.isEmpty {
            do { value = try FixedDecimal(parsing: amount) } catch { throw error.refusal(at: "amount") }
        }
        return Line(
            id: id, created: created, state: state, decided: closed, amount: value, currency: currency, values: values)
    }
}
