import Domain

/// What the sales service answers.
public enum SalesQuestions {
    /// All of them.
    public static let all =
        [agreements, order, anomalies, summary, business] + OwnershipQuestions.all + LeadQuestions.all
        + OpportunityQuestions.all + FunnelQuestions.all + ProductQuestions.all
        + CardQuestions.all + QuoteQuestions.all + AuthorityQuestions.all
        + QuotedOrderQuestions.all

    /// What is agreed with customers.
    public static let agreements = QueryDescription(
        .sales, "agreements.list", "Agreements with customers, those that need looking at first.",
        [
            .customer, .source,
            .choice(
                "state", ["current", "all"] + AgreementState.allCases.map(\.rawValue), otherwise: "current",
                "Only those that stand so; current: neither expired nor ended."),
            .day("at", "How they stand on this day; today when it is not given."),
            .text("owner", "Only with the customers that this person looks after on that day."),
        ],
        shows: .agreement,
        answers: [
            .pages(
                "agreements",
                by: [
                    .ascending("urgency", hidden: .count), .descending("validFrom"), "source", "agreementId",
                ], totals: ["yearlyAmount"],
                [
                    .code("agreementId", "state", "kind"), .text("title"), .day("validFrom", "ends", "noticeBy"),
                    .code("businessLine"), .money("yearlyAmount"), .code("currency", "source", "customerCode"),
                    .code("customerId"), .count("revision"),
                ])
        ])

    /// An order as sales knows it.
    public static let order = QueryDescription(
        .sales, "orders.show", "An order as sales knows it: owner, amount and what finance decided.",
        [.text("orderId", "The order.").required, .source],
        shows: .order,
        answers: [
            .whole(
                "sales",
                [
                    .code("source", "customer_code", "branch", "owner"), .money("amount"), .code("currency"),
                    .flag("cancelled", as: .text), .code("decision", "rule"),
                ])
        ])

    /// What departs from what a customer usually orders.
    public static let anomalies = QueryDescription(
        .sales, "anomalies.list", "Orders and swings that depart from what is usual, the strongest first.",
        [
            .choice("state", ["open", "all"], otherwise: "open", "Only open ones, or all.")
        ],
        shows: .notice,
        answers: [
            .pages(
                "anomalies",
                by: [.descending("strength", hidden: .rate), .ascending("anomaly_id", hidden: .code)],
                [
                    .time("raised_at"),
                    .code("kind", "direction", "metric", "source", "customer_code", "business_line", "owner"),
                    .code("order_id"), .quantity("baseline", "observed", "score"), .time("cleared_at"),
                    .code("currency", "acting_for"),
                ])
        ])

    /// What there is to say of the whole.
    public static let summary = QueryDescription(
        .sales, "summary", "How many anomalies of each kind are open and cleared.",
        shows: .notice, answers: [.whole("order anomalies", [.code("kind"), .count("open", "cleared")]).asTotals])

    /// What a party has ordered, under whatever codes.
    public static let business = QueryDescription(
        .sales, "parties.business", "What a party has ordered, under whatever codes.",
        [.text("party", "The party's identifier.").required],
        shows: .customer,
        answers: [
            .whole(
                "sales: orders",
                [
                    .count("codes", "orders"), .money("amount"), .code("currency"), .count("waiting_orders"),
                    .money("waiting_amount"), .count("refused_orders"), .money("refused_amount"),
                ])
        ])
}
