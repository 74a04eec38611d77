import Contracts
import ServiceKit

extension Capability {
    /// Whose the time of complaints is: who is waited for, and why.
    static func waits(status: StatusTeller) -> Capability {
        let waits = WaitHandlers(status: status)
        return Capability(
            handlers: [.on(ComplaintWaiting.self, waits.waiting)],
            tables: [
                ScopedTable(
                    "complaint_wait",
                    .through(
                        """
                        exists (
                            select from complaint c where c.source = t.source and c.complaint_id = t.complaint_id)
                        """))
            ])
    }
}
