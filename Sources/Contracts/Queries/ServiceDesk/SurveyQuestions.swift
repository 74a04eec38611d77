import Domain

/// What the service desk answers about what customers say of it.
public enum SurveyQuestions {
    /// All of them.
    public static let all = [results, trend, answers]

    /// What is told apart.
    private static let by = QueryInput.choice(
        "by", ["branch", "line", "customer", "month"], otherwise: "branch", "What is told apart."
    ).naming(by: "customer")
    private static let branch = QueryInput.text("branch", "Only of this branch.")
    private static let line = QueryInput.text("line", "Only of this line of business.")

    /// What answers come to.
    public static let results = QueryDescription(
        .servicedesk, "surveys.results",
        "What customers answered: how many of those asked, how many of them satisfied (4 or 5 of 5), the promoter score and "
            + "the ease, with the interval of 95 %; also weighted by how many deliveries of each kind there were.",
        [by, branch, line] + QueryInput.days("was asked for"),
        shows: .order,
        answers: [
            .pages(
                "results", by: ["name"],
                [
                    .code("name"), .count("asked", "answered", "open"),
                    .rate("answered_percent", "answered_low", "answered_high"), .count("satisfaction_answers"),
                    .rate(
                        "satisfied_percent", "satisfied_low", "satisfied_high", "weighted_percent", "weighted_low",
                        "weighted_high"), .count("recommendation_answers"),
                    .rate("promoter_score", "promoter_low", "promoter_high"), .count("effort_answers"),
                    .rate("effort_mean", "effort_low", "effort_high"),
                ]
            ).asTotals,
            // Who does not answer: a rule of which fewer answer weighs too little in every figure that is not weighted.
            .whole(
                "response",
                [
                    .code("rule"), .count("deliveries", "asked", "answered", "open"),
                    .rate("answered_percent", "answered_low", "answered_high"), .count("satisfaction_answers"),
                    .rate("satisfied_percent", "satisfied_low", "satisfied_high"),
                ]
            ).asTotals,
        ])

    /// What has become of it.
    public static let trend = QueryDescription(
        .servicedesk, "surveys.trend",
        "Whether customers say otherwise than before: some days against as many before them. A change is told only when it "
            + "is no chance over everything that is looked at side by side (Holm).",
        [
            .choice("by", ["branch", "line", "customer"], otherwise: "branch", "What is told apart.")
                .naming(by: "customer"),
            branch, line, .day("to", "The last day on which was asked; today when it is not given."),
            .integer("days", 7...366, otherwise: 90, "How many days, and as many before them."),
        ],
        shows: .order,
        answers: [
            .pages(
                "trend", by: ["measure", "name"],
                [
                    .code("measure", "name"), .count("answers_before", "answers_now"),
                    .rate("score_before", "score_now"), .code("verdict"),
                    .rate("change", "change_low", "change_high", "probability"),
                ]
            ).asTotals
        ])

    /// What every figure is worked out from.
    public static let answers = QueryDescription(
        .servicedesk, "surveys.answers",
        "Every survey with what was answered, the latest first: every figure follows from these.",
        [
            .choice("state", ["answered", "unanswered", "held", "all"], otherwise: "all", "Only those that stand so.")
        ],
        shows: .interaction,
        answers: [
            .pages(
                "answers", by: [.descending("requested_at"), "survey_id"],
                [
                    .time("requested_at", "expires_at", "answered_at"), .code("source", "order_id", "customer_id"),
                    .code("branch", "business_line", "rule", "channel"),
                    .count("satisfaction", "recommendation", "effort"), .text("comment").protected(.personalData),
                    .code("survey_id", "held"),
                ])
        ])
}
