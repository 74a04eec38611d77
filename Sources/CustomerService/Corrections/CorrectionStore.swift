import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of corrections.
enum CorrectionStore {
    /// The corrections of some accounts that count.
    static func standing(
        _ keys: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [AccountKey: [Correction]] {
        guard !keys.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select g.correction_id, g.source, g.code, g.field, g.value, g.by_login, g.reason, g.taken_at,
                g.decided_at
            from unnest(\(keys.map(\.source)), \(keys.map(\.code))) as k(source, code)
            join golden_correction g using (source, code) where g.ended_at is null
            """, as: StoredCorrection.self)
        return Dictionary(grouping: rows.compactMap(\.correction), by: \.account)
    }

    /// A correction as it stands in the table; `nil` when a later release has written what this one does not know.
    private struct StoredCorrection: PostgresRow {
        let correction: Correction?

        init(row: inout RowReader) throws(PostgresError) {
            let key = AccountKey(source: try row("source"), code: try row("code"))
            let name: String = try row("field")
            guard let field = GoldenField(recordName: name) else {
                correction = nil
                return
            }
            correction = Correction(
                correctionId: try row("correction_id"), account: key, field: field, value: try row("value"),
                by: try row("by_login"), reason: try row("reason"), takenAt: try row("taken_at"),
                decidedAt: try row("decided_at"))
        }
    }

    /// Writes a correction down; one of the same account and field counts no more.
    static func put(_ correction: Correction, _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            update golden_correction set ended_by = \(correction.by), ended_for = \(correction.reason),
                ended_at = \(PostgresValue.timestamp(correction.takenAt.description))
            where source = \(correction.account.source) and code = \(correction.account.code)
                and field = \(correction.field.recordName) and ended_at is null
            """)
        try transaction.queue(
            """
            insert into golden_correction (correction_id, source, code, field, value, by_login, reason, decided_at,
                taken_at)
            values (\(correction.correctionId), \(correction.account.source), \(correction.account.code),
                \(correction.field.recordName), \(correction.value), \(correction.by), \(correction.reason),
                \(correction.decidedAt), \(PostgresValue.timestamp(correction.takenAt.description)))
            """)
    }

    /// Withdraws what counts of a party's field, of whichever of its accounts it was said.
    ///
    /// - Returns: whether there was anything.
    static func withdraw(
        _ field: GoldenField, of customerId: String, by: String, reason: String, now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws -> Bool {
        let ended = try transaction.query(
            """
            update golden_correction g set ended_by = \(by), ended_for = \(reason),
                ended_at = \(PostgresValue.timestamp(now.description))
            from account a
            where a.customer_id = \(customerId) and g.source = a.source and g.code = a.code
                and g.field = \(field.recordName) and g.ended_at is null
            returning g.correction_id
            """, as: String.self)
        return !ended.isEmpty
    }

    /// Another party that has a credit code.
    static func holder(
        of creditCode: String, otherThan customerId: String, _ transaction: borrowing Transaction
    ) throws -> String? {
        try transaction.query(
            """
            select customer_id from customer
            where credit_code = \(creditCode) and merged_into is null and customer_id <> \(customerId)
            order by customer_id limit 1
            """, as: String.self
        ).first
    }
}
