import Contracts
import Foundation
import PartyMatching
import Postgres
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import ServiceKit
@testable import Simulation

@Suite("The gate of the master", .service(try customerDefinition()))
struct GateTests {
    private let customer: ServiceFixture

    init() throws { customer = try .current }

    private typealias Fixture = CustomerFixture
    private let full = "昆山飞力达精密电子有限公司"

    @Test("new, same and probable, each with evidence")
    func answers() async throws {
        try await customer.handle([
            Fixture.report("A1", name: full, phone: "0512-57881234", address: "昆山市前进路88号", at: 1)
        ])
        // Name and telephone agree: one party without asking.
        let same = try await customer.handle([
            Fixture.report("B7", source: "wms", name: "飞力达精密电子(昆山)有限公司", phone: "(0512)5788 1234", at: 2)
        ])
        let registered = try #require(try same.events(CustomerRegistered.self).first)
        #expect(registered.record.mergedInto == Fixture.party("A1"))
        // The name alone asks a person.
        try await customer.handle([Fixture.report("C9", source: "tms", name: full, at: 3)])
        // Nothing in common.
        try await customer.handle([Fixture.report("D4", name: "上海远洋国际货运有限公司", at: 4)])
        #expect(try await customer.parties() == [["erp/A1", "wms/B7"], ["tms/C9"], ["erp/D4"]])
        let queue = try #require(try await customer.ask("reviews.list").first)
        #expect(queue.rows.count >= 1)
        let review = try #require(queue.rows.first?.values[0])
        let shown = try await customer.ask("reviews.show", ["review": review])
        let evidence = try #require(shown.first { $0.name == "evidence" })
        #expect(evidence.rows.map { $0.values[0] }.contains("name"))
        #expect(shown.first { $0.name == "what they say" }?.rows.isEmpty == false)
        let answer = try await customer.ask("parties.resolve", ["name": full, "phone": "57881234"])
        #expect(answer[0].rows[0].values == ["same", Fixture.party("A1")])
        #expect(try await customer.ask("parties.resolve", ["name": full])[0].rows[0].values[0] == "probable")
        // Two digits changed places: what is compared was read for the question alone.
        let slip = try await customer.ask("parties.resolve", ["name": full, "phone": "57881243"])
        #expect(slip[0].rows[0].values[0] == "probable" || slip[0].rows[0].values[0] == "same")
        #expect(try await customer.ask("parties.resolve", ["name": "无锡新区某某有限公司"])[0].rows[0].values[0] == "new")
    }

    @Test(
        "an e-mail is kept, shown and weighed: it makes one party of two whose telephone was mistyped, and none by itself"
    )
    func email() async throws {
        try await customer.handle([
            Fixture.report("A1", name: full, phone: "57881234", email: "ap@feilida.example", at: 1)
        ])
        func answer(_ said: [String: String]) async throws -> String? {
            try await customer.ask("parties.resolve", said)[0].rows[0].values[0]
        }
        let slip = ["name": full, "phone": "57881243"]
        #expect(try await answer(slip) == "probable")
        #expect(try await answer(slip.merging(["email": " AP@feilida.example"]) { $1 }) == "same")
        #expect(try await answer(["name": full, "email": "ap@feilida.example"]) == "probable")
        #expect(try await answer(["email": "ap@feilida.example"]) != "same")

        try await customer.handle([
            Fixture.report("B2", source: "wms", name: full, phone: "57881243", email: "AP@feilida.example", at: 2),
            Fixture.report("C3", source: "tms", name: "上海远洋国际货运有限公司", email: "ap@feilida.example", at: 3),
        ])
        #expect(try await customer.parties() == [["erp/A1", "wms/B2"], ["tms/C3"]])
        let golden = try await customer.ask("parties.show", ["party": "erp/A1"])["golden record"]
        let place = try #require(golden.column("field").firstIndex(of: "email"))
        #expect(golden.column("value")[place] == "AP@feilida.example")
        let evidence = try await customer.ask("parties.explain", ["one": "erp/A1", "other": "wms/B2"])["evidence"]
        #expect(evidence.column("field").contains("email"))
    }

