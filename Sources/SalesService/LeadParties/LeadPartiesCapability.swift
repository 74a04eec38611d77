import Contracts
import ServiceKit

extension Capability {
    /// Captures and what the customer service says of customers, which find one another in whatever order they come.
    static let leadParties = Capability(
        handlers: [
            // Judged together, so that the places where they meet are locked once and in one order.
            .on(CustomerRegistered.self, CustomerChanged.self, LeadCaptured.self, LeadSuggested.self) {
                registered, changed, captured, suggested, transaction, effects in
                let records = registered.map(\.body.record) + changed.map(\.body.record)
                let captures = captured + suggested.map(SuggestedLeads.capture)
                let found = captures.map { ($0, $0.body.keys(from: $0.envelope.source)) }
                if !captures.isEmpty { try LeadStore.lock(transaction) }
                try LeadPartyStore.lock(
                    Set(records.flatMap(LeadPartyHandlers.keys) + found.flatMap(\.1)), transaction)
                if !records.isEmpty { try LeadPartyHandlers.heard(records, transaction, &effects) }
                if !captures.isEmpty { try LeadHandlers.captured(found, transaction, &effects) }
            }
        ],
        tables: [ScopedTable("lead_party", .hidden)])
}
