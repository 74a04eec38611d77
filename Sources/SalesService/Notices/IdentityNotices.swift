import Contracts
import Domain
import Postgres
import ServiceKit

/// What becomes of customers, kept for the sales people who look after them.
enum IdentityNotices {
    static func merged(
        _ messages: [Received<CustomersMerged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell(.customerMerged, messages.map { ($0.envelope.id, $0.body.union) }, transaction)
    }

    static func unmerged(
        _ messages: [Received<CustomersUnmerged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell(.customerUnmerged, messages.map { ($0.envelope.id, $0.body.union) }, transaction)
    }

    /// Decisions themselves; what they did is told by the others.
    static func decided(
        _ messages: [Received<IdentityDecided>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rows = messages.filter { $0.body.decision != .later && !$0.body.parties.isEmpty }
        try NoticeStore.tell(
            rows.map { message in
                let body = message.body
                return Notice(
                    id: message.envelope.id, kind: .identityDecided, customerId: body.parties.first ?? "",
                    detail: "\(body.decision.rawValue) of \(body.parties.count), by \(body.by)"
                        + (body.reason.map { ": \($0)" } ?? ""), toldAt: body.at)
            }, transaction)
    }

    /// A customer in another state of its life with us.
    static func lifecycleChanged(
        _ messages: [Received<LifecycleChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.tell(
            messages.map { message in
                let body = message.body
                let before = body.previous.map { ", \($0.rawValue) before" } ?? ""
                return Notice(
                    id: message.envelope.id, kind: .lifecycleChanged, customerId: body.customerId,
                    detail: "\(body.state.rawValue) since \(body.since)\(before): \(body.reason)",
                    toldAt: body.changedAt)
            }, transaction)
    }

    private static func tell(
        _ kind: SalesNoticeKind, _ unions: [(id: String, union: CustomerUnion)], _ transaction: borrowing Transaction
    ) throws {
        try NoticeStore.tell(
            unions.map { id, union in
                Notice(
                    id: id, kind: kind, customerId: union.customerId,
                    detail: "\(union.others.count) others" + (union.by.map { ", by \($0)" } ?? ", by the rules")
                        + (union.reason.map { ": \($0)" } ?? ""), toldAt: union.at)
            }, transaction)
    }
}
