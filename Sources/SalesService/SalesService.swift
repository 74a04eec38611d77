import Contracts
package import ServiceKit

/// How our customers' orders go, and who looks after them.
@main
package enum SalesService {
    /// What the host runs.
    package static let definition = ServiceDefinition(
        name: .sales,
        migrations: SalesMigrations.all,
        capabilities: [
            .orders, .ownership, .anomalies, .notices, .agreements, .references,
            .leadSellers, .leads, .leadParties, .leadModels, .leadReading, .suggestedLeads, .opportunities,
            .opportunityReading, .opportunityNotices, .products, .rateCards, .quotes, .authority, .quotedOrders,
        ])

    static func main() async {
        await ServiceHost.run(definition)
    }
}
