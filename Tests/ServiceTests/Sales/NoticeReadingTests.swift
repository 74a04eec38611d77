import Contracts
import Domain
import Postgres
import SalesService
import ServiceTestSupport
import Testing

@Suite("Notices that are read", .service(SalesService.definition))
struct NoticeReadingTests {
    private let sales: ServiceFixture
    private static let customer = "K1"

    init() throws { sales = try .current }

    private static func registered() throws -> ServiceFixture.Message {
        .init(
            "customer",
            CustomerRegistered(
                CustomerRecord(
                    customerId: customer, revision: 1, name: "昆山物流", salesOwner: "li.wei",
                    accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)],
                    at: try moment("2026-01-01T09:00:00+08:00"))))
    }

    /// That a customer's orders are stopped: such a notice names nobody.
    private static func stopped(_ id: String) throws -> ServiceFixture.Message {
        .init(
            id,
            CreditStateChanged(
                customerId: customer, state: .hold, previous: .ok, reason: "overdue", maxDaysOverdue: 40,
                changedAt: try moment("2026-02-03T10:00:00+08:00")))
    }

    private static func overdue(
        _ id: String, owner: String?, raised: String = "2026-02-03T23:59:59+08:00"
    ) throws -> ServiceFixture.Message {
        .init(
            "\(id) \(raised)",
            ReceivableDue(
                ReceivableReminder(
                    reminderId: id, source: "erp", invoiceId: "I-\(id)", customerId: customer, customerCode: "C1",
                    salesOwner: owner, dueOn: try #require(CalendarDay("2026-02-04")), amount: .of("100"),
                    openAmount: .of("100"), currency: .cny, offsetDays: 0,
                    remindOn: try #require(CalendarDay("2026-02-04")), level: .salesOwner, raisedAt: try moment(raised))
            ))
    }

    private func list(_ values: [String: String] = [:]) async throws -> QueryTable {
        try await sales.ask("notices.list", values)["notices of finance"]
    }

    private func acknowledge(
        _ id: String, _ notices: [String], by person: String = "li.wei"
    ) async throws -> Refusal? {
        let outcome = try await sales.handle(
            [.init(id, source: "waybill.people", typedBy: person, AcknowledgeNotices(noticeIds: notices, by: person))],
            at: "2026-02-05T09:00:00+08:00")
        return outcome.refused[0]
    }

    @Test("a notice tells the customer by name and is for whoever looks after it, also when it names nobody")
    func names() async throws {
        try await sales.handle([try Self.stopped("S"), try Self.overdue("R", owner: "wu.fang")])
        // As long as nobody is known to look after it, it is for whom it names.
        #expect(try await list().column("sales_owner") == ["wu.fang", nil])
        try await sales.handle([try Self.registered()])
        let all = try await list()
        #expect(all.column("customer") == ["昆山物流", "昆山物流"])
        #expect(all.column("sales_owner") == ["li.wei", "li.wei"])
        #expect(all.column("invoice_id") == ["I-R", nil])
        #expect(try await list(["owner": "li.wei", "kind": "credit-hold"]).rows.count == 1)
    }

    @Test("what is read is open no longer, once, and by whoever read it first")
    func reading() async throws {
        try await sales.handle([
            try Self.registered(), try Self.overdue("A", owner: "li.wei"), try Self.overdue("B", owner: "li.wei"),
            try Self.stopped("S"),
        ])
        #expect(try await acknowledge("1", ["A", "S"]) == nil)
        #expect(try await list().column("notice_id") == ["B"])
        let read = try await list(["state": "acknowledged"])
        #expect(read.column("notice_id") == ["A", "S"] && read.column("acknowledged_by") == ["li.wei", "li.wei"])
        #expect(try await list(["state": "all"]).rows.count == 3)
        #expect(try await acknowledge("2", ["A"]) == nil)
        #expect(
            try await sales.rows("select count(*) from finance_notice where acknowledged_at is not null") == [["2"]])
    }

    @Test("of a command all are read or none: what is not there, or is for somebody else, is named")
    func refusals() async throws {
        try await sales.handle([
            try Self.registered(), try Self.overdue("A", owner: "li.wei"), try Self.stopped("S"),
        ])
        let slip = try await acknowledge("1", ["A", "X"])
        #expect(slip?.reason == .notFound && slip?.path == "$.noticeIds[1]")
        let foreign = try await acknowledge("2", ["A", "S"], by: "wu.fang")
        #expect(foreign?.reason == .notAuthorised && foreign?.path == "$.noticeIds[0]")
        // Of a notice that names nobody, the customer's owner is who has to read it.
        #expect(try await acknowledge("3", ["S"], by: "wu.fang")?.reason == .notAuthorised)
        #expect(try await list().rows.count == 2)
    }

    private static func decided(
        _ order: String, _ number: Int, _ decision: OrderDecision, at time: String = "2026-03-02T12:00:00+08:00"
    ) throws -> ServiceFixture.Message {
        .init(
            "\(order) \(number)", source: "waybill.finance",
            OrderDecided(
                source: "erp", orderId: order, revision: 1, decisionNumber: number, customerId: customer,
                customerCode: "C1", businessLine: "road", branch: "KS01", decision: decision, rule: "credit-limit",
                decidedAt: try moment(time)))
    }

    @Test(
        "whoever sold an order hears that it is not taken, and no more once it is, in whatever order",
        arguments: [true, false])
    func orders(_ isInOrder: Bool) async throws {
        try await sales.handle([
            .init("o1", OrderPlaced(makeOrder("O1"))), .init("o2", OrderPlaced(makeOrder("O2"))),
            .init("o3", OrderPlaced(makeOrder("O3"))),
        ])
        let waits = try Self.decided("O1", 1, .needsApproval)
        let taken = try Self.decided("O1", 2, .accepted, at: "2026-03-02T13:00:00+08:00")
        let others = [try Self.decided("O2", 1, .refused), try Self.decided("O3", 1, .accepted)]
        try await sales.handle([isInOrder ? waits : taken] + others)
        let first = try await list(["owner": "li.wei"])
        #expect(
            Set(first.column("order_id")) == (isInOrder ? ["O1", "O2"] : ["O2"])
                && Set(first.column("kind")).contains("order-refused"))
        #expect(first.column("detail").contains("order O2 of C1: credit-limit"))
        try await sales.handle([isInOrder ? taken : waits])
        #expect(try await list().column("order_id") == ["O2"])
        // Decided again and refused now, it is told again, also to whoever had read it.
        let id = try #require(try await list().column("notice_id").first ?? nil)
        #expect(try await acknowledge("a", [id]) == nil)
        try await sales.handle([try Self.decided("O2", 2, .needsApproval, at: "2026-03-03T09:00:00+08:00")])
        let again = try await list()
        #expect(again.column("notice_id") == [id] && again.column("kind") == ["order-needs-approval"])
    }

    @Test("a later word about the same is to be read anew, the same word is not")
    func anew() async throws {
        func lapsed(_ id: String, at time: String) throws -> ServiceFixture.Message {
            .init(
                id,
                ContactLapsed(
                    customerId: Self.customer, name: "昆山物流", owner: "li.wei", afterDays: 30,
                    foundAt: try moment(time)))
        }
        try await sales.handle([try lapsed("1", at: "2026-02-01T23:00:00+08:00")])
        let id = try #require(try await list().column("notice_id").first ?? nil)
        #expect(try await acknowledge("a", [id]) == nil)
        try await sales.handle([try lapsed("2", at: "2026-02-01T23:00:00+08:00")])
        #expect(try await list().rows.isEmpty)
        try await sales.handle([try lapsed("3", at: "2026-03-03T23:00:00+08:00")])
        #expect(try await list().column("notice_id") == [id])
    }
}
