import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what customers were told of their complaints.
enum StatusStore {
    /// What was told last: its number, and by what it is known again.
    static func told(
        _ keys: Set<ComplaintKey>, _ transaction: borrowing Transaction
    ) throws -> [ComplaintKey: (revision: Int, mark: String?)] {
        guard !keys.isEmpty else { return [:] }
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select c.source, c.complaint_id, c.status_revision, c.status_mark
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.complaintId))) as k(source, complaint_id)
            join complaint c using (source, complaint_id)
            """, as: (String, String, Int, String?).self)
        return Dictionary(
            uniqueKeysWithValues: rows.map {
                (ComplaintKey(source: $0.0, complaintId: $0.1), (revision: $0.2, mark: $0.3))
            })
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
