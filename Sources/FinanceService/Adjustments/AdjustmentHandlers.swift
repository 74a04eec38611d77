import Contracts
import Domain
import Postgres
import ServiceKit

/// Credit notes, and debts that are given up by two people.
struct AdjustmentHandlers: Sendable {
    let billing: Billing
    let rates: ExchangeRates

    func credited(
        _ messages: [Received<CreditNoteIssued>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ReceivableStore.lockBooks(transaction)
        let rows = messages.map { AdjustmentRow(source: $0.envelope.source, $0.body) }
        let fresh = try Self.take(messages, rows, "$.creditNoteId", transaction, &effects)
        guard !fresh.isEmpty else { return }
        let invoices = Set(fresh.map(\.invoice))
        let orders = try Billing.lock(
            [], ofInvoices: invoices,
            accounts: fresh.compactMap { row in
                row.customer.map {
                    (LedgerKey(source: $0.source ?? row.key.source, identifier: $0.code), row.currency)
                }
            }, transaction)
        try AdjustmentStore.put(fresh, transaction)
        try Self.refit(invoices, transaction, &effects)
        try billing.bill(locked: orders, transaction, &effects)
        effects.count("credit_notes", fresh.count)
        try PostingStore.trace(fresh, at: effects.now, transaction) { row, months in
            let day = row.at.day()
            return months.postingDay(for: day).map {
                LatePosting(
                    kind: .creditNote, key: row.key, party: row.customer?.code ?? "", originalDay: day, postingDay: $0,
                    amount: row.amount, currency: row.currency)
            }
        }
    }

    /// Takes the credit notes of some invoices into the books that fit these, and applies what of them counts.
    static func refit(
        _ invoices: Set<LedgerKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let (touched, entered, setAside) = try AdjustmentStore.refitNotes(of: invoices, transaction)
        effects.count("adjustments_set_aside", setAside)
        guard !touched.isEmpty else { return }
        _ = try ReceivableStore.lockInvoices(touched, transaction)
        try ApplicationStore.apply(to: touched, transaction, &effects)
        let sorted = touched.sorted()
        try ApplicationStore.settle(sorted.map(\.source), sorted.map(\.identifier), transaction, &effects)
        try LaterAllocations.release(for: entered, transaction, &effects)
        // What an invoice had no room for makes room in the limit.
        try CreditReview.ask(ofInvoices: touched, transaction, &effects)
    }

    /// A proposal changes nothing, unless its approval has come before it.
    static func proposed(
        _ messages: [Received<WriteOffProposed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ReceivableStore.lockBooks(transaction)
        let rows = messages.map { AdjustmentRow(source: $0.envelope.source, $0.body) }
        let standings = try AdjustmentStore.standings(.writeOff, Set(rows.map(\.key)), transaction)
        let fresh = try take(messages, rows, "$.writeOffId", transaction, &effects)
        try AdjustmentStore.put(fresh, transaction)
        let approved = fresh.compactMap { row in
            standings[row.key]?.approvedAt.map { (row.kind, row.key, row.invoice, $0, row.amount) }
        }
        try AdjustmentStore.allocate(approved, transaction)
        try ApplicationStore.apply(to: Set(approved.map(\.2)), transaction, &effects)
        effects.count("write_offs_proposed", fresh.count)
        // One that was approved before it was proposed waits for nobody.
        let waiting = fresh.filter { standings[$0.key]?.approvedAt == nil }
        let causes = Dictionary(zip(rows.map(\.key), messages.map(\.envelope))) { first, _ in first }
        try RaisedReceivables.propose(waiting, causedBy: causes, transaction, &effects)
    }

    func approved(
        _ messages: [Received<WriteOffApproved>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rates = try rates.current(transaction)
        try ReceivableStore.lockBooks(transaction)
        func key(_ message: Received<WriteOffApproved>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.writeOffId)
        }
        let standings = try AdjustmentStore.standings(.writeOff, Set(messages.map(key)), transaction)
        var approvers = standings.compactMapValues(\.approvedBy)
        var fresh: [(key: LedgerKey, body: WriteOffApproved)] = []
        var principals: [LedgerKey: String] = [:]
        for message in messages {
            let key = key(message)
            if let before = approvers[key] {
                if before == message.body.approvedBy {
                    effects.count("repeated_approvals")
                } else {
                    effects.refuse(
                        message,
                        Refusal(.conflictingContent, path: "$.writeOffId", "'\(before)' has approved this before"))
                }
                continue
            }
            // A proposal that was set aside is as good as refused: who proposes it anew is not known.
            let days = [effects.now.day(), standings[key]?.proposedAt?.day()].compactMap(\.self)
            if let standing = standings[key], !standing.isSetAside, let proposer = standing.proposedBy,
                message.permit.areOne(proposer, message.body.approvedBy, on: days)
            {
                effects.refuse(message, Self.samePerson("$.approvedBy"))
                continue
            }
            if let refusal = NamedByPerson.refusal(
                of: message, unless: standings[key]?.proposedBy != nil, "write-off", message.body.writeOffId,
                at: "$.writeOffId")
            {
                effects.refuse(message, refusal)
                continue
            }
            var taken: ActWayTaken?
            if let permit = message.permit, permit.hasAmounts {
                do throws(Refusal) {
                    let way = try permit.way(
                        PermissionMeasure(amount: standings[key]?.money), rates, on: effects.now.day(),
                        at: "$.writeOffId")
                    effects.take(way, for: message)
                    taken = way
                } catch {
                    effects.refuse(message, error)
                    continue
                }
            }
            approvers[key] = message.body.approvedBy
            principals[key] = message.onBehalfOf(by: taken)
            fresh.append((key, message.body))
            RaisedReceivables.approve(key, message.body, causedBy: message.envelope, &effects)
        }
        guard !fresh.isEmpty else { return }
        try AdjustmentStore.approve(fresh, for: principals, transaction)
        var invoices: Set<LedgerKey> = []
        var allocations:
            [(kind: AdjustmentRow.Kind, key: LedgerKey, invoice: LedgerKey, at: Timestamp, amount: FixedDecimal)] = []
        for (key, body) in fresh {
            guard let standing = standings[key], !standing.isSetAside, let invoice = standing.invoice,
                let amount = standing.amount
            else { continue }
            invoices.insert(invoice)
            allocations.append((.writeOff, key, invoice, body.approvedAt, amount))
        }
        _ = try ReceivableStore.lockInvoices(invoices, transaction)
        try AdjustmentStore.allocate(allocations, transaction)
        try ApplicationStore.apply(to: invoices, transaction, &effects)
        effects.count("write_offs", allocations.count)
    }

    /// Those that have not come before and fit their invoice; the keys of invoices that have not come are written.
    private static func take<Body>(
        _ messages: [Received<Body>], _ rows: [AdjustmentRow], _ path: String, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws -> [AdjustmentRow] {
        guard let kind = rows.first?.kind else { return [] }
        let standings = try AdjustmentStore.standings(kind, Set(rows.map(\.key)), transaction)
        let invoices = try AdjustmentStore.invoices(Set(rows.map(\.invoice)), transaction)
        var seen = KnownContent(standings.filter { !$0.value.isSetAside }.compactMapValues(\.fingerprint))
        var fresh: [AdjustmentRow] = []
        for (message, row) in zip(messages, rows) {
            guard
                seen.isNew(
                    message, row.key, row.content, at: path,
                    counting: "repeated_\(kind == .creditNote ? "credit_notes" : "write_offs")", &effects)
            else { continue }
            if let refusal = NamedByPerson.refusal(
                of: message, unless: invoices[row.invoice]?.amount != nil, "invoice", row.invoice.identifier,
                of: row.invoice.source, at: "$.invoiceId")
            {
                effects.refuse(message, refusal)
                continue
            }
            if let invoice = invoices[row.invoice], let refusal = misfit(row, invoice) {
                effects.refuse(message, refusal)
                continue
            }
            if let approver = standings[row.key]?.approvedBy, approver == row.proposedBy {
                effects.refuse(message, samePerson("$.proposedBy"))
                continue
            }
            seen.keep(row.content, under: row.key)
            fresh.append(row)
        }
        try ReceivableStore.putKeys(Set(fresh.map(\.invoice)).subtracting(invoices.keys), transaction)
        return fresh
    }

    private static func misfit(_ row: AdjustmentRow, _ invoice: AdjustmentStore.Invoice) -> Refusal? {
        guard let amount = invoice.amount else { return nil }
        if let currency = invoice.currency, currency != row.currency.code {
            return Refusal(.currencyMismatch, path: "$.currency", "the invoice is in \(currency)")
        }
        if let customer = row.customer, let owner = invoice.customer,
            (customer.code, customer.source ?? row.key.source) != (owner, invoice.customerSource)
        {
            return Refusal(.valueNotAllowed, path: "$.customer.code", "the invoice is of customer '\(owner)'")
        }
        // What with others is too much is set aside instead: which of them it is must not depend on which came first.
        if row.amount > amount {
            return Refusal(.overAllocated, path: "$.amount", "the invoice is only of \(amount.moneyText)")
        }
        return nil
    }

    private static func samePerson(_ path: String) -> Refusal {
        Refusal(.samePerson, path: path, "a write-off is approved by another person than the one who proposes it")
    }
}
