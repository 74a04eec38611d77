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

    private let spans = """
        select a.code, c.dimension, c.value, c.valid_from, c.valid_to, c.reason from class c
        join account a using (customer_id) where c.superseded_at is null order by 1, 2, 4
        """

    @Test("the same facts give the same dated classes in any order, doubled, and by four copies at once")
    func anyOrder() async throws {
        var messages: [ServiceFixture.Message] = []
        for customer in ["C1", "C2", "C3"] {
            messages += try CustomerHistory.weekly(customer, from: "2025-09-01", weeks: 20)
        }
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
            at: try #require(Timestamp(CustomerHistory.time(on: "2025-01-01"))), by: "li.wei", summary: "first call")
        var told: [String] = []
        var said: [SaidNotice] = []
        func judge(_ messages: [ServiceFixture.Message], _ on: String) async throws {
            try await customer.handle(messages, at: CustomerHistory.time(on: on))
            let outcome = try await customer.run("value.daily", at: "\(on)T23:59:59+08:00")
            told += try outcome.events(LifecycleChanged.self).map {
                "\($0.previous?.rawValue ?? "-") → \($0.state.rawValue)"
            }
            said += try outcome.said().filter { $0.kind == "customer-declining" || $0.kind == "cleared" }
        }
        try await judge([.init("t", talk)], "2025-01-01")
        for week in 0..<30 {
            let on = try CustomerHistory.day("2025-01-08", 7 * week)
            try await judge(
                [.init("p\(week)", OrderPlaced(makeOrder("O\(week)", at: CustomerHistory.time(on: on))))], on)
        }
        try await judge([], try CustomerHistory.day("2025-01-08", 7 * 29 + 100))
        try await judge([], try CustomerHistory.day("2025-01-08", 7 * 29 + 200))
        let back = try CustomerHistory.day("2025-01-08", 7 * 29 + 250)
        try await judge([.init("back", OrderPlaced(makeOrder("BACK", at: CustomerHistory.time(on: back))))], back)
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
            let on = try CustomerHistory.day("2025-01-06", 7 * week)
            let order = OrderPlaced(makeOrder("O\(week)", at: CustomerHistory.time(on: on), [("1000", "500")]))
            try await customer.handle([.init("p\(week)", order)], at: CustomerHistory.time(on: on))
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
}

/// Draws that are the same at every run.
private struct SeededDraw: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}
