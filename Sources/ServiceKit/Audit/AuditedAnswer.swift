import Contracts
import Domain

/// What of an answer the audit notes: which columns of personal data were told, how many rows, of which objects. Pure.
///
/// Nothing is noted of an answer that tells no personal data, unless it was asked for to be taken out, or is about the audit
/// itself.
struct AuditedAnswer: Sendable, Equatable {
    /// What it is about.
    let object: AuditedObject
    /// The columns of personal data that were told, as `table.column`.
    let columns: [String]
    /// How many rows were told; of an answer with personal data, those of the tables that had some.
    let rows: Int
    /// Whether it was asked for to be taken out.
    let isExport: Bool

    /// - Parameters:
    ///   - tables: the answer as it is told, with what is withheld left out.
    ///   - request: the question as it came.
    ///   - question: what the catalogue says of it.
    init?(_ tables: [QueryTable], to request: RunQuery, _ question: QueryDescription) {
        var columns: [String] = []
        var keys = Self.named(by: request.parameters, of: question)
        var personal = 0
        for table in tables {
            guard let described = question.answer(table.name) else { continue }
            let told = Self.personal(table, described)
            guard !told.isEmpty else { continue }
            columns += told.map { "\(table.name).\($0)" }
            personal += table.rows.count
            keys += Self.keys(of: table, described)
        }
        // Whose a thing is that the asker names is personal, too.
        let isExplained = question.name == CommonQuestions.explain.name
        guard !columns.isEmpty || request.isExport || question.shows == .audit || isExplained else { return nil }
        self.columns = columns
        rows = columns.isEmpty ? tables.reduce(0) { $0 + $1.rows.count } : personal
        isExport = request.isExport
        object = AuditedObject(
            kind: question.shows.rawValue, parameters: Self.naming(request.parameters, of: question),
            keys: Self.once(keys))
    }

    /// What a question that was denied is about, as far as it names it.
    static func object(of request: RunQuery, _ question: QueryDescription?) -> AuditedObject {
        guard let question else { return .unnamed }
        return AuditedObject(
            kind: question.shows.rawValue, parameters: naming(request.parameters, of: question),
            keys: once(named(by: request.parameters, of: question)))
    }

    /// The columns of a table that hold personal data, and a value in one row at least.
    private static func personal(_ table: QueryTable, _ described: TableDescription) -> [String] {
        table.columns.indices.compactMap { place in
            let name = table.columns[place].name
            guard described.protected(name) == .personalData,
                table.rows.contains(where: { !($0.values[place] ?? "").isEmpty })
            else { return nil }
            return name
        }
    }

    // MARK: Objects

    /// The parameters that may name an object: codes and numbers, and never words about a person.
    ///
    /// A parameter that is not among them is not noted: what somebody typed may be a name or a telephone number.
    static let naming: Set<String> = [
        "agreementId", "alertId", "asOf", "branch", "code", "complaintId", "customer", "customerId", "decision",
        "entry",
        "from", "id", "invoiceId", "kind", "line", "login", "month", "node", "number", "object", "one", "order",
        "orderId",
        "other", "owner", "party", "person", "review", "source", "supplier", "third", "fourth", "to", "what", "within",
    ]

    /// Those of them that tell which object, and not only which system, branch or day is meant.
    private static let notKeys: Set<String> = [
        "asOf", "branch", "from", "kind", "line", "month", "source", "to", "what", "within",
    ]

    /// The columns that hold keys of objects.
    private static let keyNames: Set<String> = [
        "id", "code", "party", "customer", "supplier", "order", "account", "login", "node", "person",
    ]

    private static func given(
        _ parameters: [QueryParameter], of question: QueryDescription
    ) -> [(name: String, value: String)] {
        parameters.compactMap { parameter in
            guard naming.contains(parameter.name), !parameter.value.isEmpty,
                let input = question.parameter(parameter.name), !isPersonal(input, of: question)
            else { return nil }
            return (parameter.name, parameter.value)
        }
    }

    /// Whether what is typed for a parameter is itself about a natural person. By their logins our own people are the objects of
    /// the audit and of the organisation: whose trail was looked at is noted.
    private static func isPersonal(_ input: QueryInput, of question: QueryDescription) -> Bool {
        let isOfOurs =
            ["person", "login"].contains(input.name) && [.audit, .person].contains(question.shows)
        guard !isOfOurs else { return false }
        return input.protections.contains { $0.field == .personalData }
            || input.narrowings.contains {
                question.answer($0.table)?.protected($0.column) == .personalData
            }
    }

    private static func naming(_ parameters: [QueryParameter], of question: QueryDescription) -> [String] {
        given(parameters, of: question).map { "\($0.name)=\($0.value)" }
    }

    private static func named(by parameters: [QueryParameter], of question: QueryDescription) -> [String] {
        given(parameters, of: question).filter { !notKeys.contains($0.name) }.map(\.value)
    }

    /// The keys of a table's rows.
    private static func keys(of table: QueryTable, _ described: TableDescription) -> [String] {
        let places = table.columns.indices.filter { place in
            let name = table.columns[place].name
            return described.kind(of: name) == .code && described.protected(name) == nil && isKey(name)
        }
        return table.rows.flatMap { row in places.compactMap { row.values[$0] } }.filter { !$0.isEmpty }
    }

    private static func isKey(_ column: String) -> Bool {
        if column == "credit_code" || column == "creditCode" { return false }
        return keyNames.contains(column) || ["_id", "Id", "_code", "Code"].contains { column.hasSuffix($0) }
    }

    /// Each text once, in the order in which it came first.
    private static func once(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }
}
