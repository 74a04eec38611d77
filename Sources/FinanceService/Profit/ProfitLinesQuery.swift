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
        let read = try ProfitLineStore.read(
            arguments.lines(of: period, transaction), rates.current(transaction), transaction)
        let lines = read.counted.sorted {
            ($0.source, $0.orderId, $0.line, $0.serviceItem) < ($1.source, $1.orderId, $1.line, $1.serviceItem)
        }
        return [
            try arguments.table(
                "lines",
                rows: lines.dropFirst(offset).map { line in
                    [
                        line.source, line.orderId, String(line.line), line.day.description, line.customer,
                        line.businessLine, line.branch, line.salesOwner, line.lane, line.serviceItem, line.unit,
                        line.supplier, line.quantity.description, line.currency.code, line.revenue.moneyText,
                        line.cost?.moneyText,
                    ]
                }
            ) { row in [row[0], row[1], row[2], row[9]].map { $0 ?? "" } },
            try arguments.table("held", rows: HeldLine.rows(read.held)),
        ]
    }
}
