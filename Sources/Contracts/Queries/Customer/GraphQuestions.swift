import Domain

/// What may be asked of the graph of parties.
public enum GraphQuestions {
    static let all = [show, group, hubs, leads, nodes, edges]

    private static let about: [QueryInput] = [
        QueryInput.customer.required, .source, .dayOrTime("at", "As of this moment; now when it is not given."),
    ]
    private static let party: [ColumnGroup] = [
        .code("party"), .text("name"), .code("role"), .text("codes"), .code("credit"),
    ]

    /// What was ordered and earned, by business line.
    static let margin: [ColumnGroup] = [
        .code("businessLine", "currency"), .count("orders"), .money("revenue", "costedRevenue"),
        .money("cost").protected(.cost), .money("margin").protected(.margin), .rate("marginRate").protected(.margin),
    ]
    /// What is owed, by currency.
    static let receivables: [ColumnGroup] = [
        .code("currency"), .count("invoices"), .money("open", "overdue"), .time("oldestDue"),
    ]

    /// What lies around a party.
    public static let show = QueryDescription(
        .customer, "graph.show", "The parties around one, ring by ring, and the ties between them.",
        about + [
            .integer("hops", 1...2, otherwise: 1, "How many ties away."),
            .integer("fanout", 1...200, otherwise: 50, "How many ties of one party are followed, the strongest."),
        ],
        shows: .customer,
        answers: [
            .whole("parties", [.count("ring")] + party),
            .whole(
                "ties",
                [
                    .code("from", "kind", "to"), .quantity("weight"), .rate("share"), .code("origin"),
                    .count("evidence"), .rate("confidence"), .time("since", "until"),
                ]),
            .whole("left out", [.count("parties")]),
        ])

    /// The group that a party belongs to.
    public static let group = QueryDescription(
        .customer, "graph.group", "The group that a party belongs to, and what it comes to as a whole.", about,
        shows: .customer,
        answers: [
            .whole("group", party + [.rate("share"), .count("depth")]),
            .whole("revenue and margin", margin), .whole("receivables", receivables).about(.receivable),
            .whole(
                "exposure",
                [
                    .code("currency"), .count("customers"), .money("exposure", "limit", "available"),
                    .time("oldestWord"),
                ]
            ).about(.credit),
        ])

    /// The parties that most ties lead to.
    public static let hubs = QueryDescription(
        .customer, "graph.hubs", "The parties that most ties lead to.", shows: .customer, pageSize: 20,
        answers: [
            .pages(
                "hubs", by: [.descending("exact", hidden: .rate), "party"],
                [
                    .code("party"), .text("name"), .rate("rank"), .count("degree", "component"), .time("ranked_at"),
                ])
        ])

    /// Who might be won through whom.
    public static let leads = QueryDescription(
        .customer, "graph.leads", "Parties that are tied to the same parties as one, and not to it yet.",
        about + [.integer("limit", 1...500, otherwise: 20, "How many at most.")],
        shows: .customer, answers: [.whole("leads", party + [.quantity("score"), .text("through")])])

    /// A page of the parties, for the export.
    public static let nodes = QueryDescription(
        .customer, "graph.nodes", "A part of all parties, for the export: each once for each of its codes.",
        [
            .integer("after", 0...Int(Int32.max), otherwise: 0, "Those after this place."),
            .dayOrTime("at", "Taken for the sake of the export; parties are always those of now."),
        ],
        shows: .customer,
        answers: [
            .first(
                QueryTable.maximumRows, "nodes",
                [.code("place", "party"), .text("name"), .code("role", "source", "code")])
        ])

    /// A page of the ties, for the export.
    public static let edges = QueryDescription(
        .customer, "graph.edges", "A part of all ties, for the export.",
        [
            .text("after", "Those after this place."),
            .dayOrTime("at", "Weights as of this moment; now when it is not given."),
        ],
        shows: .customer,
        answers: [
            .first(
                QueryTable.maximumRows, "edges",
                [
                    .code("place", "from", "to", "kind"), .quantity("weight", as: .text), .rate("share", as: .text),
                    .day("since", "until"),
                ])
        ])
}
