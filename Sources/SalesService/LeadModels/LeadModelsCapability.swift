import Domain
import ServiceKit

extension Capability {
    /// By what leads are scored: learnt at the end of each day of what had happened by then, and never changed.
    static let leadModels = Capability(
        tasks: [
            .daily("leads.learn") { items, transaction, effects in
                guard let due = items.last?.due else { return }
                let day = due.day()
                let first = OrganisationZone.current.beginning(of: day.adding(days: -LeadLearningPolicy.days))
                let leads = try LeadModelStore.leads(
                    from: first, to: due, limit: LeadLearningPolicy.most, transaction)
                guard !leads.isEmpty else { return }
                try LeadModelStore.put(
                    LeadLearningPolicy.learn(leads, by: day), learnt: leads.count, from: day.adding(days: 1),
                    transaction)
                effects.count("lead_models")
            }
        ],
        tables: [ScopedTable("lead_model", .hidden)])
}
