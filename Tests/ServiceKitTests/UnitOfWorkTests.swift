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

/// A service made for these tests: it keeps the order of each cancellation in one table and tells that it was done.
private let ledger = ServiceDefinition(
    name: .supplier,
    migrations: [
        Migration(number: 1, name: "ledger", sql: "create table ledger (order_id text not null, reason text not null)")
    ],
    capabilities: [
        Capability(
            handlers: [
                .on(OrderCancelled.self) { messages, transaction, effects in
                    for message in messages where message.body.reason == "refused" {
                        effects.refuse(message, Refusal(.valueNotAllowed, path: "$.reason", "refused on purpose"))
                    }
                    let kept = messages.filter { $0.body.reason != "refused" }
                    // What the server says when its lock table is full: of more than three messages, and of one of them once.
                    if kept.count > 3, kept.contains(where: { $0.body.reason == "many" }) {
                        try transaction.script(
                            "do $$ begin raise 'out of shared memory' using errcode = '53200'; end $$")
                    }
                    // The column takes no NULL: a poison message fails the statement, and with it the whole batch.
                    try transaction.execute(
                        """
                        insert into ledger select order_id, nullif(reason, 'poison')
                        from unnest(\(kept.map(\.body.orderId)), \(kept.map { $0.body.reason ?? "" })) as t(order_id, reason)
                        """)
                    for message in kept {
                        effects.publish(
                            OrderCompleted(
                                orderId: message.body.orderId, revision: 1, completedAt: message.body.cancelledAt),
                            causedBy: message.envelope)
                    }
                }
            ])
    ])

@Suite(
    "The unit of work, over a real broker and database",
    .enabled(if: TestServers.broker != nil && DatabaseFixture.isAvailable, "no test servers: run 'make test'"),
    .serialized, .timeLimit(.minutes(3)))
struct UnitOfWorkTests {
    /// Everything a batch needs, with a queue that takes what is published.
    private struct Surroundings: Sendable {
        let work: UnitOfWork
        let relay: Relay
        let pool: PostgresPool
        let session: BrokerSession
        let metrics: ServiceMetrics
        let published: String

        func rows(_ statement: String) async throws -> [[String?]] {
            try await pool.withTransaction(isReadOnly: true) { try $0.rows(SQL(stringLiteral: statement)).values }
        }

        /// What stands in a queue, as it comes, until so many are there.
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
    }

