import Contracts
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import ServiceKit
@testable import Simulation

@Suite("Decisions about who is who", .service(try customerDefinition()))
struct DecisionTests {
    private let customer: ServiceFixture

    init() throws { customer = try .current }

    private typealias Fixture = CustomerFixture

    /// Five accounts that have nothing in common, but for two of one credit code.
    private let five: [ServiceFixture.Message] = [
        Fixture.report("A", name: "昆山飞力达精密电子有限公司", credit: Fixture.codes[0], at: 1),
        Fixture.report("B", source: "wms", name: "飞力达", at: 2),
        Fixture.report("C", source: "tms", name: "Feiliks Precision", at: 3),
        Fixture.report("D", name: "上海远洋国际货运有限公司", credit: Fixture.codes[1], at: 4),
        Fixture.report("E", source: "wms", name: "远洋货运", credit: Fixture.codes[1], at: 5),
    ]
    private var a: String { Fixture.party("A") }
    private var b: String { Fixture.party("B", source: "wms") }
    private var c: String { Fixture.party("C", source: "tms") }
    private var d: String { Fixture.party("D") }
    private var e: String { Fixture.party("E", source: "wms") }

    private func merge(
        _ parties: [String], _ id: String, expected: [PartyRevision] = [], at second: Int = 100
    ) -> ServiceFixture.Message {
        .init(
            id, source: "waybill-cli", at: Fixture.time(second),
            MergeParties(parties: parties, expected: expected, reason: "one licence", by: "li.wei"))
    }

    private func unmerge(_ parties: [String], _ id: String, at second: Int = 200) -> ServiceFixture.Message {
        .init(
            id, source: "waybill-cli", at: Fixture.time(second),
            UnmergeParties(parties: parties, reason: "two companies", by: "li.wei"))
    }

