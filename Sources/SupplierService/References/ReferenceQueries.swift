import Contracts
import Postgres
import ServiceKit

/// Costs whose order has not come: they say nothing of their supplier's bias until it does. Since when a cost is there, is
/// not kept; what counts is the day of its service.
enum ReferenceQueries {
    static let waiting = WaitingReferences(
        .supplier,
        [
            .init(
                "order", in: "order_line", "order_id",
                documents: """
                    select order_source as source, order_id as number,
                        \(SQL.beginning(of: "min(service_day)")) as since, 'cost' as kind,
                        source || '/' || cost_id as document
                    from cost_fact c
                    -- Nearly all have their order: they are left out before the rest is put together.
                    where not exists (
                        select from order_line k where k.source = c.order_source and k.order_id = c.order_id)
                    group by source, cost_id, order_source, order_id
                    """)
        ])
}
