import ArgumentParser
import BrokerLayout
import Client
import Contracts
import Foundation
import Messaging
import Operations

struct TopologyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology", abstract: "Exchanges, queues, bindings and who may do what.",
        subcommands: [Definitions.self, Apply.self, Check.self])

    struct Definitions: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print everything as definitions that RabbitMQ loads at its start.")

        @Option(help: "A JSON file {user: password}.")
        var users: String
        @OptionGroup var partners: PartnerOptions

        func run() throws {
            guard
                let passwords = try? JSONDecoder().decode(
                    [String: String].self, from: Data(ColumnFile.text(of: users)))
            else { throw Failure("'\(users)' must hold a JSON object of users and passwords") }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            print(
                String(decoding: try encoder.encode(BrokerDefinitions(passwords, partners.registry())), as: UTF8.self))
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Declare everything on the broker.")

        @Option(help: "Why, in words; it is kept with the record of it.")
        var why: String?
        @OptionGroup var partners: PartnerOptions

        func run() async throws {
            let broker = try CommandEnvironment().operator("topology")
            let topology = WaybillTopology.whole(for: try partners.registry())
            let session = try await BrokerSession.connect(broker)
            // Where it is written down has to be there first, and all of it may be declared as often as one likes.
            try await WaybillTopology.auditAlone.declare(on: session)
            try await AuditTrail(user: broker.userName, why: why).note(.applyTopology, as: broker)
            try await topology.declare(on: session)
            await session.close()
            say("declared")
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say what is missing on the broker.")

        @OptionGroup var partners: PartnerOptions

        func run() async throws {
            let session = try await BrokerSession.connect(CommandEnvironment().operator("topology"))
            let environment = CommandEnvironment()
            let topology = WaybillTopology.whole(for: try partners.registry())
            try await topology.check(on: session)
            await session.close()
            guard let management = environment["WAYBILL_HTTP_MANAGEMENT_URL"] else {
                throw Failure(
                    "exchanges and queues are there; arguments and bindings are not checked: set "
                        + "WAYBILL_HTTP_MANAGEMENT_URL to the broker's management")
            }
            let audit = try TopologyAudit(
                address: CommandEnvironment.withoutLogin(management), broker: environment.operator("topology"))
            let problems = try await audit.problems(in: topology)
            if !problems.isEmpty {
                throw Failure(
                    problems.joined(separator: "\n") + "\nrun 'waybill topology apply'; a queue with other "
                        + "arguments must be emptied and deleted first")
            }
            say("everything is there")
        }
    }
}

/// The partners, as the services know them.
struct PartnerOptions: ParsableArguments {
    @Option(help: "The JSON file of partners (WAYBILL_PARTNERS of the services): each gets an exchange of its own.")
    var partners: String?

    func registry() throws -> PartnerRegistry? {
        guard let partners else { return nil }
        let text = try ColumnFile.text(of: partners)
        do {
            return try PartnerRegistry(json: text)
        } catch {
            throw Failure("'\(partners)' cannot be used: \(error)")
        }
    }
}
