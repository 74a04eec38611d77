import Client
import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// A page for each question of the catalogue, without code of its own, and the list of them.
struct QuestionRoutes: ConsoleRoutes {
    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/q") { _, context in try Self.list(context) }
        router.get("/q/:service/:name") { request, context -> Response in
            let page = try QuestionPage(FormValues(query: request), context)
            return try await page.response(parts)
        }
        for form in ListFile.Form.allCases {
            router.get("/\(form.rawValue)/:service/:name") { request, context -> Response in
                let page = try QuestionPage(FormValues(query: request), context)
                return try await page.file(form, parts)
            }
        }
    }

    private static func list(_ context: ConsoleContext) throws -> Response {
        guard context.person != nil else { throw ConsoleRefusal.signIn }
        let words = Words(language: context.language)
        return Layout(title: words[.questions], context: context, place: .questions).response {
            Tag.p { words[.questionsHelp] }
            Tag.div(.class("panels")) {
                for service in ServiceName.allCases {
                    Tag.section(.class("sheet")) {
                        Tag.h2 { words[.service(service.rawValue)] }
                        list(QueryCatalogue.questions.filter { $0.service == service }, service, context)
                    }
                }
                Tag.section(.class("sheet")) {
                    Tag.h2 { words[.everyService] }
                    for service in ServiceName.allCases {
                        Tag.h3 { words[.service(service.rawValue)] }
                        list(QueryCatalogue.questions.filter { $0.service == nil }, service, context)
                    }
                }
            }
        }
    }

    private static func list(
        _ questions: [QueryDescription], _ service: ServiceName, _ context: ConsoleContext
    ) -> Node {
        Tag.ul(.class("plain")) {
            for question in questions.sorted(by: { $0.name < $1.name }) {
                Tag.li {
                    Tag.a(.href(Link("q", service.rawValue, question.name))) {
                        CatalogueWords.question(question.name, context.language)
                    }
                    if context.language == .en { Tag.small { " \(question.help)" } }
                }
            }
        }
    }
}
