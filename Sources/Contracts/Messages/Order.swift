public import Domain

/// A customer as an order names it.
public struct CustomerReference: Part {
    /// The code that the publishing system gave it.
    public let code: String
    /// Its name, if known there.
    public let name: String?
    /// Its unified social credit code as written there; whether it is valid is the customer service's matter.
    public let creditCode: String?

    /// - Parameters: as the properties.
    public init(code: String, name: String? = nil, creditCode: String? = nil) {
        self.code = code
        self.name = name
        self.creditCode = creditCode
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        code = try fields.identifier("code")
        name = try fields.optionalText("name")
        creditCode = try fields.optionalText("creditCode", maximum: 64)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("code", code)
        object.text("name", name)
        object.text("creditCode", creditCode)
    }
}

/// A supplier as an order or a cost names it.
public struct SupplierReference: Part {
    /// The code that the publishing system gave it.
    public let code: String
    /// Its name, if known there.
    public let name: String?

    /// - Parameters: as the properties.
    public init(code: String, name: String? = nil) {
        self.code = code
        self.name = name
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        code = try fields.identifier("code")
        name = try fields.optionalText("name")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("code", code)
        object.text("name", name)
    }
}

/// One line of an order. Amounts are tax-exclusive, in the order's currency.
public struct OrderLine: Part {
    /// Its number, unique in its order.
    public let line: Int
    /// What is done; a name that ends in `-CREDIT` is a credit, and only that may be negative.
    public let serviceItem: String
    /// How much of it.
    public let quantity: FixedDecimal
    /// In what unit.
    public let unit: String
    /// What the customer pays.
    public let revenue: FixedDecimal
    /// What it costs us; `nil` while that is not known.
    public let cost: FixedDecimal?
    /// Who does it for us.
    public let supplier: SupplierReference?
    /// From where to where, such as `PVG-LAX`.
    public let lane: String?
    /// Whether it is only paid on the customer's behalf (代垫), such as duty: neither revenue nor cost of ours, though the
    /// customer is billed for it. `nil` is no.
    public let passThrough: Bool?

    /// - Parameters: as the properties.
    public init(
        line: Int, serviceItem: String, quantity: FixedDecimal, unit: String, revenue: FixedDecimal,
        cost: FixedDecimal? = nil, supplier: SupplierReference? = nil, lane: String? = nil, passThrough: Bool? = nil
    ) {
        self.line = line
        self.serviceItem = serviceItem
        self.quantity = quantity
        self.unit = unit
        self.revenue = revenue
        self.cost = cost
        self.supplier = supplier
        self.lane = lane
        self.passThrough = passThrough
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        line = try fields.integer("line", 1...1_000_000)
        serviceItem = try fields.identifier("serviceItem")
        quantity = try fields.decimal("quantity")
        unit = try fields.identifier("unit", maximum: 32)
        revenue = try fields.decimal("revenue")
        cost = try fields.optionalDecimal("cost")
        supplier = try fields.optionalObject("supplier", SupplierReference.self)
        lane = try fields.optionalIdentifier("lane")
        passThrough = try fields.optionalBoolean("passThrough")
        if !serviceItem.hasSuffix("-CREDIT") {
            let rule = "only a service item that ends in -CREDIT may be negative"
            try fields.require(!quantity.isNegative, .negativeAmount, "quantity", rule)
            try fields.require(!revenue.isNegative, .negativeAmount, "revenue", rule)
            try fields.require(!(cost?.isNegative ?? false), .negativeAmount, "cost", rule)
        }
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.integer("line", line)
        object.text("serviceItem", serviceItem)
        object.decimal("quantity", quantity)
        object.text("unit", unit)
        object.amount("revenue", revenue)
        object.amount("cost", cost)
        object.object("supplier", supplier)
        object.text("lane", lane)
        object.boolean("passThrough", passThrough)
    }
}

