import Contracts
import Domain
import Postgres
import ServiceKit

/// Complaints, told to whoever looks after the order or the customer: when one comes, and when it is done with.
enum ComplaintNotices {
    static func opened(
        _ messages: [Received<ComplaintOpened>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell(messages.map(\.body.complaint), transaction)
    }

    static func progressed(
        _ messages: [Received<ComplaintProgressed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell(messages.map(\.body.complaint), transaction)
    }

    private struct Notice {
        let id: String
        let kind: String
        let complaint: ComplaintStanding
        let detail: String
        let at: Timestamp
        var clearedAt: Timestamp?
    }

    /// Each word says all that is known, so that it does not matter which comes first: that a complaint came is told once,
    /// until it is closed; that it was closed once for each time it was. Whose it is may be known only later.
    private static func tell(_ complaints: [ComplaintStanding], _ transaction: borrowing Transaction) throws {
        var notices: [String: Notice] = [:]
        for complaint in complaints {
            let subject =
                "complaint \(complaint.complaintId): \(complaint.severity.rawValue), "
                + complaint.category.rawValue
            let openedId = StableIdentifier.of("complaint-opened", complaint.source, complaint.complaintId)
            notices[openedId] = Notice(
                id: openedId, kind: "complaint-opened", complaint: complaint, detail: subject, at: complaint.openedAt,
                clearedAt: complaint.state == .closed ? complaint.at : notices[openedId]?.clearedAt)
            guard complaint.state == .closed else { continue }
            let closedId = StableIdentifier.of(
                "complaint-closed", complaint.source, complaint.complaintId,
                String(complaint.at.microsecondsSinceEpoch))
            notices[closedId] = Notice(
                id: closedId, kind: "complaint-closed", complaint: complaint,
                detail: "\(subject); closed by \(complaint.by)" + (complaint.note.map { ": \($0)" } ?? ""),
                at: complaint.at)
        }
        let rows = notices.values.sorted { $0.id < $1.id }
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, sales_owner, order_id, detail,
                told_at, cleared_at)
            select id, kind, customer, coalesce(o.business_line, '*'), coalesce(o.sales_owner, a.sales_owner),
                t.order_id, detail, told, cleared
            from unnest(
                \(rows.map(\.id)), \(rows.map(\.kind)), \(rows.map(\.complaint.customerId)),
                \(rows.map(\.complaint.source)), \(rows.map(\.complaint.customerCode)),
                \(rows.map(\.complaint.orderId)), \(rows.map(\.detail)),
                \(PostgresValue.timestamps(rows.map(\.at.description))),
                \(PostgresValue.timestamps(rows.map(\.clearedAt?.description))))
                as t(id, kind, customer, source, code, order_id, detail, told, cleared)
            left join orders o on o.source = t.source and o.order_id = t.order_id
            left join account a on a.source = t.source and a.code = t.code
            on conflict (notice_id) do update set
                sales_owner = coalesce(finance_notice.sales_owner, excluded.sales_owner),
                cleared_at = coalesce(finance_notice.cleared_at, excluded.cleared_at)
            """)
    }
}
