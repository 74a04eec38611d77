import Client
import Contracts
import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// Margin alerts: the worklist, and one alert with its causes, its diagnosis and its end.
struct AlertRoutes: ConsoleRoutes {
    private static let columns = [
        "severity", "level", "name", "customer_code", "order_id", "business_line", "sales_owner", "margin_now",
        "currency_now", "raised_at", "diagnose_by", "reason", "recover_by", "escalated_to",
    ]

    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/alerts") { request, context in try await Self.worklist(request, context, parts) }
        router.get("/alerts/:id") { _, context -> Response in
            guard let id = context.parameters.get("id")?.removingPercentEncoding, !id.isEmpty else {
                throw HTTPError(.notFound)
            }
            return try await Self.alert(id, context, parts)
        }
    }

    // MARK: The worklist

    private static func worklist(
        _ request: Request, _ context: ConsoleContext, _ parts: ConsoleParts
    ) async throws -> Response {
        let question = FinanceQuestions.alerts
        let given = FormValues(query: request).pairs.filter { !$0.value.isEmpty && question.parameter($0.name) != nil }
        let values = Dictionary(given.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let words = Words(language: context.language)
        let here = Link(path: ["alerts"], values: given.map { ($0.name, $0.value) })
        var fault: (name: String, detail: String)?
        var heard: PanelAnswer?
        do throws(Refusal) {
            _ = try question.values(of: given.map { QueryParameter(name: $0.name, value: $0.value) })
        } catch {
            fault = (String(error.path.dropFirst("parameters.".count)), error.detail)
        }
        if fault == nil {
            let asked = given.map { ($0.name, Optional($0.value)) }
            heard = try await parts.ask(
                Asking.Question(service: .finance, query: question.name, values: asked), context)
        } else if context.person == nil {
            throw ConsoleRefusal.signIn
        }
        return Layout(
            title: words[.marginAlerts], context: context, place: .alerts, view: here.with(question.cursor ?? "", nil)
        ).response(
            fault == nil ? .ok : .unprocessableContent
        ) {
            QuestionForm(
                inputs: question.parameters.filter { $0.name != question.cursor }, link: Link("alerts"), given: values,
                fault: fault, context: context
            ).node
            if let heard {
                Panel(title: words[.worklist], heard: heard, context: context, help: words[.alertsByMoney]).node {
                    answer in
                    if let table = answer.table("alerts") {
                        let tools = ListTools(
                            service: .finance, question: question, table: table,
                            given: given.map { ($0.name, $0.value) }, choice: ListChoice([]), context: context,
                            link: Link("q", "finance", question.name))
                        chart(table, context)
                        TableView(
                            table: table, described: question.answer("alerts"), context: context, columns: columns,
                            next: table.next.map { here.with("after", $0) },
                            action: { row in
                                row["alert_id"].map {
                                    (row["reason"] == nil ? .diagnose : .openRecord, Link("alerts", $0))
                                }
                            }, hasCaption: false, choosing: tools.choosing
                        ).node
                        tools.foot
                    }
                }
            }
        }
    }

    /// The margins of the page as bars, a picture for each currency: amounts of two are not compared.
    private static func chart(_ table: QueryTable, _ context: ConsoleContext) -> [Node] {
        let words = Words(language: context.language)
        let rows = table.views.filter { $0.amount("margin_now") != nil }
        let currencies = rows.compactMap { $0["currency_now"] }.reduce(into: [String]()) { list, currency in
            if !list.contains(currency) { list.append(currency) }
        }
        return currencies.map { currency in
            let bars = rows.filter { $0["currency_now"] == currency }.prefix(10).map { row in
                let amount = row["margin_now"] ?? ""
                return Charts.Bar(
                    TerminalText.clipped(row["name"] ?? row["customer_code"] ?? "", 22), Double(amount) ?? 0,
                    CellText.shown(amount, .money(currency: "currency_now"), currency: currency),
                    link: row["alert_id"].map { Link("alerts", $0) })
            }
            return Charts.bars(Array(bars), title: "\(words[.lossNow]), \(currency)")
        }
    }

    // MARK: One alert

    private static func alert(
        _ id: String, _ context: ConsoleContext, _ parts: ConsoleParts
    ) async throws -> Response {
        let question = FinanceQuestions.alert
        let heard = try await parts.ask(
            Asking.Question(service: .finance, query: question.name, values: [("alertId", id)]), context)
        let row = heard.answer?.table("alert")?.views.first
        if heard.answer != nil, row == nil { throw HTTPError(.notFound) }
        var order: PanelAnswer?
        if let number = row?["order_id"] {
            order = try await parts.ask(
                Asking.Question(
                    service: .finance, query: FinanceQuestions.order.name,
                    values: [("orderId", number), ("source", row?["source"])]), context)
        }
        let words = Words(language: context.language)
        return Layout(title: words[.alert(id)], context: context, place: .alerts).response {
            Tag.div(.class("panels")) {
                Panel(title: words[.whatHappened], heard: heard, context: context).node { answer in
                    if let table = answer.table("alert") {
                        FactsView(table: table, described: question.answer("alert"), context: context).node
                    }
                }
                if let order {
                    Panel(title: words[.causes], heard: order, context: context, help: words[.causesHelp]).node {
                        answer in
                        OrderCauses.nodes(answer, context)
                    }
                }
                if let row, row["outcome"] == nil, row["cleared_at"] == nil { acts(row, id, context) }
            }
        }
    }

    private static func acts(_ row: RowView, _ id: String, _ context: ConsoleContext) -> [Node] {
        let words = Words(language: context.language)
        return [
            form(DiagnoseAlert.type, words[.diagnosis], words[.diagnosisHelp], id, row, context),
            form(CloseAlert.type, words[.close], words[.closeHelp], id, row, context),
        ].compactMap { $0 }
    }

    private static func form(
        _ type: MessageType, _ title: String, _ help: String, _ id: String, _ row: RowView, _ context: ConsoleContext
    ) -> Node? {
        guard let contract = ActForm.contract(type.description) else { return nil }
        var typed = ["alertId": id]
        // What was said before stands there to be changed.
        if type == DiagnoseAlert.type {
            typed["reason"] = row["reason"]
            typed["plan"] = row["plan"]
            typed["recoverBy"] = row["recover_by"]
        }
        return Tag.section(.class("sheet"), .id(type == DiagnoseAlert.type ? "diagnosis" : "close")) {
            Tag.h2 { title }
            Tag.p(.class("hint")) { help }
            ActFormView(
                form: ActForm(contract: contract, typed: typed), id: ActRoutes.newID(), refusal: nil, context: context,
                settled: ["alertId"], prefix: type.description
            ).node
        }
    }
}
