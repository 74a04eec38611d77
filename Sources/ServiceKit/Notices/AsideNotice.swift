import Contracts
import Domain

/// Something that a service does at a time and that has failed as often as it is tried, said to who operates the system.
enum AsideNotice {
    static func raise(
        _ item: ScheduledItem, of service: ServiceName, attempts: Int, error: String, _ effects: inout Effects
    ) {
        let name = name(item, service)
        effects.raise(
            NoticeContent(
                name, .urgent, revision: effects.noticeRevision(),
                facts: [
                    .code("service", service.rawValue), .code("task", item.task), .code("key", item.key),
                    .time("due", item.due), .count("attempts", attempts), .text("error", error),
                ], next: name.kind.next(["service": service.rawValue, "task": item.task]), happenedAt: effects.now))
    }

    static func clear(_ item: ScheduledItem, of service: ServiceName, because reason: String, _ effects: inout Effects)
    {
        effects.clear(
            name(item, service), revision: effects.noticeRevision(), because: reason)
    }

    /// A recurring task has an empty key, and its days are told apart by when they were due.
    private static func name(_ item: ScheduledItem, _ service: ServiceName) -> NoticeName {
        NoticeName(
            .taskSetAside, source: service.source, item.task, part: "\(item.due.microsecondsSinceEpoch)/\(item.key)")
    }
}
