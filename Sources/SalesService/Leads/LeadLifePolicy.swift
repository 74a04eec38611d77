import Contracts
import Domain

/// What people do about a lead. Pure.
enum LeadLifePolicy {
    /// For how many days who had a lead may not claim it again.
    static let coolingDays = 7
    /// How many leads somebody of whom nothing is said may claim a day.
    static let claimsPerDay = 10

    /// How much somebody may still claim on the day of a claim.
    struct Claims: Sendable {
        var claimed = 0
        var most = LeadLifePolicy.claimsPerDay
    }

    /// The lead after a step.
    ///
    /// - Parameters:
    ///   - body: the step.
    ///   - lead: the lead as it stands.
    ///   - claims: how much who takes it has claimed that day and may claim.
    /// - Throws: a refusal that says why it cannot be.
    static func take(_ body: TakeLeadStep, _ lead: Lead, claims: Claims) throws(Refusal) -> Lead {
        var lead = lead
        guard body.at >= lead.firstAt else {
            throw Refusal(.contradictoryTimes, path: "$.at", "the lead was first captured at \(lead.firstAt)")
        }
        if lead.state == .converted {
            throw Refusal(
                .wrongState, path: "$.step", "the lead is the opportunity '\(lead.opportunityId ?? lead.leadId)' by now"
            )
        }
        lead.businessLine = body.businessLine ?? lead.businessLine
        if let margin = body.expectedMargin {
            lead.expectedMargin = margin
            lead.currency = body.currency
        }
        switch body.step {
        case .contacted:
            try need(lead.isWorkedOn, "only what somebody has is spoken with: claim it first")
            contact(&lead, at: body.at)
            lead.rest(at: body.at)
        case .qualified:
            try need(lead.isWorkedOn, "only what somebody has is qualified: claim it first")
            contact(&lead, at: body.at)
            lead.state = .qualified
            lead.rest(at: body.at)
        case .assigned:
            guard let login = body.to else {
                throw Refusal(.missingField, path: "$.to", "say to whom the lead is given")
            }
            if lead.owner != login { lead.formerOwner = lead.owner ?? lead.formerOwner }
            let isQualified = lead.state == .qualified
            lead.give(to: login, by: .person, at: body.at)
            if isQualified { lead.state = .qualified }
        case .claimed:
            try need(lead.state == .pool, "only what is in the pool is claimed")
            if let former = lead.formerOwner, former.hasSameBytes(as: body.by), let pooledAt = lead.pooledAt {
                let again = again(after: pooledAt)
                try need(
                    body.at >= again, "who had it may claim it again from \(again) on: others come first")
            }
            try need(
                claims.claimed < claims.most,
                "\(claims.claimed) were claimed that day, which is what '\(body.by)' may")
            lead.give(to: body.by, by: .claim, at: body.at)
        case .recycled:
            try need(lead.isWorkedOn, "only what somebody has goes into the pool")
            lead.pool(body.reason ?? .noTime, at: body.at)
            lead.dueAt = nil
        case .closed:
            try need(lead.state != .closed, "the lead has come to nothing already")
            lead.state = .closed
            lead.reason = body.reason
            lead.closedAt = body.at
            lead.dueAt = nil
        case .converted:
            try need(lead.isWorkedOn, "only what somebody has becomes an opportunity: claim it first")
            contact(&lead, at: body.at)
            lead.state = .converted
            lead.convertedAt = body.at
            lead.opportunityId = body.opportunityId ?? lead.leadId
            lead.dueAt = nil
        }
        lead.revision += 1
        return lead
    }

    /// From when on who had a lead may claim it again.
    static func again(after pooledAt: Timestamp) -> Timestamp {
        pooledAt.adding(seconds: Int64(coolingDays) * 86_400)
    }

    /// Somebody spoke with it: the first time counts.
    private static func contact(_ lead: inout Lead, at time: Timestamp) {
        if lead.contactedAt.map({ time < $0 }) ?? true {
            lead.contactedAt = time
            lead.contactMinutes = LeadClock.minutes(from: lead.firstAt, to: time)
        }
        if lead.state == .assigned { lead.state = .contacted }
    }

    private static func need(_ isSo: Bool, _ detail: @autoclosure () -> String) throws(Refusal) {
        if !isSo { throw Refusal(.wrongState, path: "$.step", detail()) }
    }
}
