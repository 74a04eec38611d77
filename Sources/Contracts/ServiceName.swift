/// The five services.
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
}

extension ServiceName {
    /// What the service's own messages name as their source.
    public var source: String { "waybill.\(rawValue)" }
}
