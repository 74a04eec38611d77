import Domain

/// What the finance service answers.
public enum FinanceQuestions {
    /// All of them.
    public static let all =
        [
            alerts, alert, orders, order, summary, totals, waitingCosts, settledReferences, business, budgets, expenses,
            periods, late,
            postedMargins, closingCheck,
        ]
        + AcceptanceQuestions.all + ReceivableQuestions.all + CreditQuestions.all + PayableQuestions.all
        + ProfitQuestions.all + ViewQuestions.all + RateQuestions.all

    private static let orderId = QueryInput.text("orderId", "The order.").required
    private static let month = QueryInput.text("month", "The month, such as 2024-03.")
    /// What is no revenue: orders that wait for approval, that are refused, and that are dated after tomorrow.
    private static let apart: [ColumnGroup] = [
        .count("waiting_orders"), .money("waiting_revenue"), .count("refused_orders"), .money("refused_revenue"),
        .count("ahead_orders"), .money("ahead_revenue"),
    ]

    // MARK: Orders and alerts

    /// Margin alerts.
    public static let alerts = QueryDescription(
        .finance, "alerts.list", "Margin alerts, the greatest loss of now first, by what it is worth in CNY.",
        [
            .choice("state", ["open", "all"], otherwise: "open", "Only open ones, or all."),
            .choice("level", MarginLevel.allCases.map(\.rawValue), "Only of this level."),
            .choice("severity", MarginSeverity.allCases.map(\.rawValue), "Only of this severity."),
            .text("customer", "Only of this customer, under whatever codes: a code of it, or its identifier."), .source,
            .text("owner", "Only those that this person has to see to."),
            .decimal("loss", "Only those that lose at least so much, in their own currency.").protected(.margin),
        ],
        shows: .marginAlert,
        answers: [
            .pages(
                "alerts", by: [.ascending("worth", hidden: .quantity).protected(.margin), "alert_id"],
                narrowed: [.amount: "margin_now"],
                [
                    .code("level", "severity", "order_id", "source", "customer_code", "business_line", "branch"),
                    .code("sales_owner"), .earned(), .code("currency"),
                    .time("raised_at", "cleared_at"), .day("diagnose_by"), .code("reason"), .day("recover_by"),
                    .code("escalated_to", "outcome", "alert_id"),
                    .earned("_now", currency: "currency_now"), .code("currency_now"),
                    .text("name"),
                ])
        ])

    /// One alert.
    public static let alert = QueryDescription(
        .finance, "alerts.show", "One margin alert: what it is of, and what was done about it.",
        [.text("alertId", "The alert.").required],
        shows: .marginAlert,
        answers: [
            .whole(
                "alert",
                [
                    .code("alert_id", "level", "severity", "order_id", "source", "customer_id", "customer_code"),
                    .code("business_line", "branch", "sales_owner"), .earned(),
                    .code("currency"), .time("raised_at", "cleared_at"), .code("clearing"), .day("diagnose_by"),
                    .code("reason"), .text("plan"), .day("recover_by"), .code("diagnosed_by"), .time("diagnosed_at"),
                    .code("escalated_to"), .time("escalated_at"), .code("outcome"), .text("note"), .code("closed_by"),
                    .time("closed_at"), .earned("_now", currency: "currency_now"),
                    .code("currency_now"), .text("causes"), .rate("threshold").protected(.margin),
                    .code("diagnosed_on_behalf_of", "closed_on_behalf_of"),
                ])
        ])

    /// Orders.
    public static let orders = QueryDescription(
        .finance, "orders.list", "Orders with their margin and what was decided, the latest first.",
        [
            .choice(
                "decision", OrderDecision.allCases.map(\.rawValue) + ["none"],
                "Only those so decided; none: those undecided."),
            .text("customer", "Only of this customer, under whatever codes: a code of it, or its identifier."), .source,
        ],
        shows: .order,
        answers: [
            .pages(
                "orders", by: [.descending("placed_at"), "source", "order_id"],
                totals: ["revenue", "cost", "margin", "amount"], narrowed: [.amount: "amount"],
                [
                    .code("order_id", "source", "customer_code"), .text("name"),
                    .code("business_line", "branch", "sales_owner"), .time("placed_at"),
                    .earned(), .code("currency", "state", "decision", "rule", "alert"),
                    .money("amount"),
                ])
        ])

