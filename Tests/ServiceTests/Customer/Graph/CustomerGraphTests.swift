import Contracts
import Domain
import Foundation
import PartyGraph
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import WaybillCLI

/// An order that names who receives and who pays.
func makeTiedOrder(
    _ id: String, revision: Int = 1, customer: String = "C1", consignee: String? = nil, payer: String? = nil,
    creditCode: String? = nil, at: String = "2026-03-02T09:00:00+08:00"
) -> Order {
    let order = makeOrder(id, revision: revision, customer: customer, creditCode: creditCode, at: at)
    return Order(
        orderId: id, revision: revision, customer: order.customer, branch: order.branch,
        businessLine: order.businessLine, placedAt: order.placedAt, currency: order.currency,
        consignee: consignee.map { CustomerReference(code: $0, name: "收货\($0)有限公司") },
        payer: payer.map { CustomerReference(code: $0) }, lines: order.lines)
}

/// A declaration of ownership, or of another tie.
func makeRelation(
    _ id: String, _ from: String, _ kind: RelationKind, _ to: String, revision: Int = 1, share: String? = nil,
    since: String? = nil, until: String? = nil
) -> RelationDeclared {
    RelationDeclared(
        relationId: id, revision: revision, from: CustomerCode(code: from), to: CustomerCode(code: to), kind: kind,
        share: share.map { .of($0) }, since: since.flatMap { CalendarDay($0) }, until: until.flatMap { CalendarDay($0) }
    )
}

@Suite("The graph of customers", .service(try customerDefinition()))
struct CustomerGraphTests {
    private let customer: ServiceFixture

    init() throws { customer = try .current }

    /// Everything that two databases must agree on, whatever came first.
    private static func state(_ customer: ServiceFixture) async throws -> [[String?]] {
        try await customer.rows(
            """
            select f.role || '/' || f.code, r.kind, t.role || '/' || t.code, r.evidence::text,
                round((r.weight * power(2::double precision,
                    extract(epoch from (r.weighed_at - timestamptz '2026-04-01T00:00:00Z')) / 15552000))::numeric, 9)::text
            from relation r join graph_node f on f.node = r.from_node join graph_node t on t.node = r.to_node
            where r.origin = 'inferred' order by r.relation_id
            """)
            + customer.rows(
                """
                select source, code, month::text, currency, orders::text, trim_scale(revenue)::text from account_month
                where orders <> 0 order by 1, 2, 3, 4
                """)
    }

