import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import Simulation

@Suite("Where an account is at home")
struct AccountHomeRuleTests {
    private static let start = CalendarDay("2026-03-02") ?? CalendarDay(daysSinceEpoch: 0)

    private static func word(_ place: Int, _ branch: String, owner: String? = nil, revision: Int = 1)
        -> AccountHome.Word
    {
        AccountHome.Word(
            orderId: "O\(1_000 + place)", revision: revision, day: start.adding(days: place / 3), branch: branch,
            salesOwner: owner)
    }

    @Test("by turns it stays, with seven of ten it moves, and with six it does not")
    func majority() {
        let turns = (0..<200).map { $0.isMultiple(of: 2) ? "KS01" : "SH02" }
        for count in 1...turns.count { #expect(AccountHome.settled(Array(turns[..<count]), from: nil) == "KS01") }
        let six = ["KS01", "SH02", "SH02", "KS01", "SH02", "SH02", "KS01", "SH02", "KS01", "SH02"]
        #expect(AccountHome.settled(six, from: nil) == "KS01")
        #expect(AccountHome.settled(six + ["SH02"], from: nil) == "SH02")
        #expect(AccountHome.settled(six + ["SH02"] + turns, from: nil) == "SH02")
        #expect(AccountHome.settled(turns, from: "WX03") == "WX03")
        #expect(AccountHome.settled([], from: nil) == nil)
    }

    @Test("by chance between two branches it moves with one order of twenty at most, instead of with every second")
    func chance() {
        var random = RandomSource(seed: 20_260_302)
        let words = (0..<4_000).map { _ in random.below(2) == 0 ? "KS01" : "SH02" }
        var (moves, standing) = (0, words[0])
        for count in 1...words.count {
            let now = AccountHome.settled(Array(words[max(0, count - 400)..<count]), from: nil) ?? ""
            if now != standing { (moves, standing) = (moves + 1, now) }
        }
        #expect(moves > 0 && moves < words.count / 20, "\(moves) moves")
    }

    @Test("a master record counts from the day after it, and an order by its highest revision")
    func report() throws {
        let report = AccountHome.Report(
            branch: "WX03", saidAt: try #require(Timestamp("2026-03-04T10:00:00+08:00")))
        let before = (0..<9).map { Self.word($0, "KS01", owner: "li.wei") }
        #expect(AccountHome.home(before, report).branch == "WX03")
        #expect(AccountHome.home(before, report).salesOwner == "li.wei")
        let after = (9..<16).map { Self.word($0, "KS01") }
        #expect(AccountHome.home(before + after.dropLast(), report).branch == "WX03")
        #expect(AccountHome.home(before + after, report).branch == "KS01")
        let corrected = Self.word(12, "WX03", revision: 2)
        #expect(AccountHome.home([corrected] + before + after, report).branch == "WX03")
    }

    @Test("looked at only when an order names another branch, it ends as if it had been looked at always")
    func anyOrder() {
        var random = RandomSource(seed: 20_260_303)
        for _ in 0..<300 {
            let share = 1 + random.below(9)
            let words = (0..<(1 + random.below(AccountHome.memory))).map {
                Self.word($0, random.below(10) < share ? "KS01" : "SH02")
            }
            let expected = AccountHome.home(words, nil).branch
            var standing: String?
            var seen: [AccountHome.Word] = []
            for word in words.shuffled(&random) {
                seen.append(word)
                if standing == nil { standing = word.branch }
                if standing != word.branch { standing = AccountHome.home(seen, nil).branch }
            }
            #expect(standing == expected)
        }
    }
}

@Suite("Accounts that order from two branches", .service(try customerDefinition()))
struct AccountHomeTests {
    private let customer: ServiceFixture

    init() throws { customer = try .current }

    private static func placed(_ number: Int, _ branch: String, owner: String) -> ServiceFixture.Message {
        let order = makeOrder("O\(1_000 + number)")
        return .init(
            "o\(number)",
            OrderPlaced(
                Order(
                    orderId: order.orderId, revision: 1, customer: order.customer, branch: branch,
                    businessLine: order.businessLine,
                    placedAt: order.placedAt.adding(seconds: Int64(number) * 86_400), currency: .cny,
                    salesOwner: owner, lines: order.lines)))
    }

    private static func turns(_ numbers: Range<Int>) -> [ServiceFixture.Message] {
        numbers.map {
            $0.isMultiple(of: 2) ? placed($0, "KS01", owner: "li.wei") : placed($0, "SH02", owner: "zhao.min")
        }
    }

    private static let kept = "select branch, sales_owner, revision::text from customer"

    @Test("by turns nobody is told anything; when most orders come from the other branch, once")
    func turns() async throws {
        var told: [CustomerRecord] = []
        func order(_ message: ServiceFixture.Message) async throws {
            let outcome = try await customer.handle([message])
            told += try outcome.events(CustomerRegistered.self).map(\.record)
            told += try outcome.events(CustomerChanged.self).map(\.record)
        }
        for message in Self.turns(0..<20) { try await order(message) }
        #expect(told.map(\.branch) == ["KS01"])
        for number in 20..<40 { try await order(Self.placed(number, "SH02", owner: "zhao.min")) }
        #expect(told.map(\.branch) == ["KS01", "SH02"] && told.map(\.salesOwner) == ["li.wei", "zhao.min"])
        #expect(try await customer.rows(Self.kept) == [["SH02", "zhao.min", "2"]])
    }

    @Test("in whatever order and batches they come, the account ends at the same home", arguments: 0..<4)
    func anyOrder(_ round: Int) async throws {
        var random = RandomSource(seed: 20_260_304 + UInt64(round))
        let messages = Self.turns(0..<12) + (12..<18).map { Self.placed($0, "SH02", owner: "zhao.min") }
        var rest = (round == 0 ? messages : messages.shuffled(&random))[...]
        while !rest.isEmpty {
            let batch = rest.prefix(1 + random.below(5))
            rest = rest.dropFirst(batch.count)
            try await customer.handle(Array(batch))
        }
        #expect(try await customer.rows("select branch, sales_owner from customer") == [["SH02", "zhao.min"]])
    }

    @Test(
        "a master record moves the account at once, whenever it comes; the next orders do not take it back",
        arguments: [0, 12, 19, 24])
    func master(_ place: Int) async throws {
        let report = ServiceFixture.Message(
            "m", at: Timestamp("2026-03-20T10:00:00+08:00"),
            CustomerReported(code: "C1", name: "昆山C1有限公司", branch: "WX03"))
        let orders = Self.turns(0..<24)
        for message in orders[..<place] + [report] + orders[place...] { try await customer.handle([message]) }
        #expect(try await customer.rows("select branch from customer") == [["WX03"]], "\(place)")
    }
}
