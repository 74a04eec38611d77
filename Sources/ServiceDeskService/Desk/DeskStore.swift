import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of who has which complaints.
enum DeskStore {
    /// How many complaints that are not done with each has.
    static func open(_ transaction: borrowing Transaction) throws -> [String: Int] {
        let rows = try transaction.query(
            """
            select agent, count(*) from complaint
            where agent is not null and state not in ('verified', 'closed') group by agent
            """, as: (String, Int).self)
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// Who has some complaints, as far as anybody does.
    static func agents(
        of keys: some Collection<ComplaintKey>, _ transaction: borrowing Transaction
    ) throws -> [ComplaintKey: String] {
        guard !keys.isEmpty else { return [:] }
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select c.source, c.complaint_id, c.agent from complaint c
            join unnest(\(sorted.map(\.source)), \(sorted.map(\.complaintId))) as k(source, complaint_id)
                using (source, complaint_id)
            where c.agent is not null
            """, as: (String, String, String).self)
        return Dictionary(rows.map { (ComplaintKey(source: $0.0, complaintId: $0.1), $0.2) }) { first, _ in first }
    }

    /// Who has complaints that are not closed.
    static func workers(_ transaction: borrowing Transaction) throws -> [String] {
        try transaction.query(
            "select distinct c.agent from complaint c where c.agent is not null and c.state <> 'closed'",
            as: String.self)
    }

    /// The complaints that some people have and that are not closed.
    static func held(by logins: [String], _ transaction: borrowing Transaction) throws -> Set<ComplaintKey> {
        let rows = try transaction.query(
            """
            select c.source, c.complaint_id from complaint c where c.agent = any(\(logins)) and c.state <> 'closed'
            """, as: (String, String).self)
        return Set(rows.map { ComplaintKey(source: $0.0, complaintId: $0.1) })
    }

    /// Says who has complaints now.
    static func give(_ agents: [ComplaintKey: String], _ transaction: borrowing Transaction) throws {
        guard !agents.isEmpty else { return }
        let rows = agents.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            update complaint c set agent = t.agent
            from unnest(\(rows.map(\.key.source)), \(rows.map(\.key.complaintId)), \(rows.map(\.value)))
                as t(source, complaint_id, agent)
            where c.source = t.source and c.complaint_id = t.complaint_id
            """)
    }
}
