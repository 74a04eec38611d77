package import Contracts
package import Hummingbird

/// A question as it was called for: which, with which values, and in which form the answer is wanted.
package struct QuestionCall: Sendable {
    /// The forms of answers.
    package enum Form: Sendable, Equatable {
        /// One page, for programs.
        case json
        /// Rows and nothing else (RFC 4180), to the end of the list unless a page is asked for.
        case csv
    }

    /// The parameter by which one of several tables is chosen as CSV; no question takes one of this name.
    package static let tableParameter = "table"

    /// Who is asked.
    package let service: ServiceName
    /// What is asked.
    package let question: QueryDescription
    /// The form.
    package let form: Form
    /// Whether the answer begins with the mark by which spreadsheets know UTF-8: what ends in `.csv` is saved as a file.
    package let isMarked: Bool
    /// Its values, each of its kind.
    package let parameters: [QueryParameter]
    /// The table that is wanted as CSV.
    package let table: String?

    /// Reads a call.
    ///
    /// - Throws: ``Problem`` for what is not there, not of its kind or not taken.
    package init(_ request: Request, service text: String, name: String) throws {
        let (named, suffix) =
            name.hasSuffix(".csv")
            ? (String(name.dropLast(4)), Form.csv)
            : name.hasSuffix(".json") ? (String(name.dropLast(5)), Form.json) : (name, nil as Form?)
        guard let service = ServiceName(rawValue: text), let question = QueryCatalogue.question(service, named) else {
            throw Problem(
                .noSuchAddress,
                "\(text) answers no question of this name: \(APIAddress.root)/questions tells those there are")
        }
        (self.service, self.question) = (service, question)
        form = try suffix ?? Self.form(request)
        isMarked = suffix == .csv
        var given = try AddressText.parameters(request.uri.query)
        var table: String?
        if form == .csv {
            let tables = given.filter { $0.name == Self.tableParameter }
            guard tables.count <= 1 else {
                throw Self.refused(
                    Refusal(
                        .duplicateElement, path: "parameters.\(Self.tableParameter)",
                        "'\(Self.tableParameter)' is given twice"))
            }
            table = tables.first?.value
            given.removeAll { $0.name == Self.tableParameter }
            guard table != nil || question.answers.count == 1 else {
                throw Self.refused(
                    Refusal(
                        .missingField, path: "parameters.\(Self.tableParameter)",
                        "as CSV one table is told at a time: '\(Self.tableParameter)' names one of "
                            + question.answers.map(\.name).joined(separator: ", ")))
            }
        }
        self.table = table
        do {
            let values = try question.values(of: given)
            parameters = given.compactMap { parameter in
                values[parameter.name].map { QueryParameter(name: parameter.name, value: $0) }
            }
            if let name = question.cursor, let text = values[name] {
                let cursor = try QueryCursor(parsing: text, parameter: name)
                guard question.answer(cursor.table)?.isPaged == true else {
                    throw Refusal(
                        .valueNotAllowed, path: "parameters.\(name)",
                        "'\(name)' is the end of a page of something else")
                }
            }
        } catch let refusal as Refusal {
            throw Self.refused(refusal)
        }
    }

    /// What is refused of what was given is a call that cannot be answered.
    private static func refused(_ refusal: Refusal) -> Problem { Problem(refusal, status: .badRequest) }

    private static func form(_ request: Request) throws -> Form {
        let (json, csv) = (
            request.headers.preference(for: "application/json"), request.headers.preference(for: "text/csv")
        )
        guard max(json, csv) > 0 else {
            throw Problem(.notAcceptable, "answers are application/json or text/csv", path: "headers.accept")
        }
        return json >= csv ? .json : .csv
    }

    /// The value of a parameter that was given.
    package subscript(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// The address of the page that begins where another has ended.
    ///
    /// - Parameter next: the end of that page.
    package func address(after next: String) -> String {
        let name = question.cursor ?? "after"
        let kept = parameters.filter { $0.name != name && $0.name != QueryDescription.totals }
        var all = kept + [QueryParameter(name: name, value: next)]
        if let table { all.append(QueryParameter(name: Self.tableParameter, value: table)) }
        let query = all.map { "\(AddressText.encoded($0.name))=\(AddressText.encoded($0.value))" }
        return
            "\(APIAddress.root)/\(service.rawValue)/\(question.name)\(isMarked ? ".csv" : "")?\(query.joined(separator: "&"))"
    }
}
