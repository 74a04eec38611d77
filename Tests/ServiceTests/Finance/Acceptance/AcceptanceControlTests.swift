import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Acceptance decided by people", .service(try financeDefinition()))
struct AcceptanceControlTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private func day(_ text: String) -> CalendarDay { CalendarDay(text) ?? CalendarDay(daysSinceEpoch: 0) }

    /// A customer whose orders are refused.
    private func stopped(_ finance: ServiceFixture) async throws -> String {
        try await finance.handle(
            (1...6).map { .init("p\($0)", OrderPlaced(makeOrder("O\($0)", [("1000", "1300")]))) })
        for day in ["2026-03-02", "2026-03-03"] {
            try await finance.run("margin.evaluate", at: "\(day)T23:59:59+08:00")
        }
        let held = try await finance.handle([.init("h", OrderPlaced(makeOrder("H", [("100", "130")])))])
        let decided = try #require(try held.events(OrderDecided.self).first)
        #expect(decided.decision == .refused && decided.rule == "acceptance-stopped")
        return decided.customerId
    }

    private func override(
        _ id: String, _ customer: String, cap: String, currency: Currency = .cny, from: String = "2026-03-01",
        to: String = "2026-03-30", by login: String = "manager.ks01"
    ) -> GrantOverride {
        GrantOverride(
            overrideId: id, customerId: customer, businessLine: "air-freight", from: day(from), to: day(to),
            cap: .of(cap), currency: currency, reason: "a contract binds us", by: login)
    }

    private func setting(
        _ customer: String, _ level: AcceptanceLevel, from: String? = nil, until: String = "2026-03-20",
        by login: String = "manager.ks01"
    ) -> SetAcceptance {
        SetAcceptance(
            customerId: customer, businessLine: "air-freight", level: level, reason: "new prices are agreed",
            owner: "li.wei", plan: "new prices from April", from: from.map(day), until: day(until), by: login)
    }

    @Test("an approved override lets orders through up to its cap, with four copies at once never above")
    func consumed() async throws {
        let customer = try await stopped(finance)
        let granted = try await finance.handle([.init("g", override("V1", customer, cap: "1000"))])
        #expect(try granted.events(OverrideGranted.self).map(\.tier) == ["branch-manager"])
        let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
            for copy in 0..<4 {
                group.addTask {
                    var accepted = 0
                    for number in 0..<6 {
                        let order = makeOrder("N\(copy)-\(number)", [("100", "130")])
                        let outcome = try await finance.retrying([.init("n\(copy)-\(number)", OrderPlaced(order))])
                        accepted += try outcome.events(OrderDecided.self).count { $0.decision == .accepted }
                    }
                    return accepted
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(accepted == 10)
        #expect(
            try await finance.rows("select used, cap from acceptance_override") == [["1000.0000", "1000.0000"]])
        // Seven were refused before and after: 24 + 1 - 10.
        let report = try #require(try await finance.ask("acceptance.report").first)
        #expect(
            report.rows.map(\.values) == [
                ["refused", "erp", "C1", "air-freight", "CNY", "15", "1500.0000", "450.0000", "0"]
            ])
    }

    @Test("overrides above authority, in one or in two, too long, too late or by nobody are refused")
    func aboveAuthority() async throws {
        let customer = try await stopped(finance)
        let kwd = try #require(Currency("KWD"))
        let outcome = try await finance.handle([
            .init("1", override("V1", customer, cap: "50000.01")),
            .init("2", override("V2", customer, cap: "100", to: "2026-03-31")),
            .init("3", override("V3", customer, cap: "100", by: "manager.sh01")),
            .init("4", override("V4", customer, cap: "100", to: "2026-02-28")),
            .init("5", override("V5", "CU-NOBODY", cap: "100")), .init("6", override("V6", customer, cap: "0")),
            .init("7", override("V7", customer, cap: "1", currency: kwd)),
            .init("8", override("V8", customer, cap: "30000")), .init("9", override("V9", customer, cap: "30000")),
            .init("10", override("V8", customer, cap: "10")),
        ])
        #expect(
            outcome.refused.mapValues(\.reason) == [
                0: .aboveAuthority, 1: .aboveAuthority, 2: .notAuthorised, 3: .contradictoryTimes, 4: .notFound,
                5: .negativeAmount, 6: .noRate, 8: .aboveAuthority, 9: .conflictingContent,
            ])
        #expect(try outcome.events(OverrideGranted.self).map(\.overrideId) == ["V8"])
        let director = try await finance.handle([
            .init("d", override("V9", customer, cap: "30000", by: "finance.director"))
        ])
        #expect(try director.events(OverrideGranted.self).map(\.tier) == ["director"])
    }

    @Test("what is set by hand holds from its first day to its last, and then the figures decide again")
    func settings() async throws {
        let customer = try await stopped(finance)
        let set = try await finance.handle([.init("s", setting(customer, .watch))])
        let changed = try #require(try set.events(AcceptanceChanged.self).first)
        #expect(changed.state == .open && changed.previous == .stopped && changed.level == .watch)
        #expect(changed.owner == "li.wei" && changed.until == day("2026-03-20") && changed.by == "manager.ks01")
        let taken = try await finance.handle([.init("t", OrderPlaced(makeOrder("T")))])
        #expect(try taken.events(OrderDecided.self).map(\.rule) == ["acceptance-set-open"])
        let late = try await finance.handle(
            [.init("u", OrderPlaced(makeOrder("U")))], at: "2026-03-21T00:00:00+08:00")
        #expect(try late.events(OrderDecided.self).map(\.rule) == ["acceptance-stopped"])
        #expect(
            try await finance.rows("select task, due_at at time zone interval '8 hours' from schedule order by 1")
                == [["acceptance.end", "2026-03-21 00:00:00"]])
    }

    @Test("to set it needs authority, for a time that is not past and not too long")
    func badSettings() async throws {
        let customer = try await stopped(finance)
        let outcome = try await finance.handle([
            .init("1", setting(customer, .open, by: "li.wei")),
            .init("2", setting(customer, .open, until: "2026-03-01")),
            .init("3", setting(customer, .open, until: "2026-04-30")), .init("4", setting("CU-NOBODY", .open)),
            .init("5", setting(customer, .open, from: "2026-03-22")),
            .init("6", setting(customer, .stopped, until: "2026-06-30")),
        ])
        #expect(
            outcome.refused.mapValues(\.reason) == [
                0: .notAuthorised, 1: .contradictoryTimes, 2: .aboveAuthority, 3: .notFound, 4: .contradictoryTimes,
            ])
        #expect(try outcome.events(AcceptanceChanged.self).map(\.state) == [.stopped])
    }

    @Test("asking gives the answer that the order would get, and reserves nothing")
    func asking() async throws {
        let customer = try await stopped(finance)
        func answer(_ amount: String) async throws -> [String?] {
            let tables = try await finance.ask(
                "acceptance.ask",
                [
                    "source": "erp", "customer": "C1", "businessLine": "air-freight", "amount": amount,
                    "on": "2026-03-04",
                ])
            return Array((tables.first?.rows.first?.values ?? []).prefix(3))
        }
        #expect(try await answer("100") == ["refused", "acceptance-stopped", nil])
        try await finance.handle([.init("g", override("V1", customer, cap: "150"))])
        #expect(try await answer("100") == ["accepted", "override", "V1"])
        #expect(try await answer("150.01") == ["refused", "acceptance-stopped", nil])
        #expect(try await finance.rows("select used from acceptance_override") == [["0.0000"]])
        let unknown = try await finance.ask(
            "acceptance.ask", ["source": "erp", "customer": "NEW", "businessLine": "road"])
        #expect(unknown.first?.rows.first?.values.prefix(2) == ["accepted", "acceptance-open"])
        await #expect(throws: Refusal.self) {
            try await finance.ask("acceptance.ask", ["source": "erp", "customer": "C1"])
        }
    }
}
