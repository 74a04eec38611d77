public import Domain

/// `supplier.registered.v1`: a supplier was seen for the first time, or is known better now.
public struct SupplierRegistered: Message {
    /// Its name on the wire.
    public static let type = MessageType("supplier.registered.v1")
    /// Its identifier.
    public let supplierId: String
    /// Counts its changes from 1.
    public let revision: Int
    /// Its name.
    public let name: String?
    /// The codes under which it is known.
    public let accounts: [AccountHoming]
    /// When it came to stand like this.
    public let at: Timestamp

    /// - Parameters: as the properties.
    public init(
        supplierId: String,
        revision: Int,
        name: String? = nil,
        accounts: [AccountHoming],
        at: Timestamp
    ) {
        self.supplierId = supplierId
        self.revision = revision
        self.name = name
        self.accounts = accounts
        self.at = at
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        supplierId = try fields.identifier("supplierId")
        revision = try fields.integer("revision", 1...1_000_000_000)
        name = try fields.optionalText("name")
        accounts = try fields.array("accounts", AccountHoming.self, 0...1_000)
        at = try fields.timestamp("at")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("supplierId", supplierId)
        object.integer("revision", revision)
        object.text("name", name)
        object.array("accounts", accounts)
        object.timestamp("at", at)
    }
}

/// Between which states of a cost.
public enum BiasStage: String, Sendable, CaseIterable {
    /// From the estimate to the invoice.
    case estimateToActual = "estimate-to-actual"
    /// From the accrual to the invoice.
    case accrualToActual = "accrual-to-actual"
}

/// `supplier.cost-bias-changed.v1`: how far a supplier's invoices are from what was expected.
public struct CostBiasChanged: Message {
    /// Its name on the wire.
    public static let type = MessageType("supplier.cost-bias-changed.v1")
    /// The supplier.
    public let supplierId: String
    /// The service item.
    public let serviceItem: String
    /// Between which states.
    public let stage: BiasStage
    /// Actual by expected; 1 is exact.
    public let ratio: FixedDecimal
    /// From how many costs.
    public let observations: Int
    /// When.
    public let asOf: Timestamp

    /// - Parameters: as the properties.
    public init(
        supplierId: String,
        serviceItem: String,
        stage: BiasStage,
        ratio: FixedDecimal,
        observations: Int,
        asOf: Timestamp
    ) {
        self.supplierId = supplierId
        self.serviceItem = serviceItem
        self.stage = stage
        self.ratio = ratio
        self.observations = observations
        self.asOf = asOf
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        supplierId = try fields.identifier("supplierId")
        serviceItem = try fields.identifier("serviceItem")
        stage = try fields.choice("stage", BiasStage.self)
        ratio = try fields.decimal("ratio")
        observations = try fields.integer("observations")
        asOf = try fields.timestamp("asOf")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("supplierId", supplierId)
        object.text("serviceItem", serviceItem)
        object.choice("stage", stage)
        object.decimal("ratio", ratio)
        object.integer("observations", observations)
        object.timestamp("asOf", asOf)
    }
}
