import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("How far a customer is trusted", .service(try financeDefinition()))
struct CreditReviewTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    @Test("a cancelled order and a dispute that has ended change how far a customer is trusted at once")
    func trust() async throws {
        func limit(_ id: String, _ amount: String, from: String = "2026-01-01") throws -> ServiceFixture.Message {
            .init(
                id,
                CreditLimitSet(
                    limitId: id, customer: CustomerCode(code: "C1"), amount: .of(amount), currency: .cny,
                    from: try #require(CalendarDay(from)), setBy: "wang.fang",
                    setAt: try #require(Timestamp("2026-01-01T09:00:00+08:00"))))
        }
        /// What the review that the messages ask for comes to; nothing when they ask for none.
        func states(
            _ messages: [ServiceFixture.Message], at time: String = "2026-02-03T09:00:00+08:00"
        ) async throws -> [CreditState] {
            try await finance.pool.withTransaction { try $0.execute("delete from schedule") }
            try await finance.handle(messages, at: time)
            let due = try await finance.rows("select key from schedule where task = 'credit.review'")
            guard let key = due.first?[0] else { return [] }
            return try await finance.run("credit.review", key: key, at: time).events(CreditStateChanged.self)
                .map(\.state)
        }
        try await finance.handle([
            try limit("L1", "1000"), .init("o", OrderPlaced(makeOrder("O1", [("900", "1")]))),
        ])
        #expect(try await states([try limit("L2", "800", from: "2026-01-02")]) == [.hold])
        let at = try #require(Timestamp("2026-03-03T09:00:00+08:00"))
        let cancelled = OrderCancelled(orderId: "O1", revision: 2, cancelledAt: at)
        #expect(try await states([.init("x", cancelled)]) == [.ok])
        // Long overdue, but disputed; then not any more.
        try await finance.handle([
            .init("i", try Collect.invoice("I1", "50")), .init("d", try Collect.dispute("D1", "I1", "50")),
        ])
        let late = "2026-06-30T09:00:00+08:00"
        _ = try await finance.run("credit.evaluate", at: "2026-06-29T23:59:59.999999+08:00")
        let after = try await states([.init("e", try Collect.resolve("D1"))], at: late)
        #expect(after.count == 1 && after.first != .ok)
    }

    @Test("limits of a whole group are told apart in one pass, however many there are", .timeLimit(.minutes(1)))
    func many() throws {
        let day = try #require(CalendarDay("2026-03-02"))
        func line(_ number: Int, _ amount: Int, isOverride: Bool = false) -> CreditStore.Line {
            CreditStore.Line(
                customerId: "C\(number)", subject: CreditSubject(kind: .customer, identifier: "C\(number)"),
                isOverride: isOverride, key: LedgerKey(source: "erp", identifier: "\(isOverride)\(number) \(amount)"),
                amount: FixedDecimal(amount), currency: .cny, from: day, decidedAt: Int64(amount))
        }
        // Twenty times as many would take four hundred times as long if each were looked for among all.
        let lines = (0..<30_000).flatMap { number in
            [line(number, 100), line(number, number + 200), line(number, 50, isOverride: true)]
        }
        let rooms = CreditRoom.of(lines, .standard, on: day)
        let subjects = CreditRoom.subjects(of: lines, with: rooms)
        #expect(rooms.count == 30_000 && subjects.count == 30_000)
        // The latest of several limits, with what is approved above it.
        for number in [0, 1, 29_999] {
            let subject = try #require(subjects["C\(number)"]?.first)
            #expect(rooms[subject]?.room == FixedDecimal(number + 250))
        }
    }
}
