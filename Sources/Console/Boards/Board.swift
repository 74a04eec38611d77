import Client
import Contracts
import Domain

/// A page of several questions for somebody's day: each part is a question of the catalogue, and shows one table of its answer. What
/// narrows the page narrows each part that can be narrowed so; the address holds it, and so is the view.
struct Board: Sendable {
    /// Where it stands in the navigation, which says what it is called.
    let place: NavigationPlace
    /// What it is for.
    let help: Text
    /// What narrows it, by the names of parameters; those of the only part when there are none.
    var filters: [String] = []
    let parts: [BoardPart]
    /// What is done here often.
    var acts: [String] = []
    /// Other pages of the same work.
    var further: [(text: Text, link: Link)] = []
    /// The role without which they open nothing, so that nobody else is led there.
    var furtherRole: String?

    /// What the page can be narrowed by: each name as the first question that takes it describes it.
    var inputs: [QueryInput] {
        if filters.isEmpty, let only = parts.first?.question {
            return only.parameters.filter { $0.name != only.cursor && $0.name != QueryDescription.totals }
        }
        return filters.compactMap { name in
            parts.lazy.compactMap { part in
                part.values.contains { $0.0 == name } ? nil : part.question.parameter(name)
            }.first
        }
    }
}

/// A part of a board.
struct BoardPart: Sendable {
    /// How it is shown.
    enum Form: Sendable {
        /// As a table with these columns; all when there are none.
        case table([String])
        /// As the facts of its first row.
        case facts
        /// As a waterfall of the figures of its first row, from the first of them to the last, with the facts behind.
        case waterfall([String])
        /// As bars, with the table behind.
        case bars([BoardBars], [String])
    }

    let title: Text
    var help: Text?
    let service: ServiceName
    let question: QueryDescription
    /// The table of the answer that is shown.
    let table: String
    /// What is asked for in any case.
    var values: [(String, String)] = []
    let form: Form
    /// The page of its own that has all of it, where that is not the page of the question.
    var all: Link?
    /// What can be done about a row.
    var action: @Sendable (RowView) -> (Text, Link)? = { _ in nil }

    /// How many rows a list has; the rest is behind *see all*.
    private static let rows = "12"

    /// What is asked, of what the page was narrowed by.
    func asked(_ given: [String: String]) -> [(String, String?)] {
        question.parameters.compactMap { input in
            if let fixed = values.first(where: { $0.0 == input.name }) { return (input.name, fixed.1) }
            if let value = given[input.name] ?? Self.standard(input) { return (input.name, value) }
            return input.name == "limit" && question.cursor != nil ? (input.name, Self.rows) : nil
        }
    }

    /// What is asked where something must be given and was not: the last whole month, and today.
    static func standard(_ input: QueryInput, today: CalendarDay = Timestamp.now().day()) -> String? {
        guard input.isRequired else { return nil }
        let first = today.adding(days: 1 - today.components.day)
        let month = first.adding(days: -1)
        let start = month.adding(days: 1 - month.components.day)
        let before = start.adding(days: -1)
        return switch input.name {
        case "payOn": today.description
        case "month": String(month.description.prefix(7))
        case "after": "\(start)..\(month)"
        case "before": "\(before.adding(days: 1 - before.components.day))..\(before)"
        default: nil
        }
    }

    /// All of it, narrowed as the page is.
    func whole(_ given: [String: String]) -> Link {
        all
            ?? Link(
                path: ["q", service.rawValue, question.name],
                values: asked(given).filter { $0.0 != "limit" || values.contains { $0.0 == "limit" } })
    }
}

/// What bars are made of: rows of a table, or of each currency in it.
struct BoardBars: Sendable {
    /// What the picture is of, by the name of the column.
    let figure: String
    /// What a bar is called.
    let label: @Sendable (RowView) -> String?
    /// The column that says the currency; figures of several are never in one picture.
    var currency: String?
    /// Which rows are in it.
    var isIn: @Sendable (RowView) -> Bool = { _ in true }
    /// The records behind a bar, of the row, the whole answer and what narrows the page.
    var records: @Sendable (RowView, Asking.Answer, [String: String]) -> Link? = { _, _, _ in nil }

    /// Labels by the value of a column.
    static func by(_ column: String) -> @Sendable (RowView) -> String? { { $0[column] } }

    /// The pictures.
    func pictures(
        _ table: QueryTable, _ described: TableDescription?, _ answer: Asking.Answer, _ given: [String: String],
        title: String, _ context: ConsoleContext
    ) -> [Node] {
        guard let place = table.columns.firstIndex(where: { $0.name == figure }) else { return [] }
        let kind = TableView(table: table, described: described, context: context).kind(place)
        let rows = table.views.filter { $0[figure] != nil && isIn($0) }
        let groups = rows.map { row in currency.flatMap { row[$0] } ?? "" }.reduce(into: [String]()) { list, group in
            if !list.contains(group) { list.append(group) }
        }
        return groups.map { group in
            let bars = rows.filter { row in (currency.flatMap { row[$0] } ?? "") == group }.prefix(24).map { row in
                let amount = row[figure] ?? ""
                return Charts.Bar(
                    TerminalText.clipped(label(row).map { CatalogueWords.value($0, context.language) } ?? "", 22),
                    Double(amount) ?? 0, CellText.shown(amount, kind, currency: group.isEmpty ? nil : group),
                    link: records(row, answer, given))
            }
            let name = CatalogueWords.name(figure, context.language)
            return Charts.bars(
                Array(bars), title: [title, name, group].filter { !$0.isEmpty }.joined(separator: " · "))
        }
    }
}
