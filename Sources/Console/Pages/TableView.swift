import Client
import Contracts

/// A table of an answer as a page shows it.
struct TableView: Sendable {
    let table: QueryTable
    /// What the catalogue says of it; `nil` when it says nothing.
    let described: TableDescription?
    let context: ConsoleContext
    /// The columns that are shown, in this order; all when there are none.
    var columns: [String] = []
    /// Where the next page is.
    var next: Link?
    /// What can be done about a row.
    var action: (@Sendable (RowView) -> (Text, Link)?)?
    /// Whether its name stands above it.
    var hasCaption = true
    /// By what rows are told apart, and the form that is told which of them were chosen; `nil` where none can be.
    var choosing: (keys: RowKeys, form: String)?

    private var words: Words { Words(language: context.language) }

    /// The places of the columns that are shown.
    private var places: [Int] {
        guard !columns.isEmpty else { return Array(table.columns.indices) }
        return columns.compactMap { name in table.columns.firstIndex { $0.name == name } }
    }

    /// What a column holds: as the catalogue says, or else as it was told.
    func kind(_ place: Int) -> ColumnDescription.Kind {
        let column = table.columns[place]
        if let kind = described?.kind(of: column.name) { return kind }
        return switch column.kind {
        case .text: .text
        case .integer: .count
        case .decimal: .quantity
        case .time: .time
        case .boolean: .flag
        }
    }

    /// The table, with what there is to say of it below.
    var node: Node {
        guard !table.rows.isEmpty else {
            return .several {
                if hasCaption { Tag.h3 { caption } }
                Tag.p(.class("hint")) { words[.nothing] }
                withheld
            }
        }
        return .several {
            // Whoever has no mouse moves it by the keys of the focus.
            Tag.div(.class("scroll"), .tabIndex(0), .role("region"), .label(caption)) {
                Tag.table {
                    if hasCaption { Tag.caption { caption } }
                    head
                    Tag.tbody { for row in table.views { line(row) } }
                    foot
                }
            }
            below
        }
    }

    private var caption: String { CatalogueWords.name(table.name, context.language) }

    private var head: Node {
        Tag.thead {
            Tag.tr {
                if choosing != nil { Tag.th(.scope(.col)) { words[.choose] } }
                for place in places {
                    let name = table.columns[place].name
                    Tag.th(.scope(.col), Figure.isFigure(kind(place)) ? .class("figure") : nil, .title(name)) {
                        CatalogueWords.name(name, context.language)
                    }
                }
                if action != nil { Tag.th(.scope(.col)) { words[.nextAct] } }
            }
        }
    }

    private func line(_ row: RowView) -> Node {
        Tag.tr {
            if let choosing { box(row, choosing.keys.key(row), choosing.form) }
            for place in places { cell(row, place) }
            if let action {
                Tag.td { action(row).map { text, link in Tag.a(.href(link)) { words[text] } } }
            }
        }
    }

    private func box(_ row: RowView, _ key: String, _ form: String) -> Node {
        let first = places.lazy.compactMap { row[table.columns[$0].name] }.first ?? ""
        return Tag.td {
            Tag.input(
                .type(.checkbox), .name(TheseRoutes.rowName), .value(key), .form(form),
                .label("\(words[.choose]): \(first)"))
        }
    }

    private func cell(_ row: RowView, _ place: Int) -> Node {
        let (name, kind) = (table.columns[place].name, kind(place))
        guard row.values.indices.contains(place), let value = row.values[place], !value.isEmpty else {
            return table.blanked.contains(name) ? Tag.td(.class("withheld")) { "—" } : Tag.td()
        }
        let currency: String? = if case .money(let column) = kind { row[column] } else { nil }
        let shown = Figure.node(value, kind, of: name, currency: currency, context)
        let style = Figure.style(kind, value)
        return Tag.td(style.isEmpty ? nil : .class(style)) {
            if let link = RecordLinks.link(name, value, row) { Tag.a(.href(link)) { shown } } else { shown }
        }
    }

    /// The sums of the whole list, a line for each currency.
    private var foot: Node? {
        let currencies = table.totals.map(\.currency).reduce(into: [String]()) { list, currency in
            if !list.contains(currency) { list.append(currency) }
        }
        guard !currencies.isEmpty, let first = places.first else { return nil }
        return Tag.tfoot {
            for currency in currencies {
                Tag.tr {
                    if choosing != nil { Tag.td() }
                    for place in places {
                        let total = table.totals.first {
                            $0.column == table.columns[place].name && $0.currency == currency
                        }
                        if let total {
                            Tag.td(.class("figure")) {
                                CellText.shown(total.amount, .money(currency: "currency"), currency: currency)
                            }
                        } else {
                            Tag.td { place == first ? words[.total(currency)] : "" }
                        }
                    }
                    if action != nil { Tag.td() }
                }
            }
        }
    }

    private var withheld: Node? {
        guard !table.blanked.isEmpty else { return nil }
        let names = table.blanked.map { CatalogueWords.name($0, context.language) }
        return Tag.p(.class("hint")) { words[.withheld(names.joined(separator: context.language == .zh ? "、" : ", "))] }
    }

    private var below: Node {
        .several {
            withheld
            Tag.p(.class("hint")) {
                table.count.map { words[.showingOf(table.rows.count, $0)] } ?? words[.showing(table.rows.count)]
                if let next {
                    " · "
                    Node.element(.a, [.href(next), .rel("next")] + Attribute.boost) { words[.more] }
                } else if table.isCut {
                    " · \(words[.cut])"
                }
            }
        }
    }
}
