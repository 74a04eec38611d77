package import Contracts

extension Reconciler {
    /// What became of the messages, and what is missing, as tables.
    ///
    /// - Parameters:
    ///   - accounts: of each type for each reader.
    ///   - missing: what is explained by nothing.
    ///   - isAll: whether accounts of which nothing was sent are among them.
    package static func tables(
        _ accounts: [LedgerAccount], _ missing: [UnhandledMessage], isAll: Bool
    ) -> [QueryTable] {
        let counts = ["sent", "confirmed", "handled", "dead", "discarded", "in_flight", "missing"]
        return [
            QueryTable(
                "ledger",
                ["producer", "type", "reader"].map { QueryColumn($0) } + counts.map { QueryColumn($0, .integer) }
                    + [QueryColumn("lanes", .integer), QueryColumn("compared", .integer), QueryColumn("since")],
                rows: accounts.filter { $0.sent > 0 || isAll }.map { account in
                    [account.producer, account.type, account.reader.rawValue]
                        + [
                            account.sent, account.confirmed, account.handled, account.dead, account.discarded,
                            account.inFlight, account.missing,
                        ].map(String.init) + [account.lanes.map(String.init), String(account.compared), account.since]
                }),
            QueryTable(
                "missing",
                ["reader", "source", "type", "place", "id"].map { QueryColumn($0) }
                    + [QueryColumn("recorded_at", .time)],
                rows: missing.map { [$0.reader.rawValue, $0.source, $0.type, $0.place, $0.id, $0.recordedAt] }),
        ]
    }
}
