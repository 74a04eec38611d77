import Client
import Contracts
import Domain

extension Board {
    /// What customers owe: ageing, whom to ask next, what was promised and not kept, what is disputed.
    static let receivables = Board(
        place: .receivables, help: .receivablesHelp,
        filters: ["customer", "source", "asOf", "branch", "owner", "currency", "within"],
        parts: [
            BoardPart(
                title: .ageing, help: .ageingHelp, service: .finance, question: ReceivableQuestions.ageing,
                table: "buckets",
                form: .bars(
                    [BoardBars(figure: "amount", label: BoardBars.by("days_overdue"), records: dueBetween)],
                    ["days_overdue", "count", "amount"])),
            BoardPart(
                title: .daysOutstanding, service: .finance, question: ReceivableQuestions.dso,
                table: "days sales outstanding", form: .facts),
            BoardPart(
                title: .collection, help: .collectionHelp, service: .finance, question: ReceivableQuestions.reminders,
                table: "customers", values: [("totals", "true")],
                form: .table([
                    "level", "customer_code", "name", "sales_owner", "invoices", "oldest_due", "open", "currency",
                ]),
                action: { row in
                    row["customer_code"].map { code in
                        (
                            .statement,
                            Link(
                                "q", "finance", ReceivableQuestions.statement.name,
                                values: [("customer", code), ("source", row["source"])])
                        )
                    }
                }),
            BoardPart(
                title: .invoicesToAsk, service: .finance, question: ReceivableQuestions.reminders, table: "reminders",
                values: [("totals", "true")],
                form: .table([
                    "level", "invoice_id", "customer_code", "name", "days_overdue", "open", "disputed", "currency",
                    "broken_promise", "held_by", "next_day",
                ]),
                action: { row in
                    row["invoice_id"].map { invoice in
                        (
                            .recordPromise,
                            Link(
                                "act", PaymentPromised.type.description,
                                values: [
                                    ("invoiceId", invoice), ("invoiceSource", row["source"]), ("amount", row["open"]),
                                    ("currency", row["currency"]),
                                ])
                        )
                    }
                }),
            BoardPart(
                title: .promises, help: .promisesHelp, service: .finance, question: ReceivableQuestions.promises,
                table: "promises",
                form: .table([
                    "promised_day", "state", "customer_code", "invoice_id", "promised", "open", "currency", "taken_by",
                ])),
            BoardPart(
                title: .disputes, service: .finance, question: ReceivableQuestions.disputes, table: "disputes",
                values: [("totals", "true")],
                form: .table([
                    "opened_at", "dispute_id", "customer_code", "invoice_id", "reason", "disputed", "currency",
                    "opened_by",
                ]),
                action: { row in
                    row["dispute_id"].map {
                        (.resolve, Link("act", DisputeResolved.type.description, values: [("disputeId", $0)]))
                    }
                }),
            BoardPart(
                title: .unallocated, service: .finance, question: ReceivableQuestions.unallocated,
                table: "cash on account", values: [("totals", "true")],
                form: .table([
                    "received_day", "payment_id", "customer_code", "amount", "on_account", "currency", "sales_owner",
                ])),
            BoardPart(
                title: .agedAccounts, service: .finance, question: ReceivableQuestions.agedAccounts, table: "aged",
                values: [("totals", "true")],
                form: .table([
                    "customer_code", "name", "sales_owner", "open", "overdue", "not_due", "days_1_30", "days_31_60",
                    "days_61_90", "over_90", "currency",
                ])),
        ],
        acts: [PaymentPromised.type.description, InvoiceDisputed.type.description])

    /// The open invoices of a span of days overdue, as they are today; those of another day stand in no list.
    private static let dueBetween: @Sendable (RowView, Asking.Answer, [String: String]) -> Link? = {
        row, answer, given in
        guard given["asOf"] == nil,
            let day = answer.table("ageing")?.views.first?["as_of"].flatMap({ CalendarDay(String($0.prefix(10))) })
        else { return nil }
        // What is due on the day itself is not overdue yet.
        let from = row["to"].flatMap { Int($0) }.map { day.adding(days: -$0) } ?? (row["from"] == nil ? day : nil)
        let to = row["from"].flatMap { Int($0) }.map { day.adding(days: -$0) }
        return Link(
            "q", "finance", ReceivableQuestions.invoices.name,
            values: [
                ("customer", given["customer"]), ("source", given["source"]), ("from", from?.description),
                ("to", to?.description), ("within", given["within"]), ("totals", "true"),
            ])
    }

    /// What suppliers cost: on whom the group depends, what is to be paid, whose costs come out otherwise.
    static let suppliers = Board(
        place: .suppliers, help: .suppliersHelp, filters: ["supplier", "source", "from", "to", "currency"],
        parts: [
            BoardPart(
                title: .dependency, service: .finance, question: PayableQuestions.dependency,
                table: "dependency",
                form: .bars(
                    [BoardBars(figure: "share_percent", label: BoardBars.by("supplier_code"), records: payables)], [])),
            BoardPart(
                title: .payables, service: .finance, question: PayableQuestions.list, table: "payables",
                values: [("totals", "true")],
                form: .table([
                    "due_day", "invoice_id", "supplier_code", "name", "amount", "open", "currency", "match",
                    "release_reason",
                ]),
                action: { row in
                    guard row["match"] != "matched", row["released_by"] == nil else { return nil }
                    return row["invoice_id"].map {
                        (
                            .release,
                            Link(
                                "act", ReleasePayable.type.description,
                                values: [("invoiceId", $0), ("source", row["source"])])
                        )
                    }
                }),
            BoardPart(
                title: .costBias, help: .costBiasHelp, service: .supplier, question: SupplierQuestions.bias,
                table: "bias of costs",
                form: .table(["code", "name", "service_item", "stage", "ratio", "observations", "as_of"])),
            BoardPart(
                title: .prepayments, service: .finance, question: PayableQuestions.prepayments, table: "prepayments",
                form: .table([])),
        ])

    private static let payables: @Sendable (RowView, Asking.Answer, [String: String]) -> Link? = { row, _, _ in
        row["supplier_code"].flatMap { RecordLinks.link("supplier_code", $0, row) }
    }
}
