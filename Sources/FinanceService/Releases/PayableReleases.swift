import Contracts
import Domain
import Postgres
import ServiceKit

/// How a supplier's invoice stands, as far as its release goes.
struct HeldInvoice: Equatable {
    /// What is open of it.
    let open: FixedDecimal
    let currency: Currency
    let isSettled: Bool
    /// Whether it does not fit what was recorded, or looks like another one.
    let isHeld: Bool
    /// Who wants it paid.
    var proposedBy: String?
    /// Who has agreed.
    var approvedBy: String?
}

/// Suppliers' invoices that are held back and paid all the same: one person proposes it with a reason, another who may approve
/// so much agrees.
struct PayableReleases: Sendable {
    let rates: ExchangeRates
    let authority: Authority

    func release(
        _ messages: [Received<ReleasePayable>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ command: ReleasePayable) -> LedgerKey {
            LedgerKey(source: command.source, identifier: command.invoiceId)
        }
        var invoices = try PayableReleaseStore.lock(Set(messages.map { key($0.body) }), transaction)
        let rates = try rates.current(transaction)
        for message in messages {
            let (command, key) = (message.body, key(message.body))
            let principal: String?
            do throws(Refusal) {
                let approval = try check(
                    command, invoices[key], rates, on: effects.now.day(), under: message.permit)
                if let way = approval?.way { effects.take(way, for: message) }
                principal = message.onBehalfOf(by: approval?.way)
            } catch {
                effects.refuse(message, error)
                continue
            }
            switch command.step {
            case .propose: invoices[key]?.proposedBy = command.by
            case .approve: invoices[key]?.approvedBy = command.by
            }
            try PayableReleaseStore.put(command, for: principal, at: effects.now, transaction)
            RaisedBooks.tell(
                command, invoices[key], director: authority.manager(of: nil, branch: "", on: effects.now.day()),
                causedBy: message.envelope, &effects)
            effects.count(command.step == .propose ? "payable_releases_proposed" : "payable_releases_approved")
        }
    }

    /// Refuses what may not be: an invoice that nothing holds back, the same person twice, or more than somebody may approve.
    ///
    /// - Returns: by whose authority it is approved.
    @discardableResult
    func check(
        _ command: ReleasePayable, _ invoice: HeldInvoice?, _ rates: RateTable, on day: CalendarDay,
        under permit: ActPermit? = nil
    ) throws(Refusal) -> Mandate.Approval? {
        guard let invoice else {
            throw Refusal(
                .notFound, path: "$.invoiceId",
                "there is no supplier's invoice '\(command.invoiceId)' of '\(command.source)'")
        }
        func wrong(_ detail: String) -> Refusal { Refusal(.wrongState, path: "$.invoiceId", detail) }
        if invoice.isSettled { throw wrong("it is paid") }
        if let approver = invoice.approvedBy { throw wrong("'\(approver)' has released it already") }
        guard invoice.isHeld else { throw wrong("nothing holds it back: it fits what was recorded") }
        switch command.step {
        case .propose:
            if let other = invoice.proposedBy, other != command.by { throw wrong("'\(other)' has proposed it already") }
            return nil
        case .approve:
            guard let other = invoice.proposedBy else { throw wrong("nobody has proposed to release it") }
            guard !permit.areOne(other, command.by, on: [day]) else {
                throw Refusal(
                    .samePerson, path: "$.by",
                    "'\(other)' has proposed this; another person is to approve, and no deputy of the same")
            }
            guard let mandate = authority.mandate(permit, of: command.by, branch: nil, on: day) else {
                throw Refusal(
                    .notAuthorised, path: "$.by",
                    "'\(command.by)' may not release invoices: the director may, and approvers of the authority file")
            }
            return try mandate.check(
                Money(invoice.open, invoice.currency), rates, on: day, at: "$.by", rateAt: "$.invoiceId"
            ) { "\($0) is open" }
        }
    }
}
