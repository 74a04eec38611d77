import Contracts
import Domain
package import ServiceKit

/// Who the customers are: one party, whatever codes it has.
@main
package enum CustomerService {
    /// What can be configured of it.
    package static let settings =
        [
            Setting.organisation,
            .rates(
                "customer.rates",
                help: "path of the rates that value is judged by (JSON, as of finance; docs/operate/settings.md)"),
            Setting(
                "customer.market",
                help:
                    "path of what others estimate the market at (JSON, see docs/business/customer/classification.md); none when not given"
            ),
        ] + ContactPolicy.settings

    /// What the host runs.
    package static func definition(_ settings: Settings) throws -> ServiceDefinition {
        let organisation = try settings.requiredFile("organisation", Organisation.init(json:))
        let rates = try settings.requiredFile("customer.rates", RateTable.init(json:))
        let market = try settings.file("customer.market", MarketEstimates.init(json:)) ?? MarketEstimates([])
        let policy = try ContactPolicy(settings)
        return ServiceDefinition(
            name: .customer,
            migrations: CustomerMigrations.all, repeatables: CustomerMigrations.repeatable,
            capabilities: [
                .people, .identity(organisation: organisation), .owners, .graph, .decisions,
                .corrections(organisation: organisation), .interactions(policy: policy), .overview, .timeline,
                .classes(organisation: organisation),
                .value(rates: rates, organisation: organisation, market: market), .references,
            ])
    }

    static func main() async {
        await ServiceHost.run(settings: settings, definition)
    }
}
