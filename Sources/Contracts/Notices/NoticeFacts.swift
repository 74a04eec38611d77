package import Domain

/// A fact that notices of a kind tell.
package struct NoticeFactDescription: Sendable {
    /// The name under which a service gives it.
    package let name: String
    /// How it is written.
    package let kind: NoticeFactKind
    /// The protected field that it stands in.
    package let field: PermissionField?
    /// The values that a code may have; empty for one that may be anything, such as a number or what an installation names.
    package let codes: [String]
    /// Whether every notice of the kind has it; otherwise some do, as far as it is known.
    package let isAlways: Bool

    /// The same, that only some notices of the kind have.
    var sometimes: NoticeFactDescription {
        NoticeFactDescription(name: name, kind: kind, field: field, codes: codes, isAlways: false)
    }

    private static func fact(
        _ name: String, _ kind: NoticeFactKind, _ field: PermissionField? = nil, _ codes: [String] = []
    ) -> NoticeFactDescription {
        NoticeFactDescription(name: name, kind: kind, field: field, codes: codes, isAlways: true)
    }

    static func text(_ name: String, _ field: PermissionField? = nil) -> NoticeFactDescription {
        fact(name, .text, field)
    }

    static func code(_ name: String) -> NoticeFactDescription { fact(name, .code) }

    static func code<Choice>(_ name: String, _ choice: Choice.Type) -> NoticeFactDescription
    where Choice: CaseIterable & RawRepresentable<String> {
        fact(name, .code, nil, choice.allCases.map(\.rawValue))
    }

    static func money(_ name: String, _ field: PermissionField? = nil) -> NoticeFactDescription {
        fact(name, .money, field)
    }

    static func rate(_ name: String, _ field: PermissionField? = nil) -> NoticeFactDescription {
        fact(name, .rate, field)
    }

    static func day(_ name: String) -> NoticeFactDescription { fact(name, .day) }

    static func time(_ name: String) -> NoticeFactDescription { fact(name, .time) }

    static func count(_ name: String) -> NoticeFactDescription { fact(name, .count) }
}

/// By what an order is decided, as notices tell of it.
package enum NoticeOrderRule: String, Sendable, CaseIterable {
    /// The margin of the customer asks for approvals.
    case acceptanceNeedsApproval = "acceptance-needs-approval"
    /// Somebody has set that the customer's orders need approval.
    case acceptanceSetNeedsApproval = "acceptance-set-needs-approval"
    /// No order of the customer is taken, by its margin.
    case acceptanceStopped = "acceptance-stopped"
    /// Somebody has set that no order of the customer is taken.
    case acceptanceSetStopped = "acceptance-set-stopped"
    /// There is no rate between the order's currency and the limit's.
    case creditNoRate = "credit-no-rate"
    /// The customer's orders need approval for what it owes.
    case creditHold = "credit-hold"
    /// No order of the customer is taken for what it owes.
    case creditStop = "credit-stop"
    /// The order goes beyond the limit.
    case creditLimit = "credit-limit"
    /// Somebody has said no.
    case notApproved = "not-approved"
}

/// Why a supplier's invoice is held back, as notices tell of it.
package enum NoticePayableMatch: String, Sendable, CaseIterable {
    /// It names no order.
    case noOrder = "no-order"
    /// No cost of its orders is recorded of the supplier.
    case noCost = "no-cost"
    /// It is above what was recorded.
    case aboveCost = "above-cost"
    /// It is below what was recorded.
    case belowCost = "below-cost"
    /// It looks like another one.
    case twice
}

/// By what a customer is chosen to be asked how it went, as notices tell of it.
package enum NoticeSurveyRule: String, Sendable, CaseIterable {
    /// Something was damaged.
    case damaged
    /// Less came than was ordered.
    case short
    /// It came late.
    case late
    /// One of those with which all went well.
    case sampleOfGood = "sample-of-good"
    /// The customer thought little of us before.
    case reSurvey = "re-survey"
}

