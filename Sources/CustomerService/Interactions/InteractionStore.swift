import Contracts
import Crypto
import Domain
import Postgres
import ServiceKit

/// A contact as it is written down.
struct InteractionEntry {
    let key: PersonVault.InteractionKey
    let personId: String
    let body: InteractionLogged

    var account: AccountKey { AccountKey(source: key.source, code: body.customer.code) }
}

/// The SQL of contacts: the ledger, and beside it, sealed, what is personal.
enum InteractionStore {
    /// Writes into the ledger; says which were not there.
    static func put(
        _ entries: [InteractionEntry], _ transaction: borrowing Transaction
    ) throws -> [InteractionEntry] {
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
    static func keep(_ entries: [InteractionEntry], _ transaction: borrowing Transaction) throws {
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
        var sealed: [(key: PersonVault.InteractionKey, sealed: [UInt8])] = []
        for entry in kept {
            let payload = PersonalPayload(with: entry.body.with, summary: entry.body.summary)
            sealed.append(
                (entry.key, try PersonVault.seal(payload, of: entry.key, key: keyOf[entry.personId] ?? [])))
        }
        try put(sealed, transaction)
    }

    private static func put(
        _ sealed: [(key: PersonVault.InteractionKey, sealed: [UInt8])], _ transaction: borrowing Transaction
    ) throws {
        guard !sealed.isEmpty else { return }
        try transaction.queue(
            """
            insert into interaction_payload (source, channel, interaction_id, sealed)
            select * from unnest(
                \(sealed.map(\.key.source)), \(sealed.map(\.key.channel)), \(sealed.map(\.key.interactionId)),
                \(sealed.map(\.sealed)))
            on conflict do nothing
            """)
    }

    /// The persons of an account who have ever been spoken with.
    static func persons(of account: AccountKey, _ transaction: borrowing Transaction) throws -> [String] {
        try transaction.query(
            "select person_id from person where source = \(account.source) and code = \(account.code)",
            as: String.self)
    }

    /// Makes everything unreadable that was said to some persons until a time. What was said later is sealed anew.
    ///
    /// - Returns: how many contacts can be read no more.
    static func forget(_ persons: [String], until: Timestamp, _ transaction: borrowing Transaction) throws -> Int {
        guard !persons.isEmpty else { return 0 }
        let rows = try transaction.query(
            """
            select i.source, i.channel, i.interaction_id, i.person_id, i.happened_at, p.sealed, o.key
            from interaction i join interaction_payload p using (source, channel, interaction_id)
            join person o on o.person_id = i.person_id
            where i.person_id = any(\(persons)) order by i.source, i.channel, i.interaction_id
            """, as: SealedContact.self)
        var keys: [String: [UInt8]] = [:]
        var kept: [(key: PersonVault.InteractionKey, sealed: [UInt8])] = []
        for row in rows where row.happenedAt > until {
            guard let old = row.key, let payload = PersonVault.open(row.sealed, of: row.name, key: old) else {
                continue
            }
            let new = keys[row.personId] ?? PersonVault.newKey()
            keys[row.personId] = new
            kept.append((row.name, try PersonVault.seal(payload, of: row.name, key: new)))
        }
        try transaction.queue(
            """
            delete from interaction_payload p using interaction i
            where i.person_id = any(\(persons)) and p.source = i.source and p.channel = i.channel
                and p.interaction_id = i.interaction_id
            """)
        try put(kept, transaction)
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

    /// What was said to a person, sealed by the key of that person.
    private struct SealedContact: PostgresRow {
        let name: PersonVault.InteractionKey
        let personId: String
        let happenedAt: Timestamp
        let sealed: [UInt8]
        let key: [UInt8]?

        init(row: inout RowReader) throws(PostgresError) {
            name = PersonVault.InteractionKey(
                source: try row("source"), channel: try row("channel"), interactionId: try row("interaction_id"))
            personId = try row("person_id")
            happenedAt = try row("happened_at")
            sealed = try row("sealed")
            key = try row("key")
        }
    }

    /// Writes down that somebody asked to be forgotten, and how many contacts became unreadable by it.
    static func put(
        erasure id: String, of person: String?, at account: AccountKey, _ body: ErasePerson, doneAt: Timestamp,
        interactions: Int, _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            insert into erasure (erasure_id, source, code, person_id, asked_by, asked_at, done_at, interactions)
            values (\(id), \(account.source), \(account.code), \(person), \(body.by),
                \(PostgresValue.timestamp(body.at.description)), \(PostgresValue.timestamp(doneAt.description)),
                \(Int32(interactions)))
            on conflict do nothing
            """)
    }

    /// Takes away what was said longer ago than its channel is kept; the key of a person of whom nothing is left goes too.
    ///
    /// - Parameter limits: days by channel.
    /// - Returns: how many contacts can be read no more.
    static func retain(
        _ limits: [(channel: String, days: Int)], at time: Timestamp, _ transaction: borrowing Transaction
    ) throws -> Int {
        let gone = try transaction.execute(
            """
            delete from interaction_payload p
            using interaction i, unnest(\(limits.map(\.channel)), \(limits.map(\.days))) as k(channel, days)
            where p.source = i.source and p.channel = i.channel and p.interaction_id = i.interaction_id
                and i.channel = k.channel
                and i.happened_at < \(PostgresValue.timestamp(time.description))::timestamptz - k.days * interval '1 day'
            """)
        if gone > 0 {
            try transaction.queue(
                """
                update person o set key = null where key is not null and not exists (
                    select from interaction i join interaction_payload p using (source, channel, interaction_id)
                    where i.person_id = o.person_id)
                """)
        }
        return gone
    }
}

extension PersonVault {
    /// The secret of this installation, made when it is first needed.
    static func secret(_ transaction: borrowing Transaction) throws -> SymmetricKey {
        func find() throws -> [UInt8]? {
            try transaction.query("select secret from privacy_secret", as: [UInt8].self).first
        }
        if let secret = try find() { return SymmetricKey(data: secret) }
        try transaction.queue(
            "insert into privacy_secret (secret) values (\(newKey())) on conflict do nothing")
        guard let secret = try find() else {
            throw PostgresError.concurrentChange(of: "the secret of persons")
        }
        return SymmetricKey(data: secret)
    }
}
