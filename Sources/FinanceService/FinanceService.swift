import Contracts
import Postgres
import ServiceKit

/// What our business earns, and whose orders we go on taking.
@main
enum FinanceService {
    static let definition = ServiceDefinition(
        name: .finance,
        migrations: [
            Migration(number: 1, name: "finance", sql: PackageResources._001_finance_sql),
            Migration(number: 2, name: "receivables", sql: PackageResources._002_receivables_sql),
        ],
        handlers: [
            .on(CustomerRegistered.self) { messages, transaction, _ in
                try AccountStore.put(messages.map(\.body.record), transaction)
            },
            .on(CustomerChanged.self) { messages, transaction, _ in
                try AccountStore.put(messages.map(\.body.record), transaction)
            },
            .on(OrderPlaced.self, MarginHandlers.placed),
            .on(OrderChanged.self, MarginHandlers.changed),
            .on(OrderCancelled.self, MarginHandlers.cancelled),
            .on(CostRecorded.self, MarginHandlers.costRecorded),
            .on(InvoiceIssued.self, ReceivableHandlers.issued),
            .on(PaymentReceived.self, ReceivableHandlers.received),
            .on(SupplierRegistered.self, SupplierHandlers.registered),
            .on(CostBiasChanged.self, SupplierHandlers.biasChanged),
        ],
        tasks: [.daily("margin.evaluate", AcceptanceHandlers.evaluate)] + ReminderHandlers.all,
        queries: MarginQueries.all + AcceptanceQueries.all + ReceivableQueries.all, pace: .zero)

    static func main() async {
        await ServiceHost.run(definition)
    }
}
