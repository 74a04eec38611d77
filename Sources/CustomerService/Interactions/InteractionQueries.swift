import Contracts
import Postgres
import ServiceKit

/// What may be asked of interactions.
struct InteractionQueries: Sendable {
    let policy: ContactPolicy

    var all: [Query] {
        [
            Query(InteractionQuestions.list, list), Query(InteractionQuestions.consent, consent),
            Query(InteractionQuestions.erasures, erasures), Query(InteractionQuestions.coverage, coverage),
        ]
    }

    private func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let customer = try GraphReader.party(arguments, transaction)
        return [try Self.interactions(of: customer, arguments, transaction)]
    }

    /// The latest contacts of a customer, opened where they can be.
    static func interactions(
        of customer: String, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        let order: SQL = "happened_at desc, id, source, channel"
        let selection = try arguments.selection(
            of: "interactions",
            """
            select i.*, i.interaction_id as id,
                to_char(i.happened_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"') as at
            from account a join interaction i on i.source = a.source and i.code = a.code
            where a.customer_id = \(customer)
            """, order: order)
        let rows = try transaction.query(
            """
            select i.source, i.channel, i.id, i.code, i.said_by, i.at,
                coalesce(c.state, w.state, 'not asked'), p.sealed, o.key, i.happened_at::text
            from (\(selection)) i
            left join interaction_payload p using (source, channel, interaction_id)
            left join person o on o.person_id = i.person_id
            left join consent c on c.person_id = i.person_id and c.channel = i.channel
            left join lateral (
                select w.state from consent w where w.source = i.source and w.code = i.code and w.is_whole
                    and w.channel = i.channel limit 1) w on true
            order by i.happened_at desc, i.id, i.source, i.channel
            """, as: (String, String, String, String, String, String, String, [UInt8]?, [UInt8]?, String).self)
        return try arguments.table(
            "interactions",
            selected: rows.map { row in
                let name = PersonVault.InteractionKey(source: row.0, channel: row.1, interactionId: row.2)
                let payload = row.7.flatMap { sealed in
                    row.8.flatMap { PersonVault.open(sealed, of: name, key: $0) }
                }
                return [
                    row.5, row.1, row.0, row.3, row.4, payload?.with, payload?.summary ?? "(no longer kept)", row.6,
                    row.2,
                ]
            }, keys: rows.map { [$0.9, $0.2, $0.0, $0.1] })
    }

    private func consent(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let customer = try GraphReader.party(arguments, transaction)
        return [
            try arguments.table(
                "consent",
                """
                select c.source, c.code, case when c.is_whole then 'the customer as a whole' else c.person_id end as person,
                    c.channel, c.state, c.said_at, c.recorded_by
                from account a join consent c on c.source = a.source and c.code = a.code
                where a.customer_id = \(customer) order by c.source, c.code, c.person_id, c.channel
                """, transaction)
        ]
    }

    private func erasures(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "erasures",
                """
                select erasure_id, source, code, case when person_id is null then 'everybody' else person_id end as person,
                    asked_by, asked_at, done_at, interactions
                from erasure where erasure_id = coalesce(\(arguments["id"].postgresBind), erasure_id)
                order by done_at desc, erasure_id
                """, transaction)
        ]
    }

    private func coverage(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let days = arguments.optionalInteger("days") ?? policy.days
        let share = arguments.optionalInteger("share") ?? policy.keyShare
        let at = try arguments.time("at")
        return [
            try arguments.table(
                "no contact",
                """
                select customer_id, name, branch, sales_owner, revenue, last_at as last_contact_at
                from (\(ContactTasks.lapsed(keyShare: share, days: days, at: at))) l
                """, transaction)
        ]
    }
}
