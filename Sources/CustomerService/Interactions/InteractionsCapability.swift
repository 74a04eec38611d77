import Contracts
import ServiceKit

extension Capability {
    /// What was said with whom, by whose consent, for how long it is kept, and who has not been spoken to.
    static func interactions(policy: ContactPolicy) -> Capability {
        let contact = ContactTasks(policy: policy)
        return Capability(
            handlers: [
                .on(ErasePerson.self, ErasureHandlers.erase),
                .on(InteractionLogged.self, InteractionHandlers.logged),
                .on(ConsentRecorded.self, InteractionHandlers.consent),
            ],
            tasks: [
                .daily(ContactTasks.coverageTask, contact.coverage),
                .daily(ContactTasks.retentionTask, contact.retain),
            ],
            questions: InteractionQueries(policy: policy).all,
            tables: [
                ScopedTable("interaction", .ofAccount("t.source", "t.code")),
                ScopedTable(
                    "interaction_payload",
                    .through(
                        """
                        exists (
                            select from interaction i where i.source = t.source and i.channel = t.channel
                                and i.interaction_id = t.interaction_id)
                        """)),
                // With the key of what is sealed: whoever sees the contact may open it.
                ScopedTable("person", .ofAccount("t.source", "t.code")),
                ScopedTable("consent", .ofAccount("t.source", "t.code")),
                ScopedTable("erasure", .ofAccount("t.source", "t.code")),
                ScopedTable("contact_lapse", .hidden), ScopedTable("privacy_secret", .hidden),
            ])
    }
}
