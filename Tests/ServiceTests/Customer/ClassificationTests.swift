import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import ServiceKit

@Suite("Classification and life of customers", .service(try customerDefinition()))
struct ClassificationTests {
    private let customer: ServiceFixture

    init() throws { customer = try .current }

    private func time(_ day: String) -> String { "\(day)T10:00:00+08:00" }

    private func day(_ text: String, _ offset: Int) throws -> String {
        try #require(CalendarDay(text)).adding(days: offset).description
    }

    /// Weekly orders of one customer over some weeks, with a cancelled one, a late cost, deliveries, talks and invoices.
    private func history(_ customer: String, from start: String, weeks: Int) throws -> [ServiceFixture.Message] {
        var messages: [ServiceFixture.Message] = []
        for week in 0..<weeks {
            let on = try day(start, 7 * week)
            let id = "\(customer)-\(week)"
            messages.append(
                .init("p\(id)", OrderPlaced(makeOrder(id, customer: customer, at: time(on), [("1000", "800")]))))
            messages.append(
                .init(
                    "d\(id)",
                    OrderCompleted(
                        orderId: id, revision: 1, completedAt: try #require(Timestamp(time(try day(on, 2)))),
                        onTime: week % 4 != 0)))
            if week % 3 == 0 { messages.append(.init("c\(id)", makeCost("K\(id)", order: id, .actual, "990"))) }
            if week % 5 == 0 {
                messages.append(
                    .init(
                        "x\(id)",
                        OrderCancelled(orderId: id, revision: 2, cancelledAt: try #require(Timestamp(time(on))))))
            }
        }
        messages.append(
            .init(
                "i\(customer)",
                InvoiceIssued(
                    invoiceId: "I-\(customer)", customer: CustomerCode(code: customer), orderIds: [],
                    issuedAt: try #require(Timestamp(time(start))),
                    dueAt: Timestamp(time(try day(start, 30))), amount: .of("1000"), currency: .cny)))
        messages.append(
            .init(
                "a\(customer)",
                PaymentApplied(
                    source: "erp", invoiceId: "I-\(customer)", customerId: "x", customerCode: customer,
                    amount: .of("1000"), openAmount: .zero, currency: .cny, settled: true,
                    appliedAt: try #require(Timestamp(time(try day(start, 40)))))))
        return messages
    }

    private let spans = """
        select a.code, c.dimension, c.value, c.valid_from, c.valid_to, c.reason from class c
        join account a using (customer_id) where c.superseded_at is null order by 1, 2, 4
        """

    @Test("the same facts give the same dated classes in any order, doubled, and by four copies at once")
    func anyOrder() async throws {
        var messages: [ServiceFixture.Message] = []
        for customer in ["C1", "C2", "C3"] { messages += try history(customer, from: "2025-09-01", weeks: 20) }
        let end = "2026-02-01T23:59:59+08:00"
        try await customer.handle(messages)
        try await customer.run("value.daily", at: end)
        let expected = try await customer.rows(spans)
        #expect(expected.count > 33)
        var draw = SeededDraw(state: 11)
        let doubled = messages + messages
        for round in 0..<2 {
            let shuffled = doubled.shuffled(using: &draw)
            let other = try await ServiceFixture.make(customerDefinition())
            if round == 0 {
                for start in stride(from: 0, to: shuffled.count, by: 17) {
                    try await other.handle(Array(shuffled[start..<min(start + 17, shuffled.count)]))
                    // Judged in between, by what was there until then.
                    if start % 51 == 0 { try await other.run("value.changed", at: end) }
                }
            } else {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for copy in 0..<4 {
                        group.addTask {
                            let own = shuffled.enumerated().filter { $0.offset % 4 == copy }.map(\.element)
                            for start in stride(from: 0, to: own.count, by: 11) {
                                _ = try await other.retrying(Array(own[start..<min(start + 11, own.count)]))
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            try await other.run("value.daily", at: end)
            let found = try await other.rows(spans)
            #expect(found == expected, "round \(round)")
        }
    }

    @Test("a customer lives: prospect, trial, mature, dormant, lost, won back; each told once, with its stay")
    func life() async throws {
        let talk = InteractionLogged(
            interactionId: "T1", customer: CustomerCode(code: "C1"), channel: .phone,
            at: try #require(Timestamp(time("2025-01-01"))), by: "li.wei", summary: "first call")
        var told: [String] = []
        var said: [SaidNotice] = []
        func judge(_ messages: [ServiceFixture.Message], _ on: String) async throws {
            try await customer.handle(messages, at: time(on))
            let outcome = try await customer.run("value.daily", at: "\(on)T23:59:59+08:00")
            told += try outcome.events(LifecycleChanged.self).map {
                "\($0.previous?.rawValue ?? "-") → \($0.state.rawValue)"
            }
            said += try outcome.said().filter { $0.kind == "customer-declining" || $0.kind == "cleared" }
        }
        try await judge([.init("t", talk)], "2025-01-01")
        for week in 0..<30 {
            let on = try day("2025-01-08", 7 * week)
            try await judge([.init("p\(week)", OrderPlaced(makeOrder("O\(week)", at: time(on))))], on)
        }
        try await judge([], try day("2025-01-08", 7 * 29 + 100))
        try await judge([], try day("2025-01-08", 7 * 29 + 200))
        let back = try day("2025-01-08", 7 * 29 + 250)
        try await judge([.init("back", OrderPlaced(makeOrder("BACK", at: time(back))))], back)
        try await judge([], back)
        #expect(told.first == "- → prospect" && told.contains("prospect → trial"), "\(told)")
        #expect(told.contains("trial → mature") && told.last == "lost → won-back", "\(told)")
        // Whoever looks after it hears of each worse state, and that it orders again.
        let worse = told.compactMap { $0.split(separator: " ").last.map(String.init) }
            .filter { ["declining", "dormant", "lost"].contains($0) }
        let declining = said.filter { $0.kind == "customer-declining" }
        #expect(declining.map { $0.fact("state") } == worse && !worse.isEmpty, "\(told)")
        #expect(Set(declining.map(\.id)).count == 1 && declining.last?.content?.severity == .urgent)
        let over = said.last { $0.kind == "cleared" && $0.id == declining.last?.id }
        #expect(over?.clearing == "won-back" && over?.revision ?? 0 > declining.last?.revision ?? 0)
        let states = try await customer.rows(
            "select value, valid_to - valid_from + 1 from class where dimension = 'lifecycle' and superseded_at is null order by valid_from"
        )
        #expect(states.map { $0[0] }.contains("dormant"), "\(states)")
        // Exactly one state on every day.
        let gaps = try await customer.rows(
            """
            select count(*) from (
                select valid_from, lag(valid_to) over (partition by dimension order by valid_from) as before from class
                where superseded_at is null) t where before is not null and valid_from <> before + 1
            """)
        #expect(gaps == [["0"]])
        let statistics = try await customer.ask("lifecycle.show")
        #expect(statistics.count == 2 && !statistics[1].rows.isEmpty)
    }

    @Test("what it was on 3 May is answered, as known now and as known then; a late event corrects it")
    func asOf() async throws {
        for week in 0..<20 {
            let on = try day("2025-01-06", 7 * week)
            let order = OrderPlaced(makeOrder("O\(week)", at: time(on), [("1000", "500")]))
            try await customer.handle([.init("p\(week)", order)], at: time(on))
        }
        try await customer.run("value.daily", at: "2025-06-01T23:59:59+08:00")
        func margin(_ arguments: [String: String]) async throws -> String? {
            let tables = try await customer.ask(
                "classes.show", arguments.merging(["customer": "C1"]) { $1 })
            return tables.first?.rows.first { $0.values[1] == "margin" }?.values[2]
        }
        #expect(try await margin(["on": "2025-05-03"]) == "rich")
        // What these orders really cost is heard of in June.
        for week in 0..<20 {
            let cost = makeCost("K\(week)", order: "O\(week)", .actual, "1200")
            try await customer.handle([.init("k\(week)", cost)], at: "2025-06-10T10:00:00+08:00")
        }
        let outcome = try await customer.run("value.changed", at: "2025-06-10T10:02:00+08:00")
        let told = try #require(try outcome.events(CustomerClassified.self).first)
        let change = try #require(told.classes.first { $0.dimension == .margin })
        #expect(change.value == "negative" && change.previous == "rich")
        #expect(try await margin(["on": "2025-05-03"]) == "negative")
        #expect(try await margin(["on": "2025-05-03", "known": "2025-06-02"]) == "rich")
        #expect(try await margin([:]) == "negative")
        let again = try await customer.run("value.changed", at: "2025-06-10T10:04:00+08:00")
        #expect(again.published.isEmpty)
    }

    @Test("whoever takes orders in does not wait while customers are judged, and what came meanwhile is judged again")
    func ordersWhileJudging() async throws {
        let history = try ["C1", "C2"].flatMap { try self.history($0, from: "2025-09-01", weeks: 3) }
        try await customer.handle(history)
        let now = try #require(Timestamp("2026-03-02T10:00:00+08:00"))
        let judge = try #require(customer.definition.tasks.first { $0.name == ValueTasks.judge })
        try await customer.keepingOpen { transaction in
            var effects = Effects(now: now, source: customer.definition.name.source, wallClock: now)
            try judge.handle([ScheduledItem(task: ValueTasks.judge, key: "", due: now)], transaction, &effects)
        } meanwhile: {
            try await customer.handle([
                .init("later", OrderPlaced(makeOrder("later", customer: "C2", at: self.time("2026-02-20"))))
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

    @Test("strategic is said by hand, dated, and judged at once; of an unknown customer it is refused")
    func strategic() async throws {
        let first = try await customer.handle([.init("p", OrderPlaced(makeOrder("O1")))])
        let id = try #require(try first.events(CustomerRegistered.self).first).record.customerId
        let from = try #require(CalendarDay("2026-03-01"))
        let said = SetStrategic(customerId: id, isStrategic: true, from: from, reason: "frame contract", by: "boss")
        let outcome = try await customer.handle([
            .init("s", said),
            .init(
                "n", SetStrategic(customerId: "nobody", isStrategic: true, from: from, reason: "?", by: "boss")),
        ])
        #expect(outcome.refused.keys.sorted() == [1])
        let told = try #require(try outcome.events(CustomerClassified.self).first)
        #expect(told.classes.contains { $0.dimension == .strategic && $0.value == "yes" })
        #expect(told.classes.contains { $0.dimension == .region && $0.value == "EAST" })
        #expect(told.classes.count == ClassDimension.allCases.count)
    }

    @Test("two codes that turn out to be one customer are judged as one, and the other's classes end")
    func merged() async throws {
        let credit = "91350100M000100Y43"
        try await customer.handle([
            .init("1", source: "erp", OrderPlaced(makeOrder("O1", customer: "C1", creditCode: credit)))
        ])
        try await customer.handle(
            [.init("2", source: "wms", OrderPlaced(makeOrder("O2", customer: "K7")))],
            at: "2026-03-02T11:00:00+08:00")
        try await customer.run("value.daily", at: "2026-03-02T23:59:59+08:00")
        let before = try await customer.rows(
            "select count(distinct customer_id) from class where superseded_at is null")
        #expect(before == [["2"]])
        let reported = OrderPlaced(
            makeOrder("O3", customer: "K7", creditCode: credit, at: "2026-03-03T09:00:00+08:00"))
        try await customer.handle([.init("3", source: "wms", reported)], at: "2026-03-03T10:00:00+08:00")
        try await customer.run("value.changed", at: "2026-03-03T10:02:00+08:00")
        let after = try await customer.rows(
            "select distinct c.customer_id = a.customer_id from class c cross join account a where c.superseded_at is null"
        )
        #expect(after == [["t"]] || after == [["true"]], "\(after)")
    }

    private static let rates = #"{"rates": [{"currency": "USD", "from": "2020-01-01", "cny": "7"}]}"#

    @Test(
        "an order in a currency without a rate stands apart by its currency, and everybody is judged all the same",
        .service(try withFile(holding: rates) { try customerDefinition(["customer.rates": $0]) }))
    func withoutRate() async throws {
        func order(_ id: String, _ code: String, _ currency: Currency, revision: Int = 1) -> ServiceFixture.Message {
            .init(
                "p\(id)-\(revision)",
                OrderPlaced(
                    makeOrder(id, revision: revision, customer: code, currency: currency, at: time("2026-01-05"))))
        }
        let (yen, dollar) = (try #require(Currency("JPY")), try #require(Currency("USD")))
        let invoice = InvoiceIssued(
            invoiceId: "I1", customer: CustomerCode(code: "C2"), orderIds: [],
            issuedAt: try #require(Timestamp(time("2026-01-06"))),
            dueAt: Timestamp(time("2026-01-30")), amount: .of("1000"), currency: yen)
        try await customer.handle([
            order("1", "C1", .cny), order("2", "C2", yen), order("3", "C3", dollar), .init("i", invoice),
        ])
        try await customer.run("value.daily", at: "2026-02-01T23:59:59+08:00")
        let judged = try await customer.rows(
            "select distinct a.code from class c join account a using (customer_id) order by 1")
        #expect(judged == [["C1"], ["C2"], ["C3"]])
        let apart = """
            select 'order', order_id, no_rate, revenue::text from value_order where no_rate is not null
            union all
            select 'invoice', invoice_id, no_rate, amount::text from value_invoice where no_rate is not null
            """
        #expect(
            try await customer.rows(apart) == [
                ["order", "2", "JPY", "0.0000"], ["invoice", "I1", "JPY", "0.0000"],
            ])
        // Said anew in a currency that has one, it stands with the others.
        try await customer.handle([order("2", "C2", dollar, revision: 2)])
        #expect(try await customer.rows(apart).map { $0[0] } == ["invoice"])
    }

    private static let market = """
        {"estimates": [{"from": "2026-02-01", "to": "2026-02-28", "branch": "KS01", "amount": "10000", "by": "port authority"}]}
        """

    @Test(
        "the drivers are counted from orders that can be listed, and what each said beforehand",
        .service(try withFile(holding: market) { try customerDefinition(["customer.market": $0]) }))
    func drivers() async throws {
        func order(_ id: String, _ code: String, _ on: String, _ amounts: (String, String?))
            -> ServiceFixture.Message
        {
            .init("p\(id)", OrderPlaced(makeOrder(id, customer: code, at: time(on), [amounts])))
        }
        try await customer.handle([
            order("1", "C1", "2026-01-05", ("100", "60")), order("2", "C2", "2026-01-09", ("300", "200")),
            order("3", "C1", "2026-02-05", ("150", "180")), order("4", "C3", "2026-02-10", ("50", nil)),
            .init(
                "d",
                OrderCompleted(
                    orderId: "3", revision: 1, completedAt: try #require(Timestamp(time("2026-02-07"))),
                    onTime: false)),
            .init(
                "e",
                OrderCompleted(
                    orderId: "4", revision: 1, completedAt: try #require(Timestamp(time("2026-02-12"))),
                    onTime: true)),
        ])
        let window = ["from": "2026-02-01", "to": "2026-02-28"]
        let tables = try await customer.ask("drivers.show", window)
        let table = try #require(tables.first)
        let row = try #require(table.rows.first)
        var values: [String: String] = [:]
        for (column, value) in zip(table.columns, row.values) { values[column.name] = value }
        #expect(values["base"] == "2" && values["acquired"] == "1" && values["retained"] == "1", "\(values)")
        #expect(values["acquisition"] == "0.5000" && values["retention"] == "0.5000")
        #expect(values["revenue_retention"] == "0.3750" && values["satisfaction"] == "0.5000")
        #expect(values["profitability"] == "-0.2000")
        let share = try #require(tables.first { $0.name == "market share" }?.rows.first)
        #expect(share.values.contains("0.020000") && share.values.last == "port authority", "\(share.values)")
        for (driver, orders) in [
            ("acquisition", 1), ("retention", 3), ("satisfaction", 2), ("profitability", 1), ("market-share", 2),
        ] {
            let listed = try await customer.ask("drivers.trace", window.merging(["driver": driver]) { $1 })
            #expect(listed.first?.rows.count == orders, "\(driver)")
        }
        for group in ["branch", "line", "segment"] {
            let grouped = try await customer.ask("drivers.show", window.merging(["group": group]) { $1 })
            #expect(grouped.first?.rows.count == 1, "\(group)")
        }
    }

    @Test("a model is learnt at the end of a month, names its groups, and the dry run shows what another would change")
    func learning() async throws {
        var messages: [ServiceFixture.Message] = []
        for number in 0..<60 {
            for order in 0..<(2 + number % 9) {
                let on = try day("2025-06-01", order * (5 + number % 11) + number)
                messages.append(
                    .init(
                        "p\(number)-\(order)",
                        OrderPlaced(
                            makeOrder(
                                "O\(number)-\(order)", customer: "C\(number)", at: time(on),
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

    @Test("an order dated ten years ahead takes the drivers from nobody, and is named")
    func datedAhead() async throws {
        try await customer.handle([
            .init("1", OrderPlaced(makeOrder("1", customer: "C1", at: time("2026-01-05"), [("100", "60")]))),
            .init("2", OrderPlaced(makeOrder("2", customer: "C2", at: time("2036-11-05"), [("100", "60")]))),
        ])
        let today = try #require(Timestamp(time("2026-02-01")))
        let tables = try await customer.ask("drivers.show", ["by": "month"], at: today)
        #expect(tables.first?.rows.isEmpty == false)
        let ahead = try #require(tables.first { $0.name == "dated ahead" })
        #expect(ahead.rows.map { Array($0.values[1...]) } == [["erp", "1", "2036-11-05", "2036-11-05"]])
    }
}

/// Draws that are the same at every run.
private struct SeededDraw: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}
