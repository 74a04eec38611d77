/// The services: five that do the group's business, and one that tells people.
public enum ServiceName: String, Sendable, CaseIterable {
    /// Who the customers are.
    case customer
    /// How their orders go.
    case sales
    /// How well they are served.
    case servicedesk
    /// What they earn us, and whether we go on.
    case finance
    /// Who works for us, and at what cost.
    case supplier
    /// Who is told what, by which channel and when.
    case notifier
}

extension ServiceName {
    /// The five that do the group's business and so read its orders.
    public static let business: [ServiceName] = [.customer, .sales, .servicedesk, .finance, .supplier]

    /// What the service's own messages name as their source.
    public var source: String { "waybill.\(rawValue)" }
}
