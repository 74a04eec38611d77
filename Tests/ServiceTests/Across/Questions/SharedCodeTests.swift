import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import ServiceKit

/// Two systems give two companies one code: what is asked by it is asked back, never answered of both at once.
@Suite("One code of two companies", .services)
struct SharedCodeTests {
    private static let names = ["erp": "昆山恒达物流有限公司", "crm": "上海永泰货运有限公司"]

    /// How many questions about a customer each service has at least.
    private static let expected: [ServiceName: Int] = [
        .finance: 15, .customer: 7, .sales: 1, .servicedesk: 1, .supplier: 0, .notifier: 0,
    ]

    private static func registered(_ source: String) throws -> CustomerRegistered {
        CustomerRegistered(
            CustomerRecord(
                customerId: "of \(source)", revision: 1, name: names[source],
                accounts: [AccountHoming(source: source, code: "C1", revision: 1)],
                at: try moment("2026-01-01T09:00:00+08:00")))
    }

    private static func about(_ source: String) throws -> [any Message] {
        try QuestionTests.business() + [
            registered(source),
            CustomerReported(code: "C1", name: names[source] ?? "", branch: "KS01"),
            ComplaintReported(
                complaintId: "CP1", customer: CustomerCode(code: "C1"), category: .damage, severity: .major,
                at: moment("2026-03-01T09:00:00+08:00"), by: "hotline", summary: "two cartons crushed"),
            AgreementRecorded(
                AgreementTerms(
                    agreementId: "A1", revision: 1, kind: .rates, title: "Rates",
                    validFrom: try #require(CalendarDay("2026-01-01"))), customer: CustomerCode(code: "C1"),
                by: "li.wei"),
        ]
    }

    private static func refusal(
        _ query: Query, _ values: [String: String], _ fixture: ServiceFixture
    ) async throws -> Refusal? {
        do {
            _ = try await fixture.pool.withTransaction(isReadOnly: true) { transaction in
                try query.ask(values, at: moment("2026-03-03T10:00:00+08:00"), transaction)
            }
            return nil
        } catch let refusal as Refusal { return refusal }
    }

    @Test(
        "a question about one customer asks whose code it is, and is answered when that is said",
        arguments: ServiceName.allCases)
    func asked(_ service: ServiceName) async throws {
        let fixture = try await ServiceFixture.make(service.definition())
        let read = Set(fixture.definition.handlers.flatMap(\.types.keys))
        for source in ["erp", "crm"] {
            // The customer service would join the two by what their orders call them.
            let messages = try Self.about(source).filter {
                read.contains(type(of: $0).type) && (service != .customer || $0 is CustomerReported)
            }
            try await fixture.handle(
                messages.enumerated().map { .init("\(source)-\($0)", source: source, $1) })
        }
        var asked = 0
        for query in fixture.definition.answered {
            let question = query.description
            guard
                let name = ["customer", "code"].first(where: { question.parameter($0)?.kind == .text }),
                let source = question.parameter("source"), !source.isRequired
            else { continue }
            var values: [String: String] = [:]
            for input in question.parameters where input.isRequired {
                values[input.name] = QuestionTests.example(input)
            }
            values[name] = "C1"
            let place = "\(service.rawValue) \(question.name)"
            let refusal = try await Self.refusal(query, values, fixture)
            #expect(
                refusal?.reason == .valueNotAllowed && refusal?.path == "parameters.source",
                "\(place): \(refusal.map { "\($0)" } ?? "answered")")
            for source in ["erp", "crm"] {
                let answered = try await Self.refusal(query, values.merging(["source": source]) { $1 }, fixture)
                #expect(answered == nil, "\(place) of \(source)")
            }
            asked += 1
        }
        #expect(asked >= Self.expected[service] ?? 1, "\(service.rawValue): \(asked)")
    }

