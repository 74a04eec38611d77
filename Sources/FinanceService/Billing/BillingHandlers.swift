import Contracts
import Domain
import Postgres
import ServiceKit

/// What invoices have taken over of the orders they name, whose rest goes on counting; and what credit notes on them take
/// from what the orders earn.
struct Billing: Sendable {
    private static let name = "credit.bill"

    let rates: ExchangeRates
    let policy: MarginPolicy

    var task: ScheduledTask {
        .onDemand(Self.name) { items, transaction, effects in
            try bill(Set(items.compactMap(\.order)), transaction, &effects)
        }
    }

    /// Has it worked out anew how the invoices that name an order are shared by their orders: it has come, or comes to
    /// something else.
    static func ask(for key: OrderKey, _ effects: inout Effects) {
        effects.schedule(name, key: key.scheduled, at: effects.now)
    }

    /// Works out how much of some orders, and of those invoiced together with them, is invoiced, and moves what they add
    /// to the exposure.
    func bill(
        _ keys: Set<OrderKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !keys.isEmpty else { return }
        let concerned = try BillingStore.neighbours(of: keys, transaction)
        guard !concerned.isEmpty else { return }
        // Of two invoices that name one order, the second sees the first.
        try KeyLock.lock("billing", concerned, transaction)
        try OrderStore.foresee(concerned, transaction)
        let revision = try RateStore.ask(transaction)
        let invoices = try BillingStore.invoices(of: concerned, transaction)
        let table = try rates.current(revision(), transaction)
        let billed = BillingPolicy.billed(by: invoices, table)
        try BillingStore.put(billed.filter { concerned.contains($0.key) }, transaction)
        let credited = BillingPolicy.credited(by: invoices, table)
        let changed = try BillingStore.credit(credited.filter { concerned.contains($0.key) }, transaction)
        guard !changed.isEmpty else { return }
        var ledger = try OrderLedger(changed, rates: rates, policy: policy, transaction)
        for key in changed { ledger.touch(key, causedBy: nil) }
        try ledger.settle(.credit, transaction, &effects)
    }

    /// The same for the orders of some invoices.
    func bill(
        invoices: Set<LedgerKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try bill(try BillingStore.orders(of: invoices, transaction), transaction, &effects)
    }
}

extension OrderKey {
    /// The order as the key of what is to be done about it.
    var scheduled: String { "\(source)\u{1F}\(orderId)" }
}

extension ScheduledItem {
    /// The order that is named by the key; `nil` when it names none.
    var order: OrderKey? {
        let parts = key.split(separator: "\u{1F}", maxSplits: 1).map(String.init)
        return parts.count == 2 ? OrderKey(source: parts[0], orderId: parts[1]) : nil
    }
}
