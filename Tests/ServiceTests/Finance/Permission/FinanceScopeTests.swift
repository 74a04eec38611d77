import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Who sees what of finance", .service(try financeDefinition()))
struct FinanceScopeTests {
    private let finance: ServiceFixture
    private let now: Timestamp

    init() throws {
        finance = try .current
        now = try moment("2026-03-03T10:00:00+08:00")
    }

    @Test("every table is declared once")
    func declared() async throws { #expect(try await finance.undeclared() == []) }

    /// What happens with one order of a branch.
    private static func business(_ side: Side) throws -> [any Message] {
        let at = try moment("2026-03-02T10:00:00+08:00")
        let (number, customer) = (side.number, CustomerCode(code: side.customer))
        let supplier = SupplierReference(code: "S1", name: "Carrier")
        return [
            OrderPlaced(side.order()), makeCost("K\(number)", order: "O\(number)", .actual, "120"),
            InvoiceIssued(
                invoiceId: "I\(number)", customer: customer, orderIds: ["O\(number)"], issuedAt: at, dueAt: at,
                amount: .of("100"), currency: .cny),
            PaymentReceived(
                paymentId: "P\(number)", customer: customer, receivedAt: at, amount: .of("60"), currency: .cny,
                allocations: [PaymentAllocation(invoiceId: "I\(number)", amount: .of("10"))]),
            SupplierInvoiceReceived(
                invoiceId: "V\(number)", supplier: supplier, orderIds: ["O\(number)"], issuedAt: at, dueAt: at,
                amount: .of("120"), currency: .cny),
            SupplierPaymentMade(
                paymentId: "Z\(number)", supplier: supplier, paidAt: at, amount: .of("33"), currency: .cny,
                allocations: [PaymentAllocation(invoiceId: "V\(number)", amount: .of("33"))]),
            WriteOffProposed(
                writeOffId: "X\(number)", invoiceId: "I\(number)", amount: .of("1"), currency: .cny,
                reason: .smallBalance, proposedBy: "zhao.min", proposedAt: at),
            InvoiceDisputed(
                disputeId: "D\(number)", invoiceId: "I\(number)", openedAt: at, amount: .of("2"), currency: .cny,
                reason: .price),
            PaymentPromised(
                promiseId: "R\(number)", invoiceId: "I\(number)", amount: .of("3"), currency: .cny,
                promisedOn: try #require(CalendarDay("2026-03-10")), madeAt: at),
        ]
    }

    private func happen() async throws {
        for side in Side.allCases {
            try await finance.handle(
                Self.business(side).enumerated().map { .init("\(side.number)-\($0)", $1) })
        }
    }

    @Test("two branches, and two sellers, see what is theirs, and both together all")
    func parts() async throws {
        try await happen()
        try await finance.pool.withTransaction { _ = try ViewStore.fold($0) }
        let pool = try await finance.enforceScopes()
        let tables = Dictionary(
            uniqueKeysWithValues: [
                "account", "orders", "cost", "alert", "receivable", "customer_payment", "payment_allocation",
                "receivable_adjustment", "dispute", "payment_promise", "account_exposure", "supplier_invoice",
                "supplier_allocation",
            ].map { ($0, "true") })
        #expect(try await finance.undivided(tables, among: Side.allCases.map(\.asSeller), by: pool) == [])
        // Sums by branch are of no seller, and what belongs to no branch is seen with the whole.
        let sums = ["view_order_day": "true", "view_sum": "branch <> '-'", "view_entry": "branch <> '-'"]
        #expect(
            try await finance.undivided(
                tables.merging(sums) { $1 }, among: Side.allCases.map(\.asBranch), by: pool) == [])
    }

    @Test("an invoice is seen with its account, or with the order that it bills, and so is what was applied to it")
    func invoices() async throws {
        try await happen()
        // The other branch makes a deal with a customer that it does not look after.
        try await finance.pool.withTransaction { transaction in
            try transaction.execute(
                "update orders set branch = 'SH01', sales_owner = 'wang.fang' where order_id = 'O1'")
        }
        let pool = try await finance.enforceScopes()
        func seen(_ asker: ScopedAsker, _ statement: SQL) async throws -> [String] {
            try await finance.see(as: asker, by: pool) { try $0.query(statement, as: String.self) }
        }
        let invoices: SQL = "select invoice_id from receivable order by 1"
        let applied: SQL = "select distinct invoice_id from payment_allocation order by 1"
        let held: SQL = "select payment_id from customer_payment order by 1"
        for asker in [Side.here.asBranch, Side.here.asSeller] {
            #expect(try await seen(asker, invoices) == ["I1"])
            #expect(try await seen(asker, "select order_id from orders") == [])
        }
        for asker in [Side.there.asBranch, Side.there.asSeller] {
            #expect(try await seen(asker, invoices) == ["I1", "I2"])
            #expect(try await seen(asker, applied) == ["I1", "I2"])
            #expect(try await seen(asker, held) == ["P2"])
        }
    }

    @Test("what was decided about a customer is seen with the account that it is called after, merged or not")
    func decisions() async throws {
        try await happen()
        try await finance.pool.withTransaction { transaction in
            for side in Side.allCases {
                try transaction.execute(
                    """
                    insert into acceptance_setting (customer_id, business_line, level, reason, owner, valid_from, valid_to,
                        set_by, set_at)
                    values (\(side.party), 'air-freight', 'stopped', 'r', 'o', '2026-03-01', '2026-03-31', 'b', now())
                    """)
            }
            try transaction.execute(
                "update account set customer_id = \(Side.here.party) where customer_id = \(Side.there.party)")
        }
        let pool = try await finance.enforceScopes()
        for (asker, expected) in [
            (Side.here.asBranch, [Side.here.party]), (Side.there.asBranch, Side.allCases.map(\.party).sorted()),
        ] {
            let seen = try await finance.see(as: asker, by: pool) {
                try $0.query("select customer_id from acceptance_setting order by 1", as: String.self)
            }
            #expect(seen == expected)
        }
    }

    @Test("a supplier's invoice is of those who see all orders that it bills")
    func payables() async throws {
        try await happen()
        let at = try moment("2026-03-02T10:00:00+08:00")
        try await finance.handle([
            .init(
                "both",
                SupplierInvoiceReceived(
                    invoiceId: "V3", supplier: SupplierReference(code: "S1"), orderIds: ["O1", "O2"], issuedAt: at,
                    dueAt: at, amount: .of("240"), currency: .cny)),
            .init(
                "none",
                SupplierInvoiceReceived(
                    invoiceId: "V4", supplier: SupplierReference(code: "S1"), issuedAt: at, dueAt: at,
                    amount: .of("9"), currency: .cny)),
        ])
        let pool = try await finance.enforceScopes()
        for (asker, expected) in [
            (Side.here.asBranch, ["V1"]), (ScopedAsker(nodes: ["KS01", "SH01"]), ["V1", "V2", "V3"]),
        ] {
            let seen = try await finance.see(as: asker, by: pool) {
                try $0.query("select invoice_id from supplier_invoice order by 1", as: String.self)
            }
            #expect(seen == expected)
        }
    }

    // MARK: Answers that follow from more than is seen

    @Test("whether an order would be taken is told of accounts that are seen, and as of everything")
    func acceptance() async throws {
        try await happen()
        try await limit()
        let pool = try await finance.enforceScopes()
        let asked = [
            "customer": "C1", "source": "erp", "businessLine": "air-freight", "amount": "10", "currency": "CNY",
        ]
        let whole = try await finance.ask("acceptance.ask", asked, at: now)["answer"]
        let mine = try await finance.ask("acceptance.ask", asked, as: Side.here.asSeller, by: pool, at: now)["answer"]
        #expect(mine.rows.map(\.values) == whole.rows.map(\.values))
        // By what is seen alone the limit would have room.
        #expect(mine.column("decision") != ["accepted"])
        let refusal = await #expect(throws: Refusal.self) {
            _ = try await finance.ask("acceptance.ask", asked, as: Side.there.asSeller, by: pool, at: now)
        }
        #expect(refusal?.reason == .notFound && refusal?.path == "parameters.customer")
    }

