import Contracts
import Domain
import Foundation
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit
@testable import Simulation

@Suite("Expense budgets")
struct ExpenseRuleTests {
    @Test("what moves between the states is never lost and never doubled")
    func sums() {
        var random = RandomSource(seed: 5)
        var budget = ExpenseBudget(amount: 1_000)
        var standings: [Int: ExpenseStanding] = [:]
        for _ in 0..<2_000 {
            let expense = random.below(40)
            let new =
                random.below(8) == 0
                ? nil
                : ExpenseStanding(
                    state: ExpenseState.allCases[random.below(3)], amount: FixedDecimal(random.below(100)),
                    isHeld: random.below(4) == 0)
            budget.move(standings[expense], to: new)
            standings[expense] = new
            func sum(_ isIn: (ExpenseStanding) -> Bool) -> FixedDecimal {
                standings.values.filter(isIn).map(\.amount).reduce(.zero, +)
            }
            #expect(budget.planned == sum { !$0.isHeld && $0.state == .planned })
            #expect(budget.committed == sum { !$0.isHeld && $0.state == .committed })
            #expect(budget.actual == sum { !$0.isHeld && $0.state == .actual })
            #expect(budget.planned + budget.committed + budget.actual + budget.held == sum { _ in true })
            #expect(budget.available + budget.committed + budget.actual == budget.amount)
        }
    }

    @Test(
        "levels stand where they are said to stand, and a budget is exceeded by what is over",
        arguments: [
            ("0", 0, "1000", nil), ("799.99", 0, "200.01", nil), ("800", 80, "200.01", "0.01"),
            ("899.99", 80, "150.01", "50"), ("900", 90, "150", "50"), ("1000", 100, "200", "200"),
            ("1200", 100, "0.0001", "200.0001"), ("1200", 100, "0", nil),
        ] as [(String, Int, String, String?)])
    func thresholds(_ used: String, _ level: Int, _ expense: String, _ excess: String?) {
        var budget = ExpenseBudget(amount: 1_000)
        budget.actual = .of(used)
        #expect(budget.level == level)
        #expect(budget.excess(with: .of(expense)) == excess.map { .of($0) })
    }

    @Test("spent 80 % with the target at 30 % is ahead; early or even spending is not")
    func pace() {
        func isAhead(_ used: Int, _ sold: Int) -> Bool {
            var budget = ExpenseBudget(amount: 1_000)
            budget.committed = FixedDecimal(used)
            return budget.isAhead(sold: FixedDecimal(sold), of: 100)
        }
        #expect(isAhead(800, 30) && isAhead(500, 24) && isAhead(800, -5))
        #expect(!isAhead(800, 40) && !isAhead(499, 0) && !isAhead(1_000, 50))
    }
}

