import BrokerLayout
import Contracts
import Domain
import Foundation
import Messaging
import Postgres
import TestSupport
import Testing

@testable import ServiceKit

@Suite(
    "The ledger, over a real database", .enabled(if: DatabaseFixture.isAvailable, "no test servers: run 'make test'"))
struct LedgerTests {
    private struct Undo: Error {}

    private func with(_ body: @Sendable @escaping (PostgresPool) async throws -> Void) async throws {
        try await DatabaseFixture.withSchema { database in
            _ = try await Migrator(
                schema: database.schema, component: "host", migrations: Schema.hostMigrations,
                logger: TestServers.quiet
            ).migrate(database.configuration())
            let pool = try database.pool(size: 8)
            try await PartitionKeeper(pool: pool, inboxDays: 14, outboxDays: 7, logger: TestServers.quiet).keep()
            try await body(pool)
        }
    }

    /// What a handler would have published: so many completions and cancellations.
    private func events(_ completions: Int, _ cancellations: Int) throws -> [OutgoingEvent] {
        let at = try #require(Timestamp("2026-03-02T12:00:00+08:00"))
        var effects = Effects(now: at, source: ServiceName.supplier.source, wallClock: at)
        for number in 0..<completions {
            effects.publish(OrderCompleted(orderId: "O\(number)", revision: 1, completedAt: at))
        }
        for number in 0..<cancellations {
            effects.publish(OrderCancelled(orderId: "O\(number)", revision: 1, cancelledAt: at))
        }
        return effects.outgoing
    }

    /// Of each type and lane: the last number counted, and the numbers that messages have.
    private func numbers(_ pool: PostgresPool) async throws -> [(last: Int, given: [Int])] {
        try await pool.withTransaction { transaction in
            let rows = try transaction.query(
                """
                select c.last, array_to_string(array_agg(o.number order by o.number), ' ')
                from outbox_count c left join outbox o on o.routing_key = c.routing_key and o.lane = c.lane
                group by c.routing_key, c.lane, c.last
                """, as: (Int64, String).self)
            return rows.map { (Int($0.0), $0.1.split(separator: " ").compactMap { Int($0) }) }
        }
    }

