package import Contracts
package import Domain
package import Postgres

/// Who looks after customers, as the sales service last said: what a service keeps of it in its own table `customer_owner`.
///
/// Sales tells the days on which it is not whom orders and the customer's record name. So who asks has the name of the order
/// or the record at hand, and takes it on all other days. Of several who share a customer the one with the greatest share is
/// kept. The highest revision stays, in whatever order they come.
package enum OwnershipReplica {
    /// The step of a schema that makes the table.
    ///
    /// - Parameter number: its place among the service's migrations.
    package static func migration(_ number: Int) -> Migration {
        Migration(
            number: number, name: "customer_owner",
            sql: """
                create table customer_owner (
                    source text not null,
                    code text not null,
                    -- '*' for every line of which nothing is told by itself.
                    business_line text not null,
                    revision integer not null,
                    -- from_day, until_day, owner, branch
                    periods jsonb not null,
                    primary key (source, code, business_line)
                );
                """)
    }

    /// Takes over what is newer than what is known. Queued.
    package static func put(_ bodies: [OwnershipChanged], _ transaction: borrowing Transaction) throws(PostgresError) {
        var latest: [BusinessKey: OwnershipChanged] = [:]
        for body in bodies {
            let key = BusinessKey(source: body.source, code: body.code, businessLine: body.businessLine ?? "*")
            if latest[key].map({ $0.revision < body.revision }) ?? true { latest[key] = body }
        }
        guard !latest.isEmpty else { return }
        let rows = latest.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into customer_owner (source, code, business_line, revision, periods)
            select source, code, line, revision, periods::jsonb
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.code)), \(rows.map(\.key.businessLine)),
                \(rows.map { Int32($0.value.revision) }), \(rows.map { text($0.value.periods) }))
                as t(source, code, line, revision, periods)
            on conflict (source, code, business_line) do update set
                revision = excluded.revision, periods = excluded.periods
            where excluded.revision > customer_owner.revision
            """)
    }

    private static func text(_ periods: [OwnershipPeriod]) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        for (place, period) in periods.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            var object = ObjectWriter()
            object.text("from_day", period.from.description)
            object.text("until_day", period.until?.description)
            object.text("owner", period.owners.first?.login)
            object.text("branch", period.branch)
            object.text("handed_from", period.owners.first?.handedFrom)
            let sharers = period.owners.dropFirst().compactMap(\.login)
            object.texts("sharers", sharers.isEmpty ? nil : sharers)
            bytes += object.finished()
        }
        return String(decoding: bytes + [UInt8(ascii: "]")], as: UTF8.self)
    }

    /// What sales says of an account's every line on a day.
    package struct Standing: Sendable, Equatable {
        /// Who looks after it; `nil` on a day of which nothing is told, and when nobody does.
        package let owner: String?
        /// For which branch.
        package let branch: String?
    }

    /// What sales says on a day of every line of those among some accounts of which it has ever said anything.
    package static func standing(
        of accounts: [AccountKey], on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [AccountKey: Standing] {
        guard !accounts.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select w.source, w.code, p.owner, p.branch
            from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))) as k(source, code)
            join customer_owner w on w.source = k.source and w.code = k.code and w.business_line = '*'
            left join lateral (\(period(of: "w", on: "\(day)"))) p on true
            """, as: (String, String, String?, String?).self)
        return Dictionary(
            rows.map { (AccountKey(source: $0.0, code: $0.1), Standing(owner: $0.2, branch: $0.3)) }
        ) { first, _ in first }
    }

    /// What is told of a day, a statement of at most one row with `owner` and `branch`.
    ///
    /// - Parameters:
    ///   - told: what the statement around it calls the row of `customer_owner`.
    ///   - day: the day.
    package static func period(of told: String, on day: SQL) -> SQL {
        """
        select p.owner, p.branch
        from jsonb_to_recordset(\(unsafe: told).periods) as p(from_day date, until_day date, owner text, branch text)
        where p.from_day <= \(day) and (p.until_day is null or p.until_day >= \(day))
        limit 1
        """
    }

    /// Who looks after a customer on a day, an expression: NULL on a day of which sales has told nothing.
    ///
    /// - Parameters:
    ///   - source: the source of the customer's code, an expression.
    ///   - code: the code.
    ///   - line: the line of business; what is about all of them is asked for by `'*'`.
    ///   - day: the day.
    package static func owner(source: SQL, code: SQL, line: SQL, on day: SQL) -> SQL {
        """
        (
            select p.owner from customer_owner w
            cross join lateral jsonb_to_recordset(w.periods) as p(from_day date, until_day date, owner text)
            where w.source = \(source) and w.code = \(code) and w.business_line = \(line)
                and p.from_day <= \(day) and (p.until_day is null or p.until_day >= \(day))
            limit 1
        )
        """
    }
}
