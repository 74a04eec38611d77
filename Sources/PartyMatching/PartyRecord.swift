/// What one system says of a party.
public struct PartyRecord: Sendable, Equatable {
    /// The fields that may be compared.
    public enum Field: String, Sendable, CaseIterable {
        /// The name by which the system knows the party.
        case name
        /// Another name.
        case alias
        /// Where it is.
        case address
        /// A telephone number.
        case phone
        /// An e-mail address.
        case email
        /// The unified social credit code (GB 32100-2015).
        case creditCode
        /// A tax number; the old one of fifteen digits holds the organisation code.
        case taxId
        /// A bank account.
        case bankAccount
        /// The branch of ours that deals with it; no evidence either way.
        case branch
        /// The city.
        case city
        /// The postal code.
        case postcode
    }

    /// Its identifier, unique in the set.
    public let id: String
    /// The values, as written; a missing one is absent or empty.
    public let values: [Field: String]

    /// - Parameters: as the properties.
    public init(id: String, _ values: [Field: String]) {
        self.id = id
        self.values = values
    }
}
