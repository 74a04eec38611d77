import Contracts
import Domain
import Postgres
import ServiceKit

/// Needs that were seen at the service desk → leads of sales, and back again what has become of them.
enum LeadSuggestionHandlers {
    /// Keeps each need once, and tells it with what it was seen by.
    static func suggested(
        _ messages: [Received<SuggestLead>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func complaint(_ body: SuggestLead) -> ComplaintKey? {
            body.complaintId.map { ComplaintKey(source: body.source, complaintId: $0) }
        }
        func order(_ body: SuggestLead) -> OrderKey? {
            body.orderId.map { OrderKey(source: body.source, orderId: $0) }
        }
        let bodies = messages.map(\.body)
        var known = KnownContent<String, String>(
            try LeadSuggestionStore.known(Set(bodies.map(\.suggestionId)), transaction))
        let complaints = try LeadSuggestionStore.complaints(Set(bodies.compactMap(complaint)), transaction)
        let orders = try LeadSuggestionStore.orders(Set(bodies.compactMap(order)), transaction)
        var fresh: [(told: LeadSuggested, mark: String)] = []
        for message in messages {
            let (body, content) = (message.body, Content<String>(message.body))
            guard
                known.isNew(
                    message, body.suggestionId, content, at: "$.suggestionId",
                    "a suggestion of this number came before otherwise", counting: "repeated_lead_suggestions",
                    &effects)
            else { continue }
            let evidence = complaint(body).flatMap { complaints[$0] } ?? order(body).flatMap { orders[$0] }
            if let refusal = LeadSuggestionPolicy.objection(to: body, evidence) {
                effects.refuse(message, refusal)
                continue
            }
            guard let evidence else { continue }
            known.keep(content, under: body.suggestionId)
            let told = LeadSuggestionPolicy.told(body, evidence)
            fresh.append((told, content.mark))
            effects.publish(told, causedBy: message.envelope, key: told.customerId)
        }
        try LeadSuggestionStore.put(fresh, transaction)
        effects.count("lead_suggestions", fresh.count)
    }

    /// Writes down what sales has made of needs.
    static func changed(
        _ messages: [Received<SuggestedLeadChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let latest = messages.map(\.body).onePerKey(\.suggestionId) { $0.revision > $1.revision }.map(\.value)
        try LeadSuggestionStore.change(latest, transaction)
        effects.count("lead_outcomes", messages.count)
    }
}
