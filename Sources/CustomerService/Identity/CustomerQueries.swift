import Contracts
import Postgres
import ServiceKit

/// What may be asked of customers.
enum CustomerQueries {
    static let all = [
        Query(CustomerQuestions.show, show), Query(CustomerQuestions.list, list),
        Query(CustomerQuestions.unknownBranches, unknownBranches), Query(CustomerQuestions.unknownLines, unknownLines),
        Query(CustomerQuestions.summary, summary),
        Query(ImportQuestions.customers, CustomerPreviewQuery.customers),
    ]

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let id = arguments["id"]
        let code = arguments["code"]
        guard id != nil || code != nil else {
            throw Refusal(.missingField, path: "parameters.id", "name a customer by 'id', or by 'code' (and 'source')")
        }
        let found = try transaction.query(
            """
            select customer_id, source from account
            where code = \(code.postgresBind) and source = coalesce(\(arguments["source"].postgresBind), source)
            union select customer_id, '' from account where own_id = \(id.postgresBind)
            order by 1, 2
            """, as: (String, String).self)
        let party = try QueryArguments.one(of: found.map { (party: $0.0, source: $0.1) }, named: code ?? id ?? "")
        let which: SQL = "select \(party.postgresBind)::text"
        return [
            try arguments.table(
                "customer",
                "select * from (select customer_id, revision, name, credit_code, branch, sales_owner, merged_into, founded_at, changed_at from customer) c where customer_id in (\(which))",
                transaction),
            try arguments.table(
                "accounts",
                """
                select source, code, name, credit_code, \(unsafe: OwnerStore.branch("a")) as branch,
                    \(unsafe: OwnerStore.owner("a")) as sales_owner, homing_revision
                from account a where customer_id in (\(which)) order by source, code
                """,
                transaction),
            try arguments.table(
                "timeline",
                """
                select t.happened_at, t.kind, t.detail from timeline t
                join account a on a.code = t.code and a.source = t.account_source
                where a.customer_id in (\(which))
                union all
                select t.happened_at, t.kind, t.detail from timeline t
                where t.account_source is null and t.code in (\(which))
                order by happened_at desc
                """, transaction),
            try CorrectionQueries.standing(of: which, arguments, transaction),
        ]
    }

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let wanted = arguments["name"].map { PartyQueries.pattern($0) }
        return [
            try arguments.table(
                "customers",
                """
                select c.customer_id, c.name, c.credit_code, c.branch, c.sales_owner, count(a.code) as accounts,
                    coalesce(c.name, '') as sorted_name
                from customer c join account a using (customer_id)
                where c.merged_into is null and (\(wanted.postgresBind)::text is null or c.name ilike \(wanted.postgresBind))
                group by c.customer_id
                """, transaction)
        ]
    }

    static func unknownBranches(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        [
            try arguments.table(
                "unknown branches",
                "select branch, orders from unknown_branch order by orders desc, branch", transaction)
        ]
    }

    static func unknownLines(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        [
            try arguments.table(
                "unknown lines",
                """
                select business_line as "businessLine", orders from unknown_line order by orders desc, business_line
                """, transaction)
        ]
    }

    static func summary(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "customers",
                """
                select (select count(*) from customer where merged_into is null) as customers,
                    (select count(*) from account) as accounts,
                    (select count(*) from account) - (select count(*) from customer where merged_into is null) as joined,
                    (select count(*) from review) + (select count(*) from match_edge where verdict = 'probable')
                        as reviews,
                    (select coalesce(sum(orders), 0) from unknown_branch) as unknown_branch_orders
                """, transaction)
        ]
    }
}
