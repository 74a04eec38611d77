import Domain

/// What the service desk answers about orders that it expects to be late.
public enum LatenessQuestions {
    /// All of them.
    public static let all = [warnings, score, segments]

    /// Of which orders it was said.
    public static let warnings = QueryDescription(
        .servicedesk, "warnings.list",
        "Orders of which it was said that they would be late, the promise that breaks first at the top.",
        [.choice("state", ["open", "all"], otherwise: "open", "Only those of which it still holds, or all.")],
        shows: .order,
        answers: [
            .pages(
                "warnings", by: ["promised_at", "source", "order_id"],
                [
                    .time("promised_at", "expected_at", "warned_at"), .count("likelihood", "observations"),
                    .code("source", "order_id", "customer_code", "branch", "business_line", "milestone", "route"),
                    .flag("is_open"), .time("completed_at"), .flag("was_late"),
                ])
        ])

    /// How often it was right.
    public static let score = QueryDescription(
        .servicedesk, "warnings.score",
        "How often warnings were right, by the milestone at which they were given first, and how many of the late orders were "
            + "warned of before their promise broke; with the interval of 95 %.",
        QueryInput.days("was delivered"), shows: .order,
        answers: [
            .whole(
                "precision",
                [.code("milestone"), .count("warned", "late"), .rate("precision", "precision_low", "precision_high")]
            ).asTotals,
            .whole("recall", [.count("late", "warned"), .rate("recall", "recall_low", "recall_high")]).asTotals,
        ])

    /// By what it is foretold.
    public static let segments = QueryDescription(
        .servicedesk, "warnings.segments",
        "How many hours it took from milestones until orders were done, by route and by line of business, as learnt at the end of "
            + "the last day.",
        shows: .setting,
        answers: [
            .pages(
                "segments", by: ["kind", "name", "milestone"],
                [
                    .code("kind", "name", "milestone"), .count("observations"), .quantity("half", "nine_of_ten"),
                    .time("learnt_at"),
                ])
        ])
}
