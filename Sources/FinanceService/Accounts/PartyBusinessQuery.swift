import Contracts
import Postgres
import ServiceKit

/// What a party's business comes to, under whatever codes it was done.
enum PartyBusinessQuery {
    static func business(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let party = try arguments.required("party")
        return [
            try arguments.table(
                "finance: margin",
                """
                select d.currency, sum(d.orders) as orders, sum(d.revenue) as revenue, sum(d.cost) as cost,
                    sum(d.revenue - d.cost) as margin
                from account a join account_line_day d using (source, code)
                where a.customer_id = \(party) group by 1 order by 1
                """, transaction),
            try arguments.table(
                "finance: receivables",
                """
                select e.currency, sum(e.receivable) as receivable, sum(e.deposits) as deposits,
                    sum(e.accepted + e.unbilled) as ordered
                from account a join account_exposure e on e.source = a.source and e.customer_code = a.code
                where a.customer_id = \(party) group by 1 order by 1
                """, transaction),
        ]
    }
}
