import Contracts
import Domain
package import ServiceKit

/// What our business earns, and whose orders we go on taking.
@main
package enum FinanceService {
    /// Its settings beyond those of every service.
    package static let settings = [
        Setting.organisation,
        Setting(
            "finance.authority",
            help: "path of who answers to whom and who may approve what (JSON, see docs/business/finance/finance.md)",
            madeUp: MadeUpData("a director and two tiers of approval") { Authority.standardJSON }),
        Setting(
            "finance.policy", help: "path of the margin policy (JSON, see docs/operate/settings.md)",
            madeUp: MadeUpData("the margin rules of a sample contract") { MarginPolicy.standardJSON }),
        .rates("finance.rates", help: "path of the exchange rates (JSON, see docs/operate/settings.md)"),
    ]

    /// What the host runs.
    package static func definition(_ settings: Settings) throws -> ServiceDefinition {
        let policy = try settings.requiredFile("finance.policy", MarginPolicy.init(json:))
        let rates = ExchangeRates(try settings.requiredFile("finance.rates", RateTable.init(json:)))
        let organisation = try settings.requiredFile("organisation", Organisation.init(json:))
        let authority = try settings.requiredFile("finance.authority") {
            try Authority(json: $0, organisation: organisation)
        }
        return ServiceDefinition(
            name: .finance,
            migrations: FinanceMigrations.all, repeatables: FinanceMigrations.repeatable,
            capabilities: [
                .accounts, .owners, .references(rates: rates, policy: policy, authority: authority),
                .rates(rates, policy: policy, authority: authority),
                .margin(rates: rates, policy: policy), .quotedOrders(rates: rates),
                .alerts(rates: rates, authority: authority),
                .acceptance(rates: rates, policy: policy, authority: authority),
                .approvals(rates: rates, policy: policy, authority: authority),
                .invoices(rates: rates, policy: policy), .billing(rates: rates, policy: policy), .payments,
                .returns, .adjustments(rates: rates, policy: policy), .disputes, .promises, .terms,
                .reminders(rates: rates), .payables(rates: rates), .releases(rates: rates, authority: authority),
                .credit(rates: rates),
                .expenses(rates: rates, authority: authority), .periods(authority: authority), .suppliers,
                .profit(rates: rates), .view(rates: rates, organisation: organisation),
            ], pace: .zero, areKindsApart: true)
    }

    static func main() async {
        await ServiceHost.run(settings: settings, definition)
    }
}
