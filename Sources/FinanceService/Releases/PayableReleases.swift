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
    /// Whose it is, by the code of the supplier.
    var supplier: String?
    /// What it comes to.
    var amount: FixedDecimal?
    /// Why it is held back, when it is.
    var match: NoticePayableMatch?

    /// Whether somebody should say what becomes of it.
    var isWaiting: Bool { isHeld && !isSettled && approvedBy == nil }
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

    // MARK: What is held back

    /// The task that looks at invoices a day after they came, and then day by day, until nothing holds them back.
    static let heldTask = "payables.held"
    private static let day: Int64 = 86_400

    /// Has invoices that came looked at: what was recorded for them may come a little later.
    static func look(at keys: Set<LedgerKey>, _ effects: inout Effects) {
        for key in keys.sorted() { look(at: key, isSaid: false, &effects) }
    }

    private static func look(at key: LedgerKey, isSaid: Bool, _ effects: inout Effects) {
        // No identifier holds a control character.
        effects.schedule(
            heldTask, key: StableIdentifier.of("payable", key.source, key.identifier),
            at: effects.now.adding(seconds: day),
            payload: "\(key.source)\n\(key.identifier)\n\(isSaid ? "said" : "")")
    }

    /// Says which of them are held back, once, and takes it back when they are no more. Who has proposed to pay one has said so already.
    func hold(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var waiting: [LedgerKey: Bool] = [:]
        for item in items {
            let parts = item.payload.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3 else { continue }
            waiting[LedgerKey(source: parts[0], identifier: parts[1])] = parts[2] == "said"
        }
        let invoices = try PayableReleaseStore.lock(Set(waiting.keys), transaction)
        let director = authority.manager(of: nil, branch: "", on: effects.now.day())
        for (key, isSaid) in waiting.sorted(by: { $0.key < $1.key }) {
            guard let invoice = invoices[key], invoice.isWaiting else {
                if isSaid { RaisedBooks.fits(key, &effects) }
                continue
            }
            if !isSaid, invoice.proposedBy == nil { RaisedBooks.hold(key, invoice, director: director, &effects) }
            Self.look(at: key, isSaid: true, &effects)
        }
        effects.count("payables_looked_at", waiting.count)
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
