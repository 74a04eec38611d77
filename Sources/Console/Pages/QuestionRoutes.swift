import Client
import Contracts
import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// A page for each question of the catalogue, without code of its own, and the list of them.
struct QuestionRoutes: ConsoleRoutes {
    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/q") { _, context in try Self.list(context) }
        router.get("/q/:service/:name") { request, context -> Response in
            let page = try QuestionPage(request, context)
            return try await page.response(parts)
        }
        router.get("/csv/:service/:name") { request, context -> Response in
            let page = try QuestionPage(request, context)
            return try await page.file(parts)
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

/// A question with what was given for it.
struct QuestionPage: Sendable {
    let service: ServiceName
    let question: QueryDescription
    /// What was given, by the names of parameters.
    let given: [(String, String)]
    /// Which table is meant, of a file.
    let table: String?
    let context: ConsoleContext

    /// - Throws: 404 when there is no such question, and that nobody is signed in.
    init(_ request: Request, _ context: ConsoleContext) throws {
        guard context.person != nil else { throw ConsoleRefusal.signIn }
        guard let service = context.parameters.get("service").flatMap(ServiceName.init),
            let name = context.parameters.get("name")?.removingPercentEncoding,
            let question = QueryCatalogue.question(service, name)
        else { throw HTTPError(.notFound) }
        let values = FormValues(query: request).pairs.filter { !$0.value.isEmpty }
        (self.service, self.question, self.context) = (service, question, context)
        table = values.first { $0.name == Self.tableName }?.value
        given = values.filter { $0.name != Self.tableName }.map { ($0.name, $0.value) }
    }

    /// The value by which a file says which table it is of. No parameter has such a name.
    private static let tableName = "~table"

    private var words: Words { Words(language: context.language) }
    private var link: Link { Link("q", service.rawValue, question.name) }
    private var title: String { CatalogueWords.question(question.name, context.language) }

    /// The values, each of its kind, or what is wrong with them.
    private var checked: Result<[String: String], Refusal> {
        Result { () throws(Refusal) in
            try question.values(of: given.map { QueryParameter(name: $0.0, value: $0.1) })
        }
    }

    private func asked(_ values: [String: String], isExport: Bool = false) -> Asking.Question {
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
        let here = Link(path: link.path, values: given.filter { $0.0 != question.cursor }.map { ($0.0, $0.1) })
        return Layout(title: title, context: context, place: .questions, view: here).response(status) {
            if context.language == .en { Tag.p(.class("hint")) { question.help } }
            content()
        }
    }

    private func form(fault: (String, String)?) -> Node {
        QuestionForm(
            inputs: question.parameters.filter { $0.name != question.cursor }, link: link,
            given: Dictionary(given, uniquingKeysWith: { first, _ in first }),
            fault: fault.map { (name: $0.0, detail: $0.1) }, context: context
        ).node
    }

    private func panel(_ table: QueryTable) -> Node {
        let here = Link(path: link.path, values: given.map { ($0.0, $0.1) })
        let next: Link? =
            if let cursor = question.cursor, let next = table.next { here.with(cursor, next) } else { nil }
        let file = Link(path: ["csv", service.rawValue, question.name], values: here.values.map { ($0.0, $0.1) })
        return Tag.section(.class("sheet")) {
            TableView(table: table, described: question.answer(table.name), context: context, next: next).node
            if !table.rows.isEmpty {
                Tag.p { Tag.a(.href(file.with(Self.tableName, table.name)), .download) { words[.exportCSV] } }
            }
        }
    }

    /// A table of the answer as a file: the rows and columns that the page of the same address shows. It is asked for anew, as
    /// what is taken out of the system, so that the right to it and the audit are those of an export.
    func file(_ parts: ConsoleParts) async throws -> Response {
        guard case .success(let values) = checked else { throw HTTPError(.unprocessableContent) }
        let heard = try await parts.ask(asked(values, isExport: true), context)
        guard let answer = heard.answer else {
            let status: HTTPResponse.Status = if case .refused = heard { .forbidden } else { .serviceUnavailable }
            return layout(status) { Panel.missing(heard, context) }
        }
        guard let table = table.map({ answer.table($0) }) ?? answer.tables.first else { throw HTTPError(.notFound) }
        let text = CSVFile(table: table, described: question.answer(table.name), zone: context.zone).text
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8; header=present",
                .contentDisposition: "attachment; filename=\"\(fileName(table))\"",
            ], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// A name in which nothing but letters, figures, points and dashes stands.
    private func fileName(_ table: QueryTable) -> String {
        let name = "\(service.rawValue)-\(question.name)-\(table.name)".map { character in
            character.isASCII && (character.isLetter || character.isNumber || character == ".") ? character : "-"
        }
        return String(name) + ".csv"
    }
}

/// A table as a file that a spreadsheet opens: with the mark by which it knows UTF-8, and no cell that it takes for a formula.
struct CSVFile: Sendable {
    let table: QueryTable
    let described: TableDescription?
    let zone: OrganisationZone

    /// The file.
    var text: String {
        var text = "\u{FEFF}" + CSVText.line(table.columns.map(\.name), table.columns.map { _ in .text })
        for row in table.rows {
            text += zip(table.columns, row.values).map { cell($1, $0) }.joined(separator: ",") + "\r\n"
        }
        return text
    }

    private func cell(_ value: String?, _ column: QueryColumn) -> String {
        guard let value else { return "" }
        let kind = described?.kind(of: column.name)
        let text = ProgramForm.value(value, kind, column.kind, in: zone)
        // A number as it was told; whatever else stands there is text, and guarded as such.
        let isNumber =
            switch kind {
            case .money, .quantity, .rate, .count: true
            default: column.kind == .integer || column.kind == .decimal
            }
        return CSVText.cell(text, isNumber && Double(value) != nil ? .decimal : .text)
    }
}
