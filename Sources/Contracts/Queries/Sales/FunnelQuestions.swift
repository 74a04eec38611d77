import Domain

/// What the sales service answers of all opportunities together.
public enum FunnelQuestions {
    /// All of them.
    public static let all = [on, changes, conversion]

    private static let team = QueryInput.text("team", "Only those that go through the stages of this team.")

    /// The funnel of a day.
    public static let on = QueryDescription(
        .sales, "funnel.on",
        "The funnel as it stood at the end of a day, by stage and currency, at any node of the organisation of that day.",
        [
            .day("on", "At the end of this day; today when it is not given."),
            .text("node", "Only what was of this node, or below it, as the organisation was on that day."),
            team,
            .choice(
                "by", ["stage", "branch", "owner"], otherwise: "stage",
                "Also apart by branch, or by branch and who worked on it."
            ).naming(by: "owner"),
            .flag("decided", "Also what had been won and lost by then, ever since."),
        ],
        shows: .customer,
        answers: [
            .whole(
                "funnel",
                [
                    .code("team", "state", "stage", "branch", "owner"), .count("deals", "withoutAmount"),
                    .money("amount"), .money("margin").protected(.margin), .code("currency"),
                ]
            ).asTotals
        ])

    /// What has changed since a day.
    public static let changes = QueryDescription(
        .sales, "funnel.changes",
        "What is otherwise at the end of a day than at the end of an earlier one, opportunity by opportunity.",
        [
            .day("since", "Since the end of this day; that of last Sunday when it is not given."),
            .day("on", "Until the end of this day; today when it is not given."),
            .text("node", "Only what was of this node, or below it, on either day, as the organisation was on it."),
            team,
            .choice(
                "what",
                [
                    "entered", "advanced", "back", "won", "lost", "reopened", "raised", "lowered", "later", "sooner",
                    "passed",
                ],
                "Only those of which this is true."),
        ],
        shows: .customer,
        answers: [
            .pages(
                "changes", by: ["source", "opportunityId"], totals: ["amountBefore", "amount"],
                narrowed: [.day: "closeDay", .amount: "amount"],
                [
                    .code("source", "opportunityId"), .text("title", "what"),
                    .code("team", "stateBefore", "stageBefore"),
                    .code("state", "stage", "owner", "branch", "businessLine"),
                    .money("amountBefore", currency: "currencyBefore"), .code("currencyBefore"),
                    .money("amount"), .money("margin").protected(.margin), .code("currency"),
                    .day("closeDayBefore", "closeDay"),
                ])
        ])

    /// How it goes from stage to stage.
    public static let conversion = QueryDescription(
        .sales, "funnel.conversion",
        "Of what came into each stage in some days: how much went farther, how long it stayed, how much is won in the end; what is open is counted for as long as it was watched.",
        [
            .day("from", "Only what first came into a stage on this day or later."),
            .day("to", "Only what first came into a stage on this day or before."),
            .integer("horizon", 1...3_650, otherwise: 180, "Within how many days it went farther."),
            .text("node", "Only what was of this node, or below it, as the organisation is today."),
            team,
        ],
        shows: .customer,
        answers: [
            .whole(
                "conversion",
                [
                    .code("team", "stage"), .count("entered", "advanced", "lost", "open"),
                    .rate("conversion", "low", "high", "lossRate"), .count("medianDays", "p90Days"), .rate("winRate"),
                ]
            ).asTotals
        ])
}
