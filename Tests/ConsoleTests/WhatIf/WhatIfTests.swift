import Client
import Contracts
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

@Suite("What would be earned if it were otherwise")
struct WhatIfTests {
    private static let columns = [
        "source", "order_id", "line", "day", "customer", "business_line", "branch", "sales_owner", "lane", "item",
        "unit",
        "supplier", "quantity", "currency", "revenue", "cost",
    ]

    private static func services(_ rows: [[String?]], blanked: [String] = []) -> FakeServices {
        FakeServices { question in
            let table =
                question.query == "profit.lines"
                ? QueryTable("lines", columns.map { QueryColumn($0) }, rows: rows, blanked: blanked)
                : QueryTable("rates", [QueryColumn("currency"), QueryColumn("from_day"), QueryColumn("cny")], rows: [])
            return .success(Asking.Answer(tables: [table], asOf: Asking.Answer.time))
        }
    }

    private static let lines: [[String?]] = [
        [
            "erp", "S-1", "1", "2026-03-05", "C-1", "air-freight", "KS01", nil, nil, "FREIGHT", "kg", "V-1", "10",
            "CNY",
            "1000.00", "800.00",
        ],
        [
            "erp", "S-2", "1", "2026-03-06", "C-2", "air-freight", "KS01", nil, nil, "FREIGHT", "kg", "V-1", "10",
            "CNY",
            "500.00", "400.00",
        ],
    ]

    @Test("levers move the margin of real lines, and the address is the scenario")
    func levers() async throws {
        let services = Self.services(Self.lines)
        try await ConsoleUnderTest.pages(services) { client in
            let page = try await client.page("/what-if?from=2026-03-01&to=2026-03-31&price=10&line=air-freight")
            #expect(page.status == .ok)
            // Revenue 1,500 and a tenth more of it: the margin goes from 300 to 450.
            #expect(page.text.contains("300.00") && page.text.contains("450.00"))
            #expect(page.text.contains("name=\"price\" type=\"range\" min=\"-30\" max=\"30\" value=\"10\""))
            #expect(
                page.text.contains(
                    "name=\"address\" value=\"/what-if?from=2026-03-01&amp;to=2026-03-31&amp;line=air-freight"))
            #expect(try await client.page("/what-if?price=900").status == .unprocessableContent)
            #expect(try await client.page("/what-if?currency=YUAN").status == .unprocessableContent)
            #expect(try await client.page("/what-if?from=never").status == .unprocessableContent)
            #expect(try await client.page("/what-if", as: nil).status == .seeOther)
        }
        let asked = try #require(services.questions.first)
        #expect(asked.values.contains { $0.0 == "line" && $0.1 == "air-freight" } && !asked.isExport)
    }

    @Test("without the cost, or of a line that is none, nothing is reckoned")
    func missing() async throws {
        try await ConsoleUnderTest.pages(Self.services(Self.lines, blanked: ["cost"])) { client in
            let page = try await client.page("/what-if").text
            #expect(page.contains("the right to see costs") && !page.contains("<svg"))
        }
        try await ConsoleUnderTest.pages(Self.services([Self.columns.map { _ in "X" }])) { client in
            let page = try await client.page("/what-if").text
            #expect(!page.contains("<svg"))
        }
    }
}
