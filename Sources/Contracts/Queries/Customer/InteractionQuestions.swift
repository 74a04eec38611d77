import Domain

/// What may be asked of interactions with customers.
public enum InteractionQuestions {
    static let all = [list, consent, erasures, coverage]

    /// What is told of a contact.
    static let contacts: [ColumnGroup] = [
        .time("at"), .code("channel", "source", "code"), .code("by").protected(.personalData),
        .text("with", "summary").protected(.personalData),
        .code("consent", "id"),
    ]
    private static let about: [QueryInput] = [
        QueryInput.customer.required, .source, .dayOrTime("at", "As of this moment; now when it is not given."),
    ]

    /// The contacts with a customer.
    public static let list = QueryDescription(
        .customer, "interactions.list", "The contacts with a customer, the latest first.", about, shows: .interaction,
        maximum: 500,
        answers: [
            .pages(
                "interactions",
                by: [.descending("happened_at", hidden: .time), .ascending("id"), "source", "channel"], contacts)
        ])

    /// What a customer's people agreed to.
    public static let consent = QueryDescription(
        .customer, "interactions.consent", "By which channels a customer and its people may be contacted.", about,
        shows: .interaction,
        answers: [
            .first(
                500, "consent",
                [
                    .code("source", "code"), .code("person").protected(.personalData), .code("channel", "state"),
                    .time("said_at"), .code("recorded_by").protected(.personalData),
                ])
        ])

    /// What was erased at a person's wish.
    public static let erasures = QueryDescription(
        .customer, "interactions.erasures", "What was erased at the wish of whom it concerns, the latest first.",
        [.text("id", "Only this erasure.")],
        shows: .identity,
        answers: [
            .first(
                500, "erasures",
                [
                    .code("erasure_id", "source", "code"), .code("person", "asked_by").protected(.personalData),
                    .time("asked_at", "done_at"),
                    .count("interactions"),
                ])
        ])

    /// Key customers that nobody has spoken with.
    public static let coverage = QueryDescription(
        .customer, "interactions.coverage", "Key customers that nobody has been in contact with, by revenue.",
        [
            .integer("days", 1...3_650, "Without contact for so many days; as the policy says when it is not given."),
            .integer("share", 1...100, "Those that bring this part of the revenue; as the policy says."),
            .dayOrTime("at", "As of this moment; now when it is not given."),
        ], shows: .customer, pageSize: QueryTable.maximumRows,
        answers: [
            .pages(
                "no contact", by: [.descending("revenue"), "customer_id"],
                [
                    .code("customer_id"), .text("name"), .code("branch", "sales_owner"), .quantity("revenue"),
                    .time("last_contact_at"),
                ])
        ])
}
