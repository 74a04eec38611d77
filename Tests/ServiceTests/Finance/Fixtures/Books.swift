import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

/// An invoice or a payment on its way to finance.
enum LedgerMessage {
    case invoice(InvoiceIssued)
    case payment(PaymentReceived)

    /// As it is published.
    var line: String {
        switch self {
        case .invoice(let body): "{\"type\":\"\(InvoiceIssued.type)\",\"data\":\(text(body))}"
        case .payment(let body): "{\"type\":\"\(PaymentReceived.type)\",\"data\":\(text(body))}"
        }
    }

    private func text(_ body: some Message) -> String { String(decoding: body.encode(), as: UTF8.self) }
}

/// Finance's books over the tables of a service.
struct Books: Sendable {
    static let source = "erp"
    let pool: PostgresPool

    /// Those of the service that the test has by its trait.
    static var current: Books {
        get throws { Books(pool: try ServiceFixture.current.pool) }
    }

    /// More of them for the same test.
    static func make() async throws -> Books {
        Books(pool: try await ServiceFixture.make(financeDefinition()).pool)
    }

    /// Handles messages as one batch, invoices first, as the host does; again when another batch was in the way.
    @discardableResult
    func deliver(_ messages: [LedgerMessage], source: String = Books.source) async throws -> [Int: Refusal] {
        var invoices: [Received<InvoiceIssued>] = []
        var payments: [Received<PaymentReceived>] = []
        for (position, message) in messages.enumerated() {
            switch message {
            case .invoice(let body):
                let envelope = Envelope(id: "\(position)", source: source, type: InvoiceIssued.type)
                invoices.append(Received(envelope: envelope, body: body, position: position))
            case .payment(let body):
                let envelope = Envelope(id: "\(position)", source: source, type: PaymentReceived.type)
                payments.append(Received(envelope: envelope, body: body, position: position))
            }
        }
        while true {
            do {
                return try await pool.withTransaction { [invoices, payments] transaction in
                    // Batches that stand in each other's way are tried again, and need not wait a second to find out.
                    try transaction.execute("set local deadlock_timeout = '20ms'")
                    var effects = Self.effects()
                    let rates = ExchangeRates(.standard)
                    let handlers = ReceivableHandlers(billing: Billing(rates: rates, policy: .standard))
                    if !invoices.isEmpty { try handlers.issued(invoices, transaction, &effects) }
                    if !payments.isEmpty { try ReceivableHandlers.received(payments, transaction, &effects) }
                    return effects.refused
                }
            } catch let error as PostgresError where error.isRetriable {
                await Task.yield()
            }
        }
    }

    static func effects(at time: String = "2026-01-05T09:00:00+08:00") -> Effects {
        let now = Timestamp(time) ?? Timestamp(microsecondsSinceEpoch: 0)
        return Effects(now: now, source: "waybill.finance", wallClock: now)
    }

    /// Every row of the books, for comparison.
    func rows() async throws -> [String] {
        try await pool.withTransaction { transaction in
            try transaction.query(
                """
                select 'invoice ' || (to_jsonb(r) - 'came_at')::text from receivable r
                union all select 'payment ' || (to_jsonb(p) - 'came_at')::text from customer_payment p
                union all select 'allocation ' || (to_jsonb(a) - 'came_at')::text from payment_allocation a order by 1
                """, as: String.self)
        }
    }

    /// Asks one of the questions about receivables and payables, with the standard rates.
    func ask(_ query: String, _ values: [String: String]) async throws -> [QueryTable] {
        try await pool.withTransaction(isReadOnly: true) { transaction in
            let rates = ExchangeRates(.standard)
            let all = ReceivableQueries(rates: rates).all + PayableQueries.all(rates) + CreditQueries(rates: rates).all
            guard let found = all.first(where: { $0.name == query }) else { return [] }
            return try found.ask(values, transaction)
        }
    }
}

/// Shorthand for bodies.
enum Make {
    static func amount(_ text: String) -> FixedDecimal { FixedDecimal(text) ?? .zero }

    static func invoice(
        _ identifier: String, _ amount: String, issued: String = "2026-01-05T10:00:00+08:00",
        due: String = "2026-02-04T10:00:00+08:00", customer: String = "C1", currency: String = "CNY"
    ) throws -> LedgerMessage {
        .invoice(
            InvoiceIssued(
                invoiceId: identifier, customer: CustomerCode(code: customer), orderIds: ["SO-1"],
                issuedAt: try #require(Timestamp(issued)), dueAt: Timestamp(due),
                amount: Self.amount(amount), currency: try #require(Currency(currency))))
    }

    static func payment(
        _ identifier: String, _ amount: String, for allocations: [(String, String)] = [],
        at time: String = "2026-01-20T10:00:00+08:00", customer: String = "C1", currency: String = "CNY"
    ) throws -> LedgerMessage {
        .payment(
            PaymentReceived(
                paymentId: identifier, customer: CustomerCode(code: customer),
                receivedAt: try #require(Timestamp(time)), amount: Self.amount(amount),
                currency: try #require(Currency(currency)),
                allocations: allocations.map { PaymentAllocation(invoiceId: $0.0, amount: Self.amount($0.1)) }))
    }
}
