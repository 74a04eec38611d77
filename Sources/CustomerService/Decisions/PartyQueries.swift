import Contracts
import Domain
import PartyMatching
import Postgres
import ServiceKit

/// What may be asked of who is who.
enum PartyQueries {
    static let all = [
        Query(PartyQuestions.show, show), Query(PartyQuestions.name, name), Query(PartyQuestions.search, search),
        Query(PartyQuestions.mergePreview, MergePreviewQuery.preview), Query(PartyQuestions.history, history),
        Query(PartyQuestions.explain, ExplainQuery.explain),
        Query(PartyQuestions.resolve, ResolveQuery.resolve), Query(PartyQuestions.rematch, RematchQuery.rematch),
        Query(PartyQuestions.reviews, ReviewQueries.list), Query(PartyQuestions.review, ReviewQueries.show),
    ]

    /// The party that somebody means: by its identifier, by one that it had before, or by one of its codes.
    static func which(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [String] {
        Set(
            try accounts(named: arguments.required("party"), source: arguments["source"], transaction).map(\.customerId)
        ).sorted()
    }

    /// The accounts that a name means: a party's identifier or a code, `source/code` too.
    static func accounts(
        named name: String, source: String? = nil, _ transaction: borrowing Transaction
    ) throws -> [(key: AccountKey, ownId: String, customerId: String)] {
        let slash = name.firstIndex(of: "/")
        let rows = try transaction.query(
            """
            select distinct source, code, own_id, customer_id from (
                select source, code, own_id, customer_id from account where own_id = \(name)
                union all
                select source, code, own_id, customer_id from account
                where code = \(name) and source = coalesce(\(source), source)
                union all
                select source, code, own_id, customer_id from account
                where source = \(slash.map { String(name[..<$0]) })
                    and code = \(slash.map { String(name[name.index(after: $0)...]) })
            ) as found order by source, code limit 100
            """, as: (String, String, String, String).self)
        return rows.map { (AccountKey(source: $0.0, code: $0.1), $0.2, $0.3) }
    }

    /// The one account that a parameter names.
    ///
    /// - Throws: a refusal when nobody has the name, and when it is a code of several parties.
    static func account(
        _ parameter: String, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> (key: AccountKey, ownId: String, customerId: String) {
        let name = try arguments.required(parameter)
        let found = try accounts(named: name, transaction)
        guard let account = found.first else {
            throw Refusal(
                .notFound, path: "parameters.\(parameter)",
                "there is no party '\(name.prefix(64))': 'waybill parties search' finds them by name")
        }
        guard Set(found.map(\.customerId)).count == 1 else {
            throw Refusal(
                .valueNotAllowed, path: "parameters.\(parameter)",
                "'\(name.prefix(64))' is a code of several parties: say which, as one of "
                    + found.prefix(5).map(\.key.description).joined(separator: ", "))
        }
        return account
    }

    /// The account that a name means, as the party that it is by itself.
    static func name(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let found = try accounts(named: arguments.required("party"), transaction)
        return [
            try arguments.table(
                "named",
                """
                select c.customer_id as party, c.revision, a.source || '/' || a.code as account
                from account a join customer c on c.customer_id = a.own_id
                where a.own_id = any(\(found.map(\.ownId))) order by 3
                """, transaction)
        ]
    }

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let parties = try which(arguments, transaction)
        return [
            try arguments.table(
                "party",
                """
                select c.customer_id, c.revision, c.name, c.credit_code, c.branch, c.sales_owner, c.founded_at,
                    c.changed_at, (select count(*) from account a where a.customer_id = c.customer_id) as accounts,
                    exists (select from supplier_name s where s.credit_code = c.credit_code) as is_supplier
                from customer c where c.customer_id = any(\(parties)) order by 1
                """, transaction),
            try golden(parties, arguments, transaction),
            try arguments.table(
                "accounts",
                """
                select own_id as party, source, code, name, identity_code as credit_code,
                    \(unsafe: OwnerStore.branch("a")) as branch, \(unsafe: OwnerStore.owner("a")) as sales_owner,
                    to_timestamp(first_at / 1000000.0) as first_said, homing_revision
                from account a where customer_id = any(\(parties)) order by first_at, source, code
                """, transaction),
            try arguments.table(
                "supplier codes",
                """
                select s.source, s.code, s.name from supplier_name s join customer c using (credit_code)
                where c.customer_id = any(\(parties)) order by 1, 2
                """, transaction),
            try ReviewQueries.open(of: parties, arguments, transaction),
            try CorrectionQueries.standing(of: "select unnest(\(parties))", arguments, transaction),
        ]
    }

    /// The golden record: for each field the value that survives, by whom and when it was said. What somebody has corrected
    /// counts most.
    private static func golden(
        _ parties: [String], _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "golden record",
            """
            with said as (
                select distinct on (customer_id, v.field) customer_id, v.field, v.value, v.source, v.code, v.channel,
                    to_timestamp(v.last_at / 1000000.0) as at, count(*) over (partition by customer_id, v.field) as values
                from account a join identity_value v using (source, code)
                where a.customer_id = any(\(parties)) and v.fault is null
                order by customer_id, v.field, \(CorrectionQueries.bestFirst)
            ), corrected as (\(CorrectionQueries.counting(of: "select unnest(\(parties))")))
            select customer_id, field, coalesce(c.value, s.value) as value,
                case when c.value is null then s.source end as source, case when c.value is null then s.code end as code,
                case when c.value is null then s.channel else 'corrected' end as said_by,
                coalesce(c.taken_at, s.at) as said_at, coalesce(s.values, 0) as values
            from said s full join corrected c using (customer_id, field) order by 1, 2
            """, transaction)
    }

    /// What holds a text, for `ilike`: nothing in it stands for anything but itself.
    static func pattern(_ text: String) -> String {
        "%" + text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_") + "%"
    }

    static func search(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let text = try arguments.required("text")
        let pattern = pattern(text)
        return [
            try arguments.table(
                "parties",
                """
                with hits as (
                    select a.customer_id, min(v.value) as found from identity_value v
                    join account a using (source, code) where v.value ilike \(pattern) group by 1
                    union
                    select customer_id, code from account where code = \(text) or own_id = \(text)
                )
                select c.customer_id, c.name, c.credit_code, c.branch, min(h.found) as found,
                    (select count(*) from account a where a.customer_id = c.customer_id) as accounts,
                    coalesce(c.name, '') as sorted_name
                from hits h join customer c using (customer_id) group by c.customer_id
                """, transaction)
        ]
    }

    static func history(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let parties = try which(arguments, transaction)
        return [
            try arguments.table(
                "decisions",
                """
                select distinct d.taken_at, d.decision_id, d.kind, d.by_login as by, d.reason,
                    array_to_string(d.parties, ' ') as parties, d.undone_by, d.undone_for, d.undone_at, d.on_behalf_of,
                    d.undone_on_behalf_of
                from decision d where d.parties && array(
                    select own_id from account where customer_id = any(\(parties))
                    union select a.own_id from membership m join account a using (source, code)
                    where m.customer_id = any(\(parties)))
                order by d.taken_at desc, d.decision_id
                """, transaction),
            try arguments.table(
                "memberships",
                """
                select m.from_at, m.source, m.code, m.homing_revision, m.customer_id, m.decision_id
                from membership m
                where (m.source, m.code) in (
                    select source, code from membership where customer_id = any(\(parties)))
                order by m.from_at desc, m.source, m.code, m.homing_revision desc
                """, transaction),
            try CorrectionQueries.history(of: parties, arguments, transaction),
        ]
    }
}
