import BrokerLayout
import ServiceKit

/// Which partners may call by HTTP, as the services know them.
enum KnownPartners: Sendable {
    /// None: this console is for people alone.
    case none
    /// Whoever has a partner's token, as the services believe whoever may publish: for a demo with one partner.
    case any
    /// Those of the file of partners.
    case registered(PartnerRegistry)

    /// Reads which, from the setting that the services have as well.
    ///
    /// - Throws: `Settings.Problem` when the file cannot be used.
    init(_ settings: Settings) throws {
        if settings["partners"] == "any" {
            self = .any
        } else {
            self = try settings.file("partners", PartnerRegistry.init(json:)).map { .registered($0) } ?? .none
        }
    }

    /// The file of partners; `nil` when there is none.
    var registry: PartnerRegistry? {
        if case .registered(let registry) = self { registry } else { nil }
    }
}