    private static func history() throws -> [ServiceFixture.Message] {
        var messages: [ServiceFixture.Message] = []
        for number in 1...30 {
            let day = number % 28 + 1
            let at = "2026-0\(number % 3 + 1)-\(day < 10 ? "0" : "")\(day)T09:00:00+08:00"
            let order = makeTiedOrder(
                "O\(number)", customer: "C\(number % 4)", consignee: number % 2 == 0 ? "D\(number % 3)" : nil,
                payer: number % 5 == 0 ? "P1" : nil, at: at)
            messages.append(.init("p\(number)", OrderPlaced(order)))
            if number % 3 == 0 {
                messages.append(
                    .init(
                        "c\(number)",
                        OrderChanged(
                            makeTiedOrder(
                                "O\(number)", revision: 2, customer: "C\(number % 4)", consignee: "D9", at: at))))
            }
            if number % 7 == 0 {
                messages.append(
                    .init(
                        "x\(number)",
                        OrderCancelled(
                            orderId: "O\(number)", revision: 3,
                            cancelledAt: try #require(Timestamp("2026-03-30T10:00:00+08:00")))))
            }
        }
        return messages
    }

    @Test("orders give the same relations in any order of arrival, doubled, in four copies at once")
    func anyArrival() async throws {
        let messages = try Self.history()
        let alone = try await ServiceFixture.make(customerDefinition())
        for message in messages { try await alone.handle([message]) }
        let expected = try await Self.state(alone)
        #expect(expected.count > 15)
        let arrivals = (0..<4).map { _ in messages.shuffled() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for arrival in arrivals {
                group.addTask {
                    for start in stride(from: 0, to: arrival.count, by: 5) {
                        _ = try await customer.retrying(
                            Array(arrival[start..<min(start + 5, arrival.count)]))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await Self.state(customer) == expected)
    }

    @Test("a relation between customers of two systems is the same again when it is said again")
    func overSystems() async throws {
        func said(_ source: String?) -> RelationDeclared {
            RelationDeclared(
                relationId: "R1", revision: 1, from: CustomerCode(code: "C1"),
                to: CustomerCode(code: "K7", source: source),
                kind: .paysFor)
        }
        let first = try await customer.handle([.init("r1", said("crm"))])
        let again = try await customer.handle([.init("r2", said("crm"))])
        #expect(first.refused.isEmpty && again.refused.isEmpty)
        let other = try await customer.handle([.init("r3", said(nil))])
        #expect(other.refused[0]?.reason == .conflictingRevision)
    }

    @Test("a tie halves in 180 days, and is surer the more orders showed it")
    func fading() async throws {
        try await customer.handle([
            .init("1", OrderPlaced(makeTiedOrder("O1", consignee: "D1", at: "2026-01-01T09:00:00+08:00"))),
            .init("2", OrderPlaced(makeTiedOrder("O2", consignee: "D1", at: "2026-01-01T09:00:00+08:00"))),
        ])
        let shown = try await customer.ask(
            "graph.show", ["customer": "D1", "at": "2026-06-30T09:00:00+08:00"])["ties"]
        #expect(shown.column("kind") == ["ships-to"] && shown.column("weight") == ["1"])
        #expect(shown.column("confidence") == ["0.75"] && shown.column("evidence") == ["2"])
    }

    @Test("merged parties are one node at once, because whose code it is, is looked up")
    func merges() async throws {
        let credit = "91350100M000100Y43"
        try await customer.handle([
            .init("1", source: "erp", OrderPlaced(makeTiedOrder("O1", customer: "C1", consignee: "D1"))),
            .init("2", source: "wms", OrderPlaced(makeTiedOrder("O2", customer: "K7", consignee: "D2"))),
        ])
        let before = try await customer.ask("graph.show", ["customer": "C1"])["parties"]
        #expect(before.rows.count == 3)  // C1, D1 and the carrier
        try await customer.handle([
            .init("3", source: "erp", OrderPlaced(makeOrder("O3", customer: "C1", creditCode: credit))),
            .init("4", source: "wms", OrderPlaced(makeOrder("O4", customer: "K7", creditCode: credit))),
        ])
        let after = try await customer.ask("graph.show", ["customer": "C1"])["parties"]
        #expect(after.rows.count == 5)  // both consignees, and a carrier of either source
        #expect(try await customer.ask("graph.show", ["customer": "K7"])["parties"] == after)
    }

    @Test("a circle of owners is refused with a reason, alone or in one batch, and its neighbours stay")
    func circles() async throws {
        let outcome = try await customer.handle([
            .init("1", makeRelation("R1", "A", .parentOf, "B")),
            .init("2", makeRelation("R2", "B", .parentOf, "C")),
            .init("3", makeRelation("R3", "C", .parentOf, "A")),
            .init("4", makeRelation("R4", "D", .branchOf, "C")),
        ])
        #expect(outcome.refused.mapValues(\.reason) == [2: .cyclicRelation])
        let later = try await customer.handle([
            .init("5", makeRelation("R5", "D", .parentOf, "A")), .init("6", makeRelation("R6", "A", .shipsTo, "D")),
        ])
        #expect(later.refused.mapValues(\.reason) == [0: .cyclicRelation])
        // Once B is sold, C may own A.
        let sold = try await customer.handle([
            .init("7", makeRelation("R2", "B", .parentOf, "C", revision: 2, until: "2026-03-01")),
            .init("8", makeRelation("R3", "C", .parentOf, "A")),
        ])
        #expect(sold.refused.isEmpty)
        let again = try await customer.handle([.init("9", makeRelation("R3", "C", .parentOf, "B"))])
        #expect(again.refused.mapValues(\.reason) == [0: .conflictingRevision])
        let older = try await customer.handle([.init("10", makeRelation("R2", "B", .parentOf, "C"))])
        #expect(older.refused.isEmpty)
        #expect(
            try await customer.rows("select revision::text from relation where reference = 'R2'") == [["2"]])
    }

    @Test("a group adds up what finance says of its members, a credit that is one counted once")
    func group() async throws {
        try await customer.handle([
            .init("1", makeRelation("R1", "A", .parentOf, "B", share: "0.8")),
            .init("2", makeRelation("R2", "B", .parentOf, "C", share: "0.7")),
            .init("3", makeRelation("R3", "A", .parentOf, "E", share: "0.4")),
        ])
        var messages: [ServiceFixture.Message] = []
        for (place, code) in ["A", "B", "C", "E"].enumerated() {
            messages.append(
                .init(
                    "d\(place)", source: "waybill.finance",
                    try FinanceWord.credit(code, exposure: "500", group: "G")))
            messages.append(
                .init("o\(place)", OrderPlaced(makeOrder("O\(place)", customer: code, [("1000.50", "900.45")]))))
            messages.append(
                .init(
                    "i\(place)",
                    InvoiceIssued(
                        invoiceId: "I\(place)", customer: CustomerCode(code: code), orderIds: ["O"],
                        issuedAt: try #require(Timestamp("2026-02-01T09:00:00+08:00")),
                        dueAt: Timestamp("2026-03-01T09:00:00+08:00"), amount: .of("70"),
                        currency: .cny)
                ))
        }
        try await customer.handle(messages)
        let answer = try await customer.ask("graph.group", ["customer": "C", "at": "2026-03-10"])
        #expect(answer["group"].rows.count == 3)
        #expect(Set(answer["group"].column("share")) == ["1", "0.8", "0.56"])
        let total = answer["revenue and margin"]
        #expect(total.column("businessLine").first == "all")
        #expect(total.column("revenue").first == "3001.5000" && total.column("margin").first == "300.1500")
        #expect(answer["receivables"].column("open") == ["210"])
        #expect(answer["exposure"].column("exposure") == ["500"])
    }

    @Test("hubs are ranked once a day; leads are two ties away; the export holds every tie")
    func ranking() async throws {
        try await customer.handle(
            (1...6).map {
                .init("h\($0)", OrderPlaced(makeTiedOrder("H\($0)", customer: "C\($0)", consignee: "HUB")))
            })
        try await customer.run("graph.rank", at: "2026-03-02T23:59:59+08:00")
        let hubs = try await customer.ask("graph.hubs", ["limit": "1"])
        #expect(hubs["hubs"].column("name") == ["收货HUB有限公司"])
        let leads = try await customer.ask("graph.leads", ["customer": "C1"])["leads"]
        #expect(leads.rows.count == 5 && Set(leads.column("codes")) == Set((2...6).map { "erp/C\($0)" }))
        var export = GraphExport()
        export.takeParties(try await customer.ask("graph.nodes")["nodes"])
        export.takeTies(try await customer.ask("graph.edges")["edges"])
        #expect(export.parties.count == 8 && export.relations.count == 12)
        let picture = try EgoPicture(answer: await customer.ask("graph.show", ["customer": "HUB", "hops": "2"]))
        #expect(picture.svg().contains("收货HUB有限公司"))
        await #expect(throws: Refusal.self) { try await customer.ask("graph.show", ["customer": "nobody"]) }
    }
}

/// What finance might say.
enum FinanceWord {
    static func credit(
        _ code: String, exposure: String = "500", group: String? = nil, at: String = "2026-03-02T10:00:00+08:00"
    ) throws -> CreditStateChanged {
        CreditStateChanged(
            customerId: AccountIdentifier.customer(source: "erp", code: code), state: .ok, previous: .watch,
            reason: "paid",
            figures: CreditFigures(
                exposure: .of(exposure), limit: .of("1000"), overrides: .zero, available: .of("500"), currency: .cny,
                state: .ok, group: group), maxDaysOverdue: 0, changedAt: try #require(Timestamp(at)))
    }
}
