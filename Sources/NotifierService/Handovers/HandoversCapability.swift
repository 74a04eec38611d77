import Contracts
import Postgres
import ServiceKit

extension Capability {
    /// What is handed over to people, by which server and with what came of it.
    static func handovers(floor: NoticeSeverity) -> Capability {
        Capability(
            questions: [Query(NotifierQuestions.handovers, HandoverQueries.list)],
            figures: [
                StandingFigure(
                    "handovers", "Handovers by their state; of those that have ended, the last day's.", label: "state",
                    HandoverQueueStore.states),
                StandingFigure(
                    "people_without_address", "People who are told notices and have no address that a server reaches.",
                    label: "told",
                    { transaction in try UnreachedStore.standing(transaction).map { ("inbox", $0.people) } }),
                StandingFigure(
                    "people_without_address_oldest_seconds", "For how long the first of them was told so.",
                    label: "told",
                    { transaction in try UnreachedStore.standing(transaction).map { ("inbox", $0.age) } }),
                StandingFigure(
                    "handovers_untold",
                    "Handovers of what nobody can switch off that have waited for more than ten minutes, while no other channel has "
                        + "told the same.", label: "what",
                    { transaction in
                        try HandoverWatchStore.untold(floor, transaction).map { ("mattering", $0.count) }
                    }),
                StandingFigure(
                    "handovers_untold_oldest_seconds", "For how long the first of them waits.", label: "what",
                    { transaction in
                        try HandoverWatchStore.untold(floor, transaction).map { ("mattering", $0.age) }
                    }),
            ],
            tables: [
                ScopedTable("handover", .owned(owner: "t.login", branch: nil, day: nil)),
                ScopedTable("handover_notice", .owned(owner: "t.login", branch: nil, day: nil)),
                ScopedTable("unreached", .owned(owner: "t.login", branch: nil, day: nil)),
                ScopedTable("server_minute", .hidden), ScopedTable("server_pause", .hidden),
                ScopedTable("target_pause", .hidden),
            ])
    }
}
