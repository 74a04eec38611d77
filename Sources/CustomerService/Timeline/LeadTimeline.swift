import Contracts
import Domain
import Postgres
import ServiceKit

/// What became of leads that are a customer's, written down among what happened with it.
enum LeadTimeline {
    /// That somebody of the customer came to us.
    static func stored(
        _ messages: [Received<LeadStored>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.sales, effects.now, transaction)
        try TimelineStore.put(
            messages.compactMap { message in
                let body = message.body
                return body.customerId.map { customer in
                    entry(
                        message.envelope, customer, "lead captured: \(body.channel.rawValue)",
                        "\(body.leadId) by \(body.source)/\(body.captureId)", at: body.capturedAt)
                }
            }, transaction)
    }

    /// That a lead stands otherwise.
    static func changed(
        _ messages: [Received<LeadChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.sales, effects.now, transaction)
        try TimelineStore.put(
            messages.compactMap { message in
                let body = message.body
                return body.customerId.map { customer in
                    entry(
                        message.envelope, customer, "lead: \(body.state.rawValue)",
                        [body.leadId, body.owner, body.reason?.rawValue, body.opportunityId].compactMap(\.self)
                            .joined(separator: ", "), at: body.changedAt)
                }
            }, transaction)
    }

    /// A lead is the customer's as a whole, whatever its codes: its identifier stands where a code would, so that it is found.
    private static func entry(
        _ envelope: Envelope, _ customer: String, _ kind: String, _ detail: String, at time: Timestamp
    ) -> TimelineEntry {
        TimelineEntry(
            source: envelope.source, eventId: envelope.id, accountSource: nil, code: customer, customerId: customer,
            kind: kind, detail: detail, at: time)
    }
}