    @Test("a merge is previewed as it will be: who survives, what it is called, what moves, why it would be refused")
    func preview() async throws {
        try await customer.handle(five)
        func preview(_ parties: [String]) async throws -> [String: [[String?]]] {
            let values = Dictionary(uniqueKeysWithValues: zip(["one", "other", "third", "fourth"], parties))
            let tables = try await customer.ask("parties.merge-preview", values)
            return Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0.rows.map(\.values)) })
        }
        let before = try await customer.memberships()
        let told = try await preview([c, b, a])
        #expect(told["answer"] == [["merged", nil, nil, a]])
        #expect(told["parties"]?.filter { $0[6] == "true" }.map { $0[0] } == [a])
        #expect(told["accounts that move"]?.map { $0[1] } == ["C", "B"])
        // Nothing has happened by asking.
        #expect(try await customer.memberships() == before)
        try await customer.handle([merge([c, b, a], "m1")])
        for row in try #require(told["accounts that move"]) {
            let account = "\(row[0] ?? "")/\(row[1] ?? "")"
            #expect(before[account] == row[3])
            #expect(try await customer.memberships()[account] == row[4])
        }
        let stored = try await customer.rows("select name, credit_code from customer where customer_id = '\(a)'")
        #expect(told["golden record"]?.prefix(2).map { $0[2] } == stored[0])
        let one = try await preview([a, b])
        #expect(one["answer"]?.first?.prefix(2) == ["refused", "wrong-state"])
        let codes = try await preview([a, d])
        #expect(codes["answer"]?.first?.prefix(2) == ["refused", "contradictory-identifiers"])
        await #expect(throws: Refusal.self) { try await preview([a, "nobody"]) }
    }

    @Test("a merge makes one party of several, an unmerge takes out what came with one, and the rules do not redo it")
    func mergeAndUnmerge() async throws {
        try await customer.handle(five)
        #expect(try await customer.parties().count == 4)
        let merged = try await customer.handle([merge([a, b, c], "m1")])
        #expect(merged.refused.isEmpty)
        #expect(
            try await customer.parties() == [["erp/A", "wms/B", "tms/C"], ["erp/D", "wms/E"]])
        let told = try #require(try merged.events(CustomersMerged.self).first?.union)
        #expect(told.customerId == a && Set(told.others) == [b, c] && told.by == "li.wei")
        let whole = try #require(
            try merged.events(CustomerChanged.self).first { $0.record.customerId == a }?.record)
        #expect(Set(whole.accounts.map(\.code)) == ["A", "B", "C"])
        #expect(Set(whole.accounts.map(\.revision)) == [1, 2])
        // What was merged is found under every name it ever had.
        let shown = try await customer.ask("parties.show", ["party": b])
        #expect(shown.first?.rows.first?.values.first == a)
        let golden = try #require(shown.first { $0.name == "golden record" })
        #expect(golden.rows.contains { $0.values[1] == "name" && $0.values[3] != nil && $0.values[6] != nil })

        let taken = try await customer.handle([unmerge([b], "u1")])
        #expect(taken.refused.isEmpty)
        #expect(try await customer.parties() == [["erp/A", "tms/C"], ["wms/B"], ["erp/D", "wms/E"]])
        #expect(try taken.events(CustomersUnmerged.self).first?.union.others == [b])
        // A code is taken out of a party that the rules made, and the rules leave it at that.
        try await customer.handle([unmerge([e], "u2")])
        try await customer.handle([
            Fixture.report("E", source: "wms", name: "远洋货运代理", credit: Fixture.codes[1], at: 300)
        ])
        #expect(
            try await customer.parties() == [["erp/A", "tms/C"], ["wms/B"], ["erp/D"], ["wms/E"]])
        let history = try await customer.ask("parties.history", ["party": "B"])
        #expect(
            history.first?.rows.compactMap { $0.values[2] } == ["unmerge", "merge"]
                || history.first?.rows.count == 2)
        #expect(history["memberships"].rows.isEmpty == false)
    }

    @Test("undone is as if it had never been, also for what came meanwhile")
    func undo() async throws {
        try await customer.handle(five)
        let before = try await customer.memberships()
        let merged = try await customer.handle([merge([a, b], "m1")])
        let decision = try #require(try merged.events(IdentityDecided.self).first)
        // Comes after the merge, and is B's by its credit code.
        try await customer.handle([
            Fixture.report("B", source: "wms", name: "飞力达", credit: Fixture.codes[2], at: 110),
            Fixture.report("F", name: "飞力达货运", credit: Fixture.codes[2], at: 111),
        ])
        #expect(try await customer.memberships()["wms/B"] == a)
        let undone = try await customer.handle([
            .init(
                "x1", source: "waybill-cli",
                UndoDecision(decisionId: decision.decisionId, reason: "a mistake", by: "zhao.min"))
        ])
        #expect(undone.refused.isEmpty)
        #expect(try undone.events(IdentityDecided.self).first?.undoes == decision.decisionId)
        var expected = before
        expected["erp/F"] = b
        #expect(try await customer.memberships() == expected)
        let again = try await customer.handle([
            .init(
                "x2", source: "waybill-cli",
                UndoDecision(decisionId: decision.decisionId, reason: "again", by: "zhao.min")),
            .init("x3", source: "waybill-cli", UndoDecision(decisionId: "none", reason: "?", by: "zhao.min")),
        ])
        #expect(again.refused.mapValues(\.reason) == [0: .wrongState, 1: .notFound])
    }

    @Test("the review queue: same, different and later with a note, each undone; once decided it is gone")
    func reviews() async throws {
        let name = "昆山飞力达精密电子有限公司"
        try await customer.handle([
            Fixture.report("P", name: name, at: 1), Fixture.report("Q", source: "wms", name: name, at: 2),
        ])
        func queue() async throws -> [[String?]] {
            try await customer.ask("reviews.list").first?.rows.map(\.values) ?? []
        }
        let review = try #require(try await queue().first?[0])
        func decide(_ verdict: ReviewVerdict, _ id: String) async throws -> ServiceFixture.Outcome {
            try await customer.handle([
                .init(
                    id, source: "waybill-cli",
                    DecideReview(reviewId: review, verdict: verdict, note: "asked", by: "li.wei"))
            ])
        }
        func undo(_ outcome: ServiceFixture.Outcome, _ id: String) async throws {
            let decision = try #require(try outcome.events(IdentityDecided.self).first?.decisionId)
            let undone = try await customer.handle([
                .init(id, source: "waybill-cli", UndoDecision(decisionId: decision, reason: "no", by: "li.wei"))
            ])
            #expect(undone.refused.isEmpty)
        }
        _ = try await decide(.later, "1")
        #expect(try await queue().first?.last == "li.wei: asked")
        let same = try await decide(.same, "2")
        #expect(try await customer.parties() == [["erp/P", "wms/Q"]])
        #expect(try await queue().isEmpty)
        #expect(try await decide(.different, "3").refused.mapValues(\.reason) == [0: .wrongState])
        try await undo(same, "4")
        #expect(try await customer.parties().count == 2)
        #expect(try await queue().count == 1)
        let different = try await decide(.different, "5")
        #expect(try await queue().isEmpty)
        // What comes later and would join them does not.
        try await customer.handle([
            Fixture.report("P", name: name, phone: "57881234", at: 10),
            Fixture.report("Q", source: "wms", name: name, phone: "57881234", at: 11),
        ])
        #expect(try await customer.parties().count == 2)
        try await undo(different, "6")
        #expect(try await customer.parties().count == 1)
        let unknown = try await customer.handle([
            .init("7", source: "waybill-cli", DecideReview(reviewId: "none", verdict: .same, by: "li.wei"))
        ])
        #expect(unknown.refused.mapValues(\.reason) == [0: .notFound])
    }

    @Test("pairs that wait are said to their branch, as one, until each is decided or put off")
    func reviewsSaid() async throws {
        let name = "昆山飞力达精密电子有限公司"
        try await customer.handle([
            Fixture.report("P", name: name, at: 1), Fixture.report("Q", source: "wms", name: name, at: 2),
        ])
        func look(_ hour: Int) async throws -> [SaidNotice] {
            try await customer.run("parties.reviews", at: "2026-03-02T\(hour):00:00+08:00").said()
        }
        let branch = try await customer.rows(
            "select coalesce(told_branch, branch, '-') from account where code = 'P'")[0][0]
        let raised = try #require(try await look(11).first)
        #expect(raised.kind == "identity-review" && raised.fact("pairs") == "1" && !raised.isChange)
        #expect(raised.content?.about == NoticeObject(kind: "review", identifier: branch ?? ""))
        #expect(raised.content?.owner == nil && raised.content?.node == (branch == "-" ? nil : branch))
        #expect(try await look(12).isEmpty)
        let review = try #require(try await customer.ask("reviews.list").first?.rows.first?.values[0])
        try await customer.handle([
            .init(
                "1", source: "waybill-cli", DecideReview(reviewId: review, verdict: .later, note: "asked", by: "li.wei")
            )
        ])
        let over = try await look(13)
        #expect(over.map(\.kind) == ["cleared"] && over.map(\.id) == [raised.id] && over[0].revision > raised.revision)
        #expect(try await look(14).isEmpty)
    }

    @Test("what cannot be decided is refused with its reason, and nothing of it is done")
    func badInput() async throws {
        #expect(throws: Refusal.self) {
            try MergeParties(json: MergeParties(parties: ["A", "A"], reason: "x", by: "li.wei").encode())
        }
        #expect(throws: Refusal.self) {
            try CustomerReported(
                json: CustomerReported(
                    code: "A", name: "A", address: String(repeating: "路", count: 70_000), branch: "KS01"
                ).encode())
        }
        try await customer.handle(five)
        let before = try await customer.rows("select * from customer order by 1")
        let outcome = try await customer.handle([
            merge([a, "nobody"], "1"),  // not there
            merge([d, e], "2"),  // one already
            merge([a, d], "3"),  // two credit codes
            merge([a, b], "4", expected: [PartyRevision(customerId: a, revision: 77)]),
            unmerge([a], "5"), unmerge([c], "6"),  // never merged
            unmerge([b, e], "7"),  // of two parties
        ])
        #expect(
            outcome.refused.mapValues(\.reason) == [
                0: .notFound, 1: .wrongState, 2: .contradictoryIdentifiers, 3: .staleRevision, 4: .wrongState,
                5: .wrongState, 6: .wrongState,
            ])
        #expect(outcome.published.isEmpty)
        #expect(try await customer.rows("select * from customer order by 1") == before)
        #expect(try await customer.rows("select * from decision").isEmpty)
        // Round and round: the third would close the ring, and they are one already.
        let ring = try await customer.handle([merge([a, b], "8"), merge([b, c], "9"), merge([c, a], "10")])
        #expect(ring.refused.mapValues(\.reason) == [2: .wrongState])
        #expect(try await customer.parties().contains(["erp/A", "wms/B", "tms/C"]))
        // Nothing deletes a party: there is no such command.
        #expect(Catalogue.description(of: MessageType("customer.delete-party.v1")) == nil)
    }

    @Test("of two merges that both saw the same revision, one is done", arguments: 0..<3)
    func twoAtOnce(_ round: Int) async throws {
        try await customer.handle(five)
        let expected = [PartyRevision(customerId: a, revision: 1)]
        let outcomes = try await withThrowingTaskGroup { group in
            for other in [b, c] {
                group.addTask { [self] in
                    try await customer.retrying([merge([a, other], "m-\(other)", expected: expected)])
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.flatMap { $0.refused.values }.map(\.reason) == [.staleRevision])
        let whole = try #require(try await customer.parties().first { $0.contains("erp/A") })
        #expect(whole.count == 2)
    }

    @Test("four copies at once, facts and decisions mixed, come to what one alone comes to")
    func fourCopies() async throws {
        var random = RandomSource(seed: 7)
        let phones = (0..<6).map { "0512-5\(700_000 + $0 * 137)" }
        var messages = five
        for number in 0..<120 {
            let company = random.below(6)
            messages.append(
                Fixture.report(
                    "Z\(number)", source: ["erp", "wms"][number % 2],
                    name: "苏州宝德\(["一", "二", "三", "四", "五", "六"][company])号精密机械有限公司",
                    phone: phones[company], at: 20 + number))
        }
        let decisions = [merge([a, b], "m1"), merge([b, c], "m2", at: 101), unmerge([b], "u1")]
        let alone = try await ServiceFixture.make(customerDefinition())
        try await alone.handle(messages)
        for decision in decisions { try await alone.handle([decision]) }
        let expected = try await alone.memberships()
        try await customer.handle(five)
        var rest = Array(messages.dropFirst(five.count))
        rest.shuffle(using: &random)
        let parts = (0..<4).map { place in stride(from: place, to: rest.count, by: 4).map { rest[$0] } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (place, part) in parts.enumerated() {
                group.addTask {
                    for start in stride(from: 0, to: part.count, by: 5) {
                        _ = try await customer.retrying(Array(part[start..<min(start + 5, part.count)]))
                    }
                }
                if place == 0 {
                    group.addTask {
                        for decision in decisions { _ = try await customer.retrying([decision]) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await customer.memberships() == expected)
        // Every change of home has its place in the history, and the last one is where the account is.
        let wrong = try await customer.rows(
            """
            select a.source, a.code from account a left join lateral (
                select customer_id, homing_revision from membership m
                where m.source = a.source and m.code = a.code order by homing_revision desc limit 1) m on true
            where m.customer_id is distinct from a.customer_id or m.homing_revision <> a.homing_revision
            """)
        #expect(wrong.isEmpty)
    }
}
