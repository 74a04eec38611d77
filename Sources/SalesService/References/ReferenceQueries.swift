import Contracts
import Postgres
import ServiceKit

/// Orders that finance has decided and that have not come, and agreements with a code that no customer has.
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
                    """),
        ])
}