extension NoticeKind {
    /// The facts that a service gives of it. Texts name no others, and tests compare what services raise with it.
    package var facts: [NoticeFactDescription] {
        switch self {
        case .marginAlert, .marginAlertDiagnosed, .marginAlertEscalated: factsOfMargin
        case .orderHeld, .orderRefused, .acceptanceHeld, .acceptanceStopped, .acceptanceOverride: factsOfOrders
        case .creditWatch, .creditHold, .creditStop: factsOfCredit
        case .receivableDue, .receivableOverdue, .paymentPromise, .paymentPromiseDue, .paymentPromiseBroken,
            .disputeOpened, .writeOffProposed:
            factsOfReceivables
        case .expenseHeld, .expenseRecorded, .expenseBudget, .payableHeld, .payableRelease, .periodReopening:
            factsOfBooks
        case .orderSwing, .oddOrder, .agreementEnding, .agreementRenewing, .agreementExpired, .ownerChanged,
            .ownerLeft:
            factsOfSales
        case .leadAssigned, .leadDue, .leadEscalated, .leadTaken, .leadAgain: factsOfLeads
        case .opportunityStalled, .opportunityStepOverdue: factsOfOpportunities
        case .quoteHeld, .quoteReturned, .quoteEnding, .productHeld, .productRefused, .rateCardEnding: factsOfOffers
        case .complaint, .complaintClockDue, .complaintClockLate, .complaintPromiseDue, .surveyRequested,
            .surveyCallback, .deliveryLateExpected:
            factsOfDesk
        case .contactLapsed, .customerDeclining, .identityContradiction, .identityReview, .customerCorrected,
            .costBias, .taskSetAside:
            factsOfOthers
        }
    }

    private var factsOfMargin: [NoticeFactDescription] {
        let figures: [NoticeFactDescription] = [
            .code("severity", MarginSeverity.self), .code("level", MarginLevel.self), .code("customer"),
            .code("order").sometimes, .code("line").sometimes, .money("revenue").sometimes,
            .money("cost", .cost).sometimes, .money("margin", .margin).sometimes, .day("diagnose-by"),
        ]
        let diagnosis: [NoticeFactDescription] = [
            .code("reason", MarginReason.self), .text("plan"), .day("recover-by"),
        ]
        let delay: [NoticeFactDescription] = [
            .code("delay", AlertDelay.self).sometimes, .day("due").sometimes, .code("escalated-to").sometimes,
        ]
        return switch self {
        case .marginAlertDiagnosed: figures + diagnosis + [.code("escalated-to").sometimes]
        case .marginAlertEscalated: figures + diagnosis.map(\.sometimes) + delay
        default:
            figures + [
                .rate("margin-rate", .margin).sometimes, .rate("threshold", .margin).sometimes,
                .text("causes", .cost).sometimes, .text("provisional").sometimes,
            ]
        }
    }

    private var factsOfOrders: [NoticeFactDescription] {
        switch self {
        case .orderHeld, .orderRefused:
            [
                .code("order"), .count("order-revision"), .code("customer"), .code("line"),
                .code("decision", OrderDecision.self), .code("rule", NoticeOrderRule.self), .money("amount"),
                .money("exposure").sometimes, .money("limit").sometimes, .money("available").sometimes,
            ]
        case .acceptanceOverride:
            [
                .code("customer").sometimes, .text("name", .personalData).sometimes, .code("line"), .money("cap"),
                .day("from"), .day("until"), .text("reason"), .code("by"), .code("tier"),
            ]
        default:
            [
                .code("customer").sometimes, .text("name", .personalData).sometimes, .code("line"),
                .code("state", AcceptanceState.self), .code("previous", AcceptanceState.self), .text("reason"),
                .count("orders").sometimes, .money("revenue").sometimes, .money("margin", .margin).sometimes,
                .rate("margin-rate", .margin).sometimes, .text("plan").sometimes, .day("until").sometimes,
                .code("by").sometimes,
            ]
        }
    }

