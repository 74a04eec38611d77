public import Domain

/// `expense-budget.set.v1`: what a branch, or one of its people, may spend on an account in a period.
public struct ExpenseBudgetSet: Message {
    /// Its name on the wire.
    public static let type = MessageType("expense-budget.set.v1")
    /// The budget.
    public let budgetId: String
    /// Counts its changes from 1; a higher one replaces the amount and the target.
    public let revision: Int
    /// The branch.
    public let branch: String
    /// Whose it is; `nil` for the whole branch.
    public let owner: String?
    /// What it is for, such as `entertainment`.
    public let account: String
    /// The first day.
    public let from: CalendarDay
    /// The last day.
    public let to: CalendarDay
    /// How much.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency
    /// What is to be sold in the period, in the same currency; spending is measured against it.
    public let salesTarget: FixedDecimal?
    /// Who set it.
    public let setBy: String

    /// - Parameters: as the properties.
    public init(
        budgetId: String, revision: Int, branch: String, owner: String? = nil, account: String, from: CalendarDay,
        to: CalendarDay, amount: FixedDecimal, currency: Currency, salesTarget: FixedDecimal? = nil, setBy: String
    ) {
        self.budgetId = budgetId
        self.revision = revision
        self.branch = branch
        self.owner = owner
        self.account = account
        self.from = from
        self.to = to
        self.amount = amount
        self.currency = currency
        self.salesTarget = salesTarget
        self.setBy = setBy
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        budgetId = try fields.identifier("budgetId")
        revision = try fields.integer("revision", 1...1_000_000_000)
        branch = try fields.identifier("branch")
        owner = try fields.optionalIdentifier("owner")
        account = try fields.identifier("account")
        from = try fields.day("from")
        to = try fields.day("to")
        amount = try fields.decimal("amount")
        currency = try fields.currency("currency")
        salesTarget = try fields.optionalDecimal("salesTarget")
        setBy = try fields.identifier("setBy")
        try fields.require(from <= to, .contradictoryTimes, "to", "the last day lies before the first")
        try fields.require(!amount.isNegative, .negativeAmount, "amount", "a budget is not negative")
        try fields.require(
            (salesTarget ?? FixedDecimal(1)) > .zero, .negativeAmount, "salesTarget", "a target is above nought")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("budgetId", budgetId)
        object.integer("revision", revision)
        object.text("branch", branch)
        object.text("owner", owner)
        object.text("account", account)
        object.text("from", from.description)
        object.text("to", to.description)
        object.amount("amount", amount)
        object.text("currency", currency.code)
        object.amount("salesTarget", salesTarget)
        object.text("setBy", setBy)
    }
}

/// How far an expense has come.
public enum ExpenseState: String, Sendable, CaseIterable {
    /// Somebody means to spend it.
    case planned
    /// It is promised to somebody outside.
    case committed
    /// It is spent.
    case actual
}

/// `expense.reported.v1`: money that sales means to spend, is bound to spend or has spent; a later state replaces the
/// earlier one whole. What is not spent after all is reported as actual with nought.
public struct ExpenseReported: Message {
    /// Its name on the wire.
    public static let type = MessageType("expense.reported.v1")
    /// The expense; with the message's source it names it through all its states.
    public let expenseId: String
    /// How far it is.
    public let state: ExpenseState
    /// The branch.
    public let branch: String
    /// Who spends it.
    public let owner: String
    /// What for.
    public let account: String
    /// The day it counts for.
    public let day: CalendarDay
    /// How much.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency

    /// - Parameters: as the properties.
    public init(
        expenseId: String, state: ExpenseState, branch: String, owner: String, account: String, day: CalendarDay,
        amount: FixedDecimal, currency: Currency
    ) {
        self.expenseId = expenseId
        self.state = state
        self.branch = branch
        self.owner = owner
        self.account = account
        self.day = day
        self.amount = amount
        self.currency = currency
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        expenseId = try fields.identifier("expenseId")
        state = try fields.choice("state", ExpenseState.self)
        branch = try fields.identifier("branch")
        owner = try fields.identifier("owner")
        account = try fields.identifier("account")
        day = try fields.dayOfTime("day")
        amount = try fields.decimal("amount")
        currency = try fields.currency("currency")
        try fields.require(!amount.isNegative, .negativeAmount, "amount", "an expense is not negative")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("expenseId", expenseId)
        object.choice("state", state)
        object.text("branch", branch)
        object.text("owner", owner)
        object.text("account", account)
        object.text("day", day.description)
        object.amount("amount", amount)
        object.text("currency", currency.code)
    }
}

/// `finance.approve-expense.v1`: somebody lets an expense go beyond its budget.
public struct ApproveExpense: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.approve-expense.v1")
    /// The system that reported the expense.
    public let source: String
    /// The expense; it must be waiting for an approval.
    public let expenseId: String
    /// Why.
    public let reason: String
    /// Who approves it; not who spends it.
    public let by: String

    /// - Parameters: as the properties.
    public init(source: String, expenseId: String, reason: String, by: String) {
        self.source = source
        self.expenseId = expenseId
        self.reason = reason
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        source = try fields.identifier("source", maximum: 128)
        expenseId = try fields.identifier("expenseId")
        reason = try fields.text("reason")
        by = try fields.identifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("source", source)
        object.text("expenseId", expenseId)
        object.text("reason", reason)
        object.text("by", by)
    }
}
