import Contracts
import Domain

/// By which stages opportunities go, as far as it is known.
struct SalesStages: Sendable {
    /// Whose stages hold for a team that has none of its own.
    static let ofAll = "*"

    private let byTeam: [String: [SalesStage]]

    /// - Parameter byTeam: the stages of each team, in their order.
    init(_ byTeam: [String: [SalesStage]]) { self.byTeam = byTeam }

    /// The stages of a team, in their order; those of all when it has none of its own.
    func stages(of team: String?) -> [SalesStage] { byTeam[team ?? Self.ofAll] ?? byTeam[Self.ofAll] ?? [] }
}

/// What an opportunity has to be, and what becomes of it by what people do. Pure.
enum OpportunityPolicy {
    /// Refuses a stage that its team does not have, and one that was reached without what the stages before it ask for.
    ///
    /// It looks at nothing but what is said now, so it does not matter what was said before, or comes later.
    static func check(_ terms: OpportunityTerms, by stages: SalesStages) throws(Refusal) {
        let way = stages.stages(of: terms.team)
        guard let place = way.firstIndex(where: { $0.stage.hasSameBytes(as: terms.stage) }) else {
            let known = way.map { "'\($0.stage)'" }.joined(separator: ", ")
            throw Refusal(
                .valueNotAllowed, path: "$.stage",
                "there is no stage '\(terms.stage)'; \(terms.team.map { "'\($0)' goes" } ?? "it goes") by \(known)")
        }
        // What has come to nothing needs nothing any more.
        guard terms.state != .lost else { return }
        for stage in terms.state == .won ? way[...] : way[..<place] {
            for need in stage.needed where !need.isMet(by: terms) {
                throw Refusal(
                    .missingField, path: "$.\(need.field)",
                    "'\(stage.stage)' is not left without it: \(need.rawValue)")
            }
        }
    }

    /// An opportunity after a step, with the next revision.
    ///
    /// - Parameters:
    ///   - body: the step.
    ///   - before: the opportunity as it stands; none when there is none.
    ///   - stages: by which opportunities go.
    /// - Throws: a refusal that says why it cannot be.
    static func take(
        _ body: TakeOpportunityStep, _ before: OpportunityTerms?, by stages: SalesStages
    ) throws(Refusal) -> OpportunityTerms {
        try look(at: body, before)
        let team = before?.team ?? body.team
        guard let stage = body.stage ?? before?.stage ?? stages.stages(of: team).first?.stage else {
            throw Refusal(.missingField, path: "$.stage", "say in which stage it is")
        }
        let state: OpportunityState =
            switch body.step {
            case .won: .won
            case .lost: .lost
            case .opened, .reopened: .open
            case .moved, .changed, .assigned: before?.state ?? .open
            }
        // A next step that was made is over with the decision.
        let isDecided = body.step == .won || body.step == .lost
        let keptStep = isDecided ? nil : before
        let after = OpportunityTerms(
            opportunityId: body.opportunityId, revision: (before?.revision ?? 0) + 1, state: state, stage: stage,
            team: team, customer: body.customer ?? before?.customer, company: body.company ?? before?.company,
            title: body.title ?? before?.title, owner: body.to ?? before?.owner ?? body.by,
            branch: body.branch ?? before?.branch, businessLine: body.businessLine ?? before?.businessLine,
            product: body.product ?? before?.product, origin: body.origin ?? before?.origin, leadId: before?.leadId,
            amount: body.amount ?? before?.amount, margin: body.margin ?? before?.margin,
            currency: body.currency ?? before?.currency, closeDay: body.closeDay ?? before?.closeDay,
            competitors: body.competitors.isEmpty ? before?.competitors ?? [] : body.competitors,
            nextStep: body.nextStep ?? keptStep?.nextStep, nextStepDay: body.nextStepDay ?? keptStep?.nextStepDay,
            lossReason: state == .lost ? body.lossReason ?? before?.lossReason : nil,
            lostTo: state == .lost ? body.lostTo ?? before?.lostTo : nil,
            createdAt: before?.createdAt ?? body.at, changedAt: body.at, note: body.note)
        // What a message may not say is not made of two that may.
        if after.currency == nil, after.amount != nil || after.margin != nil {
            throw Refusal(.missingField, path: "$.currency", "an amount comes with its currency")
        }
        if let former = before?.currency, former != after.currency,
            before?.amount != nil && body.amount == nil || before?.margin != nil && body.margin == nil
        {
            throw Refusal(
                .currencyMismatch, path: "$.currency", "its amounts are in \(former): say them anew in another currency"
            )
        }
        guard (after.nextStep == nil) == (after.nextStepDay == nil) else {
            let missing = after.nextStep == nil ? "nextStep" : "nextStepDay"
            throw Refusal(.missingField, path: "$.\(missing)", "a next step and its day come together")
        }
        try check(after, by: stages)
        return after
    }

    /// Refuses what cannot be done with an opportunity that stands so.
    private static func look(at body: TakeOpportunityStep, _ before: OpportunityTerms?) throws(Refusal) {
        guard let before else {
            guard body.step == .opened else {
                throw Refusal(
                    .notFound, path: "$.opportunityId",
                    "there is no opportunity '\(body.opportunityId)' of ours: 'waybill opportunities list' shows those there are"
                )
            }
            return
        }
        func need(_ isSo: Bool, _ detail: String) throws(Refusal) {
            if !isSo { throw Refusal(.wrongState, path: "$.step", detail) }
        }
        try need(body.step != .opened, "it was opened at \(before.createdAt)")
        guard body.at >= before.changedAt else {
            throw Refusal(.contradictoryTimes, path: "$.at", "it has changed at \(before.changedAt) already")
        }
        switch body.step {
        case .opened: break
        case .reopened: try need(before.state != .open, "it is worked on already")
        case .moved, .won, .lost: try need(before.state == .open, "it is \(before.state.rawValue): reopen it first")
        case .changed, .assigned: break
        }
    }

    /// What a lead becomes, with everything that it knows.
    static func opportunity(of lead: Lead, by stages: SalesStages, at time: Timestamp) -> OpportunityTerms? {
        guard let id = lead.opportunityId, let first = stages.stages(of: nil).first else { return nil }
        return OpportunityTerms(
            opportunityId: id, revision: 1, state: .open, stage: first.stage, company: lead.company,
            title: lead.company, owner: lead.owner, branch: lead.branch, businessLine: lead.businessLine,
            origin: lead.campaign ?? lead.channel.rawValue, leadId: lead.leadId, margin: lead.expectedMargin,
            currency: lead.currency, createdAt: time, changedAt: time)
    }
}

extension StageNeed {
    /// The field that it is about.
    fileprivate var field: String {
        switch self {
        case .closeDay: "closeDay"
        case .nextStep: "nextStep"
        case .customer, .amount, .margin, .product, .competitors: rawValue
        }
    }

    /// Whether an opportunity has it.
    fileprivate func isMet(by terms: OpportunityTerms) -> Bool {
        switch self {
        case .customer: terms.customer != nil || terms.company != nil
        case .amount: terms.amount != nil
        case .margin: terms.margin != nil
        case .closeDay: terms.closeDay != nil
        case .product: terms.product != nil
        case .competitors: !terms.competitors.isEmpty
        // What is won needs no next step any more.
        case .nextStep: terms.nextStep != nil || terms.state == .won
        }
    }
}
