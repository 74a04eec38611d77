import Contracts
import Domain
import Postgres
import ServiceKit

/// Who looks after customers, as sales says, where finance tells somebody: reminders, and alerts of orders that are open.
///
/// An alert is raised for whom its order names, one of a whole customer for whom its record names. On the days of which sales has
/// told something it is for who looks after the customer then; so diagnosis, escalation and lists go by that person.
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

    /// Who looks after customers on a day, as sales says: in a line of business, or what is said of every line where nothing is
    /// said of that one.
    ///
    /// - Parameter parties: by which of its accounts each customer is named.
    /// - Returns: nothing for those of whom sales has told nothing of that day.
    static func owners(
        of parties: [EvaluationStore.Key: EvaluationStore.Party], on day: CalendarDay,
        _ transaction: borrowing Transaction
    ) throws -> [EvaluationStore.Key: String] {
        guard !parties.isEmpty else { return [:] }
        let sorted = parties.sorted { $0.key < $1.key }
        let rows = try transaction.query(
            """
            select k.place - 1, \(owner(source: "k.source", code: "k.code", line: "k.line", on: day))
            from unnest(
                \(sorted.map(\.value.source)), \(sorted.map(\.value.code)), \(sorted.map(\.key.businessLine)))
                with ordinality as k(source, code, line, place)
            """, as: (Int, String?).self)
        var found: [EvaluationStore.Key: String] = [:]
        for (place, owner) in rows { found[sorted[place].key] = owner }
        return found
    }

    private static func owner(source: SQL, code: SQL, line: SQL, on day: CalendarDay) -> SQL {
        let own = OwnershipReplica.owner(source: source, code: code, line: line, on: "\(day)")
        let every = OwnershipReplica.owner(source: source, code: code, line: "'*'", on: "\(day)")
        return "coalesce(\(own), \(every))"
    }

    /// Takes over what sales says, and gives the alerts that it concerns to whom they are now; those people are told.
    static func take(
        _ messages: [Received<OwnershipChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try OwnershipReplica.put(messages.map(\.body), transaction)
        let bodies = messages.map(\.body)
        let told: SQL = "(select * from unnest(\(bodies.map(\.source)), \(bodies.map(\.code))))"
        let day = effects.now.day()
        try RaisedMargins.pass(
            settle("(x.source, x.customer_code) in \(told)", on: day, transaction)
                + settle(ofCustomers: "(a.source, a.code) in \(told)", on: day, transaction), transaction, &effects)
    }

    /// Gives alerts that were raised just now to who looks after their customers.
    static func settle(
        raised alerts: [String], on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        // One of a whole customer is raised for who looks after it.
        try transaction.queue(settlement("x.alert_id = any(\(alerts))", on: day))
    }

    /// Gives all open alerts to who looks after their customers on a day.
    ///
    /// - Returns: those that have gone to somebody else.
    static func settle(on day: CalendarDay, _ transaction: borrowing Transaction) throws -> [String] {
        try settle("true", on: day, transaction) + settle(ofCustomers: "true", on: day, transaction)
    }

    /// Those of whole customers go by the account that the alert names, which its order would name otherwise.
    ///
    /// - Parameter alerts: a condition on alerts `x` and their accounts `a`.
    private static func settle(
        ofCustomers alerts: SQL, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [String] {
        try transaction.query(
            """
            update alert n set sales_owner = f.owner
            from (
                -- Two systems may have given one customer the same code.
                select distinct on (x.alert_id) x.alert_id,
                    coalesce(\(owner(source: "a.source", code: "a.code", line: "x.business_line", on: day)),
                        a.sales_owner) as owner
                from alert x
                join account a on a.customer_id = x.customer_id and a.code = x.customer_code
                where x.order_id is null and x.cleared_at is null and x.outcome is null and \(alerts)
                    and exists (
                        select from customer_owner k where k.source = a.source and k.code = a.code
                            and k.business_line in (x.business_line, '*'))
                order by x.alert_id, a.source
            ) f
            where n.alert_id = f.alert_id and n.sales_owner is distinct from f.owner and f.owner is not null
            returning n.alert_id
            """, as: String.self)
    }

    /// - Parameter alerts: a condition on alerts `x` of orders.
    private static func settle(
        _ alerts: SQL, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [String] {
        try transaction.query("\(settlement(alerts, on: day)) returning n.alert_id", as: String.self)
    }

    private static func settlement(_ alerts: SQL, on day: CalendarDay) -> SQL {
        let owner = OwnershipReplica.owner(
            source: "x.source", code: "x.customer_code", line: "x.business_line", on: "\(day)")
        return """
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
            """
    }
}
