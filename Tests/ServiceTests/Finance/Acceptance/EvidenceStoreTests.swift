import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import Simulation

@Suite("Acceptance by evidence, over a database", .service(try financeDefinition()))
struct EvidenceStoreTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    /// Long enough ago that nobody is new, and still in the window.
    private static let long = "2025-12-20T09:00:00+08:00"

    private static func orders(
        _ customer: String, _ count: Int, _ revenue: String, _ cost: String?, line: String = "air-freight",
        currency: Currency = .cny, at: String = long, prefix: String = "O"
    ) -> [ServiceFixture.Message] {
        (0..<count).map { number in
            let id = "\(customer)-\(prefix)\(number)"
            return .init(
                id,
                OrderPlaced(
                    makeOrder(id, customer: customer, line: line, currency: currency, at: at, [(revenue, cost)])))
        }
    }

    /// What the last evaluation has kept: customer, line, state, rule, upper bound, pooled rate.
    private static func standings(_ finance: ServiceFixture) async throws -> [String] {
        try await finance.rows(
            """
            select a.code, s.business_line, s.state, s.rule, s.upper_rate, s.pooled_rate, s.open_severity
            from standing s join account a using (customer_id) where s.business_line <> '*' order by 1, 2
            """
        ).map { $0.map { $0 ?? "-" }.joined(separator: " ") }
    }

    @discardableResult
    private static func evaluate(_ finance: ServiceFixture, _ days: String...) async throws -> [AcceptanceChanged] {
        var changes: [AcceptanceChanged] = []
        for day in days {
            let outcome = try await finance.run("margin.evaluate", at: "\(day)T23:59:59+08:00")
            changes += try outcome.events(AcceptanceChanged.self)
        }
        return changes
    }

    @Test("one bad order does not stop a customer; five do, when the bound says so")
    func bound() async throws {
        let good = ["ONE", "GUESS"].flatMap { Self.orders($0, 5, "100", "70") }
        let bad = Self.orders("ONE", 1, "1000", "1250", prefix: "BAD")
        let guessed = Self.orders("GUESS", 1, "1000", nil, prefix: "BAD")
        let cost = ServiceFixture.Message("k", makeCost("K", order: "GUESS-BAD0", .estimated, "1250"))
        try await finance.handle(
            good + bad + guessed + [cost] + Self.orders("TWO", 5, "100", "125")
                + Self.orders("TWO", 5, "100", "70", line: "road", prefix: "R")
                + Self.orders("TWO", 1, "1000", "1250", line: "road", prefix: "BAD")
                + Self.orders("FIVE", 5, "100", "125")
                + Self.orders("FEW", 4, "100", "900"))
        let changes = try await Self.evaluate(finance, "2026-03-02", "2026-03-03")
        #expect(
            try await Self.standings(finance) == [
                "FIVE air-freight stopped negative-margin -0.2500 - negative",
                // R = -100/1500; the squares of what orders differ from it are 5·36.67² + 183.33² = 40,333.
                "GUESS air-freight open uncertain-loss 0.1047 - low",
                "ONE air-freight needs-approval realised-loss 0.1047 - low",
                // Each line for itself.
                "TWO air-freight stopped negative-margin -0.2500 - negative",
                "TWO road needs-approval realised-loss 0.1047 - low",
            ])
        #expect(
            changes.map(\.reason).sorted() == [
                "negative-margin", "negative-margin", "realised-loss", "realised-loss",
            ])
        let stopped = try #require(changes.first { $0.state == .stopped }?.figures)
        #expect(stopped.rule == "negative-margin" && stopped.upperRate == .of("-0.25") && stopped.orders == 5)
        // An order's answer says by which figures, from the row it is decided by.
        let outcome = try await finance.handle(
            Self.orders("FIVE", 1, "100", "70", at: "2026-03-04T09:00:00+08:00", prefix: "NEXT"))
        let decided = try #require(try outcome.events(OrderDecided.self).first)
        #expect(decided.rule == "acceptance-stopped" && decided.figures?.rule == "negative-margin")
        #expect(decided.figures?.upperRate == .of("-0.25"))
        let asked = try #require(
            try await finance.ask(
                "acceptance.ask", ["source": "erp", "customer": "ONE", "businessLine": "air-freight"]
            ).first)
        #expect(asked.rows.first?.values.suffix(4) == ["realised-loss", "0.1047", nil, nil])
    }

    @Test("a new customer is watched while it costs less than the cap, and stopped beyond it")
    func grace() async throws {
        let first = "2026-03-01T09:00:00+08:00"
        try await finance.handle(Self.orders("NEW", 6, "100", "130", at: first))
        // What was cancelled was never placed, and makes nobody an old customer.
        try await finance.handle(Self.orders("NEW", 1, "100", "90", prefix: "NEVER"))
        try await finance.handle([
            .init("c", OrderCancelled(orderId: "NEW-NEVER0", revision: 2, cancelledAt: try moment(first)))
        ])
        #expect(try await Self.evaluate(finance, "2026-03-01", "2026-03-02", "2026-03-03").isEmpty)
        #expect(
            try await Self.standings(finance) == [
                "NEW air-freight open new-customer-grace -0.3000 - negative"
            ])
        let shown = try await finance.ask("acceptance.show", ["customer": "NEW"])
        #expect(shown.first?.rows.contains { $0.values.contains("watch") } == true)
        try await finance.handle(Self.orders("NEW", 1, "3000", "3900", at: first, prefix: "MORE"))
        let changes = try await Self.evaluate(finance, "2026-03-04", "2026-03-05")
        #expect(changes.map(\.state) == [.stopped] && changes.first?.reason == "negative-margin")
    }

    @Test("grace ends with its last day, whatever has been lost")
    func graceEnds() async throws {
        try await finance.handle(Self.orders("NEW", 6, "100", "130", at: "2026-01-05T09:00:00+08:00"))
        // Sixty days: from 5 January to 5 March.
        #expect(try await Self.evaluate(finance, "2026-03-04", "2026-03-05").isEmpty)
        #expect(try await Self.evaluate(finance, "2026-03-06", "2026-03-07").map(\.state) == [.stopped])
    }

    @Test("a small customer with a low rate leans on its line; a large one stands for itself")
    func pooling() async throws {
        try await finance.handle(
            Self.orders("SMALL", 5, "100", "98", line: "road") + Self.orders("LARGE", 60, "100", "98", line: "road")
                + Self.orders("GOOD", 20, "100", "70", line: "road"))
        let changes = try await Self.evaluate(finance, "2026-03-02", "2026-03-03")
        #expect(changes.map(\.state) == [.needsApproval] && changes.map(\.reason) == ["low-margin"])
        // The line earns (65·2 + 20·30)/8500; (60·0.02 + 5·0.0859)/65 = 0.0251, and SMALL (5·0.02 + 5·0.0859)/10.
        #expect(changes.first?.figures?.pooledRate == .of("0.0251"))
        #expect(
            try await Self.standings(finance) == ["LARGE road needs-approval low-margin - 0.0251 low"])
    }

    /// Business of every kind, in two currencies.
    private static func business() throws -> [ServiceFixture.Message] {
        let dollar = try #require(Currency("USD"))
        return orders("ONE", 5, "100", "70") + orders("ONE", 1, "1000", "1250", prefix: "BAD")
            + orders("FIVE", 5, "100", "125") + orders("DOLLAR", 5, "100", "125", currency: dollar)
            + orders("BOTH", 3, "705", "634.50") + orders("BOTH", 3, "100", "130", currency: dollar, prefix: "USD")
            + orders("NEW", 6, "100", "130", at: "2026-02-20T09:00:00+08:00")
            + orders("SMALL", 5, "100", "98", line: "road") + orders("LARGE", 60, "100", "98", line: "road")
            + orders("GOOD", 20, "100", "70", line: "road")
            + [.init("k", makeCost("K", order: "ONE-BAD0", .actual, "1250"))]
    }

    private static func ending(_ messages: [ServiceFixture.Message], batches size: Int) async throws -> [String] {
        let finance = try await ServiceFixture.make(financeDefinition())
        var rest = messages[...]
        while !rest.isEmpty {
            _ = try await finance.retrying(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        let changes = try await evaluate(finance, "2026-03-02", "2026-03-03")
        return changes.map { String(decoding: $0.encode(), as: UTF8.self) } + (try await standings(finance))
    }

    @Test("shuffled, doubled and in batches of any size, the same is judged", arguments: 1...3)
    func shuffled(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        let messages = try Self.business()
        let plain = try await Self.ending(messages, batches: 40)
        #expect(
            plain.suffix(6) == [
                // 705.00 CNY is 100 USD: R = -0.1, and each order is 141 CNY from it: 1.28·√(6·141²)/4230 = 0.1045.
                "BOTH air-freight needs-approval realised-loss 0.0045 - low",
                "DOLLAR air-freight stopped negative-margin -0.2500 - negative",
                "FIVE air-freight stopped negative-margin -0.2500 - negative",
                "LARGE road needs-approval low-margin - 0.0251 low",
                "NEW air-freight open new-customer-grace -0.3000 - negative",
                "ONE air-freight needs-approval realised-loss 0.1047 - low",
            ])
        let mixed = (messages + messages.prefix(30)).shuffled(using: &random)
        #expect(try await Self.ending(mixed, batches: 1 + random.below(60)) == plain)
    }
}
