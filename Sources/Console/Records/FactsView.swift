import Client
import Contracts

/// One record as facts: name and value, what is absent left out.
struct FactsView: Sendable {
    let table: QueryTable
    let described: TableDescription?
    let context: ConsoleContext

    /// The facts of the first row.
    var node: Node {
        guard let row = table.views.first else {
            return Tag.p(.class("hint")) { Words(language: context.language)[.nothing] }
        }
        let view = TableView(table: table, described: described, context: context)
        return Tag.dl(.class("facts")) {
            for (place, column) in table.columns.enumerated() {
                if let value = row[column.name] {
                    let kind = view.kind(place)
                    let currency: String? = if case .money(let name) = kind { row[name] } else { nil }
                    let shown = Figure.node(value, kind, of: column.name, currency: currency, context)
                    Tag.dt(.title(column.name)) { CatalogueWords.name(column.name, context.language) }
                    Tag.dd {
                        if let link = RecordLinks.link(column.name, value, row),
                            link.path.last != value || link.path.first != "alerts"
                        {
                            Tag.a(.href(link)) { shown }
                        } else {
                            shown
                        }
                    }
                }
            }
        }
    }
}
