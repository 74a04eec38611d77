import Contracts
import Domain
import Postgres
import ServiceKit

/// What is done once a day: key customers that nobody speaks with are told of, and what is past its time goes.
struct ContactTasks: Sendable {
    /// The names of the tasks.
    static let coverageTask = "contact.coverage"
    static let retentionTask = "interactions.retention"

    let policy: ContactPolicy

    func coverage(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        let customers = try ContactStore.lapsed(policy, at: due, transaction)
        guard !customers.isEmpty else { return }
        for customer in customers {
            let event = ContactLapsed(
                customerId: customer.id, name: customer.name, branch: customer.branch, owner: customer.owner,
                lastContactAt: customer.lastContactAt, afterDays: policy.days, foundAt: due)
            effects.publish(event, key: customer.id)
            RaisedCustomers.tell(event, &effects)
        }
        effects.count("contacts_lapsed", customers.count)
    }

    /// Takes away what was said longer ago than its channel is kept; the key of a person of whom nothing is left goes too.
    func retain(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        let limits = policy.retention.sorted { $0.key.rawValue < $1.key.rawValue }
        let gone = try InteractionStore.retain(
            limits.map { ($0.key.rawValue, $0.value) }, at: due, transaction)
        effects.count("interactions_past_retention", gone)
    }
}