/// An order, whole, as it stands at one revision.
public struct Order: Part {
    /// Its identifier; together with the message's source it names the order.
    public let orderId: String
    /// Counts its changes from 1; a higher one replaces a lower one.
    public let revision: Int
    /// Who ordered.
    public let customer: CustomerReference
    /// The branch that does the business.
    public let branch: String
    /// The line of business.
    public let businessLine: String
    /// When it was placed.
    public let placedAt: Timestamp
    /// When it is promised.
    public let promisedAt: Timestamp?
    /// The currency of all its amounts.
    public let currency: Currency
    /// Who sold it.
    public let salesOwner: String?
    /// Who receives the goods, by the code of a customer, when it is another party.
    public let consignee: CustomerReference?
    /// Who pays, by the code of a customer, when it is another party.
    public let payer: CustomerReference?
    /// Its lines, 1…500.
    public let lines: [OrderLine]

    /// - Parameters: as the properties.
    public init(
        orderId: String, revision: Int, customer: CustomerReference, branch: String, businessLine: String,
        placedAt: Timestamp, promisedAt: Timestamp? = nil, currency: Currency, salesOwner: String? = nil,
        consignee: CustomerReference? = nil, payer: CustomerReference? = nil, lines: [OrderLine]
    ) {
        self.orderId = orderId
        self.revision = revision
        self.customer = customer
        self.branch = branch
        self.businessLine = businessLine
        self.placedAt = placedAt
        self.promisedAt = promisedAt
        self.currency = currency
        self.salesOwner = salesOwner
        self.consignee = consignee
        self.payer = payer
        self.lines = lines
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        orderId = try fields.identifier("orderId")
        revision = try fields.integer("revision", 1...1_000_000_000)
        customer = try fields.object("customer", CustomerReference.self)
        branch = try fields.identifier("branch")
        businessLine = try fields.identifier("businessLine")
        placedAt = try fields.timestamp("placedAt")
        promisedAt = try fields.optionalTimestamp("promisedAt")
        currency = try fields.currency("currency")
        salesOwner = try fields.optionalIdentifier("salesOwner")
        consignee = try fields.optionalObject("consignee", CustomerReference.self)
        payer = try fields.optionalObject("payer", CustomerReference.self)
        lines = try fields.array("lines", OrderLine.self, 1...500, tooMany: .tooManyLines)
        var seen: Set<Int> = []
        for (index, line) in lines.enumerated() {
            try fields.require(
                seen.insert(line.line).inserted, .duplicateLine, "lines[\(index)].line",
                "line \(line.line) stands twice in the order")
        }
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("orderId", orderId)
        object.integer("revision", revision)
        object.object("customer", customer)
        object.text("branch", branch)
        object.text("businessLine", businessLine)
        object.timestamp("placedAt", placedAt)
        object.timestamp("promisedAt", promisedAt)
        object.text("currency", currency.code)
        object.text("salesOwner", salesOwner)
        object.object("consignee", consignee)
        object.object("payer", payer)
        object.array("lines", lines)
    }
}

/// `order.placed.v1`: an order came into being.
public struct OrderPlaced: Message {
    /// Its name on the wire.
    public static let type = MessageType("order.placed.v1")
    /// The order.
    public let order: Order

    /// - Parameter order: the order.
    public init(_ order: Order) {
        self.order = order
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        order = try Order(fields: &fields)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) { order.write(to: &object) }

    /// When the order was placed.
    public var occurredAt: Timestamp? { order.placedAt }
}

/// `order.changed.v1`: an order stands differently now; the whole order again, with a higher revision.
public struct OrderChanged: Message {
    /// Its name on the wire.
    public static let type = MessageType("order.changed.v1")
    /// The order.
    public let order: Order

    /// - Parameter order: the order.
    public init(_ order: Order) {
        self.order = order
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        order = try Order(fields: &fields)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) { order.write(to: &object) }

    /// When the order was placed.
    public var occurredAt: Timestamp? { order.placedAt }
}
