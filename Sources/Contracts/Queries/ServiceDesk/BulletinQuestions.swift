import Domain

/// What the service desk answers about how customers were told that they were served.
public enum BulletinQuestions {
    /// All of them.
    public static let all = [list, show, deliveries]

    /// Whose bulletin.
    private static let customer = QueryInput.text("customerId", "The customer's identifier.").required
    /// Of which month.
    private static let month = QueryInput.text("month", "The month, such as 2024-03.").required

    /// Which there are.
    public static let list = QueryDescription(
        .servicedesk, "bulletins.list",
        "Bulletins of how customers were served in a month, the latest month first, with how many objections there are.",
        [.choice("state", ["current", "all"], otherwise: "current", "Only the highest version of each, or all.")],
        shows: .order,
        answers: [
            .pages(
                "bulletins", by: [.descending("month"), "customer_id", "version"],
                [
                    .day("month"), .code("customer_id"), .count("version", "figures", "objections", "answered"),
                    .time("published_at", "objections_until"), .code("key_id", "objection_id"),
                ])
        ])

    /// One of them.
    public static let show = QueryDescription(
        .servicedesk, "bulletins.show",
        "A bulletin as it was signed, its figures, and what was said against them.",
        [
            customer, month,
            .integer("version", 1...1_000_000, "Which version; the highest when it is not given."),
        ],
        shows: .order,
        answers: [
            .whole(
                "bulletin",
                [
                    .code("customer_id"), .day("month"), .count("version"), .time("published_at", "objections_until"),
                    .text("document", "signature"), .code("key_id"), .text("public_key"), .code("objection_id"),
                ]),
            .whole(
                "figures",
                [
                    .code("measure"), .count("numerator", "denominator", "per"), .quantity("figure", "low", "high"),
                    .count("excluded", "numerator_of_all", "denominator_of_all"), .quantity("figure_of_all"),
                ]
            ).asTotals,
            .whole(
                "objections",
                [
                    .time("taken_at"), .code("step", "measure", "objection_id"), .text("note"),
                    .code("taken_by", "step_id"),
                ]),
        ])

    /// What it is worked out from.
    public static let deliveries = QueryDescription(
        .servicedesk, "bulletins.deliveries",
        "The deliveries of a customer's month, by which anybody works its figures out anew, as they are known now.",
        [customer, month], shows: .order,
        answers: [
            .pages(
                "deliveries", by: ["completed_at", "source", "order_id"],
                [
                    .time("completed_at"), .code("source", "order_id"), .time("booked_promise"), .flag("in_time"),
                    .quantity("quantity", "quantity_delivered"), .flag("in_full", "damaged"), .code("exclusion"),
                ])
        ])
}
