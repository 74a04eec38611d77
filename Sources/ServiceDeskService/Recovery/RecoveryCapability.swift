import Contracts
import ServiceKit

extension Capability {
    /// What is done about low scores, and whether it has helped.
    ///
    /// - Parameter minimum: of fewer answers no figure is told.
    static func recovery(minimum: Int) -> Capability {
        Capability(
            handlers: [.on(TakeRecoveryStep.self, RecoveryHandlers.stepTaken)],
            questions: RecoveryQueries(minimum: minimum).all,
            tables: [
                // Of whoever sees the survey, and of whoever has something to do about it.
                ScopedTable(
                    "recovery",
                    .either([
                        .owned(owner: "t.owner", branch: nil, day: nil),
                        .through("exists (select from survey s where s.survey_id = t.survey_id)"),
                    ])),
                ScopedTable(
                    "recovery_step",
                    .through(
                        "exists (select from recovery c where c.source = t.source and c.order_id = t.order_id)")),
            ])
    }
}
