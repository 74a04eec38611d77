import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of the organisation, its people and who may do what.
enum PeopleQueries {
    static let all = [
        Query(PeopleQuestions.people, people), Query(PeopleQuestions.person, person),
        Query(PeopleQuestions.organisation, organisation), Query(PeopleQuestions.node, node),
        Query(PeopleQuestions.policy, policy), Query(ImportQuestions.people, PeoplePreviewQuery.people),
    ]

    // MARK: Parts of statements

    /// The condition that a row holds on a day.
    private static func holds(_ row: String, on day: CalendarDay) -> SQL {
        """
        (\(unsafe: row).valid_from <= \(day)
            and (\(unsafe: row).valid_until is null or \(unsafe: row).valid_until >= \(day)))
        """
    }

    /// The nodes of a day, each with its branch, its division or centre, and the codes from the top down to it.
    ///
    /// Where what is above is not there, the way ends; where it goes in a circle, which what is judged never does, it ends, too.
    private static func places(on day: CalendarDay) -> SQL {
        """
        (
            with recursive up as (
                select n.node as start, n.node, n.parent, n.kind, 0 as step
                from organisation_node n where \(holds("n", on: day))
                union all
                select up.start, n.node, n.parent, n.kind, up.step + 1
                from up join organisation_node n on n.node = up.parent and \(holds("n", on: day))
                where up.step < 100
            )
            select start as node,
                (array_agg(node order by step) filter (where kind = 'branch'))[1] as branch,
                (array_agg(node order by step) filter (where kind in ('division', 'centre')))[1] as division,
                array_agg(node order by step desc) as nodes
            from up group by start
        )
        """
    }

    // MARK: People

    private static func people(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable]
    {
        let day = try arguments.dayOrToday("on")
        let (node, manager) = (arguments["node"], arguments["manager"])
        return [
            try arguments.table(
                "people",
                """
                select p.login, p.name, p.name_en as english_name, p.position, p.node, u.branch, u.division, p.manager,
                    p.external_id, p.valid_from, p.valid_until, p.revision
                from organisation_person p left join \(places(on: day)) u on u.node = p.node
                where (\(arguments.flag("allDays")) or \(holds("p", on: day)))
                    and (\(node)::text is null or p.node = \(node) or \(node) = any (u.nodes))
                    and (\(manager)::text is null or p.manager = \(manager))
                """, transaction)
        ]
    }

    private static func person(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable]
    {
        let day = try arguments.dayOrToday("on")
        let login = try arguments.required("login")
        return [
            try arguments.table(
                "person",
                """
                select p.login, p.name, p.name_en as english_name, p.position, p.node, u.branch, u.division, p.manager,
                    p.external_id, p.valid_from, p.valid_until, p.revision
                from organisation_person p left join \(places(on: day)) u on u.node = p.node
                where p.login = \(login) and \(holds("p", on: day))
                """, transaction),
            try arguments.table(
                "managers",
                """
                with recursive up as (
                    select p.manager as login, 1 as step from organisation_person p
                    where p.login = \(login) and \(holds("p", on: day)) and p.manager is not null
                    union all
                    select p.manager, up.step + 1 from up join organisation_person p using (login)
                    where \(holds("p", on: day)) and p.manager is not null and up.step < 100
                )
                select up.step, up.login, p.name, p.position, p.node
                from up left join organisation_person p on p.login = up.login and \(holds("p", on: day))
                order by up.step
                """, transaction),
            try arguments.table(
                "manages",
                """
                select p.login, p.name, p.position, p.node from organisation_person p
                where p.manager = \(login) and \(holds("p", on: day)) order by p.login
                """, transaction),
            try arguments.table(
                "roles",
                """
                select role, version
                from (\(holding)) h, jsonb_array_elements(h.document -> 'people') as person,
                    jsonb_array_elements_text(person -> 'roles') as role
                where person ->> 'login' = \(login) order by role
                """, transaction),
            try arguments.table(
                "delegations",
                """
                select d ->> 'delegation' as delegation, d ->> 'of' as of, d ->> 'to' as to,
                    d ->> 'from' as valid_from, d ->> 'until' as valid_until, d ->> 'reason' as reason
                from (\(holding)) h, jsonb_array_elements(h.document -> 'delegations') as d
                where \(login) in (d ->> 'of', d ->> 'to') order by 4, 1
                """, transaction),
            try arguments.table(
                "life",
                """
                select valid_from, valid_until, node, position, manager, name, name_en as english_name, external_id
                from organisation_person where login = \(login) order by valid_from
                """, transaction),
            try words("person", login, arguments, transaction),
        ]
    }

