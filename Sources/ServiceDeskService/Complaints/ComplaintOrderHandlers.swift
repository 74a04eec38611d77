import Contracts
import Domain
import Postgres
import ServiceKit

/// What people say of orders that complaints name and nobody has sent: whose they are. The complaints that wait are about the
/// order that is meant, as if they had said so themselves; how each stands is told again.
enum ComplaintOrderHandlers {
    static func settle(
        _ messages: [Received<SettleComplaintOrder>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for message in messages {
            let body = message.body
            let order = OrderKey(source: body.source, orderId: body.orderId)
            let waiting = try ComplaintOrderStore.waiting(for: order, transaction)
            guard !waiting.isEmpty else {
                let name = "order '\(body.orderId)' of '\(body.source)'"
                effects.refuse(
                    message,
                    try ComplaintOrderStore.isKnown(order, transaction)
                        ? Refusal(.wrongState, path: "$.orderId", "no complaint waits for \(name): it has come")
                        : Refusal(.notFound, path: "$.orderId", "no complaint waits for \(name)"))
                continue
            }
            guard
                try ComplaintOrderStore.isKnown(OrderKey(source: body.meant, orderId: body.orderId), transaction)
            else {
                effects.refuse(
                    message,
                    Refusal(.notFound, path: "$.meant", "there is no order '\(body.orderId)' of '\(body.meant)'"))
                continue
            }
            try settle(waiting, as: body.meant, causedBy: message.envelope, transaction, &effects)
            try ComplaintOrderStore.record(body, waiting, at: effects.now, transaction)
        }
    }

    /// Finance was told whose order is meant by documents of its own: complaints that name the same are about it, too.
    static func referenceSettled(
        _ messages: [Received<OrderReferenceSettled>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for message in messages {
            let order = OrderKey(source: message.body.source, orderId: message.body.orderId)
            let waiting = try ComplaintOrderStore.waiting(for: order, transaction)
            guard !waiting.isEmpty else { continue }
            try settle(waiting, as: message.body.meant, causedBy: message.envelope, transaction, &effects)
        }
    }

    private static func settle(
        _ waiting: Set<ComplaintKey>, as meant: String, causedBy cause: Envelope, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        try ComplaintStore.lock(waiting, transaction)
        try ComplaintOrderStore.settle(waiting, as: meant, transaction)
        let complaints = try ComplaintStore.complaints(waiting, transaction)
        let steps = try ComplaintStore.steps(waiting, transaction)
        var news: [(standing: ComplaintStanding, cause: Envelope?)] = []
        for (key, complaint) in complaints.sorted(by: { $0.key < $1.key }) {
            let progress = ComplaintProgress(
                openedAt: complaint.openedAt, openedBy: complaint.openedBy, (steps[key] ?? []).map(\.step))
            let standing = complaint.standing(progress)
            effects.publish(ComplaintProgressed(standing), causedBy: cause, key: complaint.customerId)
            news.append((standing, cause))
        }
        try RaisedComplaints.tell(news, transaction, &effects)
        effects.count("complaint_orders_settled", complaints.count)
    }
}
