import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what is sold.
enum ProductStore {
    /// Who proposes or decides does it alone: whether a version fits follows from all others.
    static func lock(_ transaction: borrowing Transaction) throws { try KeyLock.lock("products", transaction) }

    /// Everything that is sold, with all versions.
    static func catalogue(_ transaction: borrowing Transaction) throws -> ProductCatalogue {
        let rows = try transaction.query(
            """
            select v.content::text as content, v.state, v.decided_by, v.decided_at, v.verdict_note
            from product_version v
            """, as: VersionRow.self)
        return ProductCatalogue(
            try rows.map { row in
                ProductVersion(
                    proposal: try ProposeProduct(node: JSONDocument(parsing: Array(row.content.utf8)).root),
                    state: row.state, decidedBy: row.decidedBy, decidedAt: row.decidedAt, verdictNote: row.verdictNote)
            })
    }

    private struct VersionRow: PostgresRow {
        let content: String
        let state: ProductState
        let decidedBy: String?
        let decidedAt: Timestamp?
        let verdictNote: String?

        init(row: inout RowReader) throws(PostgresError) {
            content = try row("content")
            state = try row("state")
            decidedBy = try row("decided_by")
            decidedAt = try row("decided_at")
            verdictNote = try row("verdict_note")
        }
    }

    /// Writes versions down as they stand. What a version says is never changed, only what is decided of it.
    static func put(_ versions: [ProductVersion], _ transaction: borrowing Transaction) throws {
        guard !versions.isEmpty else { return }
        let terms = versions.map(\.terms)
        try transaction.queue(
            """
            insert into product_version
                (level, code, version, content, state, proposed_by, proposed_at, decided_by, decided_at, verdict_note)
            select * from unnest(
                \(terms.map(\.level.rawValue)), \(terms.map(\.code)), \(terms.map { Int32($0.version) }),
                \(PostgresValue.jsons(versions.map { String(decoding: $0.proposal.encode(), as: UTF8.self) })),
                \(versions.map(\.state.rawValue)), \(versions.map(\.proposal.by)), \(versions.map(\.proposal.at)),
                \(versions.map(\.decidedBy)), \(versions.map(\.decidedAt)), \(versions.map(\.verdictNote)))
            on conflict (level, code, version) do update set
                state = excluded.state, decided_by = excluded.decided_by, decided_at = excluded.decided_at,
                verdict_note = excluded.verdict_note
            """)
    }

    /// How many versions wait for a decision.
    static func waiting(_ transaction: borrowing Transaction) throws -> [(String, Double)] {
        try transaction.query(
            """
            select v.level, count(*)::integer from product_version v where v.state = 'proposed'
            group by v.level order by v.level
            """, as: (String, Int).self
        ).map { ($0.0, Double($0.1)) }
    }
}

extension ProductState: PostgresDecodable {}
