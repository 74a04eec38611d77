import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of who takes leads.
enum LeadSellerStore {
    /// Who takes leads, with what each has at present.
    static func sellers(_ transaction: borrowing Transaction) throws -> [LeadSeller] {
        try transaction.query("select * from (\(statement)) as s order by s.login", as: LeadSeller.self)
    }

    /// Who takes leads, with how many leads each has that are not done with, and when one was given last.
    private static let statement: SQL = """
        select s.login, s.capacity, s.lines, s.branches, s.claims_per_day, s.said_at,
            count(l.lead_id)::integer as open, max(l.assigned_at) as last_given
        from lead_seller s
        left join lead l on l.owner = s.login and l.merged_into is null
            and l.state in ('assigned', 'contacted', 'qualified')
        group by s.login
        """

    /// Writes down what is said of who takes leads; what was said later before stays.
    static func put(_ words: [SetLeadSeller], _ transaction: borrowing Transaction) throws {
        let latest = Dictionary(words.map { ($0.login, $0) }) { $0.at > $1.at ? $0 : $1 }
        let rows = latest.values.sorted { $0.login.compareBytes(with: $1.login) < 0 }
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into lead_seller (login, capacity, lines, branches, claims_per_day, said_by, said_at)
            select * from unnest(
                \(rows.map(\.login)), \(rows.map { Int32($0.capacity) }),
                \(rows.map { $0.businessLines.sorted().joined(separator: "\n") }),
                \(rows.map { $0.branches.sorted().joined(separator: "\n") }),
                \(rows.map { Int32($0.claimsPerDay ?? LeadLifePolicy.claimsPerDay) }), \(rows.map(\.by)),
                \(rows.map(\.at)))
            on conflict (login) do update set capacity = excluded.capacity, lines = excluded.lines,
                branches = excluded.branches, claims_per_day = excluded.claims_per_day, said_by = excluded.said_by,
                said_at = excluded.said_at
            where lead_seller.said_at <= excluded.said_at
            """)
    }

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "sellers",
                """
                select s.login, s.capacity, s.open, s.claims_per_day as "claimsPerDay",
                    replace(s.lines, E'\\n', ', ') as lines, replace(s.branches, E'\\n', ', ') as branches,
                    s.said_at as since
                from (\(statement)) as s
                """, transaction)
        ]
    }
}

extension LeadSeller: PostgresRow {
    init(row: inout RowReader) throws(PostgresError) {
        login = try row("login")
        capacity = try row("capacity")
        lines = Self.words(try row("lines"))
        branches = Self.words(try row("branches"))
        claimsPerDay = try row("claims_per_day")
        open = try row("open")
        lastGiven = try row("last_given")
    }

    private static func words(_ text: String) -> Set<String> {
        Set(text.split(separator: "\n").map(String.init))
    }
}