    private var factsOfCredit: [NoticeFactDescription] {
        [
            .code("customer").sometimes, .text("name", .personalData).sometimes, .code("state", CreditState.self),
            .code("previous", CreditState.self), .text("reason"), .money("exposure").sometimes,
            .money("limit").sometimes, .money("available").sometimes, .code("group").sometimes,
            .count("days-overdue").sometimes, .day("until").sometimes,
        ]
    }

    private var factsOfReceivables: [NoticeFactDescription] {
        switch self {
        case .receivableDue, .receivableOverdue:
            [
                .code("invoice"), .code("customer"), .money("amount"), .money("open"), .money("disputed").sometimes,
                .day("due"),
                .code("level", ReminderLevel.self),
            ] + (self == .receivableOverdue ? [.count("days-overdue")] : [])
        case .paymentPromise, .paymentPromiseDue, .paymentPromiseBroken:
            [
                .code("invoice"), .code("customer").sometimes, .money("promised"), .day("promised-on"),
                .code("taken-by").sometimes,
            ]
        case .disputeOpened:
            [
                .code("invoice"), .code("customer").sometimes, .money("disputed"), .code("reason", DisputeReason.self),
                .text("note").sometimes, .code("by").sometimes,
            ]
        default:
            [
                .code("write-off"), .code("invoice"), .code("customer").sometimes, .money("amount"),
                .code("reason", WriteOffReason.self), .code("proposed-by"),
            ]
        }
    }

    private var factsOfBooks: [NoticeFactDescription] {
        switch self {
        case .expenseHeld, .expenseRecorded:
            [
                .code("expense"), .code("account"), .code("owner").sometimes, .code("budget"),
                .code("decision", ExpenseDecision.self), .code("reason", ExpenseReason.self).sometimes,
                .money("amount"), .money("available"), .money("excess").sometimes, .code("tier").sometimes,
                .day("day"),
            ]
        case .expenseBudget:
            [
                .code("budget"), .code("alert", ExpenseAlertKind.self), .code("account"), .money("amount"),
                .money("used"), .rate("sold").sometimes,
            ]
        case .payableHeld:
            [
                .code("invoice"), .code("supplier"), .money("amount"), .money("open"),
                .code("match", NoticePayableMatch.self),
            ]
        case .payableRelease:
            [.code("invoice"), .money("open").sometimes, .text("reason").sometimes, .code("proposed-by")]
        default: [.text("month"), .text("reason").sometimes, .code("proposed-by")]
        }
    }

    private var factsOfSales: [NoticeFactDescription] {
        switch self {
        case .orderSwing, .oddOrder:
            [
                .code("customer"), .code("line"), .code("order").sometimes, .code("metric", AnomalyMetric.self),
                .code("direction", AnomalyDirection.self), .text("score"),
                // Amounts are money, numbers of orders are not.
                .money("usual").sometimes, .text("usual").sometimes, .money("seen").sometimes,
                .text("seen").sometimes,
            ]
        case .agreementEnding, .agreementRenewing, .agreementExpired:
            [
                .code("agreement"), .text("title"), .code("agreement-kind", AgreementKind.self), .code("customer"),
                .code("state", AgreementState.self), .day("ends"), .day("notice-by"),
            ]
        default:
            [
                .code("customer"), .code("line"), .day("from"), .day("until").sometimes,
                .code("ground", OwnershipGround.self), .code("owner").sometimes, .code("handed-from").sometimes,
                .code("acting-for").sometimes, .day("left-on").sometimes,
            ]
        }
    }

    private var factsOfLeads: [NoticeFactDescription] {
        let lead: [NoticeFactDescription] = [
            .code("lead"), .text("company"), .code("channel", LeadChannel.self), .code("campaign").sometimes,
            .code("grade", LeadGrade.self).sometimes, .text("contact", .personalData).sometimes,
        ]
        return switch self {
        case .leadTaken: lead + [.code("new-owner").sometimes]
        case .leadAgain: lead + [.code("source"), .code("capture"), .count("captures")]
        default: lead + [.time("speak-by").sometimes, .time("captured"), .code("former-owner").sometimes]
        }
    }

