package import Domain

/// Which kinds of notices the services raise. The name is what a preference and a text are chosen by.
package enum NoticeKind: String, Sendable, CaseIterable {
    // Finance.
    /// An order or a customer earns too little or costs us money.
    case marginAlert = "margin-alert"
    /// Somebody has said what an alert comes from and by when it is mended.
    case marginAlertDiagnosed = "margin-alert-diagnosed"
    /// An alert was not dealt with in time.
    case marginAlertEscalated = "margin-alert-escalated"
    /// An order waits for an approval.
    case orderHeld = "order-held"
    /// An order is not taken.
    case orderRefused = "order-refused"
    /// Each order of a customer in a line of business needs approval.
    case acceptanceHeld = "acceptance-held"
    /// No order of a customer in a line of business is taken.
    case acceptanceStopped = "acceptance-stopped"
    /// Orders of a customer are taken although its acceptance is not open.
    case acceptanceOverride = "acceptance-override"
    /// A customer is trusted less, or its hold is lifted for some days.
    case creditWatch = "credit-watch"
    /// Each order of a customer needs approval for what it owes.
    case creditHold = "credit-hold"
    /// No order of a customer is taken for what it owes.
    case creditStop = "credit-stop"
    /// An open invoice will be due, or is.
    case receivableDue = "receivable-due"
    /// An open invoice is overdue.
    case receivableOverdue = "receivable-overdue"
    /// A customer has promised to pay by a day.
    case paymentPromise = "payment-promise"
    /// What a customer has promised to pay is due the next day, and has not come.
    case paymentPromiseDue = "payment-promise-due"
    /// The day by which a customer has promised to pay is over, and the money has not come.
    case paymentPromiseBroken = "payment-promise-broken"
    /// A customer disputes an invoice.
    case disputeOpened = "dispute-opened"
    /// Somebody proposes to give a debt up.
    case writeOffProposed = "write-off-proposed"
    /// An expense waits for an approval.
    case expenseHeld = "expense-held"
    /// An expense was spent though nobody let it go.
    case expenseRecorded = "expense-recorded"
    /// A budget is nearly or wholly used, was lowered below what is used, or is used faster than is sold.
    case expenseBudget = "expense-budget"
    /// A supplier's invoice does not fit what was recorded, and is held back.
    case payableHeld = "payable-held"
    /// A supplier's invoice that does not fit is to be paid all the same.
    case payableRelease = "payable-release"
    /// A closed month is to be opened again.
    case periodReopening = "period-reopening"

    // Sales.
    /// The level of a customer's orders has changed.
    case orderSwing = "order-swing"
    /// An order is unlike the customer's others.
    case oddOrder = "odd-order"
    /// An agreement ends unless something is done.
    case agreementEnding = "agreement-ending"
    /// An agreement goes on for another year unless notice is given.
    case agreementRenewing = "agreement-renewing"
    /// An agreement has ended, and nothing came after it.
    case agreementExpired = "agreement-expired"
    /// Another person looks after a customer.
    case ownerChanged = "owner-changed"
    /// Whoever looked after a customer has left: somebody acts for that person, or nobody does.
    case ownerLeft = "owner-left"
    /// Somebody has a lead and is to speak with it.
    case leadAssigned = "lead-assigned"
    /// Nobody has spoken with a lead yet, and it is about to go to somebody else.
    case leadDue = "lead-due"
    /// Nobody has spoken with a lead for so long that the managers are told.
    case leadEscalated = "lead-escalated"
    /// A lead was taken from somebody who did not speak with it in time.
    case leadTaken = "lead-taken"
    /// Somebody whose lead is there already has come once more.
    case leadAgain = "lead-again"
    /// An opportunity stays in its stage for longer than nine of ten of its kind.
    case opportunityStalled = "opportunity-stalled"
    /// The day of an opportunity's next step has passed.
    case opportunityStepOverdue = "opportunity-step-overdue"
    /// A quote waits for somebody's approval.
    case quoteHeld = "quote-held"
    /// A quote was not approved but sent back.
    case quoteReturned = "quote-returned"
    /// A customer has a quote to which it may agree for some days only.
    case quoteEnding = "quote-ending"
    /// A version of something that is sold waits for somebody's decision.
    case productHeld = "product-held"
    /// A version of something that is sold was refused.
    case productRefused = "product-refused"
    /// Rates of a card end soon, and none come after them.
    case rateCardEnding = "rate-card-ending"

    // The service desk.
    /// A customer complains, and is not done with.
    case complaint
    /// Most of the time is gone that a complaint may take until its next end.
    case complaintClockDue = "complaint-clock-due"
    /// A complaint takes longer than it may.
    case complaintClockLate = "complaint-clock-late"
    /// Most of the time is gone by which a customer was promised to hear of its complaint.
    case complaintPromiseDue = "complaint-promise-due"
    /// A customer shall be asked how it went.
    case surveyRequested = "survey-requested"
    /// A customer thinks little of us and is to be called.
    case surveyCallback = "survey-callback"
    /// An order is expected to come later than was promised.
    case deliveryLateExpected = "delivery-late-expected"

    // The customer service.
    /// Nobody has spoken with a key customer for too long.
    case contactLapsed = "contact-lapsed"
    /// A customer orders less, is silent, or is lost.
    case customerDeclining = "customer-declining"
    /// An account names two companies' credit codes.
    case identityContradiction = "identity-contradiction"
    /// Accounts may be one customer, which somebody has to decide.
    case identityReview = "identity-review"
    /// A field of a customer was corrected.
    case customerCorrected = "customer-corrected"

    // The supplier service.
    /// A supplier's invoices are far from what was expected.
    case costBias = "cost-bias"

    // Any service.
    /// Something that a service does at a time has failed as often as it is tried.
    case taskSetAside = "task-set-aside"
}

