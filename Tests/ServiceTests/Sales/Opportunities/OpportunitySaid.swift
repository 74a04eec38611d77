import Contracts
import Domain
import ServiceTestSupport

/// What is said of opportunities, in few words.
enum OpportunitySaid {
    static func time(_ text: String) -> Timestamp {
        Timestamp(text.contains("T") ? text : "\(text)T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)
    }

    static func day(_ text: String) -> CalendarDay { CalendarDay(text) ?? CalendarDay(daysSinceEpoch: 0) }

    /// Terms with everything that the standard stages ask for.
    static func terms(
        _ id: String = "O1", _ revision: Int = 1, _ stage: String = "qualification", on day: String,
        state: OpportunityState = .open, owner: String? = "li.wei", branch: String? = "KS01",
        amount: FixedDecimal? = 1_000, currency: Currency? = .cny, line: String? = nil, close: String = "2026-06-30",
        created: String = "2026-01-05", team: String? = nil
    ) -> OpportunityTerms {
        OpportunityTerms(
            opportunityId: id, revision: revision, state: state, stage: stage, team: team, company: "Acme Ltd",
            owner: owner, branch: branch, businessLine: line, product: "air-general", amount: amount,
            margin: amount.map { FixedDecimal(units: $0.units / 10) }, currency: amount == nil ? nil : currency,
            closeDay: self.day(close), nextStep: "Call", nextStepDay: self.day("2026-06-01"),
            lossReason: state == .lost ? .price : nil, createdAt: time(created), changedAt: time(day))
    }

    static func recorded(_ terms: OpportunityTerms, from source: String = "crm") -> ServiceFixture.Message {
        .init(
            "\(source)-\(terms.opportunityId)-\(terms.revision)", source: source,
            OpportunityRecorded(terms, by: "crm"))
    }

    static func step(
        _ step: OpportunityStep, of id: String = "O1", on day: String, stage: String? = nil, to: String? = nil,
        company: String? = nil, product: String? = nil, amount: FixedDecimal? = nil, currency: Currency? = nil,
        close: String? = nil, next: (String, String)? = nil, reason: OpportunityLossReason? = nil,
        by login: String = "li.wei"
    ) -> ServiceFixture.Message {
        .init(
            "step-\(id)-\(step.rawValue)-\(day)-\(stage ?? "")", source: "waybill",
            TakeOpportunityStep(
                opportunityId: id, step: step, stage: stage, company: company, to: to, product: product, amount: amount,
                currency: currency, closeDay: close.map(self.day), nextStep: next?.0,
                nextStepDay: next.map { self.day($0.1) }, lossReason: reason, at: time(day), by: login))
    }
}