    /// The policy that holds.
    private static let holding: SQL =
        "select version, document from permission_policy order by version desc limit 1"

    private static func words(
        _ subject: String, _ key: String, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "words",
            """
            select revision, taken_at, recorded_at, said_by, source, reason, message_id from people_word
            where subject = \(subject) and key = \(key) order by revision desc
            """, transaction)
    }

    // MARK: The organisation

    private static func organisation(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("on")
        let below = arguments["below"]
        return [
            try arguments.table(
                "organisation",
                """
                with place as materialized (select * from \(places(on: day)) u),
                member as materialized (
                    select p.node, count(*) as people from organisation_person p
                    where \(holds("p", on: day)) group by p.node
                ),
                whole as materialized (
                    select above.node, sum(m.people) as people
                    from member m join place u on u.node = m.node, unnest(u.nodes) as above(node)
                    group by above.node
                )
                select n.node, n.kind, n.nature as purpose, n.parent, u.branch, u.division, n.name,
                    n.name_en as english_name, coalesce(m.people, 0) as people,
                    coalesce(w.people, 0)::bigint - coalesce(m.people, 0) as people_below, n.valid_from, n.valid_until,
                    n.revision, coalesce(array_to_string(u.nodes, chr(1)), n.node) as path
                from organisation_node n
                left join place u using (node) left join member m using (node) left join whole w using (node)
                where (\(arguments.flag("allDays")) or \(holds("n", on: day)))
                    and (\(below)::text is null or n.node = \(below) or \(below) = any (u.nodes))
                """, transaction)
        ]
    }

    private static func node(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("on")
        let node = try arguments.required("node")
        return [
            try arguments.table(
                "node",
                """
                select n.node, n.kind, n.nature as purpose, n.parent, u.branch, u.division, n.name,
                    n.name_en as english_name, n.valid_from, n.valid_until, n.revision
                from organisation_node n join \(places(on: day)) u using (node)
                where n.node = \(node) and \(holds("n", on: day))
                """, transaction),
            try arguments.table(
                "above",
                """
                select cardinality(u.nodes) - a.place as step, n.node, n.kind, n.name
                from \(places(on: day)) u, unnest(u.nodes) with ordinality as a(node, place)
                join organisation_node n on n.node = a.node and \(holds("n", on: day))
                where u.node = \(node) and a.node <> \(node) order by 1
                """, transaction),
            try arguments.table(
                "below",
                """
                select n.node, n.kind, n.name from organisation_node n
                where n.parent = \(node) and \(holds("n", on: day)) order by n.node
                """, transaction),
            try arguments.table(
                "people",
                """
                select p.login, p.name, p.position, p.manager from organisation_person p
                where p.node = \(node) and \(holds("p", on: day)) order by p.login
                """, transaction),
            try arguments.table(
                "life",
                """
                select valid_from, valid_until, kind, nature as purpose, parent, name, name_en as english_name
                from organisation_node where node = \(node) order by valid_from
                """, transaction),
            try words("node", node, arguments, transaction),
        ]
    }

    // MARK: Who may do what

    private static func policy(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable]
    {
        let which: SQL =
            if let version = arguments.optionalInteger("version") {
                "select * from permission_policy where version = \(Int64(version))"
            } else {
                "select * from permission_policy order by version desc limit 1"
            }
        // A text of an answer has its limit, as one of a message has.
        let part = 16_000
        return [
            try arguments.table(
                "policy",
                """
                select version, set_by, set_at, reason, jsonb_array_length(document -> 'lines') as lines,
                    coalesce(jsonb_array_length(document -> 'people'), 0) as people,
                    coalesce(jsonb_array_length(document -> 'delegations'), 0) as delegations
                from (\(which)) p
                """, transaction),
            try arguments.table(
                "document",
                """
                select part, substr(text, (part - 1) * \(Int32(part)) + 1, \(Int32(part))) as text
                from (select document::text as text from (\(which)) p) d,
                    generate_series(1, (length(text) + \(Int32(part - 1))) / \(Int32(part))) as part
                order by part
                """, transaction),
            try arguments.table(
                "versions",
                "select version, set_by, set_at, reason from permission_policy order by version desc", transaction),
        ]
    }
}