/// What is to be known of a kind of notice.
package struct NoticeKindDescription: Sendable {
    /// Who raises it.
    package let services: [ServiceName]
    /// What it is a state of: kinds of one matter are one notice of an object, and the later takes the earlier's place.
    package let matter: String
    /// What it is about, in the words of a policy.
    package let object: PermissionKind
    /// The word for it where a notice is read: a lead is seen as a customer is, and called a lead.
    package let word: String
    /// The events together with which it is raised or changed; none when nothing but the notice tells of it.
    package let with: [MessageType]
    /// The events together with which it is cleared; none when nothing but the notice tells of it.
    package let clearedWith: [MessageType]
    /// When it is raised, in words.
    package let raised: String
    /// When it is cleared, in words.
    package let cleared: String
    /// Whose it is, in words.
    package let whose: String
    /// What to do next, as it is typed: what stands in braces is put in, what is in capitals is for who types it.
    package let next: String

    init(
        _ services: [ServiceName], _ matter: String, _ object: PermissionKind, word: String? = nil,
        with: [MessageType] = [], clearedWith: [MessageType] = [], raised: String, cleared: String, whose: String,
        next: String
    ) {
        self.services = services
        self.matter = matter
        self.object = object
        self.word = word ?? object.rawValue
        self.with = with
        self.clearedWith = clearedWith
        self.raised = raised
        self.cleared = cleared
        self.whose = whose
        self.next = next
    }
}

extension NoticeKind {
    /// What is to be known of it.
    package var about: NoticeKindDescription {
        switch self {
        case .marginAlert, .marginAlertDiagnosed, .marginAlertEscalated: ofMargin
        case .orderHeld, .orderRefused, .acceptanceHeld, .acceptanceStopped, .acceptanceOverride: ofOrders
        case .creditWatch, .creditHold, .creditStop: ofCredit
        case .receivableDue, .receivableOverdue, .disputeOpened, .writeOffProposed: ofReceivables
        case .paymentPromise, .paymentPromiseDue, .paymentPromiseBroken: ofPromises
        case .expenseHeld, .expenseRecorded, .expenseBudget, .payableHeld, .payableRelease, .periodReopening: ofBooks
        case .orderSwing, .oddOrder, .agreementEnding, .agreementRenewing, .agreementExpired, .ownerChanged,
            .ownerLeft:
            ofSales
        case .leadAssigned, .leadDue, .leadEscalated, .leadTaken, .leadAgain: ofLeads
        case .opportunityStalled, .opportunityStepOverdue: ofOpportunities
        case .quoteHeld, .quoteReturned, .quoteEnding: ofQuotes
        case .productHeld, .productRefused, .rateCardEnding: ofProducts
        case .complaintClockDue, .complaintClockLate: ofClocks
        case .complaintPromiseDue, .identityReview, .deliveryLateExpected: ofWaiting
        case .complaint, .surveyRequested, .surveyCallback, .contactLapsed, .customerDeclining,
            .identityContradiction, .customerCorrected, .costBias, .taskSetAside:
            ofOthers
        }
    }

