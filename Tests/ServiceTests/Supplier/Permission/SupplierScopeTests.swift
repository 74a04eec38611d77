import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SupplierService

@Suite("Who sees what of suppliers", .service(SupplierService.definition))
struct SupplierScopeTests {
    private let supplier: ServiceFixture

    init() throws { supplier = try .current }

    @Test("every table is declared once")
    func declared() async throws { #expect(try await supplier.undeclared() == []) }

    @Test("suppliers are seen with the whole group alone")
    func whole() async throws {
        try await supplier.handle([
            .init("o", OrderPlaced(Side.here.order())), .init("k", makeCost("K1", order: "O1", .actual, "90")),
            .init("c", CustomerRegistered(Side.here.record)),
        ])
        let pool = try await supplier.enforceScopes()
        for table in ["supplier_account", "customer_party"] {
            let count = "select count(*)::text from \(table)"
            #expect(try await supplier.rows(count) == [["1"]], "\(table)")
            let seen = try await supplier.see(as: Side.here.asBranch, by: pool) { transaction in
                try transaction.query(SQL(stringLiteral: count), as: String.self)
            }
            #expect(seen == ["0"], "\(table)")
        }
    }

    @Test("what an order costs is seen by who sees the order: its seller and its branch, and both together see all")
    func orders() async throws {
        for side in Side.allCases {
            try await supplier.handle([
                .init("c\(side.number)", CustomerRegistered(side.record)),
                .init("k\(side.number)", makeCost("K\(side.number)", order: "O\(side.number)", .actual, "90")),
                .init("o\(side.number)", OrderPlaced(side.order())),
            ])
        }
        let pool = try await supplier.enforceScopes()
        let tables = Dictionary(
            uniqueKeysWithValues: ["account", "order_home", "order_line", "cost_fact"].map { ($0, "true") })
        #expect(try await supplier.undivided(tables, among: Side.allCases.map(\.asSeller), by: pool) == [])
        #expect(try await supplier.undivided(tables, among: Side.allCases.map(\.asBranch), by: pool) == [])
    }

    @Test("an order that names nobody is of who looks after the account; a cost without its order is the group's")
    func unnamed() async throws {
        try await supplier.handle([
            .init("c", CustomerRegistered(Side.here.record)), .init("o", OrderPlaced(Side.here.order())),
            .init("k1", makeCost("K1", order: "O1", .actual, "90")),
            .init("k2", makeCost("K2", order: "O7", .actual, "90")),
        ])
        try await supplier.pool.withTransaction { try $0.script("update order_home set sales_owner = null") }
        let pool = try await supplier.enforceScopes()
        func seen(_ asker: ScopedAsker) async throws -> [String] {
            try await supplier.see(as: asker, by: pool) {
                try $0.query("select cost_id from cost_fact order by 1", as: String.self)
            }
        }
        #expect(try await seen(Side.here.asSeller) == ["K1"])
        #expect(try await seen(Side.there.asSeller) == [])
        // Another revision has another seller at another branch; an older one that comes late says nothing.
        let moved = Order(
            orderId: "O1", revision: 2, customer: CustomerReference(code: "C1"), branch: "SH01",
            businessLine: "air-freight", placedAt: Side.here.order().placedAt, currency: .cny,
            salesOwner: Side.there.seller, lines: Side.here.order().lines)
        try await supplier.handle([.init("m", OrderChanged(moved))])
        try await supplier.handle([.init("again", OrderPlaced(Side.here.order()))])
        #expect(try await seen(Side.there.asSeller) == ["K1"])
        #expect(try await seen(Side.there.asBranch) == ["K1"])
        #expect(try await seen(Side.here.asBranch) == [])
    }
}
