import Domain

/// What may be asked of exchange rates.
public enum RateQuestions {
    static let all = [list]

    /// What currencies are worth.
    public static let list = QueryDescription(
        .finance, "rates.list",
        "What one unit of each currency is worth in CNY, of the service's file and of what was loaded above it.",
        [
            .day("on", "As of this day; today when it is not given."), .currency("currency", "Only this currency."),
            .flag("every", "Every rate with the day from which it holds, not only that of the day."),
        ], shows: .rate, pageSize: 200,
        answers: [
            .pages("rates", by: ["currency", "from_day"], [.code("currency"), .day("from_day"), .rate("cny")]),
            .pages(
                "loads", by: [.descending("revision")],
                [
                    .count("revision"), .time("loaded_at"), .code("loaded_by"), .count("rates"),
                    .day("first_day", "last_day"),
                ]),
        ])
}
