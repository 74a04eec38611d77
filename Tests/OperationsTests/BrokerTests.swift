import BrokerLayout
import Client
import Contracts
import Domain
import Foundation
import Messaging
import TestSupport
import Testing

@testable import Operations

@Suite(
    "What operators do at a real broker",
    .enabled(if: BrokerFixture.isAvailable, Comment(rawValue: BrokerFixture.howToEnable)), .timeLimit(.minutes(2)))
struct BrokerTests {
    private func declared(_ broker: BrokerConfiguration) async throws -> BrokerSession {
        let session = try await BrokerSession.connect(broker)
        try await WaybillTopology.whole.declare(on: session)
        return session
    }

    @Test("what is declared has no problems; a missing queue, a lost binding and other arguments are named")
    func audit() async throws {
        try await BrokerFixture.withVirtualHost { broker in
            let session = try await declared(broker)
            let audit = try TopologyAudit(address: BrokerFixture.managementAddress, broker: broker)
            #expect(try await audit.problems(in: WaybillTopology.whole).isEmpty)
            try await session.deleteQueue("sales.inbound")
            try await session.deleteQueue("finance.dead")
            try await session.declare(Queue(name: "finance.dead", kind: .classic))
            let problems = try await audit.problems(in: WaybillTopology.whole)
            #expect(problems.contains("queue 'sales.inbound' is missing"))
            #expect(problems.contains { $0.hasPrefix("queue 'finance.dead' is of type classic") })
            #expect(problems.contains { $0.hasPrefix("queue 'finance.dead' is not bound to 'waybill.dead'") })
            await session.close()
        }
    }

    @Test("a management that is not there, or whose user is refused, is said; the next of a cluster's nodes is asked")
    func management() async throws {
        let own = try TestServers.brokerConfiguration()
        let nobody = try BrokerManagement(address: "http://127.0.0.1:1", broker: own)
        let away = await #expect(throws: MessagingError.self) { try await nobody.send("GET", ["overview"]) }
        #expect(away?.code == .connection)
        let cluster = try BrokerManagement(
            address: "http://127.0.0.1:1,\(BrokerFixture.managementAddress)", broker: own)
        #expect(try await cluster.send("GET", ["overview"]) != nil)
        #expect(try await cluster.send("GET", ["users", "büro 库/?#"]) == nil)
        let stranger = try BrokerManagement(
            address: BrokerFixture.managementAddress,
            broker: BrokerConfiguration(url: "amqp://nobody:wrong@127.0.0.1", connectionName: "test"))
        let refused = await #expect(throws: MessagingError.self) { try await stranger.send("GET", ["overview"]) }
        #expect(refused?.code == .refusedLogin)
    }

    @Test("letters that were taken out do not come back, however many and however soon the browser is closed")
    func takenOut() async throws {
        try await BrokerFixture.withVirtualHost { broker in
            let session = try await declared(broker)
            let letters = (0..<3_000).map { number in
                Outgoing(
                    exchange: Exchanges.dead, routingKey: "finance",
                    properties: MessageProperties(messageID: "m\(number)"), body: Array("{}".utf8))
            }
            let kept = Set((0..<3_000).filter { !$0.isMultiple(of: 3) }.map { "m\($0)" })
            try await withPublisher(as: broker) { publisher in
                for start in stride(from: 0, to: letters.count, by: 500) {
                    let outcomes = await publisher.publish(Array(letters[start..<(start + 500)]))
                    #expect(outcomes.allSatisfy { $0 == .confirmed })
                }
                var selection = DeadLetterSelection()
                selection.services = [.finance]
                let trail = AuditTrail(who: "li.wei", user: broker.userName, why: "test")
                _ = try await DeadLetterBrowser.each(selection, as: broker) { browser in
                    let meant = browser.letters.filter { !kept.contains($0.handle) }
                    for start in stride(from: 0, to: meant.count, by: 400) {
                        try await browser.perform(
                            .discard, meant[start..<min(start + 400, meant.count)], publishing: [], trail, publisher)
                    }
                }
                let left = try await DeadLetterBrowser.all(selection, as: broker)
                #expect(left.count == kept.count)
                #expect(Set(left.map(\.handle)) == kept)
            }
            #expect(try await AuditTrail.all(as: broker).count == 1_000)
            await session.close()
        }
    }

    @Test("of more letters than a browser holds the first are looked at, and all stay where they are")
    func moreThanHeld() async throws {
        try await BrokerFixture.withVirtualHost { broker in
            let session = try await declared(broker)
            try await withPublisher(as: broker) { publisher in
                let outcomes = await publisher.publish(
                    (0..<25).map { number in
                        Outgoing(
                            exchange: Exchanges.dead, routingKey: "finance",
                            properties: MessageProperties(messageID: "m\(number)"), body: Array("{}".utf8))
                    })
                #expect(outcomes.allSatisfy { $0 == .confirmed })
            }
            var selection = DeadLetterSelection()
            selection.services = [.finance]
            var seen: [String] = []
            let count = try await DeadLetterBrowser.each(selection, room: 10, as: broker) { browser in
                seen += browser.letters.map(\.handle)
            }
            #expect(count == 10 && seen == (0..<10).map { "m\($0)" })
            #expect(try await DeadLetterBrowser.all(selection, as: broker).count == 25)
            await session.close()
        }
    }

