import Contracts

/// Where a text of the frame's search is looked for: one question of a service that is there anyway.
struct Finding: Sendable {
    /// What is found there.
    let title: Text
    let service: ServiceName
    let question: QueryDescription
    /// The table of the answer that holds what was found.
    let table: String
    /// The columns that are shown.
    let columns: [String]
    /// The parameter that the text is.
    let parameter: String
    /// What is asked for beside it.
    var beside: [(String, String)] = []
    /// The page of what a row is.
    let record: @Sendable (RowView) -> Link?

    /// How many rows are shown; the rest is behind *see all*.
    private static let rows = "10"

    /// What is asked of the service.
    func asked(_ text: String) -> [(String, String?)] {
        let limit = question.parameter("limit") == nil ? [] : [("limit", Optional(Self.rows))]
        return [(parameter, text)] + beside.map { ($0.0, $0.1) } + limit
    }

    /// The question with everything that it finds.
    func all(_ text: String) -> Link {
        Link(
            path: ["q", service.rawValue, question.name],
            values: [(parameter, text)] + beside.map { ($0.0, Optional($0.1)) })
    }

    /// Everywhere that is looked, in the order of the page.
    static let everywhere = [customers, orders, suppliers, invoices, supplierInvoices, complaints]

    /// By any value that a source has ever told of a customer, as names in any script are, and by codes.
    static let customers = Finding(
        title: .customers, service: .customer, question: PartyQuestions.search, table: "parties",
        columns: ["name", "found", "credit_code", "branch", "accounts", "customer_id"], parameter: "text",
        record: { row in row["customer_id"].map { Link("customers", $0) } })

    /// By the name alone, for whoever has no right to what else is told of a customer.
    static let customersByName = Finding(
        title: .customers, service: .customer, question: CustomerQuestions.list, table: "customers",
        columns: ["name", "credit_code", "branch", "sales_owner", "accounts", "customer_id"], parameter: "name",
        record: customers.record)

    private static let orders = Finding(
        title: .orders, service: .finance, question: FinanceQuestions.order, table: "order",
        columns: [
            "order_id", "source", "customer_code", "business_line", "placed_at", "revenue", "currency", "state",
            "decision",
        ], parameter: "orderId",
        record: { row in row["order_id"].flatMap { RecordLinks.link("order_id", $0, row) } })

    private static let suppliers = Finding(
        title: .suppliers, service: .supplier, question: SupplierQuestions.suppliers, table: "suppliers",
        columns: ["name", "code", "source", "seen_at"], parameter: "text",
        record: { row in row["code"].flatMap { RecordLinks.link("supplier_code", $0, row) } })

    private static let invoices = Finding(
        title: .customerInvoices, service: .finance, question: ReceivableQuestions.invoices, table: "invoices",
        columns: ["invoice_id", "source", "customer_code", "name", "due_day", "amount", "open", "currency"],
        parameter: "invoiceId", beside: [("state", "all")],
        record: { row in row["invoice_id"].flatMap { RecordLinks.link("invoice_id", $0, row) } })

    private static let supplierInvoices = Finding(
        title: .supplierInvoices, service: .finance, question: PayableQuestions.list, table: "payables",
        columns: ["invoice_id", "source", "supplier_code", "name", "due_day", "amount", "open", "currency"],
        parameter: "invoiceId", beside: [("state", "all")], record: invoices.record)

    private static let complaints = Finding(
        title: .complaints, service: .servicedesk, question: ServiceDeskQuestions.complaint, table: "complaint",
        columns: ["complaint_id", "source", "severity", "customer_code", "order_id", "opened_at", "state", "summary"],
        parameter: "complaintId",
        record: { row in row["complaint_id"].flatMap { RecordLinks.link("complaint_id", $0, row) } })
}

/// Pages of the console that a text names, found without asking anybody.
enum FoundPages {
    /// How many are shown.
    private static let most = 12

    /// Questions and acts whose title holds a text, in either language.
    static func pages(_ text: String, _ context: ConsoleContext) -> [(title: String, link: Link)] {
        let wanted = text.lowercased()
        func holds(_ titles: [String]) -> Bool { titles.contains { $0.lowercased().contains(wanted) } }
        let places = NavigationPlace.allCases.filter { holds([$0.text.both.zh, $0.text.both.en]) }.map {
            (title: Words(language: context.language)[$0.text], link: $0.link)
        }
        let acts = ActForm.contracts.map(\.type.description).filter { type in
            holds(Language.allCases.map { CatalogueWords.act(type, $0) })
        }.map { (title: CatalogueWords.act($0, context.language), link: Link("act", $0)) }
        let questions = QueryCatalogue.questions.compactMap { question in question.service.map { ($0, question.name) } }
            .filter { _, name in holds(Language.allCases.map { CatalogueWords.question(name, $0) }) }
            .map { service, name in
                (
                    title: CatalogueWords.question(name, context.language),
                    link: Link("q", service.rawValue, name)
                )
            }
        return Array((places + questions + acts).prefix(most))
    }
}
