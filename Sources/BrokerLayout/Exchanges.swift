public import Contracts

/// The names of the exchanges and queues, in one place.
public enum Exchanges {
    /// Other companies' systems write here.
    public static let inbound = "waybill.inbound"
    /// Our own people write here what old systems' files hold, in the name of those systems.
    public static let imports = "waybill.imports"
    /// What `inbound` cannot route, because no contract has its key.
    public static let unrouted = "waybill.unrouted"
    /// Services write here, each its own domain only.
    public static let events = "waybill.events"
    /// Services write here what is for one partner alone; the routing key is the partner's name and the type.
    public static let partners = "waybill.partners"
    /// Requests to a service.
    public static let commands = "waybill.commands"
    /// Answers to requests.
    public static let replies = "waybill.replies"
    /// Refused messages.
    public static let dead = "waybill.dead"
    /// What operators did with refused messages.
    public static let audit = "waybill.audit"
}

extension Exchanges {
    /// The routing key by which a partner asks, by the exchange by which it tells, whether an order would be taken.
    public static let acceptanceAsk = "finance.acceptance.ask"
}

/// The names of the queues.
public enum Queues {
    /// What a service reads.
    public static func inbound(_ service: ServiceName) -> String { "\(service.rawValue).inbound" }
    /// What a service refused.
    public static func dead(_ service: ServiceName) -> String { "\(service.rawValue).dead" }
    /// Questions to a service.
    public static func queries(_ service: ServiceName) -> String { "\(service.rawValue).queries" }
    /// What is for one partner alone.
    public static func partner(_ name: String) -> String { "partner.\(name)" }
    /// Margin alerts, raised, cleared and closed by people, for the finance department's own programs.
    public static let marginAlerts = "finance.margin-alerts"
    /// What customers may see of their complaints, for the portal that shows it.
    public static let complaintStatus = "portal.complaint-status"
    /// Whom to ask how it went and by what they answer, for the program that asks them.
    public static let surveys = "portal.surveys"
    /// How customers were served, signed, for whatever gives it to them.
    public static let bulletins = "portal.bulletins"
    /// What is sold, by which rules of price, and how quotes stand, for whatever shows or keeps it outside.
    public static let offers = "portal.offers"
    /// The same as in ``audit``, on its way into the table of the service that keeps it.
    public static let keptAudit = "\(WaybillTopology.auditKeeper.rawValue).audit"
    /// What operators did with refused messages; nobody empties it.
    public static let audit = "waybill.audit"
}
