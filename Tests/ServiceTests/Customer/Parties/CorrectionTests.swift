import Contracts
import Domain
import ServiceTestSupport
import TestSupport
import Testing

@testable import CustomerService
@testable import ServiceKit

@Suite("Corrections of the golden record", .service(try customerDefinition()))
struct CorrectionTests {
    private typealias Fixture = CustomerFixture

    private let customer: ServiceFixture

    init() throws { customer = try .current }

    private var a: String { Fixture.party("A") }
    private var b: String { Fixture.party("B", source: "wms") }

    /// Two accounts that have nothing in common.
    private let two: [ServiceFixture.Message] = [
        Fixture.report("A", name: "昆山飞力达精密电子有限公司", credit: Fixture.codes[0], phone: "57881234", at: 1),
        Fixture.report("B", source: "wms", name: "上海远洋国际货运有限公司", at: 2),
    ]

    private func correct(
        _ party: String, _ field: GoldenField, _ value: String?, _ id: String, at second: Int = 100,
        by person: String = "li.wei"
    ) -> ServiceFixture.Message {
        .init(
            id, source: "waybill-cli", at: Fixture.time(second), typedBy: person,
            CorrectCustomer(customerId: party, field: field, value: value, reason: "seen on the licence", by: person))
    }

    private func golden(_ party: String) async throws -> [String?] {
        try await customer.rows(
            "select name, credit_code, branch, sales_owner from customer where customer_id = '\(party)'"
        ).first ?? []
    }

