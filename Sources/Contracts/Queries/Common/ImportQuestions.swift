import Domain

/// What would become of messages that a file holds, before they are published and after: each service answers for what it
/// is the first to know. The messages' data come with the question as its lines.
public enum ImportQuestions {
    /// What would become of a message.
    public enum Outcome: String, Sendable, CaseIterable {
        /// Nothing is known under its number: it would be taken.
        case new
        /// The same has come before: it has no effect.
        case same
        /// Its number is known, and what it says of it would be taken over.
        case changed
        /// It would be taken, and is surely an account of a party that is known.
        case joins
        /// It would be taken, and is perhaps an account of a party that is known: somebody would be asked.
        case probable
        /// It would be refused.
        case refused
    }

    /// The table of every answer.
    public static let table = "lines"

    /// All of them.
    public static let all = [customers, suppliers, invoices, payments, budgets, agreements, people]

    /// The names of the questions that are about messages brought along: what would become of them.
    public static let takingMessages = Set((all + [CardQuestions.preview]).map(\.name))

    /// Customers' master records.
    public static let customers = preview(.customer, "customers", "customer.reported.v1", .identity)
    /// Suppliers' master records.
    public static let suppliers = preview(.supplier, "suppliers", "supplier.reported.v1", .supplier)
    /// Invoices.
    public static let invoices = preview(.finance, "invoices", "invoice.issued.v1", .receivable)
    /// Payments.
    public static let payments = preview(.finance, "payments", "payment.received.v1", .receivable)
    /// Budgets of expenses.
    public static let budgets = preview(.finance, "budgets", "expense-budget.set.v1", .expense)
    /// Agreements.
    public static let agreements = preview(.sales, "agreements", "agreement.recorded.v1", .agreement)

    /// Nodes of the organisation and people: all lines together are one message.
    public static let people = QueryDescription(
        .customer, "people.preview",
        "What would become of nodes and people that a file holds, as one `organisation.recorded.v1`: new, same, changed or "
            + "refused.",
        shows: .person, ofWhole: true,
        answers: [
            .pages(
                table, by: ["place"],
                [
                    .count("place"), .code("subject", "key", "outcome", "reason", "path"), .text("detail"),
                    .count("revision"), .text("other_from", "gone_from"),
                ])
        ])

    /// Whether a number is new, and whether somebody is known, is told rightly only by all that there is.
    private static func preview(
        _ service: ServiceName, _ what: String, _ type: String, _ kind: PermissionKind
    ) -> QueryDescription {
        QueryDescription(
            service, "\(what).preview",
            "What would become of \(what) that a file holds, as `\(type)`: new, same, changed, joins, probable or refused.",
            [
                .text("source", "Whose numbers they are.").required,
                .time("asOf", "As of when they are; now when not given."),
                .flag("known", "Only tell what is known from what is new, without looking for parties that are alike."),
            ],
            shows: kind, ofWhole: true,
            answers: [
                .whole(
                    table,
                    [
                        .count("line"), .code("outcome", "reason", "path"), .text("detail"), .code("party"),
                        .text("name"),
                        .rate("probability"),
                    ])
            ])
    }
}
