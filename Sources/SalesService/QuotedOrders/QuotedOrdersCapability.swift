import Contracts
import ServiceKit

extension Capability {
    /// Orders that name the quotes by which they were placed: whether they keep to the terms, and what they have come to.
    static let quotedOrders = Capability(
        handlers: [.on(OrderMarginSettled.self, QuotedOrderHandlers.settled)],
        questions: QuotedOrderQueries.all,
        tables: [
            ScopedTable(
                "quote_order", .owned(owner: "t.owner", branch: "t.branch", day: ScopedTable.day(of: "t.placed_at"))),
            ScopedTable("quote_order_line", .through(ofOrder)), ScopedTable("quote_margin", .through(ofOrder)),
            ScopedTable("quote_margin_line", .through(ofOrder)),
        ])

    private static let ofOrder = """
        exists (select from quote_order o where o.source = t.source and o.order_id = t.order_id)
        """
}
