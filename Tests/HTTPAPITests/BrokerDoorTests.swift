import BrokerLayout
import Client
import Contracts
import Domain
import Messaging
import Synchronization
import TestSupport
import Testing

@testable import HTTPAPI

@Suite(
    "The API's doors over a real broker",
    .enabled(if: BrokerFixture.isAvailable, Comment(rawValue: BrokerFixture.howToEnable)), .timeLimit(.minutes(2)))
struct BrokerDoorTests {
    private static func question(_ name: String) -> PersonsQuestion {
        PersonsQuestion(
            service: .finance, name: name, parameters: [.init(name: "limit", value: "7")], isExport: true,
            person: "li.wei")
    }

    /// What a service was asked.
    private final class Heard: Sendable {
        let deliveries = Mutex<[Delivery]>([])
    }

    @Test("a question names the person for whom it is asked; a service that is away is late, and one unknown is away")
    func asks() async throws {
        try await BrokerFixture.withVirtualHost { broker in
            let session = try await BrokerSession.connect(broker)
            try await WaybillTopology.part(of: .finance).declare(on: session)
            let heard = Heard()
            let server = ReplyServer(
                configuration: broker, queue: Queues.queries(.finance), replies: Exchanges.replies,
                logger: TestServers.quiet)
            let client = Asking.client(broker)
            let asking = BrokerQuestions(client)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await server.run { delivery in
                        heard.deliveries.withLock { $0.append(delivery) }
                        return QueryReply.answered(
                            [QueryTable("alive", [QueryColumn("alive")], rows: [["true"]])], asOf: .now()
                        ).encode()
                    }
                }
                let reply = try await asking.ask(Self.question("alive"), within: .seconds(20))
                #expect(reply.tables.first?.rows.count == 1)
                group.cancelAll()
            }
            let delivery = try #require(heard.deliveries.withLock { $0 }.first)
            #expect(delivery.properties.headers[BrokerUsers.onBehalfOf] == .string("li.wei"))
            let asked = try RunQuery(json: delivery.body)
            #expect(asked.query == "alive" && asked.isExport && asked.parameters == [.init(name: "limit", value: "7")])
            let late = await #expect(throws: ServiceSilence.self) {
                try await asking.ask(Self.question("alive"), within: .milliseconds(200))
            }
            #expect(late?.kind == .late)
            let other = PersonsQuestion(
                service: .sales, name: "alive", parameters: [], isExport: false, person: "li.wei")
            let away = await #expect(throws: ServiceSilence.self) {
                try await asking.ask(other, within: .seconds(5))
            }
            #expect(away?.kind == .away)
            await client.close()
            await session.close()
        }
    }

    @Test("a partner is handed the same until it says that it has kept it, and then what comes behind")
    func hears() async throws {
        try await BrokerFixture.withVirtualHost { broker in
            let session = try await BrokerSession.connect(broker)
            let queue = Queues.partner("acme")
            try await session.declare(Queue(name: queue, kind: .quorum))
            _ = try await withPublisher(as: broker) { publisher in
                await publisher.publish(
                    ["m-1", "m-2", "m-3"].map {
                        Outgoing(
                            exchange: "", routingKey: queue, properties: MessageProperties(messageID: $0),
                            body: Array("{}".utf8))
                    })
            }
            let ears = PartnerEars(as: broker)
            func hear(_ receipt: String?, _ patience: Duration = .seconds(20)) async throws -> ([String?], String?) {
                let heard = try await ears.hear("acme", acknowledging: receipt, most: 1, within: patience)
                return (heard.messages.map(\.properties.messageID), heard.receipt)
            }
            let first = try await hear(nil)
            #expect(first.0 == ["m-1"])
            let again = try await hear("no such receipt")
            #expect(again.0 == ["m-1"] && again.1 == first.1)
            let second = try await hear(first.1)
            #expect(second.0 == ["m-2"] && second.1 != first.1)
            let third = try await hear(second.1)
            #expect(third.0 == ["m-3"])
            let none = try await hear(third.1, .milliseconds(100))
            #expect(none.0.isEmpty && none.1 == nil)
            let missing = await #expect(throws: Problem.self) {
                try await ears.hear("globex", acknowledging: nil, most: 1, within: .zero)
            }
            #expect(missing?.reason == .call(.noSuchAddress))
            await session.close()
        }
    }
}
