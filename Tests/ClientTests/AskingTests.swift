import BrokerLayout
import Contracts
import Messaging
import TestSupport
import Testing

@testable import Client

@Suite(
    "Asking and commanding over a real broker",
    .enabled(if: BrokerFixture.isAvailable, Comment(rawValue: BrokerFixture.howToEnable)), .timeLimit(.minutes(2)))
struct AskingTests {
    /// Finance answers questions by this; the others do not.
    private func with(
        _ answer: @escaping @Sendable (RunQuery) -> QueryReply, _ body: (BrokerConfiguration) async throws -> Void
    ) async throws {
        try await BrokerFixture.withVirtualHost { broker in
            let session = try await BrokerSession.connect(broker)
            try await WaybillTopology.whole.declare(on: session)
            let server = ReplyServer(
                configuration: broker, queue: Queues.queries(.finance), replies: Exchanges.replies,
                logger: TestServers.quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await server.run { question in
                        guard let query = try? RunQuery(json: question.body) else { return [] }
                        return answer(query).encode()
                    }
                }
                try await body(broker)
                group.cancelAll()
            }
            await session.close()
        }
    }

    private func outcome(_ body: () async throws -> [QueryTable]) async throws -> ClientError.Code? {
        do {
            _ = try await body()
            return nil
        } catch let error as ClientError {
            return error.code
        }
    }

    @Test(
        "an answer is its tables; a refusal and a silent service are told apart, and a silent one costs only its part")
    func asks() async throws {
        try await with { query in
            query.query == "alive"
                ? .answered([QueryTable("alive", [QueryColumn("service")], rows: [["finance"]])], asOf: .now())
                : .refused(reason: "unknown-question", detail: "there is no '\(query.query)'", asOf: .now())
        } _: { broker in
            #expect(try await Asking.once(.finance, "alive", as: broker).first?.rows.first?.values == ["finance"])
            #expect(try await outcome { try await Asking.once(.finance, "nothing", as: broker) } == .refused)
            let client = Asking.client(broker)
            let silent = try await outcome {
                try await Asking.ask(.sales, "alive", client: client, timeout: .milliseconds(200))
            }
            #expect(silent == .notHeard)
            await client.close()
            var missing: [ServiceName] = []
            let tables = await Asking.each([.sales, .finance], "alive", as: broker) { service, _ in
                missing.append(service)
            }
            #expect(tables.count == 1 && missing == [.sales])
        }
    }

    @Test("a command reaches its service with who acts; one that nobody answers is not heard of, and kept")
    func commands() async throws {
        try await BrokerFixture.withVirtualHost { broker in
            let session = try await BrokerSession.connect(broker)
            try await WaybillTopology.whole.declare(on: session)
            let silent = await #expect(throws: ClientError.self) {
                try await Commanding.send(
                    CloseAlert.type, Array("{}".utf8), to: .finance, id: "c1", as: broker, onBehalfOf: "zhou.min",
                    within: .milliseconds(100))
            }
            #expect(silent?.code == .notHeard)
            #expect(silent?.description.contains("--id c1") == true)
            try await session.subscribe(Queues.inbound(.finance))
            let delivery = try #require(await session.next(within: .seconds(30)).first)
            let (envelope, data) = try CloudEventCodec.decode(delivery)
            #expect(
                (envelope.id, envelope.type, String(decoding: data.text, as: UTF8.self)) == (
                    "c1", CloseAlert.type, "{}"
                ))
            #expect(delivery.properties.userID == broker.userName)
            #expect(delivery.properties.headers[BrokerUsers.onBehalfOf] == .string("zhou.min"))
            // A service answers to the queue that the command named.
            try await session.acknowledge(delivery.tag)
            let answered = Task {
                try await Commanding.send(CloseAlert.type, Array("{}".utf8), to: .finance, id: "c2", as: broker)
            }
            let second = try #require(await session.next(within: .seconds(30)).first)
            let reply = ActReply.refused(
                id: "c2", person: "li.wei", proof: .user, Refusal(.missingField, path: "$.alertId", "it is needed"))
            try await session.send(
                Outgoing(
                    exchange: Exchanges.replies, routingKey: second.properties.replyTo ?? "",
                    properties: MessageProperties(correlationID: second.properties.correlationID), body: reply.encode())
            )
            #expect(try await answered.value.refusal?.reason == .missingField)
            let unknown = await #expect(throws: Failure.self) {
                try await Commanding.send(MessageType("no.such.v1"), [], to: .finance, id: "c3", as: broker)
            }
            #expect(unknown?.description.contains("Nothing was done") == true)
            await session.close()
        }
    }
}
