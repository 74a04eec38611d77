import CaseClocks
import Contracts
import Domain

/// A complaint as its customer sees it: no login, no note, no word of ours. Pure.
struct CustomerStatus: Sendable, Equatable {
    let step: ComplaintStatusStep
    let role: ComplaintRole
    let nextPromise: Timestamp?
    let promises: [ComplaintPromise]
    /// The promise that the customer has not heard of yet.
    let standing: ComplaintHistory.Promise?
    /// Since when it is so.
    let since: Timestamp
    /// When it will be otherwise by itself: a promise is broken, or a wait is over; `nil` when it stays.
    let next: Timestamp?

    /// Of more promises the last are told.
    static let mostPromises = 500

    /// - Parameters:
    ///   - history: what happened.
    ///   - policy: how long a wait may last.
    ///   - now: when it is looked at.
    init(_ history: ComplaintHistory, by policy: ClockPolicy, at now: Timestamp) {
        let events = history.events(upTo: now, by: policy)
        let owner = ComplaintHistory.owner(after: events)
        let state = history.progress.state
        let hasAgent = history.progress.entries.contains { $0.objection == nil && $0.step.step != .reopened }
        switch owner {
        case .customer:
            (step, role) = (.waitingForYou, .customer)
        case .supplier:
            (step, role) = (.waitingForSupplier, .supplier)
        case .us, .nobody:
            step = Self.step(state)
            role = state == .closed ? .nobody : hasAgent ? .agent : .serviceDesk
        }
        since = events.last?.at ?? history.openedAt
        promises = history.promises.filter { $0.madeAt <= now }.suffix(Self.mostPromises).map { promise in
            ComplaintPromise(
                madeAt: promise.madeAt, promisedAt: promise.promisedAt, state: promise.state(at: now),
                heardAt: promise.heardAt.flatMap { $0 <= now ? $0 : nil })
        }
        standing =
            state == .closed ? nil : history.promises.last { $0.madeAt <= now && ($0.heardAt.map { $0 > now } ?? true) }
        nextPromise = standing?.promisedAt
        // A wait that nobody ends is over at a time that is known.
        let never = Timestamp(microsecondsSinceEpoch: .max)
        let over = history.events(upTo: never, by: policy).first { $0.at > now }?.at
        let broken = standing.flatMap { $0.state(at: now) == .open ? $0.promisedAt.adding(microseconds: 1) : nil }
        next = [over, broken].compactMap(\.self).min()
    }

    private static func step(_ state: ComplaintState) -> ComplaintStatusStep {
        switch state {
        case .received: .received
        case .accepted: .inWork
        case .contained: .contained
        case .causeFound: .causeKnown
        case .actionAgreed: .actionAgreed
        case .verified: .solved
        case .closed: .closed
        case .reopened: .reopened
        }
    }

    /// What is told, but for its number.
    func message(of complaint: ComplaintFacts, revision: Int) -> ComplaintStatusChanged {
        ComplaintStatusChanged(
            complaintId: complaint.key.complaintId, source: complaint.key.source, customerId: complaint.customerId,
            customerCode: complaint.customerCode, customerSource: complaint.customerSource, revision: revision,
            step: step, english: step.english, chinese: step.chinese, role: role, nextPromise: nextPromise,
            promises: promises, openedAt: complaint.history.openedAt, at: since)
    }
}

extension ComplaintStatusStep {
    /// What a customer reads.
    var english: String {
        switch self {
        case .received: "We have received your complaint."
        case .inWork: "Somebody is working on it."
        case .waitingForYou: "We are waiting for your answer."
        case .waitingForSupplier: "We are waiting for a supplier of ours."
        case .contained: "It does no more harm; we are looking for the cause."
        case .causeKnown: "We know what it comes from."
        case .actionAgreed: "We know what we shall do about it, and are doing it."
        case .solved: "It is put right."
        case .closed: "It is done with."
        case .reopened: "We are looking into it once more."
        }
    }

    /// What a customer reads in Chinese.
    var chinese: String {
        switch self {
        case .received: "我们已收到您的投诉。"
        case .inWork: "已有专人处理。"
        case .waitingForYou: "我们正在等待您的答复。"
        case .waitingForSupplier: "我们正在等待供应商处理。"
        case .contained: "影响已得到控制，我们正在查找原因。"
        case .causeKnown: "原因已查明。"
        case .actionAgreed: "措施已确定，正在落实。"
        case .solved: "问题已解决。"
        case .closed: "投诉已办结。"
        case .reopened: "我们正在重新处理。"
        }
    }
}
