import Contracts
import Domain
import ServiceKit

/// Orders that are not as usual, said to whoever looks after the customer.
enum RaisedAnomalies {
    /// For how many days an odd order is worth a look; nothing takes it back.
    private static let days: Int64 = 30

    /// - Parameter currency: what its amounts are in; `nil` when it counts orders.
    static func raise(
        _ event: OrderAnomalyRaised, in currency: Currency?, causedBy cause: Envelope?, _ effects: inout Effects
    ) {
        let name = name(event.anomalyId, event.kind, event.source, event.customerCode, event.orderId)
        func figure(_ label: String, _ value: FixedDecimal) -> NoticeFact? {
            if let currency { return .money(label, value, currency) }
            return .text(label, value.description)
        }
        effects.raise(
            NoticeContent(
                name, .attention, revision: NoticeRevision.of(revision: 1, number: 1),
                atStake: currency.map { Money(event.observed, $0) }, customerId: event.customerId,
                businessLine: event.businessLine, node: event.branch, owner: event.owner,
                facts: [
                    .code("customer", event.customerCode), .code("line", event.businessLine),
                    .code("order", event.orderId), .code("metric", event.metric.rawValue),
                    .code("direction", event.direction.rawValue), figure("usual", event.baseline),
                    figure("seen", event.observed), .text("score", event.score.description),
                ],
                next: name.kind.next(["customer": event.customerId, "order": event.orderId, "source": event.source]),
                expiresAt: event.kind == .oddOrder ? event.raisedAt.adding(seconds: days * 86_400) : nil,
                happenedAt: event.raisedAt), causedBy: cause)
    }

    /// An anomaly is over once and for ever: what comes again is another one.
    static func clear(_ event: OrderAnomalyCleared, _ effects: inout Effects) {
        effects.clear(
            name(event.anomalyId, event.kind, event.source, event.customerCode, nil),
            revision: NoticeRevision.of(revision: 1, number: nil), because: event.reason.rawValue)
    }

    private static func name(
        _ id: String, _ kind: AnomalyKind, _ source: String, _ code: String, _ orderId: String?
    ) -> NoticeName {
        switch kind {
        case .oddOrder: NoticeName(.oddOrder, source: source, orderId ?? code, part: id)
        case .levelSwing: NoticeName(.orderSwing, source: source, code, part: id)
        }
    }
}
