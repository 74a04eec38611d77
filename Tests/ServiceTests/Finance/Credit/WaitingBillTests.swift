import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

/// The system of finance bills what the transport system has placed, and neither it nor its settings say whose number that is.
@Suite("Bills that wait for an order beside the order that is meant", .service(try financeDefinition()))
struct WaitingBillTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static func order(
        _ id: String, _ revenue: String, source: String = "tms", customer: String = "T1", revision: Int = 1,
        currency: Currency = .cny
    ) -> ServiceFixture.Message {
        let order = makeOrder(id, revision: revision, customer: customer, currency: currency, [(revenue, "1")])
        return .init(
            "o-\(source)-\(id)-\(revision)", source: source,
            revision == 1 ? OrderPlaced(order) as any Message : OrderChanged(order))
    }

    private static func bill(
        _ id: String, _ amount: String, _ orders: [String] = ["O1"], of source: String? = nil, currency: Currency = .cny
    ) throws -> ServiceFixture.Message {
        .init(
            "i-\(id)", source: "fin",
            InvoiceIssued(
                invoiceId: id, customer: CustomerCode(code: "F1"), orderIds: orders, orderSource: source,
                issuedAt: try moment("2026-03-01T09:00:00+08:00"), dueAt: try moment("2026-04-04T09:00:00+08:00"),
                amount: .of(amount), currency: currency))
    }

    /// One company, known to all systems, with a limit.
    private func party(_ limit: String, _ accounts: [(String, String)] = [("fin", "F1"), ("tms", "T1")]) async throws {
        try await finance.handle(
            accounts.map { source, code in
                Self.order("OWN", "0", source: source, customer: code)
            } + [
                .init(
                    "c",
                    CustomerRegistered(
                        CustomerRecord(
                            customerId: AccountIdentifier.customer(source: "fin", code: "F1"), revision: 1, name: "F1",
                            accounts: accounts.enumerated().map { place, account in
                                AccountHoming(source: account.0, code: account.1, revision: place + 1)
                            }, at: try moment("2026-01-01T09:00:00+08:00"))))
            ])
        try await finance.handle([
            .init(
                "l", source: "fin",
                CreditLimitSet(
                    limitId: "L1", customer: CustomerCode(code: "F1"), group: nil, amount: .of(limit), currency: .cny,
                    from: try #require(CalendarDay("2026-01-01")), setBy: "wang.fang",
                    setAt: try moment("2026-01-01T09:00:00+08:00")))
        ])
    }

    private func rule(_ message: ServiceFixture.Message) async throws -> String? {
        try await finance.handle([message]).events(OrderDecided.self).first?.rule
    }

    /// What the party owes and has ordered, by the list and by its limit.
    private func exposure() async throws -> [String] {
        let listed = try await finance.ask("credit.exposure", ["customer": "F1"])["exposure"].column("exposure")
        let limits = try await finance.ask("credit.limits", ["asOf": "2026-03-02"])["limits"].column("exposure")
        return [listed, limits].map { amounts in
            amounts.map { FixedDecimal.of($0 ?? "0") }.reduce(.zero, +).moneyText.replacing(".00", with: "")
        }
    }

    private func bills() async throws {
        for row in try await finance.rows("select key from schedule where task = 'credit.bill-order'") {
            try await finance.run("credit.bill-order", key: row[0] ?? "", at: "2026-03-04T10:00:00+08:00")
        }
    }

    @Test("the bill and the order count once until it is settled, whichever comes first", arguments: [false, true])
    func counted(_ isBillFirst: Bool) async throws {
        try await party("100000")
        if isBillFirst {
            try await finance.handle([Self.bill("I1", "90000")])
            #expect(try await exposure() == ["90000", "90000"])
            #expect(try await rule(Self.order("O1", "90000")) == "acceptance-open")
        } else {
            #expect(try await rule(Self.order("O1", "90000")) == "acceptance-open")
            try await finance.handle([Self.bill("I1", "90000")])
        }
        #expect(try await exposure() == ["90000", "90000"])
        let listed = try await finance.ask("credit.exposure", ["customer": "F1"])["exposure"]
        let twice = listed.column("billed_elsewhere").map { FixedDecimal.of($0 ?? "0") }
        #expect(twice.filter { $0 != .zero } == [.of("90000")])
        // Nothing is joined, and it is seen.
        #expect(
            try await finance.rows("select is_billed::text from orders where source = 'tms' and order_id = 'O1'")
                == [["false"]])
        let waiting = try await finance.ask("references.waiting")["references"]
        #expect(waiting.column("number") == ["O1"])
        #expect(waiting.column("known_to") == ["tms"])
        // What is left of the limit is what is left in truth, and no more.
        #expect(try await rule(Self.order("O2", "10000.01")) == "credit-limit")
        #expect(try await rule(Self.order("O3", "10000")) == "acceptance-open")
        try await finance.handle([
            .init(
                "s", source: "waybill.people", typedBy: "finance.director",
                SettleReference(
                    what: .order, source: "fin", number: "O1", meant: "tms", reason: "it says no source",
                    by: "finance.director"))
        ])
        #expect(try await exposure() == ["100000", "100000"])
        #expect(try await finance.rows("select * from waiting_bill").isEmpty)
    }

    @Test("what is billed beyond a deposit goes on counting, and so does what is ordered beyond the bill")
    func deposit() async throws {
        try await party("100000")
        #expect(try await rule(Self.order("O1", "90000")) == "acceptance-open")
        try await finance.handle([Self.bill("I1", "1000")])
        #expect(try await exposure() == ["90000", "90000"])
        try await finance.handle([Self.bill("I2", "95000")])
        #expect(try await exposure() == ["96000", "96000"])
    }

    @Test("an order that changes while its bill waits is taken by what both come to")
    func changed() async throws {
        try await party("100000")
        #expect(try await rule(Self.order("O1", "90000")) == "acceptance-open")
        try await finance.handle([Self.bill("I1", "90000")])
        #expect(try await rule(Self.order("O1", "100000", revision: 2)) == "acceptance-open")
        #expect(try await exposure() == ["100000", "100000"])
        #expect(try await rule(Self.order("O1", "100000.01", revision: 3)) == "credit-limit")
        // Less than the bill does not lessen what is owed.
        #expect(try await rule(Self.order("O1", "10", revision: 4)) == "acceptance-open")
        #expect(try await exposure() == ["90000", "90000"])
        #expect(try await rule(Self.order("O2", "10000.01")) == "credit-limit")
    }

    @Test("the number in two other systems of the party is asked about: the lesser of the two is left out")
    func ambiguous() async throws {
        try await party("200000", [("fin", "F1"), ("tms", "T1"), ("wms", "W1")])
        try await finance.handle([
            Self.order("O1", "90000"), Self.order("O1", "40000", source: "wms", customer: "W1"),
            Self.bill("I1", "90000"),
        ])
        #expect(try await exposure() == ["180000", "180000"])
        let waiting = try await finance.ask("references.waiting")["references"]
        #expect(waiting.column("ambiguous") == ["t"])
    }

    @Test("another company's order of that number, and one that is said to be meant, are left as they are")
    func others() async throws {
        try await party("200000")
        try await finance.handle([
            Self.order("O1", "50000", source: "wms", customer: "OTHER"), Self.order("O2", "60000"),
            Self.bill("I1", "50000"), Self.bill("I2", "60000", ["O2"], of: "wms"),
        ])
        // I2 says that it is of an order of the WMS: it waits for that.
        #expect(try await exposure() == ["170000", "170000"])
    }

    @Test("when the bill's own system sends an order of that number, both were meant and both count")
    func ownOrder() async throws {
        try await party("500000")
        try await finance.handle([Self.order("O1", "90000"), Self.bill("I1", "90000")])
        #expect(try await exposure() == ["90000", "90000"])
        try await finance.handle([Self.order("O1", "90000", source: "fin", customer: "F1")])
        try await bills()
        #expect(try await exposure() == ["180000", "180000"])
        #expect(try await finance.rows("select * from waiting_bill").isEmpty)
    }

    @Test("a bill in another currency is what it is worth, in the list and for the limit")
    func currencies() async throws {
        try await party("500000")
        let dollar = try #require(Currency("USD"))
        try await finance.handle([Self.order("O1", "90000"), Self.bill("I1", "1000", currency: dollar)])
        let table = try await finance.ask("credit.exposure", ["customer": "F1"])["exposure"]
        let twice = table.column("billed_elsewhere").map { FixedDecimal.of($0 ?? "0") }.reduce(.zero, +)
        #expect(twice > .of("1000"))
        let limits = try await finance.ask("credit.limits", ["asOf": "2026-03-02"])["limits"].column("exposure")
        // The bill takes the place of as much of its order as it is worth.
        #expect(limits.map { FixedDecimal.of($0 ?? "0") } == [.of("90000")])
    }

    @Test("the view's exposure has both once, and shows what is left out as an event of its own")
    func view() async throws {
        try await party("500000")
        try await finance.handle([Self.order("O1", "90000"), Self.bill("I1", "70000")])
        let march = ["from": "2026-03-01", "to": "2026-03-31", "metric": "exposure"]
        let figures = try await finance.ask("view.figures", march.merging(["by": "total"]) { $1 })["view"]
        #expect(figures.column("exposure").map { FixedDecimal.of($0 ?? "0") } == [.of("90000")])
        let drilled = try await finance.ask("view.drill", march)
        #expect(drilled["cell"].column("amount").map { FixedDecimal.of($0 ?? "0") } == [.of("90000")])
        let events = drilled["events"]
        let place = try #require(events.column("event").firstIndex(of: "billed elsewhere"))
        #expect(FixedDecimal.of(events.column("amount")[place] ?? "0") == .of("-70000"))
    }

    @Test("who sees the own customers alone sees it once, too, though an order that has not come is nobody's")
    func scoped() async throws {
        try await party("500000")
        try await finance.handle([
            .init(
                "c2",
                CustomerChanged(
                    CustomerRecord(
                        customerId: AccountIdentifier.customer(source: "fin", code: "F1"), revision: 2, name: "F1",
                        salesOwner: "li.wei",
                        accounts: [("fin", "F1"), ("tms", "T1")].enumerated().map { place, account in
                            AccountHoming(source: account.0, code: account.1, revision: place + 1)
                        }, at: try moment("2026-01-02T09:00:00+08:00"))))
        ])
        try await finance.handle([Self.order("O1", "90000"), Self.bill("I1", "90000")])
        let pool = try await finance.enforceScopes()
        let listed = try await finance.ask(
            "credit.exposure", ["customer": "F1"], as: ScopedAsker(logins: ["li.wei"]), by: pool,
            at: try moment("2026-03-03T10:00:00+08:00"))["exposure"]
        let amounts = ["billed_elsewhere", "exposure"].map { column in
            listed.column(column).map { FixedDecimal.of($0 ?? "0") }.reduce(.zero, +)
        }
        #expect(amounts == [.of("90000"), .of("90000")])
    }

    @Test("of bills and orders only what both hold is once, and only of one party")
    func policy() {
        let rates = RateTable.standard
        let day = CalendarDay(daysSinceEpoch: 20_000)
        func bill(_ id: String, _ amount: String, held: (String, String)?) -> WaitingBill {
            WaitingBill(
                named: OrderKey(source: "fin", orderId: "O1"), customerId: "c",
                invoice: LedgerKey(source: "fin", identifier: id), amount: Money(.of(amount), .cny),
                order: held.map { WaitingBill.Held(source: $0.0, amount: Money(.of($0.1), .cny)) })
        }
        func waiting(_ bills: WaitingBill...) -> WaitingBills { WaitingBills(bills, in: .cny, rates, on: day) }
        #expect(waiting().twice == .zero)
        #expect(waiting(bill("1", "50", held: nil)).twice == .zero)
        #expect(waiting(bill("1", "50", held: ("tms", "90"))).twice == .of("50"))
        #expect(waiting(bill("1", "50", held: ("tms", "90")), bill("2", "60", held: ("tms", "90"))).twice == .of("90"))
        #expect(waiting(bill("1", "50", held: ("tms", "90")), bill("1", "50", held: ("wms", "20"))).twice == .of("20"))
        // Two systems bill the order: it is there once.
        let other = WaitingBill(
            named: OrderKey(source: "bank", orderId: "O1"), customerId: "c",
            invoice: LedgerKey(source: "bank", identifier: "1"), amount: Money(.of("60"), .cny),
            order: WaitingBill.Held(source: "tms", amount: Money(.of("90"), .cny)))
        #expect(waiting(bill("1", "50", held: ("tms", "90")), other).twice == .of("90"))
        var moved = waiting(bill("1", "50", held: nil))
        moved.hold(.of("30"), by: OrderKey(source: "tms", orderId: "O1"), of: "another")
        moved.hold(.of("30"), by: OrderKey(source: "fin", orderId: "O1"), of: "c")
        moved.hold(.of("30"), by: OrderKey(source: "tms", orderId: "O2"), of: "c")
        #expect(moved.twice == .zero)
        moved.hold(.of("30"), by: OrderKey(source: "tms", orderId: "O1"), of: "c")
        #expect(moved.twice == .of("30"))
        moved.hold(.zero, by: OrderKey(source: "tms", orderId: "O1"), of: "c")
        #expect(moved.twice == .zero)
    }
}
