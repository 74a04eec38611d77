import Domain

/// What the customer service answers.
public enum CustomerQuestions {
    /// All of them.
    public static let all =
        [show, list, unknownBranches, unknownLines, summary, overview] + PartyQuestions.all + GraphQuestions.all
        + InteractionQuestions.all + ClassQuestions.all + PeopleQuestions.all

    /// One customer.
    public static let show = QueryDescription(
        .customer, "customers.show",
        "One customer: identity, what was corrected of it, accounts and what happened lately.",
        [
            .text("id", "The customer's identifier."), .text("code", "One of its codes."), .source,
        ],
        shows: .customer,
        answers: [
            .whole(
                "customer",
                [
                    .code("customer_id"), .count("revision"), .text("name"),
                    .code("credit_code", "branch", "sales_owner", "merged_into"), .time("founded_at", "changed_at"),
                ]),
            .whole(
                "accounts",
                [
                    .code("source", "code"), .text("name"), .code("credit_code", "branch", "sales_owner"),
                    .count("homing_revision", as: .text),
                ]),
            .first(
                100, "timeline", [.time("happened_at"), .code("kind"), .text("detail").protected(.personalData)]),
            PartyQuestions.corrections,
        ])

    /// Customers.
    public static let list = QueryDescription(
        .customer, "customers.list", "Customers, those with most accounts first.",
        [.text("name", "Only those whose name holds this.")],
        shows: .customer,
        answers: [
            .pages(
                "customers",
                by: [.descending("accounts"), .ascending("sorted_name", hidden: .text), "customer_id"],
                [
                    .code("customer_id"), .text("name"), .code("credit_code", "branch", "sales_owner"),
                    .count("accounts"),
                ])
        ])

    /// Branches that orders name and the organisation does not have.
    public static let unknownBranches = QueryDescription(
        .customer, "branches.unknown", "Branches that orders name and the organisation does not have.",
        shows: .reference, answers: [.first(500, "unknown branches", [.code("branch"), .count("orders")])])

    /// Lines of business that orders name and the group does not have.
    public static let unknownLines = QueryDescription(
        .customer, "lines.unknown", "Lines of business that orders name and the group's file does not.",
        shows: .reference, answers: [.first(500, "unknown lines", [.code("businessLine"), .count("orders")])])

    /// What there is to say of the whole.
    public static let summary = QueryDescription(
        .customer, "summary", "How many customers and accounts there are, and how many pairs wait for a decision.",
        shows: .customer,
        answers: [
            .whole(
                "customers",
                [
                    .count("customers", "accounts", "joined", "reviews"), .count("unknown_branch_orders", as: .text),
                ]
            ).asTotals
        ])

    /// Everything that is known of a customer.
    public static let overview = QueryDescription(
        .customer, "customers.overview",
        "Everything that is known of one customer, each block with its age and who told it.",
        [
            QueryInput.customer.required, .source, .dayOrTime("at", "As of this moment; now when it is not given."),
            .integer(
                "stale", 1...10_080, otherwise: 15,
                "After how many minutes without a word of its service a block counts as stale."),
        ],
        shows: .customer,
        answers: [
            .whole(
                "blocks",
                [.code("block", "owner", "state"), .time("heardAt"), .count("ageSeconds", "rows")]),
            .whole(
                "identity",
                [
                    .code("customer_id"), .text("name"), .code("credit_code"), .count("revision"),
                    .time("founded_at", "changed_at"), .text("merged"),
                ]),
            .first(200, "aliases", [.code("source", "code"), .text("name"), .code("credit_code")]),
            .first(50, "organisation", [.code("branch", "sales_owner"), .count("codes", as: .text)]),
            .whole(
                "contacts",
                [.text("person").protected(.personalData), .time("lastContact"), .code("channel")]
            ).about(.interaction),
            .whole(
                "graph",
                [
                    .code("kind", "way", "party"), .text("name"), .quantity("weight"), .code("origin"),
                    .rate("confidence"),
                ]),
            .first(
                60, "classes",
                [
                    .code("dimension", "value"), .day("valid_from", "valid_to"), .text("reason").protected(.margin),
                ]),
            .first(24, "orders", [.day("month"), .code("currency"), .count("orders"), .money("revenue")]),
            .first(20, "swings", timeline).about(.notice),
            .whole("margin", GraphQuestions.margin),
            .first(50, "acceptance", [.code("business_line", "state"), .text("reason"), .time("changed_at")])
                .about(.acceptance),
            .first(
                20, "margin alerts",
                [
                    .time("raised_at"), .code("level", "severity", "business_line", "order_id"),
                    .money("margin").protected(.margin), .code("currency"), .time("cleared_at"),
                ]
            ).about(.marginAlert),
            .whole("receivables", GraphQuestions.receivables).about(.receivable),
            .whole(
                "credit",
                [
                    .code("state"), .text("reason"), .money("exposure", "limit", "available"),
                    .code("currency", "credit_group"), .count("max_days_overdue"), .time("told_at"),
                ]
            ).about(.credit),
            .whole(
                "complaints",
                [
                    .time("opened_at"), .code("severity", "category", "state"), .time("state_at"),
                    .code("state_by").protected(.personalData), .text("note"), .time("promised_at"),
                    .code("source", "order_id", "complaint_id"),
                ]
            ).about(.complaint),
            .first(20, "surveys", timeline).about(.order),
            .first(
                20, "contracts",
                [
                    .code("agreementId", "state", "kind"), .text("title"), .day("validFrom", "ends", "noticeBy"),
                    .code("businessLine"), .money("yearlyAmount"), .code("currency", "source"),
                ]
            ).about(.agreement),
            .first(20, "interactions", InteractionQuestions.contacts).about(.interaction),
        ])

    private static let timeline: [ColumnGroup] = [.time("happened_at"), .code("kind"), .text("detail")]
}