    @Test("numbers that only end alike are two telephones: they join nobody, whatever else is alike")
    func endAlike() async throws {
        try await customer.handle([
            Fixture.report("W7", source: "crm", name: "顺达物流有限公司", phone: "0512-57881234", at: 1),
            Fixture.report("W8", source: "wms", name: "顺达物流有限公司", phone: "010-67881234", at: 2),
        ])
        #expect(try await customer.parties() == [["crm/W7"], ["wms/W8"]])
        let evidence = try await customer.ask("parties.explain", ["one": "crm/W7", "other": "wms/W8"])["evidence"]
        let levels = zip(evidence.column("field"), evidence.column("level"))
        #expect(levels.contains { $0 == "name" && $1 == "the same" })
        #expect(!levels.contains { $0 == "phone" && $1 == "the same" })
    }

    @Test("what is no evidence is kept with its reason, and joins nobody")
    func faults() async throws {
        let outcome = try await customer.handle([
            Fixture.report("A", name: "有限公司", credit: "91310115MA1H8R7C6D", phone: "57881234", at: 1),
            Fixture.report("B", name: "有限公司", credit: "91310115MA1H8R7C6D", phone: "57881234", at: 2),
            Fixture.report("C", name: "Co., Ltd", at: 3), Fixture.report("D", name: "Co., Ltd.", at: 4),
        ])
        #expect(outcome.refused.isEmpty)
        #expect(try await customer.parties().count == 4)
        let faults = try #require(try await customer.ask("reviews.list").first { $0.name == "faults" })
        #expect(Set(faults.rows.map { $0.values[0] }) == ["invalid-check-digit", "empty-name"])
        #expect(faults.rows.count == 6)
    }

    @Test("an account with two valid credit codes stays with the first, and a person is told")
    func contradiction() async throws {
        let outcome = try await customer.handle([
            Fixture.report("A", name: full, credit: Fixture.codes[0], at: 1),
            Fixture.report("B", source: "wms", name: "上海远洋国际货运有限公司", credit: Fixture.codes[1], at: 2),
            Fixture.report("A", name: full, credit: Fixture.codes[1], at: 3),
        ])
        #expect(try await customer.parties() == [["erp/A"], ["wms/B"]])
        let found = try #require(try await customer.ask("reviews.list").first { $0.name == "contradictions" })
        #expect(found.rows.map { $0.values[2] } == ["contradictory-identifiers"])
        let said = try #require(try outcome.said().first)
        #expect(try outcome.kinds() == ["identity-contradiction"])
        #expect(said.fact("customer") == "A" && said.fact("source") == "erp")
        #expect(said.fact("credit-codes") == Fixture.codes.prefix(2).sorted().joined(separator: ", "))
        #expect(said.content?.next == "waybill parties show \(Fixture.party("A"))")
    }

    @Test("a branch office is not its company, nor are two valid credit codes one")
    func vetoes() async throws {
        try await customer.handle([
            Fixture.report("A", name: full, phone: "57881234", at: 1),
            Fixture.report("B", name: full + "上海分公司", phone: "57881234", at: 2),
            Fixture.report("C", name: full, credit: Fixture.codes[0], phone: "66661234", at: 3),
            Fixture.report("D", name: full, credit: Fixture.codes[1], phone: "66661234", at: 4),
        ])
        let homes = try await customer.memberships()
        #expect(homes["erp/A"] != homes["erp/B"])
        #expect(homes["erp/C"] != homes["erp/D"])
    }

