import Contracts
import Domain

/// Who was waited for about a complaint, and when. Pure.
///
/// Waits are gone through by when they began, whenever they came: the same waits and steps end the same in whatever order
/// they arrive.
struct ComplaintWaits: Sendable, Equatable {
    /// What was said of waiting.
    struct Wait: Sendable, Equatable {
        let waitId: String
        let waiting: ComplaintWait
        var reason: ComplaintWaitReason?
        let at: Timestamp
        var until: Timestamp?
        let by: String
        var note: String?
        /// In whose stead that one said it.
        var onBehalfOf: String?
    }

    /// What was said, and why it does not count.
    struct Entry: Sendable, Equatable {
        let wait: Wait
        /// When it counts from: never before the customer complained.
        let at: Timestamp
        let objection: String?
    }

    /// Everything that was said, by when.
    private(set) var entries: [Entry] = []

    /// - Parameters:
    ///   - progress: the states that the complaint was in.
    ///   - openedAt: when the customer complained.
    ///   - waits: in any order.
    init(_ progress: ComplaintProgress, openedAt: Timestamp, _ waits: [Wait]) {
        var isWaiting = false
        var last = openedAt
        for wait in waits.sorted(by: Self.isEarlier) {
            let at = max(wait.at, openedAt)
            let begun = progress.stays.filter { $0.from <= at }
            let state = begun.last?.state ?? .received
            // What is put right, done with or taken up anew ends a wait.
            if begun.contains(where: { $0.from > last && Self.endsWaits($0.state) }) { isWaiting = false }
            let objection = Self.objection(to: wait.waiting, in: state, isWaiting: isWaiting)
            entries.append(Entry(wait: wait, at: at, objection: objection))
            guard objection == nil else { continue }
            isWaiting = wait.waiting != .resumed
            last = at
        }
    }

    /// Whether a state ends what was waited for before it.
    static func endsWaits(_ state: ComplaintState) -> Bool {
        state == .verified || state == .closed || state == .reopened
    }

    /// Of one moment an end comes before a beginning.
    private static func isEarlier(_ first: Wait, _ second: Wait) -> Bool {
        (first.at, first.waiting == .resumed ? 0 : 1, first.waitId)
            < (second.at, second.waiting == .resumed ? 0 : 1, second.waitId)
    }

    /// Why somebody cannot be waited for, or nobody any longer; `nil` when it can be.
    static func objection(to waiting: ComplaintWait, in state: ComplaintState, isWaiting: Bool) -> String? {
        guard waiting == .resumed else {
            return state == .verified || state == .closed
                ? "it is '\(state.rawValue)': nobody is waited for unless it is reopened first" : nil
        }
        return isWaiting ? nil : "nobody is waited for"
    }
}
