import Contracts
import Domain
import Postgres
import ServiceKit

/// An account's business in one line.
struct SeriesKey: Hashable, Comparable, Sendable {
    let source: String
    let code: String
    let businessLine: String

    static func < (first: SeriesKey, second: SeriesKey) -> Bool {
        (first.source, first.code, first.businessLine) < (second.source, second.code, second.businessLine)
    }
}

/// An order as sales keeps it.
struct SalesOrder: Sendable {
    let source: String
    let orderId: String
    var revision: Int
    var isCancelled: Bool
    var key: SeriesKey?
    var branch: String?
    var salesOwner: String?
    var placedAt: Timestamp?
    /// What it comes to; `nil` while the order itself has not come.
    var amount: Money?
}

/// The SQL of orders, from which their weekly series are read.
enum OrderStore {
    /// The copy of whose each account is.
    static let accounts = AccountReplica(keeping: [.name, .salesOwner])

    static func lock(
        _ keys: [(source: String, orderId: String)], _ transaction: borrowing Transaction
    ) throws -> [String: SalesOrder] {
        let rows = try transaction.query(
            """
            select o.source, o.order_id, o.revision, o.is_cancelled, o.customer_code, o.business_line, o.branch,
                o.sales_owner, (extract(epoch from o.placed_at) * 1000000)::bigint, o.currency, o.amount::text
            from (select distinct * from unnest(\(keys.map(\.source)), \(keys.map(\.orderId)))
                as t(source, order_id)) k
            join orders o using (source, order_id)
            order by o.source, o.order_id for update of o
            """,
            as: (
                String, String, Int, Bool, String?, String?, String?, String?, Int64?, String?, String?
            ).self)
        var found: [String: SalesOrder] = [:]
        for row in rows {
            var order = SalesOrder(source: row.0, orderId: row.1, revision: row.2, isCancelled: row.3)
            if let code = row.4, let line = row.5 {
                order.key = SeriesKey(source: row.0, code: code, businessLine: line)
            }
            order.branch = row.6
            order.salesOwner = row.7
            order.placedAt = row.8.map { Timestamp(microsecondsSinceEpoch: $0, offsetMinutes: 480) }
            if let currency = row.9.flatMap({ Currency($0) }), let amount = row.10.flatMap({ FixedDecimal($0) }) {
                order.amount = Money(amount, currency)
            }
            found["\(row.0)\u{1}\(row.1)"] = order
        }
        return found
    }

    static func put(
        _ orders: [SalesOrder], _ transaction: borrowing Transaction
    ) throws {
        let sorted = orders.sorted { ($0.source, $0.orderId) < ($1.source, $1.orderId) }
        guard !sorted.isEmpty else { return }
        let weeks: [Int32?] = sorted.map { order in
            order.placedAt.map { WorkingCalendar.week(of: $0.day()).daysSinceEpoch }
        }
        let sources: [String] = sorted.map { $0.source }
        let identifiers: [String] = sorted.map { $0.orderId }
        let revisions: [Int32] = sorted.map { Int32($0.revision) }
        let cancelled: [Bool] = sorted.map { $0.isCancelled }
        let branches: [String?] = sorted.map { $0.branch }
        let owners: [String?] = sorted.map { $0.salesOwner }
        let currencies: [String?] = sorted.map { $0.amount?.currency.code }
        let amounts: [FixedDecimal?] = sorted.map { $0.amount?.amount }
        let codes: [String?] = sorted.map { $0.key?.code }
        let lines: [String?] = sorted.map { $0.key?.businessLine }
        let placed: [Int64?] = sorted.map { $0.placedAt?.microsecondsSinceEpoch }
        try transaction.queue(
            """
            insert into orders as o (source, order_id, revision, is_cancelled, customer_code, business_line, branch,
                sales_owner, placed_at, week, currency, amount)
            select source, order_id, revision, is_cancelled, code, line, branch, owner,
                timestamptz 'epoch' + placed * interval '1 microsecond', date '1970-01-01' + week, currency, amount
            from unnest(
                \(sources), \(identifiers), \(revisions), \(cancelled), \(codes), \(lines), \(branches),
                \(owners), \(placed), \(weeks), \(currencies), \(amounts))
                as t(source, order_id, revision, is_cancelled, code, line, branch, owner, placed, week, currency,
                    amount)
            on conflict (source, order_id) do update set
                revision = excluded.revision, is_cancelled = excluded.is_cancelled,
                customer_code = excluded.customer_code, business_line = excluded.business_line,
                branch = excluded.branch, sales_owner = excluded.sales_owner, placed_at = excluded.placed_at,
                week = excluded.week, currency = excluded.currency, amount = excluded.amount
            where o.revision < excluded.revision or o.customer_code is null
                or not o.is_cancelled and excluded.is_cancelled
            """, expecting: .rows(sorted.count, "an order"))
    }

    /// Owners of accounts, for orders that name none.
    static func owners(
        of keys: Set<SeriesKey>, _ transaction: borrowing Transaction
    ) throws -> [SeriesKey: (customerId: String, owner: String?)] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select k.place - 1, a.customer_id, a.sales_owner
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.code))) with ordinality as k(source, code, place)
            join account a using (source, code)
            """, as: (Int, String, String?).self)
        var found: [SeriesKey: (customerId: String, owner: String?)] = [:]
        for row in rows { found[sorted[row.0]] = (row.1, row.2) }
        return found
    }

    static func decide(_ decisions: [OrderDecided], _ transaction: borrowing Transaction) throws {
        var latest: [String: OrderDecided] = [:]
        for decision in decisions {
            let key = "\(decision.source)\u{1}\(decision.orderId)"
            if latest[key].map({ $0.revision < decision.revision }) ?? true { latest[key] = decision }
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        // The decision may come before the order itself.
        try transaction.queue(
            """
            insert into orders as o (source, order_id, decision, decision_rule, decided_revision)
            select * from unnest(
                \(rows.map(\.source)), \(rows.map(\.orderId)), \(rows.map(\.decision.rawValue)), \(rows.map(\.rule)),
                \(rows.map { Int32($0.revision) }))
            on conflict (source, order_id) do update set
                decision = excluded.decision, decision_rule = excluded.decision_rule,
                decided_revision = excluded.decided_revision
            where excluded.decided_revision > o.decided_revision
            """)
    }
}
