import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("Exchange rates loaded while finance runs", .service(try financeDefinition()))
struct ExchangeRateTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let crown = Currency("NOK") ?? .cny
    private static let gold = Currency("XAU") ?? .cny
    private static let march = ["from": "2026-03-01", "to": "2026-03-31"]

    private static func load(
        _ id: String, _ rates: [(code: String, from: String, cny: String)], by person: String = "finance.director"
    ) throws -> ServiceFixture.Message {
        .init(
            id, source: "waybill.people", typedBy: person,
            LoadRates(
                rates: try rates.map { rate in
                    DatedRate(
                        currency: try #require(Currency(rate.code)), from: try #require(CalendarDay(rate.from)),
                        cny: rate.cny)
                }, by: person))
    }

    private static func column(_ table: QueryTable?, _ name: String) throws -> [String?] {
        let table = try #require(table)
        let place = try #require(table.columns.firstIndex { $0.name == name })
        return table.rows.map { $0.values[place] }
    }

    @Test("what is loaded holds above the file at once, in every copy, and values what had no rate")
    func loading() async throws {
        let other = try financeDefinition()
        func listed(_ currency: String, _ day: String) async throws -> [String?] {
            // Another copy, which has read the rates before.
            try await finance.pool.withTransaction(isReadOnly: true) { transaction in
                let list = try #require(other.queries.first { $0.name == "rates.list" })
                return try Self.column(list.ask(["currency": currency, "on": day], transaction).first, "cny")
            }
        }
        func margin(_ order: String) async throws -> [[String?]] {
            try await finance.rows(
                "select known_revenue, cost, is_provisional from orders where order_id = '\(order)'")
        }
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("SO-1", [("1000", nil)]))),
            .init("k", makeCost("K1", order: "SO-1", .actual, "100", currency: Self.crown)),
        ])
        #expect(try await margin("SO-1") == [["0.0000", "0.0000", "t"]])
        #expect(try await listed("NOK", "2026-03-03").isEmpty)

        let loaded = try await finance.handle([
            Self.load("l1", [("NOK", "2026-03-02", "0.70"), ("USD", "2026-03-02", "7.0512")])
        ])
        #expect(loaded.refused.isEmpty)
        #expect(try await listed("NOK", "2026-03-03") == ["0.7"])
        #expect(try await listed("USD", "2026-03-03") == ["7.0512"])
        #expect(try await listed("NOK", "2026-03-01").isEmpty)
        // What waited for the rate is valued by itself.
        #expect(
            try await finance.rows("select key from schedule where task = 'margin.revalue'").map { $0[0] }
                == ["erp\u{1F}SO-1"])
        try await finance.run("margin.revalue", key: "erp\u{1F}SO-1", at: "2026-03-02T10:00:01+08:00")
        #expect(try await margin("SO-1") == [["1000.0000", "70.0000", "f"]])

        // Of two for one day the later loaded one holds; what was valued stays as it is.
        try await finance.handle([Self.load("l2", [("NOK", "2026-03-02", "0.80")])])
        try await finance.handle([
            .init("o2", OrderPlaced(makeOrder("SO-2", [("1000", nil)]))),
            .init("k2", makeCost("K2", order: "SO-2", .actual, "100", currency: Self.crown)),
        ])
        #expect(try await margin("SO-2") == [["1000.0000", "80.0000", "f"]])
        #expect(try await margin("SO-1") == [["1000.0000", "70.0000", "f"]])
        #expect(try await listed("NOK", "2026-03-03") == ["0.8"])
    }

    @Test("who may not decide may not load rates; a rate of nought, of CNY or twice is none")
    func refusals() async throws {
        let refused = try await finance.handle([Self.load("l", [("NOK", "2026-03-02", "0.70")], by: "li.wei")])
        #expect(refused.refused[0]?.reason == .notAuthorised)
        #expect(try await finance.rows("select 1 from exchange_rate").isEmpty)
        for (rates, reason) in [
            (#"[{"currency":"USD","from":"2026-03-02","cny":"0"}]"#, Reason.notADecimal),
            (#"[{"currency":"USD","from":"2026-03-02","cny":"7.123456789"}]"#, .notADecimal),
            (#"[{"currency":"CNY","from":"2026-03-02","cny":"1"}]"#, .valueNotAllowed),
            (
                #"[{"currency":"USD","from":"2026-03-02","cny":"7"},{"currency":"USD","from":"2026-03-02","cny":"8"}]"#,
                .duplicateElement
            ),
        ] {
            let refusal = #expect(throws: Refusal.self) {
                try LoadRates(json: Array(#"{"rates":\#(rates),"by":"finance.director"}"#.utf8))
            }
            #expect(refusal?.reason == reason)
        }
    }

    @Test("one order in a currency without a rate takes no figure from anybody: it stands apart until there is one")
    func oddOrder() async throws {
        try await finance.handle([
            .init("a", OrderPlaced(makeOrder("SO-1", [("1000", "800")]))),
            .init("b", OrderPlaced(makeOrder("SO-2", currency: Currency("USD") ?? .cny, [("100", "50")]))),
            .init("c", OrderPlaced(makeOrder("SO-3", currency: Self.gold, [("3", "2")]))),
        ])
        try await finance.handle([Self.load("l", [("USD", "2026-01-01", "7")])])
        let view = try await finance.ask("view.figures", Self.march)
        #expect(try Self.column(view.first, "revenue") == ["1700.00"])
        let apart = view.first { $0.name == "without a rate" }
        #expect(try Self.column(apart, "currency") == ["XAU"])
        #expect(try Self.column(apart, "margin") == ["1.00"])
        let margins = try await finance.ask("profit.margins", Self.march)
        #expect(try Self.column(margins.first, "margin") == ["550.00"])
        let lines = margins.first { $0.name == "without a rate" }
        #expect(lines?.rows.map(\.values) == [["XAU", "1", "0", "3.00", "2.00"]])
        let costs = try await finance.ask("profit.supplier-costs", Self.march)
        #expect(costs.last?.name == "without a rate" && costs.last?.rows.count == 1)
        let days = ["before": "2026-02-01..2026-02-28", "after": "2026-03-01..2026-03-31"]
        let bridge = try await finance.ask("profit.bridge", days)
        #expect(try Self.column(bridge.first, "after") == ["550.00"])
        #expect(bridge.last?.rows.count == 1)
        try await finance.handle([Self.load("g", [("XAU", "2026-01-01", "30000")])])
        let whole = try await finance.ask("view.figures", Self.march)
        #expect(try Self.column(whole.first, "revenue") == ["91700.00"])
        #expect(whole.first { $0.name == "without a rate" }?.rows.isEmpty == true)
    }

    @Test("a day's rate is found among many, and of two for one day the later in the list holds")
    func tables() throws {
        let first = try #require(CalendarDay("2026-01-01"))
        let entries = try (0..<400).map { day in
            RateTable.Entry(
                currency: Self.crown, from: first.adding(days: 2 * day),
                rate: try #require(ExchangeRate("\(day + 1)")))
        }
        let again = RateTable.Entry(
            currency: Self.crown, from: first.adding(days: 10), rate: try #require(ExchangeRate("0.5")))
        let table = RateTable(entries.shuffled() + [again])
        #expect(table.rate(of: Self.crown, on: first.adding(days: -1)) == nil)
        for day in 0..<800 where day / 2 != 5 {
            #expect(table.rate(of: Self.crown, on: first.adding(days: day)) == ExchangeRate("\(day / 2 + 1)"))
        }
        #expect(table.rate(of: Self.crown, on: first.adding(days: 11)) == ExchangeRate("0.5"))
        #expect(table.entries.count == 400)
    }
}