    /// An order as finance knows it.
    public static let order = QueryDescription(
        .finance, "orders.show",
        "An order's margin, line by line, its costs, how far such costs are usually off, and its alerts with their causes.",
        [orderId, .source],
        shows: .order,
        answers: [
            .whole(
                "order",
                [
                    .code("source", "order_id"), .count("revision"),
                    .code("state", "customer_code", "business_line", "branch", "sales_owner"), .time("placed_at"),
                    .code("currency"), .money("revenue"), .money("known_revenue", as: .text),
                    .money("cost").protected(.cost), .money("margin").protected(.margin),
                    .flag("provisional", as: .text), .code("alert", "decision", "rule", "override"),
                ]),
            .whole(
                "lines",
                [
                    .code("source"), .count("line"), .code("service_item", "lane"), .quantity("quantity"),
                    .code("unit"), .money("revenue"), .money("cost").protected(.cost), .code("basis"),
                    .money("margin").protected(.margin), .code("currency"),
                    .flag("pass_through"),
                ]),
            .whole(
                "costs",
                [
                    .code("cost_id"), .count("line"), .code("supplier_code").protected(.purchaseRate), .code("state"),
                    .money("amount").protected(.purchaseRate), .code("currency"), .day("day"),
                    .code("source", "order_source"),
                ]),
            .whole(
                "bias",
                [
                    .code("supplier_code", "service_item", "stage"), .rate("ratio").protected(.purchaseRate),
                    .count("observations"),
                ]
            ).about(.supplier),
            .whole(
                "alerts",
                [
                    .code("alert_id", "severity"), .money("revenue"), .money("cost").protected(.cost),
                    .code("currency"),
                    .time("raised_at", "cleared_at"), .code("clearing"), .text("causes"),
                    .rate("threshold").protected(.margin),
                    .code("reason"), .text("plan"), .day("recover_by"), .code("outcome", "source"),
                ]
            ).about(.marginAlert),
        ])

    /// What there is to say of the whole.
    public static let summary = QueryDescription(
        .finance, "summary",
        "Decisions on orders, margins by currency, margin alerts, and customers that are not open.",
        shows: .order,
        answers: [
            .whole("decisions", [.code("decision"), .count("orders")]).asTotals,
            .whole(
                "margins",
                [
                    .code("currency"), .count("orders"), .earned(), .rate("percent", as: .text).protected(.margin),
                ] + apart
            ).asTotals,
            .whole("margin alerts", [.code("level", "severity"), .count("open", "cleared")]).about(.marginAlert)
                .asTotals,
            .whole("acceptance", [.code("state"), .count("customers")]).about(.acceptance).asTotals,
        ])

    /// What all orders come to.
    public static let totals = QueryDescription(
        .finance, "orders.totals", "What all orders come to, by the system they are from and currency.", [.source],
        shows: .order,
        answers: [
            .whole(
                "totals",
                [
                    .code("source", "currency"), .count("orders", "decided"), .earned(),
                ] + apart
            ).asTotals
        ])

    /// Costs without their order.
    public static let waitingCosts = QueryDescription(
        .finance, "costs.waiting", "Costs whose order has not come, the oldest first.",
        shows: .order,
        answers: [
            .pages(
                "costs that wait for their order or its line", by: ["day", "cost_id", "source"], totals: ["amount"],
                [
                    .code("source", "cost_id", "order_id"), .count("line"), .money("amount").protected(.cost),
                    .code("currency"),
                    .day("day"),
                ])
        ])

    /// Whose numbers were meant.
    public static let settledReferences = QueryDescription(
        .finance, "references.settled",
        "Whose numbers were meant that documents named and nobody had sent, by whose word, the latest first.",
        [.text("number", "Only of this number."), .source],
        shows: .reference,
        answers: [
            .pages(
                "settled", by: [.descending("settlement_id", hidden: .count)],
                [
                    .time("settled_at"), .code("what", "source", "number", "meant"), .count("documents"),
                    .text("named_by"), .code("settled_by"), .text("reason"),
                ])
        ])

