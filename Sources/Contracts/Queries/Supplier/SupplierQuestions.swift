import Domain

/// What the supplier service answers.
public enum SupplierQuestions {
    /// All of them.
    public static let all = [suppliers, bias, order, summary, business]

    /// Who works for us.
    public static let suppliers = QueryDescription(
        .supplier, "suppliers.list", "Suppliers by the codes they are known by.",
        [.text("text", "Only those whose name holds this, or whose code it is.")],
        shows: .supplier,
        answers: [
            .pages(
                "suppliers", by: ["source", "code"],
                [.code("supplier_id", "source", "code"), .text("name"), .time("seen_at")])
        ])

    /// How far costs end from what was said before.
    public static let bias = QueryDescription(
        .supplier, "bias.list", "How far suppliers' actual costs are from what was expected, the farthest first.",
        shows: .supplier,
        answers: [
            .pages(
                "bias of costs",
                by: [
                    .descending("distance", hidden: .rate).protected(.purchaseRate),
                    .ascending("supplier_id", hidden: .code), "service_item",
                    "stage", .ascending("source", hidden: .code), "code",
                ],
                [
                    .code("code"), .text("name"), .code("service_item", "stage"),
                    .rate("ratio").protected(.purchaseRate),
                    .count("observations"), .time("as_of"),
                ])
        ])

    /// What an order costs.
    public static let order = QueryDescription(
        .supplier, "orders.show", "Each cost of an order in each state.",
        [.text("orderId", "The order.").required, .source],
        shows: .order,
        answers: [
            .first(
                500, "cost facts",
                [
                    .code("cost_id"), .count("line"), .code("state"), .code("supplier_code").protected(.purchaseRate),
                    .money("amount").protected(.purchaseRate), .code("currency"), .day("service_day"),
                    .code("service_item", "source", "order_source"),
                ])
        ])

    /// What there is to say of the whole.
    public static let summary = QueryDescription(
        .supplier, "summary", "How many suppliers, costs and biases of 2 % or more there are.",
        shows: .supplier, answers: [.whole("suppliers", [.count("suppliers", "costs", "biased")])])

    /// What a party does for us as a supplier.
    public static let business = QueryDescription(
        .supplier, "parties.business", "What a party costs us as a supplier, by its codes and currency.",
        [.text("party", "The party's identifier.").required],
        shows: .supplier,
        answers: [
            .whole(
                "supplier: as a supplier",
                [
                    .code("source", "code"), .text("name"), .code("currency"), .count("costs"),
                    .money("amount").protected(.cost),
                ])
        ])
}
