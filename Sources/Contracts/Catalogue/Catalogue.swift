import Domain

/// Who may publish a kind of message.
public enum ContractOwner: Sendable, Equatable, CustomStringConvertible {
    /// Other companies' systems.
    case partner
    /// Our own people, by the command line or another program of ours: what they publish are commands.
    case `operator`
    /// One of the services.
    case service(ServiceName)
    /// Any service that has something to tell one partner alone, by that partner's own queue.
    case servicesToPartner
    /// Any service, by the exchange of events: what each of them tells in the same words.
    case services

    /// The owner's name.
    public var description: String {
        switch self {
        case .partner: "partner"
        case .operator: "operator"
        case .service(let name): name.rawValue
        case .servicesToPartner, .services: "services"
        }
    }
}

/// A kind of message: what it is, who writes it, who reads it, and its fields.
public struct ContractDescription: Sendable {
    /// Its type, which is also its routing key.
    public let type: MessageType
    /// Who publishes it.
    public let owner: ContractOwner
    /// Which services read it.
    public let readers: [ServiceName]
    /// What it tells, in one sentence.
    public let summary: String
    /// Its fields, recorded from the code that reads them.
    public let fields: [FieldDescription]
    /// The field that names who acts, in a message by which our own people act: every `.operator` contract, and those of
    /// partners that our own people type, too. `nil` when nobody of ours sends it.
    public let personField: String?
    /// Reads data as this kind of message and writes it again.
    public let reencode: @Sendable (JSONNode) throws(Refusal) -> [UInt8]
    /// Reads data as this kind of message, with what its sender may name of others' numbers, and refuses what is wrong.
    public let check: @Sendable (JSONNode, References) throws(Refusal) -> Void

    /// Whether it is somebody else's message that our own people send as a command, too.
    public var isAlsoTyped: Bool { owner == .partner && personField != nil }

    /// Whether it says who belongs where: a partner may only publish it when its settings say so.
    public var isOfPeople: Bool { Self.ofPeople.contains(type) }

    private static let ofPeople: Set = [OrganisationRecorded.type, PersonRecorded.type, PersonLeft.type]

    /// Whether our own people import it from old systems' files, too.
    public var isImported: Bool { Self.imported.contains(type) }

    private static let imported: Set = [
        CustomerReported.type, SupplierReported.type, InvoiceIssued.type, PaymentReceived.type, ExpenseBudgetSet.type,
        AgreementRecorded.type,
    ]

    /// Every exchange by which it may come: its own, and that of commands when our own people type it, too.
    public var exchanges: [String] { isAlsoTyped ? [exchange, "waybill.commands"] : [exchange] }

    /// The exchange it goes to.
    public var exchange: String {
        switch owner {
        case .partner: "waybill.inbound"
        case .operator: "waybill.commands"
        case .service, .services: "waybill.events"
        case .servicesToPartner: "waybill.partners"
        }
    }

    /// Which of our services publish it as an event of their own, with a number in their ledger; none for everybody else's.
    public var producers: [ServiceName] {
        switch owner {
        case .service(let name): [name]
        case .services: ServiceName.business
        case .partner, .operator, .servicesToPartner: []
        }
    }

    /// - Parameter personField: the field that names who acts, when our own people send it, too; a contract of the
    ///   `.operator` has `by`.
    init<Body: Message>(
        _ body: Body.Type, _ owner: ContractOwner, to readers: [ServiceName], by personField: String? = nil,
        _ summary: String
    ) {
        type = Body.type
        self.owner = owner
        self.personField = owner == .operator ? "by" : personField
        self.readers = readers
        self.summary = summary
        fields = FieldReader.record(Body.init(fields:))
        reencode = { node throws(Refusal) in try Body(node: node).encode() }
        check = { node, references throws(Refusal) in _ = try Body(node: node, naming: references) }
    }
}

