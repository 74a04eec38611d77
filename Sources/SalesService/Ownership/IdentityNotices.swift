import Contracts
import Domain
import Postgres
import ServiceKit

/// What becomes of customers, kept for the sales people who look after them.
enum IdentityNotices {
    static func merged(
        _ messages: [Received<CustomersMerged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell("customer-merged", messages.map { ($0.envelope.id, $0.body.union) }, transaction)
    }

    static func unmerged(
        _ messages: [Received<CustomersUnmerged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell("customer-unmerged", messages.map { ($0.envelope.id, $0.body.union) }, transaction)
    }

    /// Decisions themselves; what they did is told by the others.
    static func decided(
        _ messages: [Received<IdentityDecided>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rows = messages.filter { $0.body.decision != .later && !$0.body.parties.isEmpty }
        try put(
            "identity-decided",
            rows.map { message in
                let body = message.body
                return Row(
                    id: message.envelope.id, customerId: body.parties.first ?? "",
                    detail: "\(body.decision.rawValue) of \(body.parties.count), by \(body.by)"
                        + (body.reason.map { ": \($0)" } ?? ""), at: body.at)
            }, transaction)
    }

    /// A customer in another state of its life with us.
    static func lifecycleChanged(
        _ messages: [Received<LifecycleChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try put(
            "lifecycle-changed",
            messages.map { message in
                let body = message.body
                let before = body.previous.map { ", \($0.rawValue) before" } ?? ""
                return Row(
                    id: message.envelope.id, customerId: body.customerId,
                    detail: "\(body.state.rawValue) since \(body.since)\(before): \(body.reason)", at: body.changedAt)
            }, transaction)
    }

    private struct Row {
        let id: String
        let customerId: String
        let detail: String
        let at: Timestamp
    }

    private static func tell(
        _ kind: String, _ unions: [(id: String, union: CustomerUnion)], _ transaction: borrowing Transaction
    ) throws {
        try put(
            kind,
            unions.map { id, union in
                Row(
                    id: id, customerId: union.customerId,
                    detail: "\(union.others.count) others" + (union.by.map { ", by \($0)" } ?? ", by the rules")
                        + (union.reason.map { ": \($0)" } ?? ""), at: union.at)
            }, transaction)
    }

    private static func put(_ kind: String, _ rows: [Row], _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, detail, told_at)
            select id, \(kind), customer_id, '*', detail, told_at from unnest(
                \(rows.map(\.id)), \(rows.map(\.customerId)), \(rows.map(\.detail)),
                \(rows.map { PostgresValue.timestamp($0.at.description) })) as t(id, customer_id, detail, told_at)
            on conflict do nothing
            """)
    }
}
