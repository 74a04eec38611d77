import Domain

/// What people do about agreements, notices, and who looks after whom.
enum SalesActs {
    static let all: [ActDescription] = [
        ActDescription(
            AgreementRecorded.self,
            .may(.act, .agreement, of: .account, "customer.code") { body, source in
                [body.customer.name(from: source)]
            }),
        // Who looks after a customer holds for everybody: an act of those above, not of whoever wants it.
        ActDescription(
            OwnershipAssigned.self,
            .may(.administer, .customer, of: .account, "customer.code") { body, source in
                [body.customer.name(from: source)]
            }),
        ActDescription(
            OwnershipHandedOver.self,
            .may(.administer, .customer, of: .account, "customers") { body, source in
                body.customers.map { $0.name(from: source) }
            }.when("customers") { !$0.customers.isEmpty },
            .may(.administer, .customer, of: .person, "fromLogin") { body, _ in [.init(.person, body.fromLogin)] }),
        ActDescription(
            AcknowledgeNotices.self,
            .may(.act, .notice, of: .notice, "noticeIds") { body, _ in body.noticeIds.map { .init(.notice, $0) } }),
        // Whoever takes a lead down does it for themselves: whose it becomes is for the rule of assignment to say.
        ActDescription(
            LeadCaptured.self, .may(.act, .customer, of: .person, "by") { body, _ in [.init(.person, body.by)] }),
        // One of the pool is nobody's yet.
        ActDescription(
            TakeLeadStep.self,
            .may(.act, .customer, of: .person, "by") { body, _ in [.init(.person, body.by)] }
                .when("step claimed") { $0.step == .claimed },
            .may(.administer, .customer, of: .lead, "leadId") { body, _ in [.init(.lead, body.leadId)] }
                .when("step assigned") { $0.step == .assigned },
            .may(.act, .customer, of: .lead, "leadId") { body, _ in [.init(.lead, body.leadId)] }),
        // The first word of one is about whose it becomes; every later one about whose it is.
        ActDescription(
            OpportunityRecorded.self,
            .may(.act, .customer, of: .person, "owner") { body, _ in
                [.init(.person, body.terms.owner ?? body.by)]
            }.when("revision 1") { $0.terms.revision == 1 },
            .may(.act, .customer, of: .opportunity, "opportunityId") { body, source in
                [.init(.opportunity, source: source, body.terms.opportunityId)]
            }),
        ActDescription(
            TakeOpportunityStep.self,
            .may(.act, .customer, of: .person, "to") { body, _ in [.init(.person, body.to ?? body.by)] }
                .when("step opened") { $0.step == .opened },
            .may(.administer, .customer, of: .opportunity, "opportunityId") { body, _ in
                [.init(.opportunity, source: ServiceName.sales.source, body.opportunityId)]
            }.when("step assigned") { $0.step == .assigned },
            .may(.act, .customer, of: .opportunity, "opportunityId") { body, _ in
                [.init(.opportunity, source: ServiceName.sales.source, body.opportunityId)]
            }),
        // Stages hold for everybody of a team, and what is asked for in each as well.
        ActDescription(SetSalesStages.self, .may(.administer, .setting)),
        // Both who proposes and who decides have to be somebody who may: what is sold holds for the whole group, as its rates do.
        ActDescription(ProposeProduct.self, .may(.administer, .rate)),
        ActDescription(DecideProduct.self, .may(.administer, .rate)),
        ActDescription(ImportRateCard.self, .may(.administer, .rate)),
        ActDescription(EndCardRules.self, .may(.administer, .rate)),
        ActDescription(SetPriceGroup.self, .may(.administer, .rate)),
        // What a quote becomes when it is accepted is an agreement; to approve one is to approve the orders that come of it.
        ActDescription(
            TakeQuoteStep.self,
            .may(.act, .agreement, of: .account, "customer.code") { body, source in
                body.customer.map { [$0.name(from: source)] } ?? []
            }.when("step requested") { $0.step == .requested },
            .may(.approve, .order, of: .quote, "quoteId", isMeasured: true) { body, _ in [.init(.quote, body.quoteId)] }
                .when("step approved") { $0.step == .approved },
            .may(.approve, .order, of: .quote, "quoteId") { body, _ in [.init(.quote, body.quoteId)] }
                .when("step returned") { $0.step == .returned },
            .may(.act, .agreement, of: .quote, "quoteId") { body, _ in [.init(.quote, body.quoteId)] }),
        // Who signs what holds for the whole group, as the policy does.
        ActDescription(SetQuoteAuthority.self, .may(.administer, .setting)),
        ActDescription(
            ChangeQuoteSigning.self,
            .may(.approve, .order, of: .quote, "quoteId") { body, _ in [.init(.quote, body.quoteId)] }
                .when("change add-signer") { $0.change == .addSigner },
            .may(.act, .agreement, of: .quote, "quoteId") { body, _ in [.init(.quote, body.quoteId)] }),
        ActDescription(
            SetLeadSeller.self,
            .may(.administer, .customer, of: .person, "login") { body, _ in [.init(.person, body.login)] }),
    ]
}
