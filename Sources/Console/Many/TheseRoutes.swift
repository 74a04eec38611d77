import Client
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Postgres

/// What somebody wants of rows of a list: those that were chosen, those of the page, or all that match; as a file, or to act upon them.
struct TheseRoutes: ConsoleRoutes {
    /// The value of a form that names a chosen row.
    static let rowName = "~row"
    /// The value of a form that says which rows are meant.
    static let whichName = "~which"
    /// The value of a form that says what is to be done.
    static let doName = "~do"

    /// Which rows are meant.
    enum Which: String, Sendable, CaseIterable {
        /// Those that were chosen.
        case chosen
        /// All of the page.
        case page
        /// All that match.
        case all

        /// What it is called.
        var text: Text {
            switch self {
            case .chosen: .rowsChosen
            case .page: .rowsOfPage
            case .all: .rowsAll
            }
        }
    }

    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.post("/these/:service/:name") { request, context -> Response in
            guard context.person != nil else { throw ConsoleRefusal.signIn }
            let values = try await FormValues(form: request, context)
            // What is left out of so many values would be left out in silence.
            guard values.pairs.count < FormValues.most else { throw HTTPError(.contentTooLarge) }
            return try await These(QuestionPage(values, context), values, context, parts).response()
        }
    }
}

/// One such wish.
private struct These {
    let page: QuestionPage
    let which: TheseRoutes.Which
    let what: String
    let keys: Set<String>
    let context: ConsoleContext
    let parts: ConsoleParts

    init(_ page: QuestionPage, _ values: FormValues, _ context: ConsoleContext, _ parts: ConsoleParts) throws {
        guard let which = values[TheseRoutes.whichName].flatMap(TheseRoutes.Which.init),
            let what = values[TheseRoutes.doName]
        else { throw HTTPError(.badRequest) }
        (self.page, self.which, self.what, self.context, self.parts) = (page, which, what, context, parts)
        keys = Set(values.all(TheseRoutes.rowName))
    }

    private var words: Words { Words(language: context.language) }

    func response() async throws -> Response {
        if let form = ListFile.Form(rawValue: what) {
            return try await withRows(ListGathering.mostOfFile, isExport: true) { table in
                page.file(table, form)
            }
        }
        guard let name = page.table,
            let act = ManyAct.act(what, page.service, page.question, name)
        else { throw HTTPError(.badRequest) }
        return try await withRows(ManyStore.most, isExport: false) { table in
            try await begin(act, table)
        }
    }

    /// Writes down which records are meant, and asks what is the same for all of them.
    private func begin(_ act: ManyAct, _ table: QueryTable) async throws -> Response {
        let person = try context.signedIn()
        var said: [String] = []
        for row in table.views {
            let values = act.said.keys.sorted().compactMap { field in
                act.said[field].flatMap { row[$0] }.map { (field, $0) }
            }
            // A row that does not say which record it is would become an act about none.
            guard values.count == act.said.count else { return refused(words[.rowsSayNothing]) }
            said.append(FormValues.encoded(values))
        }
        let id = ActRoutes.newID()
        let (type, address, records) = (act.contract.type.description, page.here.address, said)
        // A list whose address is longer than one that can be kept is named without what narrows it.
        let kept = address.utf8.count <= 2_000 ? address : Link(path: page.link.path).address
        try await parts.pool.withTransaction {
            try ManyStore.add(id, type, kept, said: records, of: person.login, $0)
        }
        return .redirect(to: Link("many", id).address, type: .normal)
    }

    /// The rows that are meant, as they are now.
    private func withRows(
        _ most: Int, isExport: Bool, _ use: (QueryTable) async throws -> Response
    ) async throws -> Response {
        guard case .success(let values) = page.checked else { throw HTTPError(.unprocessableContent) }
        if which == .all {
            return try await page.whole(most, isExport: isExport, values, parts, use)
        }
        let heard = try await parts.ask(page.asked(values, isExport: isExport), context)
        guard let answer = heard.answer else { return page.missing(heard) }
        guard let table = page.table.map({ answer.table($0) }) ?? answer.tables.first else {
            throw HTTPError(.notFound)
        }
        guard which == .chosen else {
            return table.rows.isEmpty ? refused(words[.noRows]) : try await use(table)
        }
        guard !keys.isEmpty else { return refused(words[.noRows]) }
        guard let named = RowKeys(table, page.question.answer(table.name)) else { throw HTTPError(.badRequest) }
        let rows = table.views.filter { keys.contains(named.key($0)) }
        // What was chosen and is there no more is said, rather than done about fewer.
        guard rows.count == keys.count else { return refused(words[.rowsGone(keys.count - rows.count)]) }
        return try await use(table.with(rows: rows.map(\.values)))
    }

    private func refused(_ text: String) -> Response { page.refused(text) }
}
