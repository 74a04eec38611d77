import Domain

/// What may be asked of profit: why it changed, what suppliers cost, and where money can be saved.
public enum ProfitQuestions {
    static let all = [bridge, supplierCosts, margins, lines]

    private static let scope: [QueryInput] = [
        .text("branch", "Only this branch."), .text("line", "Only this line of business."),
        .text("customer", "Only this customer, under whatever codes: a code of it, or its identifier.").naming(),
        .source,
    ]
    private static func basis(_ days: String...) -> QueryInput {
        .choice("basis", days, otherwise: "placed", "By which day a line counts.")
    }
    private static let days: [QueryInput] = [
        QueryInput.day("from", "The first day.").required, QueryInput.day("to", "The last day.").required,
    ]
    private static func by(_ otherwise: String) -> QueryInput {
        .list(
            "by", ["branch", "line", "customer", "item", "supplier", "lane", "owner", "order"], otherwise: otherwise,
            "What is told apart."
        ).naming(by: "customer", "order").protected(.purchaseRate, by: "supplier")
    }
    /// What is told apart, as the last keys of a table told by it.
    static let apart = SortKey.ascending("what is told apart", hidden: .text)
    private static let sizeOfChange = SortKey.descending("size of the change", hidden: .quantity)
    /// Each is a part of the margin, that of the cost too.
    private static let effects: [ColumnGroup] = [
        .quantity(
            "before", "currency_effect", "price", "cost", "volume", "mix", "new", "lost", "credits", "after", "change"
        ).protected(.margin)
    ]
    private static let withoutRate = TableDescription.whole(
        "without a rate",
        [.code("currency"), .count("lines", "unknown"), .money("revenue"), .money("cost").protected(.cost)])
    /// Lines of orders that wait for approval or are refused, in their own currencies: they are in no other figure. Both
    /// stand beside what is told of the same lines, and are told as far as that is: as totals beside totals alone.
    private static let held = TableDescription.whole(
        "held",
        [
            .code("decision", "currency"), .count("orders", "lines", "unknown"), .money("revenue"),
            .money("cost").protected(.cost),
        ])
    private static func savings(_ place: String) -> TableDescription {
        .pages(
            "savings at the best \(place)",
            by: [.descending("saving"), "item", "unit", "lane", .ascending(place)], totals: ["saving"],
            [
                .code("item", "unit", "lane"), .code(place), .count("lines"), .quantity("quantity"),
                .quantity("unit_cost").protected(.purchaseRate), .code("best_\(place)"),
                .quantity("best_unit_cost").protected(.purchaseRate), .money("saving").protected(.purchaseRate),
                .code("currency"),
            ])
    }

    /// Why the margin changed.
    public static let bridge = QueryDescription(
        .finance, "profit.bridge", "Why the margin changed from one time to another, effect by effect.",
        scope + [
            basis("placed", "service"), QueryInput.text("before", "The time before, as DAY..DAY.").required,
            QueryInput.text("after", "The time after, as DAY..DAY.").required, by("item"),
        ], shows: .profit, pageSize: 200,
        answers: [
            .whole(
                "bridge",
                [.text("from", "to"), .code("currency")] + effects + [
                    .quantity("rounding").protected(.margin),
                    .count("lines_before", "lines_after", "unknown_before", "unknown_after"),
                    .count("held_before", "held_after"),
                ]
            ).asTotals,
            .varying("bridge by …", by: [sizeOfChange.protected(.margin), apart], effects).asTotals, held.asTotals,
            withoutRate.asTotals,
        ])

    /// What suppliers cost.
    public static let supplierCosts = QueryDescription(
        .finance, "profit.supplier-costs",
        "What suppliers cost, what the best price would save, and why the cost changed.",
        scope + days + [
            basis("placed", "service"), by("supplier,item"), .text("against", "The time to compare with, as DAY..DAY."),
            .integer("minimumLines", 1...1_000_000, otherwise: 5, "From how many lines on a price counts."),
        ], shows: .profit, pageSize: 50,
        answers: [
            .varying(
                "costs", by: [.descending("cost"), apart], totals: ["cost"],
                [
                    .count("lines", "unknown"), .code("unit"), .quantity("quantity"),
                    .quantity("unit_cost").protected(.purchaseRate), .money("cost").protected(.purchaseRate),
                    .code("currency"),
                ]), savings("branch"), savings("supplier"),
            .varying(
                "change of cost",
                by: [.ascending("whole first", hidden: .count), sizeOfChange.protected(.purchaseRate), apart],
                [
                    .quantity(
                        "before", "currency_effect", "price", "volume", "mix", "new", "lost", "credits", "after",
                        "change"
                    ).protected(.purchaseRate)
                ]), held, withoutRate,
        ])

    /// Margins by anything.
    public static let margins = QueryDescription(
        .finance, "profit.margins", "Revenue, cost and margin by what is told apart, the lowest margin first.",
        scope + days + [basis("placed", "service", "posted"), by("branch,line")], shows: .profit, pageSize: 200,
        answers: [
            .varying(
                "margins", by: ["margin", apart], totals: ["revenue", "cost", "margin"], narrowed: [.amount: "margin"],
                [
                    .count("lines", "unknown"), .earned(), .rate("margin_percent").protected(.margin),
                    .code("currency"), .money("quoted_margin").protected(.margin),
                    .rate("quoted_percent").protected(.margin), .money("expected_margin").protected(.margin),
                    .rate("expected_percent").protected(.margin), .money("actual_margin").protected(.margin),
                    .rate("actual_percent").protected(.margin), .count("actual_lines"), .rate("complete_percent"),
                    .flag("provisional"),
                    .count("waiting_lines"), .money("waiting_revenue"), .count("refused_lines"),
                    .money("refused_revenue"),
                ]
            ).asTotals, held.asTotals, withoutRate.asTotals,
        ])

