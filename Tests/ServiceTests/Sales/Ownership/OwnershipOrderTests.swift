import Contracts
import Domain
import ServiceKit
import ServiceTestSupport
import Simulation
import Testing

@testable import SalesService

@Suite("Who looks after customers, whatever comes first", .service(SalesService.definition))
struct OwnershipOrderTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private static let logins = ["a", "b", "c", "d", "e"]
    private static let lines = ["air-freight", "sea-freight", "road"]
    private static let customers = ["C1", "C2", "C3"]

    private static func day(_ random: inout RandomSource) -> String {
        ownershipDay("2026-01-01").adding(days: random.below(180)).description
    }

    private static func pick(_ words: [String], _ random: inout RandomSource) -> String {
        words[random.below(words.count)]
    }

    /// Everything that may be said of a small business, at random.
    private static func said(_ random: inout RandomSource) -> [any Contracts.Message] {
        var said: [any Contracts.Message] = []
        for number in 0..<40 {
            let customer = pick(customers, &random)
            for revision in 1...(1 + random.below(2)) {
                let order = Said.order(
                    "O\(number)", revision: revision, customer: customer, line: pick(lines, &random),
                    random.happens(0.9) ? pick(logins, &random) : nil, branch: pick(["KS01", "SH01"], &random),
                    on: day(&random))
                said.append(revision == 1 ? OrderPlaced(order) : OrderChanged(order))
            }
            if random.happens(0.2) {
                said.append(
                    OrderCancelled(
                        orderId: "O\(number)", revision: 1 + random.below(3),
                        cancelledAt: Timestamp(microsecondsSinceEpoch: 0)))
            }
        }
        for number in 0..<8 {
            for revision in 1...(1 + random.below(2)) {
                let first = pick(logins, &random)
                let second = pick(logins.filter { $0 != first }, &random)
                let from = day(&random)
                said.append(
                    Said.assigned(
                        "A\(number)", revision: revision, customer: pick(customers, &random),
                        line: random.happens(0.7) ? pick(lines, &random) : nil, from: from,
                        until: random.happens(0.4)
                            ? ownershipDay(from).adding(days: random.below(60)).description : nil,
                        random.happens(0.5) ? first : "\(first)=33.3334 \(second)=66.6666",
                        withdrawn: random.happens(0.1) ? true : nil,
                        at: "2026-01-0\(1 + random.below(3))T09:00:00+08:00"))
            }
        }
        for number in 0..<5 {
            let first = pick(logins, &random)
            let from = day(&random)
            said.append(
                Said.handedOver(
                    "H\(number)", from: first, to: pick(logins.filter { $0 != first }, &random), on: from,
                    until: random.happens(0.3) ? ownershipDay(from).adding(days: random.below(60)).description : nil,
                    customers: random.happens(0.5) ? [pick(customers, &random)] : []))
        }
        for revision in 1...4 {
            for customer in customers {
                said.append(
                    CustomerChanged(
                        Said.record(
                            customer, revision: revision, owner: random.happens(0.8) ? pick(logins, &random) : nil,
                            on: "2026-0\(revision)-01")))
            }
        }
        for login in logins {
            for revision in 1...2 {
                let others = logins.filter { $0 != login }
                said.append(
                    Said.person(
                        login, revision: revision, under: random.happens(0.8) ? pick(others, &random) : nil,
                        until: random.happens(0.4) ? day(&random) : nil))
            }
        }
        return said
    }

    private static let kept = """
        select source, code, business_line, from_day, until_day, place, owner, share, ground, branch, handed_from,
            acting_for, left_on
        from ownership order by 1, 2, 3, 4, 6
        """

    @Test(
        "the same of it follows in whatever order, however often and in whatever batches it comes",
        arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func order(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        let messages = Self.said(&random).enumerated().map { place, body in
            ServiceFixture.Message("m\(place)", body)
        }
        try await sales.handle(messages)
        let once = try await sales.rows(Self.kept)
        #expect(once.count > 20)
        let other = try await ServiceFixture.make(sales.definition)
        let again = messages.map { ServiceFixture.Message("again \($0.id)", $0.body) }
        try await other.handleInBatches((messages + again).shuffled(&random), &random)
        #expect(try await other.rows(Self.kept) == once)
        try await check()
    }

    @Test("where two sell by turns, an order writes nothing anew of what was before it")
    func turns() async throws {
        func order(_ number: Int) -> ServiceFixture.Message {
            let day = "2026-01-\(number + 10)"
            return .init(
                "o\(number)",
                OrderPlaced(
                    Said.order(
                        "O\(number)", revision: 1, customer: "C1", line: "road", number % 2 == 0 ? "a" : "b",
                        branch: "KS01", on: day)))
        }
        // Which transaction wrote a row is a column of PostgreSQL's own.
        let words = "select order_id, sales_owner, xmin::text from ownership_order order by placed_at"
        try await sales.handle((0..<6).map(order))
        let before = try await sales.rows(words)
        #expect(before.map { $0[0] } == (0..<6).map { "O\($0)" })
        try await sales.handle([order(6)])
        let after = try await sales.rows(words)
        #expect(after.count == 7 && Array(after.prefix(6)) == before)
    }

    /// Shares come to 100 on each day, no two stretches of a line are of one day, and what the owners have together is all.
    private func check() async throws {
        #expect(
            try await sales.rows(
                """
                select code, business_line, from_day, sum(share) from ownership
                group by 1, 2, 3 having sum(share) <> 100
                """
            ).isEmpty)
        #expect(
            try await sales.rows(
                """
                select * from (
                    select code, business_line, from_day, until_day,
                        lead(from_day) over (partition by code, business_line order by from_day) as next_day
                    from ownership where place = 0
                ) o where until_day < from_day or next_day <= until_day or next_day is not null and until_day is null
                """
            ).isEmpty)
        for text in ["2026-01-15", "2026-03-31", "2026-06-30", "2027-01-01"] {
            func rows(_ values: [String: String]) async throws -> [[String?]] {
                try await sales.ask(
                    "ownership.list", values.merging(["on": text, "limit": "2000"]) { first, _ in first })["owners"]
                    .rows.map(\.values)
            }
            let whole = try await rows([:])
            var parts = try await rows(["state": "nobody"])
            for login in Self.logins { parts += try await rows(["owner": login]) }
            func sorted(_ rows: [[String?]]) -> [String] { rows.map { "\($0)" }.sorted() }
            #expect(sorted(parts) == sorted(whole), "\(text)")
        }
    }
}
