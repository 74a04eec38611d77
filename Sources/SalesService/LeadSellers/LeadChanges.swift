import Contracts
import Domain
import Postgres
import ServiceKit

/// What is to be written and told of leads that were changed.
struct LeadChanges {
    /// How the leads stood before, by their numbers.
    let before: [String: Lead]
    /// Leads that are to be given to somebody, with what became of them.
    var wanting: [String: String] = [:]
    /// Leads that stand otherwise for another reason, in a word.
    var touched: [String: String] = [:]
    /// Leads that were taken from somebody who did not speak with them in time.
    var taken: [(lead: Lead, owner: String)] = []
    private(set) var events: [LeadEvent] = []
    private var causes: [Envelope?] = []

    /// - Parameter before: how the leads stand that are to be changed; new ones are not in it.
    init(before: [String: Lead]) { self.before = before }

    /// Counts a change of a lead and writes it down.
    ///
    /// - Returns: the lead with its revision.
    mutating func note(_ lead: Lead, _ what: String, at time: Timestamp) -> Lead {
        var lead = lead
        lead.revision += 1
        events.append(LeadEvent(lead: lead, at: time, what: what, reason: lead.reason))
        causes.append(nil)
        return lead
    }

    /// Writes a step of a person down, which has counted the change itself.
    mutating func note(_ lead: Lead, by message: Received<TakeLeadStep>) {
        let body = message.body
        let words = [body.channel?.rawValue, body.note].compactMap(\.self).joined(separator: ": ")
        events.append(
            LeadEvent(
                lead: lead, at: body.at, what: body.step.rawValue, reason: body.reason, by: body.by,
                note: words.isEmpty ? nil : words, onBehalfOf: message.onBehalfOf))
        causes.append(message.envelope)
    }

    /// What is no other standing: that a lead came into being is told with its capture, and what the clock says to people.
    private static let untold: Set = ["captured", "reminded", "escalated"]

    /// Writes it, and tells it.
    func write(_ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        try LeadStore.put(events, transaction)
        for (event, cause) in zip(events, causes) where !Self.untold.contains(event.what) {
            effects.publish(
                event.lead.message(by: event.by, at: event.at), causedBy: cause, key: event.lead.leadId)
        }
        try SuggestedLeads.look(
            at: Set(events.filter { !Self.untold.contains($0.what) }.map(\.lead.leadId)), transaction, &effects)
        try raise(transaction, &effects)
    }

    /// Says it to people: of each lead how it stands after all of it.
    private func raise(_ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        var last: [String: (after: Lead, cause: Envelope?)] = [:]
        for (event, cause) in zip(events, causes) { last[event.lead.leadId] = (event.lead, cause) }
        try RaisedLeads.tell(
            last.sorted { $0.key.compareBytes(with: $1.key) < 0 }.map(\.value), before: before, transaction, &effects)
        for (lead, owner) in taken { RaisedLeads.taken(lead, from: owner, &effects) }
    }
}

extension StoredCapture {
    /// What is told of it.
    func message(of lead: Lead, at now: Timestamp) -> LeadStored {
        LeadStored(
            leadId: lead.leadId, source: key.source, captureId: key.identifier, isNew: isFirst, joinedBy: joinedBy,
            channel: body.channel, campaign: body.campaign, businessLine: body.businessLine ?? lead.businessLine,
            branch: body.branch ?? lead.branch, customerId: lead.customerId, owner: lead.owner,
            probability: FixedDecimal(units: Int128((probability * 10_000).rounded())), grade: grade,
            capturedAt: body.capturedAt, storedAt: now)
    }
}
