import Domain

/// What every service is asked of documents that name what has not come, each of the kinds of number that it keeps.
public enum ReferenceQuestions {
    /// All of them.
    public static let all = ServiceName.business.map(waiting)

    private static let columns: [ColumnGroup] = [
        .code("what", "source", "number"), .time("since"), .count("documents"), .text("named_by"), .text("known_to"),
        .flag("ambiguous"), .count("days"),
    ]

    /// The answers of several services put into one table, with whose each row is.
    public static let ofSeveral = TableDescription.whole("references", [.code("service")] + columns)

    /// What documents name and what has not come, as a service knows it.
    public static func waiting(_ service: ServiceName) -> QueryDescription {
        let kinds = kinds(of: service)
        return QueryDescription(
            service, "references.waiting",
            "What documents name and what has not come, the longest waiting first; which other systems have the same "
                + "number.",
            [.choice("what", ["all"] + kinds, otherwise: "all", "Only what waits for one of these.")],
            shows: .reference,
            answers: [
                .whole("waiting", [.code("what"), .count("count"), .time("oldest")]),
                .pages("references", by: ["since", "what", "source", "number"], columns),
            ])
    }

    /// What documents may name of which a service can tell whether it has come. Who a customer of ours calls its supplier is
    /// written down at first sight, so that nothing waits for one.
    public static func kinds(of service: ServiceName) -> [String] {
        switch service {
        case .customer: ["customer"]
        case .sales: ["order", "customer"]
        case .servicedesk: ["order", "customer", "complaint"]
        case .finance: ["order", "invoice", "customer", "payment", "supplier-invoice"]
        case .supplier: ["order"]
        case .notifier: []
        }
    }
}
