import Contracts
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

    @Test("suppliers and their costs are seen with the whole group alone")
    func whole() async throws {
        try await supplier.handle([
            .init("o", OrderPlaced(Side.here.order())), .init("k", makeCost("K1", order: "O1", .actual, "90")),
            .init("c", CustomerRegistered(Side.here.record)),
        ])
        let pool = try await supplier.enforceScopes()
        for table in ["supplier_account", "order_line", "cost_fact", "customer_party"] {
            let count = "select count(*)::text from \(table)"
            #expect(try await supplier.rows(count) == [["1"]], "\(table)")
            let seen = try await supplier.see(as: Side.here.asBranch, by: pool) { transaction in
                try transaction.query(SQL(stringLiteral: count), as: String.self)
            }
            #expect(seen == ["0"], "\(table)")
        }
    }
}
