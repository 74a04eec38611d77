import Contracts
import ServiceKit

extension Capability {
    /// Whom notices are told, and what people do with them.
    static func recipients(_ telling: TellingHandlers) -> Capability {
        Capability(
            handlers: [
                .on(NoticeRaised.self, NoticeChanged.self, NoticeCleared.self, telling.take),
                .on(MarkNotices.self, telling.mark),
            ],
            tasks: telling.tasks,
            figures: [
                StandingFigure(
                    "notices_without_owner", "Open notices that are told somebody in the place of an owner, by whom.",
                    label: "told", NoticeStore.ownerless)
            ],
            tables: [
                ScopedTable("recipient", .owned(owner: "t.login", branch: nil, day: nil)),
                ScopedTable("addressed", .hidden),
            ])
    }
}
