import Contracts
import Domain
import Postgres
import ServiceKit

/// What is told of suppliers, and whoever bills us or is paid by us → suppliers.
enum SupplierHandlers {
    static func reported(
        _ messages: [Received<SupplierReported>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let now = effects.now
        let records = messages.map { (message: $0, saidAt: ($0.envelope.time ?? now).microsecondsSinceEpoch) }
        try SupplierStore.seen(
            records.map { message, saidAt in
                Sighting(
                    source: message.envelope.source, code: message.body.code, name: message.body.name,
                    masterSaidAt: saidAt)
            }, transaction, &effects)
        try PartyStore.putCodes(records, transaction)
    }

    static func invoiced(
        _ messages: [Received<SupplierInvoiceReceived>], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        try SupplierStore.seen(
            messages.map {
                Sighting(
                    source: $0.body.supplier.source ?? $0.envelope.source, code: $0.body.supplier.code,
                    name: $0.body.supplier.name)
            }, transaction, &effects)
    }

    static func paid(
        _ messages: [Received<SupplierPaymentMade>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try SupplierStore.seen(
            messages.map {
                Sighting(
                    source: $0.body.supplier.source ?? $0.envelope.source, code: $0.body.supplier.code,
                    name: $0.body.supplier.name)
            }, transaction, &effects)
    }
}
