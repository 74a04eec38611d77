import Contracts
import Postgres
import ServiceKit

/// Codes that no customer has, in what does not itself make somebody a customer: an invoice, a complaint, a relation. They have
/// been waited for since what names them happened.
enum ReferenceQueries {
    static let waiting = WaitingReferences(
        .customer,
        [
            .init(
                "customer", in: "account", "code",
                documents: """
                    select source, code as number, issued_at as since, 'invoice' as kind,
                        source || '/' || invoice_id as document
                    from invoice_replica where amount is not null
                    union all
                    select customer_source, code, opened_at, 'complaint', source || '/' || complaint_id
                    from complaint_replica
                    union all
                    select n.source, n.code, r.weighed_at, 'relation', n.source || '/' || coalesce(r.reference, r.relation_id)
                    from relation r join graph_node n on n.node in (r.from_node, r.to_node)
                    where r.origin = 'declared' and n.role = 'customer'
                    """)
        ])
}
