import Contracts
import Postgres
import ServiceKit

extension Capability {
    /// What is handed over to people, by which server and with what came of it.
    static let handovers = Capability(
        questions: [Query(NotifierQuestions.handovers, HandoverQueries.list)],
        figures: [
            StandingFigure(
                "handovers", "Handovers by their state; of those that have ended, the last day's.", label: "state",
                HandoverQueueStore.states)
        ],
        tables: [
            ScopedTable("handover", .owned(owner: "t.login", branch: nil, day: nil)),
            ScopedTable("handover_notice", .owned(owner: "t.login", branch: nil, day: nil)),
            ScopedTable("server_minute", .hidden), ScopedTable("server_pause", .hidden),
        ])
}