    /// - Parameter proxy: what the database is reached through.
    private func with(
        proxy: FaultProxy? = nil, relays: Bool = true,
        _ body: @Sendable @escaping (Surroundings) async throws -> Void
    ) async throws {
        try await DatabaseFixture.withSchema { database in
            for (component, migrations) in [("host", Schema.hostMigrations), ("ledger", ledger.migrations)] {
                _ = try await Migrator(
                    schema: database.schema, component: component, migrations: migrations, logger: TestServers.quiet
                ).migrate(database.configuration())
            }
            let direct = try database.pool()
            try await PartitionKeeper(pool: direct, inboxDays: 14, outboxDays: 7, logger: TestServers.quiet).keep()
            let session = try await BrokerSession.connect(TestServers.brokerConfiguration())
            try await WaybillTopology.whole.declare(on: session)
            let published = TestServers.unique("published")
            try await session.declare(Queue(name: published, kind: .quorum, deliveryLimit: 10))
            try await session.bind(
                Binding(exchange: Exchanges.events, queue: published, routingKey: OrderCompleted.type.description))
            var pool = direct
            if let proxy {
                let url = try #require(URLComponents(string: database.url))
                var through = url
                through.port = proxy.port
                // The proxy looks for COMMIT, so it must be able to read.
                through.query = "sslmode=disable"
                pool = try database.pool(
                    configuration: PostgresConfiguration(
                        url: through.string ?? "", applicationName: "through", searchPath: database.schema))
            }
            let metrics = ServiceMetrics(of: .finance)
            let publisher = Publisher(configuration: try TestServers.brokerConfiguration(), logger: TestServers.quiet)
            let relay = Relay(pool: direct, publisher: publisher, metrics: metrics, logger: TestServers.quiet)
            let work = UnitOfWork(
                service: .supplier, handlers: ledger.handlers, publishers: .any,
                principals: Principals(isByWord: true), pool: pool, relay: relay,
                publisher: publisher,
                clock: ServiceClock(mode: .system) { _ in }, metrics: metrics, logger: TestServers.quiet)
            let surroundings = Surroundings(
                work: work, relay: relay, pool: direct, session: session, metrics: metrics, published: published)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    await publisher.run()
                    return false
                }
                if relays {
                    group.addTask {
                        try await relay.run()
                        return false
                    }
                }
                group.addTask {
                    try await body(surroundings)
                    return true
                }
                while try await group.next() == false {}
                group.cancelAll()
            }
            try await session.deleteQueue(published)
            await session.close()
        }
    }

    private func delivery(
        _ id: String, _ reason: String, order: String? = nil, body: String? = nil, time: Int64? = nil
    ) -> Delivery {
        let text =
            body
            ?? #"{"orderId":"\#(order ?? id)","revision":1,"cancelledAt":"2026-03-02T10:00:00+08:00","reason":"\#(reason)"}"#
        return Delivery(
            tag: 1, exchange: Exchanges.inbound, routingKey: "order.cancelled.v1", isRedelivered: false,
            properties: MessageProperties(
                contentType: "application/json", messageID: id, timestamp: time, type: "order.cancelled.v1",
                appID: "erp"),
            body: Array(text.utf8))
    }

    @Test("a poison message is found by splitting and refused alone; its neighbours commit once and are told once")
    func poison() async throws {
        try await with { surroundings in
            var batch = (1...40).map { delivery("good\($0)", "fine") }
            batch.insert(delivery("bad1", "poison"), at: 7)
            batch.insert(delivery("bad2", "refused"), at: 20)
            batch.insert(delivery("bad3", "", body: "{"), at: 33)
            batch.append(delivery("good1", "fine"))
            try await surroundings.work.process(batch)
            #expect(
                try await surroundings.rows("select count(*), count(distinct order_id) from ledger") == [["40", "40"]])
            let dead = try await surroundings.take(Queues.dead(.supplier), 3)
            let reasons = Dictionary(
                uniqueKeysWithValues: dead.map {
                    ($0.properties.messageID ?? "", $0.properties.headers[DeadLetter.Header.reason]?.text ?? "")
                })
            #expect(reasons == ["bad1": "internal-error", "bad2": "value-not-allowed", "bad3": "not-json"])
            // What was refused is not known as handled; what was handled is not handled again.
            #expect(
                try await surroundings.rows("select count(distinct message_id) from inbox where message_id like 'bad%'")
                    == [["0"]])
            try await surroundings.work.process((1...40).map { delivery("good\($0)", "fine") })
            #expect(try await surroundings.rows("select count(*) from ledger") == [["40"]])
            #expect(surroundings.metrics.duplicates.current >= 40)
            let told = try await surroundings.take(surroundings.published, 40)
            #expect(Set(told.map(\.properties.messageID)).count == 40 && told.count == 40)
            #expect(
                try await TestServers.eventually {
                    try await surroundings.rows("select count(*) from outbox_pending") == [["0"]]
                })
        }
    }

    @Test("a batch that is too much for the server's lock table is split, and none of it is refused")
    func tooMuchAtOnce() async throws {
        try await with { surroundings in
            try await surroundings.work.process((1...20).map { delivery("m\($0)", "many") })
            #expect(
                try await surroundings.rows("select count(*), count(distinct order_id) from ledger") == [["20", "20"]])
            #expect(surroundings.metrics.splits.current > 0)
            #expect(surroundings.metrics.retries.current == 0)
            #expect(try await surroundings.take(surroundings.published, 20).count == 20)
        }
    }

    @Test(
        "what every message meets is waited for and said at once; once it is mended all have their effect",
        arguments: ["42501", "25006", "28000", "XX002"])
    func setUpFault(state: String) async throws {
        try await with { surroundings in
            try await surroundings.pool.withTransaction {
                try $0.script(
                    """
                    create function obstacle() returns trigger language plpgsql as
                        $f$ begin raise 'not now' using errcode = '\(state)'; end $f$;
                    create trigger obstacle before insert on ledger for each row execute function obstacle()
                    """)
            }
            async let processed: Void = surroundings.work.process((1...20).map { delivery("w\($0)", "fine") })
            #expect(
                await TestServers.eventually {
                    surroundings.metrics.inHand.problem(past: .seconds(600))?.contains("not now") == true
                })
            #expect(surroundings.metrics.splits.current == 0)
            try await surroundings.pool.withTransaction { try $0.script("drop trigger obstacle on ledger") }
            try await processed
            #expect(try await surroundings.rows("select count(*) from ledger") == [["20"]])
            #expect(surroundings.metrics.refusedByReason.isEmpty)
            #expect(surroundings.metrics.inHand.problem(past: .zero) == nil)
        }
    }

    @Test("the same messages in hand several times at once have their effect once, however their batches overlap")
    func atOnce() async throws {
        try await with { surroundings in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for first in [1, 1, 21, 41, 11, 1] {
                    group.addTask {
                        let batch = (first..<first + 60).map { delivery("m\($0)", "fine") }
                        // Who comes to the keys in another order must not stand in the way for ever either.
                        try await surroundings.work.process(first == 11 ? batch.reversed() : batch)
                    }
                }
                try await group.waitForAll()
            }
            #expect(
                try await surroundings.rows("select count(*), count(distinct order_id) from ledger")
                    == [["100", "100"]])
            #expect(try await surroundings.rows("select count(*) from inbox") == [["100"]])
            #expect(surroundings.metrics.duplicates.current == 6 * 60 - 100)
            let told = try await surroundings.take(surroundings.published, 100)
            #expect(Set(told.map(\.properties.messageID)).count == 100)
        }
    }

    @Test("a connection cut before or after COMMIT arrives: the batch has its effect once", arguments: [true, false])
    func cutAtCommit(arrives: Bool) async throws {
        let port = try #require(DatabaseFixture.serverURL.flatMap { URLComponents(string: $0)?.port })
        let proxy = try FaultProxy(to: port)
        defer { proxy.stop() }
        try await with(proxy: proxy) { surroundings in
            try await surroundings.work.process([delivery("first", "fine")])
            proxy.cut(.init(.client, Array("commit".utf8) + [0], passes: arrives))
            try await surroundings.work.process((1...5).map { delivery("m\($0)", "fine") })
            #expect(proxy.cuts == 1)
            #expect(
                try await surroundings.rows("select count(*), count(distinct order_id) from ledger") == [["6", "6"]])
            #expect(try await surroundings.rows("select count(*) from outbox") == [["6"]])
            // When the answer was lost, nobody in this process knows of the rows: their lease runs out, and they go.
            if arrives {
                try await surroundings.pool.withTransaction {
                    _ = try $0.execute("update outbox_pending set lease_until = now()")
                }
            }
            let told = try await surroundings.take(surroundings.published, 6)
            #expect(Set(told.map(\.properties.messageID)).count == 6)
        }
    }

    @Test("rows that a crashed copy left are claimed once their lease is over, by one of two relays each")
    func reclaimed() async throws {
        try await with(relays: false) { surroundings in
            // Nobody relays: a process that committed and died.
            try await surroundings.work.process((1...300).map { delivery("m\($0)", "fine") })
            #expect(try await surroundings.rows("select count(*) from outbox_pending") == [["300"]])
            let leased = try await surroundings.pool.withTransaction { try Outbox.claim(limit: 500, $0) }
            #expect(leased.isEmpty, "the lease still holds")
            try await surroundings.pool.withTransaction {
                _ = try $0.execute("update outbox_pending set lease_until = now()")
            }
            async let one = surroundings.pool.withTransaction { try Outbox.claim(limit: 200, $0) }
            async let other = surroundings.pool.withTransaction { try Outbox.claim(limit: 200, $0) }
            let (mine, theirs) = try await (one.map(\.id), other.map(\.id))
            #expect(Set(mine).isDisjoint(with: theirs))
            #expect(mine.count + theirs.count == 300)
        }
    }

    @Test("a sender's clock that is wrong is counted, and its message is handled like any other")
    func wrongTimes() async throws {
        try await with { surroundings in
            let now = Int64(Date().timeIntervalSince1970)
            let day: Int64 = 86_400
            try await surroundings.work.process([
                delivery("now", "fine", time: now), delivery("yesterday", "fine", time: now - day),
                // A little ahead is what clocks are; an hour ahead is wrong, and so is one that was never set.
                delivery("soon", "fine", time: now + 20), delivery("ahead", "fine", time: now + 3600),
                delivery("long ago", "fine", time: now - 31 * day), delivery("unset", "fine", time: 0),
                delivery("silent", "fine"),
            ])
            #expect(try await surroundings.rows("select count(*) from ledger") == [["7"]])
            #expect(surroundings.metrics.unbelievableTimes.current == 3)
            // What cannot be true makes no figure: neither below nought nor of years.
            let latency = surroundings.metrics.endToEndLatency.snapshot
            #expect(latency.count == 4)
            #expect(latency.sum >= Double(day) && latency.sum < Double(day) + 600)
        }
    }

    @Test("messages whose identifiers only look alike are two, in one batch and in the next, and so are their orders")
    func lookAlike() async throws {
        try await with { surroundings in
            // One letter, and a letter with an accent behind it: the same to a reader, and other bytes.
            let identifiers = ["caf\u{E9}", "cafe\u{301}"]
            #expect(identifiers[0] == identifiers[1])
            try await surroundings.work.process(identifiers.map { delivery($0, "fine") })
            let orders = "select octet_length(order_id)::text from ledger order by 1"
            #expect(try await surroundings.rows(orders) == [["5"], ["6"]])
            #expect(surroundings.metrics.duplicates.current == 0)
            // Both again are what was handled before; each alone is, too.
            try await surroundings.work.process(identifiers.map { delivery($0, "fine") })
            for identifier in identifiers { try await surroundings.work.process([delivery(identifier, "fine")]) }
            #expect(try await surroundings.rows(orders) == [["5"], ["6"]])
            #expect(surroundings.metrics.duplicates.current == 4)
            // One that comes alone does not stand in the way of the other later.
            try await surroundings.work.process([delivery("na\u{EF}ve", "fine", order: "A")])
            try await surroundings.work.process([delivery("nai\u{308}ve", "fine", order: "B")])
            #expect(try await surroundings.rows("select count(*) from ledger") == [["4"]])
            #expect(try await surroundings.take(surroundings.published, 4).count == 4)
        }
    }

    @Test("a message under another key than its type, or of a type without a handler, is refused with its reason")
    func strangers() async throws {
        try await with { surroundings in
            var misrouted = delivery("k1", "fine")
            misrouted = Delivery(
                tag: 1, exchange: Exchanges.inbound, routingKey: "order.placed.v1", isRedelivered: false,
                properties: misrouted.properties, body: misrouted.body)
            var properties = delivery("k2", "fine").properties
            properties.type = "payment.received.v1"
            let unread = Delivery(
                tag: 2, exchange: Exchanges.inbound, routingKey: "payment.received.v1", isRedelivered: false,
                properties: properties, body: Array("{}".utf8))
            try await surroundings.work.process([misrouted, unread])
            let dead = try await surroundings.take(Queues.dead(.supplier), 2)
            #expect(
                Set(dead.compactMap { $0.properties.headers[DeadLetter.Header.reason]?.text })
                    == ["routing-key-mismatch", "no-handler"])
        }
    }
}

