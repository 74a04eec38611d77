import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of closed months, and of what was done with them.
enum PeriodStore {
    /// How a closed month stands.
    struct Standing {
        /// Who has proposed to open it again.
        let reopenBy: String?
    }

    /// How a month stands; `nil` while it is open.
    static func standing(_ month: CalendarDay, _ transaction: borrowing Transaction) throws -> Standing? {
        try transaction.query(
            """
            select closed_by, reopen_by from closed_month
            where month = date '1970-01-01' + \(month.daysSinceEpoch)
            """, as: (String, String?).self
        ).first.map { Standing(reopenBy: $0.1) }
    }

    static func close(_ command: ClosePeriod, at time: Timestamp, _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into closed_month (month, closed_by, closed_at)
            values (date '1970-01-01' + \(command.month.daysSinceEpoch), \(command.by),
                \(PostgresValue.timestamp(time.description)))
            """)
    }

    /// Writes down who wants a month open again, for another person to agree.
    static func propose(_ command: ReopenPeriod, _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            update closed_month set reopen_by = \(command.by), reopen_reason = \(command.reason)
            where month = date '1970-01-01' + \(command.month.daysSinceEpoch)
            """)
    }

    static func open(_ month: CalendarDay, _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            "delete from closed_month where month = date '1970-01-01' + \(month.daysSinceEpoch)")
    }

    /// Writes down what was done with a month.
    static func note(_ change: PeriodChanged, _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into period_event (month, state, by, proposed_by, reason, at)
            values (date '1970-01-01' + \(change.month.daysSinceEpoch), \(change.state.rawValue), \(change.by),
                \(change.proposedBy), \(change.reason), \(PostgresValue.timestamp(change.changedAt.description)))
            """)
    }
}
