import Contracts
import Postgres
import ServiceKit

/// What would become of invoices and payments of an old system's file.
enum ReceivablePreviewQuery {
    static func invoices(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        var preview = try Preview(arguments, InvoiceIssued.self)
        let rows = preview.bodies.map { ($0.place, InvoiceRow(source: preview.source, $0.body)) }
        let known = try ReceivableStore.invoices(Set(rows.map(\.1.key)), transaction)
        for (place, row) in rows {
            preview.compare(place, row.content, before: known[row.key]?.fingerprint, at: "$.invoiceId")
        }
        return try preview.tables()
    }

    static func payments(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        var preview = try Preview(arguments, PaymentReceived.self)
        let rows = preview.bodies.map { ($0.place, PaymentRow(source: preview.source, $0.body)) }
        let known = try ReceivableStore.payments(Set(rows.map(\.1.key)), transaction)
        let invoices = try ReceivableStore.invoices(
            Set(rows.flatMap { $0.1.allocations.map(\.invoice) }), transaction)
        for (place, row) in rows {
            let isNew = preview.compare(place, row.content, before: known[row.key], at: "$.paymentId")
            if isNew, let refusal = ReceivableHandlers.currencyRefusal(row, invoices) {
                preview.refuse(place, refusal)
            }
        }
        return try preview.tables()
    }
}
