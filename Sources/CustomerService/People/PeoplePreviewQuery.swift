import Contracts
import Domain
import Postgres
import ServiceKit

/// What would become of nodes and people of a file: the judge's own answer, without taking anything over.
enum PeoplePreviewQuery {
    static func people(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let messages = try arguments.messages(OrganisationRecorded.self)
        let (nodes, persons) = (messages.flatMap(\.nodes), messages.flatMap(\.persons))
        let known = try PeopleStore.known(transaction)
        var judge = PeopleJudge(nodes: known.nodes, persons: known.persons)
        judge.judge([
            PeopleStatement(
                said: .lives(nodes: nodes, persons: persons), recordedAt: messages.first?.recordedAt ?? arguments.now,
                isAct: true)
        ])
        // What is wrong by the node or person whose it is; of what is no one's, the first has it.
        var faults: [String: [Refusal]] = [:]
        for fault in judge.faults[0] ?? [] { faults[subject(of: fault.path), default: []].append(fault) }
        var rows: [[String?]] = []
        func tell<Period: Equatable>(
            _ subject: String, _ key: String, _ path: String, _ revision: Int?, _ before: [Period], _ after: [Period],
            from: (Period) -> CalendarDay
        ) {
            let (place, revision) = (String(rows.count), revision.map { String($0) })
            for (number, fault) in (faults[path] ?? []).enumerated() {
                rows.append([
                    String(rows.count), subject, key, ImportQuestions.Outcome.refused.rawValue, fault.reason.rawValue,
                    fault.path, String(fault.detail.prefix(500)), number == 0 ? revision : nil, nil, nil,
                ])
            }
            guard faults[path] == nil else { return }
            let outcome: ImportQuestions.Outcome = before.isEmpty ? .new : before == after ? .same : .changed
            func days(_ periods: [Period]) -> String? {
                periods.isEmpty ? nil : periods.map { from($0).description }.joined(separator: " ")
            }
            let other = after.filter { !before.contains($0) }
            let gone = before.filter { period in !after.contains { from($0) == from(period) } }
            rows.append([
                place, subject, key, outcome.rawValue, nil, path, nil, revision,
                outcome == .changed ? days(other) : nil, outcome == .changed ? days(gone) : nil,
            ])
        }
        for (place, node) in nodes.enumerated() {
            let before = known.nodes[node.life.node]
            tell(
                "node", node.life.node, "$.nodes[\(place)]", before?.revision, before?.life.periods ?? [],
                node.life.settled.periods, from: \.from)
        }
        for (place, person) in persons.enumerated() {
            let before = known.persons[person.life.login]
            tell(
                "person", person.life.login, "$.persons[\(place)]", before?.revision, before?.life.periods ?? [],
                person.life.settled.periods, from: \.from)
        }
        return [try arguments.table(ImportQuestions.table, rows: rows) { row in [row[0] ?? ""] }]
    }

    /// The node or person of a path, such as `$.nodes[3]` of `$.nodes[3].periods[0].parent`.
    private static func subject(of path: String) -> String {
        guard let end = path.firstIndex(of: "]") else { return "$.nodes[0]" }
        return String(path[...end])
    }
}
