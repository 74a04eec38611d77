import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit

/// An anomaly about to be raised.
struct AnomalyRow: Sendable {
    let id: String
    let kind: AnomalyKind
    let direction: AnomalyDirection
    let metric: AnomalyMetric
    let key: BusinessKey
    /// What its amounts are in; `nil` when it counts orders.
    let currency: Currency?
    let owner: String?
    let branch: String?
    let orderId: String?
    let baseline: Double
    let observed: Double
    let score: Double
    let evidence: [Evidence]
}

/// An account's amounts in one line and one currency.
struct AmountKey: Hashable, Comparable, Sendable {
    let series: BusinessKey
    let currency: Currency

    static func < (first: AmountKey, second: AmountKey) -> Bool {
        (first.series, first.currency) < (second.series, second.currency)
    }
}

/// What a changed level is a change of.
struct SwingKey: Hashable, Sendable {
    let series: BusinessKey
    let metric: AnomalyMetric
    /// `nil` when orders are counted.
    let currency: Currency?
    let direction: AnomalyDirection
}

/// A week of a series.
struct SeriesBucket: Sendable {
    var orders = 0.0
    var amount = 0.0
}

/// The SQL of series and anomalies.
enum AnomalyStore {
    /// An alert of a changed level that stands open.
    struct OpenSwing: Sendable {
        let id: String
        let key: BusinessKey
        let calmWeeks: Int
    }

