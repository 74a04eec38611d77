import Client
import Contracts
import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// A question with what was given for it.
struct QuestionPage: Sendable {
    let service: ServiceName
    let question: QueryDescription
    /// What was given, by the names of parameters.
    let given: [(String, String)]
    /// Which table is meant, of a file.
    let table: String?
    /// Whether a file is of the whole list, and not of the page.
    let isWhole: Bool
    /// What was chosen of the list beside.
    let choice: ListChoice
    let context: ConsoleContext

    /// - Parameters:
    ///   - values: of the address, or of a form that was sent.
    ///   - context: the request's, in whose path service and question stand.
    /// - Throws: 404 when there is no such question, and that nobody is signed in.
    init(_ values: FormValues, _ context: ConsoleContext) throws {
        guard context.person != nil else { throw ConsoleRefusal.signIn }
        guard let service = context.parameters.get("service").flatMap(ServiceName.init),
            let name = context.parameters.get("name")?.removingPercentEncoding,
            let question = QueryCatalogue.question(service, name)
        else { throw HTTPError(.notFound) }
        (self.service, self.question, self.context) = (service, question, context)
        table = values[ListChoice.table]
        isWhole = values[ListChoice.whole] == "true"
        choice = ListChoice(values.pairs)
        given = values.pairs.filter { !$0.value.isEmpty && !ListChoice.isOwn($0.name) }.map { ($0.name, $0.value) }
    }

    private var words: Words { Words(language: context.language) }
    /// Where the question is asked.
    var link: Link { Link("q", service.rawValue, question.name) }
    /// The view: all that was given and chosen, without the page that is shown.
    var here: Link {
        Link(
            path: link.path,
            values: given.filter { $0.0 != question.cursor }.map { ($0.0, Optional($0.1)) } + choice.values)
    }
    private var title: String { CatalogueWords.question(question.name, context.language) }

    /// The values, each of its kind, or what is wrong with them.
    var checked: Result<[String: String], Refusal> {
        Result { () throws(Refusal) in
            try question.values(of: given.map { QueryParameter(name: $0.0, value: $0.1) })
        }
    }

    /// The question with its values.
    func asked(_ values: [String: String], isExport: Bool = false) -> Asking.Question {
        // In the order of the catalogue: the same view has the same message.
        Asking.Question(
            service: service, query: question.name,
            values: question.parameters.compactMap { input in values[input.name].map { (input.name, $0) } },
            isExport: isExport)
    }

    /// The page.
    func response(_ parts: ConsoleParts) async throws -> Response {
        switch checked {
        case .failure(let refusal):
            // Nothing was given yet, and something must be: that is no fault of anybody's.
            let isNew = given.isEmpty && refusal.reason == .missingField
            let name = String(refusal.path.dropFirst("parameters.".count))
            return layout(isNew ? .ok : .unprocessableContent) {
                form(fault: isNew ? nil : (name, refusal.detail))
                if isNew {
                    Tag.p(.class("hint")) { words[.askFirst] }
                } else if question.parameter(name) == nil {
                    Tag.p(.class("problem"), .role("alert")) {
                        words[.serviceRefused(refusal.reason.rawValue, refusal.detail)]
                    }
                }
            }
        case .success(let values):
            let heard = try await parts.ask(asked(values), context)
            return layout(.ok) {
                form(fault: nil)
                if let answer = heard.answer {
                    for table in answer.tables { panel(table) }
                    Tag.p(.class("age")) {
                        words[.dataAge(CellText.time(answer.asOf.description, in: context.zone))]
                    }
                } else {
                    Panel.missing(heard, context)
                }
            }
        }
    }

    private func layout(_ status: HTTPResponse.Status, @NodeBuilder _ content: () -> [Node]) -> Response {
        Layout(title: title, context: context, place: .questions, view: here).response(status) {
            if context.language == .en { Tag.p(.class("hint")) { question.help } }
            content()
        }
    }

    private func form(fault: (String, String)?) -> Node {
        QuestionForm(
            inputs: question.parameters.filter { $0.name != question.cursor }, link: link,
            given: Dictionary(given, uniquingKeysWith: { first, _ in first }),
            fault: fault.map { (name: $0.0, detail: $0.1) }, context: context, kept: choice
        ).node
    }

    private func panel(_ table: QueryTable) -> Node {
        let tools = ListTools(
            service: service, question: question, table: table, given: given, choice: choice, context: context,
            link: link)
        let next: Link? =
            if let cursor = question.cursor, let next = table.next { here.with(cursor, next) } else { nil }
        return Tag.section(.class("sheet")) {
            tools.columns
            TableView(
                table: table, described: question.answer(table.name), context: context,
                columns: choice.columns(of: table), next: next, choosing: tools.choosing
            ).node
            tools.foot
        }
    }

    // MARK: Files

    /// A table of the answer as a file: the rows and columns that the page of the same address shows, or of the whole list. It is
    /// asked for anew, as what is taken out of the system, so that the right to it and the audit are those of an export.
    func file(_ form: ListFile.Form, _ parts: ConsoleParts) async throws -> Response {
        guard case .success(let values) = checked else { throw HTTPError(.unprocessableContent) }
        if isWhole {
            return try await whole(ListGathering.mostOfFile, isExport: true, values, parts) { file($0, form) }
        }
        let heard = try await parts.ask(asked(values, isExport: true), context)
        guard let answer = heard.answer else { return missing(heard) }
        guard let table = table.map({ answer.table($0) }) ?? answer.tables.first else { throw HTTPError(.notFound) }
        return file(table, form)
    }

    /// A table as a file, with the columns that were chosen.
    func file(_ table: QueryTable, _ form: ListFile.Form) -> Response {
        ListFile(table: choice.narrowed(table), described: question.answer(table.name), zone: context.zone)
            .response(form, named: [service.rawValue, question.name, table.name])
    }

    /// Uses the list to its end; what stands in the way of that becomes a page.
    func whole(
        _ most: Int, isExport: Bool, _ values: [String: String], _ parts: ConsoleParts,
        _ use: (QueryTable) async throws -> Response
    ) async throws -> Response {
        var values = values
        if let cursor = question.cursor { values[cursor] = nil }
        let gathering = ListGathering(
            service: service, question: question, values: values, table: table, isExport: isExport)
        switch try await gathering.gather(most, parts, context) {
        case .table(let table): return table.rows.isEmpty ? refused(words[.noRows]) : try await use(table)
        case .tooMany(let most): return refused(words[.tooManyRows(most)])
        case .missing(let heard): return missing(heard)
        case .nothing: throw HTTPError(.notFound)
        }
    }

    /// A page that says why there is no answer.
    func missing(_ heard: PanelAnswer) -> Response {
        let status: HTTPResponse.Status = if case .refused = heard { .forbidden } else { .serviceUnavailable }
        return layout(status) { Panel.missing(heard, context) }
    }

    /// A page that says why nothing is done, and leads back to the list.
    func refused(_ text: String) -> Response {
        layout(.unprocessableContent) {
            Tag.p(.class("problem"), .role("alert")) { text }
            Tag.p { Tag.a(.href(here)) { words[.back] } }
        }
    }
}
