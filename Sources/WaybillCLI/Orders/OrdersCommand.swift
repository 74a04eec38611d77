import ArgumentParser
import BrokerLayout
import Client
import Contracts
import Domain
import Foundation
import Messaging

struct OrdersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders", abstract: "Publish orders, see what became of one, and decide on those that wait.",
        subcommands: [Publish.self, List.self, Show.self, Waiting.self, Approve.self, Refuse.self])

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish a file of messages with confirms.",
            discussion: """
                Each line of FILE is either a body of order.placed.v1, or a message
                {"type": …, "id": …, "source"?: …, "time"?: …, "data": {…}}. A body without an id gets one from source,
                order and revision: publishing the file again has no second effect.

                It is published as the partner whose user WAYBILL_AMQP_PARTNER_URL names, and for its sources only. The
                partners are those of WAYBILL_PARTNERS, or those with which 'make up' has started the services.
                """)

        @Argument(help: "The file, one JSON object a line; - for standard input.")
        var file: String
        @Option(help: "Who publishes: the source of every message that names none.")
        var source: String
        @Option(help: "Messages a second; as fast as the broker takes them when not given.")
        var rate: Double?
        @OptionGroup var partners: PartnerOptions
        @Flag(help: "Print the outcome as JSON.")
        var json = false

        func run() async throws {
            let broker = try CommandEnvironment().broker("WAYBILL_AMQP_PARTNER_URL", "publish")
            let voice = try PartnerVoice(user: broker.userName, registry: partners.known())
            let publisher = Publisher(
                configuration: broker, confirmTimeout: .seconds(30), logger: CommandEnvironment.quiet)
            let outcome = try await withThrowingTaskGroup(of: Outcome?.self) { group in
                group.addTask {
                    await publisher.run()
                    return nil
                }
                group.addTask { try await publish(publisher, as: voice) }
                defer { group.cancelAll() }
                while let result = try await group.next() {
                    if let result { return result }
                }
                return Outcome()
            }
            if json {
                print(
                    "{\"sent\":\(outcome.sent),\"confirmed\":\(outcome.confirmed),\"failed\":\(outcome.failed)}")
            } else {
                say("sent \(outcome.sent), confirmed \(outcome.confirmed), failed \(outcome.failed)")
            }
            if outcome.failed > 0 { throw ExitCode(1) }
        }

        struct Outcome: Sendable {
            var sent = 0
            var confirmed = 0
            var failed = 0
        }

        private func publish(_ publisher: Publisher, as voice: PartnerVoice) async throws -> Outcome {
            let lines = try TextLines(file)
            var outcome = Outcome()
            var progress = Progress()
            let started = ContinuousClock.now
            let size = rate.map { max(1, Int($0 / 20)) } ?? 500
            var number = 0
            while true {
                var batch: [Outgoing] = []
                while batch.count < min(size, 500), let line = try lines.next() {
                    number += 1
                    // Empty but for what ends it on other systems.
                    guard line.contains(where: { $0 > 32 }) else { continue }
                    batch.append(
                        try voice.speaking(
                            MessageLine.outgoing(line, number: number, source: source), line: number))
                }
                guard !batch.isEmpty else { break }
                if let rate {
                    // Open loop: each message has its time, whether or not the ones before it were slow.
                    let due = started + .seconds(Double(outcome.sent) / rate)
                    try? await Task.sleep(until: due, clock: .continuous)
                }
                for result in await publisher.publish(batch) {
                    outcome.sent += 1
                    if result == .confirmed {
                        outcome.confirmed += 1
                    } else {
                        outcome.failed += 1
                        if outcome.failed == 1 { say("not published: \(result)") }
                    }
                }
                progress.show("published \(outcome.confirmed)")
            }
            progress.end()
            return outcome
        }
    }

    struct List: QuestionCommand {
        static let asked = AskedQuestion("list", FinanceQuestions.orders)

        @OptionGroup var asking: AskingOptions
    }

    /// It asks four services the same, and shows what those tell that know the order.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Everything the services know of one order.")

        @Argument(help: "The order's identifier.")
        var id: String
        @Option(help: "The order's source, when several systems use the same identifiers.")
        var source: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let (tables, isWhole) = try await Asking.each(
                [.finance, .sales, .servicedesk, .supplier], "orders.show", [("orderId", id), ("source", source)],
                isExport: output.isExport)
            try output.show(tables, isOfOne: true, isWhole: isWhole, typed: [id, source].compactMap { $0 })
        }
    }
}

/// A line of a file of messages.
enum MessageLine {
    static func outgoing(_ line: [UInt8], number: Int, source: String) throws -> Outgoing {
        let node: JSONNode
        do {
            node = try JSONDocument(parsing: line).root
        } catch {
            throw Failure("line \(number): \(error)")
        }
        if let (type, id, data) = parts(of: node) {
            return message(
                type: type, id: id, source: node["source"]?.string ?? source, time: node["time"]?.string,
                Array(data.text))
        }
        guard let orderId = node["orderId"]?.string else {
            throw Failure("line \(number): neither a message with type, id and data nor an order with an orderId")
        }
        let revision = node["revision"]?.integer ?? 1
        return message(
            type: OrderPlaced.type.description,
            id: MessageIdentifier.stable(["order", source, orderId, String(revision)]),
            source: source, time: nil, Array(node.text))
    }

    /// What a message names and holds; `nil` of a body by itself.
    static func parts(of node: JSONNode) -> (type: String, id: String, data: JSONNode)? {
        guard let type = node["type"]?.string, let id = node["id"]?.string, let data = node["data"] else { return nil }
        return (type, id, data)
    }

    private static func message(
        type: String, id: String, source: String, time: String?, _ body: [UInt8]
    ) -> Outgoing {
        Outgoing(
            exchange: Exchanges.inbound, routingKey: type,
            properties: MessageProperties(
                contentType: "application/json", deliveryMode: 2, messageID: id,
                timestamp: time.flatMap { Timestamp($0) }.map { $0.microsecondsSinceEpoch / 1_000_000 }, type: type,
                appID: source), body: body)
    }
}
