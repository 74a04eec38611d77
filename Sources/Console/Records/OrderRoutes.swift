import Client
import Contracts
import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// One order as all services know it: what it is, its lines with their costs, what was decided and by which rule, and what
/// happened to it in the order of time.
struct OrderRoutes: ConsoleRoutes {
    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/orders/:id") { request, context -> Response in
            guard let id = context.parameters.get("id")?.removingPercentEncoding, !id.isEmpty else {
                throw HTTPError(.notFound)
            }
            return try await Self.order(id, FormValues(query: request)["source"], context, parts)
        }
    }

    /// The act by which an order that waits is let through or not.
    static let decide: @Sendable (RowView) -> (Text, Link)? = { row in
        row["order_id"].map { order in
            (
                .decide,
                Link(
                    "act", DecideOrder.type.description,
                    values: [("orderId", order), ("source", row["source"]), ("revision", row["revision"])])
            )
        }
    }

    /// Who knows something of an order.
    private static let questions: [(ServiceName, QueryDescription)] = [
        (.finance, FinanceQuestions.order), (.sales, SalesQuestions.order),
        (.servicedesk, ServiceDeskQuestions.order), (.supplier, SupplierQuestions.order),
    ]

    private static func order(
        _ id: String, _ source: String?, _ context: ConsoleContext, _ parts: ConsoleParts
    ) async throws -> Response {
        let heard = try await parts.ask(
            questions.map {
                Asking.Question(service: $0.0, query: $0.1.name, values: [("orderId", id), ("source", source)])
            }, context)
        let words = Words(language: context.language)
        let orders = heard[0].answer?.table("order")
        // Several systems may have the same number: then it has to be said whose is meant.
        if let orders, orders.rows.count > 1, source == nil { return which(id, orders, context) }
        let isKnown = heard.contains { $0.answer?.tables.contains { !$0.rows.isEmpty } ?? false }
        if !isKnown, heard.allSatisfy({ $0.answer != nil }) { throw HTTPError(.notFound) }
        let row = orders?.views.first
        let from = source ?? row?["source"]
        let events = Timeline.events(heard.map(\.answer), context)
        return Layout(
            title: "\(words[.order]) \(id)", context: context, place: .orders,
            view: Link("orders", id, values: [("source", source)])
        ).response {
            Tag.p(.class("row")) {
                for (text, link) in acts(id, from, row) { Tag.a(.class("button"), .href(link)) { words[text] } }
            }
            Tag.div(.class("panels")) {
                facts(.whatHappened, heard[0], FinanceQuestions.order, "order", context)
                decision(heard[0], heard[1], context)
                Panel(title: words[.causes], heard: heard[0], context: context, help: words[.causesHelp]).node {
                    answer in
                    OrderCauses.nodes(answer, context)
                }
                Tag.section(.class("sheet")) {
                    Tag.h2 { words[.timeline] }
                    Timeline.node(events, context)
                    for one in heard where one.answer == nil && !one.isForbidden { Panel.missing(one, context) }
                }
                table(.costs, heard[0], FinanceQuestions.order, "costs", context)
                table(.supplierCosts, heard[3], SupplierQuestions.order, "cost facts", context)
                facts(.deliveries, heard[2], ServiceDeskQuestions.order, "delivery", context)
                table(.marginAlerts, heard[0], FinanceQuestions.order, "alerts", context)
                table(.costBias, heard[0], FinanceQuestions.order, "bias", context)
            }
        }
    }

    private static func which(_ id: String, _ orders: QueryTable, _ context: ConsoleContext) -> Response {
        let words = Words(language: context.language)
        return Layout(title: "\(words[.order]) \(id)", context: context, place: .orders).response {
            Tag.p { words[.whichSource] }
            Tag.section(.class("sheet")) {
                TableView(
                    table: orders, described: FinanceQuestions.order.answer("order"), context: context,
                    columns: ["order_id", "source", "customer_code", "placed_at", "revenue", "currency", "state"],
                    hasCaption: false
                ).node
            }
        }
    }

    private static func acts(_ id: String, _ source: String?, _ row: RowView?) -> [(Text, Link)] {
        var acts: [(Text, Link)] = []
        if row?["decision"] == "needs-approval", let row, let act = decide(row) { acts.append(act) }
        if let customer = row?["customer_code"] {
            acts.append((.customer, Link("customers", customer, values: [("source", source)])))
        }
        acts.append(
            (
                .reportComplaint,
                Link("act", ComplaintReported.type.description, values: [("orderId", id)])
            ))
        return acts
    }

    /// What was decided and by which rule, as finance decided it and as sales has heard of it.
    private static func decision(_ finance: PanelAnswer, _ sales: PanelAnswer, _ context: ConsoleContext) -> Node? {
        guard !finance.isForbidden else { return nil }
        let words = Words(language: context.language)
        return Panel(title: words[.decision], heard: finance, context: context, help: words[.decisionHelp]).node {
            answer in
            if let table = answer.table("order") {
                FactsView(
                    table: table.only([
                        "decision", "rule", "override", "revenue", "cost", "margin", "currency", "alert",
                    ]),
                    described: FinanceQuestions.order.answer("order"), context: context
                ).node
            }
            if let table = sales.answer?.table("sales"), !table.rows.isEmpty {
                Tag.h3 { words[.asSalesKnows] }
                FactsView(table: table, described: SalesQuestions.order.answer("sales"), context: context).node
            } else {
                Panel.missing(sales, context)
            }
        }
    }

    private static func facts(
        _ title: Text, _ heard: PanelAnswer, _ question: QueryDescription, _ name: String, _ context: ConsoleContext
    ) -> Node? {
        guard !heard.isForbidden else { return nil }
        let title = Words(language: context.language)[title]
        return Panel(title: title, heard: heard, context: context).node { answer in
            if let table = answer.table(name) {
                FactsView(table: table, described: question.answer(name), context: context).node
            }
        }
    }

    private static func table(
        _ title: Text, _ heard: PanelAnswer, _ question: QueryDescription, _ name: String, _ context: ConsoleContext
    ) -> Node? {
        guard !heard.isForbidden else { return nil }
        let title = Words(language: context.language)[title]
        return Panel(title: title, heard: heard, context: context).node { answer in
            if let table = answer.table(name) {
                TableView(
                    table: table, described: question.answer(name), context: context, hasCaption: false
                ).node
            }
        }
    }
}

extension QueryTable {
    /// The same with some of its columns, in the order that is said.
    func only(_ names: [String]) -> QueryTable {
        let places = names.compactMap { name in columns.firstIndex { $0.name == name } }
        return QueryTable(
            name, places.map { columns[$0] },
            rows: rows.map { row in places.map { row.values.indices.contains($0) ? row.values[$0] : nil } },
            blanked: blanked.filter { names.contains($0) })
    }
}
