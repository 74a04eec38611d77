import Contracts
import Postgres
import ServiceKit

/// Orders that were delivered or complained of and have not come, codes that no customer has, and complaints of which only
/// steps and waits are known. They have been waited for since what names them happened.
enum ReferenceQueries {
    static let waiting = WaitingReferences(
        .servicedesk,
        [
            .init(
                "order", in: "delivery", "order_id", known: "k.order_revision > 0 or k.cancelled_revision > 0",
                documents: """
                    select source, order_id as number, completed_at as since, 'completion' as kind,
                        source || '/' || order_id as document
                    from delivery where order_revision = 0 and done_revision > 0
                    union all
                    select coalesce(order_of, source), order_id, opened_at, 'complaint', source || '/' || complaint_id
                    from complaint where order_id is not null
                    """),
            .init(
                "customer", in: "account", "code",
                documents: """
                    select customer_source as source, customer_code as number, opened_at as since,
                        'complaint' as kind, source || '/' || complaint_id as document
                    from complaint
                    """),
            .init(
                "complaint", in: "complaint", "complaint_id",
                documents: """
                    select source, complaint_id as number, taken_at as since, 'step' as kind,
                        source || '/' || step_id as document
                    from complaint_step where is_waiting
                    union all
                    select source, complaint_id, began_at, 'wait',
                        case when position('/' in wait_id) > 0 then wait_id else source || '/' || wait_id end
                    from complaint_wait where is_waiting
                    """),
        ])
}
