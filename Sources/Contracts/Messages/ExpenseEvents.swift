public import Domain

/// Whether an expense may be committed.
public enum ExpenseDecision: String, Sendable, CaseIterable {
    /// It fits its budget, or was approved.
    case accepted
    /// It goes beyond its budget and waits for an approval.
    case needsApproval = "needs-approval"
    /// It is spent already, though nobody let it go: it counts, and is told of.
    case recorded
}

/// Why an expense is not simply accepted.
public enum ExpenseReason: String, Sendable, CaseIterable {
    /// With it more is bound and spent than the budget has.
    case beyondBudget = "beyond-budget"
    /// It was spent without having been committed before.
    case notCommitted = "not-committed"
    /// It was spent while it waited for an approval.
    case notApproved = "not-approved"
}

/// `finance.expense-decided.v1`: the answer to an expense that is to be committed, or was spent without an answer.
public struct ExpenseDecided: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.expense-decided.v1")
    /// The system that reported the expense.
    public let source: String
    /// The expense.
    public let expenseId: String
    /// The budget.
    public let budgetId: String
    /// The answer.
    public let decision: ExpenseDecision
    /// Why not simply accepted; `nil` when it fits.
    public let reason: ExpenseReason?
    /// The lowest tier that may approve it; `nil` when it needs none, or none may.
    public let tier: String?
    /// Who approved it; `nil` when nobody had to.
    public let approvedBy: String?
    /// What is left of the budget, without the expense while it waits.
    public let available: FixedDecimal
    /// In what currency.
    public let currency: Currency
    /// When it was decided.
    public let decidedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        source: String, expenseId: String, budgetId: String, decision: ExpenseDecision,
        reason: ExpenseReason? = nil, tier: String? = nil, approvedBy: String? = nil, available: FixedDecimal,
        currency: Currency, decidedAt: Timestamp
    ) {
        self.source = source
        self.expenseId = expenseId
        self.budgetId = budgetId
        self.decision = decision
        self.reason = reason
        self.tier = tier
        self.approvedBy = approvedBy
        self.available = available
        self.currency = currency
        self.decidedAt = decidedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        source = try fields.identifier("source", maximum: 128)
        expenseId = try fields.identifier("expenseId")
        budgetId = try fields.identifier("budgetId")
        decision = try fields.choice("decision", ExpenseDecision.self)
        reason = try fields.optionalChoice("reason", ExpenseReason.self)
        tier = try fields.optionalIdentifier("tier")
        approvedBy = try fields.optionalIdentifier("approvedBy")
        available = try fields.decimal("available")
        currency = try fields.currency("currency")
        decidedAt = try fields.timestamp("decidedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("source", source)
        object.text("expenseId", expenseId)
        object.text("budgetId", budgetId)
        object.choice("decision", decision)
        object.choice("reason", reason)
        object.text("tier", tier)
        object.text("approvedBy", approvedBy)
        object.amount("available", available)
        object.text("currency", currency.code)
        object.timestamp("decidedAt", decidedAt)
    }
}

/// Why a budget is told of.
public enum ExpenseAlertKind: String, Sendable, CaseIterable {
    /// Four fifths are spent or bound.
    case eighty = "80"
    /// Nine tenths are.
    case ninety = "90"
    /// All of it is.
    case exhausted = "100"
    /// It was lowered below what is spent or bound already; nothing more is let go.
    case lowered
    /// It is spent much faster than is sold.
    case pace
}

/// `finance.expense-alert-raised.v1`: a budget is nearly or wholly used, or is used faster than is sold.
public struct ExpenseAlertRaised: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.expense-alert-raised.v1")
    /// The alert.
    public let alertId: String
    /// Why.
    public let kind: ExpenseAlertKind
    /// The budget.
    public let budgetId: String
    /// The branch.
    public let branch: String
    /// Whose budget it is; `nil` for the whole branch.
    public let owner: String?
    /// What it is for.
    public let account: String
    /// How much it is.
    public let budget: FixedDecimal
    /// How much is spent or bound.
    public let used: FixedDecimal
    /// What was sold, in percent of the target; only for the pace.
    public let salesPercent: FixedDecimal?
    /// In what currency.
    public let currency: Currency
    /// When it was raised.
    public let raisedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        alertId: String, kind: ExpenseAlertKind, budgetId: String, branch: String, owner: String?, account: String,
        budget: FixedDecimal, used: FixedDecimal, salesPercent: FixedDecimal? = nil, currency: Currency,
        raisedAt: Timestamp
    ) {
        self.alertId = alertId
        self.kind = kind
        self.budgetId = budgetId
        self.branch = branch
        self.owner = owner
        self.account = account
        self.budget = budget
        self.used = used
        self.salesPercent = salesPercent
        self.currency = currency
        self.raisedAt = raisedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        alertId = try fields.identifier("alertId")
        kind = try fields.choice("kind", ExpenseAlertKind.self)
        budgetId = try fields.identifier("budgetId")
        branch = try fields.identifier("branch")
        owner = try fields.optionalIdentifier("owner")
        account = try fields.identifier("account")
        budget = try fields.decimal("budget")
        used = try fields.decimal("used")
        salesPercent = try fields.optionalDecimal("salesPercent")
        currency = try fields.currency("currency")
        raisedAt = try fields.timestamp("raisedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("alertId", alertId)
        object.choice("kind", kind)
        object.text("budgetId", budgetId)
        object.text("branch", branch)
        object.text("owner", owner)
        object.text("account", account)
        object.amount("budget", budget)
        object.amount("used", used)
        object.decimal("salesPercent", salesPercent)
        object.text("currency", currency.code)
        object.timestamp("raisedAt", raisedAt)
    }
}

/// `finance.expense-alert-cleared.v1`: what an alert of a budget said holds no more.
public struct ExpenseAlertCleared: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.expense-alert-cleared.v1")
    /// The alert.
    public let alertId: String
    /// Why it had been raised.
    public let kind: ExpenseAlertKind
    /// The budget.
    public let budgetId: String
    /// The branch.
    public let branch: String
    /// Whose budget it is; `nil` for the whole branch.
    public let owner: String?
    /// What it is for.
    public let account: String
    /// When it was cleared.
    public let clearedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        alertId: String, kind: ExpenseAlertKind, budgetId: String, branch: String, owner: String?, account: String,
        clearedAt: Timestamp
    ) {
        self.alertId = alertId
        self.kind = kind
        self.budgetId = budgetId
        self.branch = branch
        self.owner = owner
        self.account = account
        self.clearedAt = clearedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        alertId = try fields.identifier("alertId")
        kind = try fields.choice("kind", ExpenseAlertKind.self)
        budgetId = try fields.identifier("budgetId")
        branch = try fields.identifier("branch")
        owner = try fields.optionalIdentifier("owner")
        account = try fields.identifier("account")
        clearedAt = try fields.timestamp("clearedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("alertId", alertId)
        object.choice("kind", kind)
        object.text("budgetId", budgetId)
        object.text("branch", branch)
        object.text("owner", owner)
        object.text("account", account)
        object.timestamp("clearedAt", clearedAt)
    }
}
