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
    let key: SeriesKey
    let owner: String?
    let branch: String?
    let orderId: String?
    let baseline: Double
    let observed: Double
    let score: Double
    let evidence: [Evidence]
}

/// The SQL of series and anomalies.
enum AnomalyStore {
    /// An alert of a changed level that stands open.
    struct OpenSwing: Sendable {
        let id: String
        let key: SeriesKey
        let calmWeeks: Int
    }

    static func recent(
        _ keys: Set<SeriesKey>, _ transaction: borrowing Transaction
    ) throws -> [SeriesKey: [Double]] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select r.source, r.customer_code, r.business_line, r.amounts
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.code)), \(sorted.map(\.businessLine)))
                as k(source, customer_code, business_line)
            join series_recent r using (source, customer_code, business_line)
            order by 1, 2, 3 for update of r
            """, as: (String, String, String, String).self)
        var found: [SeriesKey: [Double]] = [:]
        for row in rows {
            found[SeriesKey(source: row.0, code: row.1, businessLine: row.2)] = row.3.split(separator: " ")
                .compactMap { Double($0) }
        }
        return found
    }

    static func putRecent(_ recent: [SeriesKey: [Double]], _ transaction: borrowing Transaction) throws {
        let sorted = recent.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into series_recent (source, customer_code, business_line, amounts)
            select * from unnest(
                \(sorted.map(\.key.source)), \(sorted.map(\.key.code)), \(sorted.map(\.key.businessLine)),
                \(sorted.map { $0.value.map { "\($0)" }.joined(separator: " ") }))
            on conflict (source, customer_code, business_line) do update set amounts = excluded.amounts
            """)
    }

    static func series(
        through last: CalendarDay, weeks: Int, _ transaction: borrowing Transaction
    ) throws -> [SeriesKey: [CalendarDay: (orders: Double, amount: Double)]] {
        let rows = try transaction.query(
            """
            select source, customer_code, business_line, week - date '1970-01-01', orders, amount::float8
            from series_week
            where week between \(PostgresValue.date(last.adding(days: -7 * (weeks - 1)).description))
                and \(PostgresValue.date(last.description))
            """, as: (String, String, String, Int32, Double, Double).self)
        var found: [SeriesKey: [CalendarDay: (orders: Double, amount: Double)]] = [:]
        for row in rows {
            let key = SeriesKey(source: row.0, code: row.1, businessLine: row.2)
            found[key, default: [:]][CalendarDay(daysSinceEpoch: row.3)] = (row.4, row.5)
        }
        return found
    }

    static func openSwings(_ transaction: borrowing Transaction) throws -> [String: OpenSwing] {
        let rows = try transaction.query(
            """
            select anomaly_id, source, customer_code, business_line, metric, direction, calm_weeks from anomaly
            where kind = 'level-swing' and cleared_at is null
            """, as: (String, String, String, String, String, String, Int).self)
        var found: [String: OpenSwing] = [:]
        for row in rows {
            let key = SeriesKey(source: row.1, code: row.2, businessLine: row.3)
            found["\(key)|\(row.4)|\(row.5)"] = OpenSwing(id: row.0, key: key, calmWeeks: row.6)
        }
        return found
    }

    /// Alerts that are closed, but so lately that the same one is not raised again.
    static func cooling(since time: Timestamp, _ transaction: borrowing Transaction) throws -> Set<String> {
        let rows = try transaction.query(
            """
            select source, customer_code, business_line, metric, direction from anomaly
            where kind = 'level-swing' and cleared_at > \(PostgresValue.timestamp(time.description))
            """, as: (String, String, String, String, String).self)
        return Set(rows.map { "\(SeriesKey(source: $0.0, code: $0.1, businessLine: $0.2))|\($0.3)|\($0.4)" })
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
        _ over: [OpenSwing], _ transaction: borrowing Transaction, _ effects: inout Effects
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
            effects.publish(
                OrderAnomalyCleared(
                    anomalyId: alert.id, kind: .levelSwing, customerId: customer, customerCode: alert.key.code,
                    source: alert.key.source, businessLine: alert.key.businessLine, reason: .recovered,
                    clearedAt: effects.now), key: customer)
        }
    }

    /// Writes anomalies down and tells their owners; one that is there already is not told again.
    static func raise(
        _ rows: [AnomalyRow], causes: [String: Envelope], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        guard !rows.isEmpty else { return }
        let owners = try OrderStore.owners(of: Set(rows.map(\.key)), transaction)
        let sorted = rows.sorted { $0.id < $1.id }
        func number(_ value: Double) -> FixedDecimal {
            FixedDecimal(units: Int128((min(max(value, -9e14), 9e14) * 10_000).rounded()))
        }
        let new = try transaction.query(
            """
            insert into anomaly (anomaly_id, kind, direction, metric, source, customer_code, business_line, owner,
                order_id, baseline, observed, score, raised_at)
            select t.*, \(PostgresValue.timestamp(effects.now.description)) from unnest(
                \(sorted.map(\.id)), \(sorted.map(\.kind.rawValue)), \(sorted.map(\.direction.rawValue)),
                \(sorted.map(\.metric.rawValue)), \(sorted.map(\.key.source)), \(sorted.map(\.key.code)),
                \(sorted.map(\.key.businessLine)), \(sorted.map { $0.owner ?? owners[$0.key]?.owner }),
                \(sorted.map(\.orderId)), \(sorted.map { number($0.baseline) }),
                \(sorted.map { number($0.observed) }),
                \(sorted.map { number($0.score) })) as t
            on conflict do nothing returning anomaly_id
            """, as: String.self)
        let fresh = Set(new)
        for row in sorted where fresh.contains(row.id) {
            let customer =
                owners[row.key]?.customerId ?? AccountIdentifier.customer(source: row.key.source, code: row.key.code)
            effects.publish(
                OrderAnomalyRaised(
                    anomalyId: row.id, kind: row.kind, direction: row.direction, metric: row.metric,
                    customerId: customer, customerCode: row.key.code, source: row.key.source,
                    businessLine: row.key.businessLine, branch: row.branch,
                    owner: row.owner ?? owners[row.key]?.owner, orderId: row.orderId, baseline: number(row.baseline),
                    observed: number(row.observed), score: number(row.score), evidence: row.evidence,
                    raisedAt: effects.now), causedBy: causes[row.id], key: customer)
        }
        effects.count("anomalies", fresh.count)
    }
}
