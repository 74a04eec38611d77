import Contracts
import Domain
package import ServiceKit

/// How well the customers are served.
@main
package enum ServiceDeskService {
    /// Its settings beyond those of every service.
    package static let settings =
        [
            Setting.organisation,
            Setting("survey.share", default: "10", help: "percent of good deliveries that are asked about, 0 to 100"),
            Setting(
                "survey.quiet.days", default: "30", help: "days in which a customer is asked at most once, 0 to 365"),
            Setting("survey.answer.days", default: "30", help: "days for which an answer to a survey counts, 1 to 365"),
            Setting("survey.minimum", default: "20", help: "of fewer answers to surveys no figure is told, 2 to 1000"),
            Setting(
                "servicedesk.clocks",
                help: "path of the policies of complaints' clocks (JSON, see docs/business/servicedesk/clocks.md)",
                madeUp: MadeUpData("an office in China, with the usual targets") { ClockPolicies.standardJSON }),
        ] + BulletinSettings.all + LatenessSettings.all

    /// What the host runs.
    package static func definition(_ settings: Settings) throws -> ServiceDefinition {
        let policy = DeliveryPolicy(
            goodShare: try settings.integer("survey.share", in: 0...100),
            fatigueDays: try settings.integer("survey.quiet.days", in: 0...365),
            answerDays: try settings.integer("survey.answer.days", in: 1...365))
        let organisation = try settings.requiredFile("organisation", Organisation.init(json:))
        let policies = try settings.requiredFile("servicedesk.clocks", ClockPolicies.init(json:))
        let status = StatusTeller(policies: policies)
        let minimum = try settings.integer("survey.minimum", in: 2...1_000)
        return ServiceDefinition(
            name: .servicedesk,
            migrations: ServiceDeskMigrations.all,
            capabilities: [
                .classes, .delivery(policy: policy, organisation: organisation),
                .complaints(intake: DeskIntake(policies: policies), status: status), .waits(status: status),
                .clocks(policies: policies, organisation: organisation), .status(status),
                .desk(policies: policies, status: status),
                .surveys(minimum: minimum, policies: policies), .recovery(minimum: minimum),
                .leadSuggestions, try .bulletins(by: settings),
                try .milestones(by: settings), .references,
            ])
    }

    static func main() async {
        await ServiceHost.run(settings: settings, definition)
    }
}
