import Domain

/// What the sales service answers of who looks after customers.
public enum OwnershipQuestions {
    /// All of them.
    public static let all = [show, list, handovers, items]

    private static let customerColumns: [ColumnGroup] = [
        .code("source", "code"), .text("customer"), .code("customerId", "businessLine"),
    ]
    private static let ownerColumns: [ColumnGroup] = [
        .code("owner"), .rate("share"), .code("ground", "branch", "division"), .day("since", "until"),
        .code("handedFrom", "actingFor"), .day("leftOn"),
    ]

    /// Who looks after a customer.
    public static let show = QueryDescription(
        .sales, "ownership.show",
        "Who looks after a customer on a day, line by line: with which share, by what, for which branch.",
        [
            QueryInput.customer.required, .source,
            .text("line", "Only this line of business; where nothing is said of it, what holds for every line."),
            .day("on", "On this day; today when it is not given."),
            .flag("history", "All days instead of one."),
        ],
        shows: .customer,
        answers: [.whole("owners", customerColumns + ownerColumns)])

    /// Whom customers are looked after by.
    public static let list = QueryDescription(
        .sales, "ownership.list",
        "Customers by line of business with who looks after them on a day, those of people who have left among them.",
        [
            .day("on", "On this day; today when it is not given."),
            .choice(
                "state", ["all", "waiting", "nobody"], otherwise: "all",
                "waiting: only those for whose owner, who has left, somebody acts or nobody; nobody: only those of the latter."
            ),
            .text("node", "Only those of people, or of branches, of this node or below it."),
            .text("leaver", "Only those that this person looked after before leaving."),
        ],
        shows: .customer,
        answers: [
            .pages(
                "owners", by: ["source", "code", "businessLine", .ascending("place", hidden: .count)],
                narrowed: [.day: "since"], customerColumns + ownerColumns)
        ])

    /// What was handed over.
    public static let handovers = QueryDescription(
        .sales, "ownership.handovers",
        "Handovers from one person to another, the latest first, each link of a chain, with what went along and what of it is open with who has it.",
        [
            .text("login", "Only those from or to this person."),
            .choice("state", ["current", "all"], otherwise: "current", "current: without those that were withdrawn."),
        ],
        shows: .customer,
        answers: [
            .pages(
                "handovers", by: [.descending("from"), "source", "handoverId"],
                [
                    .code("handoverId", "source", "fromLogin", "toLogin"), .day("from", "until"), .flag("whole"),
                    .count("customers", "anomalies"), .text("reason"), .code("by").protected(.personalData),
                    .time("at"),
                    .count("revision"), .flag("withdrawn"), .count("opportunities", "quotes", "leads"),
                ])
        ])

    /// What would go along with a handover. What is told of an alert is its margin, as among the notices.
    public static let items = QueryDescription(
        .sales, "ownership.items",
        "What somebody looks after on a day, or looked after before leaving, and what of it is open: it goes along when it is handed over.",
        [
            .text("login", "The person.").required,
            .day("on", "On this day; today when it is not given."),
            .text("customers", "Only these customers, each as source/code, with a comma between them.").naming(),
        ],
        shows: .customer,
        answers: [
            .pages(
                "customers", by: ["source", "code", "businessLine", .ascending("place", hidden: .count)],
                narrowed: [.day: "since"],
                customerColumns + [
                    .rate("share"), .code("ground", "branch"), .day("since", "until"), .code("actingFor"),
                ]),
            .pages(
                "open items", by: [.ascending("kind"), .ascending("item")],
                [
                    .code("kind", "item", "source", "code"), .text("customer"), .code("businessLine"),
                    .text("detail").protected(.margin),
                    .day("since"),
                ]),
        ])
}
