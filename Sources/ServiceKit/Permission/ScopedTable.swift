/// How the rows of a table are seen by who may not see everything.
///
/// A service declares each of its tables and views once, beside the capability that owns it; of these declarations the
/// grants and policies of PostgreSQL's row-level security are made. A table that nobody has declared is not read by
/// questions of such people at all.
public struct ScopedTable: Sendable, Equatable {
    /// Which rows.
    ///
    /// Expressions and conditions are SQL over a row of the table, and may call it `t`: within a subquery `t.` is the
    /// row's own table, so no other table there may be called that.
    public enum Scope: Sendable, Equatable {
        /// All, for whoever may ask at all: rates, calendars, months, settings that rows are read with. A view is declared so as
        /// well: it shows what of its tables is seen, being `security_invoker`.
        case open
        /// Seen only by who sees the whole group.
        case whole
        /// Rows with an owner (a login), a branch (a node of the organisation) and a day, each an expression or nil. The
        /// day is a `date`; a row without one is where its branch is today.
        case owned(owner: String?, branch: String?, day: String?)
        /// Rows that are seen when others are: a condition such as
        /// `exists (select from account a where a.source = t.source and a.code = t.code)`. The tables that it reads are
        /// themselves scoped.
        case through(String)
        /// Rows that are seen in one of several ways, each of them owned or through others: what is of two people, or of
        /// somebody and of an account.
        case either([Scope])
        /// None: no question of such people reads it.
        case hidden
    }

    /// The table's or view's name.
    package let name: String
    /// Which of its rows are seen.
    package let scope: Scope

    /// - Parameters:
    ///   - table: its name. What is loaded by COPY is ``Scope/open`` or ``Scope/hidden``: PostgreSQL has no COPY into a
    ///     table with policies.
    ///   - scope: which of its rows are seen.
    public init(_ table: String, _ scope: Scope) {
        name = table
        self.scope = scope
    }

    /// Whether its rows are told apart, so that the database looks at each.
    package var hasPolicies: Bool {
        switch scope {
        case .open, .hidden: false
        case .whole, .owned, .through, .either: true
        }
    }
}

extension ScopedTable {
    /// The tables that every service has by its host.
    ///
    /// What messages pass through is read by questions about messages alone, and these are for who sees the whole group:
    /// so the tables of the path that every message takes have no policies.
    static let ofHost: [ScopedTable] =
        [
            "schema_migration", "schema_repeatable", "inbox", "outbox", "outbox_pending", "outbox_count", "schedule",
            "schedule_aside", "event_clock", "ledger_mark", "ledger_hole", "ledger_reader", "ledger_reader_lane",
            "ledger_reading", "act", "audit_seen", "audit_denied", "audit_operation",
        ].map { ScopedTable($0, .hidden) } + [
            // By it the day of a time is told: see ``day(of:)``.
            ScopedTable("organisation_zone", .open),
            // Where a node belongs is read by whatever is told by division; who is where is the person's and its branch's.
            ScopedTable("organisation_node", .open), ScopedTable("people_mark", .open),
            ScopedTable("organisation_person", .owned(owner: "t.login", branch: "t.node", day: nil)),
            ScopedTable("permission_policy", .whole),
        ]
}
