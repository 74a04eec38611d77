import Contracts
import Domain
import Postgres

/// The SQL of orders that name quotes.
enum QuotedOrderStore {
    /// The quotes of some identifiers, each with the revision that holds.
    static func quotes(_ ids: Set<String>, _ transaction: borrowing Transaction) throws -> [String: QuoteTerms] {
        let rows = try transaction.query(
            """
            select q.quote_id, q.content::text from quote_revision q
            where q.quote_id = any(\(ids.sorted())) and q.state <> 'superseded'
            """, as: (String, String).self)
        var found: [String: QuoteTerms] = [:]
        for (id, content) in rows { found[id] = try QuoteStore.terms(content) }
        return found
    }

    /// Writes how orders stand; a later revision takes the place of an earlier one.
    ///
    /// - Parameter judged: them, each once, in the order of their keys.
    static func put(_ judged: [JudgedOrder], _ transaction: borrowing Transaction) throws {
        let keys = judged.map(\.key)
        try transaction.queue(
            """
            insert into quote_order (source, order_id, revision, quote_id, quote_revision, finding, detail,
                customer_code, branch, owner, business_line, currency, amount, placed_at)
            select * from unnest(
                \(keys.map(\.source)), \(keys.map(\.orderId)), \(judged.map { Int32($0.order.revision) }),
                \(judged.map(\.quoteId)), \(judged.map { $0.terms.map { Int32($0.revision) } }),
                \(judged.map(\.finding.rawValue)), \(judged.map(\.detail)), \(judged.map(\.order.customer.code)),
                \(judged.map(\.order.branch)), \(judged.map { $0.order.salesOwner ?? $0.terms?.owner }),
                \(judged.map(\.order.businessLine)), \(judged.map(\.order.currency.code)),
                \(judged.map(\.order.revenue.amount)), \(judged.map(\.order.placedAt)))
            on conflict (source, order_id) do update set
                revision = excluded.revision, quote_id = excluded.quote_id, quote_revision = excluded.quote_revision,
                finding = excluded.finding, detail = excluded.detail, customer_code = excluded.customer_code,
                branch = excluded.branch, owner = excluded.owner, business_line = excluded.business_line,
                currency = excluded.currency, amount = excluded.amount, placed_at = excluded.placed_at
            """)
        try transaction.queue(
            """
            delete from quote_order_line l using unnest(\(keys.map(\.source)), \(keys.map(\.orderId)))
                as k(source, order_id)
            where l.source = k.source and l.order_id = k.order_id
            """)
        let lines = judged.flatMap { one in one.lines.map { (key: one.key, line: $0) } }
        try transaction.queue(
            """
            insert into quote_order_line
                (source, order_id, line, item, unit, quantity, revenue, quoted, quoted_cost, finding)
            select * from unnest(
                \(lines.map(\.key.source)), \(lines.map(\.key.orderId)), \(lines.map { Int32($0.line.line.line) }),
                \(lines.map(\.line.line.serviceItem)), \(lines.map(\.line.line.unit)), \(lines.map(\.line.line.quantity)),
                \(lines.map(\.line.line.revenue)), \(lines.map(\.line.quoted)), \(lines.map(\.line.quotedCost)),
                \(lines.map { $0.line.finding?.rawValue }))
            """)
    }

    /// Writes what orders have come to; what was told later before stays.
    static func settle(_ told: [OrderMarginSettled], _ transaction: borrowing Transaction) throws {
        var latest: [OrderKey: OrderMarginSettled] = [:]
        for one in told {
            let key = OrderKey(source: one.source, orderId: one.orderId)
            if latest[key].map({ $0.settledAt <= one.settledAt }) ?? true { latest[key] = one }
        }
        let sorted = latest.sorted { $0.key < $1.key }
        let taken = Set(
            try transaction.query(
                """
                insert into quote_margin as m (source, order_id, currency, completeness, settled_at)
                select * from unnest(
                    \(sorted.map(\.key.source)), \(sorted.map(\.key.orderId)), \(sorted.map(\.value.currency.code)),
                    \(sorted.map(\.value.completeness)), \(sorted.map(\.value.settledAt)))
                on conflict (source, order_id) do update set
                    currency = excluded.currency, completeness = excluded.completeness, settled_at = excluded.settled_at
                where m.settled_at <= excluded.settled_at
                returning m.source, m.order_id
                """, as: (String, String).self
            ).map { OrderKey(source: $0.0, orderId: $0.1) })
        let fresh = sorted.filter { taken.contains($0.key) }
        guard !fresh.isEmpty else { return }
        try transaction.queue(
            """
            delete from quote_margin_line l using unnest(\(fresh.map(\.key.source)), \(fresh.map(\.key.orderId)))
                as k(source, order_id)
            where l.source = k.source and l.order_id = k.order_id
            """)
        let lines = fresh.flatMap { one in one.value.lines.map { (key: one.key, line: $0) } }
        try transaction.queue(
            """
            insert into quote_margin_line (source, order_id, line, revenue, cost, is_actual)
            select * from unnest(
                \(lines.map(\.key.source)), \(lines.map(\.key.orderId)), \(lines.map { Int32($0.line.line) }),
                \(lines.map(\.line.revenue)), \(lines.map(\.line.cost)), \(lines.map(\.line.isActual)))
            """)
    }
}