    /// What it is a state of.
    package var matter: String { about.matter }

    /// What it is about, in the words of a policy.
    package var object: PermissionKind { about.object }

    private var ofMargin: NoticeKindDescription {
        func margin(
            with: [MessageType], raised: String, whose: String, next: String
        ) -> NoticeKindDescription {
            NoticeKindDescription(
                [.finance], "margin-alert", .marginAlert, with: with,
                clearedWith: [MarginAlertCleared.type, MarginAlertClosed.type], raised: raised,
                cleared: "the margin is good again, the order is cancelled, or somebody closes the alert", whose: whose,
                next: next)
        }
        return switch self {
        case .marginAlertDiagnosed:
            margin(
                with: [MarginAlertDiagnosed.type], raised: "somebody says what an alert comes from",
                whose: "who looks after the customer; after the day of the plan the manager, too",
                next: "waybill alerts close {alert} --outcome OUTCOME --note NOTE")
        case .marginAlertEscalated:
            margin(
                with: [MarginAlertEscalated.type],
                raised: "the day of the diagnosis or of the plan has passed, and nothing was done",
                whose: "who looks after the customer, and the manager to whom it goes",
                next: "waybill alerts show {alert}")
        default:
            margin(
                with: [MarginAlertRaised.type],
                raised: "an order, a customer or its line of business earns too little or costs us money",
                whose: "who looks after the customer; after the day of the diagnosis the manager, too",
                next: "waybill alerts diagnose {alert} --reason REASON --plan PLAN --recover-by DAY")
        }
    }

    private var ofOrders: NoticeKindDescription {
        func acceptance(raised: String) -> NoticeKindDescription {
            NoticeKindDescription(
                [.finance], "acceptance", .acceptance, with: [AcceptanceChanged.type],
                clearedWith: [AcceptanceChanged.type], raised: raised, cleared: "its orders are taken again",
                whose: "who answers for the setting, otherwise who looks after the customer; the latter always, too",
                next: "waybill finance acceptance show {customer}")
        }
        return switch self {
        case .orderHeld:
            NoticeKindDescription(
                [.finance], "order-decision", .order, with: [OrderDecided.type], clearedWith: [OrderDecided.type],
                raised: "an order waits for an approval",
                cleared: "it is approved, a later revision is taken, or it is cancelled",
                whose: "the manager of the order's branch; who looks after the customer, too",
                next: "waybill orders approve {order} --source {source} --reason REASON")
        case .orderRefused:
            NoticeKindDescription(
                [.finance], "order-decision", .order, with: [OrderDecided.type], clearedWith: [OrderDecided.type],
                raised: "an order is not taken, by a rule or because somebody said no",
                cleared: "a later revision is taken, or it is cancelled", whose: "who looks after the customer",
                next: "waybill finance acceptance show {customer}")
        case .acceptanceHeld: acceptance(raised: "each order of a customer in a line of business needs approval")
        case .acceptanceStopped: acceptance(raised: "no order of a customer in a line of business is taken")
        default:
            NoticeKindDescription(
                [.finance], "acceptance-override", .acceptance, with: [OverrideGranted.type],
                raised: "somebody lets orders through although acceptance is not open",
                cleared: "by itself, when its last day is over", whose: "who looks after the customer",
                next: "waybill finance acceptance show {customer}")
        }
    }

    private var ofCredit: NoticeKindDescription {
        let raised =
            switch self {
            case .creditHold: "each order of a customer needs approval for what it owes"
            case .creditStop: "no order of a customer is taken for what it owes"
            default: "a customer comes near its limit, pays late, or its hold is lifted for some days"
            }
        return NoticeKindDescription(
            [.finance], "credit-state", .credit, with: [CreditStateChanged.type],
            clearedWith: [CreditStateChanged.type], raised: raised, cleared: "the customer is trusted up to its limit",
            whose: "who looks after the customer", next: "waybill finance credit exposure --customer {customer}")
    }

