import Domain

/// What may be asked of what we owe suppliers.
public enum PayableQuestions {
    static let all = [list, run, dependency, prepayments, setOff]

    private static let scope: [QueryInput] = [.text("supplier", "Only of the supplier with this code."), .source]

    /// Invoices of suppliers.
    public static let list = QueryDescription(
        .finance, "payables.list",
        "Invoices of suppliers by the day they are due, and whether they fit the costs recorded.",
        scope + [
            .choice("state", ["open", "all"], otherwise: "open", "Only open ones, or all."),
            .text("invoiceId", "Only the invoice with this number."),
        ],
        shows: .payable,
        answers: [
            .pages(
                "payables", by: ["due_day", "source", "invoice_id"], totals: ["amount", "open"],
                [
                    .code("invoice_id", "source", "supplier_code"), .text("name"), .day("issued_day", "due_day"),
                    .money("amount", "open"), .code("currency"),
                    .money("recorded_cost", "difference").protected(.purchaseRate), .code("match"),
                    .text("release_reason"), .code("release_proposed_by", "released_by"),
                    .code("release_on_behalf_of", "released_on_behalf_of"),
                ]),
            .pages(
                "supplier payments that wait for an invoice or were set aside",
                by: [
                    "paid_day", "source", "payment_id", .ascending("named", hidden: .code),
                    .ascending("invoice_source", hidden: .code),
                ],
                [
                    .code("payment_id", "source", "invoice_id"), .day("paid_day"), .quantity("amount"), .text("state"),
                ]),
        ])

    /// What to pay on a day.
    public static let run = QueryDescription(
        .finance, "payables.run", "What to pay on a day: a proposal by supplier, and what is held back.",
        scope + [QueryInput.day("payOn", "The day.").required], shows: .payable, pageSize: 200,
        answers: [
            .pages(
                "payment run", by: ["currency", .descending("pay"), "supplier_code", "source"], totals: ["pay"],
                [
                    .code("supplier_code", "source"), .text("name"), .code("currency"), .count("invoices"),
                    .money("pay"), .day("oldest_due"), .money("prepaid"),
                ]),
            .pages(
                "held back", by: ["due_day", "invoice_id", "source"], totals: ["open"],
                [
                    .code("invoice_id", "source", "supplier_code"), .day("due_day"), .money("open"),
                    .money("recorded_cost").protected(.purchaseRate),
                    .code("currency", "reason", "release_proposed_by"),
                ]),
        ])

    /// On whom we depend.
    public static let dependency = QueryDescription(
        .finance, "payables.dependency", "Which share of what suppliers invoiced each of them has, the greatest first.",
        [
            .day("asOf", "The last day; today when it is not given."),
            .integer("days", 1...3_660, otherwise: 365, "Over so many days."),
        ], shows: .payable, pageSize: 20,
        answers: [
            .pages(
                "dependency", by: [.descending("exact", hidden: .rate), "source", "supplier_code", "currency"],
                totals: ["invoiced"],
                [
                    .code("supplier_code", "source", "currency"), .money("invoiced"),
                    .rate("share_percent", "concentration_percent"),
                ])
        ])

    /// What suppliers hold of ours.
    public static let prepayments = QueryDescription(
        .finance, "payables.prepayments", "What suppliers were paid and have not invoiced yet, the oldest first.",
        scope,
        shows: .payable,
        answers: [
            .pages(
                "prepayments", by: ["paid_day", "source", "payment_id"], totals: ["amount", "applied", "prepaid"],
                narrowed: [.amount: "prepaid"],
                [
                    .code("payment_id", "source", "supplier_code"), .day("paid_day"),
                    .money("amount", "applied", "prepaid"), .code("currency"),
                ])
        ])

    /// Who is both customer and supplier.
    public static let setOff = QueryDescription(
        .finance, "payables.set-off",
        "Parties that are both customer and supplier, and what could be set off, what is worth most in CNY first.",
        shows: .payable,
        answers: [
            .pages(
                "set-off", by: [.descending("worth", hidden: .quantity), "name", "currency"],
                totals: ["receivable", "payable", "could_be_set_off"], narrowed: [.amount: "could_be_set_off"],
                [
                    .text("name"), .code("currency"), .text("customer_codes", "supplier_codes"),
                    .money("receivable", "payable", "could_be_set_off"),
                ])
        ])
}