    private var factsOfOpportunities: [NoticeFactDescription] {
        let opportunity: [NoticeFactDescription] = [
            .code("opportunity"), .text("company"), .text("title").sometimes, .code("stage"),
        ]
        return switch self {
        case .opportunityStalled: opportunity + [.count("days"), .count("most-days").sometimes]
        default: opportunity + [.text("next-step").sometimes, .day("next-step-day").sometimes]
        }
    }

    private var factsOfOffers: [NoticeFactDescription] {
        switch self {
        case .rateCardEnding:
            [
                .code("card"), .code("side", CardSide.self), .code("customer").sometimes,
                .code("price-group").sometimes, .count("rules"), .day("ends"),
            ]
        case .productHeld, .productRefused:
            [
                .code("level", ProductLevel.self), .code("product"), .count("version"), .text("product-name"),
                .day("valid-from"), .text("note").sometimes,
                self == .productHeld ? .code("proposed-by") : .code("decided-by"),
            ]
        default:
            [
                .code("quote"), .count("quote-revision"), .code("customer"), .text("title").sometimes, .code("owner"),
                .day("valid-until"),
            ]
                + (self == .quoteHeld ? [.code("submitted-by")] : [])
                + (self == .quoteReturned ? [.code("by"), .text("note").sometimes] : [])
        }
    }

    private var factsOfDesk: [NoticeFactDescription] {
        switch self {
        case .complaint:
            [
                .code("complaint"), .code("customer"), .code("order").sometimes,
                .code("category", ComplaintCategory.self), .code("severity", ComplaintSeverity.self),
                .code("state", ComplaintState.self), .code("by"), .text("note", .personalData).sometimes,
                .time("opened"), .time("promised").sometimes,
            ]
        case .complaintClockDue, .complaintClockLate:
            [
                .code("complaint"), .code("customer"), .code("clock", ComplaintClock.self), .count("percent"),
                .code("category", ComplaintCategory.self), .code("severity", ComplaintSeverity.self),
                .code("agent").sometimes, .time("opened"),
            ]
        case .complaintPromiseDue:
            [
                .code("complaint"), .code("customer"), .time("promised"), .code("category", ComplaintCategory.self),
                .code("severity", ComplaintSeverity.self), .code("agent").sometimes,
            ]
        case .deliveryLateExpected:
            [.code("order"), .code("customer"), .code("line").sometimes, .time("promised"), .time("expected")]
        case .surveyRequested:
            [.code("order"), .code("customer"), .code("line").sometimes, .code("rule", NoticeSurveyRule.self)]
        default:
            [
                .code("order"), .code("customer"), .code("line").sometimes, .count("satisfaction").sometimes,
                .count("recommendation").sometimes, .count("effort").sometimes,
            ]
        }
    }

    private var factsOfOthers: [NoticeFactDescription] {
        switch self {
        case .contactLapsed:
            [.text("name", .personalData).sometimes, .time("last-contact").sometimes, .count("days")]
        case .customerDeclining:
            [
                .text("name", .personalData).sometimes, .code("state", LifecycleState.self),
                .code("previous", LifecycleState.self), .day("since"), .count("dwell-days").sometimes,
                .text("reason", .margin),
            ]
        case .identityContradiction: [.code("source"), .code("customer"), .text("credit-codes")]
        case .identityReview: [.count("pairs"), .time("oldest")]
        case .customerCorrected:
            [
                .text("name", .personalData).sometimes, .code("field", GoldenField.self),
                .text("reason", .personalData), .code("by"),
            ]
        case .costBias:
            [
                .code("supplier"), .code("service-item"), .code("stage", BiasStage.self), .rate("ratio", .purchaseRate),
                .count("observations"),
            ]
        default:
            [
                .code("service", ServiceName.self), .code("task"), .code("key"), .time("due"), .count("attempts"),
                .text("error"),
            ]
        }
    }
}