    @Test("numbers have no gaps, whoever writes at the same time and whatever is rolled back")
    func gapless() async throws {
        try await with { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        for round in 0..<25 {
                            let events = try events(1 + (writer + round) % 4, round % 3)
                            do {
                                try await pool.withTransaction { transaction in
                                    _ = try Outbox.record(events, isLeased: false, transaction)
                                    if (writer + round) % 5 == 0 { throw Undo() }
                                }
                            } catch is Undo {}
                        }
                    }
                }
                try await group.waitForAll()
            }
            let lanes = try await numbers(pool)
            #expect(lanes.count > 2)
            for lane in lanes { #expect(lane.given == Array(1...lane.last)) }
        }
    }

    @Test("what is returned names the same places that the rows have")
    func places() async throws {
        try await with { pool in
            let events = try events(3, 2)
            let entries = try await pool.withTransaction { try Outbox.record(events, isLeased: true, $0) }
            let stored = try await pool.withTransaction { transaction in
                try transaction.query(
                    "select id, routing_key, lane::bigint, number from outbox", as: (Int64, String, Int64, Int64).self)
            }
            #expect(entries.map(\.routingKey) == events.map(\.envelope.type.description))
            for entry in entries {
                let place = try #require(entry.place)
                #expect(stored.contains { $0 == (entry.id, entry.routingKey, place.lane, place.number) })
                #expect(LedgerPlace(place.headerValue) == place)
            }
        }
    }

    /// Messages of finance in one lane that this service has handled.
    private func take(_ numbers: [Int64], lane: Int64 = 3, _ pool: PostgresPool) async throws {
        try await pool.withTransaction { transaction in
            _ = try transaction.execute(
                """
                insert into inbox (source, message_id, day, type, lane, number)
                select 'waybill.finance', 'm' || n, (now() at time zone 'utc')::date, 'finance.order-decided.v1', \(lane), n
                from unnest(\(numbers)) as n
                """)
        }
    }

    @Test("a hole is named, stays named when the marks move on, and closes when its message comes")
    func holes() async throws {
        try await with { pool in
            func missing() async throws -> [ClosedRange<Int64>] {
                try await pool.withTransaction { try LedgerStore.missingRanges($0) }
            }
            func advance() async throws { try await pool.withTransaction { try LedgerStore.advance($0) } }
            try await take([1, 2, 5], pool)
            #expect(try await missing() == [3...4])
            try await advance()
            #expect(try await missing() == [3...4])
            try await take([4, 7, 20], pool)
            #expect(try await missing() == [3...3, 6...6, 8...19])
            try await advance()
            #expect(try await missing() == [3...3, 6...6, 8...19])
            // In the middle of a range, and at both ends of it.
            try await take([12, 13], pool)
            #expect(try await missing() == [3...3, 6...6, 8...11, 14...19])
            try await advance()
            try await take([8, 19], pool)
            try await advance()
            #expect(try await missing() == [3...3, 6...6, 9...11, 14...18])
            try await take([3, 6] + Array(9...18).filter { !(12...13).contains($0) }, pool)
            #expect(try await missing() == [])
            try await advance()
            #expect(
                try await pool.withTransaction { try $0.query("select count(*) from ledger_hole", as: Int64.self) }
                    == [0])
        }
    }

    @Test("a hole that a copy of the build before has written is one number")
    func holesOfBefore() async throws {
        try await with { pool in
            try await take([1, 3], pool)
            try await pool.withTransaction { transaction in
                _ = try transaction.execute(
                    """
                    insert into ledger_mark values ('waybill.finance', 'finance.order-decided.v1', 3, 3);
                    """)
                _ = try transaction.execute(
                    """
                    insert into ledger_hole (source, type, lane, number)
                    values ('waybill.finance', 'finance.order-decided.v1', 3, 2)
                    """)
            }
            #expect(try await pool.withTransaction { try LedgerStore.missingRanges($0) } == [2...2])
            try await take([2], pool)
            try await pool.withTransaction { try LedgerStore.advance($0) }
            #expect(try await pool.withTransaction { try LedgerStore.missingRanges($0) } == [])
        }
    }

    @Test("who joins a type of a million messages has one row for what came before, not a million")
    func lateReader() async throws {
        try await with { pool in
            try await take([5_000_000, 5_000_001], pool)
            #expect(try await pool.withTransaction { try LedgerStore.missingRanges($0) } == [1...4_999_999])
            try await pool.withTransaction { try LedgerStore.advance($0) }
            #expect(try await pool.withTransaction { try LedgerStore.missingRanges($0) } == [1...4_999_999])
            // One of before is published again, for everybody.
            try await take([7], pool)
            try await pool.withTransaction { try LedgerStore.advance($0) }
            #expect(
                try await pool.withTransaction { try LedgerStore.missingRanges($0) } == [1...6, 8...4_999_999])
        }
    }

    @Test(
        "what is sent is expected of a reader from the next number of each lane on, of the first ones from the beginning"
    )
    func readsSince() async throws {
        try await with { pool in
            let (completed, cancelled) = (OrderCompleted.type.description, OrderCancelled.type.description)
            func begin(_ readers: [(type: String, reader: String)], reading: [String] = []) async throws {
                try await pool.withTransaction { try LedgerStore.begin(readers: readers, reading: reading, $0) }
            }
            /// Type, reader, whether there is a time, lane, first number.
            func readers() async throws -> [[String?]] {
                try await pool.withTransaction { try LedgerQueries.told("ledger.sent", $0)[2] }.rows.map { row in
                    [row.values[0], row.values[1], row.values[2] == nil ? "-" : "since", row.values[3], row.values[4]]
                }
            }
            func send(_ events: [OutgoingEvent]) async throws {
                try await pool.withTransaction { _ = try Outbox.record(events, isLeased: false, $0) }
            }
            try await begin([(completed, "sales")])
            try await send(events(3, 2))
            try await begin([(completed, "sales"), (completed, "servicedesk"), (cancelled, "sales")])
            let now = [
                [cancelled, "sales", "since", "0", "3"], [completed, "sales", "since", nil, nil],
                [completed, "servicedesk", "since", "0", "4"],
            ]
            #expect(try await readers() == now)
            try await send(events(3, 2))
            try await begin([(completed, "sales"), (completed, "servicedesk"), (cancelled, "sales")])
            #expect(try await readers() == now)
        }
    }

    @Test("a service that was there before this was kept reads and is read from the beginning")
    func readsFromTheBeginning() async throws {
        try await with { pool in
            let at = try await pool.withTransaction { transaction in
                _ = try Outbox.record(events(3, 0), isLeased: false, transaction)
                _ = try transaction.execute(
                    """
                    insert into inbox (source, message_id, day, type)
                    values ('erp', 'm', (now() at time zone 'utc')::date, 'order.placed.v1')
                    """)
                try LedgerStore.begin(
                    readers: [(OrderCompleted.type.description, "sales")], reading: ["order.placed.v1"], transaction)
                let told = try LedgerQueries.told("ledger.sent", transaction)
                return (told[2], told[3])
            }
            #expect(at.0.rows.map { Array($0.values.dropFirst()) } == [["sales", nil, nil, nil]])
            #expect(at.1.rows.map(\.values) == [["order.placed.v1", nil]])
            try await pool.withTransaction {
                try LedgerStore.begin(readers: [], reading: ["order.placed.v1", "order.changed.v1"], $0)
            }
            let reading = try await pool.withTransaction { try LedgerQueries.told("ledger.sent", $0)[3] }.rows
            #expect(reading.map { $0.values[1] == nil } == [false, true])
            #expect(reading.first?.values[1]?.hasSuffix("Z") == true)
        }
    }

    @Test("digests are told source by source, until there are no more, and no source's are cut")
    func digests() async throws {
        try await with { pool in
            let sources = (0..<20).map { "partner\($0 + 10)" }
            try await pool.withTransaction { transaction in
                for source in sources + ["another"] {
                    _ = try transaction.execute(
                        """
                        insert into inbox (source, message_id, day, type)
                        select \(source), 'm' || n, (now() at time zone 'utc')::date,
                            case when \(source) = 'another' then 'order.changed.v1' else 'order.placed.v1' end
                        from generate_series(1, 2000) as n
                        """)
                }
            }
            let pages = try await digestPages(pool)
            #expect(pages.count == 3)
            #expect(pages.allSatisfy { $0[0].rows.count <= QueryTable.maximumRows })
            let rows = pages.flatMap { $0[0].rows }
            let told = Dictionary(
                rows.map { ($0.values[0] ?? "", $0.values[2].flatMap { Int($0) } ?? 0) }, uniquingKeysWith: +)
            #expect(told == Dictionary(uniqueKeysWithValues: sources.map { ($0, 2_000) }))
        }
    }

    private func digestPages(_ pool: PostgresPool) async throws -> [[QueryTable]] {
        var pages: [[QueryTable]] = []
        var after = ""
        repeat {
            let last = after
            let page = try await pool.withTransaction { transaction in
                try LedgerQueries.told(
                    "ledger.digest", with: ["type": "order.placed.v1", "since": "2026-01-01", "after": last],
                    transaction)
            }
            pages.append(page)
            after = page[1].rows.first?.values[1] == "true" ? page[1].rows.first?.values[0] ?? "" : ""
        } while !after.isEmpty
        return pages
    }
}

