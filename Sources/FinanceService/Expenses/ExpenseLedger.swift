import Contracts
import Domain
import Postgres
import ServiceKit

/// The budgets and expenses that one batch touches, from reading them to telling what has changed.
///
/// Whatever is decided about a branch's account is decided under one lock, so that two expenses cannot both take the last
/// of a budget.
struct ExpenseLedger {
    /// What is known of who may approve what, and of currencies.
    struct Rules {
        let authority: Authority
        let rates: RateTable
        /// The amounts of the policy; nothing while the file counts.
        var amounts: [PermissionAmount]?

        /// The lowest tier, or the role of the lowest amount, that may let a budget be exceeded by so much; `nil` when none
        /// may.
        func tier(for excess: FixedDecimal, _ currency: Currency, on day: CalendarDay) -> String? {
            if let amounts {
                let measure = PermissionMeasure(amount: Money(excess, currency))
                return amounts.first { $0.isOfEveryBusiness && $0.covers(measure, rates, on: day) ?? false }?.role
                    .rawValue
            }
            return authority.tiers.filter { tier in
                rates.convert(excess, from: currency, to: tier.currency, on: day).map { $0 <= tier.expenseCap } ?? false
            }.min { ($0.expenseCap, $0.name) < ($1.expenseCap, $1.name) }?.name
        }
    }

    private let rules: Rules
    private var budgets: [LedgerKey: BudgetRow] = [:]
    private var expenses: [LedgerKey: ExpenseRow] = [:]
    private var changedBudgets: Set<LedgerKey> = []
    private var changedExpenses: Set<LedgerKey> = []
    private var lowered: Set<LedgerKey> = []
    /// What was found to be spent.
    private(set) var spent: [ExpenseRow] = []

    /// - Parameters:
    ///   - places: the branches' accounts that are touched, by ``ExpenseStore/place(_:_:)``.
    ///   - keys: the expenses that are touched.
    ///   - budgetKeys: the budgets that are set.
    ///   - owners: whose expenses may come to a budget of their own.
    init(
        _ rules: Rules, _ places: Set<LedgerKey>, _ keys: Set<LedgerKey>,
        budgetKeys: Set<LedgerKey> = [], owners: [String] = [], _ transaction: borrowing Transaction
    ) throws {
        self.rules = rules
        try KeyLock.lock("expense", keys, transaction)
        try KeyLock.lock("expense-budget-key", budgetKeys, transaction)
        // What is known may come for another place now: both are locked.
        var places = places
        places.formUnion(try ExpenseStore.places(of: budgetKeys, transaction))
        for row in try ExpenseStore.expenses(keys, transaction) {
            places.insert(ExpenseStore.place(row.body.branch, row.body.account))
        }
        try KeyLock.lock("expense-place", places, transaction)
        for row in try ExpenseStore.lockBudgets(at: places, transaction) { budgets[row.key] = row }
        // Those that wait for a budget or for an approval may go on by what comes.
        let touched = [
            try ExpenseStore.expenses(keys, transaction), try ExpenseStore.waiting(at: places, transaction),
            try ExpenseStore.expenses(of: owners, at: places, transaction),
        ]
        for row in touched.joined() { expenses[row.key] = row }
    }

    // MARK: What comes

    /// Takes a budget over; a reason when it contradicts what there is.
    mutating func set(_ body: ExpenseBudgetSet, source: String) -> Refusal? {
        let key = LedgerKey(source: source, identifier: body.budgetId)
        if let refusal = Self.refusal(of: body, key, among: budgets) { return refusal }
        if var row = budgets[key] {
            let former = row.body
            guard former.revision < body.revision else { return nil }
            row.body = body
            row.budget.amount = body.amount
            if body.amount < former.amount { lowered.insert(key) }
            budgets[key] = row
        } else {
            budgets[key] = BudgetRow(key: key, body: body, budget: ExpenseBudget(amount: body.amount))
            if body.owner != nil { claim(for: key) }
        }
        changedBudgets.insert(key)
        return nil
    }

    /// Why a budget cannot be set beside those there are; `nil` when it can.
    static func refusal(
        of body: ExpenseBudgetSet, _ key: LedgerKey, among budgets: [LedgerKey: BudgetRow]
    ) -> Refusal? {
        if let former = budgets[key]?.body {
            guard
                former.branch == body.branch, former.account == body.account, former.owner == body.owner,
                former.from == body.from, former.to == body.to, former.currency == body.currency
            else {
                return Refusal(
                    .conflictingContent, path: "$.budgetId",
                    "a revision changes the amount or the target; for another place or period set another budget")
            }
            if former.revision == body.revision, former != body {
                return Refusal(
                    .conflictingRevision, path: "$.revision", "this revision came before with other content")
            }
        } else {
            if let other = budgets.values.filter({ $0.overlaps(body) }).min(by: { $0.key < $1.key }) {
                return Refusal(
                    .conflictingContent, path: "$.from",
                    "budget '\(other.key.identifier)' of '\(other.key.source)' is for the same place and days")
            }
        }
        return nil
    }

