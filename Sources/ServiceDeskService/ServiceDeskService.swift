import Contracts
import Domain
package import ServiceKit

/// How well the customers are served.
@main
package enum ServiceDeskService {
    /// Its settings beyond those of every service.
    package static let settings = [
        Setting.organisation,
        Setting("survey.share", default: "10", help: "percent of good deliveries that are asked about, 0 to 100"),
        Setting("survey.quiet.days", default: "30", help: "days in which a customer is asked at most once, 0 to 365"),
        Setting(
            "servicedesk.clocks",
            help: "path of the policies of complaints' clocks (JSON, see docs/business/servicedesk/clocks.md)",
            madeUp: MadeUpData("an office in China, with the usual targets") { ClockPolicies.standardJSON }),
    ]

    /// What the host runs.
    package static func definition(_ settings: Settings) throws -> ServiceDefinition {
        let policy = DeliveryPolicy(
            goodShare: try settings.integer("survey.share", in: 0...100),
            fatigueDays: try settings.integer("survey.quiet.days", in: 0...365))
        let organisation = try settings.requiredFile("organisation", Organisation.init(json:))
        let policies = try settings.requiredFile("servicedesk.clocks", ClockPolicies.init(json:))
        let status = StatusTeller(policies: policies)
        return ServiceDefinition(
            name: .servicedesk,
            migrations: ServiceDeskMigrations.all,
            capabilities: [
                .classes, .delivery(policy: policy, organisation: organisation),
                .complaints(intake: DeskIntake(policies: policies), status: status), .waits(status: status),
                .clocks(policies: policies, organisation: organisation), .status(status), .desk(policies: policies),
                .references,
            ])
    }

    static func main() async {
        await ServiceHost.run(settings: settings, definition)
    }
}
