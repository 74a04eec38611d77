import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import ServiceKit

@Suite("When customers are judged, and in which parts", .service(try customerDefinition()))
struct JudgingTests {
    private let customer: ServiceFixture

    init() throws { customer = try .current }

    @Test("whoever takes orders in does not wait while customers are judged, and what came meanwhile is judged again")
    func ordersWhileJudging() async throws {
        let history = try ["C1", "C2"].flatMap { try CustomerHistory.weekly($0, from: "2025-09-01", weeks: 3) }
        try await customer.handle(history)
        let now = try #require(Timestamp("2026-03-02T10:00:00+08:00"))
        let judge = try #require(customer.definition.tasks.first { $0.name == ValueTasks.judge })
        try await customer.keepingOpen { transaction in
            var effects = Effects(now: now, source: customer.definition.name.source, wallClock: now)
            try judge.handle([ScheduledItem(task: ValueTasks.judge, key: "", due: now)], transaction, &effects)
        } meanwhile: {
            try await customer.handle([
                .init(
                    "later", OrderPlaced(makeOrder("later", customer: "C2", at: CustomerHistory.time(on: "2026-02-20")))
                )
            ])
        }
        #expect(try await customer.rows("select code from value_dirty") == [["C2"]])
        let lives = """
            select count(distinct value) from class
            where dimension = 'lifecycle' and superseded_at is null and valid_to is null
            """
        #expect(try await customer.rows(lives) == [["1"]])
        try await customer.run(ValueTasks.judge, at: "2026-03-02T10:02:00+08:00")
        #expect(try await customer.rows(lives) == [["2"]])
        #expect(try await customer.rows("select count(*) from value_dirty") == [["0"]])
    }

    @Test("a mark that is being written is not waited for, and stays; the others are let go of, part by part")
    func marks() async throws {
        try await customer.handle(
            (1...5).map { .init("p\($0)", OrderPlaced(makeOrder("O\($0)", customer: "C\($0)"))) })
        let parts = try await customer.pool.withTransaction { transaction in
            var parts: [MarkStore] = []
            while parts.last.map({ $0.count == 2 }) ?? true {
                parts.append(try MarkStore.read(behind: parts.last?.place ?? "", limit: 2, transaction))
            }
            return parts
        }
        #expect(parts.map(\.count) == [2, 2, 1])
        try await customer.keepingOpen { transaction in
            _ = try transaction.rows("update value_dirty set from_day = from_day where code = 'C1'")
        } meanwhile: {
            try await customer.pool.withTransaction { transaction in
                for marks in parts { try marks.release(transaction) }
            }
        }
        #expect(try await customer.rows("select code from value_dirty") == [["C1"]])
    }

    @Test("whoever comes late has judging begin once more: it is never due together with the move before it")
    func begunOnceMore() async throws {
        let now = try #require(Timestamp("2026-03-02T10:02:00+08:00"))
        let task = try #require(customer.definition.tasks.first { $0.name == ValueTasks.changed })
        let scheduled = try await customer.pool.withTransaction { transaction in
            var effects = Effects(now: now, source: customer.definition.name.source, wallClock: now)
            try task.handle([ScheduledItem(task: task.name, key: "7", due: now)], transaction, &effects)
            return effects.scheduled
        }
        let judging = try #require(scheduled.first)
        #expect(scheduled.count == 1 && judging.task == ValueTasks.judge && judging.payload.isEmpty)
        #expect(judging.due > now && judging.due.day() == now.day())
    }

    @Test("more customers than one transaction judges are judged part by part")
    func manyParts() async throws {
        let count = 2 * ValueTasks.chunk + 1
        try await customer.handle(
            (1...count).map { .init("p\($0)", OrderPlaced(makeOrder("O\($0)", customer: "C\($0)"))) })
        try await customer.run(ValueTasks.changed, at: "2026-03-02T10:02:00+08:00")
        #expect(try await customer.rows("select count(distinct customer_id) from class") == [["\(count)"]])
        #expect(try await customer.rows("select count(*) from value_dirty") == [["0"]])
    }

    @Test("a model is learnt at the end of a month, names its groups, and the dry run shows what another would change")
    func learning() async throws {
        var messages: [ServiceFixture.Message] = []
        for number in 0..<60 {
            for order in 0..<(2 + number % 9) {
                let on = try CustomerHistory.day("2025-06-01", order * (5 + number % 11) + number)
                messages.append(
                    .init(
                        "p\(number)-\(order)",
                        OrderPlaced(
                            makeOrder(
                                "O\(number)-\(order)", customer: "C\(number)", at: CustomerHistory.time(on: on),
                                [(String(100 * (1 + number % 7)), "50")]))))
            }
        }
        try await customer.handle(messages)
        try await customer.run("value.daily", at: "2025-10-31T23:59:59+08:00")
        #expect(try await customer.rows("select version, customers from value_model") == [["1", "60"]])
        #expect(
            try await customer.rows("select count(*) from class where dimension = 'cluster' and value <> 'none'")
                == [["0"]])
        try await customer.run("value.daily", at: "2025-11-01T23:59:59+08:00")
        let groups = try await customer.rows(
            "select count(distinct value) from class where dimension = 'cluster' and valid_to is null and value like 'group-%'"
        )
        #expect(Int(groups[0][0] ?? "") ?? 0 >= 3, "\(groups)")
        let dry = try await customer.ask("classes.dry-run", ["on": "2025-11-02", "refit": "yes"])
        #expect(dry.first?.columns.count == 6)
    }
}
