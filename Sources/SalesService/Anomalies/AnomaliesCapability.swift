import ServiceKit

extension Capability {
    /// What is odd in a customer's orders: more or less than it used to order, or of another kind.
    static let anomalies = Capability(
        tasks: [.daily("swings.evaluate", SwingHandlers.evaluate)],
        tables: [
            // Of whom it tells, and of whoever looks after the account.
            ScopedTable(
                "anomaly",
                .either([
                    .owned(owner: "t.owner", branch: nil, day: nil), .ofAccount("t.source", "t.customer_code"),
                ])),
            ScopedTable("recent_amount", .hidden),
            // What the release before still writes.
            ScopedTable("series_week", .hidden), ScopedTable("series_recent", .hidden),
        ])
}
