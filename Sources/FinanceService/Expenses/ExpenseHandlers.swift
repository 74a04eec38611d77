import Contracts
import Domain
import Postgres
import ServiceKit

/// Budgets, expenses and approvals → sums, decisions and alerts.
struct ExpenseHandlers: Sendable {
    let authority: Authority
    let rates: ExchangeRates

    private func rules(_ transaction: borrowing Transaction) throws -> ExpenseLedger.Rules {
        ExpenseLedger.Rules(
            authority: authority, rates: try rates.current(transaction),
            amounts: try ActAuthority.amounts(.approve, .expense, transaction))
    }

    func set(
        _ messages: [Received<ExpenseBudgetSet>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let first = messages.first else { return }
        let places = messages.map { ExpenseStore.place($0.body.branch, $0.body.account) }
        let owners = Set(messages.compactMap(\.body.owner)).sorted()
        let keys = messages.map { LedgerKey(source: $0.envelope.source, identifier: $0.body.budgetId) }
        var ledger = try ExpenseLedger(
            rules(transaction), Set(places), [], budgetKeys: Set(keys), owners: owners, transaction)
        for message in messages.sorted(by: { $0.body.revision < $1.body.revision }) {
            if let refusal = ledger.set(message.body, source: message.envelope.source) {
                effects.refuse(message, refusal)
            }
        }
        try ledger.settle(first.envelope, transaction, &effects)
    }

    func reported(
        _ messages: [Received<ExpenseReported>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let first = messages.first else { return }
        let places = messages.map { ExpenseStore.place($0.body.branch, $0.body.account) }
        let keys = messages.map { LedgerKey(source: $0.envelope.source, identifier: $0.body.expenseId) }
        var ledger = try ExpenseLedger(rules(transaction), Set(places), Set(keys), transaction)
        for message in messages {
            if let refusal = ledger.report(message.body, message.envelope, &effects) {
                effects.refuse(message, refusal)
            }
        }
        try ledger.settle(first.envelope, transaction, &effects)
        try PostingStore.trace(ledger.spent, at: effects.now, transaction) { spent, months in
            months.postingDay(for: spent.body.day).map {
                LatePosting(
                    kind: .expense, key: spent.key, party: spent.body.branch, originalDay: spent.body.day,
                    postingDay: $0, amount: spent.body.amount, currency: spent.body.currency)
            }
        }
    }

    func approve(
        _ messages: [Received<ApproveExpense>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let first = messages.first else { return }
        let keys = messages.map { LedgerKey(source: $0.body.source, identifier: $0.body.expenseId) }
        var ledger = try ExpenseLedger(rules(transaction), [], Set(keys), transaction)
        for message in messages {
            if let refusal = ledger.approve(message, &effects) {
                effects.refuse(message, refusal)
            }
        }
        try ledger.settle(first.envelope, transaction, &effects)
    }

    var tasks: [ScheduledTask] {
        let rates = rates
        return [
            .daily("expenses.pace") { items, transaction, effects in
                guard !items.isEmpty else { return }
                try ExpensePace.evaluate(rates.current(transaction), transaction, &effects)
            }
        ]
    }
}