/// Every contract there is. Bindings, permissions, documents and tests are derived from this list.
public enum Catalogue {
    /// The contracts, those of partners first.
    public static let contracts: [ContractDescription] = [
        ContractDescription(
            OrderPlaced.self, .partner, to: ServiceName.business, "An order came into being."),
        ContractDescription(
            OrderChanged.self, .partner, to: ServiceName.business,
            "An order stands differently now: the whole order again, with a higher revision."),
        ContractDescription(
            OrderCancelled.self, .partner, to: [.customer, .sales, .servicedesk, .finance],
            "An order is not done after all."),
        ContractDescription(
            OrderCompleted.self, .partner, to: [.customer, .servicedesk, .finance], "An order is done."),
        ContractDescription(
            MilestoneReached.self, .partner, to: [.servicedesk], "Goods of an order have come so far."),
        ContractDescription(
            CostRecorded.self, .partner, to: [.customer, .finance, .supplier], "What a line of an order costs."),
        ContractDescription(InvoiceIssued.self, .partner, to: [.customer, .finance], "A customer owes money."),
        ContractDescription(PaymentReceived.self, .partner, to: [.finance], "A customer has paid."),
        ContractDescription(
            PaymentReturned.self, .partner, to: [.finance], by: "by", "A payment has gone back, wholly or in part."),
        ContractDescription(
            CreditNoteIssued.self, .partner, to: [.finance], "Part of an invoice, or all of it, is taken back."),
        ContractDescription(
            PaymentAllocated.self, .partner, to: [.finance], by: "by", "Cash that was on account is for invoices now."),
        ContractDescription(
            InvoiceDisputed.self, .partner, to: [.finance], by: "by", "A customer disputes an invoice, or a part of it."
        ),
        ContractDescription(
            DisputeResolved.self, .partner, to: [.finance], by: "by", "A dispute has ended."),
        ContractDescription(
            WriteOffProposed.self, .partner, to: [.finance], by: "proposedBy", "Somebody proposes to give a debt up."),
        ContractDescription(
            WriteOffApproved.self, .partner, to: [.finance], by: "approvedBy", "A second person approves a write-off."),
        ContractDescription(
            PaymentPromised.self, .partner, to: [.finance], by: "by", "A customer has promised to pay by a day."),
        ContractDescription(
            TermsAgreed.self, .partner, to: [.finance], by: "by", "When a customer or supplier is to pay or to be paid."
        ),
        ContractDescription(
            CreditLimitSet.self, .partner, to: [.finance], by: "setBy",
            "Up to how much a customer, or a group of customers, may owe us."),
        ContractDescription(
            CreditOverrideApproved.self, .partner, to: [.finance], by: "approvedBy",
            "A customer, or a group, may owe more for some days."
        ),
        ContractDescription(
            CustomerGrouped.self, .partner, to: [.finance], "A customer belongs to a group whose credit is one."),
        ContractDescription(
            CreditHoldLifted.self, .partner, to: [.finance], by: "by",
            "A customer that is held is trusted again until a day."),
        ContractDescription(
            SupplierInvoiceReceived.self, .partner, to: [.supplier, .finance], "We owe a supplier money."),
        ContractDescription(
            SupplierPaymentMade.self, .partner, to: [.supplier, .finance], "We have paid a supplier."),
        ContractDescription(
            ExpenseBudgetSet.self, .partner, to: [.finance], by: "setBy", "What may be spent on sales in a period."),
        ContractDescription(
            ExpenseReported.self, .partner, to: [.finance], "Money is to be spent on sales, is bound, or is spent."),
        ContractDescription(
            CustomerReported.self, .partner, to: [.customer], "A customer's master record in another system."),
        ContractDescription(
            SupplierReported.self, .partner, to: [.supplier, .customer], "A supplier's master record in another system."
        ),
        ContractDescription(
            InteractionLogged.self, .partner, to: [.customer], by: "by", "Somebody spoke with a customer."),
        ContractDescription(
            AgreementRecorded.self, .partner, to: [.sales], by: "by", "What is agreed with a customer."),
        ContractDescription(
            OwnershipAssigned.self, .partner, to: [.sales], by: "by",
            "Who looks after a customer from a day on, in a line of business or in all of them."),
        ContractDescription(
            OwnershipHandedOver.self, .partner, to: [.sales], by: "by",
            "One person's customers are another's from a day on, with everything that is open of them."),
        ContractDescription(
            LeadCaptured.self, .partner, to: [.sales], by: "by", "Somebody who may become a customer has come to us."),
        ContractDescription(
            OpportunityRecorded.self, .partner, to: [.sales], by: "by",
            "An opportunity stands so, by the system in which it is kept."),
        ContractDescription(ComplaintReported.self, .partner, to: [.servicedesk], by: "by", "A customer complains."),
        ContractDescription(
            ComplaintWaiting.self, .partner, to: [.servicedesk], by: "by",
            "A customer or a supplier is waited for about a complaint, or nobody any longer."),
        ContractDescription(SurveyAnswered.self, .partner, to: [.servicedesk], "A customer has answered a survey."),
        ContractDescription(
            ConsentRecorded.self, .partner, to: [.customer, .servicedesk], by: "by",
            "A person agrees to be spoken with by a channel, or does not any more."),
        ContractDescription(
            RelationDeclared.self, .partner, to: [.customer], by: "by", "What ties one party to another."),
        ContractDescription(
            OrganisationRecorded.self, .partner, to: [.customer], by: "by",
            "What nodes of the organisation are, from when until when."),
        ContractDescription(
            PersonRecorded.self, .partner, to: [.customer], by: "by",
            "Who is where, as what and under whom, from when until when."),
        ContractDescription(
            PersonLeft.self, .partner, to: [.customer], by: "by", "Somebody leaves after a day."),
        ContractDescription(
            PermissionPolicySet.self, .operator, to: [.customer], "Who may do what from now on."),
        ContractDescription(
            ErasePerson.self, .operator, to: [.customer],
            "Everything personal that is kept of a person is to become unreadable for ever."),
        ContractDescription(
            ComplaintStepTaken.self, .operator, to: [.servicedesk],
            "Somebody has done something about a complaint."),
        ContractDescription(
            TakeRecoveryStep.self, .operator, to: [.servicedesk], "Somebody has done something about a low score."),
        ContractDescription(
            SuggestLead.self, .operator, to: [.servicedesk],
            "Somebody at the service desk has seen that a customer needs something that we could sell."),
        ContractDescription(
            ExcludeDelivery.self, .operator, to: [.servicedesk],
            "A delivery is left out of the figures of bulletins, for a reason that has a code."),
        ContractDescription(
            PublishBulletins.self, .operator, to: [.servicedesk], "The bulletins of a month are made now."),
        ContractDescription(
            TakeBulletinStep.self, .operator, to: [.servicedesk], "A customer objects to a bulletin, or is answered."),
        ContractDescription(
            DiagnoseAlert.self, .operator, to: [.finance],
            "What a margin alert comes from, and what is done about it until when."),
        ContractDescription(
            CloseAlert.self, .operator, to: [.finance], "A margin alert that was diagnosed is done with."),
        ContractDescription(
            AcknowledgeNotices.self, .operator, to: [.sales], "Somebody has read notices: they are open no longer."),
        ContractDescription(TakeLeadStep.self, .operator, to: [.sales], "Somebody does something about a lead."),
        ContractDescription(SetLeadSeller.self, .operator, to: [.sales], "Who takes leads, which and how many."),
        ContractDescription(
            TakeOpportunityStep.self, .operator, to: [.sales], "Somebody does something about an opportunity."),
        ContractDescription(
            SetSalesStages.self, .operator, to: [.sales], "By which stages a team's opportunities go, in their order."),
        ContractDescription(
            ProposeProduct.self, .operator, to: [.sales],
            "Somebody says how something that is sold shall be from a day on."),
        ContractDescription(
            DecideProduct.self, .operator, to: [.sales],
            "Somebody decides about a version of what is sold that another one has proposed."),
        ContractDescription(
            ImportRateCard.self, .operator, to: [.sales], "Rules of a rate card are to hold, all of them or none."),
        ContractDescription(EndCardRules.self, .operator, to: [.sales], "Rules of a rate card end."),
        ContractDescription(
            SetPriceGroup.self, .operator, to: [.sales], "Which customers are a group, as far as prices go."),
        ContractDescription(TakeQuoteStep.self, .operator, to: [.sales], "Somebody does something about a quote."),
        ContractDescription(
            SetQuoteAuthority.self, .operator, to: [.sales], "Somebody says who has to sign which quotes."),
        ContractDescription(
            ChangeQuoteSigning.self, .operator, to: [.sales],
            "Somebody changes who signs a quote that waits for it, or takes it back."),
        ContractDescription(
            ReleasePayable.self, .operator, to: [.finance],
            "A supplier's invoice that does not fit is to be paid all the same: one proposes it, another approves."),
        ContractDescription(
            SetAcceptance.self, .operator, to: [.finance],
            "Somebody decides whether orders of a customer in a line of business are taken."),
        ContractDescription(
            GrantOverride.self, .operator, to: [.finance],
            "Orders of a customer are taken although its acceptance is not open: dated, and up to an amount."),
        ContractDescription(
            MergeParties.self, .operator, to: [.customer], "Somebody says that parties are one."),
        ContractDescription(
            UnmergeParties.self, .operator, to: [.customer],
            "Somebody says that parties which were merged into others stand for themselves."),
        ContractDescription(
            DecideReview.self, .operator, to: [.customer],
            "Somebody says whether two accounts that may be one party are."),
        ContractDescription(
            UndoDecision.self, .operator, to: [.customer], "A decision about who is who counts no more."),
        ContractDescription(
            CorrectCustomer.self, .operator, to: [.customer],
            "A field of a customer is something else than the systems say, or is no longer corrected."),
        ContractDescription(
            CorrectCustomerFormerly.self, .operator, to: [.customer],
            "The same by the version before, which knows fewer fields."),
        ContractDescription(
            SetStrategic.self, .operator, to: [.customer],
            "Somebody says from which day on a customer is strategic, or is not any more."),
        ContractDescription(
            ApproveExpense.self, .operator, to: [.finance], "Somebody lets an expense go beyond its budget."),
        ContractDescription(
            ClosePeriod.self, .operator, to: [.finance],
            "A month is closed: what comes for it later is posted in the first open month."),
        ContractDescription(
            LoadRates.self, .operator, to: [.finance],
            "Exchange rates that hold from a day on, beside those that are known."),
        ContractDescription(
            ReopenPeriod.self, .operator, to: [.finance],
            "A closed month is to be opened again: one proposes it, another person's does it."),
        ContractDescription(
            CustomerRegistered.self, .service(.customer), to: [.sales, .servicedesk, .finance, .supplier, .notifier],
            "A customer was seen for the first time."),
        ContractDescription(
            CustomerChanged.self, .service(.customer), to: [.sales, .servicedesk, .finance, .supplier, .notifier],
            "A customer stands differently now: the whole record again, with a higher revision."),
        ContractDescription(
            CustomersMerged.self, .service(.customer), to: [.sales], "Customers turned out to be one."),
        ContractDescription(
            CustomersUnmerged.self, .service(.customer), to: [.sales],
            "Customers that were taken for one are several."),
        ContractDescription(
            IdentityDecided.self, .service(.customer), to: [.sales], "Somebody decided who is who."),
        ContractDescription(
            CustomerClassified.self, .service(.customer), to: [.servicedesk, .finance],
            "Some class of a customer is another one; all its classes, as they stand."),
        ContractDescription(
            LifecycleChanged.self, .service(.customer), to: [.sales],
            "A customer has come into another state of its life with us."),
        ContractDescription(
            ContactLapsed.self, .service(.customer), to: [.sales],
            "Nobody has spoken with a key customer for too long."),
        ContractDescription(
            OrganisationChanged.self, .service(.customer), to: [.sales, .servicedesk, .finance, .supplier, .notifier],
            "A node of the organisation is another one than it was; all its days."),
        ContractDescription(
            PersonChanged.self, .service(.customer), to: [.sales, .servicedesk, .finance, .supplier, .notifier],
            "A person is elsewhere, something else or under somebody else; all days."),
        ContractDescription(
            PermissionPolicyChanged.self, .service(.customer),
            to: [.sales, .servicedesk, .finance, .supplier, .notifier],
            "Who may do what now: the whole policy."),
        ContractDescription(
            MarginAlertRaised.self, .service(.finance), to: [.sales, .customer],
            "An order or a customer earns too little or costs us money."),
        ContractDescription(
            MarginAlertCleared.self, .service(.finance), to: [.sales, .customer], "A margin alert is no more."),
        ContractDescription(
            MarginAlertDiagnosed.self, .service(.finance), to: [.sales],
            "Somebody has said what a margin alert comes from."),
        ContractDescription(
            MarginAlertEscalated.self, .service(.finance), to: [.sales],
            "A margin alert was not dealt with in time and goes to the manager."),
        ContractDescription(
            MarginAlertClosed.self, .service(.finance), to: [.customer, .sales], "Somebody has ended a margin alert."),
        ContractDescription(
            AcceptanceChanged.self, .service(.finance), to: [.sales, .customer],
            "Orders of a customer in a line of business are taken differently now."),
        ContractDescription(
            OrderMarginSettled.self, .service(.finance), to: [.sales],
            "The margin of an order that named its quote is final, or has come to something else since."),
        ContractDescription(OverrideGranted.self, .service(.finance), to: [.sales], "An override was approved."),
        ContractDescription(
            SettleReference.self, .operator, to: [.finance],
            "Somebody says whose number is meant that documents name and nobody has sent."),
        ContractDescription(
            SettlePaymentReference.self, .operator, to: [.finance],
            "Somebody says whose payment is meant that returns and allocations name and nobody has sent."),
        ContractDescription(
            SettleComplaintOrder.self, .operator, to: [.servicedesk],
            "Somebody says whose order is meant that complaints name and nobody has sent."),
        ContractDescription(
            DecideOrder.self, .operator, to: [.finance], "An order that waits for approval is decided again."),
        ContractDescription(
            OrderReferenceSettled.self, .service(.finance), to: [.servicedesk, .supplier],
            "Documents that named an order which nobody had sent were joined with that of another system."),
        ContractDescription(
            OrderDecided.self, .service(.finance), to: [.sales],
            "The answer to every placed or changed order."),
        ContractDescription(
            PartnerOrderDecided.self, .servicesToPartner, to: [],
            "The answer to an order, for the partner whose order it is."),
        ContractDescription(
            PartnerAcceptanceChanged.self, .servicesToPartner, to: [],
            "Orders of a customer are taken differently now, for the partner whose customer it is."),
        ContractDescription(
            PartnerMessageRefused.self, .servicesToPartner, to: [],
            "A message was refused, for the partner who has sent it."),
        ContractDescription(
            ExpenseDecided.self, .service(.finance), to: [.sales],
            "The answer to an expense that is to be committed, or was spent without an answer."),
        ContractDescription(
            ExpenseAlertRaised.self, .service(.finance), to: [.sales],
            "A budget is nearly or wholly used, or is used faster than is sold."),
        ContractDescription(
            ExpenseAlertCleared.self, .service(.finance), to: [.sales], "An alert of a budget is no more."),
        ContractDescription(
            PeriodChanged.self, .service(.finance), to: [.sales],
            "A month was closed or opened again, or is to be."),
        ContractDescription(
            ReceivableDue.self, .service(.finance), to: [.sales],
            "An invoice that is still open will be due, or is due now."),
        ContractDescription(
            ReceivableOverdue.self, .service(.finance), to: [.customer, .sales],
            "An invoice is still open after its due day."),
        ContractDescription(
            PaymentApplied.self, .service(.finance), to: [.customer, .sales],
            "What is open of an invoice is another amount: a payment, a credit note or a write-off counts."),
        ContractDescription(
            CreditStateChanged.self, .service(.finance), to: [.customer, .sales], "A customer is trusted more, or less."
        ),
        ContractDescription(
            OrderAnomalyRaised.self, .service(.sales), to: [.customer], "A customer's orders are not as usual."),
        ContractDescription(
            OrderAnomalyCleared.self, .service(.sales), to: [.customer],
            "A customer's orders are as usual again."),
        ContractDescription(
            AgreementChanged.self, .service(.sales), to: [.customer], "What is agreed with a customer now."),
        ContractDescription(
            OwnershipChanged.self, .service(.sales), to: [.customer, .finance, .notifier],
            "Who looks after a customer in a line of business, on the days of which anybody has said so."),
        ContractDescription(
            LeadStored.self, .service(.sales), to: [.customer], "A capture is kept; whose lead it is, and who has it."),
        ContractDescription(LeadChanged.self, .service(.sales), to: [.customer], "A lead stands otherwise; all of it."),
        ContractDescription(
            SuggestedLeadChanged.self, .service(.sales), to: [.servicedesk],
            "What has become of a need that the service desk saw."),
        ContractDescription(
            OpportunityChanged.self, .service(.sales), to: [.customer], "An opportunity stands otherwise; all of it."),
        ContractDescription(
            ProductChanged.self, .service(.sales), to: [],
            "A version of something that is sold was proposed, approved or refused; all of it."),
        ContractDescription(
            RateCardChanged.self, .service(.sales), to: [], "Rules of a rate card hold, or have ended."),
        ContractDescription(
            QuoteChanged.self, .service(.sales), to: [],
            "A quote stands otherwise. What it comes to is told once it is approved."),
        ContractDescription(
            SurveyRequested.self, .service(.servicedesk), to: [.customer],
            "A customer shall be asked how it went."),
        ContractDescription(
            SurveyInvited.self, .service(.servicedesk), to: [],
            "A customer may answer a survey; for the program that asks customers."),
        ContractDescription(
            RecoveryChanged.self, .service(.servicedesk), to: [.customer],
            "A customer has answered low, or something was done about it; how far that is now."),
        ContractDescription(
            LeadSuggested.self, .service(.servicedesk), to: [.sales],
            "A customer needs something that we could sell, with what it was seen by."),
        ContractDescription(
            ComplaintOpened.self, .service(.servicedesk), to: [.customer, .sales], "A complaint is known of."),
        ContractDescription(
            ComplaintProgressed.self, .service(.servicedesk), to: [.customer, .sales],
            "A step was taken about a complaint; how it stands now."),
        ContractDescription(
            ComplaintClockReached.self, .service(.servicedesk), to: [.sales],
            "So much of the time that a complaint may take is gone; who is told of it."),
        ContractDescription(
            ComplaintStatusChanged.self, .service(.servicedesk), to: [],
            "A complaint stands otherwise for its customer, in the customer's words; for the portal."),
        ContractDescription(
            BulletinPublished.self, .service(.servicedesk), to: [],
            "A bulletin was made, or made anew; for whatever gives it to its customer."),
        ContractDescription(
            SupplierRegistered.self, .service(.supplier), to: [.finance],
            "A supplier was seen for the first time, or is known better now."),
        ContractDescription(
            CostBiasChanged.self, .service(.supplier), to: [.finance],
            "How far a supplier's invoices are from what was expected."),
        ContractDescription(
            NoticeRaised.self, .services, to: [.notifier], "Something happened that somebody is to know of."),
        ContractDescription(
            NoticeChanged.self, .services, to: [.notifier],
            "What was said stands differently now: the whole notice again, with a higher revision."),
        ContractDescription(NoticeCleared.self, .services, to: [.notifier], "What was said is so no longer."),
        ContractDescription(
            MarkNotices.self, .operator, to: [.notifier],
            "Somebody has read notices, takes them on, puts them off, or has done what they ask for."),
        ContractDescription(
            SetNoticePreferences.self, .operator, to: [.notifier],
            "How somebody wants to be told: all of it again, in the place of what they wanted before."),
    ]

    private static let byType = Dictionary(uniqueKeysWithValues: contracts.map { ($0.type, $0) })
    private static let names = Set(contracts.map { String($0.type.name) })

    /// The contract of a type; `nil` when there is none.
    public static func description(of type: MessageType) -> ContractDescription? { byType[type] }

    /// Why a type that no contract has is refused: the name is unknown, or only its version.
    public static func refusal(forUnknown type: MessageType) -> Refusal {
        if type.version != nil, names.contains(String(type.name)) {
            return Refusal(
                .unknownVersion, path: "type",
                "'\(type.name)' is known, but not in this version: 'waybill contracts list' shows which")
        }
        return Refusal(
            .unknownType, path: "type",
            "\(quoted(type.description)) is no type of message: 'waybill contracts list' shows those there are")
    }
}
