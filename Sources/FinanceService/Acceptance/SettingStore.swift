import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what people decide about acceptance.
enum SettingStore {
    /// The business whose acceptance is set by hand on a day.
    static func inForce(on day: CalendarDay, _ transaction: borrowing Transaction) throws -> Set<EvaluationStore.Key> {
        let rows = try transaction.query(
            """
            select customer_id, business_line from acceptance_setting
            where \(PostgresValue.date(day.description)) between valid_from and valid_to
            """, as: (String, String).self)
        return Set(rows.map { EvaluationStore.Key(customerId: $0.0, businessLine: $0.1) })
    }

    /// The branch of a customer, by the account that is known best.
    ///
    /// - Throws: ``Refusal`` when there is no such customer.
    static func branch(of customerId: String, _ transaction: borrowing Transaction) throws -> String? {
        let rows = try transaction.query(
            """
            select 1, branch from account where customer_id = \(customerId)
            order by revision desc, source, code limit 1
            """, as: (Int, String?).self)
        guard let row = rows.first else {
            throw Refusal(
                .notFound, path: "$.customerId",
                "finance knows no customer '\(customerId)': 'waybill customers list' shows those there are")
        }
        return row.1
    }

    /// What was set for a customer's business; whoever else sets it waits.
    static func lock(
        _ key: EvaluationStore.Key, _ transaction: borrowing Transaction
    ) throws -> AcceptanceSetting? {
        let rows = try transaction.query(
            """
            select level, reason, owner, plan, valid_from, valid_to, set_by
            from acceptance_setting
            where customer_id = \(key.customerId) and business_line = \(key.businessLine) for update
            """, as: StoredSetting.self)
        guard let row = rows.first, let level = row.level else { return nil }
        return AcceptanceSetting(
            key: key, level: level, reason: row.reason, owner: row.owner, plan: row.plan, from: row.from,
            until: row.until, by: row.by)
    }

    /// What was set, as it stands in the table.
    private struct StoredSetting: PostgresRow {
        /// `nil` when it is one that only a later release knows.
        let level: AcceptanceLevel?
        let reason: String
        let owner: String
        let plan: String?
        let from: CalendarDay
        let until: CalendarDay
        let by: String

        init(row: inout RowReader) throws(PostgresError) {
            level = AcceptanceLevel(rawValue: try row("level"))
            reason = try row("reason")
            owner = try row("owner")
            plan = try row("plan")
            from = try row("valid_from")
            until = try row("valid_to")
            by = try row("set_by")
        }
    }

    /// What the figures say of a customer's business.
    static func state(
        _ key: EvaluationStore.Key, _ transaction: borrowing Transaction
    ) throws -> AcceptanceState {
        try transaction.query(
            """
            select state from standing where customer_id = \(key.customerId) and business_line = \(key.businessLine)
            """, as: String.self
        ).first.flatMap(AcceptanceState.init(rawValue:)) ?? .open
    }

    /// Writes a setting down.
    ///
    /// - Parameter principal: in whose stead it was set.
    static func put(
        _ setting: AcceptanceSetting, for principal: String?, at time: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            insert into acceptance_setting (customer_id, business_line, level, reason, owner, plan, valid_from,
                valid_to, set_by, set_at, on_behalf_of)
            values (\(setting.key.customerId), \(setting.key.businessLine), \(setting.level.rawValue),
                \(setting.reason), \(setting.owner), \(setting.plan), \(PostgresValue.date(setting.from.description)),
                \(PostgresValue.date(setting.until.description)), \(setting.by),
                \(PostgresValue.timestamp(time.description)), \(principal))
            on conflict (customer_id, business_line) do update set
                level = excluded.level, reason = excluded.reason, owner = excluded.owner, plan = excluded.plan,
                valid_from = excluded.valid_from, valid_to = excluded.valid_to, set_by = excluded.set_by,
                set_at = excluded.set_at, on_behalf_of = excluded.on_behalf_of
            """)
    }

    /// The overrides that hold at the same time as a new one, and the one of its identifier. Until the transaction ends
    /// nobody else approves one for this business.
    static func lockOverrides(
        _ command: GrantOverride, _ transaction: borrowing Transaction
    ) throws -> [AcceptanceOverride] {
        try KeyLock.lock("override", [[command.customerId, command.businessLine]], transaction)
        return try transaction.query(
            """
            select override_id, valid_from, valid_to, cap, currency, used
            from acceptance_override
            where override_id = \(command.overrideId)
                or (customer_id = \(command.customerId) and business_line = \(command.businessLine)
                    and valid_from <= \(PostgresValue.date(command.to.description))
                    and valid_to >= \(PostgresValue.date(command.from.description)))
            order by override_id
            """, as: AcceptanceOverride.self)
    }

    /// Writes an override down.
    ///
    /// - Parameter principal: in whose stead it was approved.
    static func add(
        _ command: GrantOverride, for principal: String?, _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            insert into acceptance_override (override_id, customer_id, business_line, valid_from, valid_to, cap,
                currency, reason, approved_by, on_behalf_of)
            values (\(command.overrideId), \(command.customerId), \(command.businessLine),
                \(PostgresValue.date(command.from.description)), \(PostgresValue.date(command.to.description)),
                \(command.cap), \(command.currency.code), \(command.reason),
                \(command.by), \(principal))
            """)
    }
}

extension AcceptanceOverride: PostgresRow {
    /// Reads one as it stands in the table.
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            identifier: try row("override_id"), from: try row("valid_from"), to: try row("valid_to"),
            cap: try row("cap"), currency: try row("currency"), used: try row("used"))
    }
}