    @Test("a merge is not previewed, nor a pair explained, of a code that may be either of two")
    func pairs() async throws {
        let customer = try await ServiceFixture.make(ServiceName.customer.definition())
        for source in ["erp", "crm"] {
            try await customer.handle([
                .init(
                    "r-\(source)", source: source,
                    CustomerReported(code: "C1", name: Self.names[source] ?? "", branch: "KS01"))
            ])
        }
        for question in ["parties.merge-preview", "parties.explain"] {
            let query = try #require(customer.definition.answered.first { $0.name == question })
            let refusal = try await Self.refusal(query, ["one": "erp/C1", "other": "C1"], customer)
            #expect(refusal?.reason == .valueNotAllowed && refusal?.path == "parameters.other", "\(question)")
            #expect(refusal?.detail.contains("crm/C1") == true)
            #expect(try await Self.refusal(query, ["one": "erp/C1", "other": "crm/C1"], customer) == nil)
            let missing = try await Self.refusal(query, ["one": "nobody", "other": "crm/C1"], customer)
            #expect(missing?.reason == .notFound && missing?.path == "parameters.one")
        }
    }

    @Test("every list of documents of a customer says which system's code is meant")
    func sources() {
        // By its identifier alone, or of a system that must be said.
        let apart: Set = ["classes.dry-run", "interactions.erasures"]
        for question in QueryCatalogue.questions where question.parameter("customer")?.kind == .text {
            guard !apart.contains(question.name) else { continue }
            #expect(question.parameter("source") != nil, "\(question.name)")
        }
    }

    @Test("deliveries by customer are those of one company each, under whatever codes")
    func deliveries() async throws {
        let desk = try await ServiceFixture.make(ServiceName.servicedesk.definition())
        var messages: [ServiceFixture.Message] = []
        for (place, (source, code)) in [("erp", "C1"), ("crm", "C1"), ("wms", "K7")].enumerated() {
            messages += [
                .init("o\(place)", source: source, OrderPlaced(makeOrder("O\(place)", customer: code))),
                .init(
                    "d\(place)", source: source,
                    OrderCompleted(
                        orderId: "O\(place)", revision: 1, completedAt: try moment("2026-03-04T09:00:00+08:00"))),
            ]
        }
        let merged = CustomerRecord(
            customerId: "P", revision: 1,
            accounts: [("erp", "C1"), ("wms", "K7")].map { AccountHoming(source: $0, code: $1, revision: 1) },
            at: try moment("2026-01-01T09:00:00+08:00"))
        try await desk.handle(messages + [.init("m", source: "waybill.customer", CustomerRegistered(merged))])
        let table = try await desk.ask("performance", ["by": "customer"])["performance"]
        #expect(table.column("name") == ["C1", "C1 +1"])
        #expect(table.column("completed") == ["1", "2"])
        try await desk.handle([
            .init("o9", source: "tms", OrderPlaced(makeOrder("O9", customer: "C1"))),
            .init(
                "d9", source: "tms",
                OrderCompleted(orderId: "O9", revision: 1, completedAt: try moment("2026-03-04T09:00:00+08:00"))),
        ])
        let names = try await desk.ask("performance", ["by": "customer"])["performance"].column("name")
        #expect(names == ["C1 +1", "crm/C1", "tms/C1"])
        // A page ends between two companies of one code, and loses neither.
        let first = try await desk.ask("performance", ["by": "customer", "limit": "2"])["performance"]
        let rest = try await desk.ask(
            "performance", ["by": "customer", "limit": "2", "after": first.next ?? ""])["performance"]
        #expect(first.column("name") + rest.column("name") == names)
    }

