import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of notices. Everything is queued: it travels with whatever is asked next.
enum NoticeStore {
    /// Tells what was not told before; the first word stays.
    static func tell(_ notices: [Notice], _ transaction: borrowing Transaction) throws {
        try insert(notices, "do nothing", transaction)
    }

    /// Tells what is found; what was said of the same before, its clearing perhaps, is completed.
    static func complete(_ notices: [Notice], _ transaction: borrowing Transaction) throws {
        try insert(
            notices,
            """
            (notice_id) do update set
                kind = excluded.kind, customer_id = excluded.customer_id, business_line = excluded.business_line,
                sales_owner = excluded.sales_owner, branch = excluded.branch, order_id = excluded.order_id,
                detail = excluded.detail
            """, transaction)
    }

    /// Clears what was told; of two ends of the same the later. A clearing may come before its notice: then it stands alone
    /// until that comes.
    static func clear(_ notices: [Notice], _ transaction: borrowing Transaction) throws {
        let latest = Dictionary(notices.map { ($0.id, $0) }) { $0.toldAt > $1.toldAt ? $0 : $1 }
        try insert(
            Array(latest.values), "(notice_id) do update set cleared_at = excluded.cleared_at", transaction)
    }

    /// Tells what has a later word: words and time are those of the last that came.
    static func say(_ notices: [Notice], _ transaction: borrowing Transaction) throws {
        try insert(
            notices,
            """
            (notice_id) do update set detail = excluded.detail, told_at = excluded.told_at,
                branch = coalesce(excluded.branch, finance_notice.branch), \(unread)
            """, transaction)
    }

    /// Tells once more what was told before, when it was found later; it is open again.
    static func renew(_ notices: [Notice], _ transaction: borrowing Transaction) throws {
        try insert(
            notices,
            """
            (notice_id) do update set
                sales_owner = excluded.sales_owner, detail = excluded.detail, told_at = excluded.told_at,
                cleared_at = null, \(unread)
            where finance_notice.told_at < excluded.told_at
            """, transaction)
    }

    /// A later word is to be read anew.
    private static let unread = """
        acknowledged_at = case when finance_notice.told_at >= excluded.told_at then finance_notice.acknowledged_at end,
            acknowledged_by = case when finance_notice.told_at >= excluded.told_at then finance_notice.acknowledged_by end
        """

