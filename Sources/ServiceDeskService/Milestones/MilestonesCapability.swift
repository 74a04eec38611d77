import Contracts
import ServiceKit

extension Capability {
    /// How far goods have come, and which orders will be late by that.
    static func milestones(policy: LatenessPolicy) -> Capability {
        let milestones = MilestoneHandlers(policy: policy)
        return Capability(
            handlers: [.on(MilestoneReached.self, milestones.reached)], tasks: milestones.tasks,
            questions: LatenessQueries.all,
            tables: [
                ScopedTable(
                    "milestone",
                    .through(
                        """
                        exists (
                            select from delivery d where d.source = t.order_source and d.order_id = t.order_id)
                        """)),
                ScopedTable(
                    "late_warning",
                    .through(
                        "exists (select from delivery d where d.source = t.source and d.order_id = t.order_id)")),
                // Of whom it was learnt is not to be seen from it.
                ScopedTable("segment_quantile", .open),
            ])
    }
}
