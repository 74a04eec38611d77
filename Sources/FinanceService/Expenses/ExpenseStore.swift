import Contracts
import Domain
import Postgres

/// The SQL of sales expenses.
enum ExpenseStore {
    /// A branch's account: what is locked while something is decided about it.
    static func place(_ branch: String, _ account: String) -> LedgerKey {
        LedgerKey(source: branch, identifier: account)
    }

    /// For what places budgets are that have come before.
    static func places(of keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws -> [LedgerKey] {
        guard !keys.isEmpty else { return [] }
        let sorted = keys.sorted()
        return try transaction.query(
            """
            select b.branch, b.account
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, budget_id)
            join expense_budget b using (source, budget_id)
            """, as: (String, String).self
        ).map { place($0.0, $0.1) }
    }

    /// The budgets of a condition, locked until the transaction ends.
    static func budgets(_ filter: SQL, _ transaction: borrowing Transaction) throws -> [BudgetRow] {
        try budgets(filter, locked: "for update", transaction)
    }

    /// The budgets of some branches' accounts, as they stand now.
    static func budgets(at places: Set<LedgerKey>, _ transaction: borrowing Transaction) throws -> [BudgetRow] {
        let (branches, accounts) = (places.sorted().map(\.source), places.sorted().map(\.identifier))
        return try budgets(
            "(branch, account) in (select * from unnest(\(branches), \(accounts)))", locked: "", transaction)
    }

    private static func budgets(
        _ filter: SQL, locked lock: SQL, _ transaction: borrowing Transaction
    ) throws -> [BudgetRow] {
        try transaction.query(
            """
            select source, budget_id, revision, branch, owner, account, from_day, to_day, amount, currency,
                sales_target, set_by, planned, committed, actual, held, level, level_alert, lowered_alert, pace_alert,
                raised, sold, to_char(sold_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            from expense_budget b where \(filter) order by source, budget_id \(lock)
            """,
            as: (
                String, String, Int, String, String?, String, CalendarDay, CalendarDay, FixedDecimal, String,
                FixedDecimal?,
                String, FixedDecimal, FixedDecimal, FixedDecimal, FixedDecimal, Int, String?, String?, String?, Int,
                FixedDecimal?, String?
            ).self
        ).map { row in
            BudgetRow(
                key: LedgerKey(source: row.0, identifier: row.1),
                body: ExpenseBudgetSet(
                    budgetId: row.1, revision: row.2, branch: row.3, owner: row.4, account: row.5,
                    from: row.6, to: row.7, amount: row.8, currency: Currency(row.9) ?? .cny, salesTarget: row.10,
                    setBy: row.11),
                budget: ExpenseBudget(
                    amount: row.8, planned: row.12, committed: row.13, actual: row.14, held: row.15), level: row.16,
                levelAlert: row.17,
                loweredAlert: row.18, paceAlert: row.19, raised: row.20,
                sold: row.21, soldAt: row.22.flatMap { Timestamp($0) })
        }
    }

    static func expenses(_ filter: SQL, _ transaction: borrowing Transaction) throws -> [ExpenseRow] {
        try transaction.query(
            """
            select source, expense_id, state, branch, owner, account, day, amount, currency, budget_source,
                budget_id, counted, is_held, is_committed, approved_by
            from expense e where \(filter)
            """,
            as: (
                String, String, Int, String, String, String, CalendarDay, FixedDecimal, String, String?, String?,
                FixedDecimal?, Bool, Bool, String?
            ).self
        ).map { row in
            var found = ExpenseRow(
                key: LedgerKey(source: row.0, identifier: row.1),
                body: ExpenseReported(
                    expenseId: row.1, state: ExpenseState.allCases[min(max(row.2, 0), 2)], branch: row.3, owner: row.4,
                    account: row.5, day: row.6, amount: row.7,
                    currency: Currency(row.8) ?? .cny), isHeld: row.12, isCommitted: row.13, approvedBy: row.14)
            if let source = row.9, let budget = row.10 {
                found.budget = LedgerKey(source: source, identifier: budget)
                found.counted = row.11
            }
            return found
        }
    }

    /// What the orders that count, placed in the periods of some budgets, come to: of their branch, and of their owner
    /// when they have one. By currency.
    static func sales(
        of keys: [LedgerKey], _ transaction: borrowing Transaction
    ) throws -> [(key: LedgerKey, currency: Currency, revenue: FixedDecimal)] {
        try transaction.query(
            """
            select b.source, b.budget_id, o.currency, sum(o.known_revenue)
            from unnest(\(keys.map(\.source)), \(keys.map(\.identifier))) as k(source, budget_id)
            join expense_budget b using (source, budget_id)
            join orders o on o.is_counted and o.day between b.from_day and b.to_day and o.branch = b.branch
                and (b.owner is null or o.sales_owner = b.owner)
            group by 1, 2, 3 order by 1, 2, 3
            """, as: (String, String, String, FixedDecimal).self
        ).map { row in
            (
                LedgerKey(source: row.0, identifier: row.1), Currency(row.2) ?? .cny, row.3
            )
        }
    }

    static func put(_ rows: [BudgetRow], at time: Timestamp, _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        func numbers(_ value: (BudgetRow) -> FixedDecimal) -> [FixedDecimal] {
            rows.map { value($0) }
        }
        try transaction.queue(
            """
            insert into expense_budget (source, budget_id, revision, branch, owner, account, from_day, to_day, amount,
                currency, sales_target, set_by, planned, committed, actual, held, level, level_alert, lowered_alert,
                pace_alert, raised, sold, sold_at, changed_at)
            select source, budget_id, revision, branch, owner, account, date '1970-01-01' + from_day,
                date '1970-01-01' + to_day, amount, currency, sales_target::numeric, set_by, planned, committed, actual,
                held, level, level_alert, lowered_alert, pace_alert, raised, sold::numeric, sold_at::timestamptz,
                \(PostgresValue.timestamp(time.description))
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map { Int32($0.body.revision) }),
                \(rows.map(\.body.branch)), \(rows.map(\.body.owner)), \(rows.map(\.body.account)),
                \(rows.map(\.body.from.daysSinceEpoch)), \(rows.map(\.body.to.daysSinceEpoch)),
                \(numbers(\.budget.amount)), \(rows.map(\.body.currency.code)),
                \(rows.map(\.body.salesTarget?.description)), \(rows.map(\.body.setBy)), \(numbers(\.budget.planned)),
                \(numbers(\.budget.committed)), \(numbers(\.budget.actual)), \(numbers(\.budget.held)),
                \(rows.map { Int32($0.level) }), \(rows.map(\.levelAlert)), \(rows.map(\.loweredAlert)),
                \(rows.map(\.paceAlert)), \(rows.map { Int32($0.raised) }), \(rows.map(\.sold?.description)),
                \(rows.map(\.soldAt?.description)))
                as t(source, budget_id, revision, branch, owner, account, from_day, to_day, amount, currency,
                    sales_target, set_by, planned, committed, actual, held, level, level_alert, lowered_alert,
                    pace_alert, raised, sold, sold_at)
            on conflict (source, budget_id) do update set
                revision = excluded.revision, amount = excluded.amount, sales_target = excluded.sales_target,
                set_by = excluded.set_by, planned = excluded.planned, committed = excluded.committed,
                actual = excluded.actual, held = excluded.held, level = excluded.level,
                level_alert = excluded.level_alert, lowered_alert = excluded.lowered_alert,
                pace_alert = excluded.pace_alert, raised = excluded.raised, sold = excluded.sold,
                sold_at = excluded.sold_at, changed_at = excluded.changed_at
            """)
    }

    static func put(_ rows: [ExpenseRow], _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into expense (source, expense_id, state, branch, owner, account, day, amount, currency,
                budget_source, budget_id, counted, is_held, is_committed, approved_by)
            select source, expense_id, state, branch, owner, account, date '1970-01-01' + day, amount, currency,
                budget_source, budget_id, counted::numeric, is_held, is_committed, approved_by
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map { Int32($0.rank) }),
                \(rows.map(\.body.branch)), \(rows.map(\.body.owner)), \(rows.map(\.body.account)),
                \(rows.map(\.body.day.daysSinceEpoch)),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)),
                \(rows.map(\.budget?.source)), \(rows.map(\.budget?.identifier)),
                \(rows.map(\.counted?.description)), \(rows.map(\.isHeld)), \(rows.map(\.isCommitted)),
                \(rows.map(\.approvedBy)))
                as t(source, expense_id, state, branch, owner, account, day, amount, currency, budget_source, budget_id,
                    counted, is_held, is_committed, approved_by)
            on conflict (source, expense_id) do update set
                state = excluded.state, branch = excluded.branch, owner = excluded.owner, account = excluded.account,
                day = excluded.day, amount = excluded.amount, currency = excluded.currency,
                budget_source = excluded.budget_source, budget_id = excluded.budget_id, counted = excluded.counted,
                is_held = excluded.is_held, is_committed = excluded.is_committed,
                approved_by = excluded.approved_by, changed_at = now()
            """)
    }
}
