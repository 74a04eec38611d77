import Contracts
import Domain
import Postgres
import ServiceKit

/// Leads with which nobody has spoken, said to whoever has them and, when that takes too long, to the managers; that one was taken
/// away, or came once more.
enum RaisedLeads {
    /// For how many days it is worth telling that a lead is somebody else's now, or has come once more.
    private static let days: Int64 = 7

    /// What is said of the first contact of a lead. It follows from how the lead stands, so that in whatever way it came to stand
    /// so, the same is said.
    enum Word: Equatable {
        /// Somebody is to speak with it.
        case given(String)
        /// Nobody has within the first hour.
        case due(String)
        /// Nobody has for so long that so many managers were told; who has it, when anybody does.
        case escalated(String?, managers: Int)

        /// - Parameter lead: `nil` for one that there was not yet.
        init?(_ lead: Lead?) {
            guard let lead, lead.mergedInto == nil else { return nil }
            let isLate = lead.dueStage > Lead.Stage.escalation && lead.dueStage < Lead.Stage.stale
            switch (lead.state, lead.owner) {
            case (.assigned, let owner?):
                if isLate {
                    self = .escalated(owner, managers: lead.dueStage - Lead.Stage.escalation)
                } else if lead.dueStage == Lead.Stage.reassignment {
                    self = .due(owner)
                } else {
                    self = .given(owner)
                }
            case (.pool, _) where isLate && lead.reason == .notContacted:
                self = .escalated(nil, managers: lead.dueStage - Lead.Stage.escalation)
            default: return nil
            }
        }
    }

    /// Says what is other than before.
    ///
    /// - Parameters:
    ///   - before: how leads stood, by their numbers; new ones are not in it.
    ///   - after: how they stand now.
    ///   - cause: the message that led to it, where one did.
    static func tell(
        _ leads: some Sequence<(after: Lead, cause: Envelope?)>, before: [String: Lead],
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var people: LeaverRules?
        for (lead, cause) in leads {
            let (former, word) = (Word(before[lead.leadId]), Word(lead))
            guard former != word else { continue }
            guard let word else {
                effects.clear(
                    NoticeName(.leadAssigned, lead.leadId), revision: effects.noticeRevision(),
                    because: lead.mergedInto == nil ? lead.state.rawValue : "it is another lead's", causedBy: cause)
                continue
            }
            var managers: [String] = []
            if case .escalated(_, let count) = word, let login = lead.owner ?? lead.formerOwner {
                let known = try people ?? LeaverRules(PeopleReplica.known(transaction).book)
                people = known
                let day = effects.now.day()
                managers = Array(known.managers(above: login).filter { !known.hasLeft($0, by: day) }.prefix(count))
            }
            let content = content(lead, word, managers, &effects)
            if former == nil {
                effects.raise(content, causedBy: cause)
            } else {
                effects.change(content, causedBy: cause)
            }
        }
    }

    /// Says to whoever had a lead that it was taken away.
    static func taken(_ lead: Lead, from login: String, _ effects: inout Effects) {
        let name = NoticeName(.leadTaken, lead.leadId, part: login)
        effects.raise(
            NoticeContent(
                name, .information, revision: effects.noticeRevision(), customerId: lead.customerId,
                businessLine: lead.businessLine, node: lead.branch, owner: login,
                facts: facts(lead) + [.code("new-owner", lead.owner)], next: name.kind.next(["lead": lead.leadId]),
                expiresAt: effects.now.adding(seconds: days * 86_400), happenedAt: effects.now))
    }

    /// Says to whoever has a lead that it came once more.
    static func again(_ lead: Lead, _ capture: CaptureKey, causedBy cause: Envelope, _ effects: inout Effects) {
        guard let owner = lead.owner else { return }
        let name = NoticeName(.leadAgain, lead.leadId, part: "\(capture)")
        effects.raise(
            NoticeContent(
                name, .information, revision: effects.noticeRevision(), customerId: lead.customerId,
                businessLine: lead.businessLine, node: lead.branch, owner: owner,
                facts: facts(lead) + [
                    .code("source", capture.source), .code("capture", capture.identifier),
                    .count("captures", lead.touches),
                ], next: name.kind.next(["lead": lead.leadId]),
                expiresAt: effects.now.adding(seconds: days * 86_400), happenedAt: effects.now), causedBy: cause)
    }

    private static func content(
        _ lead: Lead, _ word: Word, _ managers: [String], _ effects: inout Effects
    ) -> NoticeContent {
        let from = lead.clockFrom ?? lead.lastAt
        let kind: NoticeKind
        let severity: NoticeSeverity
        let due: Timestamp?
        switch word {
        case .given: (kind, severity) = (.leadAssigned, .attention)
        case .due: (kind, severity) = (.leadDue, .urgent)
        case .escalated: (kind, severity) = (.leadEscalated, .urgent)
        }
        // Until then it is its owner's alone. Afterwards the managers are named, one by one.
        if case .escalated = word { due = nil } else { due = LeadClock.time(LeadClock.escalation, after: from) }
        let isFirst = lead.dueStage <= Lead.Stage.reassignment
        return NoticeContent(
            NoticeName(kind, lead.leadId), severity, revision: effects.noticeRevision(), customerId: lead.customerId,
            businessLine: lead.businessLine, node: lead.branch, owner: lead.owner, alsoTo: managers,
            facts: facts(lead) + [
                .time("speak-by", isFirst ? LeadClock.time(LeadClock.reassignment, after: from) : nil),
                .time("captured", lead.firstAt), .code("former-owner", lead.owner == nil ? lead.formerOwner : nil),
            ], next: kind.next(["lead": lead.leadId]), dueAt: due, happenedAt: effects.now)
    }

    private static func facts(_ lead: Lead) -> [NoticeFact?] {
        [
            .code("lead", lead.leadId), .text("company", lead.company ?? lead.leadId),
            .code("channel", lead.channel.rawValue),
            .code("campaign", lead.campaign), .code("grade", lead.grade?.rawValue),
            .text("contact", lead.contactName, .personalData),
        ]
    }
}
