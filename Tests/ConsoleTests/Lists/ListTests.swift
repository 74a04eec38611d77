import Client
import Contracts
import Domain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Importing
import Testing

@testable import Console

@Suite("Lists: columns, totals, files, chosen rows")
struct ListTests {
    /// A list of three rows, two on a page.
    private static func alerts(_ question: Asking.Question) -> Asking.Answer {
        let columns = [
            QueryColumn("alert_id"), QueryColumn("name"), QueryColumn("margin_now", .decimal),
            QueryColumn("currency_now"),
        ]
        let rows: [[String?]] = [
            ["A-1", "=远洋", "-5.50", "CNY"], ["A-2", "Star", "7", "CNY"], ["A-3", nil, "1", "JPY"],
        ]
        let limit = question.values.first { $0.0 == "limit" }?.1.flatMap { Int($0) } ?? 2
        let from = question.values.first { $0.0 == "after" }?.1.flatMap { Int($0) } ?? 0
        let page = rows.dropFirst(from).prefix(min(limit, 2))
        let next = from + page.count < rows.count ? "\(from + page.count)" : nil
        return Asking.Answer(
            tables: [QueryTable("alerts", columns, rows: Array(page), next: next)], asOf: Asking.Answer.time)
    }

    private static let services: @Sendable () -> FakeServices = { FakeServices { .success(alerts($0)) } }
    private static let list = "/q/finance/alerts.list"

    @Test("columns are chosen in the address, stay with the list, and go with its files")
    func columns() async throws {
        try await ConsoleUnderTest.pages(Self.services()) { client in
            let page = try await client.page(
                Self.list + "?state=all&~columns=alerts:margin_now&~columns=alerts:name&~columns=alerts:nothing"
            ).text
            let table = try #require(page.firstRange(of: "<table>").map { page[$0.lowerBound...] })
            let head = try #require(table.firstRange(of: "</thead>").map { table[..<$0.lowerBound] })
            #expect(head.contains("title=\"margin_now\"") && head.contains("title=\"name\""))
            #expect(!head.contains("title=\"alert_id\""))
            // In the order in which they were chosen.
            let places = ["margin_now", "name"].compactMap { head.firstRange(of: "title=\"\($0)\"")?.lowerBound }
            #expect(places.count == 2 && places == places.sorted())
            // The amount is still written in the digits of its currency, whose column is not shown.
            #expect(page.contains("<td class=\"figure negative\">-5.50</td>"))
            // The next page, the view that is saved, and what narrows it keep them.
            #expect(page.contains("~columns=alerts%3Anothing&amp;after=2\""))
            #expect(
                page.contains(
                    "name=\"address\" value=\"/q/finance/alerts.list?state=all&amp;~columns=alerts%3Amargin_now"))
            #expect(page.contains("<input type=\"hidden\" name=\"~columns\" value=\"alerts:name\">"))
            let file = try await client.page("/csv/finance/alerts.list?~columns=alerts:margin_now&~table=alerts").text
            #expect(file == "\u{FEFF}margin_now\r\n-5.50\r\n7\r\n")
        }
    }

    @Test("a workbook holds what is shown, its figures as numbers and no formula")
    func workbook() async throws {
        let services = Self.services()
        try await ConsoleUnderTest.pages(services) { client in
            let response = try await client.page("/xlsx/finance/alerts.list?~table=alerts")
            #expect(
                response.header("Content-Type")
                    == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
            #expect(
                response.header("Content-Disposition") == "attachment; filename=\"finance-alerts.list-alerts.xlsx\"")
            let file = try TableFile([UInt8](buffer: response.body), name: "alerts.xlsx")
            #expect(file.columns == ["alert_id", "name", "margin_now", "currency_now"])
            #expect(Array(file).map(\.fields) == [["A-1", "=远洋", "-5.5", "CNY"], ["A-2", "Star", "7", "CNY"]])
        }
        #expect(services.questions.map(\.isExport) == [true])
    }

    @Test("all that match is the whole list, page by page; too many are refused and not cut")
    func whole() async throws {
        let services = Self.services()
        try await ConsoleUnderTest.pages(services) { client in
            let file = try await client.page("/csv/finance/alerts.list?state=all&~table=alerts&~whole=true").text
            #expect(file.split(separator: "\r\n").count == 4)
        }
        #expect(services.questions.map(\.isExport) == [true, true])
        #expect(services.questions.allSatisfy { $0.values.contains { $0.0 == "state" && $0.1 == "all" } })
        #expect(services.questions.last?.values.contains { $0.0 == "after" && $0.1 == "2" } == true)
        let cut = FakeServices { _ in
            .success(
                Asking.Answer(
                    tables: [QueryTable("alerts", [QueryColumn("name")], rows: [["a"]], isCut: true)],
                    asOf: Asking.Answer.time))
        }
        try await ConsoleUnderTest.pages(cut) { client in
            let page = try await client.page("/csv/finance/alerts.list?~whole=true")
            #expect(page.status == .unprocessableContent && page.text.contains("narrow the list first"))
        }
    }

    @Test("a file of the rows that were chosen holds them alone, and none that has gone is left out in silence")
    func chosen() async throws {
        try await ConsoleUnderTest.pages(Self.services()) { client in
            let page = try await client.page(Self.list).text
            #expect(page.contains("name=\"~row\" value=\"A-2"))
            let key = try #require(
                page.firstRange(of: "name=\"~row\" value=\"A-2").map { range in
                    String(page[range.upperBound...].prefix { $0 != "\"" }).replacing("&amp;", with: "&")
                })
            let form = [("~table", "alerts"), ("~which", "chosen"), ("~do", "csv")]
            let file = try await client.send("/these/finance/alerts.list", form + [("~row", "A-2" + key)])
            #expect(file.text.split(separator: "\r\n").dropFirst() == ["A-2,Star,7,CNY"])
            let gone = try await client.send("/these/finance/alerts.list", form + [("~row", "A-9" + key)])
            #expect(gone.status == .unprocessableContent)
            #expect(try await client.send("/these/finance/alerts.list", form).status == .unprocessableContent)
            let nothing = try await client.send("/these/finance/alerts.list", [("~which", "chosen")])
            #expect(nothing.status == .badRequest)
            let many = (0...FormValues.most).map { ("~row", "\($0)") }
            let answer1 = try await client.send("/these/finance/alerts.list", form + many)
            #expect(answer1.status == .contentTooLarge)
        }
    }

    @Test("the totals of the whole list are one step away")
    func totals() async throws {
        try await ConsoleUnderTest.pages(Self.services()) { client in
            let page = try await client.page(Self.list + "?state=all").text
            #expect(page.contains("href=\"/q/finance/alerts.list?state=all&amp;totals=true\""))
        }
    }

    @Test("the worklist of margin alerts has the same: files, and acts upon many")
    func worklist() async throws {
        try await ConsoleUnderTest.pages(Self.services()) { client in
            let page = try await client.page("/alerts?state=all").text
            #expect(page.contains("action=\"/these/finance/alerts.list\""))
            #expect(page.contains("<option value=\"finance.diagnose-alert.v1\">"))
            #expect(page.contains("href=\"/xlsx/finance/alerts.list?state=all"))
        }
    }
}
