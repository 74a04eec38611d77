import Domain

/// What may be asked of credit.
public enum CreditQuestions {
    static let all = [exposure, limits, risk, trial]

    private static let scope: [QueryInput] = [
        .text("customer", "Only of this customer, under whatever codes: a code of it, or its identifier.").naming(),
        .source,
    ]
    private static let outlook: [ColumnGroup] = [
        .code("invoice_id", "source", "customer_code"), .day("issued_day", "due_day", as: .text), .quantity("amount"),
        .rate("late_probability"), .quantity("expected_days_late"),
    ]

    /// What customers owe and have ordered.
    public static let exposure = QueryDescription(
        .finance, "credit.exposure",
        "What customers owe and have ordered, by currency, what is worth most in CNY first.", scope,
        shows: .credit,
        answers: [
            .pages(
                "exposure", by: [.descending("worth", hidden: .quantity), "source", "customer_code", "currency"],
                totals: ["receivable", "unbilled", "accepted_orders", "deposits", "billed_elsewhere", "exposure"],
                narrowed: [.amount: "exposure"],
                [
                    .code("customer_code", "source"), .text("name"), .code("group_id", "currency"),
                    .money("receivable", "unbilled", "accepted_orders", "deposits", "billed_elsewhere", "exposure"),
                    .code("state", "value_class", "branch", "sales_owner"),
                ])
        ])

    /// The limits of a day.
    public static let limits = QueryDescription(
        .finance, "credit.limits", "The limits that hold on a day, what is approved above them, and what is left.",
        [.day("asOf", "The day; today when it is not given.")], shows: .credit, pageSize: QueryTable.maximumRows,
        answers: [
            .pages(
                "limits", by: ["of", "code"],
                [
                    .code("of"), .text("code"), .code("currency"),
                    .money("limit", "overrides", "exposure", "available"),
                    .code("state"), .text("without_rate"),
                ])
        ])

    /// Which open invoices are likely to be paid late.
    public static let risk = QueryDescription(
        .finance, "credit.risk",
        "Open invoices with the probability that each is paid late, learned from the newest 20,000; the most to lose, by what it "
            + "is worth in CNY, first.",
        scope,
        shows: .credit,
        answers: [
            .pages(
                "risk", by: [.descending("loss", hidden: .quantity), "source", "invoice_id"],
                outlook + [.code("currency"), .count("learned_from")])
        ])

    /// How well that is said.
    public static let trial = QueryDescription(
        .finance, "credit.trial", "What was said of each invoice when it was issued, beside what became of it.", scope,
        shows: .credit, pageSize: QueryTable.maximumRows,
        answers: [
            .pages("trial", by: ["issued_day", "source", "invoice_id"], outlook + [.count("days_late")])
        ])
}
