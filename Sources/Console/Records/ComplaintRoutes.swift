import Client
import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// One complaint: what it is, where its clocks stand and whose time it was, each step, each wait and each promise.
struct ComplaintRoutes: ConsoleRoutes {
    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/complaints/:id") { request, context -> Response in
            guard let id = context.parameters.get("id")?.removingPercentEncoding, !id.isEmpty else {
                throw HTTPError(.notFound)
            }
            return try await Self.complaint(id, FormValues(query: request)["source"], context, parts)
        }
    }

    private static func complaint(
        _ id: String, _ source: String?, _ context: ConsoleContext, _ parts: ConsoleParts
    ) async throws -> Response {
        let named: [(String, String?)] = [("complaintId", id), ("source", source)]
        let heard = try await parts.ask(
            [
                Asking.Question(
                    service: .servicedesk, query: ServiceDeskQuestions.complaint.name, values: named),
                Asking.Question(
                    service: .servicedesk, query: DeskQuestions.clocks.name, values: named + [("state", "all")]),
            ], context)
        if let answer = heard[0].answer, answer.tables.allSatisfy(\.rows.isEmpty) { throw HTTPError(.notFound) }
        let words = Words(language: context.language)
        return Layout(
            title: "\(words[.complaint]) \(id)", context: context, place: .complaints,
            view: Link("complaints", id, values: [("source", source)])
        ).response {
            Tag.p(.class("row")) {
                for type in [ComplaintStepTaken.type.description, ComplaintWaiting.type.description] {
                    Tag.a(
                        .class("button"),
                        .href(Link("act", type, values: [("complaintId", id), ("source", source)]))
                    ) { CatalogueWords.act(type, context.language) }
                }
            }
            Tag.div(.class("panels")) {
                facts(.whatHappened, heard[0], ServiceDeskQuestions.complaint, "complaint", context)
                clocks(heard[1], context)
                for (title, name) in [
                    (Text.steps, "steps"), (.waits, "waits"), (.promisesMade, "promises"), (.states, "states"),
                ] {
                    table(title, heard[0], name, context)
                }
            }
        }
    }

    private static func facts(
        _ title: Text, _ heard: PanelAnswer, _ question: QueryDescription, _ name: String, _ context: ConsoleContext
    ) -> Node {
        Panel(title: Words(language: context.language)[title], heard: heard, context: context).node { answer in
            if let table = answer.table(name) {
                // Of several systems' complaints of one number each is a record of its own.
                for row in table.views {
                    FactsView(
                        table: QueryTable(name, table.columns, rows: [row.values], blanked: table.blanked),
                        described: question.answer(name), context: context
                    ).node
                }
            }
        }
    }

    /// Where the clocks stand, and the time so far by whose it was.
    private static func clocks(_ heard: PanelAnswer, _ context: ConsoleContext) -> Node {
        let words = Words(language: context.language)
        return Panel(title: words[.clocks], heard: heard, context: context, help: words[.clocksHelp]).node { answer in
            if let table = answer.table("clocks") {
                for row in table.views {
                    let bars = ["us_seconds", "customer_seconds", "supplier_seconds"].compactMap { name in
                        row[name].flatMap { Int($0) }.map { seconds in
                            Charts.Bar(
                                CatalogueWords.name(name, context.language), Double(seconds), Self.duration(seconds))
                        }
                    }
                    Charts.bars(bars, title: words[.clocks])
                    FactsView(
                        table: QueryTable("clocks", table.columns, rows: [row.values], blanked: table.blanked),
                        described: DeskQuestions.clocks.answer("clocks"), context: context
                    ).node
                }
                if table.rows.isEmpty { Tag.p(.class("hint")) { words[.nothing] } }
            }
        }
    }

    /// Seconds as hours, minutes and seconds.
    static func duration(_ seconds: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds / 3_600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }

    private static func table(
        _ title: Text, _ heard: PanelAnswer, _ name: String, _ context: ConsoleContext
    ) -> Node? {
        guard let table = heard.answer?.table(name) else { return nil }
        return Tag.section(.class("sheet")) {
            Tag.h2 { Words(language: context.language)[title] }
            TableView(
                table: table, described: ServiceDeskQuestions.complaint.answer(name), context: context,
                hasCaption: false
            ).node
        }
    }
}
