import Contracts
import Domain
import Postgres
import ServiceKit

/// Who spoke with whom: into the ledger once, what is personal sealed.
enum InteractionHandlers {
    private struct Entry {
        let key: PersonVault.InteractionKey
        let personId: String
        let body: InteractionLogged

        var account: AccountKey { AccountKey(source: key.source, code: body.customer.code) }
    }

    static func logged(
        _ messages: [Received<InteractionLogged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try IdentityHandlers.take(
            messages.map {
                AccountFact(source: $0.envelope.source, code: $0.body.customer.code, saidAt: $0.body.at)
            }, transaction, &effects)
        let secret = try PersonVault.secret(transaction)
        // The same identifier by the same channel is the same contact: the first word stays.
        var first: [PersonVault.InteractionKey: Entry] = [:]
        for message in messages {
            let (source, body) = (message.envelope.source, message.body)
            let key = PersonVault.InteractionKey(
                source: source, channel: body.channel.rawValue, interactionId: body.interactionId)
            if first[key] != nil { continue }
            first[key] = Entry(
                key: key,
                personId: PersonVault.person(body.with, source: source, code: body.customer.code, secret), body: body)
        }
        let entries = first.values.sorted { $0.key < $1.key }
        try PersonVault.lock(Set(entries.map(\.account)), transaction)
        let fresh = try put(entries, transaction)
        effects.count("interactions_logged", fresh.count)
        effects.count("interactions_repeated", messages.count - fresh.count)
        try keep(fresh, transaction)
        try TimelineHandlers.interactions(
            fresh.map {
                (
                    source: $0.key.source, eventId: $0.key.interactionId, code: $0.body.customer.code,
                    channel: $0.key.channel, by: $0.body.by, at: $0.body.at
                )
            }, transaction)
    }

    /// Writes into the ledger; says which were not there.
    private static func put(_ entries: [Entry], _ transaction: borrowing Transaction) throws -> [Entry] {
        let rows = try transaction.query(
            """
            insert into interaction (source, channel, interaction_id, code, person_id, said_by, happened_at)
            select * from unnest(
                \(entries.map(\.key.source)), \(entries.map(\.key.channel)), \(entries.map(\.key.interactionId)),
                \(entries.map(\.body.customer.code)), \(entries.map(\.personId)), \(entries.map(\.body.by)),
                \(PostgresValue.timestamps(entries.map(\.body.at.description))))
            on conflict do nothing returning source, channel, interaction_id
            """, as: (String, String, String).self)
        let fresh = Set(rows.map { PersonVault.InteractionKey(source: $0.0, channel: $0.1, interactionId: $0.2) })
        return entries.filter { fresh.contains($0.key) }
    }

    /// Seals what is personal, unless the person has asked to be forgotten since it was said.
    private static func keep(_ entries: [Entry], _ transaction: borrowing Transaction) throws {
        guard !entries.isEmpty else { return }
        let erasures = try transaction.query(
            """
            select e.source, e.code, e.person_id, (extract(epoch from e.asked_at) * 1000000)::bigint
            from unnest(\(entries.map(\.key.source)), \(entries.map(\.body.customer.code))) as k(source, code)
            join erasure e using (source, code)
            """, as: (String, String, String?, Int64).self)
        let kept = entries.filter { entry in
            !erasures.contains {
                $0.0 == entry.key.source && $0.1 == entry.body.customer.code
                    && ($0.2 ?? entry.personId) == entry.personId
                    && $0.3 >= entry.body.at.microsecondsSinceEpoch
            }
        }
        guard !kept.isEmpty else { return }
        let persons = Dictionary(kept.map { ($0.personId, $0.account) }) { first, _ in first }
            .sorted { $0.key < $1.key }
        let keys = try transaction.query(
            """
            insert into person (person_id, source, code, key)
            select * from unnest(
                \(persons.map(\.key)), \(persons.map(\.value.source)), \(persons.map(\.value.code)),
                \(persons.map { _ in PersonVault.newKey() }))
            on conflict (person_id) do update set key = coalesce(person.key, excluded.key)
            returning person_id, key
            """, as: (String, [UInt8]).self)
        let keyOf = Dictionary(keys) { first, _ in first }
        var sealed: [[UInt8]] = []
        for entry in kept {
            sealed.append(
                try PersonVault.seal(
                    PersonalPayload(with: entry.body.with, summary: entry.body.summary), of: entry.key,
                    key: keyOf[entry.personId] ?? []))
        }
        try transaction.queue(
            """
            insert into interaction_payload (source, channel, interaction_id, sealed)
            select * from unnest(
                \(kept.map(\.key.source)), \(kept.map(\.key.channel)), \(kept.map(\.key.interactionId)), \(sealed))
            on conflict do nothing
            """)
    }

    // MARK: Consent

    static func consent(
        _ messages: [Received<ConsentRecorded>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try IdentityHandlers.take(
            messages.map {
                AccountFact(source: $0.envelope.source, code: $0.body.customer.code, saidAt: $0.body.at)
            }, transaction, &effects)
        let secret = try PersonVault.secret(transaction)
        var latest: [[String]: (person: String, source: String, body: ConsentRecorded)] = [:]
        for message in messages {
            let body = message.body
            let person = PersonVault.person(
                body.with, source: message.envelope.source, code: body.customer.code, secret)
            let key = [person, body.channel.rawValue]
            // Of two words of one moment, the one that forbids.
            if let before = latest[key]?.body,
                (before.at, before.state == .withdrawn ? 1 : 0) >= (body.at, body.state == .withdrawn ? 1 : 0)
            {
                continue
            }
            latest[key] = (person, message.envelope.source, body)
        }
        let rows = latest.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
        try transaction.queue(
            """
            insert into consent (source, code, person_id, is_whole, channel, state, said_at, recorded_by)
            select * from unnest(
                \(rows.map(\.source)), \(rows.map(\.body.customer.code)), \(rows.map(\.person)),
                \(rows.map { ($0.body.with ?? "").isEmpty }), \(rows.map(\.body.channel.rawValue)),
                \(rows.map(\.body.state.rawValue)),
                \(PostgresValue.timestamps(rows.map(\.body.at.description))), \(rows.map(\.body.by)))
            on conflict (person_id, channel) do update set
                state = excluded.state, said_at = excluded.said_at, recorded_by = excluded.recorded_by
            where (consent.said_at, (consent.state = 'withdrawn')::int)
                < (excluded.said_at, (excluded.state = 'withdrawn')::int)
            """)
    }
}
