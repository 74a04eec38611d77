import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import CustomerService

@Suite("Who sees what of customers", .service(try customerDefinition()))
struct CustomerScopeTests {
    private let customers: ServiceFixture

    init() throws { customers = try .current }

    @Test("every table and view is declared once")
    func declared() async throws { #expect(try await customers.undeclared() == []) }

    @Test("two branches, and two sellers, see what is theirs, and both together all")
    func parts() async throws {
        let at = try moment("2026-03-02T10:00:00+08:00")
        for side in Side.allCases {
            let (number, customer) = (side.number, CustomerCode(code: side.customer))
            try await customers.handle([
                .init("o\(number)", OrderPlaced(side.order())),
                .init(
                    "i\(number)",
                    InvoiceIssued(
                        invoiceId: "I\(number)", customer: customer, orderIds: ["O\(number)"], issuedAt: at, dueAt: at,
                        amount: .of("100"), currency: .cny)),
                .init(
                    "n\(number)",
                    InteractionLogged(
                        interactionId: "N\(number)", customer: customer, channel: .phone, at: at, with: "Mr Chen",
                        by: "zhao.min", summary: "rates")),
            ])
        }
        let pool = try await customers.enforceScopes()
        let tables = Dictionary(
            uniqueKeysWithValues: [
                "account", "customer", "identity_value", "membership", "block_member", "account_month", "value_order",
                "value_invoice", "value_contact", "invoice_replica", "interaction", "interaction_payload", "person",
                "timeline",
            ].map { ($0, "true") }
        ).merging(["graph_node": "role = 'customer'"]) { $1 }
        #expect(try await customers.undivided(tables, among: Side.allCases.map(\.asBranch), by: pool) == [])
        #expect(try await customers.undivided(tables, among: Side.allCases.map(\.asSeller), by: pool) == [])
    }

    @Test("who looks after one account of a shared customer sees the customer, and not what is of its other accounts")
    func shared() async throws {
        for side in Side.allCases { try await customers.handle([.init("o\(side.number)", OrderPlaced(side.order()))]) }
        try await customers.pool.withTransaction { transaction in
            try transaction.execute("update account set customer_id = \(Side.here.party)")
            try transaction.execute(
                """
                update customer set merged_into = \(Side.here.party), branch = 'KS01', sales_owner = 'li.wei'
                where customer_id = \(Side.there.party)
                """)
        }
        let pool = try await customers.enforceScopes()
        func seen(_ statement: String) async throws -> [String] {
            try await customers.see(as: Side.there.asSeller, by: pool) {
                try $0.query(SQL(stringLiteral: statement), as: String.self)
            }
        }
        #expect(try await seen("select customer_id from customer").count == 2)
        #expect(try await seen("select code from account") == ["C2"])
        #expect(try await seen("select order_id from value_order") == ["O2"])
    }

    @Test("what is tied to a customer is seen as far as both are")
    func ties() async throws {
        for side in Side.allCases { try await customers.handle([.init("o\(side.number)", OrderPlaced(side.order()))]) }
        try await customers.pool.withTransaction { transaction in
            try transaction.execute(
                """
                insert into relation (relation_id, from_node, to_node, kind, origin, weight, weighed_at)
                select 'theirs', a.node, b.node, 'parent-of', 'declared', 1, now()
                from graph_node a join graph_node b on a.code = 'C1' and b.code = 'C2'
                """)
        }
        let pool = try await customers.enforceScopes()
        func seen(_ asker: ScopedAsker) async throws -> [String] {
            try await customers.see(as: asker, by: pool) {
                try $0.query("select relation_id from relation where relation_id = 'theirs'", as: String.self)
            }
        }
        #expect(try await seen(Side.here.asBranch) == [])
        #expect(try await seen(ScopedAsker(nodes: Side.allCases.map(\.branch))) == ["theirs"])
        // A view shows no more than its tables.
        let parties = try await customers.see(as: Side.here.asBranch, by: pool) {
            try $0.query("select code from graph_party where role = 'customer'", as: String.self)
        }
        #expect(parties == ["C1"])
    }
}
