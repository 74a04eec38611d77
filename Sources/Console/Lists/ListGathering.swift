import Client
import Contracts

/// A list to its end, page by page.
struct ListGathering: Sendable {
    /// How many rows are taken into a file at most.
    static let mostOfFile = 50_000

    /// What came of it.
    enum Outcome: Sendable {
        /// All rows, in their order.
        case table(QueryTable)
        /// There are more than were to be taken: nothing is taken, for a part would look like all.
        case tooMany(Int)
        /// A page was not answered.
        case missing(PanelAnswer)
        /// The answer has no such table.
        case nothing
    }

    let service: ServiceName
    let question: QueryDescription
    /// The values that narrow it, each of its kind; where a page begins is none of them.
    let values: [String: String]
    /// Which table; the first when none is named.
    let table: String?
    /// Whether the rows leave the system.
    let isExport: Bool

    /// Asks for all of it.
    ///
    /// - Parameter most: how many rows at most.
    func gather(_ most: Int, _ parts: ConsoleParts, _ context: ConsoleContext) async throws -> Outcome {
        var whole: QueryTable?
        var rows: [[String?]] = []
        var after: String?
        while true {
            let heard = try await parts.ask(asked(after), context)
            guard let answer = heard.answer else { return .missing(heard) }
            guard let page = table.map({ answer.table($0) }) ?? answer.tables.first else { return .nothing }
            rows += page.rows.map(\.values)
            whole = whole ?? page
            // A list that is not told by pages and was cut cannot be had whole.
            let isPaged = question.cursor != nil && page.next != nil
            guard rows.count <= most, isPaged || !page.isCut else { return .tooMany(most) }
            guard isPaged, let next = page.next, next != after, !page.rows.isEmpty else { break }
            after = next
        }
        guard let whole else { return .nothing }
        return .table(QueryTable(whole.name, whole.columns, rows: rows, blanked: whole.blanked))
    }

    private func asked(_ after: String?) -> Asking.Question {
        var values = values
        if case .integer(let range)? = question.parameter("limit")?.kind, question.cursor != nil {
            values["limit"] = "\(range.upperBound)"
        }
        values[QueryDescription.totals] = nil
        if let cursor = question.cursor { values[cursor] = after }
        return Asking.Question(
            service: service, query: question.name,
            values: question.parameters.compactMap { input in values[input.name].map { (input.name, $0) } },
            isExport: isExport)
    }
}
