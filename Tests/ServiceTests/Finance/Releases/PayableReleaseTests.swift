import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("The rule of releases")
struct PayableReleaseRuleTests {
    private let releases = PayableReleases(
        rates: ExchangeRates(.standard), authority: Authority(approvers: ["zhou.min": "director"]))

    private func reason(
        _ step: ReleaseStep, by person: String, _ invoice: HeldInvoice?
    ) throws -> Reason? {
        let command = ReleasePayable(source: "erp", invoiceId: "V1", step: step, reason: "agreed", by: person)
        do throws(Refusal) {
            try releases.check(command, invoice, .standard, on: CalendarDay(daysSinceEpoch: 20_500))
            return nil
        } catch { return error.reason }
    }

    private func held(
        _ open: String = "500", _ currency: Currency = .cny, settled: Bool = false, held: Bool = true,
        proposed: String? = nil, approved: String? = nil
    ) -> HeldInvoice {
        HeldInvoice(
            open: .of(open), currency: currency, isSettled: settled, isHeld: held, proposedBy: proposed,
            approvedBy: approved)
    }

    @Test("one proposes what is held back, another who may approve so much agrees")
    func steps() throws {
        #expect(try reason(.propose, by: "li.wei", held()) == nil)
        #expect(try reason(.propose, by: "li.wei", held(proposed: "li.wei")) == nil)
        #expect(try reason(.approve, by: "finance.director", held(proposed: "li.wei")) == nil)
        #expect(try reason(.propose, by: "li.wei", nil) == .notFound)
        #expect(try reason(.propose, by: "li.wei", held(held: false)) == .wrongState)
        #expect(try reason(.propose, by: "li.wei", held(settled: true)) == .wrongState)
        #expect(try reason(.propose, by: "li.wei", held(proposed: "wu.fang")) == .wrongState)
        #expect(try reason(.propose, by: "li.wei", held(proposed: "a", approved: "b")) == .wrongState)
        #expect(try reason(.approve, by: "finance.director", held()) == .wrongState)
        // Also the director is one person only.
        #expect(try reason(.approve, by: "finance.director", held(proposed: "finance.director")) == .samePerson)
        #expect(try reason(.approve, by: "zhou.min", held(proposed: "finance.director")) == nil)
        #expect(try reason(.approve, by: "wu.fang", held(proposed: "li.wei")) == .notAuthorised)
    }

    @Test("how much somebody may approve is counted in the tier's currency; without a rate it cannot be")
    func amounts() throws {
        let dollar = try #require(Currency("USD"))
        let gold = try #require(Currency("XAU"))
        #expect(try reason(.approve, by: "zhou.min", held("1000000", proposed: "li.wei")) == nil)
        #expect(try reason(.approve, by: "zhou.min", held("1000000.01", proposed: "li.wei")) == .aboveAuthority)
        #expect(try reason(.approve, by: "zhou.min", held("900000", dollar, proposed: "li.wei")) == .aboveAuthority)
        #expect(try reason(.approve, by: "zhou.min", held("1", gold, proposed: "li.wei")) == .noRate)
    }
}