    private var ofReceivables: NoticeKindDescription {
        func reminder(_ type: MessageType, raised: String, whose: String) -> NoticeKindDescription {
            NoticeKindDescription(
                [.finance], "receivable", .receivable, with: [type], clearedWith: [PaymentApplied.type],
                raised: raised, cleared: "nothing of it is open any more", whose: whose,
                next:
                    "waybill finance receivables promise NUMBER --invoice {invoice} --amount AMOUNT --currency {currency} --on DAY --source SOURCE"
            )
        }
        return switch self {
        case .receivableDue:
            reminder(
                ReceivableDue.type, raised: "an open invoice is due in a week, or today",
                whose: "who looks after the customer")
        case .receivableOverdue:
            reminder(
                ReceivableOverdue.type, raised: "an invoice is open 7, 15, 30 or 60 days after its due day",
                whose: "who looks after the customer; as many managers above as the reminder has levels, too")
        case .disputeOpened:
            NoticeKindDescription(
                [.finance], "dispute", .receivable, raised: "a customer disputes an invoice",
                cleared: "the dispute ends", whose: "who looks after the customer",
                next: "waybill finance receivables dispute resolve {dispute} --outcome OUTCOME --source {source}")
        default:
            NoticeKindDescription(
                [.finance], "write-off", .receivable, raised: "somebody proposes to give a debt up",
                cleared: "another person approves it", whose: "the manager of the customer's branch",
                next: "waybill finance receivables write-off approve {writeOff} --source {source}")
        }
    }

    private var ofBooks: NoticeKindDescription {
        switch self {
        case .expenseHeld:
            NoticeKindDescription(
                [.finance], "expense-decision", .expense, with: [ExpenseDecided.type],
                clearedWith: [ExpenseDecided.type], raised: "an expense goes beyond its budget",
                cleared: "it is approved, or the budget has room", whose: "the branch's manager; who spends it, too",
                next: "waybill finance expenses approve {expense} --source {source} --reason REASON")
        case .expenseRecorded:
            NoticeKindDescription(
                [.finance], "expense-decision", .expense, with: [ExpenseDecided.type],
                raised: "money is spent that nobody let go, or more than was let go",
                cleared: "never: somebody says that it is done", whose: "the branch's manager; who spent it, too",
                next: "waybill finance expenses budgets --account {account}")
        case .expenseBudget:
            NoticeKindDescription(
                [.finance], "expense-budget", .expense, with: [ExpenseAlertRaised.type],
                clearedWith: [ExpenseAlertCleared.type],
                raised: "a budget is used by 80, 90 or 100 %, lowered below what is used, or used faster than is sold",
                cleared: "it is so no longer, or another step takes its place",
                whose: "whose budget it is, otherwise the branch's manager",
                next: "waybill finance expenses budgets --account {account}")
        case .payableHeld:
            NoticeKindDescription(
                [.finance], "payable-release", .payable,
                raised: "a supplier's invoice does not fit what was recorded a day after it came",
                cleared: "it fits, it is paid, or it is let go", whose: "the director",
                next: "waybill finance payables release propose {invoice} --source {source} --reason REASON")
        case .payableRelease:
            NoticeKindDescription(
                [.finance], "payable-release", .payable,
                raised: "somebody proposes to pay a supplier's invoice that does not fit",
                cleared: "another person approves it", whose: "the director",
                next: "waybill finance payables release approve {invoice} --source {source}")
        default:
            NoticeKindDescription(
                [.finance], "period", .period, with: [PeriodChanged.type], clearedWith: [PeriodChanged.type],
                raised: "somebody wants a closed month open", cleared: "another person opens it",
                whose: "the director", next: "waybill finance months reopen {month} --reason REASON")
        }
    }

