import Client
import Contracts
import Crypto
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

struct PageTests {
    private static let hostile = "<script>alert(1)</script>\" onload=\"x"

    /// Every page with an address of its own.
    private static let pages: [String] =
        [
            "/", "/find", "/find?text=a", "/alerts", "/alerts/A-1", "/customers", "/customers?find=a", "/customers/C-1",
            "/q", "/act", "/what-if", "/orders/S-1", "/orders/S-1?source=erp", "/complaints/C-1",
        ] + BoardRoutes.boards.map { "/\($0.path)" }
        + ServiceName.allCases.flatMap { service in
            QueryCatalogue.questions(of: service).map { question in
                let values = question.parameters.filter(\.isRequired).map { ($0.name, Optional(sample(of: $0))) }
                return Link(path: ["q", service.rawValue, question.name], values: values).address
            }
        } + ActForm.contracts.map { "/act/\($0.type)" }

    private static func sample(of input: QueryInput) -> String {
        switch input.kind {
        case .text: "X"
        case .choice(let choices), .list(let choices): choices.first ?? ""
        case .integer(let range): "\(range.lowerBound)"
        case .decimal: "1"
        case .day, .dayOrTime: "2026-01-05"
        case .time: "2026-01-05T10:00:00+08:00"
        case .currency: "CNY"
        case .flag: "true"
        }
    }

    @Test(arguments: ["zh", "en"])
    func noTextActsOnAnyPage(language: String) async throws {
        let services = FakeServices { .success(.described($0, value: Self.hostile)) }
        try await ConsoleUnderTest.pages(services) { client in
            for page in Self.pages {
                let response = try await client.page(page, in: language)
                #expect(response.status == .ok, "\(page)")
                #expect(response.header("Content-Security-Policy") == SecurityHeaders.policy, "\(page)")
                #expect(response.header("Cache-Control") == "no-store", "\(page)")
                #expect(!response.text.contains("<script>"), "\(page)")
                // A quote that ended an attribute would make one of its own.
                #expect(!response.text.contains("\" onload="), "\(page)")
                #expect(!response.text.contains(" style="), "\(page)")
                #expect(response.text.contains("<html lang=\"\(language == "zh" ? "zh-CN" : "en")\">"), "\(page)")
            }
        }
        #expect(Set(services.people) == ["li.wei"])
    }

