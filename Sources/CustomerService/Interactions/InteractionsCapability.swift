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
            questions: InteractionQueries(policy: policy).all)
    }
}
