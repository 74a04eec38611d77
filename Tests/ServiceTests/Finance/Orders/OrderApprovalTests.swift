import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Orders that wait for approval", .service(try financeDefinition()))
struct OrderApprovalTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static func limit() throws -> CreditLimitSet {
        CreditLimitSet(
            limitId: "L1", customer: CustomerCode(code: "C1"), group: nil, amount: .of("1000"), currency: .cny,
            from: try #require(CalendarDay("2026-01-01")), setBy: "wang.fang",
            setAt: try moment("2026-01-01T09:00:00+08:00"))
    }

    private static func verdict(
        _ order: String, _ verdict: OrderVerdict = .approve, revision: Int? = nil, by login: String = "finance.director"
    ) -> DecideOrder {
        DecideOrder(source: "erp", orderId: order, revision: revision, verdict: verdict, reason: "paid", by: login)
    }

    private static func order(_ id: String, _ revenue: String, revision: Int = 1) -> OrderPlaced {
        OrderPlaced(makeOrder(id, revision: revision, [(revenue, "1")]))
    }

    private static func waiting(_ finance: ServiceFixture) async throws -> [[String?]] {
        let table = try #require(try await finance.ask("orders.waiting").first)
        let places = ["order_id", "rule", "may_approve"].compactMap { name in
            table.columns.firstIndex { $0.name == name }
        }
        return table.rows.map { row in places.map { row.values[$0] } }
    }

    @Test("an order that waits is decided again at once, told with a number, and takes its room from then on")
    func approved() async throws {
        try await finance.handle([.init("l", try Self.limit())])
        let first = try await finance.handle([.init("o", Self.order("O1", "1500"))]).events(OrderDecided.self)
        #expect(first.map(\.decision) == [.needsApproval])
        #expect(try await Self.waiting(finance).map { $0[0] } == ["O1"])
        #expect(try await Self.waiting(finance).first?[2]?.contains("finance.director") == true)
        let figures = try await finance.figures()
        #expect(figures["orders_waiting_approval"]?.map(\.0) == ["KS01"])
        #expect(figures["orders_waiting_approval"]?.map(\.1) == [1])
        #expect(figures["orders_waiting_approval_oldest_seconds"]?.allSatisfy { $0.1 > 0 } == true)

        let intern = try await finance.handle([
            .init("1", typedBy: "intern", Self.verdict("O1", by: "intern"))
        ])
        #expect(intern.refused[0]?.reason == .notAuthorised)
        let stale = try await finance.handle([
            .init("2", typedBy: "finance.director", Self.verdict("O1", revision: 2))
        ])
        #expect(stale.refused[0]?.reason == .conflictingRevision)

        let done = try await finance.handle([.init("3", typedBy: "finance.director", Self.verdict("O1"))])
        let told = try done.events(OrderDecided.self)
        #expect(told.map(\.decision) == [.accepted])
        #expect(told.map(\.decisionNumber) == [2])
        #expect(told.map(\.rule) == ["approved"])
        #expect(try await Self.waiting(finance).isEmpty)
        #expect(
            try await finance.rows("select accepted::text from account_exposure") == [["1500.0000"]])

        let again = try await finance.handle([
            .init("4", typedBy: "finance.director", Self.verdict("O1", .refuse))
        ])
        #expect(again.refused[0]?.reason == .valueNotAllowed)
        // What its system says of it later is decided by the rules again.
        let later = try await finance.handle([.init("5", Self.order("O1", "1600", revision: 2))])
        #expect(try later.events(OrderDecided.self).map(\.decision) == [.needsApproval])
        #expect(try await finance.rows("select decision_number::text from orders") == [["1"]])
    }

    @Test("an order that is turned down waits no more and takes no room")
    func refused() async throws {
        // Of one batch orders are decided before limits are set.
        try await finance.handle([.init("l", try Self.limit())])
        try await finance.handle([.init("o", Self.order("O1", "1500"))])
        let done = try await finance.handle([
            .init("1", typedBy: "finance.director", Self.verdict("O1", .refuse))
        ])
        #expect(try done.events(OrderDecided.self).map(\.decision) == [.refused])
        #expect(try await Self.waiting(finance).isEmpty)
        let unknown = try await finance.handle([
            .init("2", typedBy: "finance.director", Self.verdict("O9"))
        ])
        #expect(unknown.refused[0]?.reason == .notFound)
    }

    @Test("what is asked is what the order would get, credit included")
    func asked() async throws {
        try await finance.handle([.init("l", try Self.limit())])
        try await finance.handle([.init("o", Self.order("O1", "600"))])
        func ask(_ amount: String) async throws -> [String?] {
            let table = try #require(
                try await finance.ask(
                    "acceptance.ask",
                    ["customer": "C1", "source": "erp", "businessLine": "air-freight", "amount": amount]
                ).first)
            let row = try #require(table.rows.first)
            return ["decision", "rule"].compactMap { name in
                table.columns.firstIndex { $0.name == name }.map { row.values[$0] }
            }
        }
        let (fitting, beyond) = (try await ask("300"), try await ask("500"))
        #expect(fitting.first == "accepted")
        let fits = try await finance.handle([.init("2", Self.order("O2", "500"))]).events(OrderDecided.self)
        #expect(beyond.compactMap { $0 } == fits.map(\.decision.rawValue) + fits.map(\.rule))
    }
}
