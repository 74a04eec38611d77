import Contracts
import Domain
import Postgres
import ServiceKit

/// Customers to call because they think little of us, said to whoever looks after them until somebody has.
enum RaisedCallbacks {
    static func raise(
        _ recoveries: [(recovery: RecoveryCase, cause: Envelope)], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        func account(_ recovery: RecoveryCase) -> AccountKey {
            AccountKey(source: recovery.order.source, code: recovery.customerCode)
        }
        let homes = try AccountHomeStore.homes(of: Set(recoveries.map { account($0.recovery) }), transaction)
        for (recovery, cause) in recoveries {
            let home = homes[account(recovery)]
            let name = name(of: recovery)
            effects.raise(
                NoticeContent(
                    name, .urgent, revision: NoticeRevision.of(revision: recovery.revision, number: 1),
                    customerId: recovery.customerId, businessLine: recovery.businessLine ?? "*",
                    node: recovery.branch ?? home?.branch, owner: home?.owner,
                    facts: [
                        .code("order", recovery.order.orderId), .code("customer", recovery.customerCode),
                        .code("line", recovery.businessLine), .count("satisfaction", recovery.satisfaction),
                        .count("recommendation", recovery.recommendation), .count("effort", recovery.effort),
                    ], next: name.kind.next(["order": recovery.order.orderId, "source": recovery.order.source]),
                    dueAt: recovery.callBy, happenedAt: recovery.openedAt), causedBy: cause)
        }
    }

    static func clear(_ recovery: RecoveryCase, by login: String, _ cause: Envelope, _ effects: inout Effects) {
        effects.clear(
            name(of: recovery), revision: NoticeRevision.of(revision: recovery.revision, number: 1),
            because: "called by \(login)", causedBy: cause)
    }

    private static func name(of recovery: RecoveryCase) -> NoticeName {
        NoticeName(
            .surveyCallback, source: recovery.order.source, recovery.customerCode, part: recovery.surveyId)
    }
}
