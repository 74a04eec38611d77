import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what was said of the organisation and its people.
enum PeopleStore {
    /// What is known, with when it was written down: for whoever has the lock of it.
    static func known(
        _ transaction: borrowing Transaction
    ) throws -> (nodes: [String: KnownLife<NodeLife>], persons: [String: KnownLife<PersonLife>]) {
        let words = try transaction.ask(
            """
            select distinct on (subject, key) subject, key, recorded_at from people_word
            order by subject, key, revision desc
            """, as: (String, String, Timestamp).self)
        let known = try PeopleReplica.known(transaction)
        var recorded: [String: [String: Timestamp]] = [:]
        for (subject, key, at) in try words.rows() { recorded[subject, default: [:]][key] = at }
        let nodes = Dictionary(grouping: known.nodes, by: \.id).map { id, records in
            KnownLife(
                life: NodeLife(node: id, records: records), revision: known.nodeRevisions[id] ?? 0,
                recordedAt: recorded["node"]?[id])
        }
        let persons = Dictionary(grouping: known.persons, by: \.login).map { login, records in
            KnownLife(
                life: PersonLife(login: login, records: records), revision: known.personRevisions[login] ?? 0,
                recordedAt: recorded["person"]?[login])
        }
        return (
            Dictionary(uniqueKeysWithValues: nodes.map { ($0.life.node, $0) }),
            Dictionary(uniqueKeysWithValues: persons.map { ($0.life.login, $0) })
        )
    }

    /// A change with who said it.
    struct Word {
        let change: PeopleChange
        let source: String
        let messageId: String
        let by: String?
        let reason: String?
    }

    /// Writes changes down, and what holds now.
    static func put(_ words: [Word], at now: Timestamp, _ transaction: borrowing Transaction) throws {
        guard !words.isEmpty else { return }
        try transaction.queue(
            """
            insert into people_word
                (subject, key, revision, life, recorded_at, source, message_id, said_by, reason, taken_at)
            select subject, key, revision, life::jsonb, recorded_at, source, message_id, said_by, reason, \(now)
            from unnest(
                \(words.map(\.change.subject)), \(words.map(\.change.key)), \(words.map { Int64($0.change.revision) }),
                \(words.map { String(decoding: $0.change.encoded, as: UTF8.self) }), \(words.map(\.change.recordedAt)),
                \(words.map(\.source)), \(words.map(\.messageId)), \(words.map(\.by)), \(words.map(\.reason)))
                as w(subject, key, revision, life, recorded_at, source, message_id, said_by, reason)
            """)
        var nodes: [(life: NodeLife, revision: Int)] = []
        var persons: [(life: PersonLife, revision: Int)] = []
        for word in words {
            switch word.change.life {
            case .node(let life): nodes.append((life, word.change.revision))
            case .person(let life): persons.append((life, word.change.revision))
            }
        }
        try PeopleReplica.put(nodes, transaction)
        try PeopleReplica.put(persons, transaction)
    }

    /// Notes that what is known was said again later: what was written down between is passed over.
    static func note(_ again: [PeopleChange], _ transaction: borrowing Transaction) throws {
        guard !again.isEmpty else { return }
        try transaction.queue(
            """
            update people_word w set recorded_at = a.recorded_at
            from (
                select subject, key, revision, max(recorded_at) as recorded_at
                from unnest(
                    \(again.map(\.subject)), \(again.map(\.key)), \(again.map { Int64($0.revision) }),
                    \(again.map(\.recordedAt))) as s(subject, key, revision, recorded_at)
                group by subject, key, revision
            ) a
            where w.subject = a.subject and w.key = a.key and w.revision = a.revision
                and w.recorded_at < a.recorded_at
            """)
    }
}

extension PeopleChange {
    /// Of what it is a change, as the table names it.
    fileprivate var subject: String {
        switch life {
        case .node: "node"
        case .person: "person"
        }
    }

    /// All days, as JSON.
    fileprivate var encoded: [UInt8] {
        switch life {
        case .node(let life): life.encode()
        case .person(let life): life.encode()
        }
    }
}
