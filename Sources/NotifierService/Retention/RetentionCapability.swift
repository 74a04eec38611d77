import Contracts
import Domain
import ServiceKit

extension Capability {
    /// How long what is over is kept.
    ///
    /// - Parameter days: for how many days. A notice that is forgotten and comes again is told like a new one.
    static func retention(days: Int) -> Capability {
        Capability(tasks: NoticeRetention(days: days).tasks)
    }
}

/// Takes away notices that are over, and handovers that have ended, once their time has passed.
package struct NoticeRetention: Sendable {
    /// For how many days they are kept when nothing else is said.
    package static let standard = 365
    /// What says for how many.
    static let setting = Setting(
        "retention.notices.days", default: String(standard),
        help: "how long notices that are over, and handovers that have ended, are kept; at least 31")
    /// The task of the day.
    static let daily = "notices.retention"
    /// The task that takes away a part.
    static let part = "notices.retention-part"
    /// How many of each are taken away at once.
    static let most = 5_000

    let days: Int

    var tasks: [ScheduledTask] {
        [
            .daily(Self.daily) { items, _, effects in
                guard let due = items.last?.due else { return }
                let before = due.adding(seconds: -Int64(days) * 86_400)
                effects.schedule(Self.part, key: "\(before)", at: effects.now, payload: "\(before)")
            },
            .onDemand(Self.part) { items, transaction, effects in
                guard let last = items.max(by: { $0.payload < $1.payload }), let before = Timestamp(last.payload) else {
                    return
                }
                // Over first: whoever tells locks a notice before its handovers.
                let notices = try RetentionStore.dropNotices(before: before, limit: Self.most, transaction)
                let handovers = try RetentionStore.dropHandovers(before: before, limit: Self.most, transaction)
                effects.count("notices_past_retention", notices)
                effects.count("handovers_past_retention", handovers)
                // The next part has a transaction, and so locks, of its own; with it goes what a handover held until now.
                guard handovers > 0 || notices == Self.most else { return }
                effects.schedule(Self.part, key: last.key, at: effects.now, payload: last.payload)
            },
        ]
    }
}