@Suite("The release of suppliers' invoices", .service(try financeDefinition()))
struct PayableReleaseTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    @Test("what two persons have released is paid with the next run, and the list says who and why")
    func life() async throws {
        func invoice(_ id: String, _ amount: String) throws -> ServiceFixture.Message {
            .init(
                id,
                SupplierInvoiceReceived(
                    invoiceId: id, supplier: SupplierReference(code: "S1", name: "Carrier"), orderIds: ["O1"],
                    issuedAt: try moment("2026-03-03T10:00:00+08:00"),
                    dueAt: try moment("2026-03-10T10:00:00+08:00"), amount: .of(amount), currency: .cny))
        }
        func act(_ id: String, _ step: ReleaseStep, of invoice: String = "V1", by person: String) async throws
            -> Reason?
        {
            let command = ReleasePayable(
                source: "erp", invoiceId: invoice, step: step, reason: "surcharge agreed", by: person)
            let outcome = try await finance.handle([
                .init(id, source: "waybill.people", typedBy: person, command)
            ])
            return outcome.refused[0]?.reason
        }
        func run() async throws -> (pay: [String?], held: [[String?]]) {
            let tables = try await finance.ask("payables.run", ["payOn": "2026-03-10"])
            let held = tables["held back"]
            return (
                tables["payment run"].column("pay"),
                zip(held.column("invoice_id"), held.column("release_proposed_by")).map { [$0, $1] }
            )
        }
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("O1", [("200", nil)]))),
            .init("k", makeCost("K1", order: "O1", .accrued, "100")), try invoice("V1", "500"),
            try invoice("V2", "700"),
        ])
        #expect(try await run().pay == [])
        #expect(try await act("1", .approve, by: "finance.director") == .wrongState)
        #expect(try await act("2", .propose, of: "V9", by: "li.wei") == .notFound)
        #expect(try await act("3", .propose, by: "li.wei") == nil)
        // Proposed alone it is still held back.
        let proposed = try await run()
        #expect(proposed.pay == [] && proposed.held == [["V1", "li.wei"], ["V2", nil]])
        #expect(try await act("4", .approve, by: "li.wei") == .samePerson)
        #expect(try await act("5", .approve, by: "finance.director") == nil)
        let released = try await run()
        #expect(released.pay == ["500.00"] && released.held == [["V2", nil]])
        #expect(try await act("6", .propose, by: "li.wei") == .wrongState)
        let list = try await finance.ask("payables.list")["payables"]
        #expect(list.column("invoice_id") == ["V1", "V2"] && list.column("match") == ["above-cost", "above-cost"])
        #expect(list.column("released_by") == ["finance.director", nil])
        #expect(list.column("release_reason") == ["surcharge agreed", nil])
    }

    @Test("what one proposes is said to the director, until another has agreed")
    func said() async throws {
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("O1", [("200", nil)]))),
            .init("k", makeCost("K1", order: "O1", .accrued, "100")),
            .init(
                "v",
                SupplierInvoiceReceived(
                    invoiceId: "V1", supplier: SupplierReference(code: "S1", name: "Carrier"), orderIds: ["O1"],
                    issuedAt: try moment("2026-03-03T10:00:00+08:00"),
                    dueAt: try moment("2026-03-10T10:00:00+08:00"), amount: .of("500"), currency: .cny)),
        ])
        func act(_ step: ReleaseStep, by person: String) async throws -> [SaidNotice] {
            try await finance.handle([
                .init(
                    step.rawValue, source: "waybill.people", typedBy: person,
                    ReleasePayable(source: "erp", invoiceId: "V1", step: step, reason: "agreed", by: person))
            ]).said()
        }
        let proposed = try #require(try await act(.propose, by: "li.wei").first)
        #expect(proposed.kind == "payable-release" && proposed.content?.owner == "finance.director")
        #expect(proposed.fact("open") == "500.00" && proposed.fact("proposed-by") == "li.wei")
        #expect(proposed.content?.next == "waybill finance payables release approve V1 --source erp")
        let approved = try await act(.approve, by: "finance.director")
        #expect(approved.map(\.id) == [proposed.id])
        #expect(approved.map(\.clearing) == ["approved by finance.director"])
        #expect(approved[0].revision > proposed.revision)
    }

    @Test("an invoice that does not fit is said a day after it came, once, until it fits or somebody lets it go")
    func held() async throws {
        func invoice(_ id: String, _ amount: String) throws -> ServiceFixture.Message {
            .init(
                id,
                SupplierInvoiceReceived(
                    invoiceId: id, supplier: SupplierReference(code: "S1", name: "Carrier"), orderIds: ["O1"],
                    issuedAt: try moment("2026-03-02T09:00:00+08:00"),
                    dueAt: try moment("2026-03-10T10:00:00+08:00"), amount: .of(amount), currency: .cny))
        }
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("O1", [("200", nil)]))),
            .init("k", makeCost("K1", order: "O1", .accrued, "100")), try invoice("V1", "500"),
            try invoice("V2", "100"),
        ])
        let due = try await finance.rows(
            "select key, payload from schedule where task = 'payables.held' order by payload")
        #expect(due.map { $0[1] } == ["erp\nV1\n", "erp\nV2\n"])
        func look(_ payload: String, _ day: String) async throws -> [SaidNotice] {
            try await finance.run("payables.held", key: "k", payload: payload, at: "\(day)T10:00:00+08:00").said()
        }
        let held = try #require(try await look("erp\nV1\n", "2026-03-03").first)
        #expect(held.kind == "payable-held" && held.content?.owner == "finance.director")
        #expect(held.fact("match") == "above-cost" && held.fact("open") == "500.00" && held.fact("supplier") == "S1")
        #expect(held.content?.next == "waybill finance payables release propose V1 --source erp --reason REASON")
        #expect(try await look("erp\nV2\n", "2026-03-03").isEmpty)
        #expect(try await look("erp\nV1\nsaid", "2026-03-04").isEmpty)
        let next = try await finance.rows(
            "select payload from schedule where task = 'payables.held' and due_at > '2026-03-05T00:00:00+08:00'")
        #expect(next == [["erp\nV1\nsaid"]])
        // What was missing is recorded.
        try await finance.handle([.init("k2", makeCost("K2", order: "O1", .accrued, "400"))])
        let fits = try await look("erp\nV1\nsaid", "2026-03-05")
        #expect(fits.map(\.id) == [held.id] && fits.map(\.kind) == ["cleared"])
        #expect(fits[0].revision > held.revision)
    }
}
