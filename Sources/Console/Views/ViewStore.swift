import Postgres

/// The SQL of saved views: addresses within the console under names. Each is one person's; a shared one is opened by whoever has
/// its link, as themselves.
enum ViewStore {
    /// How many views somebody may have.
    static let most = 200

    /// A saved view.
    struct View: PostgresRow, Sendable, Equatable {
        let id: String
        let name: String
        let address: String
        let isShared: Bool
        let changed: String

        init(row: inout RowReader) throws(PostgresError) {
            id = try row("id")
            name = try row("name")
            address = try row("address")
            isShared = try row("is_shared")
            changed = try row("changed")
        }
    }

    private static let columns: SQL = """
        id, name, address, is_shared, to_char(changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as changed
        """

    /// The views of a person, by name.
    static func views(of login: String, _ transaction: borrowing Transaction) throws -> [View] {
        try transaction.query(
            "select \(columns) from saved_view where login = \(login) order by name", as: View.self)
    }

    /// Keeps an address under a name; what had the name before is another address from now on, under the same link.
    ///
    /// - Returns: whether it is kept; not when the person has as many as one may have.
    static func save(
        _ name: String, _ address: String, of login: String, _ transaction: borrowing Transaction
    ) throws -> Bool {
        try transaction.execute(
            """
            insert into saved_view (id, login, name, address)
            select gen_random_uuid(), \(login), \(name), \(address)
            where exists (select from saved_view where login = \(login) and name = \(name))
                or (select count(*) from saved_view where login = \(login)) < \(most)
            on conflict (login, name) do update set address = excluded.address, changed_at = now()
            """) == 1
    }

    /// Lets others open a view of a person, or nobody else any more.
    ///
    /// - Parameter id: the view's identifier, as a UUID is written.
    static func share(
        _ id: String, _ isShared: Bool, of login: String, _ transaction: borrowing Transaction
    ) throws {
        try transaction.execute(
            """
            update saved_view set is_shared = \(isShared), changed_at = now()
            where id = (\(id)::text)::uuid and login = \(login)
            """)
    }

    /// Removes a view of a person.
    static func remove(_ id: String, of login: String, _ transaction: borrowing Transaction) throws {
        try transaction.execute("delete from saved_view where id = (\(id)::text)::uuid and login = \(login)")
    }

    /// The address of a view that a person may open: one of their own, or a shared one.
    static func address(
        _ id: String, for login: String, _ transaction: borrowing Transaction
    ) throws -> String? {
        try transaction.query(
            "select address from saved_view where id = (\(id)::text)::uuid and (login = \(login) or is_shared)",
            as: String.self
        ).first
    }
}
