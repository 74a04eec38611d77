import Domain

/// What may be asked of what customers owe.
public enum ReceivableQuestions {
    static let all = [
        ageing, agedAccounts, invoices, statement, waiting, disputes, promises, unallocated, writeOffs, balances, dso,
        provisions, reminders,
    ]

    private static let scope: [QueryInput] = [
        .text("customer", "Only of this customer, under whatever codes: a code of it, or its identifier.").naming(),
        .source,
    ]
    private static let asOf = QueryInput.day("asOf", "As of the end of this day; today when it is not given.")
    private static let buckets = QueryInput.text(
        "buckets", otherwise: "30,60,90", "Where spans of days overdue end, such as 30,60,90.")
    private static let state = QueryInput.choice(
        "state", ["open", "all"], otherwise: "open", "Only open ones, or all.")

    /// The most overdue first, by what it is worth in CNY on the day; what has no rate is last.
    private static let worst: [SortKey] = [
        .descending("worth_overdue", hidden: .quantity), .descending("worth_open", hidden: .quantity), "source",
        "customer_code", "currency",
    ]

    /// What is open by how long it is overdue.
    public static let ageing = QueryDescription(
        .finance, "receivables.ageing", "What was open at the end of a day, by how long it was overdue.",
        scope + [asOf, buckets],
        shows: .receivable,
        answers: [
            .whole(
                "ageing", [.day("as_of"), .code("currency"), .count("count"), .money("amount"), .text("without_rate")]
            ).asTotals,
            .whole(
                "buckets",
                [.text("days_overdue"), .count("from", "to", "count"), .quantity("amount")]
            ).asTotals,
        ])

    /// What each customer has open by how long it is overdue.
    public static let agedAccounts = QueryDescription(
        .finance, "receivables.aged",
        "What each customer had open at the end of a day, by how many days it was overdue, the most overdue first.",
        scope + [asOf],
        shows: .receivable,
        answers: [
            .pages(
                "aged", by: worst,
                totals: ["open", "overdue", "not_due", "days_1_30", "days_31_60", "days_61_90", "over_90"],
                narrowed: [.amount: "overdue"],
                [
                    .code("customer_code", "source"), .text("name"), .code("sales_owner", "currency"),
                    .money("open", "overdue", "not_due", "days_1_30", "days_31_60", "days_61_90", "over_90"),
                ])
        ])

    /// Invoices.
    public static let invoices = QueryDescription(
        .finance, "receivables.invoices", "Invoices to customers, by the day they are due.",
        scope + [state, .text("invoiceId", "Only the invoice with this number.")],
        shows: .receivable,
        answers: [
            .pages(
                "invoices", by: ["due_day", "source", "invoice_id"], totals: ["amount", "paid", "open"],
                [
                    .code("invoice_id", "source", "customer_code"), .text("name"), .day("issued_day", "due_day"),
                    .money("amount", "paid", "open"), .code("currency"), .day("settled_day"), .text("orders"),
                    .code("branch", "sales_owner"),
                ])
        ])

    /// A customer's account.
    public static let statement = QueryDescription(
        .finance, "receivables.statement", "A customer's account: invoices and payments with the balance after each.",
        [
            QueryInput.text("customer", "The customer's code.").required, .source,
            .day("from", "The first day; what lies before is brought forward."), .day("to", "The last day."),
        ], shows: .receivable, pageSize: QueryTable.maximumRows,
        answers: [
            .pages(
                "statement",
                by: [
                    "currency", .ascending("part", hidden: .count), .ascending("on", hidden: .day),
                    .ascending("moment", hidden: .time), .ascending("rank", hidden: .count),
                    .ascending("named_source", hidden: .code), .ascending("named", hidden: .code), "kind",
                    .ascending("about", hidden: .code),
                ], totals: ["charge", "credit"],
                [
                    .day("day"), .code("kind", "reference", "source"), .day("due_day"),
                    .money("charge", "credit", "balance"), .code("currency"),
                ])
        ])

    /// What waits for something that has not come.
    public static let waiting = QueryDescription(
        .finance, "receivables.waiting",
        "Payments, credit notes, write-offs and disputes that wait for an invoice or were set aside.",
        shows: .receivable,
        answers: [
            .pages(
                "payments that wait for an invoice",
                by: [
                    "received_day", "source", "invoice_id", "payment_id",
                    .ascending("allocation_id", hidden: .code), .ascending("kind", hidden: .code),
                    .ascending("invoice_source", hidden: .code), .ascending("allocation_source", hidden: .code),
                ], totals: ["allocated"],
                [
                    .code("invoice_id", "source", "payment_id", "customer_code"), .day("received_day"),
                    .money("allocated"), .code("currency"),
                ]),
            .pages(
                "payments set aside", by: ["received_at", "source", "payment_id"], totals: ["amount"],
                [
                    .code("payment_id", "source", "customer_code"), .time("received_at"), .money("amount"),
                    .code("currency", "invoice_id", "reason"), .text("detail"),
                ]),
            .pages(
                "what else waits for its invoice or was set aside",
                by: [.ascending("on", hidden: .day), "kind", "source", "reference"],
                [
                    .code("kind", "reference", "source", "about"), .day("day"), .money("amount"), .code("currency"),
                    .text("state"),
                ]),
        ])

    /// What customers dispute.
    public static let disputes = QueryDescription(
        .finance, "receivables.disputes", "What customers dispute, the oldest first.", scope + [state],
        shows: .receivable,
        answers: [
            .pages(
                "disputes", by: ["opened_at", "source", "dispute_id"], totals: ["disputed"],
                [
                    .code("dispute_id", "source", "invoice_id", "customer_code"), .money("disputed"),
                    .code("currency"), .money("open"), .code("reason"), .time("opened_at"), .code("opened_by"),
                    .time("resolved_at"), .code("outcome", "branch", "sales_owner"),
                ])
        ])

