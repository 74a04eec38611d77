import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of the stages by which opportunities go.
enum StageStore {
    /// Of which team the stages hold for a team: its own, or those of all.
    static func team(of team: SQL) -> SQL {
        "(case when exists (select from sales_stage x where x.team = \(team)) then \(team) else '*' end)"
    }

    /// All stages.
    static func stages(_ transaction: borrowing Transaction) throws -> SalesStages {
        let rows = try transaction.query(
            "select g.team, g.stage, g.name, g.needs from sales_stage g order by g.team, g.place",
            as: (String, String, String, String).self)
        var byTeam: [String: [SalesStage]] = [:]
        for (team, stage, name, needs) in rows {
            byTeam[team, default: []].append(
                SalesStage(stage: stage, name: name, needs: needs.split(separator: " ").map(String.init)))
        }
        return SalesStages(byTeam)
    }

    /// Writes down what is said of stages; what was said later before stays.
    static func put(_ words: [SetSalesStages], _ transaction: borrowing Transaction) throws {
        let latest = Dictionary(words.map { ($0.team ?? SalesStages.ofAll, $0) }) { $0.at > $1.at ? $0 : $1 }
        let teams = latest.keys.sorted { $0.compareBytes(with: $1) < 0 }
        guard !teams.isEmpty else { return }
        // Who changes stages does it alone, and while nobody writes opportunities by them.
        try OpportunityStore.lock(transaction)
        let known = try transaction.query(
            """
            select g.team, max(g.said_at) from sales_stage g where g.team = any(\(teams)) group by g.team
            """, as: (String, Timestamp).self)
        let before = Dictionary(known.map { ($0.0, $0.1) }) { first, _ in first }
        var fresh: [(team: String, word: SetSalesStages)] = []
        for team in teams {
            guard let word = latest[team], before[team].map({ word.at >= $0 }) ?? true else { continue }
            fresh.append((team, word))
        }
        guard !fresh.isEmpty else { return }
        let rows = fresh.flatMap { team, word in
            word.stages.enumerated().map { (team: team, place: Int32($0.offset + 1), stage: $0.element, word: word) }
        }
        try transaction.queue("delete from sales_stage where team = any(\(fresh.map(\.team)))")
        try transaction.queue(
            """
            insert into sales_stage (team, stage, place, name, needs, said_by, said_at)
            select * from unnest(
                \(rows.map(\.team)), \(rows.map(\.stage.stage)), \(rows.map(\.place)), \(rows.map(\.stage.name)),
                \(rows.map { $0.stage.needs.joined(separator: " ") }), \(rows.map(\.word.by)),
                \(rows.map(\.word.at)))
            """)
    }

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "stages",
                """
                select g.team, g.place, g.stage, g.name, replace(g.needs, ' ', ', ') as needs, g.said_at as since
                from sales_stage g order by g.team, g.place
                """, transaction)
        ]
    }
}
