import Client
import Contracts
import Hummingbird

/// The boards: a page for each, all made in the same way.
struct BoardRoutes: ConsoleRoutes {
    /// All boards, by their paths.
    static let boards: [(path: String, board: Board)] = [
        ("receivables", .receivables), ("orders", .orders), ("desk", .desk), ("sales", .sales), ("leads", .leads),
        ("products", .products),
        ("suppliers", .suppliers), ("quality", .quality), ("figures", .figures), ("operations", .operations),
        ("people", .people), ("payments", .payments), ("expenses", .expenses), ("months", .months), ("profit", .profit),
    ]

    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        for (path, board) in Self.boards {
            router.get("/\(path)") { request, context in
                try await BoardPage(board, Link(path: [path]), request, context).response(parts)
            }
        }
    }
}

/// A board with what it was narrowed by.
struct BoardPage: Sendable {
    let board: Board
    /// Where it is.
    let link: Link
    /// What was given, by the names of parameters; anything else in the address is left alone.
    let given: [String: String]
    let context: ConsoleContext

    init(_ board: Board, _ link: Link, _ request: Request, _ context: ConsoleContext) {
        (self.board, self.link, self.context) = (board, link, context)
        let names = Set(board.inputs.map(\.name))
        let standard = board.inputs.compactMap { input in BoardPart.standard(input).map { (input.name, $0) } }
        given = Dictionary(
            FormValues(query: request).pairs.filter { names.contains($0.name) && !$0.value.isEmpty }.map {
                ($0.name, $0.value)
            } + standard, uniquingKeysWith: { first, _ in first })
    }

    private var words: Words { Words(language: context.language) }

    /// What is wrong with what was given, of the first part that says so.
    private var fault: (name: String, detail: String)? {
        for part in board.parts {
            do throws(Refusal) {
                _ = try part.question.values(
                    of: part.asked(given).compactMap { name, value in
                        value.map { QueryParameter(name: name, value: $0) }
                    })
            } catch {
                return (String(error.path.dropFirst("parameters.".count)), error.detail)
            }
        }
        return nil
    }

    /// The page.
    func response(_ parts: ConsoleParts) async throws -> Response {
        guard context.person != nil else { throw ConsoleRefusal.signIn }
        let fault = fault
        let heard = fault == nil ? try await ask(parts) : []
        // What somebody has no right to is no part of their page.
        let shown = zip(board.parts, heard).filter { _, heard in !heard.isForbidden }
        let view = Link(path: link.path, values: board.inputs.map { ($0.name, given[$0.name]) })
        return Layout(
            title: words[board.place.text], context: context, place: board.place, view: view
        ).response(fault == nil ? .ok : .unprocessableContent) {
            Tag.p(.class("hint")) { words[board.help] }
            let further = board.furtherRole.map { context.roles.contains($0) } ?? true ? board.further : []
            if !board.acts.isEmpty || !further.isEmpty {
                Tag.p(.class("row")) {
                    for further in further {
                        Tag.a(.class("button"), .href(further.link)) { words[further.text] }
                    }
                    for act in board.acts {
                        Tag.a(.class("button"), .href(Link("act", act))) {
                            CatalogueWords.act(act, context.language)
                        }
                    }
                }
            }
            if !board.inputs.isEmpty {
                QuestionForm(inputs: board.inputs, link: link, given: given, fault: fault, context: context).node
            }
            if !heard.isEmpty, shown.isEmpty { Tag.p { words[.noRight] } }
            Tag.div(.class("panels")) { for (part, heard) in shown { panel(part, heard) } }
        }
    }

    /// Asks all parts at once; two parts of one question ask it once.
    private func ask(_ parts: ConsoleParts) async throws -> [PanelAnswer] {
        var questions: [Asking.Question] = []
        var places: [String: Int] = [:]
        let which = board.parts.map { part in
            let values = part.asked(given)
            let key = "\(part.service.rawValue) \(part.question.name) \(values)"
            if let place = places[key] { return place }
            questions.append(Asking.Question(service: part.service, query: part.question.name, values: values))
            places[key] = questions.count - 1
            return questions.count - 1
        }
        let heard = try await parts.ask(questions, context)
        return which.map { heard[$0] }
    }

    private func panel(_ part: BoardPart, _ heard: PanelAnswer) -> Node {
        let title = words[part.title]
        return Panel(
            title: title, heard: heard, context: context, all: part.whole(given), help: part.help.map { words[$0] }
        ).node { answer in
            if let table = answer.table(like: part.table) {
                let described = part.question.answer(part.table)
                switch part.form {
                case .facts: FactsView(table: table, described: described, context: context).node
                case .table(let columns): view(part, table, columns)
                case .waterfall(let columns): waterfall(table, described, columns, title)
                case .bars(let bars, let columns):
                    for one in bars { one.pictures(table, described, answer, given, title: title, context) }
                    if table.rows.isEmpty {
                        view(part, table, columns)
                    } else {
                        Tag.details {
                            Tag.summary { words[.asTable] }
                            view(part, table, columns)
                        }
                    }
                }
            }
        }
    }

    /// From the first figure to the last, by those between; what is nought is no step.
    @NodeBuilder private func waterfall(
        _ table: QueryTable, _ described: TableDescription?, _ columns: [String], _ title: String
    ) -> [Node] {
        if let row = table.views.first {
            let currency = row["currency"]
            let bars = columns.enumerated().compactMap { place, name -> Charts.Bar? in
                guard let amount = row[name], let value = Double(amount) else { return nil }
                let isTotal = place == 0 || place == columns.count - 1
                guard isTotal || value != 0 else { return nil }
                return Charts.Bar(
                    CatalogueWords.name(name, context.language), value,
                    CellText.shown(amount, .money(currency: "currency"), currency: currency), isTotal: isTotal)
            }
            Charts.waterfall(bars, title: [title, currency ?? ""].filter { !$0.isEmpty }.joined(separator: " · "))
            Tag.details {
                Tag.summary { words[.asTable] }
                FactsView(table: table, described: described, context: context).node
            }
        } else {
            Tag.p(.class("hint")) { words[.nothing] }
        }
    }

    private func view(_ part: BoardPart, _ table: QueryTable, _ columns: [String]) -> Node {
        let hasAction = table.views.contains { part.action($0) != nil }
        return TableView(
            table: table, described: part.question.answer(part.table), context: context, columns: columns,
            action: hasAction ? part.action : nil, hasCaption: false
        ).node
    }
}
