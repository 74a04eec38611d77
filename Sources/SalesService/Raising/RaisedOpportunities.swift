import Contracts
import Domain
import ServiceKit

/// Opportunities that stand still, said to whoever has them.
enum RaisedOpportunities {
    /// For how many days one that stays too long in its stage is its owner's alone.
    private static let ownersDays = 7
    /// For how many days a next step may be late until the manager is told, too.
    private static let lateDays = 2

    /// Says what was written down as told just now.
    ///
    /// - Parameters:
    ///   - day: the day at whose end it is so.
    ///   - isChange: whether it was told already, and is somebody else's now.
    static func raise(
        _ matter: OpportunityNotices.Matter, _ opportunity: StandingOpportunity, on day: CalendarDay,
        isChange: Bool = false, causedBy cause: Envelope? = nil, _ effects: inout Effects
    ) {
        let name = name(matter, opportunity.key)
        let due =
            switch matter {
            case .stalled: day.adding(days: ownersDays)
            case .step: (opportunity.overdueSince ?? day).adding(days: lateDays)
            }
        let days = Int(day.daysSinceEpoch - opportunity.stageSince.daysSinceEpoch)
        var facts: [NoticeFact?] = [
            .code("opportunity", opportunity.key.identifier),
            .text("company", opportunity.company ?? opportunity.title ?? opportunity.key.identifier),
            .text("title", opportunity.title), .code("stage", opportunity.stage),
        ]
        switch matter {
        case .stalled: facts += [.count("days", days), .count("most-days", opportunity.mostDays)]
        case .step:
            facts += [.text("next-step", opportunity.nextStep), .day("next-step-day", opportunity.overdueSince)]
        }
        let content = NoticeContent(
            name, .attention, revision: effects.noticeRevision(),
            atStake: opportunity.amount.flatMap { amount in opportunity.currency.map { Money(amount, $0) } },
            customerId: opportunity.customerId, businessLine: opportunity.businessLine, node: opportunity.branch,
            owner: opportunity.owner, facts: facts,
            next: name.kind.next(["opportunity": opportunity.key.identifier, "source": opportunity.key.source]),
            dueAt: OrganisationZone.current.end(of: due), happenedAt: effects.now)
        if isChange { effects.change(content, causedBy: cause) } else { effects.raise(content, causedBy: cause) }
    }

    /// Says that it goes on, or is decided.
    static func clear(
        _ matter: OpportunityNotices.Matter, _ key: OpportunityKey, _ terms: OpportunityTerms,
        causedBy cause: Envelope?, _ effects: inout Effects
    ) {
        effects.clear(
            name(matter, key), revision: effects.noticeRevision(),
            because: terms.state == .open ? "it goes on" : terms.state.rawValue, causedBy: cause)
    }

    private static func name(_ matter: OpportunityNotices.Matter, _ key: OpportunityKey) -> NoticeName {
        switch matter {
        case .stalled: NoticeName(.opportunityStalled, source: key.source, key.identifier)
        case .step: NoticeName(.opportunityStepOverdue, source: key.source, key.identifier)
        }
    }
}
