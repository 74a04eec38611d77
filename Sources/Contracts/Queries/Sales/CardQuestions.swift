import Domain

/// What the sales service answers of rate cards.
public enum CardQuestions {
    /// All of them.
    public static let all = [list, show, price, preview]

    private static let on = QueryInput.day("on", "As it is on this day; today when not given.")

    /// The cards.
    public static let list = QueryDescription(
        .sales, "cards.list",
        "The rate cards: whether things are sold or bought by them, for whom, how many rules hold.",
        [.choice("side", ["all"] + CardSide.allCases.map(\.rawValue), otherwise: "all", "Only such."), on],
        shows: .rate,
        answers: [
            .pages(
                "cards", by: ["card"],
                [
                    .code("card", "side", "level", "source", "code", "group"), .count("rules", "live"),
                    .day("validFrom"), .time("storedAt"), .code("storedBy"),
                ]),
            .whole("groups", [.code("group", "source", "code"), .time("since")]),
        ])

    /// The rules of a card.
    public static let show = QueryDescription(
        .sales, "cards.show", "The rules of a rate card, which of them hold, and until when.",
        [QueryInput.text("card", "The card.").required, on],
        shows: .rate,
        answers: [
            .pages(
                "rules", by: ["rule"],
                [
                    .code("rule", "serviceItem", "origin", "destination", "unit", "method"),
                    .text("tariff").protected(.purchaseRate), .code("currency"), .day("validFrom", "validUntil"),
                    .flag("isLive"), .text("note"),
                ])
        ])

    /// What something comes to.
    public static let price = QueryDescription(
        .sales, "cards.price",
        "What something comes to by the cards that hold on a day: the customer's own, then its groups', then everybody's; and how.",
        [
            QueryInput.text("item", "The service item, or the unit, that is priced.").required,
            QueryInput.text("unit", "The unit of the quantity.").required,
            QueryInput.decimal("quantity", otherwise: "1", "How much of it."),
            .text("origin", "Where it begins."), .text("destination", "Where it ends."),
            QueryInput.choice(
                "side", CardSide.allCases.map(\.rawValue), otherwise: CardSide.sell.rawValue,
                "What customers pay, or what it costs us."
            ).protected(.purchaseRate, by: CardSide.buy.rawValue),
            QueryInput.customer, .source, on,
        ],
        shows: .rate,
        answers: [
            .whole(
                "price", [.money("amount"), .code("currency", "rule", "level", "reason")]),
            .whole("explanation", [.count("step"), .text("words")]),
        ])

    /// What would become of an import.
    public static let preview = QueryDescription(
        .sales, "cards.preview",
        "What would become of `sales.import-rate-card.v1`, rule by rule: new, the same as before, or refused.",
        [.source], shows: .rate, ofWhole: true,
        answers: [
            .pages(
                "lines", by: ["message", "place"],
                [.count("message", "place"), .code("rule", "outcome", "reason", "path"), .text("detail")])
        ])
}