@Suite("Expenses over their tables", .service(try financeDefinition()))
struct ExpenseStoreTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static func budget(
        _ id: String, _ amount: String, owner: String? = nil, revision: Int = 1, target: String? = nil,
        from: String = "2026-03-01", account: String = "travel", currency: Currency = .cny
    ) throws -> ExpenseBudgetSet {
        ExpenseBudgetSet(
            budgetId: id, revision: revision, branch: "KS01", owner: owner, account: account,
            from: try #require(CalendarDay(from)), to: try #require(CalendarDay("2026-03-31")), amount: .of(amount),
            currency: currency, salesTarget: target.map { .of($0) }, setBy: "zhou.min")
    }

    private static func expense(
        _ id: String, _ state: ExpenseState, _ amount: String, owner: String = "li.wei", account: String = "travel",
        currency: Currency = .cny
    ) throws -> ExpenseReported {
        ExpenseReported(
            expenseId: id, state: state, branch: "KS01", owner: owner, account: account,
            day: try #require(CalendarDay("2026-03-05")), amount: .of(amount), currency: currency)
    }

    private static func approval(_ id: String, by: String, source: String = "erp") -> ApproveExpense {
        ApproveExpense(source: source, expenseId: id, reason: "the fair is booked", by: by)
    }

    private static let sums =
        "select planned, committed, actual, held from expense_budget order by budget_id"

    private func raised(_ outcome: ServiceFixture.Outcome) throws -> [ExpenseAlertKind] {
        try outcome.events(ExpenseAlertRaised.self).map(\.kind)
    }

    private func cleared(_ outcome: ServiceFixture.Outcome) throws -> [ExpenseAlertKind] {
        try outcome.events(ExpenseAlertCleared.self).map(\.kind)
    }

    private func decisions(_ outcome: ServiceFixture.Outcome) throws -> [ExpenseDecision] {
        try outcome.events(ExpenseDecided.self).map(\.decision)
    }

    private func reasons(_ outcome: ServiceFixture.Outcome) throws -> [ExpenseReason?] {
        try outcome.events(ExpenseDecided.self).map(\.reason)
    }

    @Test("warned at 80 and 90, stopped at 100, let go by those who may, told once each")
    func life() async throws {
        try await finance.handle([.init("b", try Self.budget("B", "10000"))])
        let planned = try await finance.handle([.init("1", try Self.expense("E1", .planned, "8500"))])
        #expect(planned.published.isEmpty)
        let first = try await finance.handle([.init("2", try Self.expense("E1", .committed, "8000"))])
        #expect(try first.events(ExpenseDecided.self).map(\.branch) == ["KS01"])
        #expect(try decisions(first) == [.accepted] && raised(first) == [.eighty] && reasons(first) == [nil])
        #expect(try first.kinds() == ["expense-budget"])
        let actual = try await finance.handle([.init("3", try Self.expense("E1", .actual, "9000"))])
        #expect(try decisions(actual).isEmpty && raised(actual) == [.ninety] && cleared(actual) == [.eighty])
        #expect(try actual.kinds() == ["cleared", "expense-budget"])
        #expect(try actual.said().first?.id == first.said().first?.id)
        // What came before in an earlier state says nothing any more.
        let late = try await finance.handle([.init("4", try Self.expense("E1", .committed, "8000"))])
        #expect(late.published.isEmpty && late.refused.isEmpty)
        let over = try await finance.handle([.init("5", try Self.expense("E2", .committed, "7000"))])
        #expect(try decisions(over) == [.needsApproval] && reasons(over) == [.beyondBudget])
        #expect(try over.events(ExpenseDecided.self).map(\.tier) == ["director"] && raised(over).isEmpty)
        let held = try #require(try over.said().first)
        #expect(try over.said().count == 1 && held.kind == "expense-held" && held.content?.owner == nil)
        #expect(held.content?.node == "KS01" && held.fact("excess") != nil)
        #expect(try await finance.rows(Self.sums) == [["0.0000", "0.0000", "9000.0000", "7000.0000"]])
        #expect(try await finance.ask("expenses.list")[0].rows.map { $0.values[3] } == ["waits for an approval"])
        for (command, reason) in [
            (Self.approval("E2", by: "li.wei"), Reason.samePerson),
            (Self.approval("E2", by: "wang.fang"), .notAuthorised),
            (Self.approval("E2", by: "manager.ks01"), .aboveAuthority),
            (Self.approval("E9", by: "finance.director"), .notFound),
            (Self.approval("E2", by: "finance.director", source: "oa"), .notFound),
            (Self.approval("E1", by: "finance.director"), .wrongState),
        ] {
            let refused = try await finance.handle([
                .init("\(reason)\(command.expenseId)\(command.source)", command)
            ])
            #expect(refused.refused.values.map(\.reason) == [reason] && refused.published.isEmpty)
        }
        #expect(try await finance.rows(Self.sums) == [["0.0000", "0.0000", "9000.0000", "7000.0000"]])
        let approved = try await finance.handle([.init("6", Self.approval("E2", by: "finance.director"))])
        #expect(try approved.events(ExpenseDecided.self).map(\.approvedBy) == ["finance.director"])
        #expect(approved.published.allSatisfy { $0.envelope.causationID == "6" })
        #expect(try decisions(approved) == [.accepted] && raised(approved) == [.exhausted])
        #expect(try approved.said().first { $0.id == held.id }?.clearing == "approved by finance.director")
        #expect(try await finance.rows(Self.sums) == [["0.0000", "7000.0000", "9000.0000", "0.0000"]])
        // Split in two, it is not less: what is over counts whole.
        try await finance.handle([.init("s", try Self.expense("E3", .committed, "1"))])
        let split = try await finance.handle([.init("t", Self.approval("E3", by: "manager.ks01"))])
        #expect(split.refused[0]?.reason == .aboveAuthority)
        let conflicting = try await finance.handle([.init("7", try Self.expense("E2", .committed, "201"))])
        #expect(conflicting.refused[0]?.reason == .conflictingContent)
        let overlapping = try await finance.handle([.init("8", try Self.budget("B2", "5"))])
        #expect(overlapping.refused[0]?.reason == .conflictingContent)
        let moved = try await finance.handle([.init("9", try Self.budget("B", "5", revision: 2, account: "fairs"))])
        #expect(moved.refused[0]?.reason == .conflictingContent)
        let otherwise = try await finance.handle([.init("10", try Self.budget("B", "5"))])
        #expect(otherwise.refused[0]?.reason == .conflictingRevision)
        // What is not spent after all sets the budget free, and ends its alert.
        let freed = try await finance.handle([.init("11", try Self.expense("E2", .actual, "0"))])
        #expect(try decisions(freed) == [.accepted] && cleared(freed) == [.exhausted])
        #expect(try raised(freed) == [.ninety])
        #expect(try await finance.rows(Self.sums) == [["0.0000", "1.0000", "9000.0000", "0.0000"]])
    }

    @Test("an expense waits for its budget; a person's budget bears what the branch's bore before it came")
    func early() async throws {
        let waiting = try await finance.handle([.init("e", try Self.expense("E1", .committed, "90"))])
        #expect(waiting.published.isEmpty)
        #expect(try await finance.ask("expenses.list")[0].rows.map { $0.values[3] } == ["waits for a budget"])
        let early = try await finance.handle([.init("x", Self.approval("E1", by: "finance.director"))])
        #expect(early.refused[0]?.reason == .wrongState)
        let branch = try await finance.handle([.init("b", try Self.budget("B", "1000"))])
        #expect(try branch.events(ExpenseDecided.self).map(\.budgetId) == ["B"])
        let own = try await finance.handle([.init("c", try Self.budget("C", "100", owner: "li.wei"))])
        #expect(try decisions(own).isEmpty && raised(own) == [.ninety])
        #expect(
            try await finance.rows(Self.sums) == [
                ["0.0000", "0.0000", "0.0000", "0.0000"], ["0.0000", "90.0000", "0.0000", "0.0000"],
            ])
        // A raised budget lets go what it held, and a step that is left is over.
        let held = try await finance.handle([.init("f", try Self.expense("E2", .committed, "100"))])
        #expect(try decisions(held) == [.needsApproval])
        let more = try await finance.handle([.init("g", try Self.budget("C", "500", owner: "li.wei", revision: 2))])
        #expect(try decisions(more) == [.accepted] && cleared(more) == [.ninety] && raised(more).isEmpty)
        #expect(try await finance.rows(Self.sums)[1] == ["0.0000", "190.0000", "0.0000", "0.0000"])
    }

    @Test("what is spent counts, whether or not it was let go, and says so")
    func spentWithoutAnswer() async throws {
        try await finance.handle([.init("b", try Self.budget("B", "1000"))])
        let first = try await finance.handle([.init("1", try Self.expense("E1", .actual, "500"))])
        #expect(try decisions(first) == [.recorded] && reasons(first) == [.notCommitted])
        let said = try #require(try first.said().first { $0.kind == "expense-recorded" })
        #expect(said.content?.owner == nil && said.content?.node == "KS01" && said.content?.severity == .attention)
        #expect(said.fact("reason") == "not-committed" && said.content?.atStake == 500)
        #expect(said.content?.next == "waybill finance expenses budgets --account travel")
        #expect(
            try await finance.ask("expenses.list")[0].rows.map { $0.values[3] } == ["spent without a commitment"])
        // Its commitment was only late.
        let late = try await finance.handle([.init("2", try Self.expense("E1", .committed, "400"))])
        #expect(late.published.isEmpty)
        #expect(try await finance.ask("expenses.list")[0].rows.isEmpty)
        try await finance.handle([.init("3", try Self.expense("E2", .committed, "600"))])
        let held = try await finance.handle([.init("4", try Self.expense("E2", .actual, "600"))])
        #expect(try reasons(held) == [.notApproved] && raised(held) == [.exhausted])
        let more = try await finance.handle([.init("5", try Self.budget("B", "1500", revision: 2))])
        #expect(try cleared(more) == [.exhausted] && raised(more).isEmpty)
        try await finance.handle([.init("6", try Self.expense("E3", .committed, "300"))])
        let beyond = try await finance.handle([.init("7", try Self.expense("E3", .actual, "401"))])
        #expect(try decisions(beyond) == [.recorded] && reasons(beyond) == [.beyondBudget])
        #expect(try await finance.rows(Self.sums) == [["0.0000", "0.0000", "1501.0000", "0.0000"]])
    }

    @Test("a budget lowered below what is used holds, lets nothing more go, and tells so until it fits again")
    func lowered() async throws {
        try await finance.handle([
            .init("b", try Self.budget("B", "1000"))
        ])
        try await finance.handle([.init("e", try Self.expense("E1", .committed, "700"))])
        let lowered = try await finance.handle([.init("c", try Self.budget("B", "600", revision: 2))])
        #expect(try raised(lowered) == [.exhausted, .lowered] && decisions(lowered).isEmpty)
        let more = try await finance.handle([.init("f", try Self.expense("E2", .committed, "1"))])
        #expect(try decisions(more) == [.needsApproval] && raised(more).isEmpty)
        #expect(try more.events(ExpenseDecided.self).map(\.available) == [-100])
        let back = try await finance.handle([.init("d", try Self.budget("B", "2000", revision: 3))])
        #expect(try cleared(back) == [.exhausted, .lowered] && decisions(back) == [.accepted])
    }

    @Test(
        "another currency counts by the rate of its day; without one it is refused, or waits while there is no budget")
    func currencies() async throws {
        let dollar = try #require(Currency("USD"))
        let ariary = try #require(Currency("MGA"))
        let early = try await finance.handle([.init("1", try Self.expense("E0", .actual, "5", currency: ariary))])
        #expect(early.refused.isEmpty && early.published.isEmpty)
        try await finance.handle([.init("b", try Self.budget("B", "1000"))])
        #expect(try await finance.rows("select budget_id from expense where expense_id = 'E0'") == [[nil]])
        let foreign = try await finance.handle([
            .init("2", try Self.expense("E1", .committed, "10", currency: dollar))
        ])
        let day = try #require(CalendarDay("2026-03-05"))
        let counted = try #require(RateTable.standard.convert(10, from: dollar, to: .cny, on: day))
        #expect(try foreign.events(ExpenseDecided.self).map(\.available) == [1_000 - counted])
        let refused = try await finance.handle([.init("3", try Self.expense("E2", .planned, "5", currency: ariary))]
        )
        #expect(refused.refused[0]?.reason == .noRate)
        #expect(try await finance.rows("select count(*) from expense") == [["2"]])
    }

    @Test("spending ahead of sales is told once, on the expense or by the day, ends, and is told when it comes again")
    func pace() async throws {
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("O1", [("300", "200")]))),
            .init("b", try Self.budget("B", "1000", target: "1000")),
        ])
        let first = try await finance.handle([.init("e", try Self.expense("E", .actual, "790"))])
        let alert = try #require(try first.events(ExpenseAlertRaised.self).first)
        #expect(alert.kind == .pace && alert.salesPercent == 30 && alert.used == 790)
        let same = try await finance.run("expenses.pace", at: "2026-03-10T02:00:00+08:00")
        #expect(same.published.isEmpty)
        try await finance.handle([.init("p", OrderPlaced(makeOrder("O2", [("300", "200")])))])
        let sold = try await finance.run("expenses.pace", at: "2026-03-12T02:00:00+08:00")
        #expect(try sold.events(ExpenseAlertCleared.self).map(\.alertId) == [alert.alertId])
        try await finance.handle([
            .init("x", OrderCancelled(orderId: "O2", revision: 1, cancelledAt: alert.raisedAt))
        ])
        let again = try await finance.run("expenses.pace", at: "2026-03-13T02:00:00+08:00")
        #expect(try raised(again) == [.pace])
        #expect(try again.events(ExpenseAlertRaised.self).map(\.alertId) != [alert.alertId])
        let over = try await finance.run("expenses.pace", at: "2026-04-01T02:00:00+08:00")
        #expect(try cleared(over) == [.pace])
        #expect(try await finance.run("expenses.pace", at: "2026-04-02T02:00:00+08:00").published.isEmpty)
    }

    @Test(
        "in any order, doubled, by four at once: the sums are those of what was reported, and nothing is held that fits"
    )
    func concurrent() async throws {
        var random = RandomSource(seed: 21)
        var messages: [ServiceFixture.Message] = []
        var last: [String: (ExpenseState, Int)] = [:]
        for account in 0..<3 {
            messages.append(.init("b\(account)", try Self.budget("B\(account)", "3000", account: "A\(account)")))
        }
        for number in 0..<120 {
            let id = "E\(number)"
            for state in ExpenseState.allCases.prefix(1 + random.below(3)) {
                let amount = 10 + random.below(150)
                last[id] = (state, amount)
                messages.append(
                    .init(
                        "\(id)\(state)",
                        try Self.expense(id, state, "\(amount)", account: "A\(number % 3)")))
            }
        }
        let shuffled = (messages + messages).shuffled(using: &random)
        let parts = (0..<4).map { copy in shuffled.enumerated().filter { $0.offset % 4 == copy }.map(\.element) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in parts {
                group.addTask {
                    for start in stride(from: 0, to: part.count, by: 9) {
                        let batch = Array(part[start..<min(start + 9, part.count)])
                        let outcome = try await finance.retrying(batch)
                        #expect(outcome.refused.isEmpty)
                    }
                }
            }
            try await group.waitForAll()
        }
        // Nothing is held that would fit.
        #expect(
            try await finance.rows(
                """
                select count(*) from expense e
                join expense_budget b on b.source = e.budget_source and b.budget_id = e.budget_id
                where e.is_held and b.committed + b.actual + e.counted <= b.amount
                """) == [["0"]])
        let rows = try await finance.rows(Self.sums)
        #expect(rows.count == 3)
        for (account, row) in rows.enumerated() {
            let values = row.map { FixedDecimal.of($0 ?? "") }
            func sum(_ state: ExpenseState) -> FixedDecimal {
                (0..<120).filter { $0 % 3 == account }.compactMap { last["E\($0)"] }.filter { $0.0 == state }
                    .map { FixedDecimal($0.1) }.reduce(.zero, +)
            }
            #expect(values[0] == sum(.planned))
            #expect(values[1] + values[3] == sum(.committed))
            #expect(values[2] == sum(.actual))

        }
    }
}
