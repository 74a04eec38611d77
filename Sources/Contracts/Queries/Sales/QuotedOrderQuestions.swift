import Domain

/// What the sales service answers of orders that name the quotes by which they were placed.
public enum QuotedOrderQuestions {
    /// All of them.
    public static let all = [orders, lines, accuracy]

    private static let findings = [
        "kept", "unknown-quote", "other-customer", "superseded", "not-accepted", "other-currency", "not-quoted",
        "below-terms", "above-terms",
    ]

    /// Orders by quotes.
    public static let orders = QueryDescription(
        .sales, "quotes.orders",
        "Orders that name a quote, and whether they keep to the terms that the customer has agreed to.",
        [
            .choice(
                "finding", ["all", "off-terms"] + findings, otherwise: "all",
                "Only those of which this was found; off-terms: that do not keep to them.")
        ],
        shows: .order,
        answers: [
            .pages(
                "orders", by: [.descending("placedAt"), "source", "orderId"], narrowed: [.day: "placedAt"],
                [
                    .code("source", "orderId"), .count("revision"), .code("quoteId"), .count("quoteRevision"),
                    .code("finding"), .text("detail"), .code("code", "branch", "owner", "businessLine"),
                    .money("amount"), .code("currency"), .time("placedAt"),
                ])
        ])

    /// Lines that have come to something.
    public static let lines = QueryDescription(
        .sales, "quotes.settled", "Lines of orders by quotes whose margin is final, beside what was quoted.",
        [], shows: .order,
        answers: [
            .pages(
                "lines", by: [.descending("settledAt"), "source", "orderId", "line"], narrowed: [.day: "settledAt"],
                [
                    .code("source", "orderId"), .count("line"),
                    .code("quoteId", "item", "branch", "owner", "businessLine"), .money("revenue", "quoted"),
                    .money("quotedCost", "cost").protected(.cost), .money("quotedMargin", "margin").protected(.margin),
                    .code("currency"), .flag("isActual"), .time("settledAt"),
                ])
        ])

    /// How exact quotes are.
    public static let accuracy = QueryDescription(
        .sales, "quotes.accuracy", "How far the margins of orders by quotes are from what was quoted.",
        [
            .choice(
                "by", ["item", "branch", "owner", "business-line", "month"], otherwise: "item", "Told by what."),
            .day("from", "Of orders whose margin was final on that day or later."),
            .day("to", "Of those whose margin was final by the end of that day."),
        ],
        shows: .order,
        answers: [
            .whole(
                "accuracy",
                [
                    .code("of", "currency"), .count("orders", "lines"), .money("revenue"),
                    .money("quotedCost", "cost").protected(.cost),
                    .rate("quotedMarginPercent", "marginPercent", "biasPercent", "errorPercent").protected(.margin),
                ])
        ])
}
