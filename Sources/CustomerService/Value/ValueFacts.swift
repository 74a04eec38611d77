import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit

/// The SQL of what value is judged by: facts go in in any order, and say which accounts are to be judged anew.
enum ValueFacts {
    /// An account and the day from which its judgement is out of date.
    struct Mark {
        let source: String
        let code: String
        let day: CalendarDay
    }

    /// An order in CNY.
    struct OrderRow {
        let source: String
        let order: Order
        let revenue: FixedDecimal
        /// The revenue of the lines whose cost is stated, and that cost.
        let costedRevenue: FixedDecimal
        let cost: FixedDecimal
        let lines: String
    }

    /// Takes orders; of several revisions the highest holds. The cost is what the order states; ``settle(_:_:)`` says
    /// better where there is better.
    static func put(_ rows: [OrderRow], _ transaction: borrowing Transaction) throws {
        var latest: [String: OrderRow] = [:]
        for row in rows {
            let key = "\(row.source)\u{1}\(row.order.orderId)"
            if latest[key].map({ $0.order.revision < row.order.revision }) ?? true { latest[key] = row }
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        try transaction.queue(
            """
            insert into value_order (source, order_id, revision, customer_code, branch, business_line, day, revenue,
                costed_revenue, cost, lines, promised_on, sales_owner)
            select source, order_id, revision, code, branch, line, date '1970-01-01' + day, revenue, costed, cost,
                lines::jsonb, promised::timestamptz, owner
            from unnest(
                \(rows.map(\.source)), \(rows.map(\.order.orderId)), \(rows.map { Int32($0.order.revision) }),
                \(rows.map(\.order.customer.code)), \(rows.map(\.order.branch)), \(rows.map(\.order.businessLine)),
                \(rows.map { $0.order.placedAt.day().daysSinceEpoch }),
                \(rows.map(\.revenue)),
                \(rows.map(\.costedRevenue)),
                \(rows.map(\.cost)), \(rows.map(\.lines)),
                \(rows.map(\.order.promisedAt?.description)), \(rows.map(\.order.salesOwner)))
                as t(source, order_id, revision, code, branch, line, day, revenue, costed, cost, lines, promised, owner)
            on conflict (source, order_id) do update set
                revision = excluded.revision, customer_code = excluded.customer_code, branch = excluded.branch,
                business_line = excluded.business_line, day = excluded.day, revenue = excluded.revenue,
                costed_revenue = excluded.costed_revenue, cost = excluded.cost, lines = excluded.lines,
                promised_on = excluded.promised_on, sales_owner = excluded.sales_owner
            where excluded.revision > value_order.revision
            """)
    }

    /// Adds the costs up anew of orders that were told of any: of a line the strongest counts, estimated before stated before accrued before
    /// actual.
    static func settle(_ keys: [(source: String, orderId: String)], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            update value_order o set costed_revenue = f.revenue, cost = f.cost
            from (
                select o.source, o.order_id, coalesce(sum(l.r) filter (where l.cost is not null), 0) as revenue,
                    coalesce(sum(l.cost), 0) as cost
                from (select distinct * from unnest(\(keys.map(\.source)), \(keys.map(\.orderId))) k(source, order_id)) k
                join value_order o using (source, order_id)
                left join lateral (
                    select t.r, case when c.rank is null or (c.rank = 1 and t.c is not null) then t.c else c.amount end
                        as cost
                    from jsonb_to_recordset(o.lines) as t(n integer, r numeric, c numeric)
                    left join lateral (
                        select rank, case when count(amount) = count(*) then sum(amount) end as amount
                        from value_cost where source = o.source and order_id = o.order_id and line = t.n
                        group by rank order by rank desc limit 1
                    ) c on true
                ) l on true
                where exists (select from value_cost c where c.source = k.source and c.order_id = k.order_id)
                group by 1, 2
            ) f
            where o.source = f.source and o.order_id = f.order_id
                and (o.costed_revenue, o.cost) is distinct from (f.revenue, f.cost)
            """)
    }

    /// What the last orders of some accounts say of branch and owner; a cancelled one says nothing.
    static func words(
        of accounts: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [AccountKey: [AccountHome.Word]] {
        let rows = try transaction.query(
            """
            select k.place - 1, o.order_id, o.revision, o.day, o.branch, o.sales_owner
            from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))) with ordinality as k(source, code, place)
            cross join lateral (
                select * from value_order v
                where v.source = k.source and v.customer_code = k.code and v.cancel_revision < v.revision
                order by v.day desc, v.order_id desc limit \(AccountHome.memory)
            ) o
            """, as: (Int, String, Int, CalendarDay, String?, String?).self)
        var words: [AccountKey: [AccountHome.Word]] = [:]
        for row in rows {
            words[accounts[row.0], default: []].append(
                AccountHome.Word(
                    orderId: row.1, revision: row.2, day: row.3, branch: row.4,
                    salesOwner: row.5))
        }
        return words
    }

    /// Where the orders stand that are known: before and after a change these are the accounts to judge anew.
    static func marks(
        of keys: [(source: String, orderId: String)], _ transaction: borrowing Transaction
    ) throws -> [Mark] {
        try transaction.query(
            """
            select o.source, o.customer_code, least(o.day, o.done_on)
            from (select distinct * from unnest(\(keys.map(\.source)), \(keys.map(\.orderId))) k(source, order_id)) k
            join value_order o using (source, order_id) where o.day is not null
            """, as: (String, String, CalendarDay).self
        ).map { Mark(source: $0.0, code: $0.1, day: $0.2) }
    }

    /// Notes accounts to judge anew; the earliest day holds.
    static func mark(_ marks: [Mark], _ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        var earliest: [AccountKey: CalendarDay] = [:]
        for mark in marks {
            let key = AccountKey(source: mark.source, code: mark.code)
            earliest[key] = min(earliest[key] ?? mark.day, mark.day)
        }
        guard !earliest.isEmpty else { return }
        let rows = earliest.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into value_dirty (source, code, from_day)
            select source, code, date '1970-01-01' + day
            from unnest(\(rows.map(\.key.source)), \(rows.map(\.key.code)), \(rows.map(\.value.daysSinceEpoch)))
                as t(source, code, day)
            on conflict (source, code) do update set from_day = least(value_dirty.from_day, excluded.from_day)
            """)
        ValueTasks.schedule(&effects)
    }

    static func put(_ costs: [Received<CostRecorded>], _ rates: RateTable, _ transaction: borrowing Transaction) throws
    {
        var latest: [String: (message: Received<CostRecorded>, rank: Int32)] = [:]
        for message in costs {
            let rank: Int32 = message.body.state == .actual ? 3 : message.body.state == .accrued ? 2 : 1
            let key = "\(message.envelope.source)\u{1}\(message.body.costId)"
            if latest[key].map({ $0.rank < rank }) ?? true { latest[key] = (message, rank) }
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        try transaction.queue(
            """
            insert into value_cost (source, cost_id, order_id, line, rank, amount)
            select source, cost_id, order_id, line, rank, amount::numeric
            from unnest(
                \(rows.map(\.message.envelope.source)), \(rows.map(\.message.body.costId)),
                \(rows.map(\.message.body.orderId)), \(rows.map { Int32($0.message.body.line) }), \(rows.map(\.rank)),
                \(rows.map { row in
                    rates.convert(
                        row.message.body.amount, from: row.message.body.currency, to: .cny,
                        on: row.message.body.serviceDate)?.description
                })) as t(source, cost_id, order_id, line, rank, amount)
            on conflict (source, cost_id) do update set
                order_id = excluded.order_id, line = excluded.line, rank = excluded.rank, amount = excluded.amount
            where excluded.rank > value_cost.rank
            """)
    }
}
