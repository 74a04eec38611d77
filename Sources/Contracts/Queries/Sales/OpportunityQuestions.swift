import Domain

/// What the sales service answers of opportunities, one by one.
public enum OpportunityQuestions {
    /// All of them.
    public static let all = [list, show, stalled, stages]

    private static let worth: [ColumnGroup] = [
        .money("amount"), .money("margin").protected(.margin), .code("currency"), .day("closeDay"),
    ]
    private static let whose: [ColumnGroup] = [.code("owner", "branch", "businessLine")]

    /// Opportunities as they stand.
    public static let list = QueryDescription(
        .sales, "opportunities.list", "Opportunities as they stand, those that changed last first.",
        [
            QueryInput.customer, .source,
            .choice(
                "state", ["all"] + OpportunityState.allCases.map(\.rawValue), otherwise: "open",
                "Only those that stand so."),
            .text("stage", "Only those in this stage."),
            .text("team", "Only those that go through the stages of this team."),
            .text("node", "Only those of this node of the organisation, as it is today, or below it."),
        ],
        shows: .customer,
        answers: [
            .pages(
                "opportunities", by: [.descending("changedAt"), "source", "opportunityId"], totals: ["amount"],
                narrowed: [.day: "changedAt"],
                [.code("source", "opportunityId", "state", "team", "stage"), .text("title", "company")] + whose + worth
                    + [
                        .code("product", "customerId"), .text("nextStep"), .day("nextStepDay", "stageSince"),
                        .code("lossReason", "lostTo"), .time("createdAt", "changedAt"), .count("revision"),
                    ])
        ])

    /// One opportunity.
    public static let show = QueryDescription(
        .sales, "opportunities.show",
        "An opportunity with everything that was ever said of it, and the stages that it went through.",
        [QueryInput.text("opportunityId", "The opportunity's own number.").naming().required, .source],
        shows: .customer,
        answers: [
            .whole(
                "opportunity",
                [.code("source", "opportunityId", "state", "team", "stage"), .text("title", "company")] + whose + worth
                    + [
                        .code("product", "origin", "leadId", "customerId"), .text("competitors", "nextStep"),
                        .day("nextStepDay", "stageSince"), .code("lossReason", "lostTo"),
                        .time("createdAt", "changedAt"), .count("revision"),
                    ]),
            .whole(
                "history",
                [
                    .code("source"), .count("revision"), .time("at"), .code("what", "state", "stage"),
                    .code("owner", "branch"),
                ] + worth + [
                    .code("lossReason"), .text("nextStep"), .code("by").protected(.personalData),
                    .text("note").protected(.personalData), .code("onBehalfOf").protected(.personalData),
                ]),
            .whole(
                "way", [.code("source", "state", "stage"), .day("since", "until"), .count("days")]),
        ])

    /// Those in which nothing moves.
    public static let stalled = QueryDescription(
        .sales, "opportunities.stalled",
        "Open opportunities that have been in their stage for longer than nine of ten of their own kind were, the longest over it first.",
        [
            .text("team", "Only those that go through the stages of this team."),
            .text("stage", "Only those in this stage."),
            .text("node", "Only those of this node of the organisation, as it is today, or below it."),
        ],
        shows: .customer,
        answers: [
            .pages(
                "stalled", by: [.descending("daysOver"), "source", "opportunityId"], totals: ["amount"],
                narrowed: [.day: "stageSince"],
                [.code("source", "opportunityId", "team", "stage"), .text("title", "company")] + whose + [
                    .day("stageSince"), .count("days", "daysOver", "medianDays", "mostDays"), .code("comparedWith"),
                    .count("compared"),
                ] + worth + [.text("nextStep"), .day("nextStepDay")])
        ])

    /// By which stages they go.
    public static let stages = QueryDescription(
        .sales, "opportunities.stages",
        "By which stages opportunities go, team by team, and what has to be known before one is left.",
        shows: .customer,
        answers: [
            .whole(
                "stages",
                [.code("team"), .count("place"), .code("stage"), .text("name", "needs"), .time("since")])
        ])
}
