public import Contracts

/// The names of the exchanges and queues, in one place.
public enum Exchanges {
    /// Other companies' systems write here.
    public static let inbound = "waybill.inbound"
    /// What `inbound` cannot route, because no contract has its key.
    public static let unrouted = "waybill.unrouted"
    /// Services write here, each its own domain only.
    public static let events = "waybill.events"
    /// Requests to a service.
    public static let commands = "waybill.commands"
    /// Answers to requests.
    public static let replies = "waybill.replies"
    /// Refused messages.
    public static let dead = "waybill.dead"
    /// What operators did with refused messages.
    public static let audit = "waybill.audit"
}

/// The names of the queues.
public enum Queues {
    /// What a service reads.
    public static func inbound(_ service: ServiceName) -> String { "\(service.rawValue).inbound" }
    /// What a service refused.
    public static func dead(_ service: ServiceName) -> String { "\(service.rawValue).dead" }
    /// Questions to a service.
    public static func queries(_ service: ServiceName) -> String { "\(service.rawValue).queries" }
    /// Margin alerts, raised and cleared, for the finance department's own programs.
    public static let marginAlerts = "finance.margin-alerts"
    /// What operators did with refused messages; nobody empties it.
    public static let audit = "waybill.audit"
}
