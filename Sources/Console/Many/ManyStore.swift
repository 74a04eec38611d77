import Postgres

/// The SQL of acts upon many records.
enum ManyStore {
    /// How many records one act is upon at most.
    static let most = 1_000

    /// How far an act upon many is.
    enum State: String, Sendable {
        /// Nothing was typed yet.
        case asked
        /// It is being carried out.
        case begun
        /// The person has stopped it.
        case stopped
        /// Each record has its result.
        case ended
    }

    /// An act upon many records.
    struct Many: PostgresRow, Sendable, Equatable {
        let id: String
        let type: String
        let address: String
        let typed: String?
        let state: State
        let began: String
        let records: Int
        let done: Int
        let refused: Int

        /// How many have no result yet.
        var waiting: Int { records - done - refused }

        init(row: inout RowReader) throws(PostgresError) {
            id = try row("id")
            type = try row("type")
            address = try row("address")
            typed = try row("typed")
            let state: String = try row("state")
            // The table has no other.
            self.state = State(rawValue: state) ?? .ended
            began = try row("began")
            records = try row("records")
            done = try row("done")
            refused = try row("refused")
        }
    }

    /// One of its records.
    struct Record: PostgresRow, Sendable, Equatable {
        let number: Int
        let said: String
        let command: String
        let result: String?
        let reason: String?
        let detail: String?

        init(row: inout RowReader) throws(PostgresError) {
            number = try row("number")
            said = try row("said")
            command = try row("command")
            result = try row("result")
            reason = try row("reason")
            detail = try row("detail")
        }
    }

    private static let columns: SQL = """
        many_act.id, type, address, typed, state,
        to_char(began_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as began,
        (select count(*) from many_record where act = many_act.id) as records,
        (select count(*) from many_record where act = many_act.id and result = 'done') as done,
        (select count(*) from many_record where act = many_act.id and result = 'refused') as refused
        """

    /// Writes down which records are meant.
    ///
    /// - Parameters:
    ///   - id: the identifier of the act upon many, as a UUID is written.
    ///   - type: the type of the message.
    ///   - address: the list in which they were chosen.
    ///   - said: what each record says, as a form's values.
    ///   - login: who acts.
    static func add(
        _ id: String, _ type: String, _ address: String, said: [String], of login: String,
        _ transaction: borrowing Transaction
    ) throws {
        try transaction.execute(
            """
            insert into many_act (id, login, type, address, state)
            values ((\(id)::text)::uuid, \(login), \(type), \(address), 'asked')
            """)
        try transaction.execute(
            """
            insert into many_record (act, number, said)
            select (\(id)::text)::uuid, place::integer, record
            from unnest(\(said)::text[]) with ordinality as records (record, place)
            """)
    }

    /// The acts upon many of a person, the latest first, a hundred at most.
    static func list(of login: String, _ transaction: borrowing Transaction) throws -> [Many] {
        try transaction.query(
            "select \(columns) from many_act where login = \(login) order by began_at desc, id limit 100",
            as: Many.self)
    }

    /// One of a person's acts upon many.
    static func many(_ id: String, of login: String, _ transaction: borrowing Transaction) throws -> Many? {
        try transaction.query(
            "select \(columns) from many_act where id = (\(id)::text)::uuid and login = \(login)", as: Many.self
        ).first
    }

    /// All its records, those that were refused first.
    static func records(_ id: String, _ transaction: borrowing Transaction) throws -> [Record] {
        try transaction.query(
            """
            select number, said, command, result, reason, detail from many_record where act = (\(id)::text)::uuid
            order by result = 'refused' desc nulls last, number
            """, as: Record.self)
    }

    /// The first records that have no result yet.
    static func waiting(
        _ id: String, _ count: Int, _ transaction: borrowing Transaction
    ) throws -> [Record] {
        try transaction.query(
            """
            select number, said, command, result, reason, detail from many_record
            where act = (\(id)::text)::uuid and result is null order by number limit \(count)
            """, as: Record.self)
    }

    /// Begins an act upon many, or goes on with one that was stopped. What was typed first holds for all records.
    static func begin(
        _ id: String, typed: String?, of login: String, _ transaction: borrowing Transaction
    ) throws {
        try transaction.execute(
            """
            update many_act set state = 'begun', typed = coalesce(typed, \(typed)),
                began_at = case when state = 'asked' then now() else began_at end
            where id = (\(id)::text)::uuid and login = \(login) and state in ('asked', 'stopped')
                and coalesce(typed, \(typed)) is not null
            """)
    }

    /// Stops an act upon many: what is done stays done.
    static func stop(_ id: String, of login: String, _ transaction: borrowing Transaction) throws {
        try transaction.execute(
            """
            update many_act set state = 'stopped'
            where id = (\(id)::text)::uuid and login = \(login) and state = 'begun'
            """)
    }

    /// Writes down what came of a record. A result that is there stays.
    static func note(
        _ id: String, _ number: Int, _ result: String, reason: String? = nil, detail: String? = nil,
        _ transaction: borrowing Transaction
    ) throws {
        try transaction.execute(
            """
            update many_record set result = \(result), reason = \(reason), detail = \(detail)
            where act = (\(id)::text)::uuid and number = \(number) and result is null
            """)
    }

    /// Ends an act upon many when each record has its result.
    static func end(_ id: String, _ transaction: borrowing Transaction) throws {
        try transaction.execute(
            """
            update many_act set state = 'ended'
            where id = (\(id)::text)::uuid and state = 'begun'
                and not exists (select from many_record where act = many_act.id and result is null)
            """)
    }

    /// Removes what is older than a month, and ends what was begun more than a week ago: services know for two weeks which messages
    /// they have handled, and a message that was sent and whose answer was not written down must not be sent again after that.
    static func clean(_ transaction: borrowing Transaction) throws {
        try transaction.execute("delete from many_act where began_at < now() - interval '30 days'")
        try transaction.execute(
            """
            with ended as (
                update many_act set state = 'ended'
                where state in ('begun', 'stopped') and began_at < now() - interval '7 days' returning id
            )
            update many_record r set result = 'refused', reason = 'expired' from ended
            where r.act = ended.id and r.result is null
            """)
    }
}