    static func recent(
        _ keys: Set<AmountKey>, _ transaction: borrowing Transaction
    ) throws -> [AmountKey: [Double]] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select k.place - 1, r.amounts
            from unnest(
                \(sorted.map(\.series.source)), \(sorted.map(\.series.code)), \(sorted.map(\.series.businessLine)),
                \(sorted.map(\.currency.code))) with ordinality
                as k(source, customer_code, business_line, currency, place)
            join recent_amount r using (source, customer_code, business_line, currency)
            order by r.source, r.customer_code, r.business_line, r.currency for update of r
            """, as: (Int, String).self)
        var found: [AmountKey: [Double]] = [:]
        for row in rows { found[sorted[row.0]] = row.1.split(separator: " ").compactMap { Double($0) } }
        return found
    }

    static func putRecent(_ recent: [AmountKey: [Double]], _ transaction: borrowing Transaction) throws {
        let sorted = recent.inKeyOrder()
        try transaction.queue(
            """
            insert into recent_amount (source, customer_code, business_line, currency, amounts)
            select * from unnest(
                \(sorted.map(\.key.series.source)), \(sorted.map(\.key.series.code)),
                \(sorted.map(\.key.series.businessLine)), \(sorted.map(\.key.currency.code)),
                \(sorted.map { $0.value.map { "\($0)" }.joined(separator: " ") }))
            on conflict (source, customer_code, business_line, currency) do update set amounts = excluded.amounts
            """)
    }

    /// A part of the accounts that have ordered, in their order.
    struct AccountRange: Sendable {
        let after: (source: String, code: String)
        let through: (source: String, code: String)
    }

    /// The accounts that follow some account, as many as have about so many orders; `nil` after the last one.
    static func accounts(
        after last: (source: String, code: String), orders: Int, _ transaction: borrowing Transaction
    ) throws -> AccountRange? {
        let rows = try transaction.query(
            """
            select source, customer_code from (
                select source, customer_code from orders
                where customer_code is not null and (source, customer_code) > (\(last.source), \(last.code))
                order by source, customer_code limit \(orders)
            ) o order by source desc, customer_code desc limit 1
            """, as: (String, String).self)
        return rows.first.map { AccountRange(after: last, through: (source: $0.0, code: $0.1)) }
    }

    /// The weeks of the series of some accounts, each currency by itself, read from the orders.
    static func series(
        of accounts: AccountRange, through last: CalendarDay, weeks: Int, _ transaction: borrowing Transaction
    ) throws -> [BusinessKey: [Currency: [CalendarDay: SeriesBucket]]] {
        let rows = try transaction.query(
            """
            select source, customer_code, business_line, currency, week, count(*)::float8 as orders,
                sum(amount)::float8 as amount
            from orders
            where customer_code is not null and not is_cancelled
                and (source, customer_code) > (\(accounts.after.source), \(accounts.after.code))
                and (source, customer_code) <= (\(accounts.through.source), \(accounts.through.code))
                and week between \(PostgresValue.date(last.adding(days: -7 * (weeks - 1)).description))
                and \(PostgresValue.date(last.description))
            group by 1, 2, 3, 4, 5
            """, as: SeriesRow.self)
        var found: [BusinessKey: [Currency: [CalendarDay: SeriesBucket]]] = [:]
        for row in rows { found[row.key, default: [:]][row.currency, default: [:]][row.week] = row.bucket }
        return found
    }

    /// A week of a series.
    private struct SeriesRow: PostgresRow {
        let key: BusinessKey
        let currency: Currency
        let week: CalendarDay
        let bucket: SeriesBucket

        init(row: inout RowReader) throws(PostgresError) {
            key = BusinessKey(
                source: try row("source"), code: try row("customer_code"), businessLine: try row("business_line"))
            currency = try row("currency")
            week = try row("week")
            bucket = SeriesBucket(orders: try row("orders"), amount: try row("amount"))
        }
    }

    static func openSwings(_ transaction: borrowing Transaction) throws -> [(key: SwingKey, alert: OpenSwing)] {
        try transaction.query(
            """
            select anomaly_id, source, customer_code, business_line, metric, direction, currency, calm_weeks
            from anomaly where kind = 'level-swing' and cleared_at is null order by anomaly_id
            """, as: StoredSwing.self
        ).compactMap { row in
            row.key.map { ($0, OpenSwing(id: row.id, key: $0.series, calmWeeks: row.calmWeeks)) }
        }
    }

    /// Alerts that are closed, but so lately that the same one is not raised again.
    static func cooling(since time: Timestamp, _ transaction: borrowing Transaction) throws -> Set<SwingKey> {
        let rows = try transaction.query(
            """
            select anomaly_id, source, customer_code, business_line, metric, direction, currency, calm_weeks from anomaly
            where kind = 'level-swing' and cleared_at > \(PostgresValue.timestamp(time.description))
            """, as: StoredSwing.self)
        return Set(rows.compactMap(\.key))
    }

    /// A swing as it stands in the table.
    private struct StoredSwing: PostgresRow {
        let id: String
        /// `nil` when it is of a kind that only a later release knows.
        let key: SwingKey?
        let calmWeeks: Int

        init(row: inout RowReader) throws(PostgresError) {
            id = try row("anomaly_id")
            calmWeeks = try row("calm_weeks")
            let series = BusinessKey(
                source: try row("source"), code: try row("customer_code"), businessLine: try row("business_line"))
            guard let metric = AnomalyMetric(rawValue: try row("metric")),
                let direction = AnomalyDirection(rawValue: try row("direction"))
            else {
                key = nil
                return
            }
            key = SwingKey(series: series, metric: metric, currency: try row("currency"), direction: direction)
        }
    }

    static func setCalm(_ calm: [String: Int], _ transaction: borrowing Transaction) throws {
        let sorted = calm.sorted { $0.key < $1.key }
        guard !sorted.isEmpty else { return }
        try transaction.queue(
            """
            update anomaly a set calm_weeks = t.weeks
            from unnest(\(sorted.map(\.key)), \(sorted.map { Int32($0.value) })) as t(id, weeks)
            where a.anomaly_id = t.id
            """)
    }

    static func clear(
        _ over: [OpenSwing], _ reason: AnomalyClearing, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !over.isEmpty else { return }
        try transaction.queue(
            """
            update anomaly set cleared_at = \(PostgresValue.timestamp(effects.now.description))
            where anomaly_id = any(\(over.map(\.id)))
            """)
        let owners = try OrderStore.owners(of: Set(over.map(\.key)), transaction)
        for alert in over {
            let customer =
                owners[alert.key]?.customerId
                ?? AccountIdentifier.customer(source: alert.key.source, code: alert.key.code)
            let event = OrderAnomalyCleared(
                anomalyId: alert.id, kind: .levelSwing, customerId: customer, customerCode: alert.key.code,
                source: alert.key.source, businessLine: alert.key.businessLine, reason: reason,
                clearedAt: effects.now)
            effects.publish(event, key: customer)
            RaisedAnomalies.clear(event, &effects)
        }
    }

    /// Writes anomalies down and tells their owners; one that is there already is not told again.
    static func raise(
        _ rows: [AnomalyRow], causes: [String: Envelope], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        guard !rows.isEmpty else { return }
        let keys = Set(rows.map(\.key))
        let customers = try OrderStore.owners(of: keys, transaction)
        let owners = try OpenItemStore.owners(of: keys, on: effects.now.day(), transaction)
        /// Who looks after it on this day; as long as that is not known, whom the order or the customer's record names.
        func owner(_ row: AnomalyRow) -> String? {
            if let found = owners[row.key] { return found.login }
            return row.owner ?? customers[row.key]?.owner
        }
        let sorted = rows.sorted { $0.id < $1.id }
        func number(_ value: Double) -> FixedDecimal {
            FixedDecimal(units: Int128((min(max(value, -9e14), 9e14) * 10_000).rounded()))
        }
        let new = try transaction.query(
            """
            insert into anomaly (anomaly_id, kind, direction, metric, source, customer_code, business_line, owner,
                order_id, baseline, observed, score, currency, acting_for, raised_at)
            select t.*, \(PostgresValue.timestamp(effects.now.description)) from unnest(
                \(sorted.map(\.id)), \(sorted.map(\.kind.rawValue)), \(sorted.map(\.direction.rawValue)),
                \(sorted.map(\.metric.rawValue)), \(sorted.map(\.key.source)), \(sorted.map(\.key.code)),
                \(sorted.map(\.key.businessLine)), \(sorted.map(owner)),
                \(sorted.map(\.orderId)), \(sorted.map { number($0.baseline) }),
                \(sorted.map { number($0.observed) }),
                \(sorted.map { number($0.score) }), \(sorted.map(\.currency?.code)),
                \(sorted.map { owners[$0.key]?.actingFor })) as t
            on conflict do nothing returning anomaly_id
            """, as: String.self)
        let fresh = Set(new)
        for row in sorted where fresh.contains(row.id) {
            let customer =
                customers[row.key]?.customerId
                ?? AccountIdentifier.customer(source: row.key.source, code: row.key.code)
            let event = OrderAnomalyRaised(
                anomalyId: row.id, kind: row.kind, direction: row.direction, metric: row.metric, customerId: customer,
                customerCode: row.key.code, source: row.key.source, businessLine: row.key.businessLine,
                branch: row.branch ?? owners[row.key]?.branch, owner: owner(row), orderId: row.orderId,
                baseline: number(row.baseline), observed: number(row.observed), score: number(row.score),
                evidence: row.evidence, raisedAt: effects.now)
            effects.publish(event, causedBy: causes[row.id], key: customer)
            RaisedAnomalies.raise(event, in: row.currency, causedBy: causes[row.id], &effects)
        }
        effects.count("anomalies", fresh.count)
    }
}
