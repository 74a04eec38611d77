import Contracts
import Domain

/// How far a complaint is by what was done about it. Pure.
///
/// The steps are gone through by when they were taken, whenever they came: the same steps end in the same state in
/// whatever order they arrive.
struct ComplaintProgress: Sendable, Equatable {
    /// Something that was done.
    struct Step: Sendable, Equatable {
        let stepId: String
        let step: ComplaintStep
        let at: Timestamp
        let by: String
        var note: String?
        var promise: Timestamp?
        /// In whose stead that one did it.
        var onBehalfOf: String?
    }

    /// A step, and why it does not count.
    struct Entry: Sendable, Equatable {
        let step: Step
        let objection: String?
    }

    /// A time in one state.
    struct Stay: Sendable, Equatable {
        let state: ComplaintState
        let from: Timestamp
        /// `nil` while it lasts.
        let until: Timestamp?
    }

    private(set) var state = ComplaintState.received
    /// Since when it is in its state.
    private(set) var since: Timestamp
    /// Who brought it there.
    private(set) var by: String
    private(set) var note: String?
    /// The last promise that was given, while there is anything to be told.
    private(set) var promisedAt: Timestamp?
    /// Every step by when it was taken.
    private(set) var entries: [Entry] = []
    /// The states it was in, the first one first.
    private(set) var stays: [Stay] = []

    /// - Parameters:
    ///   - openedAt: when the customer complained.
    ///   - openedBy: who wrote it down.
    ///   - steps: in any order.
    init(openedAt: Timestamp, openedBy: String, _ steps: [Step]) {
        since = openedAt
        by = openedBy
        for step in steps.sorted(by: Self.isEarlier) {
            let objection = Self.objection(to: step.step, in: state)
            entries.append(Entry(step: step, objection: objection))
            if objection == nil { take(step) }
        }
        stays.append(Stay(state: state, from: since, until: nil))
    }

    private mutating func take(_ step: Step) {
        // A step that is dated before the complaint itself was taken at once when that came.
        let at = max(step.at, since)
        stays.append(Stay(state: state, from: since, until: at))
        (state, since, by, note) = (Self.state(after: step.step), at, step.by, step.note)
        promisedAt = state == .closed ? nil : step.promise ?? promisedAt
    }

    /// Steps of one moment count in the order in which they are done.
    private static func isEarlier(_ first: Step, _ second: Step) -> Bool {
        (first.at, rank(of: first.step), first.stepId) < (second.at, rank(of: second.step), second.stepId)
    }

    private static func rank(of step: ComplaintStep) -> Int {
        switch step {
        case .accepted: 1
        case .contained: 2
        case .causeFound: 3
        case .actionAgreed: 4
        case .verified: 5
        case .closed: 6
        case .reopened: 7
        }
    }

    /// How far a state is; what was reopened is as far as what was just received.
    private static func rank(of state: ComplaintState) -> Int {
        switch state {
        case .received, .reopened: 0
        case .accepted: 1
        case .contained: 2
        case .causeFound: 3
        case .actionAgreed: 4
        case .verified: 5
        case .closed: 6
        }
    }

    private static func state(after step: ComplaintStep) -> ComplaintState {
        switch step {
        case .accepted: .accepted
        case .contained: .contained
        case .causeFound: .causeFound
        case .actionAgreed: .actionAgreed
        case .verified: .verified
        case .closed: .closed
        case .reopened: .reopened
        }
    }

    /// Why a step does not fit a state; `nil` when it does. Steps may be left out, but none is gone back.
    static func objection(to step: ComplaintStep, in state: ComplaintState) -> String? {
        if step == .reopened {
            return state == .verified || state == .closed
                ? nil : "it is '\(state.rawValue)': only what is verified or closed is reopened"
        }
        guard rank(of: step) <= rank(of: state) else { return nil }
        return rank(of: step) == rank(of: state)
            ? "it is '\(state.rawValue)' already"
            : "it is '\(state.rawValue)', which is further than '\(step.rawValue)'"
                + (rank(of: state) >= 5 ? ": reopen it first" : "")
    }
}