    @Test("letters and the record of acts go into a file and come back as they stood, once")
    func restored() async throws {
        try await BrokerFixture.withVirtualHost { broker in
            let session = try await declared(broker)
            let properties = MessageProperties(
                contentType: "application/json",
                headers: [
                    "x-waybill-reason": .string("not-json"), "attempts": .integer(3), "urgent": .boolean(true),
                ], deliveryMode: 2, correlationID: "c1", messageID: "m1", timestamp: 1_700_000_000,
                type: "order.placed.v1", appID: "erp")
            let first = Outgoing(
                exchange: Exchanges.dead, routingKey: "finance", properties: properties, body: Array("{".utf8))
            var second = MessageProperties(deliveryMode: 2)
            second.messageID = "m2"
            let binary = Outgoing(
                exchange: Exchanges.dead, routingKey: "sales", properties: second, body: [0xFF, 0x00, 0x0A])
            let trail = AuditTrail(who: "li.wei", user: broker.userName, why: "test")
            try await withPublisher(as: broker) { publisher in
                let outcomes = await publisher.publish([first, binary])
                #expect(outcomes == [.confirmed, .confirmed])
            }
            let letters = try await DeadLetterBrowser.all(DeadLetterSelection(), as: broker)
            let lines = try letters.map { try LetterFile.line($0) }.map { $0[...] }
            _ = try await withPublisher(as: broker) { publisher in
                try await DeadLetterBrowser.each(DeadLetterSelection(), as: broker) { browser in
                    try await browser.perform(.discard, browser.letters, publishing: [], trail, publisher)
                }
            }
            #expect(try await DeadLetterBrowser.all(DeadLetterSelection(), as: broker).isEmpty)
            #expect(try await Restoring.letters(lines, as: broker) == 2)
            #expect(try await Restoring.letters(lines, as: broker) == 0)
            let back = try await DeadLetterBrowser.all(DeadLetterSelection(), as: broker)
            #expect(back.count == 2)
            for letter in back {
                let old = try #require(letters.first { $0.handle == letter.handle })
                #expect(letter.delivery.body == old.delivery.body)
                var (now, then) = (letter.delivery.properties, old.delivery.properties)
                (now.headers["x-delivery-count"], then.headers["x-delivery-count"]) = (nil, nil)
                #expect(now == then)
            }
            let records = try await AuditTrail.bodies(as: broker)
            #expect(records.count == 2)
            let written = records.map { String(decoding: $0, as: UTF8.self)[...] }
            #expect(try await Restoring.audit(written, as: broker) == 0)
            _ = try await BrokerFixture.management().send(
                "DELETE", ["queues", broker.virtualHostName, Queues.audit, "contents"])
            #expect(try await TestServers.eventually { try await session.status(of: Queues.audit).messages == 0 })
            #expect(try await Restoring.audit(written, as: broker) == 2)
            #expect(Set(try await AuditTrail.bodies(as: broker)) == Set(records))
            #expect(throws: Failure.self) { try LetterFile.message("{}") }
            await session.close()
        }
    }

