import BrokerLayout
import Contracts
import Domain
import Foundation
import Messaging
import Postgres
import ServiceLifecycle
import TestSupport
import Testing

@testable import ServiceKit

@Suite("Who acts")
struct PrincipalTests {
    private func delivery(_ user: String?, onBehalfOf person: String? = nil, exchange: String = Exchanges.commands)
        -> Delivery
    {
        var headers: [String: HeaderValue] = [:]
        headers[BrokerUsers.onBehalfOf] = person.map { .string($0) }
        return Delivery(
            exchange: exchange, routingKey: CloseAlert.type.description,
            properties: MessageProperties(headers: headers, userID: user), body: [])
    }

    private func outcome(
        _ delivery: Delivery, said: String?, isByWord: Bool = false
    ) -> String {
        do throws(Refusal) {
            let principal = try Principals(isByWord: isByWord).principal(of: delivery, said: said, field: "by")
            return "\(principal.proof.rawValue) \(principal.person)"
        } catch {
            return "\(error.reason.rawValue) \(error.path)"
        }
    }

    @Test("a person is the broker's user, and acts as nobody else")
    func users() {
        #expect(outcome(delivery("li.wei"), said: "li.wei") == "user li.wei")
        #expect(outcome(delivery("li.wei"), said: nil) == "user li.wei")
        #expect(outcome(delivery("li.wei"), said: "zhou.min") == "not-authorised $.by")
        #expect(outcome(delivery(nil), said: "li.wei") == "publisher-unknown properties.user_id")
        #expect(outcome(delivery(BrokerUsers.operator), said: "li.wei") == "not-authorised $.by")
    }

