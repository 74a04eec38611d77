public import Domain

/// `customer.contact-lapsed.v1`: nobody has spoken with a key customer for too long.
public struct ContactLapsed: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.contact-lapsed.v1")
    /// The customer.
    public let customerId: String
    /// Its name.
    public let name: String?
    /// The branch that last did business with it.
    public let branch: String?
    /// Who looks after it.
    public let owner: String?
    /// When somebody last spoke with it; `nil` when nobody ever did.
    public let lastContactAt: Timestamp?
    /// After how many days without contact this is told.
    public let afterDays: Int
    /// When it was found.
    public let foundAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        customerId: String,
        name: String? = nil,
        branch: String? = nil,
        owner: String? = nil,
        lastContactAt: Timestamp? = nil,
        afterDays: Int,
        foundAt: Timestamp
    ) {
        self.customerId = customerId
        self.name = name
        self.branch = branch
        self.owner = owner
        self.lastContactAt = lastContactAt
        self.afterDays = afterDays
        self.foundAt = foundAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        customerId = try fields.identifier("customerId")
        name = try fields.optionalText("name")
        branch = try fields.optionalIdentifier("branch")
        owner = try fields.optionalIdentifier("owner")
        lastContactAt = try fields.optionalTimestamp("lastContactAt")
        afterDays = try fields.integer("afterDays", 1...3_650)
        foundAt = try fields.timestamp("foundAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("customerId", customerId)
        object.text("name", name)
        object.text("branch", branch)
        object.text("owner", owner)
        object.timestamp("lastContactAt", lastContactAt)
        object.integer("afterDays", afterDays)
        object.timestamp("foundAt", foundAt)
    }
}
