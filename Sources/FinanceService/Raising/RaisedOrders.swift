import Contracts
import Domain
import ServiceKit

/// Orders that are not taken or wait for an approval, said to who can do something about it. An order that is taken and always
/// was makes none, and nothing is looked up for it.
enum RaisedOrders {
    /// What there is to say of an order.
    struct News {
        let key: OrderKey
        let row: OrderRow
        let customerId: String
        /// The figures of the credit, when it decided.
        let credit: CreditFigures?
        let cause: Envelope?

        var business: BusinessKey {
            BusinessKey(source: key.source, code: row.customerCode, businessLine: row.businessLine)
        }
    }

    /// Whether something was said of an order with a decision, and is to be taken back when it is otherwise.
    static func isTold(_ decision: OrderDecision?) -> Bool { decision == .needsApproval || decision == .refused }

    /// - Parameter owners: who looks after customers on this day, as sales says.
    static func tell(_ news: News, owners: [BusinessKey: String], _ effects: inout Effects) {
        let (key, row) = (news.key, news.row)
        if row.isCancelled {
            return effects.clear(
                NoticeName(.orderHeld, source: key.source, key.orderId),
                revision: NoticeRevision.of(revision: row.revision, number: nil), because: "cancelled",
                causedBy: news.cause)
        }
        guard let decision = row.decision else { return }
        let revision = NoticeRevision.of(revision: row.contentRevision, number: row.decisionNumber)
        guard isTold(decision) else {
            return effects.clear(
                NoticeName(.orderHeld, source: key.source, key.orderId), revision: revision,
                because: row.decisionRule ?? decision.rawValue, causedBy: news.cause)
        }
        let isHeld = decision == .needsApproval
        let kind: NoticeKind = isHeld ? .orderHeld : .orderRefused
        let owner = owners[news.business] ?? row.salesOwner
        let credit = news.credit
        effects.raise(
            NoticeContent(
                NoticeName(kind, source: key.source, key.orderId), .urgent, revision: revision,
                atStake: Money(row.margin.revenue, row.currency), customerId: news.customerId,
                businessLine: row.businessLine, node: row.branch,
                // To approve is the branch's manager's; who sold it is told.
                owner: isHeld ? nil : owner, alsoTo: isHeld ? [owner] : [],
                facts: [
                    .code("order", key.orderId), .count("order-revision", row.contentRevision),
                    .code("customer", row.customerCode), .code("line", row.businessLine),
                    .code("decision", decision.rawValue), .code("rule", row.decisionRule),
                    .money("amount", row.margin.revenue, row.currency),
                    credit.flatMap { .money("exposure", $0.exposure, $0.currency) },
                    credit.flatMap { .money("limit", $0.limit, $0.currency) },
                    credit.flatMap { .money("available", $0.available, $0.currency) },
                ],
                next: kind.next(["order": key.orderId, "source": key.source, "customer": news.customerId]),
                dueAt: isHeld
                    ? OrganisationZone.current.end(of: AlertDeadline.day(0, after: effects.now.day())) : nil,
                happenedAt: effects.now), causedBy: news.cause)
    }
}
