import CaseClocks
import Contracts
import Domain
import Postgres
import ServiceKit

/// What an agent asks for next, and what a supervisor looks at.
struct DeskQueries: Sendable {
    let policies: ClockPolicies

    var all: [Query] { [Query(DeskQuestions.next, next), Query(DeskQuestions.load, load)] }

    /// What is to be done about the complaints that are open, the most pressing first.
    private func queue(
        where condition: SQL, at now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [DeskQueue.Item] {
        let found = try ClockStore.facts(where: "c.state <> 'closed' and \(condition)", transaction)
        var bench = ClockBench(policies, for: found)
        return found.compactMap { DeskQueue.item($0, bench.clocks(of: $0, at: now), at: now) }
            .sorted(by: DeskQueue.precedes)
    }

    func next(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let agent = arguments["agent"].postgresBind
        let items = try queue(
            where: """
                (\(agent)::text is null or c.agent = \(agent)::text)
                and (not \(arguments.flag("free")) or c.agent is null)
                """, at: try arguments.time("at"), transaction)
        let rows = items.enumerated().map { place, item -> [String?] in
            let facts = item.facts
            return [
                String(place + 1), item.deed.rawValue, item.urgency.word, item.why, item.due.map(Self.shown),
                String(item.clocks.priority), facts.key.source, facts.key.complaintId, facts.customerCode,
                facts.customerClass, facts.severity, facts.category, facts.history.progress.state.rawValue,
                facts.branch, facts.agent, Self.shown(facts.history.openedAt),
            ]
        }
        return [try arguments.table("queue", rows: rows) { [$0[0] ?? "0"] }]
    }

    func load(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let now = try arguments.time("at")
        let days = try arguments.integer("days")
        let items = try queue(where: "true", at: now, transaction)
        let soon = DeskLoad.soon(items, at: now)
        let first = now.adding(seconds: -Int64(days) * 86_400)
        let counted = try ClockStore.facts(
            where: """
                c.opened_at > \(PostgresValue.timestamp(first.description))
                and c.opened_at <= \(PostgresValue.timestamp(now.description))
                """, transaction)
        var bench = ClockBench(policies, for: counted)
        let complaints = counted.map { (facts: $0, clocks: bench.clocks(of: $0, at: now)) }
        return [
            try arguments.table(
                "agents",
                rows: DeskLoad.agents(items, policies.agents, at: now).map { row in
                    [
                        row.agent, String(row.open), String(row.waiting), String(row.breached), String(row.soon),
                        row.capacity.map(String.init), row.oldest.map(Self.shown),
                    ]
                }),
            try arguments.table(
                "ages",
                rows: DeskLoad.ages(items, at: now).map { [$0.word, String($0.open), String($0.breached)] }),
            try arguments.table(
                "up within two hours",
                rows: soon.enumerated().map { place, row in
                    [
                        String(place + 1), Self.shown(row.due), row.what, row.item.facts.key.source,
                        row.item.facts.key.complaintId, String(row.item.clocks.priority), row.item.facts.branch,
                        row.item.facts.agent,
                    ]
                }
            ) { [$0[0] ?? "0"] },
            try arguments.table(
                "causes",
                rows: DeskLoad.causes(complaints).map { row in
                    [
                        row.category, String(row.complaints), row.share.description, row.cumulative.description,
                        String(row.open), String(row.breached),
                    ]
                }),
        ]
    }

    private static func shown(_ time: Timestamp) -> String { time.inZone().description }
}
