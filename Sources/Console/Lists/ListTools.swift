import Client
import Contracts

/// What can be done with a list beside reading it: choose its columns, sum all of it up, take it out as a file, and do something
/// about some of its rows or all that match.
struct ListTools: Sendable {
    let service: ServiceName
    let question: QueryDescription
    /// The table as it was answered.
    let table: QueryTable
    /// What narrows the list, and where the page begins.
    let given: [(String, String)]
    let choice: ListChoice
    let context: ConsoleContext
    /// Where the list stands.
    let link: Link

    private var words: Words { Words(language: context.language) }
    private var described: TableDescription? { question.answer(table.name) }
    private var form: String { "rows-" + table.name.map { $0.isASCII && $0.isLetter ? String($0) : "-" }.joined() }

    /// By what rows are chosen, with the form that is told of it.
    var choosing: (keys: RowKeys, form: String)? {
        guard !table.rows.isEmpty else { return nil }
        return RowKeys(table, described).map { ($0, form) }
    }

    /// Which columns are shown.
    var columns: Node? {
        guard table.columns.count > 1, !table.rows.isEmpty else { return nil }
        let shown = choice.columns(of: table)
        let others = choice.chosen.filter { !$0.hasPrefix("\(table.name):") }
        return Tag.details(.class("choose")) {
            Tag.summary { words[.chooseColumns] }
            Node.element(.form, [.method(.get), .action(link)] + Attribute.boost) {
                for (name, value) in given { Tag.input(.type(.hidden), .name(name), .value(value)) }
                for other in others { Tag.input(.type(.hidden), .name(ListChoice.columns), .value(other)) }
                Tag.div(.class("fields")) {
                    for (place, column) in table.columns.enumerated() {
                        let id = "\(form)-c\(place)"
                        Tag.div(.class("field flag")) {
                            Tag.input(
                                .type(.checkbox), .id(id), .name(ListChoice.columns),
                                .value("\(table.name):\(column.name)"),
                                shown.isEmpty || shown.contains(column.name) ? .checked : nil)
                            Tag.label(.for(id)) { CatalogueWords.name(column.name, context.language) }
                        }
                    }
                }
                Tag.div(.class("buttons")) {
                    Tag.button(.class("main")) { words[.show] }
                    Tag.a(.class("button"), .href(here(columns: others))) { words[.allColumns] }
                }
            }
        }
    }

    /// What stands below the table.
    @NodeBuilder var foot: [Node] {
        if !table.rows.isEmpty {
            Tag.p(.class("row")) {
                words[.fileOfPage]
                for form in ListFile.Form.allCases { file(form, whole: false) }
                if described?.isPaged ?? false {
                    words[.fileOfAll]
                    for form in ListFile.Form.allCases { file(form, whole: true) }
                }
                if question.cursor != nil, table.count == nil {
                    Node.element(
                        .a,
                        [.class("button"), .href(here(columns: choice.chosen, and: (QueryDescription.totals, "true")))]
                            + Attribute.boost
                    ) { words[.sumUp] }
                }
            }
            if choosing != nil { rows }
        }
    }

    private func file(_ form: ListFile.Form, whole: Bool) -> Node {
        let label = "\(form.rawValue.uppercased()): \(words[whole ? .fileOfAll : .fileOfPage])"
        return Tag.a(.class("button"), .href(address(form, whole: whole)), .download, .label(label)) {
            form.rawValue.uppercased()
        }
    }

    private func address(_ form: ListFile.Form, whole: Bool) -> Link {
        var values: [(String, String?)] = given.map { ($0.0, $0.1) }
        values += choice.values
        values.append((ListChoice.table, table.name))
        values.append((ListChoice.whole, whole ? "true" : nil))
        return Link(path: [form.rawValue, service.rawValue, question.name], values: values)
    }

    private func here(columns: [String], and more: (String, String)? = nil) -> Link {
        var values: [(String, String?)] = given.map { ($0.0, $0.1) }
        values += columns.map { (ListChoice.columns, $0) }
        if let more { values.append((more.0, more.1)) }
        return Link(path: link.path, values: values)
    }

    /// The form that says which rows are meant, and what is to be done about them.
    private var rows: Node {
        let acts = ManyAct.acts(service, question, table.name)
        return Tag.form(
            .class("row"), .id(form), .method(.post), .action(Link("these", service.rawValue, question.name))
        ) {
            for (name, value) in given { Tag.input(.type(.hidden), .name(name), .value(value)) }
            for column in choice.chosen { Tag.input(.type(.hidden), .name(ListChoice.columns), .value(column)) }
            Tag.input(.type(.hidden), .name(ListChoice.table), .value(table.name))
            Tag.select(.name(TheseRoutes.whichName), .label(words[.whichRows])) {
                for which in TheseRoutes.Which.allCases { Tag.option(.value(which.rawValue)) { words[which.text] } }
            }
            Tag.select(.name(TheseRoutes.doName), .label(words[.whatToDo])) {
                for form in ListFile.Form.allCases {
                    Tag.option(.value(form.rawValue)) { words[.asFile(form.rawValue.uppercased())] }
                }
                for act in acts {
                    let type = act.contract.type.description
                    Tag.option(.value(type)) { CatalogueWords.act(type, context.language) }
                }
            }
            Tag.button { words[.goOn] }
        }
    }
}