extension LedgerStore {
    /// The ranges that the query of holes names.
    fileprivate static func missingRanges(_ transaction: borrowing Transaction) throws -> [ClosedRange<Int64>] {
        try LedgerQueries.told("ledger.handled", transaction)[1].rows.compactMap { row in
            guard let first = row.values[3].flatMap({ Int64($0) }), let last = row.values[4].flatMap({ Int64($0) })
            else {
                return nil
            }
            return first...last
        }
    }
}

@Suite("Partners")
struct PartnerRegistryTests {
    private func registry(_ text: String) throws -> PartnerRegistry { try PartnerRegistry(json: Array(text.utf8)) }

    private func delivery(_ exchange: String, user: String? = nil) -> Delivery {
        Delivery(
            exchange: exchange, routingKey: "order.cancelled.v1", properties: MessageProperties(userID: user), body: [])
    }

    private func check(
        _ delivery: Delivery, source: String, _ publishers: Publishers, type: MessageType = OrderCancelled.type
    ) throws -> Reason? {
        let at = try #require(Timestamp("2026-03-02T12:00:00+08:00"))
        let envelope = Envelope(id: "1", source: source, type: type, time: at)
        let contract = try #require(Catalogue.description(of: type))
        do throws(Refusal) {
            try publishers.check(delivery, envelope, contract)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("a partner speaks for its own sources, by its own exchange or as its own user")
    func speaks() throws {
        let publishers = Publishers.registered(
            try registry(
                """
                {"partners": [{"name": "acme", "users": ["pa"], "sources": ["acme", "acme-*"]},
                              {"name": "globex", "users": ["pg", "pg2"], "sources": ["globex"]}]}
                """))
        let own = delivery("waybill.inbound.acme")
        #expect(try check(own, source: "acme", publishers) == nil)
        #expect(try check(own, source: "acme-east", publishers) == nil)
        #expect(try check(own, source: "acmeeast", publishers) == .sourceNotAllowed)
        #expect(try check(own, source: "globex", publishers) == .sourceNotAllowed)
        #expect(try check(delivery("waybill.inbound", user: "pg2"), source: "globex", publishers) == nil)
        #expect(try check(delivery("waybill.inbound", user: "pa"), source: "globex", publishers) == .sourceNotAllowed)
        #expect(try check(delivery("waybill.inbound"), source: "acme", publishers) == .publisherUnknown)
        #expect(try check(delivery("waybill.inbound", user: "guest"), source: "acme", publishers) == .publisherUnknown)
        #expect(try check(delivery("waybill.inbound.initech"), source: "acme", publishers) == .publisherUnknown)
        #expect(try check(delivery("waybill.events", user: "pa"), source: "acme", publishers) == .wrongExchange)
        // An operator's replay comes by the default exchange.
        #expect(try check(delivery(""), source: "acme", publishers) == nil)
        #expect(try check(delivery("waybill.inbound"), source: "acme", .any) == nil)
        #expect(try check(delivery("waybill.inbound"), source: "waybill.finance", .any) == .sourceNotAllowed)
    }

    @Test("a partner names its own numbers, and those of others as far as its settings say")
    func references() throws {
        let registry = try registry(
            """
            {"partners": [{"name": "tms", "users": ["pt"], "sources": ["tms"]},
                          {"name": "crm", "users": ["pc"], "sources": ["crm"]},
                          {"name": "erp", "users": ["pe"], "sources": ["erp", "erp-*"],
                           "speaksOf": {"orders": ["tms"], "customers": ["crm", "tms"]}}]}
            """)
        let at = try #require(Timestamp("2026-03-02T12:00:00+08:00"))
        let contract = try #require(Catalogue.description(of: InvoiceIssued.type))
        func read(_ fields: String, from source: String = "erp", by exchange: String = "waybill.inbound.erp") throws
            -> InvoiceIssued
        {
            let references = Publishers.registered(registry).references(
                of: Envelope(id: "1", source: source, type: InvoiceIssued.type, time: at), delivery(exchange), contract)
            let json = """
                {"invoiceId": "I", "issuedAt": "2026-03-02T12:00:00+08:00", "amount": "1.00", "currency": "CNY",
                 "orderIds": ["O"], \(fields)}
                """
            return try InvoiceIssued(node: JSONDocument(parsing: json).root, naming: references)
        }
        let unsaid = try read(#""customer": {"code": "C"}"#)
        #expect(unsaid.orderSource == "tms")
        #expect(unsaid.customer.source == "crm")
        // What is meant and what is said are the same content.
        #expect(try read(#""customer": {"code": "C", "source": "crm"}, "orderSource": "tms""#) == unsaid)
        #expect(try read(#""customer": {"code": "C", "source": "tms"}"#, from: "erp-2").customer.source == "tms")
        let own = try read(#""customer": {"code": "C", "source": "erp"}, "orderSource": "erp""#)
        #expect(own.orderSource == nil && own.customer.source == nil)
        #expect(try read(#""customer": {"code": "C"}"#, from: "tms").orderSource == nil)
        let refusal = #expect(throws: Refusal.self) {
            try read(#""customer": {"code": "C", "source": "globex"}"#)
        }
        #expect(refusal?.reason == .sourceNotAllowed)
        #expect(refusal?.path == "$.customer.source")
        // People of ours may name any.
        #expect(
            try read(#""customer": {"code": "C", "source": "globex"}"#, by: "waybill.commands").customer.source
                == "globex")
    }

    @Test("whose payments go back is said by the settings as well, or by the message")
    func payments() throws {
        let registry = try registry(
            """
            {"partners": [{"name": "bank", "users": ["pb"], "sources": ["bank"]},
                          {"name": "erp", "users": ["pe"], "sources": ["erp"], "speaksOf": {"payments": ["bank"]}}]}
            """)
        let contract = try #require(Catalogue.description(of: PaymentReturned.type))
        func read(_ fields: String, from source: String = "erp") throws -> PaymentReturned {
            let references = Publishers.registered(registry).references(
                of: Envelope(id: "1", source: source, type: PaymentReturned.type),
                delivery("waybill.inbound.\(source)"), contract)
            let json = """
                {"returnId": "R", "paymentId": "P", "returnedAt": "2026-03-02T12:00:00+08:00", "amount": "1.00",
                 "currency": "CNY", "reason": "bounced"\(fields)}
                """
            return try PaymentReturned(node: JSONDocument(parsing: json).root, naming: references)
        }
        #expect(try read("").paymentSource == "bank")
        #expect(try read(#", "paymentSource": "bank""#) == read(""))
        #expect(try read(#", "paymentSource": "erp""#).paymentSource == nil)
        #expect(try read("", from: "bank").paymentSource == nil)
        let refusal = #expect(throws: Refusal.self) { try read(#", "paymentSource": "globex""#) }
        #expect(refusal?.reason == .sourceNotAllowed && refusal?.path == "$.paymentSource")
    }

    @Test("whose complaint is waited with is said by the settings as well, or by the message")
    func complaints() throws {
        let registry = try registry(
            """
            {"partners": [{"name": "crm", "users": ["pc"], "sources": ["crm"]},
                          {"name": "portal", "users": ["pp"], "sources": ["portal"], "speaksOf": {"complaints": ["crm"]}}]}
            """)
        let contract = try #require(Catalogue.description(of: ComplaintWaiting.type))
        func read(_ fields: String) throws -> String? {
            let references = Publishers.registered(registry).references(
                of: Envelope(id: "1", source: "portal", type: ComplaintWaiting.type),
                delivery("waybill.inbound.portal"), contract)
            let json = """
                {"waitId": "W", "complaintId": "C", "waiting": "supplier", "reason": "remedy",
                 "at": "2026-03-02T12:00:00+08:00", "by": "x"\(fields)}
                """
            return try ComplaintWaiting(node: JSONDocument(parsing: json).root, naming: references).complaintSource
        }
        #expect(try read("") == "crm" && read(#", "complaintSource": "crm""#) == "crm")
        #expect(try read(#", "complaintSource": "portal""#) == nil)
        let refusal = #expect(throws: Refusal.self) { try read(#", "complaintSource": "globex""#) }
        #expect(refusal?.reason == .sourceNotAllowed && refusal?.path == "$.complaintSource")
    }

    @Test(
        "settings that speak of what is not there are refused with their place",
        arguments: [
            (#"{"parcels": ["tms"]}"#, "$.partners[0].speaksOf.parcels"),
            (#"{"orders": ["tsm"]}"#, "$.partners[0].speaksOf.orders"),
            (#"{"orders": []}"#, "$.partners[0].speaksOf.orders"),
            (#"{"orders": "tms"}"#, "$.partners[0].speaksOf.orders"),
            (#"{"orders": ["tms", "tms"]}"#, "$.partners[0].speaksOf.orders"),
            (#"["tms"]"#, "$.partners[0].speaksOf"),
        ])
    func wrongReferences(_ speaksOf: String, _ path: String) throws {
        let refusal = #expect(throws: Refusal.self) {
            try registry(
                #"{"partners": [{"name": "tms", "users": ["u"], "sources": ["tms"], "speaksOf": \#(speaksOf)}]}"#)
        }
        #expect(refusal?.path == path)
    }

    @Test("a command comes by the exchange of commands and no other way, and not in the name of a service")
    func commands() throws {
        let type = CloseAlert.type
        #expect(try check(delivery("waybill.commands"), source: "waybill-cli", .any, type: type) == nil)
        for exchange in ["waybill.inbound", "waybill.inbound.acme", "waybill.events"] {
            #expect(try check(delivery(exchange), source: "waybill-cli", .any, type: type) == .wrongExchange)
        }
        let service = ServiceName.finance.source
        #expect(try check(delivery("waybill.commands"), source: service, .any, type: type) == .sourceNotAllowed)
        #expect(try check(delivery("waybill.commands"), source: "acme", .any) == .wrongExchange)
    }

    @Test(
        "a file that leaves open who may speak for whom is refused",
        arguments: [
            #"{"partners": []}"#, #"{}"#, #"{"partners": [{"name": "Acme", "users": ["u"], "sources": ["s"]}]}"#,
            #"{"partners": [{"name": "a", "users": [], "sources": ["s"]}]}"#,
            #"{"partners": [{"name": "a", "users": ["u"], "sources": ["s"]}, {"name": "a", "users": ["v"], "sources": ["t"]}]}"#,
            #"{"partners": [{"name": "a", "users": ["u"], "sources": ["s"]}, {"name": "b", "users": ["u"], "sources": ["t"]}]}"#,
            #"{"partners": [{"name": "a", "users": ["u"], "sources": ["s*"]}, {"name": "b", "users": ["v"], "sources": ["shop"]}]}"#,
            #"{"partners": [{"name": "a", "users": ["u"], "sources": ["shop"]}, {"name": "b", "users": ["v"], "sources": ["s*"]}]}"#,
            #"{"partners": [{"name": "a", "users": ["u"], "sources": ["sh*"]}, {"name": "b", "users": ["v"], "sources": ["s*"]}]}"#,
        ])
    func refused(_ text: String) {
        #expect(throws: Refusal.self) { try registry(text) }
    }
}

extension LedgerQueries {
    /// The answer to one of the questions.
    fileprivate static func told(
        _ name: String, with values: [String: String] = [:], _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        let question = try #require(all.first { $0.name == name })
        return try question.answer(
            values.map { QueryParameter(name: $0.key, value: $0.value) }, now: ServiceClock.wallClock(), transaction)
    }
}