    /// Promises to pay.
    public static let promises = QueryDescription(
        .finance, "receivables.promises", "Promises to pay by their day: kept, broken or open.", scope + [asOf],
        shows: .receivable,
        answers: [
            .pages(
                "promises", by: ["promised_day", "source", "promise_id"], totals: ["promised"],
                [
                    .code("promise_id", "source", "invoice_id", "customer_code"), .money("promised"),
                    .code("currency"), .day("promised_day"), .code("state"), .money("open"), .time("made_at"),
                    .code("taken_by", "branch", "sales_owner"),
                ])
        ])

    /// What was paid and is for no invoice yet.
    public static let unallocated = QueryDescription(
        .finance, "receivables.unallocated", "What was paid and is for no invoice yet, the oldest first.", scope,
        shows: .receivable,
        answers: [
            .pages(
                "cash on account", by: ["received_day", "source", "payment_id", .ascending("kind", hidden: .code)],
                totals: ["amount", "allocated", "applied", "on_account"], narrowed: [.amount: "on_account"],
                [
                    .code("payment_id", "source", "customer_code"), .day("received_day"),
                    .money("amount", "allocated", "applied", "on_account"),
                    .code("currency", "branch", "sales_owner"),
                ])
        ])

    /// What was given up.
    public static let writeOffs = QueryDescription(
        .finance, "receivables.write-offs", "Debts that are proposed to be given up, and those that were.", scope,
        shows: .receivable,
        answers: [
            .pages(
                "write-offs", by: [.ascending("at", hidden: .time), "source", "write_off_id"],
                totals: ["proposed", "written_off"],
                [
                    .code("write_off_id", "source", "invoice_id", "customer_code"), .money("proposed", "written_off"),
                    .code("currency"), .text("reason"), .code("proposed_by", "approved_by"), .time("approved_at"),
                    .text("state"), .code("branch", "sales_owner", "approved_on_behalf_of"),
                ])
        ])

    /// What customers owe and hold.
    public static let balances = QueryDescription(
        .finance, "receivables.balances", "What customers owe and hold at the end of a day, the most overdue first.",
        scope + [asOf],
        shows: .receivable,
        answers: [
            .pages(
                "balances",
                by: worst,
                totals: ["open", "overdue", "on_account", "balance"],
                [
                    .code("customer_code", "source"), .text("name"), .code("currency"), .money("open", "overdue"),
                    .count("oldest_days_overdue", as: .integer), .money("on_account", "balance"),
                    .code("branch", "sales_owner"),
                ])
        ])

    /// How fast customers pay.
    public static let dso = QueryDescription(
        .finance, "receivables.dso", "Days sales outstanding and its like, over some days that end with a day.",
        scope + [asOf, .integer("days", 1...3_660, otherwise: 90, "Over so many days.")],
        shows: .receivable,
        answers: [
            .whole(
                "days sales outstanding",
                [
                    .day("as_of"), .count("days"), .code("currency"),
                    .money("opening", "invoiced", "receivables", "not_due"),
                    .quantity("dso", "best_possible_dso", "days_delinquent"), .rate("cei"),
                    .text("without_rate"),
                ]
            ).asTotals
        ])

    /// Who has been reminded.
    public static let reminders = QueryDescription(
        .finance, "receivables.reminders",
        "Who has been reminded of open invoices and up to whom, the highest level first; what holds the next one back.",
        scope + [
            .narrowing(
                "level", .choice(ReminderLevel.allCases.map(\.rawValue)),
                "Only what is at this level, one higher when a promise was broken.", "level",
                of: ["customers", "reminders"])
        ],
        shows: .receivable,
        answers: [
            .pages(
                "customers",
                by: [
                    .descending("rank", hidden: .count), .descending("worth", hidden: .quantity), "source",
                    "customer_code", "currency",
                ], totals: ["open"],
                [
                    .code("level", "customer_code", "source"), .text("name"), .code("branch", "sales_owner"),
                    .count("invoices"), .day("oldest_due"), .money("open"), .code("currency"),
                ]),
            .pages(
                "reminders",
                by: [.descending("rank", hidden: .count), "due_day", "source", "invoice_id"],
                totals: ["open", "disputed"],
                [
                    .code("level", "invoice_id", "source", "customer_code"), .text("name"),
                    .code("branch", "sales_owner"), .day("due_day"), .count("days_overdue"), .money("open", "disputed"),
                    .code("currency"), .flag("broken_promise"), .code("held_by"), .day("next_day"),
                ]),
        ])

    /// What is expected to be lost.
    public static let provisions = QueryDescription(
        .finance, "receivables.provisions", "What is expected to be lost of what is open at the end of a day.",
        scope + [
            asOf, buckets,
            .text("rates", "Rates in percent: not due, then for each span; the IFRS 9 example when not given."),
            .text("outlook", "A factor above 0 and at most 100 for what is to come."),
            .integer("observed", 1...36_500, "Rates from the invoices due in so many days before."),
        ],
        shows: .receivable,
        answers: [
            .whole(
                "provisions",
                [
                    .day("as_of"), .code("currency"), .money("amount", "provision"), .rate("outlook"), .text("basis"),
                    .text("without_rate"),
                ]
            ).asTotals,
            .whole(
                "provisions by bucket",
                [
                    .text("days_overdue"), .count("count"), .quantity("amount"), .rate("rate_percent"),
                    .quantity("provision"),
                ]
            ).asTotals,
        ])
}
