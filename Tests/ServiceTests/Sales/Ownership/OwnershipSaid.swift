import Contracts
import Domain
import ServiceTestSupport

/// A day in a test.
func ownershipDay(_ text: String) -> CalendarDay { CalendarDay(text) ?? CalendarDay(daysSinceEpoch: 0) }

/// Who looks after a customer, said in few words.
enum Said {
    /// An assignment: `owners` as `li.wei=60 zhao.min=40`, or one login.
    static func assigned(
        _ id: String, revision: Int = 1, customer: String = "C1", line: String? = nil, from: String,
        until: String? = nil, _ owners: String, branch: String? = nil, withdrawn: Bool? = nil,
        at time: String = "2026-01-05T09:00:00+08:00"
    ) -> OwnershipAssigned {
        OwnershipAssigned(
            assignmentId: id, revision: revision, customer: CustomerCode(code: customer), businessLine: line,
            from: ownershipDay(from), until: until.map(ownershipDay),
            owners: owners.split(separator: " ").map { part in
                let halves = part.split(separator: "=").map(String.init)
                return OwnershipShare(login: halves[0], share: halves.count > 1 ? .of(halves[1]) : 100)
            }, branch: branch, withdrawn: withdrawn, reason: "a test", by: "manager.ks01",
            assignedAt: Timestamp(time) ?? Timestamp(microsecondsSinceEpoch: 0))
    }

    /// A handover.
    static func handedOver(
        _ id: String, revision: Int = 1, from login: String, to successor: String, on day: String,
        until: String? = nil, customers: [String] = [], withdrawn: Bool? = nil,
        at time: String = "2026-01-05T09:00:00+08:00"
    ) -> OwnershipHandedOver {
        OwnershipHandedOver(
            handoverId: id, revision: revision, fromLogin: login, toLogin: successor,
            customers: customers.map { CustomerCode(code: $0) }, from: ownershipDay(day),
            until: until.map(ownershipDay), withdrawn: withdrawn, reason: "a test", by: "manager.ks01",
            handedOverAt: Timestamp(time) ?? Timestamp(microsecondsSinceEpoch: 0))
    }

    /// An order of an owner.
    static func order(
        _ id: String, revision: Int = 1, customer: String = "C1", line: String = "air-freight", _ owner: String?,
        branch: String = "KS01", on day: String
    ) -> Order {
        let order = makeOrder(id, revision: revision, customer: customer, line: line, at: "\(day)T09:00:00+08:00")
        return Order(
            orderId: order.orderId, revision: order.revision, customer: order.customer, branch: branch,
            businessLine: order.businessLine, placedAt: order.placedAt, currency: order.currency, salesOwner: owner,
            lines: order.lines)
    }

    /// A customer's record.
    static func record(
        _ code: String = "C1", revision: Int = 1, owner: String?, branch: String? = nil, on day: String
    ) -> CustomerRecord {
        CustomerRecord(
            customerId: "K-\(code)", revision: revision, name: "\(code) Ltd", branch: branch, salesOwner: owner,
            accounts: [AccountHoming(source: "erp", code: code, revision: 1)],
            at: Timestamp("\(day)T09:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0))
    }

    /// A person's whole life with us, in one node and under one manager.
    static func person(
        _ login: String, revision: Int = 1, in node: String = "KS01", under manager: String? = nil,
        until: String? = nil
    ) -> PersonChanged {
        PersonChanged(
            PersonLife(
                login: login,
                periods: [
                    PersonPeriod(
                        from: ownershipDay("2026-01-01"), until: until.map(ownershipDay), name: login, node: node,
                        manager: manager)
                ]), revision: revision,
            changedAt: Timestamp("2026-01-02T09:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0))
    }

    /// A node for all days.
    static func node(
        _ node: String, _ kind: OrganisationKind, below parent: String?, revision: Int = 1
    ) -> OrganisationChanged {
        OrganisationChanged(
            NodeLife(
                node: node,
                periods: [
                    NodePeriod(
                        from: ownershipDay("2026-01-01"), kind: kind, parent: parent, name: node, purpose: .business)
                ]), revision: revision,
            changedAt: Timestamp("2026-01-02T09:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0))
    }
}
