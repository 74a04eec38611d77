import Contracts
import ServiceKit

extension Capability {
    /// What customers complain of, and how far its settlement has come.
    static func complaints(intake: DeskIntake, status: StatusTeller) -> Capability {
        let complaints = ComplaintHandlers(intake: intake, status: status)
        return Capability(
            handlers: [
                .on(ComplaintReported.self, complaints.reported),
                .on(ComplaintStepTaken.self, complaints.stepTaken),
                .on(SettleComplaintOrder.self, ComplaintOrderHandlers.settle),
                .on(OrderReferenceSettled.self, ComplaintOrderHandlers.referenceSettled),
            ],
            questions: ComplaintQueries.all,
            tables: [
                // Of who has taken it down, of who has it, of whoever looks after the account, and of who sees the delivery.
                ScopedTable(
                    "complaint",
                    .either([
                        .owned(owner: "t.opened_by", branch: nil, day: nil),
                        .owned(owner: "t.agent", branch: nil, day: nil),
                        .ofAccount("t.customer_source", "t.customer_code"),
                        .through(
                            """
                            exists (
                                select from delivery d
                                where d.source = coalesce(t.order_of, t.source) and d.order_id = t.order_id)
                            """),
                    ])),
                ScopedTable(
                    "complaint_step",
                    .through(
                        """
                        exists (
                            select from complaint c where c.source = t.source and c.complaint_id = t.complaint_id)
                        """)),
                ScopedTable("complaint_order", .whole),
            ],
            subjects: ComplaintStore.subjects)
    }
}
