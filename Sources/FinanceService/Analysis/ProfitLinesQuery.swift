import Contracts
import Domain
import Postgres
import ProfitAnalysis
import ServiceKit

extension ProfitQueries {
    /// The lines of a period as they are, a page at a time; whoever simulates reads them day by day.
    func lines(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let period = try Period(from: arguments.day("from"), to: arguments.day("to"), path: "parameters.from")
        let offset = try arguments.integer("offset")
        let lines = try ProfitLines.read(arguments.lines(of: period), rates, transaction)
        return [
            try arguments.table(
                "lines",
                rows: lines.dropFirst(offset).prefix(QueryTable.maximumRows + 1).map { line in
                    [
                        line.source, line.orderId, String(line.line), line.day.description, line.customer,
                        line.businessLine, line.branch, line.salesOwner, line.lane, line.serviceItem, line.unit,
                        line.supplier, line.quantity.description, line.currency.code, line.revenue.moneyText,
                        line.cost?.moneyText,
                    ]
                })
        ]
    }
}
