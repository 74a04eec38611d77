import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import WaybillCLI

@Suite("One customer from all sides", .service(try customerDefinition()))
struct OverviewTests {
    private let customer: ServiceFixture

    init() throws { customer = try .current }

    private static func messages() throws -> [ServiceFixture.Message] {
        let customer = AccountIdentifier.customer(source: "erp", code: "C1")
        func at(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }
        return [
            .init("1", OrderPlaced(makeTiedOrder("O1", consignee: "D1"))),
            .init("2", OrderChanged(makeOrder("O1", revision: 2, [("250", "200")]))),
            .init("3", makeInteraction("I1", .meeting, summary: "the new warehouse")),
            .init(
                "4",
                InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: ["O1"],
                    issuedAt: try at("2026-02-01T09:00:00+08:00"), dueAt: try at("2026-03-01T09:00:00+08:00"),
                    amount: .of("250"), currency: .cny)),
            .init(
                "5", source: "waybill.finance",
                PaymentApplied(
                    source: "erp", invoiceId: "I1", customerId: customer, customerCode: "C1", amount: .of("100"),
                    openAmount: .of("150"), currency: .cny, settled: false,
                    appliedAt: try at("2026-03-02T09:30:00+08:00")
                )),
            .init(
                "6", source: "waybill.finance",
                PaymentApplied(
                    source: "erp", invoiceId: "I1", customerId: customer, customerCode: "C1", amount: .of("50"),
                    openAmount: .of("100"), currency: .cny, settled: false,
                    appliedAt: try at("2026-03-02T09:40:00+08:00")
                )),
            .init("7", source: "waybill.finance", try FinanceWord.credit("C1")),
            .init(
                "8", source: "waybill.finance",
                try FinanceWord.credit("C1", exposure: "5", at: "2026-03-01T10:00:00+08:00")),
            .init(
                "9", source: "waybill.finance",
                CreditStateChanged(
                    customerId: customer, state: .watch, previous: .ok, reason: "overdue", maxDaysOverdue: 12,
                    changedAt: try at("2026-03-02T10:30:00+08:00"))),
            .init(
                "10", source: "waybill.servicedesk",
                SurveyRequested(
                    surveyId: "S1", customerId: customer, customerCode: "C1", source: "erp", orderId: "O1",
                    businessLine: "air-freight", branch: "KS01", rule: "late",
                    requestedAt: try at("2026-03-02T09:50:00+08:00"))),
            .init(
                "17-low", source: "waybill.servicedesk",
                RecoveryChanged(
                    surveyId: "S1", customerId: customer, customerCode: "C1", source: "erp", orderId: "O1",
                    satisfaction: 2, state: .open, revision: 1, callBy: try at("2026-03-03T09:55:00+08:00"),
                    openedAt: try at("2026-03-02T09:55:00+08:00"), at: try at("2026-03-02T09:55:00+08:00"))),
            .init(
                "15", source: "waybill.sales",
                AgreementChanged(
                    AgreementTerms(
                        agreementId: "K1", revision: 2, kind: .rates, title: "Air rates",
                        validFrom: try #require(CalendarDay("2025-04-01")),
                        validUntil: CalendarDay("2026-03-31")),
                    source: "erp", customerCode: "C1", changedAt: try at("2026-03-02T10:00:00+08:00"))),
            .init(
                "16", source: "waybill.sales",
                AgreementChanged(
                    AgreementTerms(
                        agreementId: "K1", revision: 1, kind: .rates, title: "Air rates",
                        validFrom: try #require(CalendarDay("2025-04-01"))),
                    source: "erp", customerCode: "C1", changedAt: try at("2026-03-02T09:00:00+08:00"))),
            .init(
                "17", source: "waybill.sales",
                AgreementChanged(
                    AgreementTerms(
                        agreementId: "K2", revision: 1, kind: .framework, title: "Framework",
                        validFrom: try #require(CalendarDay("2026-01-01"))),
                    source: "erp", customerCode: "C1", changedAt: try at("2026-03-02T09:00:00+08:00"))),
        ] + (try complaints(customer))
    }

    /// Two complaints: one that is closed at last, one that stays open.
    private static func complaints(_ customer: String) throws -> [ServiceFixture.Message] {
        func standing(
            _ id: String, _ state: ComplaintState, _ revision: Int, _ time: String
        ) throws -> ComplaintStanding {
            ComplaintStanding(
                complaintId: id, source: "erp", customerId: customer, customerCode: "C1", orderId: "O1",
                category: .delay, severity: .major, state: state, revision: revision, by: "li.wei",
                openedAt: try #require(Timestamp("2026-03-01T09:00:00+08:00")), at: try #require(Timestamp(time)))
        }
        return [
            .init(
                "11", source: "waybill.servicedesk",
                ComplaintOpened(try standing("CP1", .received, 1, "2026-03-01T09:00:00+08:00"))),
            .init(
                "12", source: "waybill.servicedesk",
                ComplaintProgressed(try standing("CP1", .accepted, 2, "2026-03-01T10:00:00+08:00"))),
            .init(
                "13", source: "waybill.servicedesk",
                ComplaintProgressed(try standing("CP1", .closed, 3, "2026-03-01T11:00:00+08:00"))),
            .init(
                "14", source: "waybill.servicedesk",
                ComplaintOpened(try standing("CP2", .contained, 3, "2026-03-01T12:00:00+08:00"))),
        ]
    }

    private static func states(_ answer: [QueryTable]) -> [String: String?] {
        Dictionary(
            uniqueKeysWithValues: zip(
                answer["blocks"].column("block").compactMap(\.self), answer["blocks"].column("state")))
    }

    @Test("one answer has every block, whatever came first, and says how old each is")
    func answer() async throws {
        let messages = try Self.messages()
        func overview(of service: ServiceFixture, _ arrival: [ServiceFixture.Message]) async throws -> [QueryTable] {
            for message in arrival { try await service.handle([message]) }
            return try await service.ask(
                "customers.overview", ["customer": "C1", "at": "2026-03-02T10:05:00+08:00"])
        }
        let first = try await overview(of: customer, messages)
        #expect(first["identity"].column("name") == ["昆山C1有限公司"])
        #expect(first["orders"].column("revenue") == ["250.0000"] || first["orders"].column("revenue") == ["250"])
        #expect(first["receivables"].column("open") == ["100"])
        #expect(first["margin"].column("margin").first == "50.0000")
        #expect(first["credit"].column("state") == ["watch"] && first["credit"].column("exposure") == ["500"])
        #expect(first["surveys"].rows.count == 2 && first["interactions"].column("summary") == ["the new warehouse"])
        #expect(first["contacts"].column("person") == ["Wang Fang"])
        // The changed order names no consignee any more.
        #expect(first["graph"].column("kind") == ["supplies"])
        let states = Self.states(first)
        #expect(states["credit"] == "current" && states["surveys"] == "current" && states["identity"] == "current")
        #expect(states["swings"] == "current" && states["complaints"] == "current")
        // What ends soon comes before what goes on.
        #expect(first["contracts"].column("agreementId") == ["K1", "K2"])
        #expect(first["contracts"].column("state") == ["ending", "active"])
        #expect(first["contracts"].column("noticeBy") == ["2026-01-30", nil])
        // Those that are open come first.
        #expect(first["complaints"].column("complaint_id") == ["CP2", "CP1"])
        #expect(first["complaints"].column("state") == ["contained", "closed"])
        for _ in 0..<3 {
            let other = try await ServiceFixture.make(customerDefinition())
            let answer = try await overview(of: other, (messages + messages).shuffled())
            for table in first where table.name != "identity" && table.name != "blocks" {
                #expect(answer[table.name] == table, "\(table.name)")
            }
        }
    }

    @Test("with the others stopped it still answers, and what they told is marked stale")
    func others() async throws {
        try await customer.handle(try Self.messages())
        let later = try await customer.ask(
            "customers.overview", ["customer": "C1", "at": "2026-03-02T10:30:00+08:00"])
        let states = Self.states(later)
        #expect(states["receivables"] == "stale" && states["credit"] == "stale" && states["surveys"] == "stale")
        #expect(states["identity"] == "current" && states["interactions"] == "current")
        #expect(later["blocks"].column("ageSeconds").contains("1800"))
        #expect(later["receivables"].column("open") == ["100"])
        // Fresh by its age, but its service does not say that it is there.
        let soon = try await customer.ask(
            "customers.overview", ["customer": "C1", "at": "2026-03-02T10:01:00+08:00"])
        let marked = Self.states(OverviewCommand.marked(soon, silent: [.finance, .sales]))
        #expect(marked["margin"] == "current" && marked["receivables"] == "stale" && marked["surveys"] == "current")
        #expect(marked["swings"] == "stale" && marked["contracts"] == "stale")
    }

    @Test("an old agreement that still holds comes before hundreds that are over")
    func oldAgreement() async throws {
        func agreed(_ id: String, from: String, until: String?) throws -> ServiceFixture.Message {
            .init(
                id, source: "waybill.sales",
                AgreementChanged(
                    AgreementTerms(
                        agreementId: id, revision: 1, kind: .rates, title: "Rates",
                        validFrom: try #require(CalendarDay(from)), validUntil: until.flatMap { CalendarDay($0) }),
                    source: "erp", customerCode: "C1", changedAt: try moment("2026-03-02T09:00:00+08:00")))
        }
        try await customer.handle([.init("o", OrderPlaced(makeTiedOrder("O1", consignee: "D1")))])
        try await customer.handle(
            [try agreed("K", from: "2015-01-01", until: nil)]
                + (1...200).map { try agreed("L\($0)", from: "2024-01-01", until: "2024-12-31") })
        let answer = try await customer.ask(
            "customers.overview", ["customer": "C1", "at": "2026-03-02T10:05:00+08:00"])
        let contracts = answer["contracts"]
        #expect(contracts.column("agreementId").first == "K" && contracts.column("state").first == "active")
        #expect(contracts.rows.count == 20 && contracts.isCut)
    }
}