    @Test("the edge names the person, and nobody else may")
    func edge() {
        let header = "headers.\(BrokerUsers.onBehalfOf)"
        #expect(outcome(delivery(BrokerUsers.edge, onBehalfOf: "li.wei"), said: "li.wei") == "edge li.wei")
        #expect(outcome(delivery(BrokerUsers.edge, onBehalfOf: "li.wei"), said: "zhou.min") == "not-authorised $.by")
        #expect(outcome(delivery(BrokerUsers.edge), said: "li.wei") == "publisher-unknown \(header)")
        #expect(
            outcome(delivery(BrokerUsers.edge, onBehalfOf: "waybill-operator"), said: nil)
                == "publisher-unknown \(header)")
        for isByWord in [false, true] {
            for user in ["li.wei", BrokerUsers.operator, nil] {
                #expect(
                    outcome(delivery(user, onBehalfOf: "zhou.min"), said: "zhou.min", isByWord: isByWord)
                        == "not-authorised \(header)")
            }
        }
    }

    @Test("who asks is told as who acts is, without a word of the question itself")
    func asker() throws {
        #expect(try Principals.asker(of: delivery("li.wei")) == .person("li.wei"))
        #expect(try Principals.asker(of: delivery(BrokerUsers.operator)) == .operator)
        #expect(try Principals.asker(of: delivery(BrokerUsers.edge, onBehalfOf: "li.wei")) == .person("li.wei"))
        #expect(try Principals.asker(of: delivery(nil)) == .unknown)
        for (user, person) in [
            ("li.wei", "zhou.min"), (BrokerUsers.operator, "zhou.min"), (BrokerUsers.edge, BrokerUsers.operator),
            (BrokerUsers.edge, nil), (nil, "zhou.min"),
        ] {
            let refusal = #expect(throws: Refusal.self) {
                try Principals.asker(of: delivery(user, onBehalfOf: person))
            }
            #expect(refusal?.path == "headers.\(BrokerUsers.onBehalfOf)", "\(user ?? "-") for \(person ?? "-")")
        }
    }

    @Test("in the demo profile a person is believed by its word, and it is so recorded")
    func word() {
        #expect(outcome(delivery(BrokerUsers.operator), said: "li.wei", isByWord: true) == "word li.wei")
        #expect(outcome(delivery(nil), said: "li.wei", isByWord: true) == "word li.wei")
        #expect(outcome(delivery("li.wei"), said: "li.wei", isByWord: true) == "user li.wei")
        #expect(outcome(delivery(nil), said: nil, isByWord: true) == "publisher-unknown properties.user_id")
    }

    @Test("an operator's replay of a command carries the user who was verified, and no publisher can pretend one")
    func replayed() {
        var properties = MessageProperties(headers: [DeadLetter.Header.user: .string("zhou.min")], userID: "li.wei")
        func dead(exchange: String) -> Delivery {
            let letter = DeadLetter.make(
                of: Delivery(
                    exchange: exchange, routingKey: CloseAlert.type.description, properties: properties, body: []),
                refusal: Refusal(.internalError, path: "$", ""), service: .finance,
                at: Timestamp(microsecondsSinceEpoch: 0))
            let again = DeadLetter.replay(
                of: Delivery(exchange: Exchanges.dead, routingKey: "", properties: letter.properties, body: []),
                service: .finance)
            return Delivery(exchange: "", routingKey: again.routingKey, properties: again.properties, body: [])
        }
        #expect(outcome(dead(exchange: Exchanges.commands), said: "li.wei") == "user li.wei")
        properties.userID = nil
        #expect(outcome(dead(exchange: Exchanges.commands), said: "zhou.min") == "publisher-unknown properties.user_id")
        #expect(outcome(dead(exchange: ""), said: "zhou.min") == "user zhou.min")
    }

    @Test("a login is nobody else's name, and its user reaches its own queue of answers only")
    func logins() throws {
        for login in ["li.wei", "zhou_min", "a-1", "7"] { #expect(BrokerUsers.isLogin(login)) }
        for login in [
            "", "Li.Wei", "li wei", ".li", "waybill-operator", "waybill-edge", "partner-demo", "finance-service",
            "guest",
            "李伟", "a/b", String(repeating: "a", count: 65),
        ] { #expect(!BrokerUsers.isLogin(login), "'\(login)'") }
        let own = BrokerUsers.permission(ofPerson: "li.wei")
        func may(_ pattern: String, _ name: String) throws -> Bool { try Regex(pattern).firstMatch(in: name) != nil }
        let queue = UUID().uuidString.lowercased()
        #expect(try may(own.configure, "reply.li.wei.\(queue)"))
        #expect(try may(own.read, "reply.li.wei.\(queue)"))
        #expect(try may(own.write, "waybill.commands"))
        #expect(try may(own.read, "waybill.replies"))
        for name in [
            "reply.zhou.\(queue)", "reply.li.\(queue)", "reply.liXwei.\(queue)", "finance.inbound", "finance.dead",
        ] {
            #expect(try !may(own.configure, name) && !may(own.read, name) && !may(own.write, name), "\(name)")
        }
        // A queue of a longer login is not that of a shorter one.
        let short = BrokerUsers.permission(ofPerson: "li")
        #expect(try !may(short.read, "reply.li.wei.\(queue)"))
        for exchange in ["waybill.events", "waybill.inbound", "waybill.replies", "waybill.dead", "amq.default"] {
            #expect(try !may(own.write, exchange), "\(exchange)")
        }
    }

    @Test("the edge's user reaches partners' own exchanges and queues, and nothing by which it would be somebody else")
    func edgeReaches() throws {
        func may(_ pattern: String, _ name: String) throws -> Bool { try Regex(pattern).firstMatch(in: name) != nil }
        let (own, believing) = (BrokerUsers.permissionOfEdge(), BrokerUsers.permissionOfEdge(believesAny: true))
        let queue = "reply.waybill-edge.\(UUID().uuidString.lowercased())"
        for permission in [own, believing] {
            #expect(try may(permission.write, "waybill.commands") && may(permission.read, "waybill.replies"))
            #expect(try may(permission.configure, queue) && may(permission.read, queue))
            #expect(try may(permission.read, "partner.acme") && may(permission.write, "waybill.audit"))
            for name in [
                "waybill.events", "waybill.imports", "waybill.partners", "waybill.replies", "waybill.dead",
                "waybill.inbound.a.b", "waybill.inboundXacme", "finance.inbound", "partner.acme", "",
            ] { #expect(try !may(permission.write, name), "\(name)") }
            for name in ["finance.dead", "finance.inbound", "waybill.audit", "waybill.events", "partner.a.b"] {
                #expect(try !may(permission.read, name), "\(name)")
            }
            for name in ["partner.acme", "waybill.inbound.acme", "stray"] {
                #expect(try !may(permission.configure, name), "\(name)")
            }
        }
        #expect(try may(own.write, "waybill.inbound.acme") && !may(own.write, "waybill.inbound"))
        #expect(try !may(believing.write, "waybill.inbound.acme") && may(believing.write, "waybill.inbound"))
        let person = BrokerUsers.permission(ofPerson: "li.wei")
        #expect(try !may(person.write, "waybill.inbound.acme") && !may(person.read, "partner.acme"))
    }

    @Test("every message by which people act names the field that says who, and each is answered by one service")
    func catalogue() {
        let acts = Catalogue.contracts.filter { $0.personField != nil }
        #expect(acts.count > 25)
        for contract in acts {
            #expect(contract.fields.contains { $0.name == contract.personField }, "\(contract.type)")
            let answering = ServiceName.allCases.filter { service in
                let asker = Asker(
                    Delivery(
                        exchange: Exchanges.commands, routingKey: contract.type.description,
                        properties: MessageProperties(replyTo: "reply.li.wei.1"), body: []), of: service)
                return contract.readers.contains(service) && asker?.isAnswered == true
            }
            #expect(answering == [contract.readers.first], "\(contract.type)")
            #expect(contract.exchanges.contains(Exchanges.commands), "\(contract.type)")
            if case .service = contract.owner { Issue.record("\(contract.type) is a service's") }
        }
    }
}

/// A service made for these tests: it takes complaints and closes alerts, and refuses some.
private let desk = ServiceDefinition(
    name: .sales,
    migrations: [
        Migration(number: 1, name: "desk", sql: "create table desk (said text not null, who text, proof text)")
    ],
    capabilities: [
        Capability(
            handlers: [
                .on(ComplaintReported.self) { messages, transaction, effects in
                    for message in messages {
                        try transaction.execute(
                            "insert into desk values (\(message.body.complaintId), \(message.principal?.person), \(message.principal?.proof.rawValue))"
                        )
                    }
                },
                .on(CloseAlert.self) { messages, transaction, effects in
                    for message in messages {
                        guard message.body.alertId != "typo" else {
                            effects.refuse(message, Refusal(.notFound, path: "$.alertId", "there is no such alert"))
                            continue
                        }
                        try transaction.execute(
                            "insert into desk values (\(message.body.alertId), \(message.principal?.person), \(message.principal?.proof.rawValue))"
                        )
                        effects.publish(
                            OrderCompleted(orderId: message.body.alertId, revision: 1, completedAt: effects.now),
                            causedBy: message.envelope)
                    }
                },
            ])
    ])

@Suite(
    "Commands of people, over a real broker and database",
    .enabled(if: TestServers.broker != nil && DatabaseFixture.isAvailable, "no test servers: run 'make test'"),
    .serialized, .timeLimit(.minutes(3)))
struct ActTests {
    private struct Desk: Sendable {
        let work: UnitOfWork
        let pool: PostgresPool
        /// Takes the answers.
        let answers: String
        /// Takes what goes to the dead letters of the service and to the audit.
        let rest: String

        func rows(_ statement: String) async throws -> [[String?]] {
            try await pool.withTransaction(isReadOnly: true) { try $0.rows(SQL(stringLiteral: statement)).values }
        }

        /// Hands commands over and waits for as many answers.
        func act(_ deliveries: [Delivery], answers count: Int? = nil) async throws -> [ActReply] {
            try await work.process(deliveries)
            return try await take(answers, count ?? deliveries.count).map { try ActReply(json: $0.body) }
        }

        /// What stands in a queue once so many are there.
        func take(_ queue: String, _ count: Int) async throws -> [Delivery] {
            let reader = try await BrokerSession.connect(TestServers.brokerConfiguration())
            try await reader.subscribe(queue)
            var found: [Delivery] = []
            let isThere = try await TestServers.eventually {
                found += try await reader.next(within: .milliseconds(100))
                return found.count >= count
            }
            #expect(isThere, "\(found.count) of \(count) messages in \(queue)")
            for delivery in found { try await reader.acknowledge(delivery.tag) }
            await reader.close()
            return found
        }

        func close(
            _ alert: String, id: String, by said: String, user: String?, onBehalfOf: String? = nil, asks: Bool = true
        )
            throws -> Delivery
        {
            var headers: [String: HeaderValue] = [:]
            headers[BrokerUsers.onBehalfOf] = onBehalfOf.map { .string($0) }
            return Delivery(
                tag: 1, exchange: Exchanges.commands, routingKey: CloseAlert.type.description,
                properties: MessageProperties(
                    contentType: "application/json", headers: headers, correlationID: id, replyTo: asks ? answers : nil,
                    messageID: id, type: CloseAlert.type.description, userID: user, appID: "waybill-cli"),
                body: CloseAlert(alertId: alert, outcome: .stopped, by: said).encode())
        }

        func complain(
            _ complaint: String, id: String, by said: String, user: String?, exchange: String = Exchanges.commands
        ) throws -> Delivery {
            let type = ComplaintReported.type.description
            return Delivery(
                tag: 1, exchange: exchange, routingKey: type,
                properties: MessageProperties(
                    contentType: "application/json", correlationID: id,
                    replyTo: exchange == Exchanges.commands ? answers : nil, messageID: id, type: type, userID: user,
                    appID: "crm"),
                body: ComplaintReported(
                    complaintId: complaint, customer: CustomerCode(code: "C1"), orderId: nil, category: .damage,
                    severity: .major, at: try #require(Timestamp("2026-03-02T10:00:00+08:00")), by: said,
                    summary: "crushed"
                ).encode())
        }
    }

    private func with(
        isByWord: Bool = false, publishers: Publishers = .any, _ body: @Sendable @escaping (Desk) async throws -> Void
    ) async throws {
        try await DatabaseFixture.withSchema { database in
            for (component, migrations) in [("host", Schema.hostMigrations), ("desk", desk.migrations)] {
                _ = try await Migrator(
                    schema: database.schema, component: component, migrations: migrations, logger: TestServers.quiet
                ).migrate(database.configuration())
            }
            let pool = try database.pool()
            try await PartitionKeeper(pool: pool, inboxDays: 14, outboxDays: 7, logger: TestServers.quiet).keep()
            let session = try await BrokerSession.connect(TestServers.brokerConfiguration())
            try await WaybillTopology.whole.declare(on: session)
            let (answers, rest) = (TestServers.unique("answers"), TestServers.unique("rest"))
            for queue in [answers, rest] {
                try await session.declare(Queue(name: queue, kind: .quorum, deliveryLimit: 10))
            }
            try await session.bind(Binding(exchange: Exchanges.replies, queue: answers, routingKey: answers))
            try await session.bind(
                Binding(exchange: Exchanges.dead, queue: rest, routingKey: ServiceName.sales.rawValue))
            try await session.bind(Binding(exchange: Exchanges.audit, queue: rest, routingKey: ""))
            let metrics = ServiceMetrics(of: .finance)
            let publisher = Publisher(configuration: try TestServers.brokerConfiguration(), logger: TestServers.quiet)
            let work = UnitOfWork(
                service: .sales, handlers: desk.handlers, publishers: publishers,
                principals: Principals(isByWord: isByWord), pool: pool,
                relay: Relay(pool: pool, publisher: publisher, metrics: metrics, logger: TestServers.quiet),
                publisher: publisher, clock: ServiceClock(mode: .system) { _ in }, metrics: metrics,
                logger: TestServers.quiet)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    await publisher.run()
                    return false
                }
                group.addTask {
                    try await body(Desk(work: work, pool: pool, answers: answers, rest: rest))
                    return true
                }
                while try await group.next() == false {}
                group.cancelAll()
            }
            for queue in [answers, rest] { try await session.deleteQueue(queue) }
            await session.close()
        }
    }

    @Test("a command is answered with what came of it; the same again gets the same answer and no second effect")
    func done() async throws {
        try await with { desk in
            let first = try await desk.act([desk.close("A1", id: "c1", by: "li.wei", user: "li.wei")])
            #expect(first.map(\.status) == [.done])
            #expect(first.first?.person == "li.wei" && first.first?.proof == .user && first.first?.isRepeated == false)
            #expect(first.first?.results.map(\.type) == [OrderCompleted.type])
            let again = try await desk.act([
                desk.close("A1", id: "c1", by: "li.wei", user: "li.wei"),
                desk.close("A1", id: "c1", by: "li.wei", user: "li.wei"),
            ])
            #expect(again.allSatisfy { $0.isRepeated && $0.status == .done && $0.results == first.first?.results })
            #expect(try await desk.rows("select said, who, proof from desk") == [["A1", "li.wei", "user"]])
            #expect(
                try await desk.rows("select message_id, person, proof, broker_user from act") == [
                    ["c1", "li.wei", "user", "li.wei"]
                ])
        }
    }

    @Test("twice in one batch is once, and the identifier of another's command is refused")
    func identifiers() async throws {
        try await with { desk in
            let answers = try await desk.act([
                desk.close("A1", id: "c1", by: "li.wei", user: "li.wei"),
                desk.close("A1", id: "c1", by: "li.wei", user: "li.wei"),
                desk.close("A1", id: "c1", by: "zhou.min", user: "zhou.min"),
            ])
            #expect(answers.filter { $0.status == .done }.map(\.isRepeated) == [false, true])
            #expect(answers.compactMap(\.refusal?.reason) == [.conflictingContent])
            // It stays known when the inbox has forgotten it.
            try await desk.pool.withTransaction { _ = try $0.execute("delete from inbox") }
            let later = try await desk.act([
                desk.close("A2", id: "c1", by: "li.wei", user: "li.wei"),
                desk.close("A1", id: "c1", by: "li.wei", user: "li.wei"),
            ])
            #expect(later.compactMap(\.refusal?.reason) == [.conflictingContent])
            #expect(later.map(\.isRepeated) == [false, true])
            #expect(try await desk.rows("select count(*)::text from desk") == [["1"]])
        }
    }

    @Test("what people mistype is answered with reason and path, stands in the audit and in no dead letters")
    func mistyped() async throws {
        try await with { desk in
            let answers = try await desk.act([
                desk.close("typo", id: "c1", by: "li.wei", user: "li.wei"),
                desk.close("A1", id: "c2", by: "li.wei", user: "li.wei"),
                desk.close("", id: "c3", by: "li.wei", user: "li.wei"),
            ])
            let refused = answers.filter { $0.status == .refused }
            #expect(
                Set(refused.map { "\($0.id ?? "") \($0.refusal?.reason.rawValue ?? "") \($0.refusal?.path ?? "")" })
                    == [
                        "c1 not-found $.alertId", "c3 identifier-length $.alertId",
                    ])
            #expect(refused.allSatisfy { $0.person == "li.wei" && $0.proof == .user })
            #expect(answers.filter { $0.status == .done }.map(\.id) == ["c2"])
            let rest = try await desk.take(desk.rest, 2)
            #expect(rest.allSatisfy { $0.exchange == Exchanges.audit })
            #expect(rest.count == 2)
            // Mended, the same identifier is a command like any other: what was refused has not happened.
            let mended = try await desk.act([desk.close("A3", id: "c1", by: "li.wei", user: "li.wei")])
            #expect(mended.map(\.status) == [.done] && mended.map(\.isRepeated) == [false])
        }
    }

    @Test("a forged name is refused and on record; without an asker it stands in the dead letters")
    func forged() async throws {
        try await with { desk in
            let answers = try await desk.act([
                desk.close("A1", id: "c1", by: "zhou.min", user: "li.wei"),
                desk.close("A1", id: "c2", by: "zhou.min", user: "li.wei", onBehalfOf: "zhou.min"),
                desk.close("A1", id: "c3", by: "zhou.min", user: nil),
                desk.close("A1", id: "c4", by: "zhou.min", user: BrokerUsers.edge),
                desk.close("A2", id: "c5", by: "zhou.min", user: BrokerUsers.edge, onBehalfOf: "zhou.min"),
            ])
            let refused = Dictionary(uniqueKeysWithValues: answers.map { ($0.id ?? "", $0.refusal?.reason) })
            #expect(
                refused == [
                    "c1": .notAuthorised, "c2": .notAuthorised, "c3": .publisherUnknown, "c4": .publisherUnknown,
                    "c5": nil,
                ])
            #expect(try await desk.rows("select said, who, proof from desk") == [["A2", "zhou.min", "edge"]])
            let records = try await desk.take(desk.rest, 4)
            #expect(records.count == 4 && records.allSatisfy { $0.exchange == Exchanges.audit })
            try await desk.work.process([desk.close("A1", id: "c6", by: "zhou.min", user: "li.wei", asks: false)])
            let letters = try await desk.take(desk.rest, 2)
            #expect(Set(letters.map(\.exchange)) == [Exchanges.dead, Exchanges.audit])
        }
    }

    @Test("in the demo profile a word is enough, and the record says that it was one")
    func demo() async throws {
        try await with(isByWord: true) { desk in
            let answers = try await desk.act([
                desk.close("A1", id: "c1", by: "zhou.min", user: BrokerUsers.operator),
                desk.close("A2", id: "c2", by: "zhou.min", user: "zhou.min", onBehalfOf: "li.wei"),
            ])
            #expect(Set(answers.map { "\($0.status) \($0.proof?.rawValue ?? "")" }) == ["done word", "refused "])
            #expect(
                try await desk.rows("select person, proof, broker_user from act") == [
                    ["zhou.min", "word", BrokerUsers.operator]
                ])
        }
    }

    @Test(
        "what people type of a partner's books goes by the path of commands, and takes none of the partner's identifiers"
    )
    func books() async throws {
        let registry = try PartnerRegistry(
            json: Array(#"{"partners": [{"name": "acme", "users": ["pa"], "sources": ["crm"]}]}"#.utf8))
        try await with(publishers: .registered(registry)) { desk in
            let typed = try await desk.act([desk.complain("P1", id: "m1", by: "li.wei", user: "li.wei")])
            #expect(typed.map(\.status) == [.done])
            try await desk.work.process([
                desk.complain("P2", id: "m1", by: "hotline", user: "pa", exchange: Exchanges.inbound)
            ])
            #expect(
                try await desk.rows("select said, who, proof from desk order by 1") == [
                    ["P1", "li.wei", "user"], ["P2", nil, nil],
                ])
            let other = try await desk.act([desk.complain("P3", id: "m2", by: "hotline", user: "li.wei")])
            #expect(other.compactMap(\.refusal?.path) == ["$.by"])
        }
    }
}
