import Contracts
import Domain
import ServiceTestSupport
import Testing

/// Short bodies for collection.
enum Collect {
    static let at = "2026-01-10T10:00:00+08:00"

    static func note(
        _ id: String, _ invoice: String, _ amount: String, at: String = at, customer: String = "C1",
        currency: Currency = .cny
    ) throws -> CreditNoteIssued {
        CreditNoteIssued(
            creditNoteId: id, customer: CustomerCode(code: customer), invoiceId: invoice, issuedAt: try moment(at),
            amount: .of(amount), currency: currency)
    }

    static func later(
        _ id: String, _ payment: String, _ items: [(String, String)], at: String = at
    ) throws -> PaymentAllocated {
        PaymentAllocated(
            allocationId: id, paymentId: payment, allocatedAt: try moment(at),
            allocations: items.map { PaymentAllocation(invoiceId: $0.0, amount: .of($0.1)) })
    }

    static func writeOff(
        _ id: String, _ invoice: String, _ amount: String, by: String = "li.wei", at: String = at
    ) throws -> WriteOffProposed {
        WriteOffProposed(
            writeOffId: id, invoiceId: invoice, amount: .of(amount), currency: .cny, reason: .smallBalance,
            proposedBy: by, proposedAt: try moment(at))
    }

    static func approve(_ id: String, by: String = "wang.fang", at: String = at) throws -> WriteOffApproved {
        WriteOffApproved(writeOffId: id, approvedBy: by, approvedAt: try moment(at))
    }

    static func dispute(_ id: String, _ invoice: String, _ amount: String, at: String = at) throws -> InvoiceDisputed {
        InvoiceDisputed(
            disputeId: id, invoiceId: invoice, openedAt: try moment(at), amount: .of(amount), currency: .cny,
            reason: .price)
    }

    static func resolve(_ id: String, _ outcome: DisputeOutcome = .rejected) throws -> DisputeResolved {
        DisputeResolved(disputeId: id, resolvedAt: try moment(at), outcome: outcome)
    }

    static func promise(
        _ id: String, _ invoice: String, _ amount: String, on day: String, at: String = at
    ) throws -> PaymentPromised {
        PaymentPromised(
            promiseId: id, invoiceId: invoice, amount: .of(amount), currency: .cny,
            promisedOn: try #require(CalendarDay(day)), madeAt: try moment(at))
    }

    static func back(
        _ id: String, _ payment: String, _ amount: String, at: String = "2026-02-10T10:00:00+08:00",
        currency: Currency = .cny
    ) throws -> PaymentReturned {
        PaymentReturned(
            returnId: id, paymentId: payment, returnedAt: try moment(at), amount: .of(amount), currency: currency,
            reason: .bounced)
    }

    static func body(_ message: LedgerMessage) -> any Message {
        switch message {
        case .invoice(let body): body
        case .payment(let body): body
        }
    }

    static func invoice(
        _ id: String, _ amount: String, customer: String = "C1", currency: String = "CNY"
    ) throws -> any Message {
        body(try Make.invoice(id, amount, customer: customer, currency: currency))
    }

    static func payment(
        _ id: String, _ amount: String, for items: [(String, String)] = [], customer: String = "C1",
        currency: String = "CNY", at time: String = "2026-01-20T10:00:00+08:00"
    ) throws -> any Message {
        body(try Make.payment(id, amount, for: items, at: time, customer: customer, currency: currency))
    }
}
