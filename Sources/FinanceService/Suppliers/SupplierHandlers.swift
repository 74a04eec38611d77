import Contracts
import Domain
import Postgres
import ServiceKit

/// Finance's copy of who the suppliers are and how far their invoices are from what was expected.
enum SupplierHandlers {
    static func registered(
        _ messages: [Received<SupplierRegistered>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [AccountKey: (homing: AccountHoming, body: SupplierRegistered)] = [:]
        for message in messages {
            for homing in message.body.accounts {
                let key = AccountKey(source: homing.source, code: homing.code)
                if latest[key].map({ $0.body.revision < message.body.revision }) ?? true {
                    latest[key] = (homing, message.body)
                }
            }
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        try SupplierStore.put(rows, transaction)
    }

    static func biasChanged(
        _ messages: [Received<CostBiasChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [SupplierBias: CostBiasChanged] = [:]
        for body in messages.map(\.body) {
            let bias = SupplierBias(
                supplierId: body.supplierId, cost: BiasedCost(serviceItem: body.serviceItem, stage: body.stage))
            if latest[bias].map({ $0.asOf < body.asOf }) ?? true { latest[bias] = body }
        }
        try SupplierStore.put(latest.sorted { $0.key < $1.key }.map(\.value), transaction)
    }
}
