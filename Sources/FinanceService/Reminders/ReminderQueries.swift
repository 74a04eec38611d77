import Contracts
import Domain
import Postgres
import ServiceKit

/// Who has been reminded of what, and up to whom.
struct ReminderQueries: Sendable {
    let rates: ExchangeRates

    var all: [Query] { [Query(ReceivableQuestions.reminders, list)] }

    /// Open invoices of which a reminder was told, with the level that the last one has today, and their customers with the
    /// highest level of any.
    private func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let today = arguments.today
        let levels = ReminderLevel.allCases.map(\.rawValue)
        let ranks = ReminderPolicy.offsets.map { offset in
            Int32((ReminderLevel.allCases.firstIndex(of: ReminderPolicy.level(offset: offset)) ?? 0) + 1)
        }
        let scope = try arguments.customers(transaction)
        let reminded: SQL = """
            select r.*, d.disputed, s.is_broken, s.is_promised, r.amount - r.paid as open,
                least((\(ranks)::integer[])[r.reminded] + s.is_broken::integer, \(Int32(levels.count))) as rank
            from receivable r \(ReminderStore.held(on: today))
            where r.amount is not null and r.settled_day is null and r.reminded > 0 and \(AgeingStore.filter(scope))
            """
        let worth = try rates.current(transaction).relation(on: today)
        return [
            try arguments.table(
                "customers",
                """
                select (\(levels)::text[])[max(g.rank) over (partition by g.source, g.customer_code)] as level,
                    g.customer_code, g.source, a.name, a.branch, a.sales_owner, g.invoices, g.oldest_due, g.open,
                    g.currency, max(g.rank) over (partition by g.source, g.customer_code) as rank,
                    g.open * coalesce(x.cny, 0) as worth
                from (
                    select r.customer_source as source, r.customer_code, r.currency, max(r.rank) as rank,
                        count(*) as invoices, min(r.due_day) as oldest_due, sum(r.open) as open
                    from (\(reminded)) r group by r.customer_source, r.customer_code, r.currency
                ) g
                left join account a on a.source = g.source and a.code = g.customer_code
                left join \(worth) x on x.code = g.currency
                """, transaction, format: moneyText),
            try arguments.table(
                "reminders",
                """
                select (\(levels)::text[])[r.rank] as level, r.invoice_id, r.source, r.customer_code, a.name, a.branch,
                    a.sales_owner, r.due_day, date '1970-01-01' + \(today.daysSinceEpoch) - r.due_day as days_overdue,
                    r.open, least(r.disputed, r.open) as disputed, r.currency, r.is_broken as broken_promise,
                    case when r.open - r.disputed < \(Currency.smallestUnit(of: "r.currency")) then 'disputed'
                        when r.is_promised and not r.is_broken then 'promised' end as held_by,
                    r.reminder_day as next_day, r.rank
                from (\(reminded)) r
                left join account a on a.source = r.customer_source and a.code = r.customer_code
                """, transaction, format: moneyText),
        ]
    }
}
