import Contracts
import ServiceKit

extension Capability {
    /// All that we know of a customer on one page, with a copy of what the other services say.
    static let overview = Capability(
        handlers: [
            .on(InvoiceIssued.self, InvoiceReplica.issued),
            .on(PaymentApplied.self, InvoiceReplica.applied),
            .on(CreditStateChanged.self, FinanceReplica.creditChanged),
            .on(AcceptanceChanged.self, FinanceReplica.acceptanceChanged),
            .on(MarginAlertRaised.self, FinanceReplica.alertRaised),
            .on(MarginAlertCleared.self, FinanceReplica.alertCleared),
            .on(MarginAlertClosed.self, FinanceReplica.alertClosed),
            .on(ComplaintOpened.self, ComplaintReplica.opened),
            .on(ComplaintProgressed.self, ComplaintReplica.progressed),
            .on(AgreementChanged.self, AgreementReplica.changed),
        ],
        questions: [OverviewQuery.query],
        tables: [
            ScopedTable("invoice_replica", .ofAccount("t.source", "t.code")),
            ScopedTable("credit_figure", .ofCustomer("t.customer_id")),
            ScopedTable("acceptance_replica", .ofCustomer("t.customer_id")),
            // An alert of an order is of that deal, one of a customer's business of the customer. It names the customer as it
            // was called then, which is one of its accounts.
            ScopedTable(
                "margin_alert_replica",
                .through(
                    """
                    case when t.order_id is null then
                        exists (select from account a where a.customer_id = t.customer_id)
                        or exists (select from account a where a.own_id = t.customer_id)
                    else
                        exists (
                            select from account a
                            join value_order o on o.source = a.source and o.order_id = t.order_id
                            where a.customer_id = t.customer_id)
                        or exists (
                            select from account n join account a on a.customer_id = n.customer_id
                            join value_order o on o.source = a.source and o.order_id = t.order_id
                            where n.own_id = t.customer_id)
                    end
                    """)),
            ScopedTable("complaint_replica", .ofAccount("t.customer_source", "t.code")),
            ScopedTable("agreement_replica", .ofAccount("t.customer_source", "t.code")),
            ScopedTable("heard", .open),
        ])
}
