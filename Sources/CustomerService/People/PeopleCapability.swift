import Contracts
import ServiceKit

extension Capability {
    /// Who belongs where and who may do what: the book of it, for all services.
    static let people = Capability(
        handlers: [
            .on(OrganisationRecorded.self, PersonRecorded.self, PersonLeft.self, PeopleHandlers.record),
            .on(PermissionPolicySet.self, PeopleHandlers.setPolicy),
        ],
        questions: PeopleQueries.all,
        tables: [
            ScopedTable(
                "people_word",
                .through(
                    "t.subject = 'node' or exists (select from organisation_person p where p.login = t.key)"))
        ])
}
