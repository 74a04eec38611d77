import Client
import Contracts
import Domain

/// Values of answers as a page shows them: as the house writes them, each marked by what it is.
enum Figure {
    /// A time by the clocks of a zone.
    static func time(_ value: String, _ zone: OrganisationZone) -> Node {
        Tag.time(.datetime(ProgramForm.instant(value)?.description ?? value)) { CellText.time(value, in: zone) }
    }

    /// A value by its kind, without the cell around it.
    static func node(
        _ value: String, _ kind: ColumnDescription.Kind, of column: String, currency: String?,
        _ context: ConsoleContext
    ) -> Node {
        switch kind {
        case .time: time(value, context.zone)
        case .flag:
            ProgramForm.truth(value).map { .words(Words(language: context.language)[$0 ? .yes : .no]) } ?? .words(value)
        case .code: code(value, CodeWords.shown(value, of: column, context.language))
        case .text: Tag.span(.class("words")) { value }
        case .money, .quantity, .rate, .day, .count: .words(CellText.shown(value, kind, currency: currency))
        }
    }

    /// A code, or the word for it with the code behind.
    private static func code(_ value: String, _ word: String) -> Node {
        word == value ? Tag.span(.class("code")) { value } : Tag.span(.title(value)) { word }
    }

    /// The class of a cell by what is in it.
    static func style(_ kind: ColumnDescription.Kind, _ value: String?) -> String {
        switch kind {
        case .money, .quantity, .rate, .count: value?.hasPrefix("-") == true ? "figure negative" : "figure"
        case .day, .time: "when"
        case .text, .code, .flag: ""
        }
    }

    /// Whether it stands at the end of its column.
    static func isFigure(_ kind: ColumnDescription.Kind) -> Bool { style(kind, nil) == "figure" }
}

/// A row of an answer, read by the names of its columns.
struct RowView: Sendable {
    let table: QueryTable
    let values: [String?]

    /// The value of a column; `nil` when it is absent, withheld, or no column at all.
    subscript(_ name: String) -> String? {
        guard let place = table.columns.firstIndex(where: { $0.name == name }), values.indices.contains(place) else {
            return nil
        }
        return values[place].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A figure, exact as it was told.
    func amount(_ name: String) -> FixedDecimal? { self[name].flatMap { FixedDecimal($0) } }
}

extension QueryTable {
    /// Its rows, to be read by the names of the columns.
    var views: [RowView] { rows.map { RowView(table: self, values: $0.values) } }
}

extension Asking.Answer {
    /// A table by its name.
    func table(_ name: String) -> QueryTable? { tables.first { $0.name == name } }

    /// A table by its name in the catalogue: one that ends in `…` is the beginning of what it is told as.
    func table(like name: String) -> QueryTable? {
        table(name) ?? (name.hasSuffix("…") ? tables.first { $0.name.hasPrefix(name.dropLast()) } : nil)
    }
}

/// What a value opens: the record that it names.
enum RecordLinks {
    /// The link of a column's value in a row; `nil` when it names nothing that has a page.
    static func link(_ column: String, _ value: String, _ row: RowView) -> Link? {
        let source = row["source"]
        return switch column {
        case "alert_id", "alertId": Link("alerts", value)
        case "customer_id": Link("customers", value)
        case "customer_code": Link("customers", value, values: [("source", source)])
        case "party", "one_party", "other_party": Link("customers", value)
        case "order_id":
            Link("orders", value, values: [("source", row["order_source"] ?? source)])
        // Of whatever system: a document that names an invoice says seldom whose number it is.
        case "invoice_id":
            Link(
                "q", "finance", row["supplier_code"] == nil ? "receivables.invoices" : "payables.list",
                values: [("invoiceId", value), ("state", "all")])
        case "supplier_code":
            Link("q", "finance", "payables.list", values: [("supplier", value), ("source", source), ("state", "all")])
        case "complaint_id":
            Link("complaints", value, values: [("source", source)])
        case "leadId": Link("q", "sales", "leads.show", values: [("leadId", value)])
        case "opportunityId":
            Link("q", "sales", "opportunities.show", values: [("opportunityId", value), ("source", source)])
        case "entry": Link("q", row["service"] ?? "finance", "audit.show", values: [("entry", value)])
        case "review", "review_id": Link("q", "customer", "reviews.show", values: [("review", value)])
        case "login": Link("q", "customer", "people.show", values: [("login", value)])
        case "node": Link("q", "customer", "organisation.show", values: [("node", value)])
        default: nil
        }
    }
}
