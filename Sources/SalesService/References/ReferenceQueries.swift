import Contracts
import Postgres
import ServiceKit

/// Orders that finance has decided and that have not come; agreements, owners and opportunities with a code that no customer
/// has.
enum ReferenceQueries {
    static let waiting = WaitingReferences(
        .sales,
        [
            .init(
                "order", in: "orders", "order_id", known: "k.customer_code is not null",
                documents: """
                    select source, order_id as number, named_at as since, 'decision' as kind,
                        source || '/' || order_id as document
                    from orders where customer_code is null and decision is not null
                    """),
            .init(
                "customer", in: "account", "code",
                documents: """
                    select customer_source as source, customer_code as number, came_at as since, 'agreement' as kind,
                        source || '/' || agreement_id as document
                    from agreement
                    union all
                    select customer_source, customer_code, came_at, 'assignment', source || '/' || assignment_id
                    from ownership_assignment where not is_withdrawn
                    union all
                    select c.customer_source, c.customer_code, h.came_at, 'handover', h.source || '/' || h.handover_id
                    from ownership_handover h
                    join ownership_handover_customer c on c.source = h.source and c.handover_id = h.handover_id
                    where not h.is_withdrawn
                    union all
                    select customer_source, customer_code, changed_at, 'opportunity', source || '/' || opportunity_id
                    from opportunity where customer_code is not null
                    """),
        ])
}
