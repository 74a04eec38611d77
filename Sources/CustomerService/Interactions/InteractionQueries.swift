import Contracts
import Domain
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
        let customer = try GraphStore.party(arguments, transaction)
        return [try Self.interactions(of: customer, arguments, transaction)]
    }

    /// The latest contacts of a customer, opened where they can be.
    static func interactions(
        of customer: String, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        let order: SQL = "happened_at desc, id, source, channel"
        let all: SQL = """
            select i.*, i.interaction_id as id, i.happened_at as at
            from account a join interaction i on i.source = a.source and i.code = a.code
            where a.customer_id = \(customer)
            """
        let selection = try arguments.selection(of: "interactions", all, order: order)
        let rows = try arguments.reading("interactions", transaction) {
            try transaction.query(
                """
                select i.source, i.channel, i.id, i.code, i.said_by, i.at,
                    coalesce(c.state, w.state, 'not asked') as consent, p.sealed, o.key, i.happened_at::text as happened
                from (\(selection)) i
                left join interaction_payload p using (source, channel, interaction_id)
                left join person o on o.person_id = i.person_id
                left join consent c on c.person_id = i.person_id and c.channel = i.channel
                left join lateral (
                    select w.state from consent w where w.source = i.source and w.code = i.code and w.is_whole
                        and w.channel = i.channel limit 1) w on true
                order by i.happened_at desc, i.id, i.source, i.channel
                """, as: Contact.self)
        }
        return try arguments.table(
            "interactions",
            selected: rows.map { contact in
                [
                    contact.at.description, contact.name.channel, contact.name.source, contact.code, contact.saidBy,
                    contact.payload?.with, contact.payload?.summary ?? "(no longer kept)", contact.consent,
                    contact.name.interactionId,
                ]
            },
            keys: rows.map { [$0.happenedAt, $0.name.interactionId, $0.name.source, $0.name.channel] }, of: all,
            transaction)
    }

    /// A contact, opened where it can be.
    private struct Contact: PostgresRow {
        let name: PersonVault.InteractionKey
        let code: String
        let saidBy: String
        /// To the second, as people have written it down.
        let at: Timestamp
        let consent: String
        let payload: PersonalPayload?
        let happenedAt: String

        init(row: inout RowReader) throws(PostgresError) {
            name = PersonVault.InteractionKey(
                source: try row("source"), channel: try row("channel"), interactionId: try row("id"))
            code = try row("code")
            saidBy = try row("said_by")
            let happened = try row("at", as: Timestamp.self).inZone()
            at = happened.adding(microseconds: -(happened.microsecondsSinceEpoch % 1_000_000))
            consent = try row("consent")
            let (sealed, key) = (try row("sealed", as: [UInt8]?.self), try row("key", as: [UInt8]?.self))
            if let sealed, let key { payload = PersonVault.open(sealed, of: name, key: key) } else { payload = nil }
            happenedAt = try row("happened")
        }
    }

    private func consent(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let customer = try GraphStore.party(arguments, transaction)
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
                from (\(ContactStore.lapsed(keyShare: share, days: days, at: at))) l
                """, transaction)
        ]
    }
}
