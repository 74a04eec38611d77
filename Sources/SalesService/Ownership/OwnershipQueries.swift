import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of who looks after customers.
enum OwnershipQueries {
    static let all = [
        Query(OwnershipQuestions.show, show), Query(OwnershipQuestions.list, list),
        Query(OwnershipQuestions.handovers, handovers), Query(OwnershipQuestions.items, items),
    ]

    /// Rows of `ownership` as `w` with what is known of their customers as `a`.
    private static let owners: SQL = "ownership w left join account a on a.source = w.source and a.code = w.code"

    private static let customer: SQL = """
        w.source, w.code, a.name as customer, a.customer_id as "customerId", w.business_line as "businessLine"
        """

    /// The first day of a row; none for what holds since ever.
    private static let since: SQL = "nullif(w.from_day, date '1970-01-01') as since"

    /// A row's columns of who it is.
    ///
    /// - Parameter day: on which the branch's division is asked for.
    private static func owner(on day: SQL) -> SQL {
        """
        w.owner, trim_scale(w.share) as share, w.ground, w.branch, \(division(of: "w.branch", on: day)) as division,
        \(since), w.until_day as until, w.handed_from as "handedFrom", w.acting_for as "actingFor",
        w.left_on as "leftOn"
        """
    }

    /// The division or centre that a branch belonged to on a day; the nearest.
    private static func division(of branch: SQL, on day: SQL) -> SQL {
        """
        (
            with recursive above(node, kind, parent, step) as (
                select n.node, n.kind, n.parent, 1 from organisation_node n
                where n.node = \(branch) and \(holds("n", on: day))
                union all
                select n.node, n.kind, n.parent, b.step + 1
                from above b join organisation_node n on n.node = b.parent and \(holds("n", on: day))
                where b.step < 20
            )
            select node from above where kind in ('division', 'centre') order by step limit 1
        )
        """
    }

    /// The condition that a record of the organisation holds on a day.
    private static func holds(_ row: String, on day: SQL) -> SQL {
        "\(unsafe: row).valid_from <= \(day) and (\(unsafe: row).valid_until is null or \(unsafe: row).valid_until >= \(day))"
    }

