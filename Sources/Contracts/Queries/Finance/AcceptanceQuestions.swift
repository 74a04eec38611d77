import Domain

/// What may be asked of which business is taken.
public enum AcceptanceQuestions {
    static let all = [list, show, ask, waiting, report]

    private static let figures: [ColumnGroup] = [
        .count("orders"), .earned(), .code("currency"), .day("evaluated_day"), .code("rule"),
        .rate("upper_rate", "pooled_rate").protected(.margin),
    ]

    /// Business that is not simply taken.
    public static let list = QueryDescription(
        .finance, "acceptance.list",
        "Business that is not simply taken, the greatest loss first by its worth in CNY, and what is set by hand.",
        shows: .acceptance,
        answers: [
            .pages(
                "acceptance",
                by: [.ascending("worth", hidden: .quantity).protected(.margin), "customer_id", "business_line"],
                totals: ["revenue", "cost", "margin"], narrowed: [.amount: "margin"],
                [.code("customer_id"), .text("name"), .code("business_line", "state")] + figures),
            .pages(
                "set by hand", by: [.descending("valid_to"), "customer_id", "business_line"],
                [
                    .code("customer_id", "business_line", "level"), .text("reason"), .code("owner"), .text("plan"),
                    .day("valid_from", "valid_to"), .code("set_by", "on_behalf_of"),
                ]),
        ])

    /// A customer's business.
    public static let show = QueryDescription(
        .finance, "acceptance.show",
        "How a customer's business stands, what is set by hand, and what may be taken all the same.",
        [QueryInput.customer.required, .source],
        shows: .acceptance,
        answers: [
            .whole("standing", [.code("customer_id", "business_line", "level")] + figures),
            .whole(
                "set by hand",
                [
                    .code("business_line", "level"), .text("reason"), .code("owner"), .text("plan"),
                    .day("valid_from", "valid_to"), .code("set_by", "on_behalf_of"),
                ]),
            .first(
                200, "overrides",
                [
                    .code("override_id", "business_line"), .day("valid_from", "valid_to"),
                    .money("cap", "used", "left"),
                    .code("currency"), .text("reason"), .code("approved_by", "on_behalf_of"),
                ]),
        ])

    /// Whether an order would be taken.
    public static let ask = QueryDescription(
        .finance, "acceptance.ask", "Whether an order would be taken, and by which rule; nothing is reserved.",
        [
            QueryInput.customer.required,
            QueryInput.text("source", "The source that gave the customer's code.").required,
            .text("businessLine", "The line of business.").required,
            .decimal("amount", otherwise: "0", "The order's revenue."),
            .currency("currency", otherwise: "CNY", "The amount's currency."),
            .day("on", "As of this day; today when it is not given."),
        ],
        shows: .acceptance,
        answers: [
            .whole(
                "answer",
                [
                    .code("decision", "rule", "override", "customer_id"), .flag("is_known", as: .text), .code("state"),
                    .count("orders"), .earned(), .code("currency"), .day("evaluated_day", "on"), .code("judged"),
                    .rate("upper_rate", "pooled_rate").protected(.margin), .text("notes"),
                ])
        ])

    /// What waits for approval.
    public static let waiting = QueryDescription(
        .finance, "orders.waiting", "Orders that wait for somebody's approval, the oldest first, with who may give it.",
        shows: .order,
        answers: [
            .pages(
                "orders that wait for approval", by: ["placed_at", "source", "order_id"], totals: ["revenue"],
                [
                    .time("placed_at"), .code("source", "order_id"), .count("revision"), .code("customer_code"),
                    .text("name"), .code("business_line", "branch", "sales_owner"), .money("revenue"),
                    .code("currency", "rule"), .count("decision_number"), .text("may_approve"),
                ])
        ])

    /// What was not taken.
    public static let report = QueryDescription(
        .finance, "acceptance.report",
        "What was not taken, and what it would have earned or cost, what is worth most in CNY first.",
        [.day("from", "The first day."), .day("to", "The last day.")],
        shows: .acceptance,
        answers: [
            .pages(
                "not taken",
                by: [
                    .descending("worth", hidden: .quantity), "decision", "source", "customer_code", "business_line",
                    "currency",
                ], totals: ["revenue_refused", "margin_saved", "margin_forgone"],
                [
                    .code("decision", "source", "customer_code", "business_line", "currency"), .count("orders"),
                    .money("revenue_refused"), .money("margin_saved", "margin_forgone").protected(.margin),
                ])
        ])
}
