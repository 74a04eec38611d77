public import Domain

/// How sure a cost is.
public enum CostState: String, Sendable, CaseIterable {
    /// From a rate card or a guess.
    case estimated
    /// The service is done, the invoice is not here.
    case accrued
    /// By the supplier's invoice.
    case actual
}

/// `cost.recorded.v1`: what a line of an order costs; `actual` replaces that line's estimate or accrual.
public struct CostRecorded: Message {
    /// Its name on the wire.
    public static let type = MessageType("cost.recorded.v1")
    /// The cost; with the message's source it names it through all its states.
    public let costId: String
    /// The order.
    public let orderId: String
    /// The line of the order.
    public let line: Int
    /// Who is paid.
    public let supplier: SupplierReference
    /// How sure it is.
    public let state: CostState
    /// How much, tax-exclusive.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency
    /// When the service was or will be done.
    public let serviceDate: CalendarDay
    /// The supplier's invoice.
    public let invoiceNo: String?

    /// - Parameters: as the properties.
    public init(
        costId: String,
        orderId: String,
        line: Int,
        supplier: SupplierReference,
        state: CostState,
        amount: FixedDecimal,
        currency: Currency,
        serviceDate: CalendarDay,
        invoiceNo: String? = nil
    ) {
        self.costId = costId
        self.orderId = orderId
        self.line = line
        self.supplier = supplier
        self.state = state
        self.amount = amount
        self.currency = currency
        self.serviceDate = serviceDate
        self.invoiceNo = invoiceNo
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        costId = try fields.identifier("costId")
        orderId = try fields.identifier("orderId")
        line = try fields.integer("line", 1...1_000_000)
        supplier = try fields.object("supplier", SupplierReference.self)
        state = try fields.choice("state", CostState.self)
        amount = try fields.decimal("amount")
        currency = try fields.currency("currency")
        serviceDate = try fields.dayOfTime("serviceDate")
        invoiceNo = try fields.optionalIdentifier("invoiceNo")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("costId", costId)
        object.text("orderId", orderId)
        object.integer("line", line)
        object.object("supplier", supplier)
        object.choice("state", state)
        object.amount("amount", amount)
        object.text("currency", currency.code)
        object.text("serviceDate", serviceDate.description)
        object.text("invoiceNo", invoiceNo)
    }

}
