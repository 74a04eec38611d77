import Contracts
import Domain
import ServiceKit

extension Capability {
    /// How long complaints take, whose time it is, and who is told when it takes too long.
    static func clocks(policies: ClockPolicies, organisation: Organisation) -> Capability {
        Capability(
            tasks: ClockTasks(policies: policies, organisation: organisation).all,
            questions: ClockQueries(policies: policies).all,
            tables: [
                ScopedTable(
                    "complaint_reached",
                    .through(
                        """
                        exists (
                            select from complaint c where c.source = t.source and c.complaint_id = t.complaint_id)
                        """)),
                // By them the clocks of every complaint are read, whoever asks.
                ScopedTable("clock_policy", .open),
            ])
    }
}
