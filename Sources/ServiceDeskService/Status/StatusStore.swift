import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what customers were told of their complaints.
enum StatusStore {
    /// That a promise is about to break, as it was said.
    struct Warning: Sendable, Equatable {
        /// By when it is to be kept.
        let promisedAt: Timestamp
        /// Who had the complaint then.
        let agent: String?

        static func == (one: Warning, other: Warning) -> Bool {
            // Moments are compared, not how they are written.
            one.promisedAt.microsecondsSinceEpoch == other.promisedAt.microsecondsSinceEpoch && one.agent == other.agent
        }
    }

    /// What was told last: its number, and by what it is known again; and of which promise it was said that it is about to break.
    struct Told: PostgresRow {
        let key: ComplaintKey
        let revision: Int
        let mark: String?
        let warning: Warning?

        init(row: inout RowReader) throws(PostgresError) {
            key = ComplaintKey(source: try row("source"), complaintId: try row("complaint_id"))
            revision = try row("status_revision")
            mark = try row("status_mark")
            let agent: String? = try row("promise_told_to")
            let promised: Timestamp? = try row("promise_told")
            warning = promised.map { Warning(promisedAt: $0, agent: agent) }
        }
    }

    /// What was told last of some complaints.
    static func told(
        _ keys: Set<ComplaintKey>, _ transaction: borrowing Transaction
    ) throws -> [ComplaintKey: Told] {
        guard !keys.isEmpty else { return [:] }
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select c.source, c.complaint_id, c.status_revision, c.status_mark, c.promise_told,
                c.promise_told_to
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.complaintId))) as k(source, complaint_id)
            join complaint c using (source, complaint_id)
            """, as: Told.self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.key, $0) })
    }

    /// Complaints that are not closed, in the order of their keys.
    ///
    /// - Parameters:
    ///   - key: the last one before them; `nil` for the first of all.
    ///   - limit: how many at most.
    static func open(
        after key: ComplaintKey?, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [ComplaintKey] {
        try transaction.query(
            """
            select c.source, c.complaint_id from complaint c
            where c.state <> 'closed'
                and (c.source, c.complaint_id) > (\(key?.source ?? ""), \(key?.complaintId ?? ""))
            order by c.source, c.complaint_id limit \(limit)
            """, as: (String, String).self
        ).map { ComplaintKey(source: $0.0, complaintId: $0.1) }
    }

    /// Writes down of which promises it is said now that they are about to break, and to whom.
    static func put(
        _ warnings: [(key: ComplaintKey, warning: Warning?)], _ transaction: borrowing Transaction
    ) throws {
        guard !warnings.isEmpty else { return }
        let warnings = warnings.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            update complaint c set promise_told = t.told, promise_told_to = t.agent
            from unnest(
                \(warnings.map(\.key.source)), \(warnings.map(\.key.complaintId)),
                \(warnings.map(\.warning?.promisedAt)), \(warnings.map(\.warning?.agent)))
                as t(source, complaint_id, told, agent)
            where c.source = t.source and c.complaint_id = t.complaint_id
            """)
    }

    /// Writes down what is told now.
    static func put(
        _ rows: [(key: ComplaintKey, revision: Int, mark: String)], _ transaction: borrowing Transaction
    ) throws {
        guard !rows.isEmpty else { return }
        let rows = rows.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            update complaint c set status_revision = t.revision, status_mark = t.mark
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.complaintId)), \(rows.map { Int32($0.revision) }),
                \(rows.map(\.mark))) as t(source, complaint_id, revision, mark)
            where c.source = t.source and c.complaint_id = t.complaint_id
            """)
    }
}
