import Contracts
import Domain
import Postgres
import ServiceKit

/// The review queue: what no rule may decide.
enum ReviewQueries {
    /// Pairs that are not in one party, that nobody has decided, and whose parties nobody has told apart.
    private static func queue(_ condition: SQL) -> SQL {
        """
        select e.pair_id as review, round(e.probability::numeric, 4) as probability,
            e.one_source || '/' || e.one_code as one, one.name as one_name,
            e.other_source || '/' || e.other_code as other, other.name as other_name,
            one.customer_id as one_party, other.customer_id as other_party, e.found_at,
            (select d.by_login || coalesce(': ' || d.reason, '') from decision d
                where d.pair_id = e.pair_id and d.kind = 'later' and d.undone_at is null
                order by d.decided_at desc limit 1) as put_off
        \(waiting(condition))
        """
    }

    /// The same without what is shown of them: pairs `e` of accounts `one` and `other`.
    private static func waiting(_ condition: SQL) -> SQL {
        """
        from match_edge e
        join account one on one.source = e.one_source and one.code = e.one_code
        join account other on other.source = e.other_source and other.code = e.other_code
        where one.customer_id <> other.customer_id and \(condition)
            and (one.identity_code is null or other.identity_code is null or one.identity_code = other.identity_code)
            and not exists (
                select from decision_link l join decision d using (decision_id)
                join account x on x.source = l.one_source and x.code = l.one_code
                join account y on y.source = l.other_source and y.code = l.other_code
                where d.undone_at is null and not l.is_same
                    and (x.customer_id, y.customer_id) in (
                        (one.customer_id, other.customer_id), (other.customer_id, one.customer_id))
                    and (l.one_source, l.one_code) in (
                        select source, code from account where customer_id in (one.customer_id, other.customer_id)))
        """
    }

    /// How many pairs wait that nobody has put off, and since when, by the branch of the first of each; by `-` where none is
    /// known.
    static func waiting(
        _ transaction: borrowing Transaction
    ) throws -> [(branch: String, pairs: Int, oldest: Timestamp)] {
        let looked: SQL = """
            not exists (
                select from decision d where d.pair_id = e.pair_id and d.kind = 'later' and d.undone_at is null)
            """
        return try transaction.query(
            """
            select coalesce(one.told_branch, one.branch, '-') as branch, count(*)::integer, min(e.found_at)
            \(waiting(looked)) group by 1 order by 1
            """, as: (String, Int, Timestamp).self
        ).map { (branch: $0.0, pairs: $0.1, oldest: $0.2) }
    }

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table("reviews", queue("true"), transaction),
            try arguments.table(
                "faults",
                """
                select fault as reason, source, code, field, left(value, 100) as value,
                    to_timestamp(first_at / 1000000.0) as first_said, digest
                from identity_value where fault is not null
                """, transaction),
            try arguments.table(
                "contradictions", "select opened_at, customer_id as party, reason, detail, review_id from review",
                transaction),
        ]
    }

    /// What is open of some parties.
    static func open(
        of parties: [String], _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "open reviews",
            "\(queue("(one.customer_id = any(\(parties)) or other.customer_id = any(\(parties)))")) order by 2 desc, 1",
            transaction)
    }

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let review = try arguments.required("review")
        return [
            try arguments.table(
                "review",
                """
                select pair_id as review, round(probability::numeric, 4) as probability, verdict,
                    one_source || '/' || one_code as one, other_source || '/' || other_code as other, found_at
                from match_edge where pair_id = \(review)
                """, transaction),
            try arguments.table(
                "evidence",
                """
                select line ->> 'field' as field, line ->> 'level' as level, line ->> 'bits' as bits
                from match_edge, jsonb_array_elements(evidence) with ordinality as l(line, place)
                where pair_id = \(review) order by place
                """, transaction),
            try values(of: review, arguments, transaction),
            try arguments.table(
                "decisions",
                """
                select taken_at, decision_id, kind, by_login as by, reason, undone_by, undone_for, on_behalf_of,
                    undone_on_behalf_of
                from decision where pair_id = \(review) order by taken_at desc, decision_id
                """, transaction),
        ]
    }

    private static func values(
        of review: String, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "what they say",
            """
            select v.source || '/' || v.code as account, v.field, left(v.value, 200) as value, v.channel as said_by,
                v.fault
            from match_edge e join identity_value v on (v.source, v.code) in (
                (e.one_source, e.one_code), (e.other_source, e.other_code))
            where e.pair_id = \(review) order by 2, 1, 3
            """, transaction)
    }
}