    private var ofSales: NoticeKindDescription {
        func agreement(raised: String) -> NoticeKindDescription {
            NoticeKindDescription(
                [.sales], "agreement", .agreement, clearedWith: [AgreementChanged.type], raised: raised,
                cleared: "it is ended, or ends on another day", whose: "who looks after the customer",
                next: "waybill agreements list --customer {customer}")
        }
        func owner(raised: String, cleared: String, whose: String, next: String) -> NoticeKindDescription {
            NoticeKindDescription(
                [.sales], "owner", .customer, with: [OwnershipChanged.type], clearedWith: [OwnershipChanged.type],
                raised: raised, cleared: cleared, whose: whose, next: next)
        }
        return switch self {
        case .orderSwing:
            NoticeKindDescription(
                [.sales], "order-swing", .customer, with: [OrderAnomalyRaised.type],
                clearedWith: [OrderAnomalyCleared.type],
                raised: "a customer orders much more or less than it did",
                cleared: "it orders as usual again, or its orders tell nothing any more",
                whose: "who looks after the customer", next: "waybill customers show {customer}")
        case .oddOrder:
            NoticeKindDescription(
                [.sales], "odd-order", .order, with: [OrderAnomalyRaised.type],
                raised: "an order's amount is unlike the customer's others",
                cleared: "by itself after 30 days", whose: "who looks after the customer",
                next: "waybill orders show {order} --source {source}")
        case .agreementEnding: agreement(raised: "an agreement ends, and the time to do something has come")
        case .agreementRenewing: agreement(raised: "an agreement goes on for another year unless notice is given")
        case .agreementExpired: agreement(raised: "an agreement has ended, and nothing came after it")
        case .ownerChanged:
            owner(
                raised: "another person is said to look after a customer",
                cleared: "by itself after 30 days, or when nothing is said any more",
                whose: "who looks after the customer now, or will", next: "waybill owners show {customer}")
        default:
            owner(
                raised: "who looked after a customer has left", cleared: "the customer is assigned",
                whose: "who acts for that person, otherwise the branch's manager",
                next:
                    "waybill owners assign NUMBER --customer {code} --owner LOGIN --from DAY --reason REASON --source SOURCE"
            )
        }
    }

    private var ofOthers: NoticeKindDescription {
        switch self {
        case .complaint:
            NoticeKindDescription(
                [.servicedesk], "complaint", .complaint, with: [ComplaintOpened.type, ComplaintProgressed.type],
                clearedWith: [ComplaintProgressed.type],
                raised: "a customer complains, or a step is taken about a complaint", cleared: "it is closed",
                whose:
                    "who has it, otherwise who took the last step; who looks after the customer, too; after the promise the manager, too",
                next: "waybill complaints step {complaint} STEP --source {source} --note NOTE")
        case .surveyRequested:
            NoticeKindDescription(
                [.servicedesk], "survey", .customer, with: [SurveyRequested.type],
                raised: "a customer shall be asked how it went", cleared: "by itself after 30 days",
                whose: "who looks after the customer",
                next: "waybill interactions log {code} --channel CHANNEL --summary WORDS --source SOURCE")
        case .surveyCallback:
            NoticeKindDescription(
                [.servicedesk], "callback", .customer, with: [RecoveryChanged.type],
                clearedWith: [RecoveryChanged.type], raised: "a customer has answered a survey with a low score",
                cleared: "somebody has called",
                whose: "who looks after the customer; after a working day the manager, too",
                next: "waybill surveys step {order} called --source {source} --note NOTE")
        case .contactLapsed:
            NoticeKindDescription(
                [.customer], "contact", .customer, with: [ContactLapsed.type],
                raised: "nobody has spoken with a key customer for too long",
                cleared: "somebody has spoken with it", whose: "who looks after the customer",
                next: "waybill interactions log CODE --channel CHANNEL --summary WORDS --source SOURCE")
        case .customerDeclining:
            NoticeKindDescription(
                [.customer], "lifecycle", .customer, with: [LifecycleChanged.type],
                clearedWith: [LifecycleChanged.type], raised: "a customer orders less, is silent, or is lost",
                cleared: "it orders again", whose: "who looks after the customer",
                next: "waybill customers show {customer}")
        case .identityContradiction:
            NoticeKindDescription(
                [.customer], "identity-contradiction", .identity,
                raised: "an account names the credit codes of two companies",
                cleared: "never: somebody says that it is done",
                whose: "who looks after the customer", next: "waybill parties show {customer}")
        case .customerCorrected:
            NoticeKindDescription(
                [.customer], "correction", .identity, raised: "somebody corrects a field of a customer",
                cleared: "the correction is withdrawn, or by itself after 30 days",
                whose: "who looks after the customer",
                next: "waybill parties show {customer}")
        case .costBias:
            NoticeKindDescription(
                [.supplier], "cost-bias", .supplier, with: [CostBiasChanged.type], clearedWith: [CostBiasChanged.type],
                raised: "a supplier's invoices are 5 % or more from what was expected, by five of them or more",
                cleared: "they are nearer than that", whose: "the operator, as nobody is known to buy from a supplier",
                next: "waybill query supplier bias.list")
        default:
            NoticeKindDescription(
                ServiceName.allCases, "task-set-aside", .setting,
                raised: "something that is done at a time has failed as often as it is tried",
                cleared: "it is tried again and succeeds, or is let go", whose: "the operator",
                next: "waybill schedule retry {service} {task}")
        }
    }
}
