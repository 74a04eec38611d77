import Domain

/// What the service desk answers about low scores.
public enum RecoveryQuestions {
    /// All of them.
    public static let all = [list, effect]

    /// What is to be done about them.
    public static let list = QueryDescription(
        .servicedesk, "surveys.recoveries",
        "Low scores and how far each has been seen to, those to be called first at the top; of one order also what was done.",
        [
            .text("orderId", "Only of this order."), .source,
            .choice("state", ["open", "all"], otherwise: "open", "Only those that are not closed, or all."),
        ],
        shows: .complaint,
        answers: [
            .pages(
                "recoveries", by: ["call_by", "survey_id"],
                [
                    .time("call_by", "opened_at"), .code("state", "source", "order_id", "customer_id", "customer_code"),
                    .code("branch", "business_line"), .count("satisfaction", "recommendation", "effort"),
                    .time("called_at"), .flag("is_late"), .code("cause", "action"),
                    .code("owner").protected(.personalData), .day("due_on"), .time("done_at", "closed_at"),
                    .code("outcome", "survey_id"),
                ]),
            .whole(
                "steps",
                [
                    .code("source"), .time("taken_at"), .code("step"), .code("taken_by").protected(.personalData),
                    .text("note"), .code("step_id"), .code("on_behalf_of").protected(.personalData),
                ]),
        ])

    /// Whether what was done has helped.
    public static let effect = QueryDescription(
        .servicedesk, "surveys.effect",
        "Whether what was done about low scores has helped: how much more satisfied those became than others with a low score "
            + "for whom nothing was done, with the interval of 95 %.",
        [.text("branch", "Only of this branch.")],
        shows: .order,
        answers: [
            .pages(
                "effect", by: ["action"],
                [
                    .code("action"), .count("cases", "measured", "control_measured"),
                    .rate("change", "control_change", "effect", "effect_low", "effect_high", "probability"),
                    .code("verdict"), .count("needed"),
                ]
            ).asTotals
        ])
}
