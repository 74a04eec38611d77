import Client
import Contracts
import Domain

/// The catalogue of questions as JSON.
package enum CatalogueJSON {
    /// All questions: who answers, what they take and what they answer.
    package static let questions = JSONValue.members(
        ("questions", .list(QueryCatalogue.questions.map(question)))
    ).bytes

    private static func question(_ question: QueryDescription) -> JSONValue {
        let services = question.service.map { [$0] } ?? ServiceName.allCases
        return .members(
            ("name", .text(question.name)), ("help", .text(question.help)),
            ("services", .texts(services.map(\.rawValue))), ("shows", .text(question.shows.rawValue)),
            ("isOfOne", .flag(question.isOfOne)), ("cursor", .text(question.cursor)),
            ("parameters", .list(question.parameters.map(parameter))), ("tables", .list(question.answers.map(table))))
    }

    private static func parameter(_ input: QueryInput) -> JSONValue {
        .members(
            ("name", .text(input.name)), ("kind", .text(input.words)), ("isRequired", .flag(input.isRequired)),
            ("otherwise", .text(input.otherwise)), ("help", .text(input.help)))
    }

    private static func table(_ table: TableDescription) -> JSONValue {
        .members(
            ("name", .text(table.name)), ("extent", .text(table.words)), ("isVarying", .flag(table.isVarying)),
            (
                "columns",
                .list(
                    table.columns.map { column in
                        var currency: String?
                        if case .money(let name) = column.kind { currency = ProgramForm.key(name) }
                        return .members(
                            ("name", .text(ProgramForm.key(column.name))), ("heading", .text(column.name)),
                            ("kind", .text(column.kind.name)), ("currency", .text(currency)),
                            ("needs", .text(column.protected?.rawValue)))
                    })
            ))
    }
}
