import Contracts
import ServiceKit

extension Capability {
    /// What is said, and what may be asked of it.
    static let notices = Capability(
        questions: NoticeQueries.all,
        tables: [
            // Of whose it is, where, and of whoever it is told.
            ScopedTable(
                "notice",
                .either([
                    .owned(owner: NoticeStore.owner("t"), branch: "t.node", day: ScopedTable.day(of: "t.happened_at")),
                    .through("exists (select from recipient r where r.notice_id = t.notice_id and r.until is null)"),
                ]))
        ])
}