    @Test func nobodySeesAnythingWithoutSigningIn() async throws {
        let services = FakeServices()
        try await ConsoleUnderTest.pages(services) { client in
            for page in Self.pages { #expect(try await client.page(page, as: nil).status == .seeOther, "\(page)") }
            let act = try await client.send("/act/finance.diagnose-alert.v1", [], as: nil)
            #expect(act.status == .seeOther)
        }
        #expect(services.questions.isEmpty)
        #expect(services.commands.isEmpty)
    }

    @Test func aServiceThatIsDownCostsItsPartAlone() async throws {
        let services = FakeServices { question in
            question.service == .servicedesk
                ? .failure(ClientError(.notHeard, "not heard")) : .success(.described(question, value: "V"))
        }
        try await ConsoleUnderTest.pages(services) { client in
            let response = try await client.page("/")
            #expect(response.status == .ok)
            #expect(response.text.contains("The service desk has not answered ("))
            #expect(response.text.contains("Margin alerts"))
            #expect(response.text.contains("As of 2026-11-28 22:44:15"))
        }
    }

    @Test func whatOneHasNoRightToIsNoPartOfTheDay() async throws {
        let services = FakeServices { question in
            question.query == "reviews.list"
                ? .failure(ClientError(.refused, "no", reason: Reason.notAuthorised.rawValue, detail: "no"))
                : .success(.nothing)
        }
        try await ConsoleUnderTest.pages(services) { client in
            let page = try await client.page("/").text
            #expect(!page.contains("Customers that may be one"))
            #expect(page.contains("Open complaints"))
        }
    }

    private static let alerts = QueryTable(
        "alerts",
        [
            QueryColumn("severity"), QueryColumn("name"), QueryColumn("margin_now", .decimal),
            QueryColumn("currency_now"), QueryColumn("raised_at", .time), QueryColumn("alert_id"),
        ],
        rows: [
            ["critical", "上海 <远洋>", "-15479.6600", "CNY", "2026-11-28 14:44:15.128781+00", "A-1"],
            ["warning", nil, "1200", "JPY", nil, "A-2"],
        ], next: "cursor==", count: 2, totals: [QueryTotal(column: "margin_now", currency: "CNY", amount: "-15479.66")],
        blanked: ["name"])

    @Test func aTableIsWrittenAsTheHouseWrites() async throws {
        let services = FakeServices { _ in .success(Asking.Answer(tables: [Self.alerts], asOf: Asking.Answer.time)) }
        try await ConsoleUnderTest.pages(services) { client in
            let page = try await client.page("/q/finance/alerts.list?state=all&limit=2").text
            // Money in the digits of its currency, times by the organisation's clocks, names as links.
            #expect(page.contains("<td class=\"figure negative\">-15,479.66</td>"))
            #expect(page.contains("<td class=\"figure\">1,200</td>"))
            #expect(page.contains("2026-11-28 22:44:15</time>"))
            #expect(page.contains("上海 &lt;远洋&gt;"))
            #expect(page.contains("<a href=\"/alerts/A-1\"><span class=\"code\">A-1</span></a>"))
            #expect(page.contains("<td class=\"withheld\">—</td>"))
            #expect(page.contains("Withheld, for want of a right: Name"))
            #expect(page.contains("<td>In all, CNY</td>"))
            #expect(page.contains("2 of 2 rows shown"))
            #expect(page.contains("href=\"/q/finance/alerts.list?state=all&amp;limit=2&amp;after=cursor%3D%3D\""))
        }
        let question = try #require(services.questions.first)
        #expect(question.values.map(\.0) == ["state", "limit"])
        #expect(!question.isExport)
    }

    @Test func aFileHoldsWhatIsShownAndNoFormula() async throws {
        let table = QueryTable(
            "alerts", [QueryColumn("name"), QueryColumn("margin_now", .decimal), QueryColumn("raised_at", .time)],
            rows: [["=1+2", "-5.50", "2026-11-28 14:44:15+00"], ["a,\"b\"", "=9", nil]])
        let services = FakeServices { _ in .success(Asking.Answer(tables: [table], asOf: Asking.Answer.time)) }
        try await ConsoleUnderTest.pages(services) { client in
            let response = try await client.page("/csv/finance/alerts.list?limit=2&~table=alerts")
            #expect(response.header("Content-Type") == "text/csv; charset=utf-8; header=present")
            #expect(
                response.header("Content-Disposition") == "attachment; filename=\"finance-alerts.list-alerts.csv\"")
            #expect(
                response.text == "\u{FEFF}name,margin_now,raised_at\r\n'=1+2,-5.50,2026-11-28T22:44:15+08:00\r\n"
                    + "\"a,\"\"b\"\"\",'=9,\r\n")
        }
        // The right is that to an export, and so is the record.
        #expect(services.questions.map(\.isExport) == [true])
    }

    @Test func whatIsWrongIsSaidWhereItWasTyped() async throws {
        let services = FakeServices()
        try await ConsoleUnderTest.pages(services) { client in
            let number = try await client.page("/q/finance/alerts.list?limit=1000000000")
            #expect(number.status == .unprocessableContent)
            #expect(number.text.contains("aria-invalid=\"true\""))
            #expect(number.text.contains("value=\"1000000000\""))
            let name = try await client.page("/q/finance/alerts.list?custmer=1")
            #expect(name.status == .unprocessableContent)
            #expect(name.text.contains("takes no &#39;custmer&#39;"))
            #expect(try await client.page("/q/finance/nothing.list").status == .notFound)
            #expect(try await client.page("/nowhere").status == .notFound)
            #expect(try await client.page("/nowhere").header("Content-Security-Policy") == SecurityHeaders.policy)
        }
        #expect(services.questions.isEmpty)
    }

    @Test func theCausesOfAnAlertAddUp() async throws {
        let services = FakeServices { question in
            let table: [QueryTable] =
                if question.query == "alerts.show" {
                    [
                        QueryTable(
                            "alert", [QueryColumn("alert_id"), QueryColumn("order_id"), QueryColumn("source")],
                            rows: [["A-1", "S-1", "erp"]])
                    ]
                } else {
                    [
                        QueryTable(
                            "order",
                            [
                                QueryColumn("revenue", .decimal), QueryColumn("margin", .decimal),
                                QueryColumn("currency"),
                            ],
                            rows: [["350", "250", "CNY"]]),
                        QueryTable(
                            "lines",
                            [QueryColumn("service_item"), QueryColumn("cost", .decimal), QueryColumn("currency")],
                            rows: [["ocean", "100", "CNY"]]),
                    ]
                }
            return .success(Asking.Answer(tables: table, asOf: Asking.Answer.time))
        }
        try await ConsoleUnderTest.pages(services) { client in
            let page = try await client.page("/alerts/A-1").text
            #expect(page.contains("<rect class=\"less\" x=\"420\" y=\"30\" width=\"100\" height=\"18\">"))
            #expect(page.contains("action=\"/act/finance.diagnose-alert.v1\""))
            #expect(page.contains("<input type=\"hidden\" name=\"alertId\" value=\"A-1\">"))
        }
        #expect(services.questions.map(\.query) == ["alerts.show", "orders.show"])
    }

    /// `Tests/Shape/vendored.py` compares it with what was published.
    @Test func whatOthersWroteIsAsItWas() {
        #expect(
            SHA256.hash(data: Assets.htmx.bytes).description
                == "SHA256 digest: 71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de")
    }

    @Test func stylesAndScriptsAreKeptForGood() async throws {
        try await ConsoleUnderTest.pages(FakeServices()) { client in
            for asset in [Assets.style, Assets.script, Assets.htmx] {
                let response = try await client.page(asset.link.address, as: nil)
                #expect(response.header("Cache-Control") == "public, max-age=31536000, immutable")
                #expect(Array(buffer: response.body) == asset.bytes)
            }
            // All that a first page loads, beside itself.
            let weight = [Assets.style, Assets.script, Assets.htmx].compactMap { $0.packed?.count }.reduce(0, +)
            #expect((1...40_000).contains(weight))
            #expect(try await client.page("/assets/console.css", as: nil).status == .notFound)
        }
    }
}
