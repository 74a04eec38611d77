/// What a notice tells a seller of. Its word is what people type and programs read.
package enum SalesNoticeKind: String, Sendable, CaseIterable {
    // Of margins.
    case marginLow = "margin-low"
    case marginNegative = "margin-negative"
    case alertDiagnosed = "alert-diagnosed"
    case alertEscalated = "alert-escalated"
    case alertClosed = "alert-closed"
    // Of how orders are taken.
    case orderAccepted = "order-accepted"
    case orderNeedsApproval = "order-needs-approval"
    case orderRefused = "order-refused"
    case acceptanceOpen = "acceptance-open"
    case acceptanceNeedsApproval = "acceptance-needs-approval"
    case acceptanceStopped = "acceptance-stopped"
    case overrideGranted = "override-granted"
    // Of money that is owed.
    case receivableDue = "receivable-due"
    case receivableOverdue = "receivable-overdue"
    case creditOk = "credit-ok"
    case creditWatch = "credit-watch"
    case creditHold = "credit-hold"
    case creditStop = "credit-stop"
    // Of who is who, and how it is with a customer.
    case customerMerged = "customer-merged"
    case customerUnmerged = "customer-unmerged"
    case identityDecided = "identity-decided"
    case lifecycleChanged = "lifecycle-changed"
    case contactLapsed = "contact-lapsed"
    case complaintOpened = "complaint-opened"
    case complaintClosed = "complaint-closed"
    case complaintClock = "complaint-clock"
    case agreementEnding = "agreement-ending"
    case agreementRenewing = "agreement-renewing"
    case agreementExpired = "agreement-expired"
    // Of leads.
    case leadAssigned = "lead-assigned"
    case leadDue = "lead-due"
    case leadTaken = "lead-taken"
    case leadEscalated = "lead-escalated"
    case leadAgain = "lead-again"
    // Of opportunities.
    case opportunityStalled = "opportunity-stalled"
    case opportunityStepOverdue = "opportunity-step-overdue"
    // Of expenses and months.
    case expenseAccepted = "expense-accepted"
    case expenseNeedsApproval = "expense-needs-approval"
    case expenseRecorded = "expense-recorded"
    case expenseBudgetEighty = "expense-budget-80"
    case expenseBudgetNinety = "expense-budget-90"
    case expenseBudgetExhausted = "expense-budget-100"
    case expenseBudgetLowered = "expense-budget-lowered"
    case expenseBudgetPace = "expense-budget-pace"
    case periodOpen = "period-open"
    case periodReopening = "period-reopening"
    case periodClosed = "period-closed"

    /// That an order or a customer's business earns too little.
    package init(_ severity: MarginSeverity) {
        self =
            switch severity {
            case .low: .marginLow
            case .negative: .marginNegative
            }
    }

    /// How an order was decided.
    package init(_ decision: OrderDecision) {
        self =
            switch decision {
            case .accepted: .orderAccepted
            case .needsApproval: .orderNeedsApproval
            case .refused: .orderRefused
            }
    }

    /// How orders of a customer are taken now.
    package init(_ state: AcceptanceState) {
        self =
            switch state {
            case .open: .acceptanceOpen
            case .needsApproval: .acceptanceNeedsApproval
            case .stopped: .acceptanceStopped
            }
    }

    /// How it is with a customer's credit.
    package init(_ state: CreditState) {
        self =
            switch state {
            case .ok: .creditOk
            case .watch: .creditWatch
            case .hold: .creditHold
            case .stop: .creditStop
            }
    }

    /// How an agreement stands; `nil` where nobody is told.
    package init?(_ state: AgreementState) {
        switch state {
        case .ending: self = .agreementEnding
        case .renewing: self = .agreementRenewing
        case .expired: self = .agreementExpired
        default: return nil
        }
    }

    /// How an expense was decided.
    package init(_ decision: ExpenseDecision) {
        self =
            switch decision {
            case .accepted: .expenseAccepted
            case .needsApproval: .expenseNeedsApproval
            case .recorded: .expenseRecorded
            }
    }

    /// What is wrong with a budget.
    package init(_ alert: ExpenseAlertKind) {
        self =
            switch alert {
            case .eighty: .expenseBudgetEighty
            case .ninety: .expenseBudgetNinety
            case .exhausted: .expenseBudgetExhausted
            case .lowered: .expenseBudgetLowered
            case .pace: .expenseBudgetPace
            }
    }

    /// How a month stands.
    package init(_ state: PeriodState) {
        self =
            switch state {
            case .open: .periodOpen
            case .reopening: .periodReopening
            case .closed: .periodClosed
            }
    }
}
