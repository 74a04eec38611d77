import Domain

/// What the service desk answers about needs that it saw.
public enum LeadSuggestionQuestions {
    /// All of them.
    public static let all = [leads]

    /// What became of them.
    public static let leads = QueryDescription(
        .servicedesk, "desk.leads",
        "Needs of customers that were seen at the service desk, the latest first, and what has become of each; by who saw them how "
            + "many were converted and what those that were won leave, each currency apart.",
        [
            .text("agent", "Only what this login saw.").protected(.personalData)
        ] + QueryInput.days("was seen"),
        shows: .customer,
        answers: [
            .pages(
                "suggestions", by: [.descending("suggested_at"), "suggestion_id"],
                [
                    .time("suggested_at"), .code("evidence", "source", "complaint_id", "order_id"),
                    .code("customer_id", "customer_code", "branch", "business_line"),
                    .text("need").protected(.personalData), .code("suggested_by").protected(.personalData),
                    .code("state", "reason", "lead_id"), .time("converted_at"),
                    .code("opportunity_id", "opportunity_state"), .money("margin").protected(.margin),
                    .code("currency", "suggestion_id"),
                ]),
            .whole(
                "agents",
                [
                    .code("agent").protected(.personalData), .count("suggested", "taken", "converted", "won", "lost"),
                    .rate("converted_percent", "converted_low", "converted_high"),
                ]),
            .whole(
                "margins",
                [
                    .code("agent").protected(.personalData), .code("currency"), .count("won"),
                    .money("margin").protected(.margin),
                ]),
        ])
}
