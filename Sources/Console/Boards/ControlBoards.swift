import Client
import Contracts

extension Board {
    /// What is to be paid: the run of a day, what is held back and why, and what could be set off instead.
    static let payments = Board(
        place: .payments, help: .paymentsHelp, filters: ["payOn", "supplier", "source", "currency", "within"],
        parts: [
            BoardPart(
                title: .paymentRun, help: .paymentRunHelp, service: .finance, question: PayableQuestions.run,
                table: "payment run", values: [("totals", "true")],
                form: .table([
                    "supplier_code", "name", "invoices", "pay", "prepaid", "currency", "oldest_due",
                ])),
            BoardPart(
                title: .heldBack, help: .heldBackHelp, service: .finance, question: PayableQuestions.run,
                table: "held back", values: [("totals", "true")],
                form: .table([
                    "due_day", "invoice_id", "supplier_code", "open", "currency", "reason", "release_proposed_by",
                ]),
                action: { row in
                    row["invoice_id"].map {
                        (
                            .release,
                            Link(
                                "act", ReleasePayable.type.description,
                                values: [
                                    ("invoiceId", $0), ("source", row["source"]),
                                    ("step", row["release_proposed_by"] == nil ? "propose" : "approve"),
                                ])
                        )
                    }
                }),
            BoardPart(
                title: .payables, service: .finance, question: PayableQuestions.list, table: "payables",
                values: [("totals", "true")],
                form: .table(["due_day", "invoice_id", "supplier_code", "name", "amount", "open", "currency", "match"])),
            BoardPart(
                title: .setOff, help: .setOffHelp, service: .finance, question: PayableQuestions.setOff,
                table: "set-off", values: [("totals", "true")],
                form: .table([
                    "name", "receivable", "payable", "could_be_set_off", "currency", "customer_codes", "supplier_codes",
                ])),
            BoardPart(
                title: .prepayments, service: .finance, question: PayableQuestions.prepayments, table: "prepayments",
                values: [("totals", "true")], form: .table([])),
        ])

    /// Whether expenses keep the pace of sales: budgets by how much of them is used, and what waits for an approval.
    static let expenses = Board(
        place: .expenses, help: .expensesHelp, filters: ["branch", "owner", "account", "from", "to", "within"],
        parts: [
            BoardPart(
                title: .budgetsUsed, help: .budgetsUsedHelp, service: .finance, question: FinanceQuestions.budgets,
                table: "budgets", values: [("totals", "true")],
                form: .bars(
                    [
                        BoardBars(
                            figure: "used_percent",
                            label: { [$0["branch"], $0["account"]].compactMap { $0 }.joined(separator: " ") },
                            records: budget),
                        BoardBars(
                            figure: "sold_percent",
                            label: { [$0["branch"], $0["account"]].compactMap { $0 }.joined(separator: " ") },
                            records: budget),
                    ],
                    [
                        "branch", "account", "owner", "budget", "committed", "actual", "available", "currency",
                        "used_percent", "sold_percent", "ahead_of_sales", "level",
                    ])),
            BoardPart(
                title: .expensesWaiting, help: .expensesWaitingHelp, service: .finance,
                question: FinanceQuestions.expenses, table: "expenses", values: [("totals", "true")],
                form: .table([
                    "day", "expense_id", "state", "branch", "owner", "account", "amount", "currency", "note",
                ]),
                action: { row in
                    guard row["approved_by"] == nil else { return nil }
                    return row["expense_id"].map {
                        (
                            .approve,
                            Link(
                                "act", ApproveExpense.type.description,
                                values: [("expenseId", $0), ("source", row["source"])])
                        )
                    }
                }),
        ], acts: [ExpenseBudgetSet.type.description])

    /// The expenses of a budget.
    private static let budget: @Sendable (RowView, Asking.Answer, [String: String]) -> Link? = { row, _, _ in
        row["budget_id"].map {
            Link("q", "finance", FinanceQuestions.expenses.name, values: [("budget", $0), ("totals", "true")])
        }
    }

    /// Closing a month: what is to be looked at first, its margins, and what came late.
    static let months = Board(
        place: .months, help: .monthsHelp, filters: ["month"],
        parts: [
            BoardPart(
                title: .checkList, help: .checkListHelp, service: .finance, question: FinanceQuestions.closingCheck,
                table: "check", form: .table(["state", "what", "count", "oldest", "amount", "currency", "to_do"])),
            BoardPart(
                title: .marginsOfMonth, service: .finance, question: FinanceQuestions.postedMargins, table: "margins",
                form: .bars(
                    [BoardBars(figure: "margin", label: BoardBars.by("business_line"), currency: "currency")], [])),
            BoardPart(
                title: .cameLate, help: .cameLateHelp, service: .finance, question: FinanceQuestions.late,
                table: "late", values: [("totals", "true")],
                form: .table([
                    "kind", "reference", "party", "business_line", "original_day", "posting_day", "revenue", "cost",
                    "amount", "currency",
                ])),
            BoardPart(
                title: .closedMonths, service: .finance, question: FinanceQuestions.periods, table: "closed",
                form: .table([
                    "month", "closed_by", "closed_at", "reopen_by", "reopen_reason", "posted_later",
                ])),
            BoardPart(
                title: .doneToMonths, service: .finance, question: FinanceQuestions.periods, table: "what was done",
                form: .table(["month", "state", "by", "proposed_by", "reason", "at"])),
        ], acts: [ClosePeriod.type.description, ReopenPeriod.type.description],
        further: [(.profit, Link("profit"))])

    /// Why the margin changed from one time to another: the bridge, and by what is told apart.
    static let profit = Board(
        place: .profit, help: .profitHelp, filters: ["before", "after", "basis", "branch", "line", "customer", "by"],
        parts: [
            BoardPart(
                title: .bridge, help: .bridgeHelp, service: .finance, question: ProfitQuestions.bridge, table: "bridge",
                form: .waterfall([
                    "before", "currency_effect", "price", "cost", "volume", "mix", "new", "lost", "credits", "rounding",
                    "after",
                ])),
            BoardPart(
                title: .bridgeBy, service: .finance, question: ProfitQuestions.bridge, table: "bridge by …",
                form: .table([])),
            BoardPart(
                title: .heldOrders, service: .finance, question: ProfitQuestions.bridge, table: "held", form: .table([])
            ),
        ], further: [(.whatIf, Link("what-if")), (.months, Link("months"))])
}