    @Test("it stands above what the systems say, now and later, and is told as any change of a customer is")
    func stands() async throws {
        try await customer.handle(two)
        let before = try await golden(a)
        let corrected = try await customer.handle([
            correct(a, .name, " 昆山飞力达电子科技有限公司 ", "c1"), correct(a, .branch, "SH01", "c2"),
            correct(a, .salesOwner, "zhou.min", "c3"), correct(a, .creditCode, Fixture.codes[1].lowercased(), "c4"),
        ])
        #expect(corrected.refused.isEmpty)
        // Which field, and not what it is now.
        #expect(try corrected.said().map { $0.fact("field") } == ["name", "branch", "sales-owner", "credit-code"])
        #expect(try corrected.kinds().allSatisfy { $0 == "customer-corrected" })
        let told = try corrected.events(CustomerChanged.self).map(\.record)
        #expect(told.map(\.revision) == [2, 3, 4, 5] && told.allSatisfy { $0.customerId == a })
        let after: [String?] = ["昆山飞力达电子科技有限公司", Fixture.codes[1], "SH01", "zhou.min"]
        #expect(
            told.last.map { [$0.name, $0.creditCode, $0.branch, $0.salesOwner] } == after
                && corrected.published.allSatisfy { $0.envelope.causationID?.hasPrefix("c") ?? false })
        #expect(try await golden(a) == after)
        // Master records and orders that come later change what the systems say, and nothing of it.
        let later = try await customer.handle([
            Fixture.report("A", name: "昆山飞力达集团有限公司", credit: Fixture.codes[0], at: 200),
            .init("o1", OrderPlaced(makeOrder("SO-1", customer: "A"))),
        ])
        #expect(try later.events(CustomerChanged.self).isEmpty)
        #expect(try await golden(a) == after)
        // Withdrawn, the fields are what the systems say by then.
        let withdrawn = try await customer.handle([
            correct(a, .name, nil, "w1"), correct(a, .branch, nil, "w2"), correct(a, .salesOwner, nil, "w3"),
            correct(a, .creditCode, nil, "w4"),
        ])
        #expect(withdrawn.refused.isEmpty)
        #expect(try await golden(a).prefix(3) == ["昆山飞力达集团有限公司", before[1], before[2]])
        #expect(try withdrawn.events(CustomerChanged.self).last?.record.name == "昆山飞力达集团有限公司")
    }

    @Test("it is shown with who, when and why beside what the systems say; what ended stays in the history")
    func shown() async throws {
        try await customer.handle(two)
        try await customer.handle([
            correct(a, .name, "飞力达", "c1"), correct(a, .phone, "0512-57889999", "c2"),
            correct(a, .salesOwner, "zhou.min", "c3"), correct(a, .name, "飞力达电子", "c4", by: "zhao.min"),
        ])
        for (question, values) in [("parties.show", ["party": "A"]), ("customers.show", ["code": "A"])] {
            let table = try await customer.ask(question, values)["corrections"]
            #expect(table.column("field") == ["name", "phone", "salesOwner"])
            #expect(table.column("value") == ["飞力达电子", "0512-57889999", "zhou.min"])
            #expect(table.column("by") == ["zhao.min", "li.wei", "li.wei"])
            #expect(table.column("reason").allSatisfy { $0 == "seen on the licence" })
            #expect(table.column("corrected_at").allSatisfy { $0 != nil })
            #expect(table.column("said") == ["昆山飞力达精密电子有限公司", "57881234", nil])
            #expect(table.column("code") == ["A", "A", nil])
        }
        let golden = try await customer.ask("parties.show", ["party": "A"])["golden record"]
        #expect(golden.column("field") == ["creditCode", "name", "phone", "salesOwner"])
        #expect(golden.column("value") == [Fixture.codes[0], "飞力达电子", "0512-57889999", "zhou.min"])
        #expect(golden.column("said_by") == ["reported", "corrected", "corrected", "corrected"])
        #expect(golden.column("values") == ["1", "1", "1", "0"])
        // What the record of a customer does not tell is told nobody.
        let phone = try await customer.handle([correct(a, .phone, nil, "w1", by: "zhao.min")])
        #expect(phone.refused.isEmpty && phone.published.isEmpty)
        let history = try await customer.ask("parties.history", ["party": "A"])["corrections"]
        #expect(history.rows.count == 4)
        let ended = zip(history.column("value"), history.column("ended_by")).filter { $0.1 != nil }
        #expect(Set(ended.map { "\($0.0 ?? "") \($0.1 ?? "")" }) == ["飞力达 zhao.min", "0512-57889999 zhao.min"])
    }

    @Test("a merge is previewed and done with what is corrected of both, an unmerge takes each its own along")
    func merged() async throws {
        try await customer.handle(two)
        try await customer.handle([
            correct(a, .name, "飞力达", "c1", at: 100), correct(b, .name, "远洋", "c2", at: 101, by: "zhao.min"),
            correct(b, .salesOwner, "zhou.min", "c3", at: 102),
        ])
        let preview = try await customer.ask("parties.merge-preview", ["one": a, "other": b])["golden record"]
        #expect(preview.column("before") == ["飞力达", Fixture.codes[0], "KS01", nil])
        #expect(preview.column("after") == ["远洋", Fixture.codes[0], "KS01", "zhou.min"])
        #expect(preview.column("corrected_by") == ["zhao.min", nil, nil, "li.wei"])
        try await customer.handle([
            .init(
                "m1", source: "waybill-cli", at: Fixture.time(103),
                MergeParties(parties: [a, b], reason: "one licence", by: "li.wei"))
        ])
        #expect(try await golden(a) == preview.column("after"))
        // By a name that it had before, it is the party that it is now.
        try await customer.handle([correct(b, .name, "飞力达远洋", "c4", at: 104)])
        #expect(try await golden(a).first == "飞力达远洋")
        try await customer.handle([
            .init(
                "u1", source: "waybill-cli", at: Fixture.time(105),
                UnmergeParties(parties: [b], reason: "two companies", by: "li.wei"))
        ])
        #expect(try await golden(a).first == "飞力达远洋")
        #expect(try await golden(b).map { $0 } == ["远洋", nil, "KS01", "zhou.min"])
        // Withdrawn of one party, of whichever of its accounts it was said.
        try await customer.handle([correct(a, .name, nil, "w1")])
        #expect(try await golden(a).first == "昆山飞力达精密电子有限公司")
        #expect(try await golden(b).first == "远洋")
    }

    @Test("of two that a merge brings together the one counts that was taken last, whatever the senders' clocks say")
    func clocks() async throws {
        try await customer.handle(two)
        // The first is sent by a clock that is a year ahead, the second by one that is a year behind.
        try await customer.handle(
            [correct(a, .name, "飞力达", "c1", at: 31_536_000)], at: "2026-03-02T10:00:00+08:00")
        try await customer.handle(
            [correct(b, .name, "远洋", "c2", at: -31_536_000, by: "zhao.min")], at: "2026-03-02T10:05:00+08:00")
        try await customer.handle([
            .init(
                "m1", source: "waybill-cli", at: Fixture.time(103),
                MergeParties(parties: [a, b], reason: "one licence", by: "li.wei"))
        ])
        #expect(try await golden(a).first == "远洋")
        let shown = try await customer.ask("parties.show", ["party": a])
        #expect(shown["corrections"].column("value") == ["远洋"])
        #expect(shown["golden record"].column("value").contains("远洋"))
    }

    @Test("every field that the golden record has can be corrected and withdrawn, e-mail and other names too")
    func everyField() async throws {
        try await customer.handle(two)
        let values: [GoldenField: String] = [
            .name: "飞力达", .alias: "飞力达货代", .creditCode: Fixture.codes[1], .branch: "SH01",
            .salesOwner: "zhou.min", .taxId: "320583000000001", .phone: "0512-57889999", .email: "ops@feilida.example",
            .address: "昆山市前进路1号", .bankAccount: "6222 0000 1111 2222",
        ]
        #expect(Set(values.keys) == Set(GoldenField.allCases))
        for (place, field) in GoldenField.allCases.enumerated() {
            let value = try #require(values[field])
            let corrected = try await customer.handle([correct(a, field, value, "c\(place)")])
            #expect(corrected.refused.isEmpty, "\(field)")
            let table = try await customer.ask("parties.show", ["party": a])["golden record"]
            let row = table.rows.map(\.values).first { $0[1] == field.recordName }
            #expect(row?[2] == value && row?[5] == "corrected", "\(field): \(row ?? [])")
            let withdrawn = try await customer.handle([correct(a, field, nil, "w\(place)")])
            #expect(withdrawn.refused.isEmpty, "\(field)")
            #expect(try await customer.ask("parties.show", ["party": a])["corrections"].rows.isEmpty, "\(field)")
        }
        let refused = try await customer.handle([
            correct(a, .email, "ops at feilida", "x1"), correct(a, .email, "@feilida.example", "x2"),
            correct(a, .alias, "有限公司", "x3"),
        ])
        #expect(
            refused.refused.mapValues { "\($0.reason.rawValue) \($0.path)" }
                == [0: "value-not-allowed $.value", 1: "value-not-allowed $.value", 2: "value-not-allowed $.value"])
    }

    @Test("the version before is read as what it says")
    func formerly() async throws {
        try await customer.handle(two)
        let former = CorrectCustomerFormerly(
            customerId: a, field: .phone, value: "0512-57889999", reason: "seen", by: "li.wei")
        let decoder = try #require(
            customer.definition.handlers.compactMap { $0.types[CorrectCustomerFormerly.type] }.first)
        let body = try decoder(JSONDocument(parsing: former.encode()).root, .said)
        let outcome = try await customer.handle([
            .init("f1", source: "waybill-cli", at: Fixture.time(100), typedBy: "li.wei", body)
        ])
        #expect(outcome.refused.isEmpty)
        #expect(try await customer.ask("parties.show", ["party": a])["corrections"].column("field") == ["phone"])
        for field in CorrectedField.allCases {
            #expect(GoldenField(rawValue: field.rawValue) != nil, "\(field)")
        }
    }

    @Test("the same command again has no second effect; what cannot be is refused with its reason and changes nothing")
    func refusals() async throws {
        try await customer.handle(two)
        let before = [try await golden(a), try await golden(b)]
        let cases: [(ServiceFixture.Message, String)] = [
            (correct("nobody", .name, "X", "1"), "not-found $.customerId"),
            (correct(a, .name, "  ", "2"), "text-too-short $.value"),
            (correct(a, .name, "有限公司", "3"), "value-not-allowed $.value"),
            (correct(a, .name, String(repeating: "飞", count: 201), "4"), "text-too-long $.value"),
            (correct(a, .creditCode, "91350100M000100Y44", "5"), "value-not-allowed $.value"),
            (correct(b, .creditCode, Fixture.codes[0], "6"), "contradictory-identifiers $.value"),
            (correct(a, .branch, "NOWHERE", "7"), "not-found $.value"),
            (correct(a, .salesOwner, "zhou\nmin", "8"), "control-character $.value"),
            (correct(a, .name, nil, "9"), "wrong-state $.field"),
        ]
        let outcome = try await customer.handle(cases.map(\.0))
        for (place, (_, reason)) in cases.enumerated() {
            #expect(outcome.refused[place].map { "\($0.reason.rawValue) \($0.path)" } == reason)
        }
        #expect(outcome.published.isEmpty)
        #expect([try await golden(a), try await golden(b)] == before)
        #expect(try await customer.rows("select * from golden_correction").isEmpty)
        let command = correct(a, .name, "飞力达", "c1")
        try await customer.handle([command])
        let again = try await customer.handle([command])
        #expect(again.duplicates == 1 && again.published.isEmpty)
        #expect(try await customer.rows("select value from golden_correction") == [["飞力达"]])
    }
}