    /// Gives a person's new budget what the branch's has borne in its stead. What was let go stays so.
    private mutating func claim(for key: LedgerKey) {
        guard let taker = budgets[key] else { return }
        for var row in expenses.values where taker.takes(row.body) {
            guard let former = row.budget, former != key, budgets[former]?.body.owner == nil,
                let counted = counted(row.body, in: taker)
            else { continue }
            budgets[former]?.budget.move(row.standing, to: nil)
            row.budget = key
            row.counted = counted
            budgets[key]?.budget.move(nil, to: row.standing)
            expenses[row.key] = row
            changedExpenses.insert(row.key)
            changedBudgets.insert(former)
        }
    }

    /// Takes an expense over; a reason when it contradicts what there is.
    mutating func report(_ body: ExpenseReported, _ cause: Envelope, _ effects: inout Effects) -> Refusal? {
        let key = LedgerKey(source: cause.source, identifier: body.expenseId)
        var row = ExpenseRow(key: key, body: body, isCommitted: body.state == .committed)
        let former = expenses[key]
        if var former {
            if row.rank < former.rank {
                if row.isCommitted, !former.isCommitted {
                    former.isCommitted = true
                    expenses[key] = former
                    changedExpenses.insert(key)
                }
                return nil
            }
            if row.rank == former.rank {
                return former.body == body
                    ? nil
                    : Refusal(
                        .conflictingContent, path: "$.expenseId",
                        "this expense came before in this state, and otherwise")
            }
            row.isCommitted = row.isCommitted || former.isCommitted
            row.approvedBy = former.approvedBy
            row.approvedOnBehalfOf = former.approvedOnBehalfOf
        }
        if let taker = taker(of: body), counted(body, in: taker) == nil {
            return Refusal(
                .noRate, path: "$.currency",
                "no rate from \(body.currency.code) to the budget's \(taker.body.currency.code) is known on \(body.day)"
            )
        }
        if let former, let budget = former.budget {
            budgets[budget]?.budget.move(former.standing, to: nil)
            changedBudgets.insert(budget)
        }
        expenses[key] = row
        changedExpenses.insert(key)
        if body.state == .actual { spent.append(row) }
        place(key, former: former, cause, &effects)
        return nil
    }

    /// Lets an expense go that is held; a reason when that may not be.
    mutating func approve(_ message: Received<ApproveExpense>, _ effects: inout Effects) -> Refusal? {
        let (body, cause) = (message.body, message.envelope)
        let key = LedgerKey(source: body.source, identifier: body.expenseId)
        guard var row = expenses[key] else {
            return Refusal(
                .notFound, path: "$.expenseId", "'\(body.source)' has reported no expense '\(body.expenseId)'")
        }
        guard row.isHeld, let budgetKey = row.budget, let budget = budgets[budgetKey], let counted = row.counted else {
            return Refusal(
                .wrongState, path: "$.expenseId",
                row.budget == nil ? "it waits for a budget, not for an approval" : "it does not wait for an approval")
        }
        let day = effects.now.day()
        if message.permit.areOne(row.body.owner, body.by, on: [day]) {
            return Refusal(.samePerson, path: "$.by", "whoever spends it does not approve it")
        }
        let mandate = rules.authority.mandate(
            message.permit, of: body.by, branch: row.body.branch, on: day, most: { $0.expenseCap })
        guard let mandate else {
            return Refusal(
                .notAuthorised, path: "$.by",
                "'\(body.by)' may not approve expenses of this branch: its manager or the director may")
        }
        let excess = budget.budget.excess(with: counted) ?? .zero
        do throws(Refusal) {
            let approval = try mandate.check(
                Money(excess, budget.body.currency), rules.rates, on: day, at: "$.by", rateAt: "$.expenseId"
            ) { "with it the budget would be exceeded by \($0)" }
            if let way = approval.way { effects.take(way, for: message) }
            row.approvedOnBehalfOf = message.onBehalfOf(by: approval.way)
        } catch { return error }
        row.approvedBy = body.by
        release(row, cause, &effects)
        return nil
    }

    // MARK: What follows

    private func taker(of body: ExpenseReported) -> BudgetRow? {
        budgets.values.filter { $0.takes(body) }
            .min { ($0.body.owner == nil ? 1 : 0, $0.key) < ($1.body.owner == nil ? 1 : 0, $1.key) }
    }

