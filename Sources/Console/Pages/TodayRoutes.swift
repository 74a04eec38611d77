import Client
import Contracts
import Hummingbird

/// What matters this morning: exceptions first, each with its next act.
struct TodayRoutes: ConsoleRoutes {
    /// How many rows a panel has; the rest is behind *see all*.
    private static let rows = "8"

    /// A panel of the page.
    private struct Part: Sendable {
        let title: Text
        let help: Text?
        let service: ServiceName
        let question: QueryDescription
        /// The table that is shown.
        let table: String
        let columns: [String]
        let all: Link
        let action: @Sendable (RowView) -> (Text, Link)?
    }

    private static let parts: [Part] = [
        Part(
            title: .marginAlerts, help: .alertsByMoney, service: .finance, question: FinanceQuestions.alerts,
            table: "alerts",
            columns: ["severity", "name", "customer_code", "order_id", "margin_now", "currency_now", "diagnose_by"],
            all: Link("alerts"),
            action: { row in
                row["alert_id"].map { (row["reason"] == nil ? .diagnose : .openRecord, Link("alerts", $0)) }
            }),
        Part(
            title: .ordersWaiting, help: .ordersWaitingHelp, service: .finance, question: AcceptanceQuestions.waiting,
            table: "orders that wait for approval",
            columns: ["placed_at", "order_id", "name", "business_line", "revenue", "currency", "may_approve"],
            all: Link("q", "finance", AcceptanceQuestions.waiting.name),
            action: OrderRoutes.decide),
        Part(
            title: .complaintsOpen, help: nil, service: .servicedesk, question: ServiceDeskQuestions.complaints,
            table: "complaints",
            columns: ["severity", "opened_at", "customer_code", "category", "state", "promised_at", "summary"],
            all: Link("desk"),
            action: { row in
                row["complaint_id"].map { (.openRecord, Link("complaints", $0, values: [("source", row["source"])])) }
            }),
        Part(
            title: .promisesBroken, help: nil, service: .finance, question: ReceivableQuestions.promises,
            table: "promises",
            columns: ["promised_day", "customer_code", "invoice_id", "promised", "currency", "state"],
            all: Link("receivables"), action: { _ in nil }),
        Part(
            title: .notices, help: nil, service: .notifier, question: NotifierQuestions.mine, table: "notices",
            columns: ["happened_at", "kind", "severity", "object_kind", "object_id", "due_at"],
            all: Link("q", "notifier", NotifierQuestions.mine.name),
            action: { row in
                row["notice_id"].map {
                    (.openRecord, Link("q", "notifier", NotifierQuestions.mine.name, values: [("notice", $0)]))
                }
            }),
        Part(
            title: .reviewsWaiting, help: nil, service: .customer, question: PartyQuestions.reviews, table: "reviews",
            columns: ["probability", "one_name", "other_name", "review"],
            all: Link("q", "customer", PartyQuestions.reviews.name),
            action: { row in
                row["review"].map {
                    (.decide, Link("q", "customer", PartyQuestions.review.name, values: [("review", $0)]))
                }
            }),
    ]

    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/") { _, context in try await Self.page(context, parts) }
    }

    private static func page(_ context: ConsoleContext, _ console: ConsoleParts) async throws -> Response {
        let questions = parts.map {
            Asking.Question(service: $0.service, query: $0.question.name, values: [("limit", rows)])
        }
        let heard = try await console.ask(questions, context)
        let words = Words(language: context.language)
        // What somebody has no right to is no part of their day; what is empty comes last.
        let shown = zip(parts, heard).filter { part, heard in !heard.isForbidden }
        let full = shown.filter { part, heard in heard.answer?.table(part.table)?.rows.isEmpty != true }
        let empty = shown.filter { part, heard in heard.answer?.table(part.table)?.rows.isEmpty == true }
        return Layout(title: words[.today], context: context, place: .today).response {
            Tag.p(.class("hint")) { words[.todayHelp] }
            Tag.div(.class("panels")) {
                for (part, heard) in full + empty { panel(part, heard, context) }
            }
            if full.isEmpty { Tag.p { words[.nothingToDo] } }
        }
    }

    private static func panel(_ part: Part, _ heard: PanelAnswer, _ context: ConsoleContext) -> Node {
        let words = Words(language: context.language)
        return Panel(
            title: words[part.title], heard: heard, context: context, all: part.all, help: part.help.map { words[$0] }
        ).node { answer in
            if let table = answer.table(part.table) {
                TableView(
                    table: table, described: part.question.answer(part.table), context: context, columns: part.columns,
                    action: part.action, hasCaption: false
                ).node
            }
        }
    }
}
