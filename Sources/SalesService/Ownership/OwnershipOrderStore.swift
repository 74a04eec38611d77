import Contracts
import Domain
import Postgres
import ServiceKit

/// What orders say of who looks after their customers: kept are those with which another word begins.
///
/// Nearly every order names whom the one before it named, and then nothing follows from it: one look at a small table tells.
/// The same holds of an order that is cancelled or changed: unless a word begins with it, the one before says what it said.
enum OwnershipOrderStore {
    /// Takes over what orders say now, and what of it they said before.
    ///
    /// - Parameters:
    ///   - orders: as they stand, written already.
    ///   - before: those of them that were there, as they stood.
    /// - Returns: the accounts whose owner by orders has changed on some day.
    static func take(
        _ orders: [SalesOrder], before: [OrderKey: SalesOrder], _ transaction: borrowing Transaction
    ) throws -> Set<AccountKey> {
        var added: [Said] = []
        var removed: [Said] = []
        for order in orders {
            let (former, now) = (before[order.place].flatMap(Said.init), Said(order))
            guard former != now else { continue }
            if let former { removed.append(former) }
            if let now { added.append(now) }
        }
        guard !added.isEmpty || !removed.isEmpty else { return [] }
        let turned = try turned(added, removed, transaction)
        // Before the first of these orders everything is as it was.
        let touched = Set(turned)
        var earliest: [BusinessKey: Timestamp] = [:]
        for said in added + removed where touched.contains(said.key) {
            earliest[said.key] = min(earliest[said.key] ?? said.placedAt, said.placedAt)
        }
        try rebuild(turned.map { ($0, earliest[$0]) }, transaction)
        return Set(turned.map(\.account))
    }

    /// What one order says.
    private struct Said: Equatable {
        let key: BusinessKey
        let placedAt: Timestamp
        let orderId: String
        let owner: String
        let branch: String?

        /// - Returns: `nil` when it says nothing: it is cancelled, has not come, or names nobody.
        init?(_ order: SalesOrder) {
            guard !order.standing.isCancelled, let key = order.key, let placedAt = order.placedAt,
                let owner = order.salesOwner
            else { return nil }
            (self.key, self.placedAt, orderId) = (key, placedAt, order.place.orderId)
            (self.owner, branch) = (owner, order.branch)
        }
    }

    /// The accounts and lines of which the words have changed by some orders.
    private static func turned(
        _ added: [Said], _ removed: [Said], _ transaction: borrowing Transaction
    ) throws -> [BusinessKey] {
        let rows = try transaction.query(
            """
            select distinct k.source, k.code, k.line
            from unnest(
                \(added.map(\.key.source)), \(added.map(\.key.code)), \(added.map(\.key.businessLine)),
                \(added.map(\.placedAt)), \(added.map(\.orderId)), \(added.map(\.owner)), \(added.map(\.branch)))
                as k(source, code, line, placed_at, order_id, owner, branch)
            left join lateral (
                select o.sales_owner, o.branch from ownership_order o
                where o.source = k.source and o.code = k.code and o.business_line = k.line
                    and (o.placed_at, o.order_id) <= (k.placed_at, k.order_id)
                order by o.placed_at desc, o.order_id desc limit 1
            ) b on true
            where b.sales_owner is distinct from k.owner or b.branch is distinct from k.branch
            union
            select o.source, o.code, o.business_line
            from unnest(
                \(removed.map(\.key.source)), \(removed.map(\.key.code)), \(removed.map(\.key.businessLine)),
                \(removed.map(\.placedAt)), \(removed.map(\.orderId)))
                as k(source, code, line, placed_at, order_id)
            join ownership_order o on o.source = k.source and o.code = k.code and o.business_line = k.line
                and o.placed_at = k.placed_at and o.order_id = k.order_id
            """, as: (String, String, String).self)
        return rows.map { BusinessKey(source: $0.0, code: $0.1, businessLine: $0.2) }
    }

    /// Reads the words of some accounts and lines from their orders anew.
    ///
    /// Where two sell to one customer by turns, nearly every order begins a word: without the time from which on they are
    /// read, each batch would write all of them again.
    ///
    /// - Parameter keys: each with the time from which on its words are read; all of them without one.
    static func rebuild(_ keys: [(key: BusinessKey, from: Timestamp?)], _ transaction: borrowing Transaction) throws {
        guard !keys.isEmpty else { return }
        let sorted = keys.sorted { $0.key < $1.key }
        try KeyLock.lock(
            "ownership orders", sorted.map { [$0.key.source, $0.key.code, $0.key.businessLine] }, transaction)
        let named: SQL = """
            unnest(
                \(sorted.map(\.key.source)), \(sorted.map(\.key.code)), \(sorted.map(\.key.businessLine)),
                \(sorted.map(\.from)))
            """
        try transaction.queue(
            """
            delete from ownership_order o using \(named) as k(source, code, line, begins)
            where o.source = k.source and o.code = k.code and o.business_line = k.line
                and (k.begins is null or o.placed_at >= k.begins)
            """)
        // The last word that is left is what the first of the orders read is compared with.
        try transaction.queue(
            """
            insert into ownership_order (source, code, business_line, placed_at, order_id, sales_owner, branch)
            select source, code, line, placed_at, order_id, sales_owner, branch
            from (
                select k.source, k.code, k.line, o.placed_at, o.order_id, o.sales_owner, o.branch,
                    lag(o.sales_owner, 1, b.sales_owner) over w as owner_before,
                    lag(o.branch, 1, b.branch) over w as branch_before
                from \(named) as k(source, code, line, begins)
                left join lateral (
                    select l.sales_owner, l.branch from ownership_order l
                    where l.source = k.source and l.code = k.code and l.business_line = k.line
                        and l.placed_at < k.begins
                    order by l.placed_at desc, l.order_id desc limit 1
                ) b on true
                join orders o on o.source = k.source and o.customer_code = k.code and o.business_line = k.line
                where not o.is_cancelled and o.sales_owner is not null and o.placed_at is not null
                    and (k.begins is null or o.placed_at >= k.begins)
                window w as (partition by k.source, k.code, k.line order by o.placed_at, o.order_id)
            ) said
            where sales_owner is distinct from owner_before or branch is distinct from branch_before
            """)
    }

    /// The accounts and lines of which there are orders, of some accounts.
    static func lines(
        of accounts: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [BusinessKey] {
        let rows = try transaction.query(
            """
            select distinct o.source, o.customer_code, o.business_line
            from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))) as k(source, code)
            join orders o on o.source = k.source and o.customer_code = k.code
            where o.business_line is not null
            """, as: (String, String, String).self)
        return rows.map { BusinessKey(source: $0.0, code: $0.1, businessLine: $0.2) }
    }
}
