import Client
import Contracts
import Foundation
import Hummingbird

/// The search of the frame: one text, for which all services that know of codes and names are asked at once.
struct FindRoutes: ConsoleRoutes {
    /// The value that is looked for.
    static let name = "text"
    /// How long it may be.
    static let longest = 200

    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/find") { request, context in
            try await Self.page(FormValues(query: request)[Self.name] ?? "", context, parts)
        }
    }

    private static func page(
        _ typed: String, _ context: ConsoleContext, _ parts: ConsoleParts
    ) async throws -> Response {
        guard context.person != nil else { throw ConsoleRefusal.signIn }
        let text = String(typed.trimmingCharacters(in: .whitespacesAndNewlines).prefix(longest))
        let words = Words(language: context.language)
        guard !text.isEmpty else {
            return Layout(title: words[.search], context: context).response { Tag.p { words[.searchHelp] } }
        }
        let heard = try await look(text, context, parts)
        let found = heard.filter { isFound($0) }
        let missing = heard.filter { $0.heard.answer == nil && !$0.heard.isForbidden }
        let empty = heard.filter { $0.heard.answer != nil && !isFound($0) }
        let pages = FoundPages.pages(text, context)
        return Layout(title: words[.searchFor(text)], context: context, searched: text).response {
            if found.isEmpty { Tag.p(.role("status")) { words[.nothingFound] } }
            Tag.div(.class("panels")) {
                for one in found + missing { panel(one, text, context) }
                if !pages.isEmpty {
                    Tag.section(.class("sheet")) {
                        Tag.h2 { words[.pages] }
                        Tag.ul(.class("plain")) {
                            for page in pages { Tag.li { Tag.a(.href(page.link)) { page.title } } }
                        }
                    }
                }
            }
            if !empty.isEmpty {
                Tag.p(.class("hint")) {
                    words[
                        .notFoundIn(
                            empty.map { words[$0.place.title] }.joined(
                                separator: context.language == .zh ? "、" : ", "))]
                }
            }
            Tag.p(.class("hint")) { words[.searchHelp] }
        }
    }

    /// A place with what was heard of it.
    private typealias FoundPanel = (place: Finding, heard: PanelAnswer)

    /// Asks everywhere at once. Who may not look for all that is told of customers looks for their names.
    private static func look(
        _ text: String, _ context: ConsoleContext, _ parts: ConsoleParts
    ) async throws -> [FoundPanel] {
        func ask(_ places: [Finding]) async throws -> [FoundPanel] {
            let questions = places.map {
                Asking.Question(service: $0.service, query: $0.question.name, values: $0.asked(text))
            }
            return zip(places, try await parts.ask(questions, context)).map { ($0, $1) }
        }
        var heard = try await ask(Finding.everywhere)
        if let place = heard.firstIndex(where: { $0.place.question.name == Finding.customers.question.name }),
            heard[place].heard.isForbidden, let named = try await ask([Finding.customersByName]).first
        {
            heard[place] = named
        }
        return heard
    }

    private static func isFound(_ one: FoundPanel) -> Bool {
        one.heard.answer?.table(one.place.table)?.rows.isEmpty == false
    }

    private static func panel(_ one: FoundPanel, _ text: String, _ context: ConsoleContext) -> Node {
        let words = Words(language: context.language)
        return Panel(title: words[one.place.title], heard: one.heard, context: context, all: one.place.all(text)).node {
            answer in
            if let table = answer.table(one.place.table) {
                TableView(
                    table: table, described: one.place.question.answer(table.name), context: context,
                    columns: one.place.columns, action: { row in one.place.record(row).map { (.openRecord, $0) } },
                    hasCaption: false
                ).node
            }
        }
    }
}
