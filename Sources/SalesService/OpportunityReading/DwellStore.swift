import Domain
import Pipelines
import Postgres
import ServiceKit

/// For how long opportunities of a kind stay in a stage. Pure.
enum DwellPolicy {
    /// Of how many that have left it a kind has to know before anything is compared with it.
    static let least = 20
    /// How far back is learnt, in days.
    static let days = 730

    /// A stage of a team in a line of business; `*` for every line.
    struct Kind: Hashable, Sendable {
        let team: String
        let stage: String
        let line: String
    }

    /// So many stays.
    struct Stay: Sendable {
        let kind: Kind
        let days: Int
        let isOver: Bool
        let count: Int
    }

    /// What is known of each kind, and of each stage in every line. What is still there counts for as long as it has been.
    static func learn(_ stays: [Stay]) -> [Kind: CumulativeIncidence] {
        var known: [Kind: CumulativeIncidence] = [:]
        for stay in stays {
            let whole = Kind(team: stay.kind.team, stage: stay.kind.stage, line: "*")
            for kind in Set([stay.kind, whole]) {
                known[kind, default: CumulativeIncidence()].add(
                    stay.count, stay.isOver ? .advanced : .open, after: stay.days)
            }
        }
        return known
    }
}

/// The SQL of how long opportunities stay in a stage.
enum DwellStore {
    /// What is usual for an opportunity in its stage: in its line of business, or in every one where too little is known of that.
    ///
    /// - Parameter row: what the statement calls the opportunity.
    static func usual(of row: String) -> SQL {
        """
        select w.business_line, w.median_days, w.most_days, w.finished from opportunity_dwell w
        where w.team = \(unsafe: row).team and w.stage = \(unsafe: row).stage and w.most_days is not null
            and w.business_line in (coalesce(\(unsafe: row).business_line, '*'), '*')
            and w.finished >= \(Int32(DwellPolicy.least))
        order by w.business_line = '*' limit 1
        """
    }

    /// The stays of the last time, as they were known at the end of a day.
    static func stays(by day: CalendarDay, _ transaction: borrowing Transaction) throws -> [DwellPolicy.Stay] {
        try transaction.query(
            """
            select v.team, v.stage, v.business_line, least(coalesce(v.left_on, \(day)), \(day)) - v.entered_on as days,
                coalesce(v.left_on <= \(day), false) as is_over, count(*) as count
            from opportunity_visit v
            where v.state = 'open' and v.entered_on <= \(day) and v.entered_on >= \(day.adding(days: -DwellPolicy.days))
            group by 1, 2, 3, 4, 5
            """, as: DwellPolicy.Stay.self)
    }

    /// Writes down what was learnt.
    static func put(
        _ known: [DwellPolicy.Kind: CumulativeIncidence], on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws {
        let rows = known.sorted { ($0.key.team, $0.key.stage, $0.key.line) < ($1.key.team, $1.key.stage, $1.key.line) }
        try KeyLock.lock("opportunity dwell", transaction)
        try transaction.queue("delete from opportunity_dwell")
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into opportunity_dwell
                (team, stage, business_line, visits, finished, median_days, most_days, learnt_on)
            select t.*, \(day) from unnest(
                \(rows.map(\.key.team)), \(rows.map(\.key.stage)), \(rows.map(\.key.line)),
                \(rows.map { Int32($0.value.count) }), \(rows.map { Int32($0.value.count(.advanced)) }),
                \(rows.map { $0.value.days(untilGone: 0.5).map { Int32($0) } }),
                \(rows.map { $0.value.days(untilGone: 0.9).map { Int32($0) } })) as t
            """)
    }

    /// Learns it at the end of a day.
    static func learn(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        let day = due.day()
        let known = DwellPolicy.learn(try stays(by: day, transaction))
        try put(known, on: day, transaction)
        effects.count("opportunity_dwell", known.count)
    }
}

extension DwellPolicy.Stay: PostgresRow {
    init(row: inout RowReader) throws(PostgresError) {
        kind = DwellPolicy.Kind(team: try row("team"), stage: try row("stage"), line: try row("business_line"))
        days = try row("days")
        isOver = try row("is_over")
        count = try row("count")
    }
}
