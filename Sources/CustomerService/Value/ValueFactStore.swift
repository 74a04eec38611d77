import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit

/// The SQL of what value is judged by: facts go in in any order, and say which accounts are to be judged anew.
enum ValueFactStore {
    /// How the orders stand that value is judged by.
    static let orders = OrderReplica("value_order", cancelled: "cancel_revision")

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
        /// Its currency when there is no rate for it: the amounts are nought then, and not known.
        let noRate: Currency?
    }

    /// Takes orders; of several revisions the highest holds. The cost is what the order states; ``settle(_:_:)`` says
    /// better where there is better.
    static func put(_ rows: [OrderRow], _ transaction: borrowing Transaction) throws {
        let rows = rows.onePerKey {
            OrderKey(source: $0.source, orderId: $0.order.orderId)
        } replaces: {
            $0.order.revision > $1.order.revision
        }.map(\.value)
        try transaction.queue(
            """
            insert into value_order (source, order_id, revision, customer_code, branch, business_line, day, revenue,
                costed_revenue, cost, lines, promised_on, sales_owner, no_rate)
            select source, order_id, revision, code, branch, line, date '1970-01-01' + day, revenue, costed, cost,
                lines::jsonb, promised::timestamptz, owner, no_rate
            from unnest(
                \(rows.map(\.source)), \(rows.map(\.order.orderId)), \(rows.map { Int32($0.order.revision) }),
                \(rows.map(\.order.customer.code)), \(rows.map(\.order.branch)), \(rows.map(\.order.businessLine)),
                \(rows.map { $0.order.placedAt.day().daysSinceEpoch }),
                \(rows.map(\.revenue)),
                \(rows.map(\.costedRevenue)),
                \(rows.map(\.cost)), \(rows.map(\.lines)),
                \(rows.map(\.order.promisedAt?.description)), \(rows.map(\.order.salesOwner)),
                \(rows.map(\.noRate?.code)))
                as t(source, order_id, revision, code, branch, line, day, revenue, costed, cost, lines, promised, owner,
                    no_rate)
            on conflict (source, order_id) do update set
                revision = excluded.revision, customer_code = excluded.customer_code, branch = excluded.branch,
                business_line = excluded.business_line, day = excluded.day, revenue = excluded.revenue,
                costed_revenue = excluded.costed_revenue, cost = excluded.cost, lines = excluded.lines,
                promised_on = excluded.promised_on, sales_owner = excluded.sales_owner, no_rate = excluded.no_rate
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
            select k.place, o.order_id, o.revision, o.day, o.branch, o.sales_owner
            from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))) with ordinality as k(source, code, place)
            cross join lateral (
                select * from value_order v
                where v.source = k.source and v.customer_code = k.code and \(orders.counts("v"))
                order by v.day desc, v.order_id desc limit \(AccountHome.memory)
            ) o
            """, as: PlacedWord.self)
        return Dictionary(grouping: rows) { accounts[$0.place - 1] }.mapValues { $0.map(\.word) }
    }

    /// What an order says of an account that stands in that place of those asked for, from 1.
    private struct PlacedWord: PostgresRow {
        let place: Int
        let word: AccountHome.Word

        init(row: inout RowReader) throws(PostgresError) {
            place = try row("place")
            word = AccountHome.Word(
                orderId: try row("order_id"), revision: try row("revision"), day: try row("day"),
                branch: try row("branch"), salesOwner: try row("sales_owner"))
        }
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
        let rows = marks.onePerKey({ AccountKey(source: $0.source, code: $0.code) }, replaces: { $0.day < $1.day })
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into value_dirty (source, code, from_day)
            select source, code, date '1970-01-01' + day
            from unnest(\(rows.map(\.key.source)), \(rows.map(\.key.code)), \(rows.map(\.value.day.daysSinceEpoch)))
                as t(source, code, day)
            on conflict (source, code) do update set from_day = least(value_dirty.from_day, excluded.from_day)
            """)
        ValueTasks.schedule(&effects)
    }

    static func put(_ costs: [Received<CostRecorded>], _ rates: RateTable, _ transaction: borrowing Transaction) throws
    {
        // A cost stands with its order.
        var latest: [CostKey: (message: Received<CostRecorded>, rank: Int32)] = [:]
        for message in costs {
            let rank: Int32 = message.body.state == .actual ? 3 : message.body.state == .accrued ? 2 : 1
            let (source, body) = message.body.asOfItsSystem(toldBy: message.envelope.source)
            let key = CostKey(
                source: body.orderSource ?? source,
                costId: body.orderSource == nil ? body.costId : "\(source)/\(body.costId)")
            if latest[key].map({ $0.rank < rank }) ?? true { latest[key] = (message, rank) }
        }
        let sorted = latest.sorted { $0.key < $1.key }
        let rows = sorted.map(\.value)
        try transaction.queue(
            """
            insert into value_cost (source, cost_id, order_id, line, rank, amount)
            select source, cost_id, order_id, line, rank, amount::numeric
            from unnest(
                \(sorted.map(\.key.source)), \(sorted.map(\.key.identifier)),
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

// MARK: Events as they come

extension ValueFactStore {
    /// Takes over how orders were done; the highest revision stays.
    static func complete(
        _ rows: [(key: OrderKey, body: OrderCompleted)], _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            insert into value_order (source, order_id, done_revision, done_on, is_late, is_damaged)
            select source, order_id, revision, date '1970-01-01' + day, late, damaged
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.orderId)), \(rows.map { Int32($0.body.revision) }),
                \(rows.map { $0.body.completedAt.day().daysSinceEpoch }),
                \(rows.map { $0.body.onTime.map { !$0 } }), \(rows.map(\.body.damaged)))
                as t(source, order_id, revision, day, late, damaged)
            on conflict (source, order_id) do update set
                done_revision = excluded.done_revision, done_on = excluded.done_on, is_late = excluded.is_late,
                is_damaged = excluded.is_damaged
            where excluded.done_revision > value_order.done_revision
            """)
    }

    /// Makes sure of the rows of orders, which other copies wait for from now on.
    static func hold(_ keys: [(source: String, orderId: String)], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into value_order (source, order_id)
            select distinct source, order_id
            from unnest(\(keys.map(\.source)), \(keys.map(\.orderId))) as t(source, order_id) order by 1, 2
            on conflict (source, order_id) do update set revision = value_order.revision
            """)
    }

    /// Takes over on which days somebody spoke with customers.
    static func put(_ messages: [Received<InteractionLogged>], _ transaction: borrowing Transaction) throws {
        let accounts = messages.map { $0.key($0.body.customer.code, of: $0.body.customer.source) as AccountKey }
        try transaction.queue(
            """
            insert into value_contact (source, interaction_id, customer_code, day)
            select source, id, code, date '1970-01-01' + day
            from unnest(
                \(accounts.map(\.source)), \(messages.map { $0.number($0.body.interactionId, in: $0.body.customer.source) }),
                \(messages.map(\.body.customer.code)), \(messages.map { $0.body.at.day().daysSinceEpoch }))
                as t(source, id, code, day)
            order by 1, 2 on conflict do nothing
            """)
    }

    /// How much of a table is in a currency without a rate, by currency.
    static func withoutRate(_ table: SQL, _ transaction: borrowing Transaction) throws -> [(String, Double)] {
        try transaction.query(
            "select no_rate, count(*)::float8 from \(table) where no_rate is not null group by 1 order by 1",
            as: (String, Double).self
        ).map { ($0.0, $0.1) }
    }

    /// Whether a customer of this identifier is known.
    static func isCustomer(_ customerId: String, _ transaction: borrowing Transaction) throws -> Bool {
        try !transaction.query("select customer_id from customer where customer_id = \(customerId)", as: String.self)
            .isEmpty
    }

    /// Takes over what was decided last of a customer: whether it is strategic from a day on.
    static func put(_ body: SetStrategic, at time: Timestamp, _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into value_strategic (customer_id, from_day, is_strategic, reason, decided_by, decided_at)
            values (\(body.customerId), date '1970-01-01' + \(body.from.daysSinceEpoch), \(body.isStrategic),
                \(body.reason), \(body.by), \(PostgresValue.timestamp(time.description)))
            on conflict (customer_id, from_day) do update set
                is_strategic = excluded.is_strategic, reason = excluded.reason, decided_by = excluded.decided_by,
                decided_at = excluded.decided_at
            where excluded.decided_at >= value_strategic.decided_at
            """)
    }

    /// Marks everybody of the 400 days before a day. Who is marked already stays marked as it is.
    static func markAll(on day: CalendarDay, _ transaction: borrowing Transaction) throws {
        let epochDay = day.daysSinceEpoch
        try transaction.queue(
            """
            insert into value_dirty (source, code, from_day)
            select source, customer_code, date '1970-01-01' + \(epochDay) from (
                select source, customer_code from value_order
                where customer_code is not null and day >= date '1970-01-01' + \(epochDay) - 400
                union select source, customer_code from value_invoice
                where customer_code is not null and (settled_on is null or due_on >= date '1970-01-01' + \(epochDay) - 400)
            ) a order by 1, 2
            on conflict do nothing
            """)
    }

    /// An account that has another customer than before takes all its past along.
    ///
    /// - Returns: how many have; as many as are allowed when there may be more.
    static func moveHomes(atMost most: Int, _ transaction: borrowing Transaction) throws -> Int {
        try transaction.query(
            """
            with moved as materialized (
                select a.source, a.code, a.customer_id, h.customer_id as old_id
                from account a left join value_home h using (source, code)
                where a.customer_id is distinct from h.customer_id
                order by a.source, a.code limit \(most)
            ), marked as (
                insert into value_dirty (source, code, from_day)
                select source, code, date '1970-01-01' from moved
                union
                select '', old_id, date '1970-01-01' from moved where old_id is not null
                order by 1, 2
                on conflict (source, code) do update set from_day = least(value_dirty.from_day, excluded.from_day)
            ), kept as (
                insert into value_home (source, code, customer_id) select source, code, customer_id from moved
                on conflict (source, code) do update set customer_id = excluded.customer_id
            )
            select count(*) from moved
            """, as: Int.self
        ).first ?? 0
    }
}
