import Contracts
import Domain
import Postgres
import TestSupport
import Testing

@testable import ServiceKit

@Suite(
    "Replicas in tables that their own steps make",
    .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct ReplicaTests {
    private static let time = Timestamp(microsecondsSinceEpoch: 1_767_600_000_000_000)

    /// Runs a test over the tables of a service that has nothing else.
    private static func with(
        _ migrations: [Migration], _ body: (PostgresPool) async throws -> Void
    ) async throws {
        try await DatabaseFixture.withSchema { database in
            let migrator = Migrator(
                schema: database.schema, component: "desk", migrations: migrations, repeatables: [],
                logger: TestServers.quiet)
            _ = try await migrator.migrate(database.configuration())
            try await body(try database.pool())
        }
    }

    private static func received<Body: Message>(_ bodies: [Body]) -> [Received<Body>] {
        bodies.enumerated().map { place, body in
            Received(
                envelope: Envelope(id: "\(place)", source: "erp", type: Body.type, time: time), body: body,
                position: place)
        }
    }

    @Test("of an account the last word stays, whichever comes first, and what it does not say stays as it was")
    func accounts() async throws {
        let replica = AccountReplica(keeping: [.name, .salesOwner])
        let records = [
            CustomerRecord(
                customerId: "P1", revision: 1, name: "one", salesOwner: "li.wei",
                accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)], at: Self.time),
            CustomerRecord(
                customerId: "P2", revision: 1, name: "two",
                accounts: [AccountHoming(source: "erp", code: "C1", revision: 2)], at: Self.time),
        ]
        let arrivals: [(order: [Int], owner: String?)] = [([0, 1], "li.wei"), ([1, 0], nil)]
        for (arrival, owner) in arrivals {
            try await Self.with([replica.migration(1)]) { pool in
                for place in arrival {
                    try await pool.withTransaction { try replica.put([records[place]], $0) }
                }
                let rows = try await pool.withTransaction { transaction in
                    try transaction.rows("select customer_id, name, sales_owner from account").values
                }
                #expect(rows == [["P2", "two", owner]])
            }
        }
    }

    @Test("once sales has said who looks after a customer, branch and owner are as the record says, also nobody")
    func told() async throws {
        let replica = AccountReplica(keeping: [.name, .branch, .salesOwner])
        func record(_ revision: Int, owner: String?, byRecord: RecordedHome?) -> CustomerRecord {
            CustomerRecord(
                customerId: "P1", revision: revision, name: revision == 1 ? "one" : nil, branch: "KS01",
                salesOwner: owner, accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)],
                byRecord: byRecord, at: Self.time)
        }
        let records = [
            record(1, owner: "sun.li", byRecord: RecordedHome()), record(2, owner: nil, byRecord: RecordedHome()),
        ]
        for arrival in [[0, 1], [1, 0]] {
            try await Self.with([replica.migration(1)]) { pool in
                for place in arrival {
                    try await pool.withTransaction { try replica.put([records[place]], $0) }
                }
                let rows = try await pool.withTransaction { transaction in
                    try transaction.rows("select branch, sales_owner from account").values
                }
                #expect(rows == [["KS01", nil]])
            }
        }
    }

    @Test("of the classes of a customer the highest revision stays")
    func classes() async throws {
        func classified(_ revision: Int, _ value: String) -> CustomerClassified {
            CustomerClassified(
                customerId: "P1", revision: revision,
                classes: [
                    CustomerClass(
                        dimension: .value, value: value, since: CalendarDay(daysSinceEpoch: 20_000), reason: "?")
                ], model: 0, classifiedAt: Self.time)
        }
        try await Self.with([ClassReplica.migration(1)]) { pool in
            for bodies in [[classified(2, "B"), classified(3, "A")], [classified(1, "D")]] {
                try await pool.withTransaction { transaction in
                    var effects = Effects(now: Self.time, source: "waybill.finance", wallClock: Self.time)
                    try ClassReplica.put(Self.received(bodies), transaction, &effects)
                }
            }
            let rows = try await pool.withTransaction { transaction in
                try transaction.rows("select customer_id, revision, classes ->> 'value' from customer_class").values
            }
            #expect(rows == [["P1", "3", "A"]])
        }
    }

    @Test("an order counts in SQL exactly when it has come and is not cancelled, whatever its columns are called")
    func orders() async throws {
        for (table, content, cancelled) in [
            ("order_replica", "revision", "cancelled_revision"), ("visit", "told", "taken_back"),
        ] {
            let orders = OrderReplica(table, content: content, cancelled: cancelled)
            try await Self.with([orders.migration(1)]) { pool in
                let said = [("A", 1), ("B", 3), ("B", 1), ("C", 2), ("A", 1)].map {
                    OrderCancelled(orderId: $0.0, revision: $0.1, cancelledAt: Self.time)
                }
                for bodies in [Array(said.prefix(2)), Array(said.dropFirst(2))] {
                    try await pool.withTransaction { try orders.cancel(Self.received(bodies), $0) }
                }
                for revision in 0...4 {
                    var standings: [String: OrderStanding] = [:]
                    for body in said { standings[body.orderId, default: OrderStanding()].cancel(body.revision) }
                    for id in standings.keys { _ = standings[id]?.take(revision) }
                    let found = try await pool.withTransaction { transaction in
                        try transaction.queue("update \(unsafe: table) set \(unsafe: content) = \(Int32(revision))")
                        return try transaction.query(
                            "select order_id from \(unsafe: table) o where \(orders.counts("o")) order by 1",
                            as: String.self)
                    }
                    let counting = standings.filter { $0.value.contentRevision > 0 && !$0.value.isCancelled }
                    #expect(found == counting.keys.sorted(), "content of revision \(revision)")
                }
            }
        }
    }
}
