import Contracts
import Domain
import Postgres
import ServiceKit

extension Capability {
    /// Who looks after a customer in a line of business on a day: as it was assigned, as orders and records say, handed over,
    /// and taken care of when somebody leaves.
    static let ownership = Capability(
        handlers: [
            .on(OwnershipAssigned.self, OwnershipHandlers.assigned),
            .on(OwnershipHandedOver.self, OwnershipHandlers.handedOver),
            .on(CustomerRegistered.self, OwnershipHandlers.registered),
            .on(CustomerChanged.self, OwnershipHandlers.changed),
            .on(PersonChanged.self, OwnershipHandlers.people),
        ],
        tasks: [
            .daily("ownership.turn", OwnershipSettlement.turn),
            .onDemand(OwnershipSettlement.lookTask, OwnershipSettlement.look),
            .onDemand(OwnershipSettlement.fillTask, OwnershipSettlement.fill),
            // A step of the schema has it done once; nothing is left to do.
            .onDemand("notices.share") { _, _, _ in },
        ],
        questions: OwnershipQueries.all,
        figures: [
            StandingFigure(
                "ownership_waiting", "Customers by line whose owner has left, by whether somebody acts.",
                label: "state",
                OwnershipLifeStore.waiting)
        ],
        tables: [
            ScopedTable("ownership_assignment", .through(Self.isSeen("t.customer_source", "t.customer_code"))),
            ScopedTable(
                "ownership_share",
                .through(
                    "exists (select from ownership_assignment a where a.source = t.source and a.assignment_id = t.assignment_id)"
                )),
            // A link of a chain behind the first is told by the stretches that it ends and begins, for a row names who had it first.
            ScopedTable(
                "ownership_handover",
                .either([
                    .through("exists (select from ownership w where w.handed_from = t.from_login)"),
                    .through(
                        """
                        exists (
                            select from ownership w
                            where w.handed_from is not null
                                and (coalesce(w.acting_for, w.owner) = t.from_login and w.until_day = t.from_day - 1
                                    or coalesce(w.acting_for, w.owner) = t.to_login and w.from_day = t.from_day))
                        """),
                ])),
            ScopedTable(
                "ownership_handover_customer", .through(Self.isSeen("t.customer_source", "t.customer_code"))),
            ScopedTable("ownership_order", .hidden), ScopedTable("ownership_record", .hidden),
            ScopedTable("ownership_told", .hidden),
            ScopedTable("ownership", .owned(owner: "owner", branch: "branch", day: "until_day")),
        ])

    /// The condition that something of who looks after an account is seen.
    private static func isSeen(_ source: String, _ code: String) -> String {
        "exists (select from ownership w where w.source = \(source) and w.code = \(code))"
    }
}
