import Contracts
import Postgres
import ServiceKit

extension Capability {
    /// Whoever may become a customer: every capture kept, each lead with somebody who has to speak with it in time.
    static let leads = Capability(
        handlers: [.on(TakeLeadStep.self, LeadHandlers.stepTaken)],
        tasks: [
            .every("leads.clock", seconds: 60, LeadTasks.clock), .daily("leads.turn", LeadTasks.turn),
            .onDemand(LeadTasks.handOnTask, LeadTasks.handOn),
        ],
        figures: [
            StandingFigure(
                "leads_worked_on", "Leads that somebody has and that are not done with, by state.", label: "state",
                LeadStore.worked)
        ],
        tables: [
            // Of whoever has it and where; of who sees the customer; and what is in the pool is for everybody who sells.
            ScopedTable(
                "lead",
                .either([
                    .owned(owner: "t.owner", branch: "t.branch", day: nil),
                    .through(
                        """
                        t.state = 'pool' and t.merged_into is null
                            or exists (select from account a where a.customer_id = t.customer_id)
                        """),
                ])),
            ScopedTable("lead_capture", .through("exists (select from lead l where l.lead_id = t.lead_id)")),
            ScopedTable("lead_event", .through("exists (select from lead l where l.lead_id = t.lead_id)")),
            ScopedTable("lead_key", .hidden),
        ],
        subjects: ActSubjects([.lead: LeadStore.homes]))
}
