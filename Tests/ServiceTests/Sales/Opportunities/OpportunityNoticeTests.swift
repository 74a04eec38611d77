import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import SalesService

private typealias Say = OpportunitySaid

@Suite("What people are told of opportunities", .service(SalesService.definition))
struct OpportunityNoticeTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private func evaluate(_ day: String) async throws -> [SaidNotice] {
        try await sales.run("opportunities.notices", at: "\(day)T23:59:59+08:00").said()
    }

    private func open() async throws -> [String] {
        try await sales.rows(
            "select kind from finance_notice where cleared_at is null order by 1"
        ).compactMap { $0[0] }
    }

    @Test("one that stays too long in its stage is told once, until it goes on; and again when it does so again")
    func stalled() async throws {
        var messages: [ServiceFixture.Message] = []
        for number in 1...30 {
            messages.append(Say.recorded(Say.terms("C\(number)", 1, on: "2026-01-05")))
            messages.append(Say.recorded(Say.terms("C\(number)", 2, on: "2026-01-07", state: .lost)))
        }
        messages.append(Say.recorded(Say.terms("Z", 1, on: "2026-02-01", created: "2026-02-01")))
        try await sales.handle(messages)
        try await sales.run("opportunities.learn", at: "2026-02-10T23:59:59+08:00")
        #expect(try await evaluate("2026-02-03").isEmpty, "two days are usual")
        let said = try await evaluate("2026-02-10")
        let stalled = try #require(said.first)
        #expect(said.map(\.kind) == ["opportunity-stalled"] && stalled.content?.owner == "li.wei")
        #expect(stalled.content?.about == NoticeObject(kind: "opportunity", source: "crm", identifier: "Z"))
        #expect(stalled.fact("days") == "9" && stalled.fact("most-days") == "2" && stalled.content?.node == "KS01")
        #expect(stalled.content?.atStake == 1_000 && stalled.content?.currency == .cny)
        #expect(stalled.content?.dueAt?.day() == Say.day("2026-02-17"))
        #expect(stalled.content?.next == "waybill opportunities show Z --source crm")
        #expect(try await open() == ["opportunity-stalled"])
        #expect(try await evaluate("2026-02-11").isEmpty, "it was told")
        let moved = try await sales.handle([
            Say.recorded(Say.terms("Z", 2, "analysis", on: "2026-02-12", created: "2026-02-01"))
        ])
        #expect(try moved.said().map(\.id) == [stalled.id] && moved.kinds() == ["cleared"])
        #expect(try moved.said()[0].revision > stalled.revision && moved.said()[0].cause == "crm-Z-2")
        #expect(try await open() == [])
        let back = try await sales.handle([
            Say.recorded(Say.terms("Z", 3, on: "2026-02-13", created: "2026-02-01"))
        ])
        #expect(try back.kinds().isEmpty)
        let again = try await evaluate("2026-02-20")
        #expect(again.map(\.id) == [stalled.id] && again[0].revision > stalled.revision)
        let won = try await sales.handle([
            Say.recorded(Say.terms("Z", 4, on: "2026-02-21", state: .won, created: "2026-02-01"))
        ])
        #expect(try won.said().map(\.clearing) == ["won"])
    }

    @Test("a next step whose day has passed is told whoever has it by then, until there is another one")
    func overdue() async throws {
        try await sales.handle([
            Say.step(.opened, on: "2026-02-02", company: "Acme Ltd", next: ("Call them", "2026-02-05"))
        ])
        #expect(try await evaluate("2026-02-04").isEmpty)
        let said = try await evaluate("2026-02-05")
        let overdue = try #require(said.first)
        #expect(said.map(\.kind) == ["opportunity-step-overdue"] && overdue.content?.owner == "li.wei")
        #expect(overdue.fact("next-step") == "Call them" && overdue.fact("next-step-day") == "2026-02-05")
        #expect(overdue.content?.dueAt?.day() == Say.day("2026-02-07"))
        let given = try await sales.handle([Say.step(.assigned, on: "2026-02-06", to: "chen.jie")])
        let others = try given.said()
        #expect(others.map(\.kind) == ["opportunity-step-overdue"] && others.map(\.isChange) == [true])
        #expect(others.map { $0.content?.owner } == ["chen.jie"] && others.map(\.id) == [overdue.id])
        #expect(others[0].revision > overdue.revision)
        #expect(try await evaluate("2026-02-06").isEmpty, "it was told at once")
        let later = try await sales.handle([
            Say.step(.changed, on: "2026-02-07", next: ("Visit them", "2026-03-01"), by: "chen.jie")
        ])
        #expect(try later.said().map(\.id) == [overdue.id] && later.kinds() == ["cleared"])
        #expect(try await evaluate("2026-02-07").isEmpty)
        #expect(try await open() == [])
    }

    @Test("of more than one transaction has room for each is told, and once")
    func many() async throws {
        let numbers = 0..<1_203
        for part in stride(from: 0, to: numbers.count, by: 401) {
            try await sales.handle(
                numbers[part..<(part + 401)].map { number in
                    Say.step(
                        .opened, of: "O\(number)", on: "2026-02-02", company: "Acme Ltd", next: ("Call", "2026-02-05"))
                })
        }
        let said = try await evaluate("2026-02-05")
        #expect(said.count == numbers.count && Set(said.map(\.id)).count == numbers.count)
        #expect(try await evaluate("2026-02-06").isEmpty)
    }
}
