import Contracts
import Domain
import Postgres
import ServiceKit

/// Needs that the service desk saw: captures like any other, of which the service desk hears what becomes.
enum SuggestedLeads {
    /// Whose captures they are.
    static let source = ServiceName.servicedesk.source
    /// By what they are told from other captures.
    static let campaign = "service-desk"
    /// The task that tells what has become of them.
    static let task = "leads.suggested"

    /// The capture that a need is.
    static func capture(_ message: Received<LeadSuggested>) -> Received<LeadCaptured> {
        let body = message.body
        return Received(
            envelope: message.envelope,
            body: LeadCaptured(
                captureId: body.suggestionId, channel: .system, campaign: campaign,
                customer: CustomerCode(code: body.customerCode, source: body.customerSource ?? body.source),
                businessLine: body.businessLine, branch: body.branch,
                attributes: [CaptureAttribute(name: "evidence", value: body.evidence.rawValue)], text: body.need,
                by: body.by, capturedAt: body.suggestedAt), position: message.position)
    }

    /// Has it told what has become of needs, of those among some leads that are one.
    ///
    /// It is told in a transaction of its own, which sees both the lead and its opportunity as they stand by then: the one that
    /// changes the one need not lock the other.
    static func look(
        at leads: Set<String>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !leads.isEmpty else { return }
        for lead in try SuggestedLeadStore.suggested(among: leads, transaction) {
            effects.schedule(task, key: lead, at: effects.now)
        }
    }

    /// Tells what has become of needs, as far as that is other than what was told before.
    static func tell(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try SuggestedLeadStore.lock(transaction)
        let outcomes = try SuggestedLeadStore.outcomes(of: Set(items.map(\.key)), transaction)
        let before = try SuggestedLeadStore.told(outcomes.map(\.suggestionId), transaction)
        var told: [(suggestionId: String, revision: Int, mark: String)] = []
        for outcome in outcomes {
            let mark = Content<String>(outcome.message(revision: 1)).mark
            let last = before[outcome.suggestionId]
            guard last?.mark != mark else { continue }
            let revision = (last?.revision ?? 0) + 1
            told.append((outcome.suggestionId, revision, mark))
            effects.publish(outcome.message(revision: revision), key: outcome.suggestionId)
        }
        try SuggestedLeadStore.put(told, transaction)
        effects.count("suggested_leads_told", told.count)
    }
}
