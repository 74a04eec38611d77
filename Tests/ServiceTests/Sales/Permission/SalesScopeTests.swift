import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite("Who sees what of sales", .service(SalesService.definition))
struct SalesScopeTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    @Test("every table is declared once")
    func declared() async throws { #expect(try await sales.undeclared() == []) }

    @Test("two branches, and two sellers, see what is theirs, and both together all")
    func parts() async throws {
        let from = try #require(CalendarDay("2026-01-01"))
        for side in Side.allCases {
            let number = side.number
            let agreement = AgreementTerms(
                agreementId: "A\(number)", revision: 1, kind: .rates, title: "Rates", validFrom: from)
            try await sales.handle([
                .init("c\(number)", CustomerRegistered(side.record)), .init("o\(number)", OrderPlaced(side.order())),
                .init(
                    "a\(number)",
                    AgreementRecorded(agreement, customer: CustomerCode(code: side.customer), by: "zhao.min")),
            ])
            let (seller, customer) = (side.seller, side.customer)
            try await sales.pool.withTransaction { transaction in
                // One that names somebody, and one that names nobody.
                try transaction.queue(
                    """
                    insert into anomaly (anomaly_id, kind, direction, metric, source, customer_code, business_line,
                        owner, baseline, observed, score, raised_at)
                    values (\("x\(number)"), 'odd-order', 'up', 'order-amount', 'erp', \(customer), 'air', \(seller),
                            1, 2, 3, now()),
                        (\("y\(number)"), 'level-swing', 'up', 'order-count', 'erp', \(customer), 'air', null, 1, 2, 3,
                            now())
                    """)
            }
        }
        let pool = try await sales.enforceScopes()
        let tables = Dictionary(
            uniqueKeysWithValues: ["account", "orders", "agreement", "anomaly"].map { ($0, "true") })
        #expect(try await sales.undivided(tables, among: Side.allCases.map(\.asBranch), by: pool) == [])
        #expect(try await sales.undivided(tables, among: Side.allCases.map(\.asSeller), by: pool) == [])
        let nothing = try await sales.see(as: .nobody, by: pool) { transaction in
            try transaction.query("select 'o' from orders", as: String.self)
        }
        #expect(nothing == [])
    }

    @Test("an order that names nobody is of whoever looks after the account")
    func unnamed() async throws {
        try await sales.handle([
            .init("c", CustomerRegistered(Side.here.record)), .init("o", OrderPlaced(Side.here.order())),
        ])
        try await sales.pool.withTransaction { transaction in
            try transaction.execute("update orders set sales_owner = null")
        }
        let pool = try await sales.enforceScopes()
        let statement: SQL = "select order_id from orders order by 1"
        func seen(_ asker: ScopedAsker) async throws -> [String] {
            try await sales.see(as: asker, by: pool) { try $0.query(statement, as: String.self) }
        }
        #expect(try await seen(Side.here.asSeller) == ["O1"])
        #expect(try await seen(Side.there.asSeller) == [])
    }

    @Test("an order stays where its branch was on its day, by the clocks by which the schema is booked")
    func moved() async throws {
        try await sales.handle([
            .init("1", OrderPlaced(Side.here.order(at: "2026-03-01T23:30:00+08:00"))),
            // In UTC it is still the day before.
            .init("2", OrderPlaced(Side.there.order(at: "2026-03-02T00:30:00+08:00"))),
        ])
        try await sales.pool.withTransaction { transaction in
            try transaction.execute("update orders set branch = 'KS01'")
            try transaction.execute(
                "insert into organisation_zone (name) values ('Asia/Shanghai') on conflict do nothing")
        }
        let pool = try await sales.enforceScopes()
        for (from, until, expected) in [
            ("-infinity", "2026-03-01", "O1"), ("2026-03-02", "infinity", "O2"),
        ] {
            let asker = ScopedAsker(days: [(node: "KS01", from: from, until: until)])
            let seen = try await sales.see(as: asker, by: pool) {
                try $0.query("select order_id from orders", as: String.self)
            }
            #expect(seen == [expected])
        }
    }

    @Test("who looks after an account is told by the day of the question, not by the database's")
    func dayOfTheQuestion() async throws {
        try await sales.handle([.init("c", CustomerRegistered(Side.here.record))])
        try await sales.pool.withTransaction { transaction in
            try transaction.execute(
                """
                insert into ownership (source, code, business_line, from_day, until_day, place, owner, share, ground)
                values ('erp', 'C1', 'air', '2026-03-01', '2026-03-10', 0, 'zhao.min', 100, 'assigned')
                """)
        }
        let pool = try await sales.enforceScopes()
        for (day, expected) in [("2026-02-28", []), ("2026-03-01", ["C1"]), ("2026-03-10", ["C1"]), ("2026-03-11", [])]
        {
            let seen = try await sales.see(as: ScopedAsker(logins: ["zhao.min"], on: day), by: pool) {
                try $0.query("select code from account", as: String.self)
            }
            #expect(seen == expected, "\(day)")
        }
    }
}
