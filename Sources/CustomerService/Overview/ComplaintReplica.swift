import Contracts
import Domain
import Postgres
import ServiceKit

/// What the service desk says of complaints, the latest word of each.
enum ComplaintReplica {
    static func opened(
        _ messages: [Received<ComplaintOpened>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try put(messages.map(\.body.complaint), at: effects.now, transaction)
    }

    static func progressed(
        _ messages: [Received<ComplaintProgressed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try put(messages.map(\.body.complaint), at: effects.now, transaction)
    }

    /// Each word says all that is to be known of its complaint, so that the one with the highest revision is enough.
    private static func put(
        _ complaints: [ComplaintStanding], at now: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        try LastHeard.note(.servicedesk, now, transaction)
        let latest = Dictionary(
            complaints.map { (OrderKey(source: $0.source, orderId: $0.complaintId), $0) }
        ) { $0.revision >= $1.revision ? $0 : $1 }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        try transaction.queue(
            """
            insert into complaint_replica (source, complaint_id, code, customer_of, order_id, order_of, category, severity,
                state, state_by, note, promised_at, opened_at, state_at, revision)
            select * from unnest(
                \(rows.map(\.source)), \(rows.map(\.complaintId)), \(rows.map(\.customerCode)),
                \(rows.map(\.customerSource)), \(rows.map(\.orderId)), \(rows.map(\.orderSource)),
                \(rows.map(\.category.rawValue)), \(rows.map(\.severity.rawValue)), \(rows.map(\.state.rawValue)),
                \(rows.map(\.by)), \(rows.map(\.note)),
                \(PostgresValue.timestamps(rows.map(\.promisedAt?.description))),
                \(PostgresValue.timestamps(rows.map(\.openedAt.description))),
                \(PostgresValue.timestamps(rows.map(\.at.description))), \(rows.map { Int32($0.revision) }))
            on conflict (source, complaint_id) do update set
                order_of = excluded.order_of, state = excluded.state, state_by = excluded.state_by, note = excluded.note,
                promised_at = excluded.promised_at, state_at = excluded.state_at, revision = excluded.revision
            where excluded.revision > complaint_replica.revision
            """)
    }

    /// The complaints of a customer under whatever codes: all that are open, and the latest twenty of the others. The table says
    /// when there are more.
    static func block(
        _ customer: String, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        let found: SQL = """
            select r.*, r.state = 'closed' as is_closed, row_number() over (
                partition by r.state = 'closed' order by r.opened_at desc, r.source, r.complaint_id) as place
            from account a join complaint_replica r on r.customer_source = a.source and r.code = a.code
            where a.customer_id = \(customer)
            """
        let isLeftOut = try arguments.reading("complaints", transaction) {
            try transaction.query(
                "select exists (select from (\(found)) c where is_closed and place > 20)", as: Bool.self)
        }
        return try arguments.table(
            "complaints",
            """
            select opened_at, severity, category, state, state_at, state_by, note, promised_at, source, order_id,
                complaint_id
            from (\(found)) as c where not is_closed or place <= 20
            order by is_closed, place
            """, transaction
        ).saying(isCut: isLeftOut.contains(true))
    }
}