    /// Reports and orders of some twenty companies under many codes, some of them said again otherwise, and a telephone
    /// that far too many share.
    private func facts(_ random: inout RandomSource) -> [ServiceFixture.Message] {
        let places = ["昆山", "上海", "苏州", "深圳", "青岛"]
        let brands = ["飞力达", "宝德", "远洋", "新安", "中集", "华源", "天康", "瑞声"]
        let trades = ["精密电子", "国际物流", "生物技术", "自动化设备"]
        var messages: [ServiceFixture.Message] = []
        for number in 0..<70 {
            let company = random.below(20)
            let (place, brand) = (places[company % 5], brands[company % 8])
            let trade = trades[company % 4]
            let names = [
                "\(place)\(brand)\(trade)有限公司", "\(brand)\(trade)(\(place))有限公司", "\(place)\(brand)\(trade)股份有限公司",
                "\(place)市\(brand)\(trade)有限公司",
            ]
            let phone = random.happens(0.6) ? "0512-5\(600_000 + company * 731)" : "0512-80001000"
            let credit = company < 4 && random.happens(0.5) ? Fixture.codes[company] : nil
            let source = ["erp", "wms", "tms"][random.below(3)]
            messages.append(
                Fixture.report(
                    "C\(number % 55)", source: source, name: names[random.below(4)], credit: credit,
                    phone: random.happens(0.8) ? phone : nil,
                    address: random.happens(0.5) ? "\(place)市前进路\(company + 1)号" : nil, at: number, id: "m\(number)"))
        }
        // So many with one telephone and one name that nothing can be told by it.
        for number in 0..<66 {
            messages.append(
                Fixture.report(
                    "X\(number)", name: "昆山零星客户服务部", phone: "0512-99990000", at: 100 + number, id: "x\(number)"))
        }
        for number in 0..<10 {
            let order = makeOrder("O\(number)", customer: "C\(number)", at: "2026-03-02T09:00:0\(number)+08:00")
            messages.append(.init("o\(number)", source: ["erp", "wms"][number % 2], OrderPlaced(order)))
        }
        return messages
    }

    @Test("any order of arrival, in any batches, gives the same parties", arguments: [11, 12, 13] as [UInt64])
    func anyOrder(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        let messages = facts(&random)
        try await customer.handleInBatches(messages, &random)
        let pairs = "select pair_id, verdict, probability::text from match_edge order by 1"
        let expected = try await customer.memberships()
        let edges = try await customer.rows(pairs)
        #expect(Set(expected.values).count < expected.count - 10)
        #expect(Set(expected.filter { $0.key.hasPrefix("erp/X") }.values).count == 66)
        for _ in 0..<2 {
            var shuffled = messages + messages.prefix(20)
            shuffled.shuffle(using: &random)
            let other = try await ServiceFixture.make(customerDefinition())
            try await other.handleInBatches(shuffled, &random)
            let found = try await other.memberships()
            let different = found.filter { expected[$0.key] != $0.value }
            #expect(different.isEmpty && found.count == expected.count, "\(different)")
            let isSameEvidence = try await other.rows(pairs) == edges
            #expect(isSameEvidence)
        }
    }

    @Test("the rules run again on what is there change nothing")
    func rematch() async throws {
        var random = RandomSource(seed: 5)
        let messages = facts(&random)
        try await customer.handleInBatches(messages, &random)
        let tables = try await customer.ask("parties.rematch", ["limit": "1000"])
        #expect(tables.first?.rows.first?.values.first != "0")
        #expect(tables.last?.name == "changes" && tables.last?.rows.isEmpty == true)
        // Evidence that the rules would not find any more is told.
        try await customer.pool.withTransaction { transaction in
            _ = try transaction.execute(
                "update identity_value set value = '无锡别的公司' || code || '有限公司' where field = 'name'")
            _ = try transaction.execute("update identity_value set value = source || code where field <> 'name'")
        }
        let changed = try await customer.ask("parties.rematch", ["limit": "1000"])
        #expect(changed.last?.rows.isEmpty == false)
    }
}
