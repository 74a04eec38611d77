import Client
import Contracts
import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// Finding a customer, and one from all sides.
struct CustomerRoutes: ConsoleRoutes {
    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/customers") { request, context in try await Self.find(request, context, parts) }
        router.get("/customers/:id") { request, context -> Response in
            guard let id = context.parameters.get("id")?.removingPercentEncoding, !id.isEmpty else {
                throw HTTPError(.notFound)
            }
            return try await Self.customer(id, FormValues(query: request), context, parts)
        }
    }

    private static func find(
        _ request: Request, _ context: ConsoleContext, _ parts: ConsoleParts
    ) async throws -> Response {
        let values = FormValues(query: request)
        let (text, after) = (values["find"], values["after"])
        let question = text == nil ? CustomerQuestions.list : PartyQuestions.search
        let table = text == nil ? "customers" : "parties"
        let heard = try await parts.ask(
            Asking.Question(
                service: .customer, query: question.name, values: [("text", text), ("after", after)]), context)
        let words = Words(language: context.language)
        let here = Link("customers", values: [("find", text)])
        return Layout(title: words[.customers], context: context, place: .customers).response {
            Node.element(.form, [.class("sheet"), .method(.get), .action(Link("customers"))] + Attribute.boost) {
                Tag.div(.class("field wide")) {
                    Tag.label(.for("find")) { words[.find] }
                    Tag.input(
                        .id("find"), .name("find"), .type(.search), .value(text ?? ""), .maxLength(200),
                        .describedBy("find-help"))
                    Tag.small(.id("find-help")) { words[.findHelp] }
                }
                Tag.div(.class("buttons")) { Tag.button(.class("main")) { words[.search] } }
            }
            Panel(title: words[.customers], heard: heard, context: context).node { answer in
                if let found = answer.table(table) {
                    TableView(
                        table: found, described: question.answer(table), context: context,
                        next: found.next.map { here.with("after", $0) },
                        action: { row in row["customer_id"].map { (.openRecord, Link("customers", $0)) } },
                        hasCaption: false
                    ).node
                }
            }
        }
    }

    /// The blocks in the order in which they are read, wide ones as they come.
    private static let blocks = [
        "identity", "organisation", "classes", "orders", "margin", "margin alerts", "receivables", "credit",
        "acceptance", "complaints", "swings", "contracts", "interactions", "contacts", "graph", "aliases", "surveys",
        "blocks",
    ]

    private static func customer(
        _ id: String, _ values: FormValues, _ context: ConsoleContext, _ parts: ConsoleParts
    ) async throws -> Response {
        let question = CustomerQuestions.overview
        let heard = try await parts.ask(
            Asking.Question(
                service: .customer, query: question.name,
                values: [("customer", id), ("source", values["source"]), ("at", values["at"])]), context)
        let words = Words(language: context.language)
        guard let answer = heard.answer else {
            let status: HTTPResponse.Status = if case .refused = heard { .notFound } else { .serviceUnavailable }
            return Layout(title: words[.customer], context: context, place: .customers).response(status) {
                Panel.missing(heard, context)
            }
        }
        let identity = answer.table("identity")?.views.first
        guard identity != nil else { throw HTTPError(.notFound) }
        let known = blocks.compactMap { answer.table($0) }
        let others = answer.tables.filter { !blocks.contains($0.name) }
        return Layout(
            title: identity?["name"] ?? words[.customer], context: context, place: .customers
        ).response {
            Tag.p(.class("buttons")) {
                if let customer = identity?["customer_id"] {
                    for (text, link) in acts(customer) { Tag.a(.class("button"), .href(link)) { words[text] } }
                }
            }
            Tag.p(.class("age")) { words[.dataAge(CellText.time(answer.asOf.description, in: context.zone))] }
            Tag.div(.class("panels")) {
                for table in known + others { block(table, answer, question, context) }
            }
        }
    }

    private static func acts(_ customer: String) -> [(Text, Link)] {
        [
            (.relations, Link("q", "customer", GraphQuestions.show.name, values: [("customer", customer)])),
            (.orders, Link("q", "finance", FinanceQuestions.orders.name, values: [("customer", customer)])),
            (.marginAlerts, Link("alerts", values: [("customer", customer), ("state", "all")])),
            (
                .complaints,
                Link("q", "servicedesk", ServiceDeskQuestions.complaints.name, values: [("customer", customer)])
            ),
        ]
    }

    private static func block(
        _ table: QueryTable, _ answer: Asking.Answer, _ question: QueryDescription, _ context: ConsoleContext
    ) -> Node {
        let words = Words(language: context.language)
        let described = question.answer(table.name)
        let source = answer.table("blocks")?.views.first { $0["block"] == table.name }
        return Tag.section(.class("sheet")) {
            Tag.h2 { title(table.name, words) ?? CatalogueWords.name(table.name, context.language) }
            if table.name == "identity" {
                FactsView(table: table, described: described, context: context).node
            } else {
                if table.name == "orders" { chart(table, context) }
                TableView(table: table, described: described, context: context, hasCaption: false).node
            }
            // Each block is as old as the last word of its service.
            if let source, let time = source["heardAt"] {
                Tag.p(.class(source["state"] == "stale" ? "silent" : "age")) {
                    if let owner = source["owner"] { "\(words[.service(owner)]) · " }
                    words[.dataAge(CellText.time(time, in: context.zone))]
                }
            }
        }
    }

    private static func title(_ block: String, _ words: Words) -> String? {
        let text: Text? =
            switch block {
            case "identity": .identity
            case "aliases": .accounts
            case "classes": .classes
            case "orders": .revenueByMonth
            case "margin": .margin
            case "margin alerts": .marginAlerts
            case "receivables": .receivables
            case "credit": .credit
            case "acceptance": .acceptance
            case "complaints": .complaints
            case "contracts": .contracts
            case "contacts": .contacts
            case "graph": .relations
            case "blocks": .blocks
            case "interactions": .timeline
            default: nil
            }
        return text.map { words[$0] }
    }

    /// Revenue by month as bars, a picture for each currency; the table stands below.
    private static func chart(_ table: QueryTable, _ context: ConsoleContext) -> [Node] {
        let words = Words(language: context.language)
        let currencies = table.views.compactMap { $0["currency"] }.reduce(into: [String]()) { list, currency in
            if !list.contains(currency) { list.append(currency) }
        }
        return currencies.map { currency in
            let bars = table.views.filter { $0["currency"] == currency && $0["revenue"] != nil }.map { row in
                let amount = row["revenue"] ?? ""
                return Charts.Bar(
                    String((row["month"] ?? "").prefix(7)), Double(amount) ?? 0,
                    CellText.shown(amount, .money(currency: "currency"), currency: currency))
            }
            return Charts.bars(bars, title: "\(words[.revenueByMonth]), \(currency)")
        }
    }
}
