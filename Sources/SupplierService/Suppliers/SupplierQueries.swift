import Contracts
import Postgres
import ServiceKit

/// What may be asked of suppliers.
enum SupplierQueries {
    static let all = [
        Query(SupplierQuestions.suppliers, list), Query(SupplierQuestions.summary, summary),
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