    private func counted(_ body: ExpenseReported, in budget: BudgetRow) -> FixedDecimal? {
        rules.rates.convert(body.amount, from: body.currency, to: budget.body.currency, on: body.day)
    }

    /// Gives an expense to its budget, that of its owner before that of the branch, and answers.
    private mutating func place(
        _ key: LedgerKey, former: ExpenseRow?, _ cause: Envelope, _ effects: inout Effects
    ) {
        guard var row = expenses[key], let taker = taker(of: row.body), let counted = counted(row.body, in: taker)
        else { return }
        row.budget = taker.key
        row.counted = counted
        let excess = taker.budget.excess(with: counted)
        row.isHeld = row.body.state == .committed && excess != nil
        expenses[key] = row
        changedExpenses.insert(key)
        budgets[taker.key]?.budget.move(nil, to: row.standing)
        changedBudgets.insert(taker.key)
        switch row.body.state {
        case .planned: break
        case .committed:
            answer(
                row, row.isHeld ? .needsApproval : .accepted, row.isHeld ? .beyondBudget : nil, excess,
                wasHeld: former?.isHeld ?? false, cause, &effects)
        case .actual:
            let wasLetGo = former.map { $0.body.state == .committed && !$0.isHeld && $0.counted != nil } ?? false
            let isWithin = wasLetGo && former?.counted.map { counted <= $0 } ?? false
            let reason: ExpenseReason? =
                if counted == .zero { nil } else if former?.isHeld ?? false { .notApproved } else if !row.isCommitted {
                    .notCommitted
                } else if excess != nil, !isWithin { .beyondBudget } else { nil }
            if let reason {
                answer(row, .recorded, reason, excess, wasHeld: former?.isHeld ?? false, cause, &effects)
            }
        }
    }

    private mutating func release(_ released: ExpenseRow, _ cause: Envelope, _ effects: inout Effects) {
        guard let budget = released.budget else { return }
        var row = released
        row.isHeld = false
        budgets[budget]?.budget.move(released.standing, to: row.standing)
        expenses[row.key] = row
        changedExpenses.insert(row.key)
        changedBudgets.insert(budget)
        answer(row, .accepted, nil, nil, wasHeld: true, cause, &effects)
    }

    private func answer(
        _ row: ExpenseRow, _ decision: ExpenseDecision, _ reason: ExpenseReason?, _ excess: FixedDecimal?,
        wasHeld: Bool, _ cause: Envelope, _ effects: inout Effects
    ) {
        guard let budget = row.budget.flatMap({ budgets[$0] }) else { return }
        let tier =
            decision == .needsApproval
            ? excess.flatMap { rules.tier(for: $0, budget.body.currency, on: effects.now.day()) } : nil
        let event = ExpenseDecided(
            source: row.key.source, expenseId: row.key.identifier, budgetId: budget.key.identifier,
            decision: decision, reason: reason, tier: tier, approvedBy: row.approvedBy,
            available: budget.budget.available, currency: budget.body.currency, decidedAt: effects.now,
            branch: budget.body.branch)
        effects.publish(event, causedBy: cause, key: row.key.identifier)
        RaisedBooks.tell(event, of: row, budget, excess: excess, wasHeld: wasHeld, causedBy: cause, &effects)
        effects.count("expenses_\(decision == .needsApproval ? "held" : decision.rawValue)")
    }

    /// Lets go on what waited, the oldest first, tells what budgets are nearly used, and writes all of it.
    mutating func settle(_ cause: Envelope, _ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        let waiting = expenses.values.filter { $0.budget == nil || $0.isHeld }
            .sorted { ($0.body.day, $0.key) < ($1.body.day, $1.key) }.map(\.key)
        for key in waiting {
            guard let row = expenses[key] else { continue }
            if row.budget == nil {
                place(key, former: nil, cause, &effects)
            } else if row.isHeld, let budget = row.budget.flatMap({ budgets[$0] }), let counted = row.counted,
                budget.budget.excess(with: counted) == nil
            {
                release(row, cause, &effects)
            }
        }
        try ExpenseStore.put(changedExpenses.sorted().compactMap { expenses[$0] }, transaction)
        var changed = changedBudgets.sorted().compactMap { budgets[$0] }
        // The rows are there before their sales are looked up by them.
        try ExpenseStore.put(changed, at: effects.now, transaction)
        try ExpensePace.look(&changed, isForced: false, rules.rates, transaction, effects.now)
        for place in changed.indices {
            changed[place].tellUse(wasLowered: lowered.contains(changed[place].key), cause, &effects)
            let isOver = changed[place].body.to < effects.now.day()
            _ = changed[place].tellPace(isOver: isOver, cause, &effects)
        }
        try ExpenseStore.put(changed, at: effects.now, transaction)
    }
}
