import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of reminders.
enum ReminderStore {
    /// An open invoice of which something is to be told.
    struct Debt: PostgresRow {
        let key: LedgerKey
        let customerCode: String
        /// The system whose code that is, when it is another than the invoice's.
        let customerSource: String?
        let customerId: String
        let branch: String?
        let salesOwner: String?
        let issued: CalendarDay
        let due: CalendarDay
        let amount: FixedDecimal
        let open: FixedDecimal
        let currency: Currency
        /// The last step that was told; 0 for none.
        let told: Int
        /// What of the open amount is disputed.
        let disputed: FixedDecimal
        /// Whether a promise to pay it was broken.
        let isPromiseBroken: Bool

        init(row: inout RowReader) throws(PostgresError) {
            let source = try row("source", as: String.self)
            let code = try row("customer_code", as: String.self)
            let codeSource = try row("customer_of", as: String?.self)
            key = LedgerKey(source: source, identifier: try row("invoice_id"))
            customerCode = code
            customerSource = codeSource
            customerId =
                try row("customer_id", as: String?.self)
                ?? AccountIdentifier.customer(source: codeSource ?? source, code: code)
            branch = try row("branch")
            salesOwner = try row("sales_owner")
            issued = try row("issued_day")
            due = try row("due_day")
            amount = try row("amount")
            open = try row("open")
            currency = try row("currency")
            told = try row("reminded")
            disputed = try row("disputed")
            isPromiseBroken = try row("is_broken")
        }
    }

    /// How far the reminders of an invoice have come.
    struct Progress {
        let key: LedgerKey
        let told: Int
        /// The day of the next one; `nil` when there is none.
        let next: CalendarDay?
    }

    /// What holds reminders of an invoice `r` back on a day: how much of it is disputed (`d`), and whether a promise to pay
    /// it was broken, or is to be waited for (`s`).
    static func held(on day: CalendarDay) -> SQL {
        """
        cross join lateral (
            select coalesce(sum(d.amount), 0) as disputed from dispute d
            where d.invoice_source = r.source and d.invoice_id = r.invoice_id and d.resolved_at is null
                and \(DisputeStore.fault) is null
        ) d
        cross join lateral (
            select coalesce(bool_or(state = 'broken'), false) as is_broken,
                coalesce(bool_or(state <> 'kept' and waits), false) as is_promised
            from (
                select \(PromiseStore.state(on: day.adding(days: -PromiseHandlers.grace))) as state,
                    p.promised_day + \(Int32(PromiseHandlers.grace)) >= date '1970-01-01' + \(day.daysSinceEpoch)
                        as waits
                from payment_promise p
                where p.invoice_source = r.source and p.invoice_id = r.invoice_id and p.currency = r.currency
            ) t
        ) s
        """
    }

    /// Open invoices whose next reminder is on a day or before it, locked: a payment that is being written down at the
    /// same moment is waited for, and what it settles is left out. So is what is disputed whole, and what is promised for
    /// days to come by somebody who has not broken a promise for it.
    static func pending(
        on day: CalendarDay, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [Debt] {
        try transaction.query(
            """
            select r.source, r.invoice_id, r.customer_code, r.customer_of, a.customer_id, a.branch,
                \(OwnerStore.owner(ofAccount: "a", on: day)) as sales_owner, r.issued_day, r.due_day, r.amount, r.amount - r.paid as open, r.currency, r.reminded,
                least(d.disputed, r.amount - r.paid) as disputed, s.is_broken
            from receivable r left join account a on a.source = r.customer_source and a.code = r.customer_code
            \(held(on: day))
            where r.settled_day is null and r.reminder_day <= date '1970-01-01' + \(day.daysSinceEpoch)
                and r.amount - r.paid - d.disputed >= \(Currency.smallestUnit(of: "r.currency"))
                and (s.is_broken or not s.is_promised)
            order by r.source, r.invoice_id limit \(limit) for update of r
            """, as: Debt.self)
    }

    /// Writes how far the reminders have come.
    static func put(_ progress: [Progress], _ transaction: borrowing Transaction) throws {
        guard !progress.isEmpty else { return }
        try transaction.queue(
            """
            update receivable r set reminded = t.told, reminder_day = date '1970-01-01' + t.next
            from unnest(
                \(progress.map(\.key.source)), \(progress.map(\.key.identifier)), \(progress.map { Int32($0.told) }),
                \(progress.map { $0.next?.daysSinceEpoch })) as t(source, invoice_id, told, next)
            where r.source = t.source and r.invoice_id = t.invoice_id
            """)
    }
}
