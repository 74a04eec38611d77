import Domain

/// What the sales service answers of quotes.
public enum QuoteQuestions {
    /// All of them.
    public static let all = [list, show, document]

    private static let one = QueryInput.text("quoteId", "The quote.").required
    private static let states = QuoteState.allCases.map(\.rawValue) + ["expired"]
    private static let worth: [ColumnGroup] = [
        .text("title"), .code("source", "code", "owner", "branch", "businessLine"), .money("amount", "listed"),
        .money("cost").protected(.cost), .money("margin").protected(.margin), .code("currency"), .day("validUntil"),
    ]

    /// Quotes as they stand.
    public static let list = QueryDescription(
        .sales, "quotes.list", "Quotes as they stand, those that changed last first.",
        [
            .choice(
                "state", ["open", "all"] + states, otherwise: "open", "Only those that stand so; open: not decided yet."
            )
        ],
        shows: .order,
        answers: [
            .pages(
                "quotes", by: [.descending("changedAt"), "quoteId", "revision"], totals: ["amount"],
                narrowed: [.day: "changedAt"],
                [.code("quoteId"), .count("revision"), .code("state")] + worth + [.time("changedAt")])
        ])

    /// One quote.
    public static let show = QueryDescription(
        .sales, "quotes.show",
        "A quote with its revisions, what its lines come to and how, and what was done about it.",
        [one], shows: .order,
        answers: [
            .whole(
                "revisions",
                [.code("quoteId"), .count("revision"), .code("state")] + worth + [
                    .code("approvedBy", "authority", "lossReason"), .time("changedAt"),
                ]),
            .whole(
                "lines",
                [
                    .count("line"), .code("item"), .text("description"), .code("origin", "destination"),
                    .quantity("quantity"), .code("unit"), .money("amount", "listed"), .money("cost").protected(.cost),
                    .code("currency", "rule"), .code("costRule").protected(.cost), .code("problem"),
                ]),
            .whole("explanation", [.count("line", "step"), .text("words")]),
            .whole(
                "history",
                [.count("number", "revision"), .time("at"), .code("what", "by"), .text("note"), .code("onBehalfOf")]),
            .whole(
                "decision",
                [.count("version"), .code("cell"), .time("submittedAt", "dueAt"), .quantity("mostRise")]),
            .whole("reasons", [.count("place"), .text("words").protected(.margin)]),
            .whole(
                "signing",
                [
                    .count("step"), .code("signer", "order", "role"), .text("candidates", "above", "signed", "stands"),
                ]),
        ])

    /// What the customer is given.
    public static let document = QueryDescription(
        .sales, "quotes.document", "What stands in the customer's document of a quote that is approved; of no other.",
        [one], shows: .order,
        answers: [
            .whole(
                "quote",
                [
                    .code("quoteId"), .count("revision"), .code("state"), .text("title"), .code("source", "code"),
                    .money("amount"), .code("currency"), .day("validUntil"), .code("approvedBy"),
                    .time("approvedAt", "sentAt"),
                ]),
            .whole(
                "lines",
                [
                    .count("line"), .code("item"), .text("description"), .code("origin", "destination"),
                    .quantity("quantity"), .code("unit"), .money("amount"), .code("currency"),
                ]),
        ])
}
