public import Domain

/// Up to whom a reminder goes: the sales owner always, those above with the days overdue.
public enum ReminderLevel: String, Sendable, CaseIterable {
    /// The sales owner alone.
    case salesOwner = "sales-owner"
    /// The sales owner's supervisor, too.
    case supervisor
    /// The branch's manager, too.
    case branchManager = "branch-manager"
    /// Finance, too.
    case finance
    /// The legal department, too.
    case legal
}

/// An open invoice, as a reminder tells of it.
public struct ReceivableReminder: Part {
    /// The reminder; it is told once.
    public let reminderId: String
    /// The invoice's source.
    public let source: String
    /// The invoice.
    public let invoiceId: String
    /// The customer.
    public let customerId: String
    /// The code by which the customer was invoiced.
    public let customerCode: String
    /// The branch that looks after the customer.
    public let branch: String?
    /// Who looks after the customer.
    public let salesOwner: String?
    /// The day on which the invoice is due (UTC+8).
    public let dueOn: CalendarDay
    /// What was invoiced.
    public let amount: FixedDecimal
    /// What is still open of it and not disputed.
    public let openAmount: FixedDecimal
    /// What is open of it and disputed; none when nothing is.
    public let disputedAmount: FixedDecimal?
    /// The currency of both.
    public let currency: Currency
    /// Days from the due day as planned: -7, 0, 7, 15, 30, 60.
    public let offsetDays: Int
    /// The working day to which the plan moved it (UTC+8).
    public let remindOn: CalendarDay
    /// Up to whom it goes.
    public let level: ReminderLevel
    /// When it was written.
    public let raisedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        reminderId: String,
        source: String,
        invoiceId: String,
        customerId: String,
        customerCode: String,
        branch: String? = nil,
        salesOwner: String? = nil,
        dueOn: CalendarDay,
        amount: FixedDecimal,
        openAmount: FixedDecimal,
        disputedAmount: FixedDecimal? = nil,
        currency: Currency,
        offsetDays: Int,
        remindOn: CalendarDay,
        level: ReminderLevel,
        raisedAt: Timestamp
    ) {
        self.reminderId = reminderId
        self.source = source
        self.invoiceId = invoiceId
        self.customerId = customerId
        self.customerCode = customerCode
        self.branch = branch
        self.salesOwner = salesOwner
        self.dueOn = dueOn
        self.amount = amount
        self.openAmount = openAmount
        self.disputedAmount = disputedAmount
        self.currency = currency
        self.offsetDays = offsetDays
        self.remindOn = remindOn
        self.level = level
        self.raisedAt = raisedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        reminderId = try fields.identifier("reminderId")
        source = try fields.identifier("source", maximum: 128)
        invoiceId = try fields.identifier("invoiceId")
        customerId = try fields.identifier("customerId")
        customerCode = try fields.identifier("customerCode")
        branch = try fields.optionalIdentifier("branch")
        salesOwner = try fields.optionalIdentifier("salesOwner")
        dueOn = try fields.day("dueOn")
        amount = try fields.decimal("amount")
        openAmount = try fields.decimal("openAmount")
        disputedAmount = try fields.optionalDecimal("disputedAmount")
        currency = try fields.currency("currency")
        offsetDays = try fields.integer("offsetDays", -366...3_660)
        remindOn = try fields.day("remindOn")
        level = try fields.choice("level", ReminderLevel.self)
        raisedAt = try fields.timestamp("raisedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("reminderId", reminderId)
        object.text("source", source)
        object.text("invoiceId", invoiceId)
        object.text("customerId", customerId)
        object.text("customerCode", customerCode)
        object.text("branch", branch)
        object.text("salesOwner", salesOwner)
        object.text("dueOn", dueOn.description)
        object.amount("amount", amount)
        object.amount("openAmount", openAmount)
        object.amount("disputedAmount", disputedAmount)
        object.text("currency", currency.code)
        object.integer("offsetDays", offsetDays)
        object.text("remindOn", remindOn.description)
        object.choice("level", level)
        object.timestamp("raisedAt", raisedAt)
    }
}

/// `finance.receivable-due.v1`: an invoice that is still open will be due, or is due now.
public struct ReceivableDue: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.receivable-due.v1")
    /// The invoice as it stands.
    public let reminder: ReceivableReminder

    /// - Parameter reminder: the invoice as it stands.
    public init(_ reminder: ReceivableReminder) {
        self.reminder = reminder
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        reminder = try ReceivableReminder(fields: &fields)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) { reminder.write(to: &object) }
}

/// `finance.receivable-overdue.v1`: an invoice is still open after its due day.
public struct ReceivableOverdue: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.receivable-overdue.v1")
    /// The invoice as it stands.
    public let reminder: ReceivableReminder
    /// How many days it is overdue.
    public let daysOverdue: Int

    /// - Parameters:
    ///   - reminder: the invoice as it stands.
    ///   - daysOverdue: how many days it is overdue.
    public init(_ reminder: ReceivableReminder, daysOverdue: Int) {
        self.reminder = reminder
        self.daysOverdue = daysOverdue
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        reminder = try ReceivableReminder(fields: &fields)
        daysOverdue = try fields.integer("daysOverdue", 1...100_000)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        reminder.write(to: &object)
        object.integer("daysOverdue", daysOverdue)
    }
}
