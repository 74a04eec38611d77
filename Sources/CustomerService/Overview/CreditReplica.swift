import Contracts
import Domain
import Postgres
import ServiceKit

/// What finance has said of the credit of a customer: a change of state says why, and mostly how much. Each part keeps the
/// latest of its own words, so that a change without figures does not hide those of before. Pure.
struct CreditWord: Sendable {
    let customerId: String
    var state: CreditState
    var toldAt: Timestamp
    var figures: (figures: CreditFigures, at: Timestamp)?
    var change: (state: CreditState, reason: String, maxDaysOverdue: Int, at: Timestamp)?

    init(_ body: CreditStateChanged) {
        customerId = body.customerId
        state = body.state
        toldAt = body.changedAt
        figures = body.figures.map { ($0, body.changedAt) }
        change = (body.state, body.reason, body.maxDaysOverdue, body.changedAt)
    }

    /// Takes another word of the same customer in; of two of one moment the later in the queue counts.
    mutating func take(_ other: CreditWord) {
        if other.toldAt >= toldAt { (state, toldAt) = (other.state, other.toldAt) }
        if let theirs = other.figures, figures.map({ $0.at <= theirs.at }) ?? true { figures = theirs }
        if let theirs = other.change, change.map({ $0.at <= theirs.at }) ?? true { change = theirs }
    }
}

/// The SQL of what is kept of credit.
enum CreditReplica {
    static func put(_ words: [CreditWord], _ transaction: borrowing Transaction) throws {
        var latest: [String: CreditWord] = [:]
        for word in words { latest[word.customerId, default: word].take(word) }
        let rows = latest.values.sorted { $0.customerId < $1.customerId }
        guard !rows.isEmpty else { return }
        let figures = rows.map(\.figures)
        let changes = rows.map(\.change)
        try transaction.queue(
            """
            insert into credit_figure as f (customer_id, state, told_at, exposure, credit_limit, available, currency,
                credit_group, figures_at, changed_state, reason, max_days_overdue, changed_at)
            select * from unnest(
                \(rows.map(\.customerId)), \(rows.map(\.state.rawValue)),
                \(PostgresValue.timestamps(rows.map(\.toldAt.description))),
                \(figures.map { $0?.figures.exposure }),
                \(figures.map { $0?.figures.limit }),
                \(figures.map { $0?.figures.available }),
                \(figures.map { $0?.figures.currency.code }), \(figures.map { $0?.figures.group }),
                \(PostgresValue.timestamps(figures.map { $0?.at.description })),
                \(changes.map { $0?.state.rawValue }), \(changes.map { $0?.reason }),
                \(changes.map { $0.map { Int32($0.maxDaysOverdue) } }),
                \(PostgresValue.timestamps(changes.map { $0?.at.description })))
            on conflict (customer_id) do update set
                (state, told_at) = (select e.state, e.told_at from (select excluded.*) e
                    where e.told_at >= f.told_at union all select f.state, f.told_at limit 1),
                (exposure, credit_limit, available, currency, credit_group, figures_at) = (
                    select e.exposure, e.credit_limit, e.available, e.currency, e.credit_group, e.figures_at
                    from (select excluded.*) e where e.figures_at >= coalesce(f.figures_at, '-infinity')
                    union all select f.exposure, f.credit_limit, f.available, f.currency, f.credit_group, f.figures_at
                    limit 1),
                (changed_state, reason, max_days_overdue, changed_at) = (
                    select e.changed_state, e.reason, e.max_days_overdue, e.changed_at
                    from (select excluded.*) e where e.changed_at >= coalesce(f.changed_at, '-infinity')
                    union all select f.changed_state, f.reason, f.max_days_overdue, f.changed_at limit 1)
            """)
    }
}
