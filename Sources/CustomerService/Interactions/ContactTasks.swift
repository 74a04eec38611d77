import Contracts
import Domain
import Postgres
import ServiceKit

/// What is done once a day: key customers that nobody speaks with are told of, and what is past its time goes.
struct ContactTasks: Sendable {
    /// The names of the tasks.
    static let coverageTask = "contact.coverage"
    static let retentionTask = "interactions.retention"

    let policy: ContactPolicy

    /// Key customers without contact at a time: those with most revenue of orders in the 90 days before.
    static func lapsed(keyShare: Int, days: Int, at: Timestamp) -> SQL {
        let now = PostgresValue.timestamp(at.description)
        let today = at.day().daysSinceEpoch
        return """
            with revenue as (
                select a.customer_id, sum(o.revenue) as revenue
                from value_order o join account a on a.source = o.source and a.code = o.customer_code
                where o.revision > o.cancel_revision
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

    func coverage(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        let now = PostgresValue.timestamp(due.description)
        // Somebody is told once for a silence, and again when it has lasted as long once more.
        let rows = try transaction.query(
            """
            with lapsed as (\(Self.lapsed(keyShare: policy.keyShare, days: policy.days, at: due)))
            insert into contact_lapse as told (customer_id, last_contact_at, told_at)
            select customer_id, last_at, \(now)::timestamptz from lapsed order by customer_id
            on conflict (customer_id) do update set
                last_contact_at = excluded.last_contact_at, told_at = excluded.told_at
            where told.last_contact_at is distinct from excluded.last_contact_at
                or told.told_at <= excluded.told_at - \(policy.days) * interval '1 day'
            returning customer_id, (extract(epoch from last_contact_at) * 1000000)::bigint
            """, as: (String, Int64?).self)
        guard !rows.isEmpty else { return }
        let customers = try transaction.query(
            """
            select customer_id, name, branch, sales_owner from customer
            where customer_id = any(\(rows.map(\.0))) order by customer_id
            """, as: (String, String?, String?, String?).self)
        let last = Dictionary(rows) { first, _ in first }
        for customer in customers {
            effects.publish(
                ContactLapsed(
                    customerId: customer.0, name: customer.1, branch: customer.2, owner: customer.3,
                    lastContactAt: (last[customer.0] ?? nil).map {
                        Timestamp(microsecondsSinceEpoch: $0, offsetMinutes: 480)
                    }, afterDays: policy.days, foundAt: due), key: customer.0)
        }
        effects.count("contacts_lapsed", customers.count)
    }

    /// Takes away what was said longer ago than its channel is kept; the key of a person of whom nothing is left goes too.
    func retain(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        let limits = policy.retention.sorted { $0.key.rawValue < $1.key.rawValue }
        let gone = try transaction.execute(
            """
            delete from interaction_payload p
            using interaction i, unnest(\(limits.map(\.key.rawValue)), \(limits.map(\.value))) as k(channel, days)
            where p.source = i.source and p.channel = i.channel and p.interaction_id = i.interaction_id
                and i.channel = k.channel
                and i.happened_at < \(PostgresValue.timestamp(due.description))::timestamptz - k.days * interval '1 day'
            """)
        if gone > 0 {
            try transaction.queue(
                """
                update person o set key = null where key is not null and not exists (
                    select from interaction i join interaction_payload p using (source, channel, interaction_id)
                    where i.person_id = o.person_id)
                """)
        }
        effects.count("interactions_past_retention", gone)
    }
}
