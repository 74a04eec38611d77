import ArgumentParser
import BrokerLayout
import Client
import Contracts
import Domain
import Foundation
import Messaging

struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Margin alerts: as they come, those that stand, and what is done about them.",
        subcommands: [Tail.self, List.self, Show.self, Diagnose.self, Close.self])

    struct Tail: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show margin alerts as they come, without taking them from finance's queue.")

        @Option(help: "End after so many.")
        var limit: Int?
        @Flag(help: "Print each alert's JSON.")
        var json = false

        func run() async throws {
            let session = try await BrokerSession.connect(CommandEnvironment().operator("alerts tail"))
            let queue = "tail.\(UUID().uuidString.lowercased())"
            try await session.declare(Queue(name: queue, kind: .classic, isExclusive: true))
            for type in [MarginAlertRaised.type, MarginAlertCleared.type] {
                try await session.bind(
                    Binding(exchange: Exchanges.events, queue: queue, routingKey: type.description))
            }
            try await session.subscribe(queue)
            var shown = 0
            while limit.map({ shown < $0 }) ?? true {
                for delivery in try await session.next(within: .seconds(3_600)) {
                    try await session.acknowledge(delivery.tag)
                    if let limit, shown >= limit { continue }
                    shown += 1
                    let (envelope, data) = try CloudEventCodec.decode(delivery)
                    print(json ? String(decoding: data.text, as: UTF8.self) : try Self.line(envelope, data))
                }
            }
            await session.close()
        }

        static func line(_ envelope: Envelope, _ data: JSONNode) throws -> String {
            if envelope.type == MarginAlertCleared.type {
                let alert = try MarginAlertCleared(node: data)
                return
                    "cleared   \(alert.severity.rawValue)  \(alert.orderId ?? alert.customerCode)  \(alert.reason.rawValue)"
            }
            let alert = try MarginAlertRaised(node: data)
            let percent = alert.marginRate.map { "\(FixedDecimal(units: $0.units * 100)) %" } ?? "no revenue"
            let subject = alert.orderId.map { "order \($0)" } ?? "customer \(alert.customerCode)"
            return
                "\(alert.severity.rawValue.uppercased())  \(subject)  \(alert.businessLine)  \(alert.branch)  margin "
                + "\(alert.margin.moneyText) of \(alert.revenue.moneyText) \(alert.currency.code) (\(percent))"
                + (alert.provisional ? "  provisional" : "")
        }
    }

    struct List: QuestionCommand {
        static let asked = AskedQuestion(
            "list", FinanceQuestions.alerts)

        @OptionGroup var asking: AskingOptions
    }
}
