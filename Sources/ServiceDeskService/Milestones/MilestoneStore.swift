import Contracts
import Domain
import Postgres
import ServiceKit

extension ShipmentMilestone: PostgresDecodable {}

/// Marks keys of milestones.
enum MilestoneKind {}
/// Which milestone.
typealias MilestoneKey = SourceKey<MilestoneKind>

/// An order on its way, with the last milestone that it has reached.
struct ShipmentOnTheWay: PostgresRow, Sendable {
    let order: OrderKey
    let customerId: String
    let customerCode: String
    let branch: String?
    let businessLine: String?
    let promisedAt: Timestamp
    let milestone: ShipmentMilestone
    let route: String?
    let reachedAt: Timestamp
    /// Whether it was said before that it will be late, and whether that still stands.
    let isWarned: Bool?

    init(row: inout RowReader) throws(PostgresError) {
        order = OrderKey(source: try row("source"), orderId: try row("order_id"))
        customerCode = try row("customer_code")
        customerId =
            try row("customer_id", as: String?.self)
            ?? AccountIdentifier.customer(source: order.source, code: customerCode)
        branch = try row("branch")
        businessLine = try row("business_line")
        promisedAt = try row("promise")
        milestone = try row("milestone")
        route = try row("route")
        reachedAt = try row("reached_at")
        isWarned = try row("is_open")
    }
}

/// The SQL of milestones.
enum MilestoneStore {
    /// By what others went: the same route, or the same line of business.
    struct Segment: Hashable, Sendable {
        enum Kind: String, Sendable {
            case route
            case line
        }
        let kind: Kind
        let name: String
        let milestone: ShipmentMilestone
    }

