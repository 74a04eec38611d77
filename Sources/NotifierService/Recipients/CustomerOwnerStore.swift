import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of who looks after the customers of notices.
enum CustomerOwnerStore {
    /// Whose each account is, and whom its customer's record names.
    static let accounts = AccountReplica(keeping: [.salesOwner])

    // MARK: What is said

    /// Keeps what records say: the last word, and beside it whomever any has named. Queued.
    static func put(_ records: [CustomerRecord], _ transaction: borrowing Transaction) throws(PostgresError) {
        try accounts.put(records, transaction)
        var rows: Set<[String]> = []
        for record in records {
            for account in record.accounts {
                rows.insert([
                    account.source, account.code,
                    AccountIdentifier.customer(source: account.source, code: account.code), record.salesOwner ?? "",
                ])
            }
        }
        let sorted = rows.sorted { $0.lexicographicallyPrecedes($1) }
        guard !sorted.isEmpty else { return }
        try transaction.queue(
            """
            insert into record_owner (source, code, own_id, owner)
            select * from unnest(
                \(sorted.map { $0[0] }), \(sorted.map { $0[1] }), \(sorted.map { $0[2] }), \(sorted.map { $0[3] }))
            on conflict (source, code, owner) do nothing
            """)
    }

    /// Of some accounts and customers, the customers as which open notices name them.
    static func noticed(
        _ keys: [AccountKey], _ customers: [String], _ transaction: borrowing Transaction
    ) throws(PostgresError) -> [String] {
        let own = keys.map { AccountIdentifier.customer(source: $0.source, code: $0.code) }
        return try transaction.query(
            """
            with concerned as (
                select unnest(\(customers)) as id
                union
                select a.customer_id from account a
                join unnest(\(keys.map(\.source)), \(keys.map(\.code))) as k(source, code) using (source, code)
            ),
            named as (
                select id from concerned
                union
                select unnest(\(own))
                union
                select r.own_id from concerned c join account a on a.customer_id = c.id
                join record_owner r on r.source = a.source and r.code = a.code
            )
            select id from named d
            where exists (select from notice n where n.customer_id = d.id and n.revision > n.cleared_revision)
            order by id
            """, as: String.self)
    }

    // MARK: Whose notices are

    /// Who is named by some notices now.
    ///
    /// - Parameters:
    ///   - notices: those of which something goes along with their customer; others are left out.
    ///   - book: who is above whom.
    ///   - day: today.
    static func named(
        _ notices: [NoticeRow], in book: OrganisationBook, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [String: NamedPeople] {
        let following = notices.compactMap { notice in
            notice.following.flatMap { following in
                notice.customerId.map {
                    (notice: notice, following: following, business: [$0, notice.businessLine ?? "*"])
                }
            }
        }
        let known = try accounts(of: Set(following.map(\.business)), on: day, transaction)
        guard !known.isEmpty else { return [:] }
        let rules = LeaverRules(book)
        var found: [String: NamedPeople] = [:]
        for (notice, following, business) in following {
            guard let accounts = known[business] else { continue }
            found[notice.id] = CustomerOwners.named(
                notice.said, following: following, code: notice.facts.first { $0.name == "customer" }?.value,
                accounts: accounts, managers: rules.managers(above:))
        }
        return found
    }

    private struct Row: PostgresRow {
        let place: Int
        let account: LookedAfterAccount

        init(row: inout RowReader) throws(PostgresError) {
            place = try row("place")
            let isTold: Bool = try row("is_told")
            let owner: String? = try row("owner")
            let sharers = KeptJSON.texts(try row("sharers"))
            account = LookedAfterAccount(
                code: try row("code"), today: [owner].compactMap(\.self) + sharers.filter { $0 != owner },
                isTold: isTold, ever: Set(KeptJSON.texts(try row("ever"))))
        }
    }

    /// The accounts of some customers and who looks after them in a line of business, each named as notices do: by what the
    /// customer is called now, or by what an account of it is by itself.
    private static func accounts(
        of businesses: Set<[String]>, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [[String]: [LookedAfterAccount]] {
        guard !businesses.isEmpty else { return [:] }
        let sorted = businesses.sorted { $0.lexicographicallyPrecedes($1) }
        let rows = try transaction.query(
            """
            select k.place - 1 as place, a.code, t.from_day is not null as is_told,
                case when t.from_day is null then nullif(a.sales_owner, '') else t.owner end as owner,
                coalesce(t.sharers, '[]'::jsonb)::text as sharers,
                (
                    select coalesce(json_agg(e.login), '[]')::text from (
                        select r.owner as login from record_owner r
                        where r.source = a.source and r.code = a.code and r.owner <> ''
                        union
                        select unnest(array[p.owner, p.handed_from]) from customer_owner w
                        cross join lateral jsonb_to_recordset(w.periods)
                            as p(from_day date, owner text, handed_from text)
                        where w.source = a.source and w.code = a.code and w.business_line in (k.line, '*')
                            and p.from_day <= \(day)
                        union
                        select s.login from customer_owner w
                        cross join lateral jsonb_to_recordset(w.periods) as p(from_day date, sharers jsonb)
                        cross join lateral jsonb_array_elements_text(coalesce(p.sharers, '[]'::jsonb)) as s(login)
                        where w.source = a.source and w.code = a.code and w.business_line in (k.line, '*')
                            and p.from_day <= \(day)
                    ) e
                    where e.login is not null
                ) as ever
            from unnest(\(sorted.map { $0[0] }), \(sorted.map { $0[1] })) with ordinality as k(customer, line, place)
            cross join lateral (
                select case when exists (select from account b where b.customer_id = k.customer) then k.customer
                    else (
                        select b.customer_id from record_owner r
                        join account b on b.source = r.source and b.code = r.code
                        where r.own_id = k.customer limit 1)
                    end as id
            ) c
            join account a on a.customer_id = c.id
            left join lateral (
                select p.from_day, p.owner, p.sharers from customer_owner w
                cross join lateral jsonb_to_recordset(w.periods)
                    as p(from_day date, until_day date, owner text, sharers jsonb)
                where w.source = a.source and w.code = a.code and w.business_line in (k.line, '*')
                    and p.from_day <= \(day) and (p.until_day is null or p.until_day >= \(day))
                order by w.business_line = k.line desc limit 1
            ) t on true
            order by k.place, a.source, a.code
            """, as: Row.self)
        return Dictionary(grouping: rows) { sorted[$0.place] }.mapValues { $0.map(\.account) }
    }
}
