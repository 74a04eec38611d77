import BrokerLayout
import Client
import Foundation
import Messaging

/// As which other system a file of messages is published.
struct PartnerVoice: Sendable {
    private let user: String
    private let partner: PartnerRegistry.Partner?

    /// - Parameters:
    ///   - user: as whom the broker is logged in to.
    ///   - registry: the partners as the services know them; `nil` when whoever may publish is believed.
    /// - Throws: ``Failure`` when the user is no partner's: what it publishes would be refused by every service.
    init(user: String, registry: PartnerRegistry?) throws {
        self.user = user
        partner = registry?.partner(ofUser: user)
        if let registry, partner == nil {
            let users = registry.partners.flatMap(\.users).joined(separator: ", ")
            throw Failure(
                "'\(user)' is the user of no partner: set WAYBILL_AMQP_PARTNER_URL to the address of one of \(users), or "
                    + "name it in the file of partners and have the services read it again")
        }
    }

    /// The message as this partner's: by its own exchange, with the user for the broker to verify.
    ///
    /// - Throws: ``Failure`` when it names a source for which the partner may not speak.
    func speaking(_ message: Outgoing, line: Int) throws -> Outgoing {
        var message = message
        message.properties.userID = user
        guard let partner else { return message }
        let source = message.properties.appID ?? ""
        guard partner.owns(source) else {
            throw Failure(
                "line \(line): partner '\(partner.name)' may not speak for '\(source)'; its sources are "
                    + partner.sources.joined(separator: ", "))
        }
        message.exchange = partner.exchange
        return message
    }
}

extension PartnerOptions {
    /// The partners as the services that run here know them: by the option, else by WAYBILL_PARTNERS, else by what
    /// `make up` has written; `nil` when whoever may publish is believed.
    func known() throws -> PartnerRegistry? {
        if let registry = try registry() { return registry }
        guard let path = CommandEnvironment().partners, path != "any" else { return nil }
        var options = self
        options.partners = path
        return try options.registry()
    }
}
