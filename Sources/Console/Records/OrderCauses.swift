import Client
import Contracts
import Domain

/// Where the margin of an order goes.
enum OrderCauses {
    /// From the revenue of an order to its margin, cost by cost, and the lines behind it.
    static func nodes(_ answer: Asking.Answer, _ context: ConsoleContext) -> [Node] {
        let words = Words(language: context.language)
        guard let order = answer.table("order")?.views.first, let lines = answer.table("lines") else { return [] }
        let currency = order["currency"]
        let rows = lines.views
        let costs = rows.compactMap { row in
            row.amount("cost").map { (row["service_item"] ?? row["line"] ?? "", $0, row["currency"]) }
        }
        let table = TableView(
            table: lines, described: FinanceQuestions.order.answer("lines"), context: context,
            columns: ["line", "service_item", "lane", "revenue", "cost", "margin", "currency", "basis"],
            hasCaption: false
        ).node
        // Withheld, not known for each line, or of several currencies: then the table alone says what there is to say.
        guard let revenue = order["revenue"], let margin = order["margin"], costs.count == rows.count, !rows.isEmpty,
            costs.allSatisfy({ $0.2 == currency })
        else { return [table] }
        func text(_ amount: String) -> String {
            CellText.shown(amount, .money(currency: "currency"), currency: currency)
        }
        let steps = costs.map { label, cost, _ in
            let less = FixedDecimal(units: -cost.units).description
            return Charts.Bar(TerminalText.clipped(label, 22), Double(less) ?? 0, text(less))
        }
        let ends = (
            Charts.Bar(
                CatalogueWords.name("revenue", context.language), Double(revenue) ?? 0, text(revenue), isTotal: true),
            Charts.Bar(
                CatalogueWords.name("margin", context.language), Double(margin) ?? 0, text(margin), isTotal: true)
        )
        return [
            Charts.waterfall([ends.0] + steps + [ends.1], title: "\(words[.causesHelp]), \(currency ?? "")"),
            Tag.details {
                Tag.summary { words[.asTable] }
                table
            },
        ]
    }
}
