import Contracts
import Domain
import Postgres
import ServiceKit

/// What became of opportunities that are a customer's, written down among what happened with it.
enum OpportunityTimeline {
    /// That an opportunity came into being, came to another stage or was decided. What it comes to is not among it: whoever may
    /// see the customer may see this.
    static func changed(
        _ messages: [Received<OpportunityChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.sales, effects.now, transaction)
        try TimelineStore.put(
            messages.compactMap { message in
                let (body, terms) = (message.body, message.body.terms)
                guard let customer = body.customerId, told.contains(body.what) else { return nil }
                let details = [
                    "\(body.source)/\(terms.opportunityId)", terms.stage, terms.owner, terms.lossReason?.rawValue,
                ]
                return TimelineEntry(
                    source: message.envelope.source, eventId: message.envelope.id, accountSource: nil, code: customer,
                    customerId: customer, kind: "opportunity: \(body.what)",
                    detail: details.compactMap(\.self).joined(separator: ", "), at: terms.changedAt)
            }, transaction)
    }

    private static let told: Set = ["created", "moved", "won", "lost", "reopened"]
}
