import Domain

/// What people do about the organisation, its people and who may do what. All of it holds for everybody.
enum PeopleActs {
    static let all: [ActDescription] = [
        ActDescription(OrganisationRecorded.self, .may(.administer, .person)),
        ActDescription(PersonRecorded.self, .may(.administer, .person)),
        ActDescription(PersonLeft.self, .may(.administer, .person)),
        ActDescription(PermissionPolicySet.self, .may(.administer, .setting)),
    ]
}
