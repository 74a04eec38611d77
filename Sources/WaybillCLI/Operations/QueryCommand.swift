import ArgumentParser
import Client
import Contracts
import Domain

struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Ask a service any of its questions.",
        discussion: """
            For example: waybill query finance acceptance.list limit=10
            What there is to ask: waybill query --list, or --list finance; what one question takes and answers:
            waybill query finance acceptance.list --describe. Neither needs a service. docs/contracts/questions.md says the same.
            """)

    @Argument(help: "customer, sales, servicedesk, finance or supplier.")
    var service: String?
    @Argument(help: "The question's name; a wrong one is answered with those there are.")
    var name: String?
    @Argument(help: "Values as name=value.")
    var values: [String] = []
    @Flag(help: "List the questions there are, or those of a service.")
    var list = false
    @Flag(help: "Say what the question takes and answers, rather than ask it.")
    var describe = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard list || (service != nil && name != nil) else {
            throw ValidationError("name a service and a question; waybill query --list tells which there are")
        }
    }

    func run() async throws {
        let service = try service.map { text in
            guard let service = ServiceName(rawValue: text) else {
                throw ValidationError(
                    "'\(text)' is no service: \(ServiceName.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return service
        }
        guard !list else { return try output.show([Self.listed(service)]) }
        guard let service, let name else { return }
        if describe {
            guard let question = QueryCatalogue.question(service, name) else {
                let known = QueryCatalogue.questions(of: service).map(\.name).joined(separator: ", ")
                throw Failure("the \(service.rawValue) service has no question '\(name)'; it has: \(known)")
            }
            return try output.show(Self.described(question))
        }
        let pairs = try values.map { text -> (String, String?) in
            guard let equals = text.firstIndex(of: "=") else {
                throw ValidationError("'\(text)' is not name=value")
            }
            return (String(text[..<equals]), String(text[text.index(after: equals)...]))
        }
        try await output.show(service, name, pairs)
    }

    private static func listed(_ service: ServiceName?) -> QueryTable {
        let questions = service.map(QueryCatalogue.questions(of:)) ?? QueryCatalogue.questions
        return QueryTable(
            "questions", ["service", "question", "takes", "answers", "shows"].map { QueryColumn($0) },
            rows: questions.map { question in
                let takes = question.parameters.map { $0.isRequired ? $0.name : "[\($0.name)]" }
                return [
                    question.service?.rawValue ?? "every", question.name, takes.joined(separator: " "), question.help,
                    question.kinds.map(\.rawValue).joined(separator: " "),
                ]
            })
    }

    private static func described(_ question: QueryDescription) -> [QueryTable] {
        [
            QueryTable(
                "question", ["name", "help", "shows"].map { QueryColumn($0) },
                rows: [[question.name, question.help, question.shows.rawValue]]),
            QueryTable(
                "takes", ["name", "required", "which is", "help"].map { QueryColumn($0) },
                rows: question.parameters.map { [$0.name, $0.isRequired ? "yes" : "no", $0.words, $0.help] }),
            QueryTable(
                "answers", ["table", "told", "column", "kind", "needs"].map { QueryColumn($0) },
                rows: question.answers.flatMap { table in
                    table.columns.map {
                        [table.name, table.words, $0.name, $0.kind.words, $0.protected?.rawValue]
                    }
                }),
        ]
    }
}
