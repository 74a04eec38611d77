import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@Suite("Batches that mix kinds, at work at once", .service(try financeDefinition()))
struct LockOrderTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    /// What two batches have in common, seen from opposite ends: orders that are there, and accounts.
    private struct Crossing: Sendable {
        let round: Int
        let isReversed: Bool

        var name: String { "\(round)\(isReversed ? "b" : "a")" }
        /// Of known orders first mine, then the other's; the account of mine, then of the other's.
        var orders: [[String]] {
            isReversed ? [LockOrderTests.right, LockOrderTests.left] : [LockOrderTests.left, LockOrderTests.right]
        }
        var accounts: [String] { isReversed ? ["C2", "C1"] : ["C1", "C2"] }
    }

    private static let left = (1...6).map { "L\($0)" }
    private static let right = (1...6).map { "R\($0)" }
    private static let rounds = 25

    /// The kinds that stand in a batch.
    enum Kind: String, CaseIterable, Sendable {
        case placed
        case changed
        case costs
        case completed
        case invoices
        case credits
        case payments
    }

    private static func account(of order: String) -> String { order.hasPrefix("L") ? "C1" : "C2" }

    private static func messages(_ kind: Kind, _ crossing: Crossing) throws -> [ServiceFixture.Message] {
        let (mine, others) = (crossing.orders[0], crossing.orders[1])
        let at = try #require(Timestamp("2026-03-03T10:00:00+08:00"))
        func invoice(_ id: String, _ order: String) -> InvoiceIssued {
            InvoiceIssued(
                invoiceId: id, customer: CustomerCode(code: account(of: order)), orderIds: [order], issuedAt: at,
                dueAt: at, amount: .of("10"), currency: .cny)
        }
        switch kind {
        case .placed:
            return crossing.accounts.map { account in
                .init(
                    "p\(crossing.name)\(account)",
                    OrderPlaced(makeOrder("N\(crossing.name)\(account)", customer: account)))
            }
        case .changed:
            return others.map { order in
                .init(
                    "c\(crossing.name)\(order)",
                    OrderChanged(
                        makeOrder(
                            order, revision: 2 + crossing.round, customer: account(of: order),
                            [("\(100 + crossing.round)", "80")])))
            }
        case .costs:
            return mine.map { order in
                .init("k\(crossing.name)\(order)", makeCost("K\(order)-\(crossing.name)", order: order, .actual, "3"))
            }
        case .completed:
            return (others + mine).map { order in
                .init(
                    "d\(crossing.name)\(order)",
                    OrderCompleted(orderId: order, revision: crossing.round + 1, completedAt: at))
            }
        case .invoices:
            return mine.map { .init("i\(crossing.name)\($0)", invoice("I\($0)-\(crossing.name)", $0)) }
        case .credits:
            return mine.map { order in
                .init(
                    "n\(crossing.name)\(order)",
                    CreditNoteIssued(
                        creditNoteId: "N\(order)-\(crossing.name)", customer: CustomerCode(code: account(of: order)),
                        invoiceId: "I\(order)-0\(crossing.isReversed ? "b" : "a")", issuedAt: at,
                        amount: .of("0.1"), currency: .cny, cause: .service))
            }
        case .payments:
            return (mine + others).map { order in
                .init(
                    "m\(crossing.name)\(order)",
                    PaymentReceived(
                        paymentId: "P\(order)-\(crossing.name)", customer: CustomerCode(code: account(of: order)),
                        receivedAt: at, amount: .of("1"), currency: .cny,
                        allocations: [PaymentAllocation(invoiceId: "I\(order)-0a", amount: .of("1"))]))
            }
        }
    }

    /// Handles a batch, again when another was in the way, and says how often the two had locked crosswise.
    private static func deadlocks(
        handling batch: [ServiceFixture.Message], _ finance: ServiceFixture
    ) async throws -> Int {
        var found = 0
        while true {
            do {
                try await finance.handle(batch)
                return found
            } catch let error as PostgresError where error.isRetriable {
                if error.sqlState == "40P01" { found += 1 }
            }
        }
    }

    @Test(
        "two that touch each other's orders and accounts never wait crosswise, and every sum is whole",
        arguments: [
            Kind.allCases, [.placed, .changed, .costs], [.changed, .invoices], [.costs, .completed, .credits],
        ])
    func crosswise(_ kinds: [Kind]) async throws {
        try await finance.handle(
            (Self.left + Self.right).map {
                .init($0, OrderPlaced(makeOrder($0, customer: Self.account(of: $0))))
            })
        var deadlocks = 0
        for round in 0..<Self.rounds {
            let batches = try [false, true].map { isReversed in
                let crossing = Crossing(round: round, isReversed: isReversed)
                return try kinds.flatMap { try Self.messages($0, crossing) }
            }
            async let first = Self.deadlocks(handling: batches[0], finance)
            async let second = Self.deadlocks(handling: batches[1], finance)
            deadlocks += try await first + second
        }
        #expect(deadlocks == 0)
        let sums = try await finance.rows(
            """
            select (select count(*) from orders where is_counted) = (select sum(orders) from account_line_day),
                (select sum(cost) from orders where is_counted) = (select sum(cost) from account_line_day),
                (select sum(reserved) from orders) = (select sum(accepted + unbilled) from account_exposure),
                (select coalesce(sum(amount - paid), 0) from receivable)
                    = (select sum(receivable) from account_exposure)
            """)
        #expect(sums == [["t", "t", "t", "t"]])
    }

    @Test("a task that bills an order stands in nobody's way who changes the order at that moment")
    func billing() async throws {
        let at = try #require(Timestamp("2026-03-03T10:00:00+08:00"))
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("O1", [("100", "80")]))),
            .init(
                "i",
                InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: ["O1"], issuedAt: at, dueAt: at,
                    amount: .of("10"), currency: .cny)),
        ])
        for revision in 2...4 {
            try await finance.handle([
                .init("c\(revision)", OrderChanged(makeOrder("O1", revision: revision, [("\(revision)00", "80")])))
            ])
        }
        // Each change asks under a key of its own: none is written over while a copy has it in hand.
        let keys = try await finance.rows("select key from schedule where task = 'credit.bill-order' order by key")
        #expect(keys.count == 3 && Set(keys.map { $0[0] }).count == 3)
        // A copy of the release before knows the task by its former name alone: it would read such a key as an order.
        #expect(try await finance.rows("select key from schedule where task = 'credit.bill'").isEmpty)
        for key in keys {
            try await finance.run("credit.bill-order", key: key[0] ?? "", at: "2026-03-04T10:00:00+08:00")
        }
        #expect(
            try await finance.rows("select reserved, billed from orders where order_id = 'O1'")
                == [["390.0000", "10.0000"]])
    }

    @Test("what a copy of the release before has asked for is billed")
    func former() async throws {
        let at = try #require(Timestamp("2026-03-03T10:00:00+08:00"))
        try await finance.handle([
            .init(
                "i",
                InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: ["O1", "O2"], issuedAt: at,
                    dueAt: at,
                    amount: .of("100"), currency: .cny)),
            .init("1", OrderPlaced(makeOrder("O1", [("300", "80")]))),
            .init("2", OrderPlaced(makeOrder("O2", [("100", "80")]))),
        ])
        let source = try #require(try await finance.rows("select source from orders limit 1").first?[0])
        try await finance.run("credit.bill", key: "\(source)\u{1F}O1", at: "2026-03-04T10:00:00+08:00")
        #expect(
            try await finance.rows("select order_id, billed from orders order by 1")
                == [["O1", "75.0000"], ["O2", "25.0000"]])
    }
}