    /// What a party's business comes to.
    public static let business = QueryDescription(
        .finance, "parties.business", "What a party's business earned and what it owes, under whatever codes.",
        [.text("party", "The party's identifier.").required],
        shows: .customer,
        answers: [
            .whole(
                "finance: margin",
                [.code("currency"), .count("orders"), .earned()] + apart),
            .whole("finance: receivables", [.code("currency"), .money("receivable", "deposits", "ordered")])
                .about(.receivable),
        ])

    // MARK: Expenses

    /// Budgets of expenses.
    public static let budgets = QueryDescription(
        .finance, "expenses.budgets", "Budgets of expenses, those used most first.",
        [.text("account", "Only of this account.")], shows: .expense, pageSize: 200,
        answers: [
            .pages(
                "budgets", by: [.descending("used", hidden: .rate), "source", "budget_id"],
                totals: ["budget", "planned", "committed", "actual", "held", "available"],
                [
                    .code("source", "budget_id", "branch", "owner", "account"), .day("from_day", "to_day"),
                    .money("budget", "planned", "committed", "actual", "held", "available"),
                    .rate("used_percent", as: .text), .count("level", as: .text), .money("sales_target", "sold"),
                    .rate("sold_percent", as: .text), .time("sold_at"), .flag("ahead_of_sales", as: .text),
                    .code("currency"), .time("changed_at"),
                ])
        ])

    /// Expenses that need looking at.
    public static let expenses = QueryDescription(
        .finance, "expenses.list",
        "Expenses that wait for an approval or a budget, or were spent without a commitment.",
        [.text("budget", "All of this budget instead.")], shows: .expense, pageSize: 200,
        answers: [
            .pages(
                "expenses", by: ["day", "source", "expense_id"], totals: ["amount", "counted"],
                [
                    .code("source", "expense_id", "state"), .text("note"),
                    .code("budget_source", "budget_id", "branch", "owner", "account"), .day("day"), .money("amount"),
                    .code("currency"), .money("counted"), .code("approved_by", "approved_on_behalf_of"),
                ])
        ])

    // MARK: Months

    /// Closed months.
    public static let periods = QueryDescription(
        .finance, "periods.list", "Closed months and what was done to months, the latest first.", shows: .period,
        pageSize: 60,
        answers: [
            .pages(
                "closed", by: [.descending("month")],
                [
                    .code("month", "closed_by"), .time("closed_at"), .code("reopen_by"), .text("reopen_reason"),
                    .count("posted_later", as: .text),
                ]),
            .pages(
                "what was done", by: [.descending("event_id", hidden: .count)],
                [.code("month", "state", "by", "proposed_by"), .text("reason"), .time("at")]),
        ])

    /// What is to be looked at before a month is closed. Of alerts the amount is the margin, of estimated costs these.
    public static let closingCheck = QueryDescription(
        .finance, "periods.check",
        "What waits or is open before a month is closed, each with what to do about it; nothing keeps from closing.",
        [month.required],
        shows: .period,
        answers: [
            .whole(
                "check",
                [
                    .code("state"), .text("what"), .count("count"), .day("oldest"),
                    .money("amount").protected(.margin), .code("currency"), .text("to_do"),
                ])
        ])

    /// What came for a month after it was closed.
    public static let late = QueryDescription(
        .finance, "periods.late", "What came for a month after it was closed, each with the day it was posted on.",
        [month.required], shows: .period, pageSize: 200,
        answers: [
            .pages(
                "late", by: [.ascending("posting_id", hidden: .count)], totals: ["revenue", "cost", "amount"],
                [
                    .code("kind", "source", "reference", "party", "business_line"), .day("original_day", "posting_day"),
                    .code("period"), .money("revenue"), .money("cost").protected(.cost), .money("amount"),
                    .code("currency"), .time("posted_at"),
                ])
        ])

    /// A month's margins by posting date.
    public static let postedMargins = QueryDescription(
        .finance, "periods.margins", "Revenue, cost and margin of a month by posting date.",
        [month.required, .text("limit", "Taken for the sake of scripts; all lines of business are told.")],
        shows: .period,
        answers: [
            .whole(
                "margins",
                [
                    .code("business_line", "currency"), .earned(),
                    .rate("margin_percent", as: .text).protected(.margin),
                    .money("posted_here", "posted_later").protected(.margin), .code("state"),
                ])
        ])
}
