import Contracts
import Domain
import Postgres
import ServiceKit

/// What people are told of leads. No customer is concerned: it stands as `-`, so that it stays with whom it is told.
enum LeadNotices {
    /// That somebody has a lead.
    static func given(_ lead: Lead, at time: Timestamp) -> Notice? {
        lead.owner.map { notice(lead, .leadAssigned, to: $0, "speak with it by \(due(lead))", at: time) }
    }

    /// That nobody has spoken with it yet.
    static func reminder(_ lead: Lead, at time: Timestamp) -> Notice? {
        lead.owner.map {
            notice(
                lead, .leadDue, to: $0,
                "nobody has spoken with it for \(LeadClock.reminder) minutes; after \(LeadClock.reassignment) it goes to somebody else",
                at: time)
        }
    }

    /// That it went to somebody else, or into the pool.
    static func taken(_ lead: Lead, from login: String, at time: Timestamp) -> Notice {
        let to = lead.owner.map { "it went to '\($0)'" } ?? "it is in the pool"
        return notice(lead, .leadTaken, to: login, "nobody spoke with it in time: \(to)", at: time)
    }

    /// That those below have left it lying.
    static func escalation(_ lead: Lead, to manager: String, at time: Timestamp) -> Notice {
        let whose = lead.owner.map { "'\($0)' has it" } ?? "it is in the pool"
        return notice(
            lead, .leadEscalated, to: manager, "nobody has spoken with it since \(lead.firstAt): \(whose)", at: time)
    }

    /// That somebody who is there has come once more.
    static func again(_ lead: Lead, _ capture: CaptureKey, at time: Timestamp) -> Notice? {
        guard let owner = lead.owner else { return nil }
        var told = notice(lead, .leadAgain, to: owner, "it came once more, as \(capture)", at: time)
        told.id = StableIdentifier.of("lead-again", capture.source, capture.identifier)
        return told
    }

    /// Something was done about it: what was told whoever had it is over.
    static func clear(_ leads: [(lead: Lead, owner: String)], at time: Timestamp, _ transaction: borrowing Transaction)
        throws
    {
        _ = try NoticeStore.clear(
            leads.flatMap { lead, owner in [SalesNoticeKind.leadAssigned, .leadDue].map { id($0, lead, owner) } },
            at: time,
            transaction)
    }

    private static func due(_ lead: Lead) -> String {
        LeadClock.time(LeadClock.reassignment, after: lead.clockFrom ?? lead.lastAt).inZone().description
    }

    private static func id(_ kind: SalesNoticeKind, _ lead: Lead, _ login: String) -> String {
        StableIdentifier.of(kind.rawValue, lead.leadId, login)
    }

    private static func notice(
        _ lead: Lead, _ kind: SalesNoticeKind, to login: String, _ detail: String, at time: Timestamp
    ) -> Notice {
        Notice(
            id: id(kind, lead, login), kind: kind, businessLine: lead.businessLine ?? "*", owner: login,
            detail: "lead \(lead.leadId)\(lead.company.map { " of \($0)" } ?? ""): \(detail)", toldAt: time)
    }
}
