import Contracts
import Postgres
import ServiceKit

/// What may be asked of suppliers.
enum SupplierQueries {
    static let all = [
        Query(SupplierQuestions.suppliers, list), Query(SupplierQuestions.bias, bias),
        Query(SupplierQuestions.order, order), Query(SupplierQuestions.summary, summary),
        Query(SupplierQuestions.business, PartyStore.business),
        Query(ImportQuestions.suppliers, SupplierPreviewQuery.suppliers),
    ]

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let text = arguments["text"]
        return [
            try arguments.table(
                "suppliers",
                """
                select supplier_id, source, code, name, seen_at from supplier_account
                where \(text.postgresBind)::text is null or code = \(text.postgresBind)
                    or strpos(lower(name), lower(\(text.postgresBind))) > 0
                """, transaction)
        ]
    }

    static func bias(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "bias of costs",
                """
                select a.code, a.name, b.service_item, b.stage, b.ratio, b.observations, b.as_of,
                    abs(b.ratio - 1) as distance, supplier_id, a.source
                from bias b join supplier_account a using (supplier_id)
                """, transaction)
        ]
    }

    static func order(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "cost facts",
                """
                select f.cost_id, f.line, f.state, f.supplier_code, f.amount, f.currency, f.service_day,
                    l.service_item, f.source, f.order_source
                from cost_fact f left join order_line l
                    on l.source = f.order_source and l.order_id = f.order_id and l.line = f.line
                where f.order_id = \(try arguments.required("orderId"))
                    and f.order_source = coalesce(\(arguments["source"].postgresBind), f.order_source)
                order by f.order_source, f.line, f.source, f.cost_id, f.state
                """, transaction)
        ]
    }

    static func summary(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "suppliers",
                """
                select (select count(*) from supplier_account) as suppliers,
                    (select count(distinct (source, cost_id)) from cost_fact) as costs,
                    (select count(*) from bias where abs(ratio - 1) >= 0.02) as biased
                """, transaction)
        ]
    }
}
