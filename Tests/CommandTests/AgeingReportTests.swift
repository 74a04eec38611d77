import Contracts
import Testing

@testable import WaybillCLI

@Suite("The ageing as JSON")
struct AgeingReportTests {
    @Test("it has the form that it always had: keys, order, numbers and amounts as text")
    func form() throws {
        let columns: [QueryColumn] = [
            QueryColumn("days_overdue"), QueryColumn("from", .integer), QueryColumn("to", .integer),
            QueryColumn("count", .integer), QueryColumn("amount", .decimal),
        ]
        let tables = [
            QueryTable(
                "ageing",
                [
                    QueryColumn("as_of", .time), QueryColumn("currency"), QueryColumn("count", .integer),
                    QueryColumn("amount", .decimal), QueryColumn("without_rate"),
                ], rows: [["2026-06-30", "CNY", "3", "160.50", nil]]),
            QueryTable(
                "buckets", columns,
                rows: [
                    ["not due", nil, nil, "1", "100.00"], ["1-30", "1", "30", "2", "60.50"],
                    ["more than 30", "31", nil, "0", "0.00"],
                ]),
        ]
        #expect(
            String(decoding: try AgeingReport(tables).encode(), as: UTF8.self)
                == #"{"asOf":"2026-06-30","currency":"CNY","open":{"count":3,"amount":"160.50"},"#
                + #""notDue":{"count":1,"amount":"100.00"},"buckets":[{"from":1,"to":30,"count":2,"amount":"60.50"},"#
                + #"{"from":31,"to":null,"count":0,"amount":"0.00"}]}"#)
        #expect(throws: (any Error).self) { try AgeingReport([tables[0]]) }
    }
}