    @Test("what the broker gives up says when and why: let expire by its sender, rejected by a reader, looked at often")
    func givenUp() async throws {
        try await BrokerFixture.withVirtualHost { broker in
            let session = try await declared(broker)
            let began = Timestamp.now()
            try await withPublisher(as: broker) { publisher in
                let outcomes = await publisher.publish(
                    [("late", "1", Queues.inbound(.finance)), ("rejected", nil, Queues.inbound(.sales))].map {
                        id, expiration, queue in
                        Outgoing(
                            exchange: "", routingKey: queue,
                            properties: MessageProperties(
                                contentType: "application/json", deliveryMode: 2, expiration: expiration, messageID: id,
                                type: "order.placed.v1", appID: "erp"), body: Array("{}".utf8))
                    })
                #expect(outcomes.allSatisfy { $0 == .confirmed })
            }
            try await session.subscribe(Queues.inbound(.sales))
            for delivery in try await session.next(within: .seconds(20)) {
                try await session.reject(delivery.tag, requeue: false)
            }
            try await session.unsubscribe()
            for service in [ServiceName.finance, .sales] {
                #expect(
                    try await TestServers.eventually {
                        try await session.status(of: Queues.dead(service)).messages == 1
                    })
            }
            func looked() async throws -> [String: BrowsedDeadLetter] {
                let letters = try await DeadLetterBrowser.all(DeadLetterSelection(), as: broker)
                return Dictionary(letters.map { ($0.handle, $0) }) { first, _ in first }
            }
            let first = try await looked()
            #expect(first["late"]?.detail?.contains("1 ms") == true)
            #expect(first["rejected"]?.detail?.contains("rejected it") == true)
            for letter in first.values {
                // The broker's clock is this machine's; it tells whole seconds.
                #expect(letter.isGivenUp && (letter.refusedAt.map { $0 >= began.adding(seconds: -1) } ?? false))
                #expect(letter.delivery.properties.headers[DeadLetter.Header.exchange]?.text == "")
            }
            // Past the number of looks after which a letter is published anew.
            for _ in 0..<10 { _ = try await looked() }
            let later = try await looked()
            for (id, letter) in first {
                #expect(later[id]?.delivery.properties.deaths.isEmpty == true)
                #expect(later[id]?.detail == letter.detail && later[id]?.refusedAt == letter.refusedAt)
            }
            await session.close()
        }
    }

    @Test("a person's user is made with a password that works, is listed, is not made twice, and is removed")
    func people() async throws {
        try await BrokerFixture.withVirtualHost { broker in
            let people = try BrokerPeople(broker, management: BrokerFixture.managementAddress)
            let login = TestServers.unique("li").replacing("_", with: "-")
            let trail = AuditTrail(who: "ops", user: broker.userName, why: "a test")
            let operators = try await BrokerSession.connect(broker)
            try await WaybillTopology.auditAlone.declare(on: operators)
            await operators.close()
            let password = try await people.add(login, isEdge: false, trail)
            #expect(try await people.all().contains { $0 == (login, false, false) })
            await #expect(throws: Failure.self) { try await people.add(login, isEdge: false, trail) }
            let own = try BrokerConfiguration(
                url: broker.address(as: login, password: password), connectionName: "test")
            let session = try await BrokerSession.connect(own)
            let forbidden = await #expect(throws: MessagingError.self) {
                try await session.declare(Queue(name: "not-its-own", kind: .classic))
            }
            #expect(forbidden?.replyCode == 403)
            #expect(try await people.remove(login, trail))
            #expect(try await !people.remove(login, trail))
            // What was done is on record, by both who operated and upon whom; what was not done is not.
            let records = try await AuditTrail.all(as: broker)
            #expect(records.map { $0["act"] ?? "" }.sorted() == ["add-user", "remove-user"])
            for record in records {
                #expect(record["id"] == login && record["who"] == "ops" && record["why"] == "a test")
                #expect(record["brokerUser"] == broker.userName && record["service"] == nil)
            }
            #expect(
                await TestServers.eventually {
                    do throws(MessagingError) {
                        _ = try await session.exists(Exchange(name: "amq.topic", kind: .topic))
                        return false
                    } catch {
                        return true
                    }
                })
            await session.close()
        }
    }

    /// Refuses messages into finance's dead letters.
    private func refuse(_ identifiers: [String], _ broker: BrokerConfiguration) async throws {
        let messages = identifiers.map { id in
            DeadLetter.make(
                of: Delivery(
                    exchange: Exchanges.inbound, routingKey: "order.placed.v1",
                    properties: MessageProperties(
                        contentType: "application/json", messageID: id, type: "order.placed.v1", appID: "erp"),
                    body: Array("{}".utf8)),
                refusal: Refusal(.missingField, path: "$.orderId", "it is needed"), service: .finance, at: .now())
        }
        let outcomes = try await withPublisher(as: broker) { await $0.publish(messages) }
        #expect(outcomes.allSatisfy { $0 == .confirmed })
    }

    @Test("looking takes nothing out; what is acted upon is taken out, published and on record, and the rest stays")
    func deadLetters() async throws {
        try await BrokerFixture.withVirtualHost { broker in
            let session = try await declared(broker)
            try await refuse((0..<60).map { "m\($0)" }, broker)
            var one = DeadLetterSelection()
            one.id = "m7"
            #expect(try await DeadLetterBrowser.all(one, as: broker).map(\.id) == ["m7"])
            let all = DeadLetterSelection()
            #expect(try await DeadLetterBrowser.all(all, as: broker).count == 60)
            let trail = AuditTrail(who: "li.wei", user: broker.userName, why: "tried")
            let selection = one
            let count = try await withPublisher(as: broker) { publisher in
                try await DeadLetterBrowser.each(selection, as: broker) { browser in
                    try await browser.perform(
                        .replay, browser.letters,
                        publishing: browser.letters.map { DeadLetter.replay(of: $0.delivery, service: $0.service) },
                        trail, publisher)
                }
            }
            #expect(count == 1)
            #expect(try await DeadLetterBrowser.all(all, as: broker).count == 59)
            #expect(try await session.status(of: Queues.inbound(.finance)).messages == 1)
            let records = try await AuditTrail.all(as: broker)
            #expect(records.map { $0["id"] } == ["m7"])
            #expect(records.first?["who"] == "li.wei" && records.first?["act"] == "replay")
            await session.close()
        }
    }
}
