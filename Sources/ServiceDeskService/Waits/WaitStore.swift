import Contracts
import Domain
import Postgres
import ServiceKit

extension ComplaintWait: PostgresDecodable {}
extension ComplaintWaitReason: PostgresDecodable {}

/// The SQL of who is waited for about complaints.
enum WaitStore {
    /// What was said, as it is kept.
    struct StoredWait: Sendable {
        let wait: ComplaintWaits.Wait
        let fingerprint: String
    }

    /// What was said of some complaints.
    static func waits(
        _ keys: Set<ComplaintKey>, _ transaction: borrowing Transaction
    ) throws -> [ComplaintKey: [StoredWait]] {
        guard !keys.isEmpty else { return [:] }
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select w.source, w.complaint_id, w.wait_id, w.fingerprint, w.waiting, w.reason, w.began_at, w.until_at,
                w.said_by, w.note, w.on_behalf_of
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.complaintId))) as k(source, complaint_id)
            join complaint_wait w using (source, complaint_id)
            """, as: WaitRow.self)
        return Dictionary(grouping: rows, by: \.key).mapValues { $0.map(\.wait) }
    }

    /// What was said, with the complaint that it is of.
    private struct WaitRow: PostgresRow {
        let key: ComplaintKey
        let wait: StoredWait

        init(row: inout RowReader) throws(PostgresError) {
            key = ComplaintKey(source: try row("source"), complaintId: try row("complaint_id"))
            let identifier: String = try row("wait_id")
            let fingerprint: String = try row("fingerprint")
            wait = StoredWait(
                wait: ComplaintWaits.Wait(
                    waitId: identifier, waiting: try row("waiting"), reason: try row("reason"), at: try row("began_at"),
                    until: try row("until_at"), by: try row("said_by"), note: try row("note"),
                    onBehalfOf: try row("on_behalf_of")),
                fingerprint: fingerprint)
        }
    }

    /// Keeps what was said.
    static func put(
        _ rows: [(key: ComplaintKey, wait: StoredWait, isEarly: Bool)], _ transaction: borrowing Transaction
    ) throws {
        guard !rows.isEmpty else { return }
        let rows = rows.sorted { ($0.key, $0.wait.wait.waitId) < ($1.key, $1.wait.wait.waitId) }
        let waits = rows.map(\.wait.wait)
        try transaction.queue(
            """
            insert into complaint_wait (source, complaint_id, wait_id, fingerprint, waiting, reason, began_at, until_at,
                said_by, note, is_waiting, on_behalf_of)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.complaintId)), \(waits.map(\.waitId)),
                \(rows.map(\.wait.fingerprint)), \(waits.map(\.waiting.rawValue)), \(waits.map(\.reason?.rawValue)),
                \(PostgresValue.timestamps(waits.map(\.at.description))),
                \(PostgresValue.timestamps(waits.map(\.until?.description))), \(waits.map(\.by)), \(waits.map(\.note)),
                \(rows.map(\.isEarly)), \(waits.map(\.onBehalfOf)))
            """)
    }

    /// What was said of new complaints before they came waits for them no more.
    static func begin(_ keys: [ComplaintKey], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            update complaint_wait w set is_waiting = false
            from unnest(\(keys.map(\.source)), \(keys.map(\.complaintId))) as k(source, complaint_id)
            where w.source = k.source and w.complaint_id = k.complaint_id and w.is_waiting
            """)
    }
}
