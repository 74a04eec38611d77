import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("What people write in finance's books", .service(try financeDefinition()))
struct TypedByPeopleTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private func at(_ hour: Int) throws -> Timestamp {
        try #require(Timestamp("2026-03-02T\(hour < 10 ? "0" : "")\(hour):00:00+08:00"))
    }

    private func invoice(_ id: String) throws -> ServiceFixture.Message {
        ServiceFixture.Message(
            "invoice-\(id)",
            InvoiceIssued(
                invoiceId: id, customer: CustomerCode(code: "C1"), orderIds: [], issuedAt: try at(9), dueAt: nil,
                amount: .of("1000"), currency: .cny))
    }

    private func promise(_ id: String, _ invoice: String, by person: String?) throws -> ServiceFixture.Message {
        ServiceFixture.Message(
            "promise-\(id)", typedBy: person,
            PaymentPromised(
                promiseId: id, invoiceId: invoice, amount: .of("100"), currency: .cny,
                promisedOn: try #require(CalendarDay("2026-04-01")), madeAt: try at(10), by: person))
    }

    private func dispute(_ id: String, _ invoice: String, by person: String?) throws -> ServiceFixture.Message {
        ServiceFixture.Message(
            "dispute-\(id)", typedBy: person,
            InvoiceDisputed(
                disputeId: id, invoiceId: invoice, openedAt: try at(10), amount: .of("100"), currency: .cny,
                reason: .price, by: person))
    }

    private func resolve(_ id: String, by person: String?) throws -> ServiceFixture.Message {
        ServiceFixture.Message(
            "resolve-\(id)", typedBy: person,
            DisputeResolved(disputeId: id, resolvedAt: try at(11), outcome: .settled, by: person))
    }

    private func propose(_ id: String, _ invoice: String, by login: String, isTyped: Bool = true) throws
        -> ServiceFixture.Message
    {
        ServiceFixture.Message(
            "propose-\(id)", typedBy: isTyped ? login : nil,
            WriteOffProposed(
                writeOffId: id, invoiceId: invoice, amount: .of("100"), currency: .cny, reason: .smallBalance,
                proposedBy: login, proposedAt: try at(10)))
    }

    private func approve(_ id: String, by login: String, isTyped: Bool = true) throws -> ServiceFixture.Message {
        ServiceFixture.Message(
            "approve-\(id)-\(login)", typedBy: isTyped ? login : nil,
            WriteOffApproved(writeOffId: id, approvedBy: login, approvedAt: try at(11)))
    }

    private func refusals(_ outcome: ServiceFixture.Outcome) -> [Int: String] {
        outcome.refused.mapValues { "\($0.reason.rawValue) \($0.path)" }
    }

    @Test("a number that nobody knows is refused when a person types it, and waits when a system sends it")
    func unknown() async throws {
        let typed = try await finance.handle([
            promise("P1", "TYPO", by: "li.wei"), dispute("D1", "TYPO", by: "li.wei"), resolve("TYPO", by: "li.wei"),
            propose("W1", "TYPO", by: "li.wei"), approve("TYPO", by: "zhou.min"),
        ])
        #expect(
            refusals(typed) == [
                0: "not-found $.invoiceId", 1: "not-found $.invoiceId", 2: "not-found $.disputeId",
                3: "not-found $.invoiceId", 4: "not-found $.writeOffId",
            ])
        let sent = try await finance.handle([
            promise("P2", "V1", by: nil), dispute("D2", "V1", by: nil), resolve("D3", by: nil),
            propose("W2", "V1", by: "a", isTyped: false), approve("W3", by: "b", isTyped: false),
        ])
        #expect(refusals(sent) == [:])
        // What waits is a place that is kept, and no document.
        let still = try await finance.handle([promise("P3", "V1", by: "li.wei")])
        #expect(refusals(still) == [0: "not-found $.invoiceId"])
        let known = try await finance.handle([
            invoice("V1"), promise("P3", "V1", by: "li.wei"), dispute("D4", "V1", by: "li.wei"),
            resolve("D4", by: "li.wei"), propose("W4", "V1", by: "li.wei"),
        ])
        #expect(refusals(known) == [:])
    }

    @Test("a write-off is approved by another person than the one who proposes it, whatever order they come in")
    func twoPeople() async throws {
        try await finance.handle([invoice("V1"), propose("W1", "V1", by: "li.wei")])
        let same = try await finance.handle([approve("W1", by: "li.wei")])
        #expect(refusals(same) == [0: "same-person $.approvedBy"])
        let other = try await finance.handle([approve("W1", by: "zhou.min")])
        #expect(refusals(other) == [:])
    }
}
