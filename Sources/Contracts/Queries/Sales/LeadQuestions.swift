import Domain

/// What the sales service answers of leads.
public enum LeadQuestions {
    /// All of them.
    public static let all = [list, show, pool, sellers, figures]

    private static let person: [ColumnGroup] = [.text("contact", "email", "phone").protected(.personalData)]
    private static let worth: [ColumnGroup] = [
        .rate("probability"), .code("grade"), .money("expectedMargin").protected(.margin), .code("currency"),
    ]

    /// Those that may become customers.
    public static let list = QueryDescription(
        .sales, "leads.list", "Leads with who has them and how they stand, those that came last first.",
        [
            QueryInput.customer, .source,
            .choice(
                "state", ["open", "all", "due"] + LeadState.allCases.map(\.rawValue), otherwise: "open",
                "Only those that stand so; open: neither converted nor closed; due: those whose first contact is overdue."
            ),
        ],
        shows: .customer,
        answers: [
            .pages(
                "leads", by: [.descending("lastCapturedAt"), "leadId"], narrowed: [.day: "capturedAt"],
                [.code("leadId", "state"), .text("company")] + person + [.code("owner")] + worth + [
                    .code("source", "channel", "campaign", "businessLine", "branch", "customerId"),
                    .time("capturedAt", "lastCapturedAt"), .count("touches"), .time("contactedAt", "dueAt"),
                    .code("reason"),
                ])
        ])

    /// One lead.
    public static let show = QueryDescription(
        .sales, "leads.show", "A lead with every touch of it and everything that was done about it.",
        [QueryInput.text("leadId", "The lead, or one that turned out to be it.").naming().required],
        shows: .customer,
        answers: [
            .whole(
                "lead",
                [.code("leadId", "state"), .text("company")] + person + [.code("owner", "ownerGround")] + worth + [
                    .code("consent", "businessLine", "branch", "customerId", "customerGround"),
                    .time("capturedAt", "lastCapturedAt"), .count("touches"),
                    .time("contactedAt"), .count("contactMinutes"), .time("dueAt"),
                    .code("reason", "formerOwner", "opportunityId"), .count("revision"),
                ]),
            .whole(
                "touches",
                [
                    .code("source", "captureId", "channel", "campaign", "ground"), .text("company"),
                    .text("contact", "email", "phone", "text").protected(.personalData), .text("attributes"),
                    .code("consent"), .rate("probability"), .code("grade"), .time("capturedAt", "storedAt"),
                    .code("by").protected(.personalData),
                ]),
            .whole(
                "history",
                [
                    .count("revision"), .time("at"), .code("what", "state", "owner", "reason"),
                    .code("by").protected(.personalData),
                    .text("note").protected(.personalData), .code("onBehalfOf").protected(.personalData),
                ]),
        ])

    /// What anybody may claim.
    public static let pool = QueryDescription(
        .sales, "leads.pool", "Leads that are nobody's, the likeliest first: whoever wants one claims it.",
        shows: .customer,
        answers: [
            .pages(
                "pool", by: [.descending("probability"), "leadId"], narrowed: [.day: "pooledAt"],
                [
                    .code("leadId"), .text("company"), .code("businessLine", "branch", "source", "channel"),
                    .rate("probability"), .code("grade"), .time("capturedAt", "pooledAt"),
                    .code("reason", "formerOwner"), .time("formerOwnerAgain"),
                ])
        ])

    /// Who takes leads.
    public static let sellers = QueryDescription(
        .sales, "leads.sellers", "Who takes leads, which and how many, and how many of them are open.",
        shows: .customer,
        answers: [
            .pages(
                "sellers", by: ["login"],
                [
                    .code("login"), .count("capacity", "open", "claimsPerDay"), .text("lines", "branches"),
                    .time("since"),
                ])
        ])

    /// How it goes.
    public static let figures = QueryDescription(
        .sales, "leads.figures",
        "By source and channel: captures, leads, first contact and conversion, with the interval of 95 % (Wilson); and how much the grades tell apart.",
        QueryInput.days("was first captured"),
        shows: .customer,
        answers: [
            .whole(
                "sources",
                [
                    .code("source", "channel"), .count("captures", "leads", "inPool", "contacted", "inTime"),
                    .quantity("medianMinutes"), .count("converted"), .rate("conversion", "low", "high"),
                ]
            ).asTotals,
            .whole(
                "grades", [.code("grade"), .count("leads", "converted"), .rate("conversion", "expected", "lift")]
            ).asTotals,
        ])
}