    @Test("margins by customer, supplier and order add up nothing of two systems that only has one name")
    func margins() async throws {
        let finance = try await ServiceFixture.make(ServiceName.finance.definition())
        for source in ["erp", "crm"] {
            try await finance.handle([
                .init("r-\(source)", source: "waybill.customer", try Self.registered(source)),
                .init(
                    "s-\(source)", source: "waybill.supplier",
                    SupplierRegistered(
                        supplierId: "S of \(source)", revision: 1, name: "Carrier",
                        accounts: [AccountHoming(source: source, code: "S1", revision: 1)],
                        at: try moment("2026-01-01T09:00:00+08:00"))),
                .init(
                    "o-\(source)", source: source,
                    OrderPlaced(makeOrder("O1", [(source == "erp" ? "100" : "900", "80")]))),
            ])
        }
        for by in ["customer", "supplier", "order"] {
            let table = try await finance.ask(
                "profit.margins", ["from": "2026-03-01", "to": "2026-03-31", "by": by])["margins"]
            let name = by == "customer" ? "C1" : by == "supplier" ? "S1" : "O1"
            #expect(table.column(by) == ["erp/\(name)", "crm/\(name)"], "\(by)")
            #expect(table.column("revenue") == ["100.00", "900.00"], "\(by)")
        }
        let line = try await finance.ask("profit.margins", ["from": "2026-03-01", "to": "2026-03-31", "by": "line"])
        #expect(line["margins"].column("revenue") == ["1000.00"])
        // What is read to simulate with stays as the orders say it.
        let lines = try await finance.ask("profit.lines", ["from": "2026-03-01", "to": "2026-03-31"])["lines"]
        #expect(lines.column("customer") == ["C1", "C1"])
    }

    @Test("codes that only look alike are two: in what is kept, in what is added up, and where a page ends")
    func lookAlike() async throws {
        // One letter, and a letter with an accent behind it: two codes, by their bytes.
        let codes = ["Caf\u{E9}", "Cafe\u{301}"]
        let desk = try await ServiceFixture.make(ServiceName.servicedesk.definition())
        let finance = try await ServiceFixture.make(ServiceName.finance.definition())
        var messages: [ServiceFixture.Message] = []
        for (place, code) in codes.enumerated() {
            messages += [
                .init("o\(place)", OrderPlaced(makeOrder("O\(place)", customer: code))),
                .init(
                    "d\(place)",
                    OrderCompleted(
                        orderId: "O\(place)", revision: 1, completedAt: try moment("2026-03-04T09:00:00+08:00"))),
                .init(
                    "l\(place)",
                    CreditLimitSet(
                        limitId: "L\(place)", customer: CustomerCode(code: code), amount: .of("1000"), currency: .cny,
                        from: try #require(CalendarDay("2026-01-01")), setBy: "wang.fang",
                        setAt: try moment("2026-01-01T09:00:00+08:00"))),
                .init(
                    "r\(place)", source: "waybill.customer",
                    CustomerRegistered(
                        CustomerRecord(
                            customerId: "P\(place)", revision: 1, name: code,
                            accounts: [AccountHoming(source: "erp", code: code, revision: 1)],
                            at: try moment("2026-01-01T09:00:00+08:00")))),
            ]
        }
        try await desk.handle(messages.filter { !$0.id.hasPrefix("l") })
        try await finance.handle(messages)
        #expect(
            try await desk.rows("select octet_length(customer_code)::text, completed::text from performance order by 1")
                == [["5", "1"], ["6", "1"]])
        #expect(try await desk.ask("performance", ["by": "customer"])["performance"].column("completed") == ["1", "1"])
        let margins = try await finance.ask(
            "profit.margins", ["from": "2026-03-01", "to": "2026-03-31", "by": "customer"])["margins"]
        #expect(margins.column("revenue") == ["100.00", "100.00"])
        var limits: [String?] = []
        var after = ""
        repeat {
            let page = try await finance.ask(
                "credit.limits", ["asOf": "2026-02-01", "limit": "1", "after": after])["limits"]
            limits += page.column("code")
            after = page.next ?? ""
        } while !after.isEmpty && limits.count < 9
        // What would be taken for one has its system before it.
        #expect(limits.compactMap { $0?.utf8.count } == [10, 9])
    }
}