    /// What was said before under some keys, in short; the orders are locked against another copy of the service.
    static func known(
        _ keys: Set<MilestoneKey>, of orders: Set<OrderKey>, _ transaction: borrowing Transaction
    ) throws -> [MilestoneKey: String] {
        try KeyLock.lock("milestone", orders, transaction)
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select m.source, m.milestone_id, m.fingerprint
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, milestone_id)
            join milestone m using (source, milestone_id)
            """, as: (String, String, String).self)
        return Dictionary(rows.map { (MilestoneKey(source: $0.0, identifier: $0.1), $0.2) }) { first, _ in first }
    }

    /// Keeps milestones.
    static func put(
        _ milestones: [(key: MilestoneKey, order: OrderKey, body: MilestoneReached, mark: String)],
        _ transaction: borrowing Transaction
    ) throws {
        guard !milestones.isEmpty else { return }
        let rows = milestones.sorted { $0.key < $1.key }
        let bodies = rows.map(\.body)
        try transaction.queue(
            """
            insert into milestone (source, milestone_id, fingerprint, order_source, order_id, milestone, route, planned_at,
                reached_at)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.mark)),
                \(rows.map(\.order.source)), \(rows.map(\.order.orderId)), \(bodies.map(\.milestone.rawValue)),
                \(bodies.map(\.route)), \(bodies.map(\.plannedAt)), \(bodies.map(\.reachedAt)))
            on conflict do nothing
            """)
    }

    /// Those of some orders that are on their way and have a promise, each with its last milestone.
    static func onTheWay(
        _ orders: Set<OrderKey>, _ transaction: borrowing Transaction
    ) throws -> [ShipmentOnTheWay] {
        guard !orders.isEmpty else { return [] }
        let sorted = orders.sorted()
        return try transaction.query(
            """
            select d.source, d.order_id, d.customer_code, a.customer_id, d.branch, d.business_line, p.promise,
                m.milestone, m.route, m.reached_at, w.is_open
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
            join delivery d using (source, order_id)
            cross join lateral (
                select case when d.booked_revision is null then d.promised_at else d.booked_promise end as promise
            ) p
            cross join lateral (
                select n.milestone, n.route, n.reached_at from milestone n
                where n.order_source = d.source and n.order_id = d.order_id
                order by n.reached_at desc, n.source, n.milestone_id limit 1
            ) m
            left join account a on a.source = d.source and a.code = d.customer_code
            left join late_warning w on w.source = d.source and w.order_id = d.order_id
            where d.order_revision > 0 and d.done_revision = 0 and p.promise is not null and not \(cancelled)
            order by d.source, d.order_id
            """, as: ShipmentOnTheWay.self)
    }

    private static let cancelled: SQL =
        "(d.cancelled_revision >= d.order_revision or d.is_cancelled and d.cancelled_revision = 0)"

    // MARK: How others went

    /// How others went.
    static func quantiles(
        of segments: Set<Segment>, _ transaction: borrowing Transaction
    ) throws -> [Segment: SegmentQuantiles] {
        guard !segments.isEmpty else { return [:] }
        let asked = Array(segments)
        let rows = try transaction.query(
            """
            select k.place - 1, q.observations, array_to_string(q.quantiles, ' ')
            from unnest(
                \(asked.map(\.kind.rawValue)), \(asked.map(\.name)), \(asked.map(\.milestone.rawValue)))
                with ordinality as k(kind, name, milestone, place)
            join segment_quantile q using (kind, name, milestone)
            """, as: (Int, Int, String).self)
        return Dictionary(
            rows.map { place, observations, seconds in
                (
                    asked[place],
                    SegmentQuantiles(
                        observations: observations, seconds: seconds.split(separator: " ").compactMap { Double($0) })
                )
            }
        ) { first, _ in first }
    }

    /// Learns how long it took from milestones until orders were done, of those that were done by a time.
    static func learn(by now: Timestamp, _ transaction: borrowing Transaction) throws {
        try transaction.queue("delete from segment_quantile")
        try transaction.queue(
            """
            with known as (
                select m.milestone, m.route, d.business_line,
                    extract(epoch from d.completed_at - m.reached_at)::float8 as seconds
                from milestone m join delivery d on d.source = m.order_source and d.order_id = m.order_id
                where d.order_revision > 0 and d.done_revision > 0 and d.completed_at >= m.reached_at
                    and d.completed_at <= \(now)
                    and d.completed_at > \(now.adding(seconds: -LatenessPolicy.days * 86_400))
            ), named as (
                select 'route' as kind, k.route as name, k.milestone, k.seconds from known k where k.route is not null
                union all
                select 'line', k.business_line, k.milestone, k.seconds from known k where k.business_line is not null
            )
            insert into segment_quantile (kind, name, milestone, observations, quantiles, learnt_at)
            select n.kind, n.name, n.milestone, count(*)::integer,
                percentile_disc(array[
                    0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95
                ]::float8[]) within group (order by n.seconds), \(now)
            from named n group by 1, 2, 3
            """)
    }

    // MARK: Warnings

    /// Writes down that orders will be late; what was said first stays.
    static func warn(
        _ warnings: [(shipment: ShipmentOnTheWay, forecast: LatenessForecast)], at now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws {
        guard !warnings.isEmpty else { return }
        let (rows, forecasts) = (warnings.map(\.shipment), warnings.map(\.forecast))
        try transaction.queue(
            """
            insert into late_warning (source, order_id, milestone, route, warned_at, promised_at, expected_at, likelihood,
                observations, is_open)
            select t.source, t.order_id, t.milestone, t.route, \(now), t.promised, t.expected, t.likelihood,
                t.observations, true
            from unnest(
                \(rows.map(\.order.source)), \(rows.map(\.order.orderId)), \(rows.map(\.milestone.rawValue)),
                \(rows.map(\.route)), \(rows.map(\.promisedAt)), \(forecasts.map(\.expectedAt)),
                \(forecasts.map { Int32($0.likelihood) }), \(forecasts.map { Int32($0.observations) }))
                as t(source, order_id, milestone, route, promised, expected, likelihood, observations)
            on conflict (source, order_id) do update set is_open = true, ended_at = null
            """)
    }

    /// Writes down that orders are expected in time again.
    static func withdraw(
        _ orders: [OrderKey], at now: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        guard !orders.isEmpty else { return }
        try transaction.queue(
            """
            update late_warning w set is_open = false, ended_at = \(now)
            from unnest(\(orders.map(\.source)), \(orders.map(\.orderId))) as k(source, order_id)
            where w.source = k.source and w.order_id = k.order_id
            """)
    }

    /// Ends what was said of orders that are done or cancelled by now.
    static func end(
        at now: Timestamp, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [OrderKey] {
        try transaction.query(
            """
            update late_warning w set is_open = false, ended_at = \(now)
            from (
                select o.source, o.order_id from late_warning o
                join delivery d on d.source = o.source and d.order_id = o.order_id
                where o.is_open and (d.done_revision > 0 or \(cancelled))
                order by o.source, o.order_id limit \(Int32(limit)) for update of o
            ) f
            where w.source = f.source and w.order_id = f.order_id
            returning w.source, w.order_id
            """, as: (String, String).self
        ).map { OrderKey(source: $0.0, orderId: $0.1) }
    }
}
