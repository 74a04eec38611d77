import Domain
import Postgres
import ServiceKit

/// The SQL of key customers that nobody speaks with.
enum ContactStore {
    /// A key customer with whom nobody has spoken for too long.
    struct Lapsed {
        let id: String
        let name: String?
        let branch: String?
        let owner: String?
        let lastContactAt: Timestamp?
    }

    /// Key customers without contact at a time: those with most revenue of orders in the 90 days before.
    static func lapsed(keyShare: Int, days: Int, at: Timestamp) -> SQL {
        let now = PostgresValue.timestamp(at.description)
        let today = at.day().daysSinceEpoch
        return """
            with revenue as (
                select a.customer_id, sum(o.revenue) as revenue
                from value_order o join account a on a.source = o.source and a.code = o.customer_code
                where \(ValueFactStore.orders.counts("o"))
                    and o.day between date '1970-01-01' + \(today - 89) and date '1970-01-01' + \(today)
                group by 1
            ), ranked as (
                select *, row_number() over (order by revenue desc, customer_id) as place, count(*) over () as total
                from revenue where revenue > 0
            ), contact as (
                select a.customer_id, max(i.happened_at) as last_at
                from interaction i join account a on a.source = i.source and a.code = i.code
                where i.happened_at <= \(now)::timestamptz group by 1
            )
            select r.customer_id, c.name, c.branch, c.sales_owner, r.revenue, l.last_at
            from ranked r join customer c on c.customer_id = r.customer_id
            left join contact l on l.customer_id = r.customer_id
            where r.place <= ceil(r.total * \(keyShare) / 100.0)
                and (l.last_at is null or l.last_at < \(now)::timestamptz - \(days) * interval '1 day')
            """
    }

    /// Takes back that customers were told of as silent, where somebody has spoken with them since they last were: one that is
    /// silent again is told of again.
    ///
    /// - Returns: the customers.
    static func spoken(
        _ contacts: [(account: AccountKey, at: Timestamp)], _ transaction: borrowing Transaction
    ) throws -> [String] {
        guard !contacts.isEmpty else { return [] }
        let gone = try transaction.query(
            """
            delete from contact_lapse l using (
                select a.customer_id, max(k.at) as at
                from unnest(
                    \(contacts.map(\.account.source)), \(contacts.map(\.account.code)),
                    \(PostgresValue.timestamps(contacts.map(\.at.description)))) as k(source, code, at)
                join account a on a.source = k.source and a.code = k.code
                group by a.customer_id
            ) s
            where l.customer_id = s.customer_id and (l.last_contact_at is null or s.at > l.last_contact_at)
            returning l.customer_id
            """, as: String.self)
        return gone.sorted()
    }

    /// Those without contact at a time, written down as told. Somebody is told once for a silence, and again when it has
    /// lasted as long once more.
    static func lapsed(
        _ policy: ContactPolicy, at due: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [Lapsed] {
        let now = PostgresValue.timestamp(due.description)
        let rows = try transaction.query(
            """
            with lapsed as (\(lapsed(keyShare: policy.keyShare, days: policy.days, at: due)))
            insert into contact_lapse as told (customer_id, last_contact_at, told_at)
            select customer_id, last_at, \(now)::timestamptz from lapsed order by customer_id
            on conflict (customer_id) do update set
                last_contact_at = excluded.last_contact_at, told_at = excluded.told_at
            where told.last_contact_at is distinct from excluded.last_contact_at
                or told.told_at <= excluded.told_at - \(policy.days) * interval '1 day'
            returning customer_id, (extract(epoch from last_contact_at) * 1000000)::bigint
            """, as: (String, Int64?).self)
        guard !rows.isEmpty else { return [] }
        let customers = try transaction.query(
            """
            select customer_id, name, branch, sales_owner from customer
            where customer_id = any(\(rows.map(\.0))) order by customer_id
            """, as: (String, String?, String?, String?).self)
        let last = Dictionary(rows) { first, _ in first }
        return customers.map { customer in
            Lapsed(
                id: customer.0, name: customer.1, branch: customer.2, owner: customer.3,
                lastContactAt: (last[customer.0] ?? nil).map {
                    Timestamp(microsecondsSinceEpoch: $0).inZone()
                })
        }
    }
}
