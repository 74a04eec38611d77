import Domain

/// What people do about who customers are.
enum CustomerActs {
    static let all: [ActDescription] = [
        ActDescription(MergeParties.self, .may(.act, .identity)),
        ActDescription(UnmergeParties.self, .may(.act, .identity)),
        ActDescription(DecideReview.self, .may(.act, .identity)),
        ActDescription(UndoDecision.self, .may(.act, .identity)),
        ActDescription(
            CorrectCustomer.self,
            .may(.act, .identity, of: .customer, "customerId") { body, _ in [.init(.customer, body.customerId)] }),
        ActDescription(
            CorrectCustomerFormerly.self,
            .may(.act, .identity, of: .customer, "customerId") { body, _ in [.init(.customer, body.customerId)] }),
        ActDescription(
            ErasePerson.self,
            .may(.act, .identity, of: .account, "customer.code") { body, _ in
                [.init(.account, source: body.customer.source ?? body.source, body.customer.code)]
            }),
        ActDescription(
            SetStrategic.self,
            .may(.act, .customer, of: .customer, "customerId") { body, _ in [.init(.customer, body.customerId)] }),
        ActDescription(
            RelationDeclared.self,
            .may(.act, .customer, of: .account, "from.code") { body, source in [body.from.name(from: source)] }),
        ActDescription(
            InteractionLogged.self,
            .may(.act, .interaction, of: .account, "customer.code") { body, source in
                [body.customer.name(from: source)]
            }),
        ActDescription(
            ConsentRecorded.self,
            .may(.act, .interaction, of: .account, "customer.code") { body, source in
                [body.customer.name(from: source)]
            }),
        // Who belongs where decides who sees what: it is for who answers for the group as a whole.
        ActDescription(OrganisationRecorded.self, .may(.administer, .person)),
        ActDescription(PersonRecorded.self, .may(.administer, .person)),
        ActDescription(PersonLeft.self, .may(.administer, .person)),
        ActDescription(PermissionPolicySet.self, .may(.administer, PermissionPolicy.setBy)),
    ]
}

extension CustomerCode {
    /// What an act about it is about.
    ///
    /// - Parameter source: whose code it is where it does not say.
    func name(from source: String) -> ActSubjectName { ActSubjectName(.account, source: self.source ?? source, code) }
}
