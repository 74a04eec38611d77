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

    /// The budgets of some branches' accounts, as they stand now.
    static func budgets(at places: Set<LedgerKey>, _ transaction: borrowing Transaction) throws -> [BudgetRow] {
        try budgets(isAt(places), locked: "", transaction)
    }

    /// The budgets of some branches' accounts, locked until the transaction ends.
    static func lockBudgets(at places: Set<LedgerKey>, _ transaction: borrowing Transaction) throws -> [BudgetRow] {
        try budgets(isAt(places), locked: "for update", transaction)
    }

    /// The budgets with a target that run on a day, and those whose alert is open though their period is over, locked until
    /// the transaction ends.
    static func lockRunningBudgets(on day: CalendarDay, _ transaction: borrowing Transaction) throws -> [BudgetRow] {
        try budgets(
            "sales_target is not null and (\(day) between from_day and to_day or pace_alert is not null)",
            locked: "for update", transaction)
    }

    /// The condition that a row is of one of some branches' accounts.
    private static func isAt(_ places: Set<LedgerKey>) -> SQL {
        let (branches, accounts) = (places.sorted().map(\.source), places.sorted().map(\.identifier))
        return "(branch, account) in (select * from unnest(\(branches), \(accounts)))"
    }

    private static func budgets(
        _ filter: SQL, locked lock: SQL, _ transaction: borrowing Transaction
    ) throws -> [BudgetRow] {
        try transaction.query(
            """
            select source, budget_id, revision, branch, owner, account, from_day, to_day, amount, currency,
                sales_target, set_by, planned, committed, actual, held, level, level_alert, lowered_alert, pace_alert,
                raised, sold, date_trunc('second', sold_at) as sold_at
            from expense_budget b where \(filter) order by source, budget_id \(lock)
            """, as: BudgetRow.self)
    }

    /// Some expenses by their keys.
    static func expenses(_ keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws -> [ExpenseRow] {
        let (sources, identifiers) = (keys.sorted().map(\.source), keys.sorted().map(\.identifier))
        return try expenses(
            "(e.source, e.expense_id) in (select * from unnest(\(sources), \(identifiers)))", transaction)
    }

    /// The expenses of some branches' accounts that wait for a budget or for an approval.
    static func waiting(at places: Set<LedgerKey>, _ transaction: borrowing Transaction) throws -> [ExpenseRow] {
        try expenses("(budget_id is null or is_held) and \(isAt(places))", transaction)
    }

    /// The expenses of some people at some branches' accounts.
    static func expenses(
        of owners: [String], at places: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [ExpenseRow] {
        try expenses("\(!owners.isEmpty) and owner = any(\(owners)) and \(isAt(places))", transaction)
    }

    private static func expenses(_ filter: SQL, _ transaction: borrowing Transaction) throws -> [ExpenseRow] {
        try transaction.query(
            """
            select source, expense_id, state, branch, owner, account, day, amount, currency, budget_source,
                budget_id, counted, is_held, is_committed, approved_by, approved_on_behalf_of
            from expense e where \(filter)
            """, as: ExpenseRow.self)
    }

    /// What the orders that are taken, placed in the periods of some budgets, come to: of their branch, and of their owner
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
                and (b.owner is null or o.sales_owner = b.owner) and (o.decision is null or o.decision = 'accepted')
            group by 1, 2, 3 order by 1, 2, 3
            """, as: (String, String, Currency, FixedDecimal).self
        ).map { row in
            (LedgerKey(source: row.0, identifier: row.1), row.2, row.3)
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
                budget_source, budget_id, counted, is_held, is_committed, approved_by, approved_on_behalf_of)
            select source, expense_id, state, branch, owner, account, date '1970-01-01' + day, amount, currency,
                budget_source, budget_id, counted::numeric, is_held, is_committed, approved_by, approved_on_behalf_of
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map { Int32($0.rank) }),
                \(rows.map(\.body.branch)), \(rows.map(\.body.owner)), \(rows.map(\.body.account)),
                \(rows.map(\.body.day.daysSinceEpoch)),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)),
                \(rows.map(\.budget?.source)), \(rows.map(\.budget?.identifier)),
                \(rows.map(\.counted?.description)), \(rows.map(\.isHeld)), \(rows.map(\.isCommitted)),
                \(rows.map(\.approvedBy)), \(rows.map(\.approvedOnBehalfOf)))
                as t(source, expense_id, state, branch, owner, account, day, amount, currency, budget_source, budget_id,
                    counted, is_held, is_committed, approved_by, approved_on_behalf_of)
            on conflict (source, expense_id) do update set
                state = excluded.state, branch = excluded.branch, owner = excluded.owner, account = excluded.account,
                day = excluded.day, amount = excluded.amount, currency = excluded.currency,
                budget_source = excluded.budget_source, budget_id = excluded.budget_id, counted = excluded.counted,
                is_held = excluded.is_held, is_committed = excluded.is_committed,
                approved_by = excluded.approved_by, approved_on_behalf_of = excluded.approved_on_behalf_of,
                changed_at = now()
            """)
    }
}

extension BudgetRow: PostgresRow {
    /// Reads a budget as it stands in the table.
    init(row: inout RowReader) throws(PostgresError) {
        let source = try row("source", as: String.self)
        let body = ExpenseBudgetSet(
            budgetId: try row("budget_id"), revision: try row("revision"), branch: try row("branch"),
            owner: try row("owner"), account: try row("account"), from: try row("from_day"), to: try row("to_day"),
            amount: try row("amount"), currency: try row("currency"), salesTarget: try row("sales_target"),
            setBy: try row("set_by"))
        self.init(
            key: LedgerKey(source: source, identifier: body.budgetId), body: body,
            budget: ExpenseBudget(
                amount: body.amount, planned: try row("planned"), committed: try row("committed"),
                actual: try row("actual"), held: try row("held")),
            level: try row("level"), levelAlert: try row("level_alert"), loweredAlert: try row("lowered_alert"),
            paceAlert: try row("pace_alert"), raised: try row("raised"), sold: try row("sold"),
            soldAt: try row("sold_at"))
    }
}

extension ExpenseRow: PostgresRow {
    /// Reads an expense as it stands in the table.
    init(row: inout RowReader) throws(PostgresError) {
        let source = try row("source", as: String.self)
        let body = ExpenseReported(
            expenseId: try row("expense_id"),
            state: ExpenseState.allCases[min(max(try row("state", as: Int.self), 0), 2)], branch: try row("branch"),
            owner: try row("owner"), account: try row("account"), day: try row("day"), amount: try row("amount"),
            currency: try row("currency"))
        self.init(
            key: LedgerKey(source: source, identifier: body.expenseId), body: body, isHeld: try row("is_held"),
            isCommitted: try row("is_committed"), approvedBy: try row("approved_by"),
            approvedOnBehalfOf: try row("approved_on_behalf_of"))
        if let source = try row("budget_source", as: String?.self),
            let identifier = try row("budget_id", as: String?.self)
        {
            budget = LedgerKey(source: source, identifier: identifier)
            counted = try row("counted")
        }
    }
}
