import Domain

/// What the service desk answers.
public enum ServiceDeskQuestions {
    /// All of them.
    public static let all = [order, performance, surveys, summary, business, complaints, complaint, settledOrders]

    /// An order's delivery.
    public static let order = QueryDescription(
        .servicedesk, "orders.show", "How an order was delivered.", [.text("orderId", "The order.").required, .source],
        shows: .order,
        answers: [
            .whole(
                "delivery",
                [
                    .code("source", "customer_code", "branch"), .flag("branch_known", as: .text),
                    .code("business_line"), .time("promised_at", "completed_at"),
                    .flag("late", "damaged", "short", as: .text), .quantity("quantity", "quantity_delivered"),
                    .code("survey_id"),
                ])
        ])

    /// How well deliveries go.
    public static let performance = QueryDescription(
        .servicedesk, "performance",
        "Deliveries and their faults with the Wilson interval of 95 %, the certainly worst first.",
        [
            .choice("by", ["branch", "customer", "line"], otherwise: "branch", "What is told apart.")
                .naming(by: "customer"),
            .text("branch", "Only of this branch."), .text("line", "Only of this line of business."),
        ] + QueryInput.days("was delivered"),
        shows: .order,
        answers: [
            .pages(
                "performance", by: [.descending("late_low"), "name"],
                [
                    .code("name"), .count("completed", "late", "damaged", "short"),
                    .rate("late_percent", "late_low", "late_high"),
                ]
            ).asTotals
        ])

    /// Which customers are asked how it was.
    public static let surveys = QueryDescription(
        .servicedesk, "surveys.list", "Surveys that were asked for, the latest first.",
        shows: .order,
        answers: [
            .pages(
                "surveys", by: [.descending("requested_at"), "survey_id"],
                [.time("requested_at"), .code("source", "order_id", "customer_id", "rule", "survey_id")])
        ])

    /// What there is to say of the whole.
    public static let summary = QueryDescription(
        .servicedesk, "summary", "How many deliveries were completed, late, damaged and short.",
        shows: .order,
        answers: [
            .whole(
                "deliveries",
                [
                    .count("completed", "late", "damaged", "short", "surveys"),
                    .count("unknown_branch_orders", as: .text),
                ]
            ).asTotals
        ])

    /// How a party's deliveries went.
    public static let business = QueryDescription(
        .servicedesk, "parties.business", "How a party's deliveries went, under whatever codes.",
        [.text("party", "The party's identifier.").required],
        shows: .customer,
        answers: [.whole("service desk: deliveries", [.count("completed", "late", "damaged", "short")])])

    /// What customers complain about.
    public static let complaints = QueryDescription(
        .servicedesk, "complaints.list", "Complaints, the open and severe first, and steps whose complaint is unknown.",
        [
            .customer, .source,
            .choice(
                "state", ["open", "all"] + ComplaintState.allCases.map(\.rawValue), otherwise: "open",
                "Only those that stand so; open: not closed."),
            .choice("severity", ComplaintSeverity.allCases.map(\.rawValue), "Only of this severity."),
            .choice("category", ComplaintCategory.allCases.map(\.rawValue), "Only of this category."),
        ],
        shows: .complaint,
        answers: [
            .pages(
                "complaints",
                by: [
                    .ascending("is_closed", hidden: .flag), .ascending("urgency", hidden: .count), "opened_at",
                    "source", "complaint_id",
                ],
                [
                    .time("opened_at"), .code("severity", "category", "state"), .time("state_at", "promised_at"),
                    .code("source", "customer_code", "customer_id", "order_id", "complaint_id"), .text("summary"),
                ]),
            .pages(
                "steps that wait for their complaint", by: ["taken_at", "source", "complaint_id", "step_id"],
                [
                    .time("taken_at"), .code("step"), .code("taken_by").protected(.personalData),
                    .code("source", "complaint_id", "step_id"),
                ]),
        ])

    /// One complaint and what was done.
    public static let complaint = QueryDescription(
        .servicedesk, "complaints.show", "One complaint: what it is, each step, and how long it stayed in each state.",
        [
            .text("complaintId", "The complaint.").required, .source,
            .time("at", "Until when a state that lasts is counted; now when it is not given."),
        ],
        shows: .complaint,
        answers: [
            .whole(
                "complaint",
                [
                    .code("source", "complaint_id", "customer_code", "customer_id", "order_id", "category", "severity"),
                    .time("opened_at"), .code("opened_by").protected(.personalData), .text("summary"), .code("state"),
                    .time("state_at", "promised_at"), .count("revision"), .code("order_source"),
                ]),
            .whole(
                "steps",
                [
                    .code("source"), .time("takenAt"), .code("step"), .code("takenBy").protected(.personalData),
                    .text("note"), .time("promise"),
                    .text("counts"), .code("stepId"), .code("onBehalfOf").protected(.personalData),
                ]),
            .whole("states", [.code("source", "state"), .time("since", "until"), .count("seconds")]),
            .whole(
                "waits",
                [
                    .code("source"), .time("began_at"), .code("waiting", "reason"), .time("until"),
                    .code("said_by").protected(.personalData), .text("note", "counts"), .code("wait_id"),
                    .code("on_behalf_of").protected(.personalData),
                ]),
            .whole("promises", [.code("source"), .time("made_at", "promised_at"), .code("state"), .time("heard_at")]),
        ])

    /// Whose orders complaints are about by somebody's word.
    public static let settledOrders = QueryDescription(
        .servicedesk, "references.settled",
        "Orders that complaints named and nobody had sent, with whose was meant by somebody's word, the latest first.",
        [.text("number", "Only this order."), .text("source", "Only as this system's number.")],
        shows: .reference,
        answers: [
            .pages(
                "settled", by: [.descending("settlement_id", hidden: .count)],
                [
                    .time("settled_at"), .code("source", "number", "meant"), .count("complaints"), .code("named_by"),
                    .code("settled_by"), .text("reason"),
                ])
        ])
}
