public import Domain

/// An account — a code that a source gave — and how often it has changed its customer.
public struct AccountHoming: Part {
    /// The system that gave the code.
    public let source: String
    /// The code.
    public let code: String
    /// Counts the customers it has belonged to; a higher one is newer.
    public let revision: Int

    /// - Parameters: as the properties.
    public init(
        source: String,
        code: String,
        revision: Int
    ) {
        self.source = source
        self.code = code
        self.revision = revision
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        source = try fields.identifier("source", maximum: 128)
        code = try fields.identifier("code")
        revision = try fields.integer("revision", 1...1_000_000_000)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("source", source)
        object.text("code", code)
        object.integer("revision", revision)
    }
}

/// A customer as the customer service knows it, whole.
public struct CustomerRecord: Part {
    /// Its identifier.
    public let customerId: String
    /// Counts its changes from 1.
    public let revision: Int
    /// Its name.
    public let name: String?
    /// Its valid unified social credit code.
    public let creditCode: String?
    /// The branch that last did business with it.
    public let branch: String?
    /// Who looks after it.
    public let salesOwner: String?
    /// The codes under which it is known.
    public let accounts: [AccountHoming]
    /// The customer that it turned out to be.
    public let mergedInto: String?
    /// When it came to stand like this.
    public let at: Timestamp

    /// - Parameters: as the properties.
    public init(
        customerId: String,
        revision: Int,
        name: String? = nil,
        creditCode: String? = nil,
        branch: String? = nil,
        salesOwner: String? = nil,
        accounts: [AccountHoming],
        mergedInto: String? = nil,
        at: Timestamp
    ) {
        self.customerId = customerId
        self.revision = revision
        self.name = name
        self.creditCode = creditCode
        self.branch = branch
        self.salesOwner = salesOwner
        self.accounts = accounts
        self.mergedInto = mergedInto
        self.at = at
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        customerId = try fields.identifier("customerId")
        revision = try fields.integer("revision", 1...1_000_000_000)
        name = try fields.optionalText("name")
        creditCode = try fields.optionalText("creditCode", maximum: 64)
        branch = try fields.optionalIdentifier("branch")
        salesOwner = try fields.optionalIdentifier("salesOwner")
        accounts = try fields.array("accounts", AccountHoming.self, 0...1_000)
        mergedInto = try fields.optionalIdentifier("mergedInto")
        at = try fields.timestamp("at")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("customerId", customerId)
        object.integer("revision", revision)
        object.text("name", name)
        object.text("creditCode", creditCode)
        object.text("branch", branch)
        object.text("salesOwner", salesOwner)
        object.array("accounts", accounts)
        object.text("mergedInto", mergedInto)
        object.timestamp("at", at)
    }
}

/// `customer.registered.v1`: a customer was seen for the first time.
public struct CustomerRegistered: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.registered.v1")
    /// The customer.
    public let record: CustomerRecord

    /// - Parameter record: the customer.
    public init(_ record: CustomerRecord) {
        self.record = record
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        record = try CustomerRecord(fields: &fields)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) { record.write(to: &object) }
}

/// `customer.changed.v1`: a customer stands differently now; the whole record again, with a higher revision.
public struct CustomerChanged: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.changed.v1")
    /// The customer.
    public let record: CustomerRecord

    /// - Parameter record: the customer.
    public init(_ record: CustomerRecord) {
        self.record = record
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        record = try CustomerRecord(fields: &fields)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) { record.write(to: &object) }
}
