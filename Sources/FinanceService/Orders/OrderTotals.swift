import Contracts
import Domain
import Postgres
import ServiceKit

/// What orders come to in lists without days of their own: those that are taken. Orders that are refused or wait for approval
/// are no revenue, and one dated after tomorrow may be mistyped: each of the three stands beside the rest, in columns of its own.
enum OrderTotals {
    /// The orders that are not cancelled, as `o`, each with whether it counts (`is_taken`) and whether it is dated after
    /// tomorrow (`is_ahead`).
    static func orders(_ arguments: QueryArguments) -> SQL {
        """
        (
            select *, (decision is null or decision = 'accepted') and not is_ahead as is_taken
            from (select *, day > date '1970-01-01' + \(tomorrow(arguments)) as is_ahead from orders where is_counted) d
        ) o
        """
    }

    /// The last day whose orders count.
    static func tomorrow(_ arguments: QueryArguments) -> Int32 { arguments.today.daysSinceEpoch + 1 }

    /// The columns of what stands apart, as ``FinanceQuestions`` describes them.
    ///
    /// - Parameter revenue: what an order would be worth, an expression of SQL.
    static func apart(revenue: SQL) -> SQL {
        """
        count(*) filter (where decision = 'needs-approval') as waiting_orders,
            coalesce(sum(\(revenue)) filter (where decision = 'needs-approval'), 0) as waiting_revenue,
            count(*) filter (where decision = 'refused') as refused_orders,
            coalesce(sum(\(revenue)) filter (where decision = 'refused'), 0) as refused_revenue,
            count(*) filter (where is_ahead and (decision is null or decision = 'accepted')) as ahead_orders,
            coalesce(sum(\(revenue)) filter (where is_ahead and (decision is null or decision = 'accepted')), 0)
                as ahead_revenue
        """
    }
}