    /// The lines themselves.
    public static let lines = QueryDescription(
        .finance, "profit.lines", "The order lines of some days as they are, of orders that are taken.",
        scope + days + [
            basis("placed", "service"),
            .integer("offset", 0...10_000_000, otherwise: 0, "Those after so many."),
        ],
        shows: .profit, pageSize: QueryTable.maximumRows,
        answers: [
            .pages(
                "lines", by: ["source", "order_id", "line", "item"], totals: ["revenue", "cost"],
                [
                    .code("source", "order_id"), .count("line"), .day("day"),
                    .code("customer", "business_line", "branch", "sales_owner", "lane", "item", "unit"),
                    .code("supplier").protected(.purchaseRate), .quantity("quantity"), .code("currency"),
                    .money("revenue"), .money("cost").protected(.cost),
                ]), held,
        ])
}

/// What may be asked of the finance view.
public enum ViewQuestions {
    static let all = [figures, drill]

    private static let metric = QueryInput.list(
        "metric",
        [
            "orders", "revenue", "cost", "margin", "held", "cash", "expenses", "receivable", "payable", "exposure",
            "provisions",
        ], otherwise: "revenue,margin,held", "What is told.")

    private static func about(_ metric: QueryInput) -> [QueryInput] {
        [
            .day("from", "The first day; that of the last day's year when it is not given."),
            .day("to", "The last day; today when it is not given."),
            .list(
                "by", ["day", "month", "total", "division", "branch", "line"], otherwise: "month",
                "One of day, month and total, with division, branch and line as wanted."),
            metric,
            .choice(
                "basis", ["placed", "posted"], otherwise: "placed",
                "By which day an order counts: its own, or later for what came after a close."),
            .text("branch", "Only this branch."), .text("division", "Only this division."),
            .text("line", "Only this line of business."),
            .currency("currency", "The currency of all amounts; the one there is, or CNY, when it is not given."),
            .text("rates", "Rates of provision in percent: not due, 1-30, 31-60, 61-90, more."),
        ]
    }

    /// Figures in one currency; what has no rate in it stands in a table of its own, as it is.
    private static func view(_ name: String) -> TableDescription {
        .varying(
            name, by: [.ascending("place of the period", hidden: .count), ProfitQuestions.apart],
            [.code("period", "currency"), .time("as_of"), .count("age_seconds")],
            further: [
                .count("orders", "waiting_orders", "refused_orders"),
                .money("waiting_revenue", "refused_revenue"),
                .earned(), .money("costed_revenue"), .rate("margin_percent").protected(.margin),
                .money("cash_in", "cash_out", "cash", "expenses", "receivable", "payable", "exposure", "provisions"),
            ]
        ).asTotals
    }

    /// Figures.
    public static let figures = QueryDescription(
        .finance, "view.figures", "Figures of the business by time, division, branch and line.",
        about(metric), shows: .profit, pageSize: QueryTable.maximumRows,
        answers: [
            view("view"),
            .whole(
                "state",
                [.count("documents_waiting", "changes_waiting", "oldest_seconds"), .flag("is_complete")]
            ).asTotals,
            view("without a rate"),
            .whole(
                "dated ahead",
                [
                    .code("branch", "line", "currency"), .count("orders"), .money("revenue"),
                    .day("first_day", "last_day"),
                ]
            ).asTotals,
        ])

    /// The events behind a figure, each of which is seen by who sees what it is of, and not with the figure.
    private static func events(_ name: String, of kind: PermissionKind) -> TableDescription {
        .pages(
            name,
            by: [
                .descending("at"), "source", "id", "event", "day", "branch", "line", "currency", "amount",
                .ascending("place", hidden: .count),
            ],
            [
                .day("day"), .code("event", "source", "id", "branch", "line", "customer"), .money("amount"),
                .code("currency"), .time("at"),
            ]
        ).about(kind)
    }

    /// The events behind a figure: what they come to is a cost or a margin where that is looked into.
    public static let drill = QueryDescription(
        .finance, "view.drill",
        "The events that make up one metric over some days, by what they are of, the latest first, and their sum.",
        about(metric.protected(.cost, by: "cost").protected(.margin, by: "margin")), shows: .profit, pageSize: 200,
        answers: [
            .whole("cell", [.code("currency"), .count("events"), .money("amount")]),
            events("events", of: .order), events("receivable events", of: .receivable),
            events("payable events", of: .payable), events("expense events", of: .expense),
            .pages(
                "costs",
                by: [
                    .descending("at", hidden: .time), "source", "order_id", "line",
                    .ascending("stage", hidden: .count), "id",
                ], totals: ["amount"],
                [
                    .day("day"), .code("event", "source", "id", "order_id"), .count("line"),
                    .code("state"), .code("supplier").protected(.purchaseRate),
                    .money("amount").protected(.purchaseRate), .code("currency"),
                ]
            ).about(.order),
        ])
}
