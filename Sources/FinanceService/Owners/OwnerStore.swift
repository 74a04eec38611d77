import Contracts
import Domain
import Postgres
import ServiceKit

/// Who looks after customers, as sales says, where finance tells somebody: reminders, and alerts of orders that are open.
///
/// An alert is raised for whom its order names. On the days of which sales has told something it is for who looks after the
/// customer then; so diagnosis, escalation and lists go by that person.
enum OwnerStore {
    /// Who looks after an account as a whole on a day: as sales says, or else whom the customer's record names.
    ///
    /// - Parameters:
    ///   - account: what the statement calls the row of `account`.
    ///   - day: the day.
    static func owner(ofAccount account: String, on day: CalendarDay) -> SQL {
        let told = OwnershipReplica.owner(
            source: "\(unsafe: account).source", code: "\(unsafe: account).code", line: "'*'", on: "\(day)")
        return "coalesce(\(told), \(unsafe: account).sales_owner)"
    }

    /// Takes over what sales says, and gives the alerts that it concerns to whom they are now.
    static func take(
        _ messages: [Received<OwnershipChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try OwnershipReplica.put(messages.map(\.body), transaction)
        let bodies = messages.map(\.body)
        try settle(
            "(x.source, x.customer_code) in (select * from unnest(\(bodies.map(\.source)), \(bodies.map(\.code))))",
            on: effects.now.day(), transaction)
    }

    /// Gives alerts that were raised just now to who looks after their customers.
    static func settle(
        raised alerts: [String], on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        try settle("x.alert_id = any(\(alerts))", on: day, transaction)
    }

    /// Gives all open alerts to who looks after their customers on a day.
    static func settle(on day: CalendarDay, _ transaction: borrowing Transaction) throws(PostgresError) {
        try settle("true", on: day, transaction)
    }

    /// - Parameter alerts: a condition on alerts `x`.
    private static func settle(
        _ alerts: SQL, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        let owner = OwnershipReplica.owner(
            source: "x.source", code: "x.customer_code", line: "x.business_line", on: "\(day)")
        try transaction.queue(
            """
            update alert n set sales_owner = f.owner
            from (
                select x.alert_id, coalesce(\(owner), o.sales_owner) as owner
                from alert x
                join customer_owner k on k.source = x.source and k.code = x.customer_code
                    and k.business_line = x.business_line
                join orders o on o.source = x.source and o.order_id = x.order_id
                where x.cleared_at is null and x.outcome is null and \(alerts)
            ) f
            where n.alert_id = f.alert_id and n.sales_owner is distinct from f.owner and f.owner is not null
            """)
    }
}
