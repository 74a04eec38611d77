import Contracts
import Domain

/// Marks keys of opportunities.
enum OpportunityKind {}
/// Which opportunity.
typealias OpportunityKey = SourceKey<OpportunityKind>

/// What was said of an opportunity at one of its revisions.
struct OpportunityWord: Sendable {
    let terms: OpportunityTerms
    let by: String
    /// What was said, in short: the same revision said otherwise is noticed by it.
    let fingerprint: String
    let keptAt: Timestamp
    /// In whose stead it was said, when it is said just now.
    var onBehalfOf: String?
}

/// How an opportunity stood at the ends of some days.
struct OpportunitySpan: Sendable, Equatable {
    let from: CalendarDay
    /// The first day at whose end it does not stand so any more; none as long as it does.
    var until: CalendarDay?
    let revision: Int
    let state: OpportunityState
    let team: String
    let stage: String
    let owner: String?
    let branch: String?
    let businessLine: String?
    let amount: FixedDecimal?
    let margin: FixedDecimal?
    let currency: Currency?
    let closeDay: CalendarDay?
}

/// A stage that it went through, or an end that it came to.
struct OpportunityVisit: Sendable, Equatable {
    let state: OpportunityState
    let team: String
    let stage: String
    let entered: CalendarDay
    var left: CalendarDay?
    var nextState: OpportunityState?
    var nextStage: String?
    let owner: String?
    let branch: String?
    let businessLine: String?
}

/// What follows from everything that was said of an opportunity: how it stood when, and by which way it went. Pure, and the
/// same in whatever order it was said.
struct OpportunityLife: Sendable {
    /// A revision, with when it counts and what was done by it.
    struct Change: Sendable {
        let word: OpportunityWord
        /// When it came to stand so. A revision that says an earlier time than the one before it counts from that one's.
        let at: Timestamp
        /// In a word.
        let what: String
    }

    /// The revisions in their order.
    let changes: [Change]
    let spans: [OpportunitySpan]
    let visits: [OpportunityVisit]

    /// - Parameter words: what was said, each revision once, in any order.
    init(_ words: some Sequence<OpportunityWord>) {
        var changes: [Change] = []
        for word in words.sorted(by: { $0.terms.revision < $1.terms.revision }) {
            let before = changes.last
            changes.append(
                Change(
                    word: word, at: max(before?.at ?? word.terms.changedAt, word.terms.changedAt),
                    what: Self.what(word.terms, after: before?.word.terms)))
        }
        self.changes = changes
        spans = Self.spans(changes)
        visits = Self.visits(changes)
    }

    /// What was done by a revision, in a word.
    static func what(_ terms: OpportunityTerms, after before: OpportunityTerms?) -> String {
        guard let before else { return "created" }
        switch (before.state, terms.state) {
        case (.open, .won), (.lost, .won): return "won"
        case (.open, .lost), (.won, .lost): return "lost"
        case (.won, .open), (.lost, .open): return "reopened"
        case (.open, .open), (.won, .won), (.lost, .lost): break
        }
        if !before.stage.hasSameBytes(as: terms.stage) || before.team != terms.team { return "moved" }
        return before.owner != terms.owner ? "assigned" : "changed"
    }

    /// The last word of each day counts at its end.
    private static func spans(_ changes: [Change]) -> [OpportunitySpan] {
        var spans: [OpportunitySpan] = []
        for change in changes {
            let (terms, day) = (change.word.terms, change.at.day())
            if spans.last?.from == day { spans.removeLast() }
            if let last = spans.indices.last { spans[last].until = day }
            spans.append(
                OpportunitySpan(
                    from: day, revision: terms.revision, state: terms.state, team: terms.team ?? SalesStages.ofAll,
                    stage: terms.stage, owner: terms.owner, branch: terms.branch, businessLine: terms.businessLine,
                    amount: terms.amount, margin: terms.margin, currency: terms.currency, closeDay: terms.closeDay))
        }
        return spans
    }

    /// Every stage, also one that it left on the day on which it came.
    private static func visits(_ changes: [Change]) -> [OpportunityVisit] {
        var visits: [OpportunityVisit] = []
        for change in changes {
            let (terms, day) = (change.word.terms, change.at.day())
            let team = terms.team ?? SalesStages.ofAll
            if let last = visits.last, last.state == terms.state,
                terms.state != .open || last.stage.hasSameBytes(as: terms.stage) && last.team == team
            {
                continue
            }
            if let last = visits.indices.last {
                visits[last].left = day
                visits[last].nextState = terms.state
                visits[last].nextStage = terms.state == .open ? terms.stage : nil
            }
            visits.append(
                OpportunityVisit(
                    state: terms.state, team: team, stage: terms.stage, entered: day, owner: terms.owner,
                    branch: terms.branch, businessLine: terms.businessLine))
        }
        return visits
    }

    /// Since when it is in the stage in which it is, or is decided.
    var stageSince: CalendarDay? { visits.last?.entered }
}
