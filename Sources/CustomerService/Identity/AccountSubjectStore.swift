import Contracts
import Postgres
import ServiceKit

/// The SQL by which is found whose the customers are that people act upon: of who looks after each of their accounts.
enum AccountSubjectStore {
    static let subjects = ActSubjects([
        // One that was merged is of whom it has become.
        .customer: """
        select n.source, n.identifier, a.sales_owner, a.branch, null::date, null::text
        from named n join customer c on c.customer_id = n.identifier
        join account a on a.customer_id = coalesce(c.merged_into, c.customer_id)
        """,
        .account: """
        select n.source, n.identifier, a.sales_owner, a.branch, null::date, null::text
        from named n join account k on k.source = n.source and k.code = n.identifier
        join account a on a.customer_id = k.customer_id
        """,
    ])
}
