import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import ServiceKit

/// Every question of the catalogue over empty tables, and over what only waits for something else.
@Suite("Questions of a service that knows nothing yet", .services)
struct SparseQuestionTests {
    private static let now = Timestamp("2026-03-03T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)

    /// What is there before any message, by the service's own files and the calendar.
    private static let own: Set = ["rates", "check", "stages", "products"]
    /// Whole numbers that are no count of anything: which place a stage or a step has, where a span begins and ends, how long it is, how
    /// old something is.
    private static let spans: Set = [
        "days", "place", "step", "from", "to", "age_seconds", "oldest_seconds", "ageSeconds",
    ]

    /// The answer as who asks reads it; `nil` when it is refused because what is named is not there.
    ///
    /// Only a question about something that must be named may be refused so.
    private static func answer(
        _ query: Query, _ given: [String: String], _ fixture: ServiceFixture
    ) async throws -> [QueryTable]? {
        do {
            let tables = try await fixture.pool.withTransaction(isReadOnly: true) { transaction in
                try query.ask(given, at: now, transaction)
            }
            return try QueryReply(json: QueryReply.answered(tables, asOf: now).encode()).tables
        } catch let refusal as Refusal {
            let isOfSomething = query.description.parameters.contains { $0.isRequired && $0.kind == .text }
            guard refusal.reason == .notFound, isOfSomething else { throw refusal }
            return nil
        }
    }

    /// The values of columns that say how much there is of something, and are not nought.
    private static func amounts(_ table: QueryTable, _ described: TableDescription) -> [String] {
        var found: [String] = []
        for (place, column) in table.columns.enumerated() {
            switch described.kind(of: column.name) {
            case .money, .quantity: break
            case .count where !spans.contains(column.name): break
            default: continue
            }
            for row in table.rows {
                if let value = row.values[place], Double(value) != 0 { found.append("\(column.name) \(value)") }
            }
        }
        return found
    }

    @Test(
        "over empty tables every question answers with nothing or nought, and none fails",
        arguments: ServiceName.allCases)
    func nothing(_ service: ServiceName) async throws {
        let fixture = try await ServiceFixture.make(service.definition())
        var answered = 0
        for query in fixture.definition.answered {
            let question = query.description
            for given in QuestionTests.examples(of: question) {
                do {
                    guard let tables = try await Self.answer(query, given, fixture) else { continue }
                    answered += 1
                    for table in tables {
                        QuestionTests.check(table, question)
                        guard let described = question.answer(table.name), !Self.own.contains(table.name) else {
                            continue
                        }
                        let place = "\(service.rawValue) \(question.name) '\(table.name)' \(given)"
                        #expect(Self.amounts(table, described) == [], "\(place)")
                        guard described.isPaged else { continue }
                        #expect(!table.isCut && table.next == nil, "\(place)")
                        #expect(table.totals.allSatisfy { Double($0.amount) == 0 }, "\(place)")
                        if !described.isVarying { #expect(table.rows.isEmpty && table.count ?? 0 == 0, "\(place)") }
                    }
                } catch {
                    Issue.record("\(service.rawValue) \(question.name) \(given): \(error)")
                }
            }
        }
        #expect(answered > 0)
    }

    // MARK: What waits

    /// Documents, each about something that has not come.
    private static func waiting() throws -> [any Message] {
        let at = try moment("2026-03-01T10:00:00+08:00")
        let customer = CustomerCode(code: "C1")
        let supplier = SupplierReference(code: "S1", name: "Carrier")
        return [
            makeCost("K1", order: "missing", .actual, "7.50"),
            OrderCancelled(orderId: "cancelled", revision: 2, cancelledAt: at),
            OrderCompleted(orderId: "completed", revision: 1, completedAt: at),
            PaymentReceived(
                paymentId: "P1", customer: customer, receivedAt: at, amount: .of("60"), currency: .cny,
                allocations: [PaymentAllocation(invoiceId: "missing", amount: .of("10"))]),
            CreditNoteIssued(
                creditNoteId: "CN1", customer: customer, invoiceId: "missing", issuedAt: at, amount: .of("3"),
                currency: .cny),
            WriteOffProposed(
                writeOffId: "X1", invoiceId: "missing", amount: .of("1"), currency: .cny, reason: .smallBalance,
                proposedBy: "li.wei", proposedAt: at),
            InvoiceDisputed(
                disputeId: "D1", invoiceId: "missing", openedAt: at, amount: .of("2"), currency: .cny, reason: .price),
            PaymentPromised(
                promiseId: "R1", invoiceId: "missing", amount: .of("3"), currency: .cny,
                promisedOn: try #require(CalendarDay("2026-03-10")), madeAt: at),
            PaymentReturned(
                returnId: "B1", paymentId: "missing", returnedAt: at, amount: .of("4"), currency: .cny,
                reason: .bounced),
            SupplierInvoiceReceived(
                invoiceId: "V1", supplier: supplier, orderIds: ["missing"], issuedAt: at, dueAt: at,
                amount: .of("120"), currency: .cny),
            SupplierPaymentMade(
                paymentId: "Z1", supplier: supplier, paidAt: at, amount: .of("33"), currency: .cny,
                allocations: [PaymentAllocation(invoiceId: "missing", amount: .of("33"))]),
            InvoiceIssued(
                invoiceId: "I1", customer: customer, orderIds: ["missing"], issuedAt: at, dueAt: at,
                amount: .of("100"), currency: .cny),
            AgreementRecorded(
                AgreementTerms(
                    agreementId: "A1", revision: 1, kind: .rates, title: "Rates",
                    validFrom: try #require(CalendarDay("2026-01-01"))), customer: customer, by: "li.wei"),
            ComplaintStepTaken(
                stepId: "S1", source: "erp", complaintId: "missing", step: .accepted, at: at, by: "li.wei"),
        ]
    }

    /// Tables in which the documents above are seen to wait.
    private static let seen: [ServiceName: Set<String>] = [
        .finance: [
            "costs that wait for their order or its line", "payments that wait for an invoice", "references",
            "supplier payments that wait for an invoice or were set aside", "waiting",
            "what else waits for its invoice or was set aside",
        ],
        .customer: ["references", "waiting"],
        .sales: ["references", "waiting"],
        .servicedesk: ["references", "steps that wait for their complaint", "waiting"],
        .supplier: ["references", "waiting"],
    ]

    @Test(
        "with nothing but what waits for something else every question answers, and shows what waits",
        arguments: ServiceName.allCases)
    func onlyWaiting(_ service: ServiceName) async throws {
        let fixture = try await ServiceFixture.make(service.definition())
        let read = Set(fixture.definition.handlers.flatMap(\.types.keys))
        let messages = try Self.waiting().filter { read.contains(type(of: $0).type) }
        let outcome = try await fixture.handle(messages.enumerated().map { .init("m\($0)", $1) })
        #expect(outcome.refused.isEmpty)
        var withRows: Set<String> = []
        for query in fixture.definition.answered {
            for given in QuestionTests.examples(of: query.description) {
                do {
                    for table in try await Self.answer(query, given, fixture) ?? [] {
                        QuestionTests.check(table, query.description)
                        if !table.rows.isEmpty { withRows.insert(table.name) }
                    }
                } catch {
                    Issue.record("\(service.rawValue) \(query.name) \(given): \(error)")
                }
            }
        }
        let unseen = (Self.seen[service] ?? []).subtracting(withRows)
        #expect(unseen.isEmpty, "what waits is not in: \(unseen.sorted())")
    }
}
