import Domain

/// What may be asked of the classes of customers and of what drives the business with them.
public enum ClassQuestions {
    static let all = [show, count, models, lifecycle, dryRun, drivers, trace]

    private static let periods: [QueryInput] = [
        .choice("by", ["month", "quarter", "year"], otherwise: "month", "The length of a period."),
        .day("from", "The first day; a year before the last when it is not given."),
        .day("to", "The last day; that of the last order, no later than today, when it is not given."),
    ]

    /// A customer's classes. The reason of one may be its margin in per cent.
    public static let show = QueryDescription(
        .customer, "classes.show", "A customer's classes, now or on a day, as known now or then.",
        [
            QueryInput.customer.required, .source, .day("on", "As they were on this day."),
            .day("known", "As they were known at the end of this day."),
        ],
        shows: .customer,
        answers: [
            .whole(
                "classes",
                [
                    .code("customer_id", "dimension", "value"), .day("valid_from", "valid_to"),
                    .text("reason").protected(.margin),
                    .count("model"),
                ]),
            .first(
                2_000, "history",
                [
                    .code("customer_id", "dimension", "value"), .day("valid_from", "valid_to"),
                    .text("reason").protected(.margin),
                    .count("model"), .time("recorded_at"),
                ]),
        ])

    /// How many customers are of each class.
    public static let count = QueryDescription(
        .customer, "classes.count", "How many customers are of each class.",
        [.choice("dimension", ClassDimension.allCases.map(\.rawValue), "Only this dimension.")],
        shows: .customer,
        answers: [.first(2_000, "classes", [.code("dimension", "value"), .count("customers")]).asTotals])

    /// What was learnt.
    public static let models = QueryDescription(
        .customer, "classes.models", "The models by which customers are judged, the newest first.",
        shows: .customer, ofWhole: true,
        answers: [
            .first(100, "models", [.count("version"), .day("fitted_on"), .count("customers"), .text("body")])
        ])

    /// How customers come, stay and go.
    public static let lifecycle = QueryDescription(
        .customer, "lifecycle.show", "How many customers are in each state of their life, how long, and what follows.",
        [.day("on", "As of this day; that of the last judging when it is not given.")],
        shows: .customer,
        answers: [
            .whole("states", [.code("state"), .count("customers", "stays", "median_days", "p90_days")]).asTotals,
            .whole("transitions", [.code("from_state", "to_state"), .count("times")]).asTotals,
        ])

    /// What judging anew would change.
    public static let dryRun = QueryDescription(
        .customer, "classes.dry-run", "What judging customers anew would change; nothing is changed.",
        [
            .text("customer", "Only this customer, by its identifier."),
            .day("on", "As of this day; that of the last judging when it is not given."),
            .text("refit", "Whether a model is learnt anew first: whatever is given means yes."),
            .integer("limit", 1...2_000, otherwise: 200, "How many customers are judged."),
        ],
        shows: .customer,
        answers: [
            .whole(
                "changes",
                [
                    .code("customer_id"), .text("name"), .code("dimension", "is", "would_be"),
                    .text("reason").protected(.margin),
                ])
        ])

    /// The five drivers.
    public static let drivers = QueryDescription(
        .customer, "drivers.show",
        "The five drivers by period: acquisition, retention, satisfaction, profitability, share.",
        periods + [
            .choice("group", ["all", "branch", "line", "segment"], otherwise: "all", "What is told apart.")
        ],
        shows: .customer,
        answers: [
            .first(
                2_000, "drivers",
                [
                    .day("period"), .code("group"),
                    .count("base", "customers", "acquired", "retained", "orders"), .quantity("revenue"),
                    .quantity("margin").protected(.margin), .count("deliveries", "good"),
                    .rate("acquisition", "retention", "revenue_retention", "satisfaction"),
                    .rate("profitability").protected(.margin),
                ]
            ).asTotals,
            .whole(
                "market share",
                [
                    .day("from", "to"), .code("branch", "business_line"), .quantity("revenue", "market"),
                    .rate("share"), .text("estimate_by").protected(.personalData),
                ]
            ).asTotals,
            .whole(
                "dated ahead", [.code("customer_id", "source"), .count("orders"), .day("first_day", "last_day")]),
        ])

    /// The orders that a driver is counted from.
    public static let trace = QueryDescription(
        .customer, "drivers.trace", "The orders that a driver is counted from.",
        periods + [
            .choice(
                "driver", ["market-share", "acquisition", "retention", "satisfaction", "profitability"],
                "The driver."
            ).required, .text("branch", "Only orders of this branch."),
        ], shows: .order, pageSize: QueryTable.maximumRows,
        answers: [
            .pages(
                "orders", by: ["day", "source", "order_id"],
                [
                    .code("customer_id", "source", "order_id", "customer_code", "branch", "business_line"),
                    .day("day"), .quantity("revenue"), .quantity("margin").protected(.margin), .day("done_on"),
                    .flag("is_late", "is_damaged", as: .text),
                ])
        ])
}