    /// A limit that both customers have together, and that they have used up.
    private func limit() async throws {
        let day = try #require(CalendarDay("2026-01-01"))
        let at = try moment("2026-01-01T09:00:00+08:00")
        try await finance.handle([
            .init(
                "limit",
                CreditLimitSet(
                    limitId: "L", group: "G", amount: .of("150"), currency: .cny, from: day, setBy: "zhao.min",
                    setAt: at)),
            .init("g1", CustomerGrouped(customer: CustomerCode(code: "C1"), group: "G", at: at)),
            .init("g2", CustomerGrouped(customer: CustomerCode(code: "C2"), group: "G", at: at)),
        ])
        // Each owes more than half of it, and neither alone all.
        try await finance.pool.withTransaction { transaction in
            try transaction.execute(
                "update account_exposure set receivable = 100, deposits = 0, accepted = 0, unbilled = 0")
        }
    }

    @Test("what is left of a limit is told by all accounts that have it together")
    func limits() async throws {
        try await happen()
        try await limit()
        let pool = try await finance.enforceScopes()
        let whole = try await finance.ask("credit.limits", at: now)["limits"]
        #expect(whole.rows.count == 1)
        let mine = try await finance.ask("credit.limits", as: Side.here.asBranch, by: pool, at: now)["limits"]
        #expect(mine.rows.map(\.values) == whole.rows.map(\.values))
        let nobody = try await finance.ask("credit.limits", as: .nobody, by: pool, at: now)["limits"]
        #expect(nobody.rows.isEmpty)
    }

    @Test("sums that nobody sees a part of are added up of what is seen")
    func sums() async throws {
        try await happen()
        let pool = try await finance.enforceScopes()
        for asker in [Side.here.asBranch, Side.here.asSeller] {
            let ageing = try await finance.ask("receivables.ageing", as: asker, by: pool, at: now)
            #expect(ageing["ageing"].column("count") == ["1"])
            let party = ["party": Side.here.party]
            let business = try await finance.ask("parties.business", party, as: asker, by: pool, at: now)
            let whole = try await finance.ask("parties.business", party, at: now)
            #expect(business["finance: margin"].rows.map(\.values) == whole["finance: margin"].rows.map(\.values))
        }
        let state = try await finance.ask("view.figures", as: Side.here.asBranch, by: pool, at: now)["state"]
        #expect(state.column("documents_waiting") == [nil] && state.column("is_complete") == [nil])
    }
}