@Suite("The transactions of a batch")
struct BatchPartsTests {
    private static func message(_ position: Int, _ body: any Message) -> AnyReceived {
        AnyReceived(
            envelope: Envelope(id: "m\(position)", source: "erp", type: type(of: body).type), body: body,
            position: position)
    }

    private static func parts(apart: Bool) -> BatchParts {
        let kinds: [Handler] = [
            .on(CostRecorded.self) { _, _, _ in }, .on(OrderCompleted.self) { _, _, _ in }.joining(),
            .on(OrderCancelled.self) { _, _, _ in },
        ]
        let definition = ServiceDefinition(
            name: .finance, migrations: [], capabilities: [Capability(handlers: kinds)], areKindsApart: apart)
        return BatchParts(definition.handlers)
    }

    @Test("kinds that are apart have one each, in the order of the list; what joins goes with those before it")
    func apart() throws {
        let at = try #require(Timestamp("2026-03-02T10:00:00+08:00"))
        let cancelled = OrderCancelled(orderId: "O1", revision: 2, cancelledAt: at)
        let completed = OrderCompleted(orderId: "O1", revision: 1, completedAt: at)
        let cost = CostRecorded(
            costId: "K1", orderId: "O1", line: 1, supplier: SupplierReference(code: "S1"), state: .actual,
            amount: FixedDecimal(1), currency: .cny, serviceDate: at.day())
        let batch: [any Message] = [cancelled, completed, cost, cancelled]
        func places(_ parts: BatchParts, _ bodies: [any Message]) -> [[Int]] {
            parts.of(bodies.enumerated().map { Self.message($0, $1) }).map { $0.map(\.position) }
        }
        #expect(places(Self.parts(apart: true), batch) == [[1, 2], [0, 3]])
        #expect(places(Self.parts(apart: true), [cancelled, completed]) == [[0, 1]])
        #expect(places(Self.parts(apart: true), [cost, cost]) == [[0, 1]])
        #expect(places(Self.parts(apart: true), []).isEmpty)
        #expect(places(Self.parts(apart: false), batch) == [[0, 1, 2, 3]])
    }
}
