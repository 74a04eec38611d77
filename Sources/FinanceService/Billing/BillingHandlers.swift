import Contracts
import Domain
import Postgres
import ServiceKit

/// What invoices have taken over of the orders they name, whose rest goes on counting; and what credit notes on them take
/// from what the orders earn.
struct Billing: Sendable {
    /// What was asked for by the order alone, as the release before does.
    private static let formerName = "credit.bill"
    /// What is asked for by an order and the version of its row. A copy of the release before would take the version for a part
    /// of the order's number, bill nothing and be done: of a task that it does not know it leaves everything.
    private static let name = "credit.bill-order"

    let rates: ExchangeRates
    let policy: MarginPolicy

    var tasks: [ScheduledTask] {
        [Self.formerName, Self.name].map { name in
            .onDemand(name) { items, transaction, effects in
                try bill(Set(items.compactMap(\.order)), transaction, &effects)
            }
        }
    }

    /// Has it worked out anew how the invoices that name an order are shared by their orders: it has come, or comes to
    /// something else.
    ///
    /// - Parameter version: that of the order's row. What is scheduled by it is nothing that may be in hand elsewhere just now:
    ///   who has that in hand waits for the order, and whoever wrote over it would wait for him.
    static func ask(for key: OrderKey, version: Int, _ effects: inout Effects) {
        effects.schedule(name, key: "\(key.scheduled)\u{1F}\(version)", at: effects.now)
    }

    /// Works out how much of some orders, and of those invoiced together with them, is invoiced, and moves what they add
    /// to the exposure.
    func bill(
        _ keys: Set<OrderKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !keys.isEmpty else { return }
        let concerned = try BillingStore.neighbours(of: keys, transaction)
        try Self.lock(concerned, accounts: [], transaction)
        try bill(locked: concerned, transaction, &effects)
    }

    /// Locks the orders of some invoices and what else is billed with them, before anything of theirs is written: whatever an
    /// invoice changes of the exposure comes after the orders, as everywhere.
    ///
    /// - Parameters:
    ///   - keys: the orders that invoices name that are just coming.
    ///   - invoices: invoices that are there.
    ///   - accounts: whose exposures will change besides.
    /// - Returns: the orders that are to be billed.
    static func lock(
        _ keys: Set<OrderKey>, ofInvoices invoices: Set<LedgerKey> = [],
        accounts: [(account: LedgerKey, currency: Currency)], _ transaction: borrowing Transaction
    ) throws -> Set<OrderKey> {
        let named = invoices.isEmpty ? keys : keys.union(try BillingStore.orders(of: invoices, transaction))
        let concerned = named.isEmpty ? [] : named.union(try BillingStore.neighbours(of: named, transaction))
        try lock(concerned, accounts: accounts, transaction)
        return concerned
    }

    private static func lock(
        _ concerned: Set<OrderKey>, accounts: [(account: LedgerKey, currency: Currency)],
        _ transaction: borrowing Transaction
    ) throws {
        // Of two invoices that name one order, the second sees the first.
        try KeyLock.lock("billing", concerned, transaction)
        try OrderStore.lockWithSums(concerned, transaction)
        try ExposureStore.lock(accounts, orders: concerned, transaction)
    }

    /// The same for orders that are locked, with all that are invoiced together with them.
    func bill(
        locked concerned: Set<OrderKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !concerned.isEmpty else { return }
        let revision = try RateStore.ask(transaction)
        let invoices = try BillingStore.invoices(of: concerned, transaction)
        let table = try rates.current(revision(), transaction)
        let billed = BillingPolicy.billed(by: invoices, table)
        try BillingStore.put(billed.filter { concerned.contains($0.key) }, transaction)
        let unknown = invoices.flatMap(\.orders).filter { $0.revenue == nil }.map(\.key)
        try WaitingBillStore.note(concerned, unknown: concerned.intersection(unknown), transaction)
        let credited = BillingPolicy.credited(by: invoices, table)
        let changed = try BillingStore.credit(credited.filter { concerned.contains($0.key) }, transaction)
        guard !changed.isEmpty else { return }
        var ledger = try OrderLedger(changed, rates: rates, policy: policy, transaction)
        for key in changed { ledger.touch(key, causedBy: nil) }
        try ledger.settle(.credit, transaction, &effects)
    }
}

extension OrderKey {
    /// The order as the key of what is to be done about it.
    var scheduled: String { "\(source)\u{1F}\(orderId)" }
}

extension ScheduledItem {
    /// The order that is named by the key, whatever stands behind it; `nil` when it names none.
    var order: OrderKey? {
        let parts = key.split(separator: "\u{1F}", maxSplits: 2).map(String.init)
        return parts.count >= 2 ? OrderKey(source: parts[0], orderId: parts[1]) : nil
    }
}
