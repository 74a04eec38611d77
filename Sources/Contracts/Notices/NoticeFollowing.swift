/// What of a notice goes along when somebody else looks after its customer.
package enum NoticeFollowing: String, Sendable, CaseIterable {
    /// It is whoever looks after the customer's.
    case owner
    /// The same, and as many managers above that one are told as well as were before.
    case ownerAndManagers = "owner-and-managers"
    /// It is somebody else's; whoever looks after the customer is told as well.
    case also
}

extension NoticeKind {
    /// What of it goes along with its customer; `nil` for what is somebody's by another reason: who has taken it on, whose
    /// branch or budget it is, or whom the service that raises it tells anew by itself.
    package var following: NoticeFollowing? {
        switch self {
        case .marginAlert, .marginAlertDiagnosed, .marginAlertEscalated, .orderRefused, .acceptanceOverride,
            .creditWatch, .creditHold, .creditStop, .receivableDue, .paymentPromise, .paymentPromiseDue,
            .paymentPromiseBroken, .disputeOpened, .orderSwing, .oddOrder, .agreementEnding, .agreementRenewing,
            .agreementExpired, .surveyRequested, .surveyCallback, .contactLapsed, .customerDeclining,
            .identityContradiction, .customerCorrected, .deliveryLateExpected:
            .owner
        case .receivableOverdue: .ownerAndManagers
        case .orderHeld, .acceptanceHeld, .acceptanceStopped, .writeOffProposed, .rateCardEnding, .complaint: .also
        case .expenseHeld, .expenseRecorded, .expenseBudget, .payableHeld, .payableRelease, .periodReopening, .ownerChanged,
            .ownerLeft, .leadAssigned, .leadDue, .leadEscalated, .leadTaken, .leadAgain, .opportunityStalled,
            .opportunityStepOverdue, .quoteHeld, .quoteReturned, .quoteEnding, .productHeld, .productRefused,
            .complaintClockDue, .complaintClockLate, .complaintPromiseDue, .identityReview, .costBias, .taskSetAside:
            nil
        }
    }
}
