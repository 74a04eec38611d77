/// `customer.reported.v1`: a customer's master record in another system.
public struct CustomerReported: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.reported.v1")
    /// The code that the publishing system gave it.
    public let code: String
    /// Its name.
    public let name: String
    /// Other names.
    public let aliases: [String]
    /// Its unified social credit code.
    public let creditCode: String?
    /// Its tax number.
    public let taxId: String?
    /// Telephone numbers.
    public let phones: [String]
    /// Its address.
    public let address: String?
    /// Bank accounts.
    public let bankAccounts: [String]
    /// The branch that knows it.
    public let branch: String
    /// What kind of party it is.
    public let kind: String?

    /// - Parameters: as the properties.
    public init(
        code: String,
        name: String,
        aliases: [String] = [],
        creditCode: String? = nil,
        taxId: String? = nil,
        phones: [String] = [],
        address: String? = nil,
        bankAccounts: [String] = [],
        branch: String,
        kind: String? = nil
    ) {
        self.code = code
        self.name = name
        self.aliases = aliases
        self.creditCode = creditCode
        self.taxId = taxId
        self.phones = phones
        self.address = address
        self.bankAccounts = bankAccounts
        self.branch = branch
        self.kind = kind
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        code = try fields.identifier("code")
        name = try fields.text("name")
        aliases = try fields.optionalTexts("aliases", 0...100) ?? []
        creditCode = try fields.optionalText("creditCode", maximum: 64)
        taxId = try fields.optionalText("taxId", maximum: 64)
        phones = try fields.optionalTexts("phones", 0...100) ?? []
        address = try fields.optionalText("address", maximum: 1_000)
        bankAccounts = try fields.optionalTexts("bankAccounts", 0...100) ?? []
        branch = try fields.identifier("branch")
        kind = try fields.optionalText("kind", maximum: 64)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("code", code)
        object.text("name", name)
        object.texts("aliases", aliases.isEmpty ? nil : aliases)
        object.text("creditCode", creditCode)
        object.text("taxId", taxId)
        object.texts("phones", phones.isEmpty ? nil : phones)
        object.text("address", address)
        object.texts("bankAccounts", bankAccounts.isEmpty ? nil : bankAccounts)
        object.text("branch", branch)
        object.text("kind", kind)
    }
}

/// `supplier.reported.v1`: a supplier's master record in another system.
public struct SupplierReported: Message {
    /// Its name on the wire.
    public static let type = MessageType("supplier.reported.v1")
    /// The code that the publishing system gave it.
    public let code: String
    /// Its name.
    public let name: String
    /// Other names.
    public let aliases: [String]
    /// Its unified social credit code.
    public let creditCode: String?
    /// Its tax number.
    public let taxId: String?
    /// Telephone numbers.
    public let phones: [String]
    /// Its address.
    public let address: String?
    /// Bank accounts.
    public let bankAccounts: [String]
    /// The branch that knows it.
    public let branch: String
    /// What kind of party it is.
    public let kind: String?

    /// - Parameters: as the properties.
    public init(
        code: String,
        name: String,
        aliases: [String] = [],
        creditCode: String? = nil,
        taxId: String? = nil,
        phones: [String] = [],
        address: String? = nil,
        bankAccounts: [String] = [],
        branch: String,
        kind: String? = nil
    ) {
        self.code = code
        self.name = name
        self.aliases = aliases
        self.creditCode = creditCode
        self.taxId = taxId
        self.phones = phones
        self.address = address
        self.bankAccounts = bankAccounts
        self.branch = branch
        self.kind = kind
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        code = try fields.identifier("code")
        name = try fields.text("name")
        aliases = try fields.optionalTexts("aliases", 0...100) ?? []
        creditCode = try fields.optionalText("creditCode", maximum: 64)
        taxId = try fields.optionalText("taxId", maximum: 64)
        phones = try fields.optionalTexts("phones", 0...100) ?? []
        address = try fields.optionalText("address", maximum: 1_000)
        bankAccounts = try fields.optionalTexts("bankAccounts", 0...100) ?? []
        branch = try fields.identifier("branch")
        kind = try fields.optionalText("kind", maximum: 64)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("code", code)
        object.text("name", name)
        object.texts("aliases", aliases.isEmpty ? nil : aliases)
        object.text("creditCode", creditCode)
        object.text("taxId", taxId)
        object.texts("phones", phones.isEmpty ? nil : phones)
        object.text("address", address)
        object.texts("bankAccounts", bankAccounts.isEmpty ? nil : bankAccounts)
        object.text("branch", branch)
        object.text("kind", kind)
    }
}