    /// What is kept of a customer stands by its accounts, under whatever codes: it follows it when it is merged.
    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let accounts = try arguments.accounts(among: "select source, code from ownership", transaction) ?? []
        let line = arguments["line"].postgresBind
        let day: SQL = "\(try arguments.dayOrToday("on"))"
        let isMeant: SQL = arguments.flag("history") ? "true" : OpenItemStore.holds("w", on: day)
        return [
            try arguments.table(
                "owners",
                """
                select \(customer), \(owner(on: day))
                from \(owners)
                where (w.source, w.code) in (
                        select * from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))))
                    and \(isMeant)
                    and (\(line)::text is null or w.business_line = \(line) or w.business_line = '*' and not exists (
                        select from ownership x
                        where x.source = w.source and x.code = w.code and x.business_line = \(line)))
                order by w.source, w.code, w.business_line, w.from_day, w.place
                """, transaction)
        ]
    }

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day: SQL = "\(try arguments.dayOrToday("on"))"
        let state = try arguments.required("state")
        let node = arguments["node"].postgresBind
        let leaver = arguments["leaver"].postgresBind
        let nodes: SQL = """
            with recursive below(node) as (
                select n.node from organisation_node n where n.node = \(node) and \(holds("n", on: day))
                union
                select n.node from below b join organisation_node n on n.parent = b.node and \(holds("n", on: day))
            )
            """
        return [
            try arguments.table(
                "owners",
                """
                select \(customer), \(owner(on: day)), w.place
                from \(owners)
                where \(OpenItemStore.holds("w", on: day))
                    and (\(state) = 'all' or w.acting_for is not null and (\(state) = 'waiting' or w.owner is null))
                    and (\(leaver)::text is null or w.acting_for = \(leaver))
                    and (\(node)::text is null or w.branch in (\(nodes) select node from below)
                        or w.owner in (
                            \(nodes) select p.login from organisation_person p
                            where p.node in (select node from below) and \(holds("p", on: day))))
                """, transaction)
        ]
    }

    static func handovers(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let login = arguments["login"].postgresBind
        let today: SQL = "\(arguments.today)"
        return [
            try arguments.table(
                "handovers",
                """
                select h.handover_id as "handoverId", h.source, h.from_login as "fromLogin", h.to_login as "toLogin",
                    h.from_day as "from", h.until_day as until, h.is_whole as whole, i.customers, i.anomalies,
                    h.reason, h.said_by as by, h.handed_at as at, h.revision, h.is_withdrawn as withdrawn,
                    i.opportunities, i.quotes, i.leads
                from ownership_handover h
                cross join lateral (\(open(behind: "h", on: today))) i
                where (\(login)::text is null or \(login) in (h.from_login, h.to_login))
                    and (\(arguments["state"] == "all") or not h.is_withdrawn)
                """, transaction)
        ]
    }

    /// How many customers a handover `v` leads to who has them, as a link of whatever chain, and how much of them is open there: each
    /// thing once for every link behind which it stands.
    private static func open(behind handover: SQL, on today: SQL) -> SQL {
        func items(_ kind: SQL, of table: SQL, _ isOpen: SQL) -> SQL {
            """
            select '\(kind)' as kind, x.\(kind)_id as item from k join account a on a.source = k.source and a.code = k.code
            join account b on b.customer_id = a.customer_id
            join \(table) x on (x.customer_source, x.customer_code) = (b.source, b.code)
            where \(isOpen) and coalesce(x.acting_for, x.owner) = k.holder
            """
        }
        return """
            with recursive v as materialized (select \(handover).*),
            -- Whoever may be at either end of the way, of whatever customer: few, so that the rest is looked at row by row.
            giver(login) as (
                select v.from_login from v
                union
                select h.from_login from giver g join ownership_handover h on h.to_login = g.login where not h.is_withdrawn
            ),
            taker(login) as (
                select v.to_login from v
                union
                select h.to_login from taker g join ownership_handover h on h.from_login = g.login where not h.is_withdrawn
            ),
            k as materialized (
                select distinct w.source, w.code, coalesce(w.acting_for, w.owner) as holder
                from v join ownership w on w.handed_from in (select login from giver)
                where coalesce(w.acting_for, w.owner) in (select login from taker) and w.from_day >= v.from_day and (v.until_day is null or w.from_day <= v.until_day)
                    and \(OpenItemStore.leads("v"))
            ),
            open as (
                select 'anomaly' as kind, x.anomaly_id as item
                from k join anomaly x on x.source = k.source and x.customer_code = k.code
                where x.cleared_at is null and coalesce(x.acting_for, x.owner) = k.holder
                union
                \(items("opportunity", of: "opportunity",
                    "x.source = \(OpportunityHandlers.own) and x.state = 'open' and x.handed_from is not null"))
                union
                \(items("quote", of: "quote_revision", """
                    x.state in ('requested', 'priced', 'in-approval', 'approved', 'sent') and x.handed_from is not null
                        and (x.state <> 'sent' or x.valid_until >= \(today))
                    """))
                union
                select 'lead', l.lead_id from k join account a on a.source = k.source and a.code = k.code
                join lead l on l.customer_id = a.customer_id
                where l.merged_into is null and l.state in ('assigned', 'contacted', 'qualified') and l.handed_from is not null
                    and l.owner = k.holder
            )
            select (select count(*) from (select distinct k.source, k.code from k) c) as customers,
                count(*) filter (where o.kind = 'anomaly') as anomalies,
                count(*) filter (where o.kind = 'opportunity') as opportunities,
                count(*) filter (where o.kind = 'quote') as quotes, count(*) filter (where o.kind = 'lead') as leads
            from open o where (select v.from_day from v) <= \(today)
            """
    }

    /// What somebody works on for one of some customers, up to its condition: rows of a table as `x`, each of the first account
    /// of its customer that is meant.
    private static func work(
        _ kind: SQL, _ item: SQL, _ detail: SQL, _ since: SQL, of meant: SQL,
        account: (source: SQL, code: SQL, customer: SQL), from table: SQL
    ) -> SQL {
        """
        select '\(kind)', \(item), k.source, k.code, a.name, x.business_line, \(detail), \(since)
        from \(table) x
        left join account n on n.source = \(account.source) and n.code = \(account.code)
        cross join lateral (
            select m.source, m.code from (\(meant)) m
            left join account b on b.source = m.source and b.code = m.code
            where (m.source, m.code) = (\(account.source), \(account.code))
                or b.customer_id = coalesce(n.customer_id, \(account.customer))
            order by (m.source, m.code) = (\(account.source), \(account.code)) desc nulls last, m.source, m.code
            limit 1
        ) k
        left join account a on a.source = k.source and a.code = k.code
        """
    }

    /// What somebody looks after, and what of it is open.
    static func items(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let login = try arguments.required("login")
        let day: SQL = "\(try arguments.dayOrToday("on"))"
        let some = arguments["customers"].map { text in
            text.split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }.map(String.init)
        }
        let isMeant: SQL = """
            (w.owner = \(login) or w.acting_for = \(login)) and \(OpenItemStore.holds("w", on: day))
                and (\(some == nil) or w.source || '/' || w.code = any(\(some ?? [])))
            """
        let meant: SQL = "select distinct w.source, w.code from ownership w where \(isMeant)"
        let open: SQL = """
            select 'anomaly' as kind, x.anomaly_id as item, k.source, k.code, a.name as customer,
                x.business_line as "businessLine", x.kind || ' ' || x.direction as detail,
                \(SQL.day(of: "x.raised_at")) as since
            from (\(meant)) k
            join anomaly x on x.source = k.source and x.customer_code = k.code
            left join account a on a.source = k.source and a.code = k.code
            where x.cleared_at is null and coalesce(x.acting_for, x.owner) = \(login)
            union all
            select 'agreement', g.source || '/' || g.agreement_id, k.source, k.code, a.name, g.business_line, g.title,
                g.valid_from
            from (\(meant)) k
            join agreement g on g.customer_source = k.source and g.customer_code = k.code
            left join account a on a.source = k.source and a.code = k.code
            where (g.ended_on is null or g.ended_on > \(day))
                and (g.valid_until is null or g.renews or g.valid_until >= \(day))
            union all
            \(work("opportunity", "x.opportunity_id", "x.stage || coalesce(': ' || x.title, '')", SQL.day(of: "x.created_at"), of: meant,
                account: ("x.customer_source", "x.customer_code", "x.customer_id"), from: "opportunity"))
            where x.source = \(OpportunityHandlers.own) and x.state = 'open' and coalesce(x.acting_for, x.owner) = \(login)
            union all
            \(work("quote", "x.quote_id", "x.state || coalesce(': ' || x.title, '')", SQL.day(of: "x.changed_at"), of: meant,
                account: ("x.customer_source", "x.customer_code", "null::text"), from: "quote_revision"))
            where x.state in ('requested', 'priced', 'in-approval', 'approved', 'sent')
                and (x.state <> 'sent' or x.valid_until >= \(day)) and coalesce(x.acting_for, x.owner) = \(login)
            union all
            \(work("lead", "x.lead_id", "x.state", SQL.day(of: "x.first_at"), of: meant,
                account: ("null::text", "null::text", "x.customer_id"), from: "lead"))
            where x.state in ('assigned', 'contacted', 'qualified') and x.merged_into is null and x.owner = \(login)
            """
        return [
            try arguments.table(
                "customers",
                """
                select \(customer), trim_scale(w.share) as share, w.ground, w.branch, \(since),
                    w.until_day as until, w.acting_for as "actingFor", w.place
                from \(owners) where \(isMeant)
                """, transaction),
            try arguments.table("open items", open, transaction),
        ]
    }
}
