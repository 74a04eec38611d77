import Contracts
import Domain
import Postgres
import ServiceKit

/// Who looks after customers, as the customer service and sales say: open notices go along.
struct CustomerOwnerHandlers: Sendable {
    /// The task that has the open notices of a customer addressed anew.
    static let task = "notices.customer"
    /// How many notices are addressed at once.
    private static let part = 2_000
    /// After how many seconds they are looked at once more: a notice that another copy takes over at this moment has not seen who
    /// looks after its customer now, and is not seen here.
    private static let again: Int64 = 60

    let telling: TellingHandlers

    /// Customers that are registered.
    func registered(
        _ messages: [Received<CustomerRegistered>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try recorded(messages.map(\.body.record), transaction, &effects)
    }

    /// Customers that change.
    func changed(
        _ messages: [Received<CustomerChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try recorded(messages.map(\.body.record), transaction, &effects)
    }

    /// What customers' records say.
    private func recorded(
        _ records: [CustomerRecord], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try CustomerOwnerStore.put(records, transaction)
        try lookAt(
            Set(records.flatMap(\.accounts).map { AccountKey(source: $0.source, code: $0.code) }),
            records.map(\.customerId), transaction, &effects)
    }

    /// What sales says of the days on which it is not whom records name.
    func told(
        _ messages: [Received<OwnershipChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let bodies = messages.map(\.body)
        try OwnershipReplica.put(bodies, transaction)
        try lookAt(Set(bodies.map { AccountKey(source: $0.source, code: $0.code) }), [], transaction, &effects)
    }

    /// Has open notices of customers addressed anew, in transactions of their own: that is for who holds their locks.
    private func lookAt(
        _ accounts: Set<AccountKey>, _ customers: [String], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let customers = Set(customers).sorted()
        for customer in try CustomerOwnerStore.noticed(accounts.sorted(), customers, transaction) {
            effects.schedule(Self.task, key: customer, at: effects.now, payload: customer)
            effects.schedule(
                Self.task, key: "\(customer) again", at: effects.now.adding(seconds: Self.again), payload: customer)
        }
    }

    /// What is done for that.
    var scheduled: ScheduledTask {
        .onDemand(Self.task) { items, transaction, effects in
            var ids: Set<String> = []
            for payload in Set(items.map(\.payload)).sorted() {
                // No identifier holds a control character.
                let parts = payload.split(separator: "\n", maxSplits: 1).map(String.init)
                guard let customer = parts.first else { continue }
                let last = parts.count > 1 ? parts[1] : ""
                let some = try NoticeStore.open(of: customer, after: last, limit: Self.part, transaction)
                ids.formUnion(some)
                guard some.count == Self.part, let next = some.last else { continue }
                effects.schedule(
                    Self.task, key: "\(customer) \(next)", at: effects.now, payload: "\(customer)\n\(next)")
            }
            let sorted = ids.sorted()
            try NoticeStore.lock(sorted, transaction)
            try telling.tell(sorted, transaction, &effects)
        }
    }
}

extension Capability {
    /// Who looks after the customers of notices.
    static func customerOwners(_ planner: HandoverPlanner) -> Capability {
        let owners = CustomerOwnerHandlers(telling: TellingHandlers(planner: planner))
        return Capability(
            handlers: [
                .on(CustomerRegistered.self, owners.registered), .on(CustomerChanged.self, owners.changed),
                .on(OwnershipChanged.self, owners.told),
            ],
            tasks: [owners.scheduled],
            tables: [
                ScopedTable("account", .hidden), ScopedTable("customer_owner", .hidden),
                ScopedTable("record_owner", .hidden),
            ])
    }
}