    private static func insert(
        _ notices: [Notice], _ onConflict: String, _ transaction: borrowing Transaction
    ) throws {
        guard !notices.isEmpty else { return }
        let rows = notices.sorted { $0.id < $1.id }
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, sales_owner, branch, order_id, detail,
                told_at, cleared_at)
            select * from unnest(
                \(rows.map(\.id)), \(rows.map(\.kind.rawValue)), \(rows.map(\.customerId)), \(rows.map(\.businessLine)),
                \(rows.map(\.owner)), \(rows.map(\.branch)), \(rows.map(\.orderId)), \(rows.map(\.detail)),
                \(PostgresValue.timestamps(rows.map(\.toldAt.description))),
                \(PostgresValue.timestamps(rows.map(\.clearedAt?.description))))
            on conflict \(unsafe: onConflict)
            """)
        try OpenItemStore.settle(rows.map(\.id), transaction)
    }

    /// Tells whoever looks after the order or the account, as far as that is known by now; what was cleared stays so.
    static func tell(
        ofComplaints notices: [(notice: Notice, account: AccountKey, orderSource: String)],
        _ transaction: borrowing Transaction
    ) throws {
        let rows = notices.sorted { $0.notice.id < $1.notice.id }
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, sales_owner, order_id, detail,
                told_at, cleared_at)
            select id, kind, customer, coalesce(o.business_line, '*'), coalesce(o.sales_owner, a.sales_owner),
                t.order_id, detail, told, cleared
            from unnest(
                \(rows.map(\.notice.id)), \(rows.map(\.notice.kind.rawValue)), \(rows.map(\.notice.customerId)),
                \(rows.map(\.account.source)), \(rows.map(\.account.code)), \(rows.map(\.orderSource)),
                \(rows.map(\.notice.orderId)), \(rows.map(\.notice.detail)),
                \(PostgresValue.timestamps(rows.map(\.notice.toldAt.description))),
                \(PostgresValue.timestamps(rows.map(\.notice.clearedAt?.description))))
                as t(id, kind, customer, source, code, order_source, order_id, detail, told, cleared)
            left join orders o on o.source = t.order_source and o.order_id = t.order_id
            left join account a on a.source = t.source and a.code = t.code
            on conflict (notice_id) do update set
                sales_owner = coalesce(finance_notice.sales_owner, excluded.sales_owner),
                cleared_at = coalesce(finance_notice.cleared_at, excluded.cleared_at)
            """)
        try OpenItemStore.settle(rows.map(\.notice.id), transaction)
    }

    /// Tells of agreements whoever looks after the account, or will: until it is known it goes by the account's own name.
    ///
    /// - Returns: those that were not told before.
    static func tell(
        ofAgreements notices: [(notice: Notice, account: AccountKey)], _ transaction: borrowing Transaction
    ) throws -> Set<String> {
        let written = try transaction.query(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, sales_owner, detail, told_at)
            select t.id, t.kind, coalesce(a.customer_id, t.guess), t.line, a.sales_owner, t.detail, t.told
            from unnest(
                \(notices.map(\.notice.id)), \(notices.map(\.notice.kind.rawValue)), \(notices.map(\.account.source)),
                \(notices.map(\.account.code)), \(notices.map(\.notice.customerId)),
                \(notices.map(\.notice.businessLine)), \(notices.map(\.notice.detail)),
                \(PostgresValue.timestamps(notices.map(\.notice.toldAt.description))))
                as t(id, kind, source, code, guess, line, detail, told)
            left join account a on a.source = t.source and a.code = t.code
            order by 1
            on conflict (notice_id) do nothing returning notice_id
            """, as: String.self)
        try OpenItemStore.settle(notices.map(\.notice.id), transaction)
        return Set(written)
    }

    /// Tells whoever sold an order that it is not taken, or waits for approval, by the decision that holds; once it is taken,
    /// that is over, and so it is when what was decided is cancelled.
    ///
    /// - Parameter decisions: one of each order, written down already.
    static func tell(ofDecisions decisions: [OrderDecided], _ transaction: borrowing Transaction) throws {
        func id(_ decision: OrderDecided) -> String {
            Self.id(ofDecisionOn: OrderKey(source: decision.source, orderId: decision.orderId))
        }
        let held = decisions.filter { $0.decision != .accepted }.sorted { id($0) < id($1) }
        if !held.isEmpty {
            try transaction.queue(
                """
                insert into finance_notice (notice_id, kind, customer_id, business_line, sales_owner, order_id, detail,
                    told_at)
                select t.id, t.kind, t.customer, t.line, o.sales_owner, t.order_id, t.detail, t.told
                from unnest(
                    \(held.map(id)), \(held.map { SalesNoticeKind($0.decision).rawValue }), \(held.map(\.customerId)),
                    \(held.map(\.businessLine)), \(held.map(\.source)), \(held.map(\.orderId)),
                    \(held.map { Int32($0.place.revision) }), \(held.map { Int32($0.place.number) }),
                    \(held.map { "order \($0.orderId) of \($0.customerCode): \($0.rule)" }),
                    \(PostgresValue.timestamps(held.map(\.decidedAt.description))))
                    as t(id, kind, customer, line, source, order_id, revision, number, detail, told)
                join orders o on o.source = t.source and o.order_id = t.order_id
                    and o.decided_revision = t.revision and o.decided_number = t.number
                    and not (o.is_cancelled and o.decided_revision <= o.revision)
                order by t.id
                on conflict (notice_id) do update set kind = excluded.kind, customer_id = excluded.customer_id,
                    business_line = excluded.business_line, detail = excluded.detail, told_at = excluded.told_at,
                    sales_owner = coalesce(excluded.sales_owner, finance_notice.sales_owner), cleared_at = null,
                    \(unsafe: unread)
                """)
            try OpenItemStore.settle(held.map(id), transaction)
        }
        // The first decision of all has nothing before it, and nearly all orders have no other.
        let taken = decisions.filter { $0.decision == .accepted && $0.place > DecisionPlace(revision: 1, number: 1) }
        guard !taken.isEmpty else { return }
        let rows = taken.sorted { id($0) < id($1) }
        try transaction.queue(
            """
            update finance_notice n set cleared_at = t.told
            from unnest(
                \(rows.map(id)), \(rows.map(\.source)), \(rows.map(\.orderId)),
                \(rows.map { Int32($0.place.revision) }), \(rows.map { Int32($0.place.number) }),
                \(PostgresValue.timestamps(rows.map(\.decidedAt.description))))
                as t(id, source, order_id, revision, number, told)
            join orders o on o.source = t.source and o.order_id = t.order_id
                and o.decided_revision = t.revision and o.decided_number = t.number
            where n.notice_id = t.id and n.cleared_at is null
            """)
    }

    private static func id(ofDecisionOn order: OrderKey) -> String {
        StableIdentifier.of("order-decided", order.source, order.orderId)
    }

    /// Clears what was told of decisions on orders that are cancelled: there is nothing left to decide. An order that is taken up
    /// again is decided again.
    static func clear(
        ofCancelled orders: some Collection<OrderKey>, at time: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        guard !orders.isEmpty else { return }
        let sorted = orders.sorted()
        try transaction.queue(
            """
            update finance_notice n set cleared_at = \(PostgresValue.timestamp(time.description))
            from unnest(\(sorted.map { id(ofDecisionOn: $0) }), \(sorted.map(\.source)), \(sorted.map(\.orderId)))
                as t(id, source, order_id)
            join orders o on o.source = t.source and o.order_id = t.order_id
                and o.is_cancelled and o.decided_revision <= o.revision
            where n.notice_id = t.id and n.cleared_at is null
            """)
    }

    /// Which of some notices are not over.
    static func open(_ ids: [String], _ transaction: borrowing Transaction) throws -> Set<String> {
        guard !ids.isEmpty else { return [] }
        return Set(
            try transaction.query(
                "select notice_id from finance_notice where notice_id = any(\(ids.sorted())) and cleared_at is null",
                as: String.self))
    }

    /// Clears what is open of some notices.
    ///
    /// - Returns: those that were open.
    static func clear(
        _ ids: [String], at time: Timestamp, _ transaction: borrowing Transaction
    ) throws -> Set<String> {
        guard !ids.isEmpty else { return [] }
        let cleared = try transaction.query(
            """
            update finance_notice set cleared_at = \(PostgresValue.timestamp(time.description))
            where notice_id = any(\(ids.sorted())) and cleared_at is null returning notice_id
            """, as: String.self)
        return Set(cleared)
    }
}
