import BrokerLayout

/// The identifier of a party before, and independent of, its registration.
///
/// A customer or supplier is known to the world by the code that some system gave it: (source, code). Every service
/// derives the same identifier from that pair alone, so that an order which arrives before its customer is registered
/// can be handled at once under a name that stays valid for ever: the registry makes it the customer's own identifier,
/// or an alias of it.
public enum AccountIdentifier {
    /// The identifier of a customer by the code that a source gave it.
    public static func customer(source: String, code: String) -> String {
        StableIdentifier.of("customer", source, code)
    }

    /// The identifier of a supplier by the code that a source gave it.
    public static func supplier(source: String, code: String) -> String {
        StableIdentifier.of("supplier", source, code)
    }
}

/// Identifiers that follow from what they name, the same wherever and however often they are made.
public enum StableIdentifier {
    /// The identifier of some parts, of which no two lists run together.
    public static func of(_ parts: String...) -> String {
        MessageIdentifier.stable(parts)
    }
}
