import Contracts
import Domain
import Postgres
import ServiceKit

/// A person asks to be forgotten: the key goes, and with it everything that was sealed by it.
enum ErasureHandlers {
    static func erase(
        _ messages: [Received<ErasePerson>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let secret = try PersonVault.secret(transaction)
        try PersonVault.lock(
            Set(messages.map { AccountKey(source: $0.body.source, code: $0.body.customer.code) }), transaction)
        for message in messages.sorted(by: { ($0.body.at, $0.envelope.id) < ($1.body.at, $1.envelope.id) }) {
            let body = message.body
            let isWhole = (body.with ?? "").isEmpty
            let person =
                isWhole
                ? nil : PersonVault.person(body.with, source: body.source, code: body.customer.code, secret)
            // A person who is not known is no fault: what is still on its way is to be forgotten as well, and a refusal
            // would keep the name among the dead letters.
            let persons =
                try person.map { [$0] }
                ?? transaction.query(
                    "select person_id from person where source = \(body.source) and code = \(body.customer.code)",
                    as: String.self)
            let count = try forget(persons, until: body.at, transaction)
            try transaction.queue(
                """
                insert into erasure (erasure_id, source, code, person_id, asked_by, asked_at, done_at, interactions)
                values (\(message.envelope.id), \(body.source), \(body.customer.code), \(person), \(body.by),
                    \(PostgresValue.timestamp(body.at.description)),
                    \(PostgresValue.timestamp(effects.now.description)), \(Int32(count)))
                on conflict do nothing
                """)
            effects.count("persons_erased")
        }
    }

    /// Makes everything unreadable that was said to some persons until a time. What was said later is sealed anew.
    ///
    /// - Returns: how many contacts can be read no more.
    private static func forget(
        _ persons: [String], until: Timestamp, _ transaction: borrowing Transaction
    ) throws -> Int {
        guard !persons.isEmpty else { return 0 }
        let rows = try transaction.query(
            """
            select i.source, i.channel, i.interaction_id, i.person_id,
                (extract(epoch from i.happened_at) * 1000000)::bigint, p.sealed, o.key
            from interaction i join interaction_payload p using (source, channel, interaction_id)
            join person o on o.person_id = i.person_id
            where i.person_id = any(\(persons)) order by i.source, i.channel, i.interaction_id
            """, as: (String, String, String, String, Int64, [UInt8], [UInt8]?).self)
        var keys: [String: [UInt8]] = [:]
        var kept: [(key: PersonVault.InteractionKey, sealed: [UInt8])] = []
        for row in rows where row.4 > until.microsecondsSinceEpoch {
            let name = PersonVault.InteractionKey(source: row.0, channel: row.1, interactionId: row.2)
            guard let old = row.6, let payload = PersonVault.open(row.5, of: name, key: old) else { continue }
            let new = keys[row.3] ?? PersonVault.newKey()
            keys[row.3] = new
            kept.append((name, try PersonVault.seal(payload, of: name, key: new)))
        }
        try transaction.queue(
            """
            delete from interaction_payload p using interaction i
            where i.person_id = any(\(persons)) and p.source = i.source and p.channel = i.channel
                and p.interaction_id = i.interaction_id
            """)
        if !kept.isEmpty {
            try transaction.queue(
                """
                insert into interaction_payload (source, channel, interaction_id, sealed)
                select * from unnest(\(kept.map(\.key.source)), \(kept.map(\.key.channel)),
                    \(kept.map(\.key.interactionId)), \(kept.map(\.sealed)))
                """)
        }
        try transaction.queue("update person set key = null where person_id = any(\(persons))")
        let renewed = keys.sorted { $0.key < $1.key }
        if !renewed.isEmpty {
            try transaction.queue(
                """
                update person p set key = t.key from unnest(\(renewed.map(\.key)), \(renewed.map(\.value)))
                    as t(person_id, key) where p.person_id = t.person_id
                """)
        }
        return rows.count - kept.count
    }
}
