import Client
import Contracts
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

@Suite("The search of the frame")
struct FindTests {
    private static func answer(_ name: String, _ columns: [String], _ rows: [[String]]) -> Asking.Answer {
        Asking.Answer(
            tables: [QueryTable(name, columns.map { QueryColumn($0) }, rows: rows.map { $0.map(Optional.some) })],
            asOf: Asking.Answer.time)
    }

    /// Services that know one customer and one order of the text that is looked for.
    private static let services = FakeServices { question in
        switch question.query {
        case "parties.search":
            .success(answer("parties", ["customer_id", "name", "found"], [["C-1", "远洋国际", "yuanyang"]]))
        case "orders.show":
            .success(answer("order", ["source", "order_id", "customer_code"], [["erp", "S-1", "K1"]]))
        case "complaints.show": .failure(ClientError(.notHeard, "not heard"))
        default: .success(.nothing)
        }
    }

    @Test("all are asked at once, each by its own parameter; what is found opens its record, who is silent is named")
    func everywhere() async throws {
        try await ConsoleUnderTest.pages(Self.services) { client in
            let page = try await client.page("/find?text=%20%E8%BF%9C%E6%B4%8B").text
            #expect(page.contains("<a href=\"/customers/C-1\">Open</a>"))
            #expect(page.contains("source=erp\">Open</a>"))
            #expect(page.contains("The service desk has not answered ("))
            #expect(page.contains("Not found among: Suppliers, Invoices to customers, Invoices of suppliers"))
            // The box keeps what was looked for.
            #expect(page.contains("value=\"远洋\""))
        }
        let asked = Self.services.questions.map { question in
            "\(question.service.rawValue) \(question.query) "
                + question.values.map { "\($0.0)=\($0.1 ?? "")" }.joined(separator: " ")
        }
        #expect(
            asked == [
                "customer parties.search text=远洋 limit=10", "finance orders.show orderId=远洋",
                "supplier suppliers.list text=远洋 limit=10",
                "finance receivables.invoices invoiceId=远洋 state=all limit=10",
                "finance payables.list invoiceId=远洋 state=all limit=10", "servicedesk complaints.show complaintId=远洋",
            ])
    }

    @Test("who may not see what else is told of customers finds them by their names, and nothing says what is withheld")
    func withoutPersonalData() async throws {
        let services = FakeServices { question in
            question.query == "customers.list"
                ? .success(Self.answer("customers", ["customer_id", "name"], [["C-1", "远洋国际"]]))
                : .failure(ClientError(.refused, "no", reason: Reason.notAuthorised.rawValue, detail: "no"))
        }
        try await ConsoleUnderTest.pages(services) { client in
            let page = try await client.page("/find?text=%E8%BF%9C").text
            #expect(page.contains("<a href=\"/customers/C-1\">Open</a>"))
            #expect(!page.contains("You have no right"))
            #expect(!page.contains("Invoices to customers"))
        }
        #expect(services.questions.last.map { $0.values.map(\.0) } == ["name", "limit"])
    }

    @Test("nothing is asked for nothing, and nobody without a person", arguments: ["/find", "/find?text=%20%E3%80%80"])
    func nothing(address: String) async throws {
        let services = FakeServices()
        try await ConsoleUnderTest.pages(services) { client in
            let page = try await client.page(address)
            let nobodys = try await client.page("/find?text=a", as: nil)
            #expect(page.status == .ok && nobodys.status == .seeOther)
        }
        #expect(services.questions.isEmpty)
    }

    @Test("a page is found by what it is called in either language")
    func pages() async throws {
        try await ConsoleUnderTest.pages(FakeServices()) { client in
            for text in ["diagnose", "%E8%AF%8A%E6%96%AD%E6%AF%9B%E5%88%A9"] {
                let page = try await client.page("/find?text=\(text)").text
                #expect(page.contains("<a href=\"/act/finance.diagnose-alert.v1\">"), "\(text)")
            }
        }
    }

    @Test("every parameter that a text becomes is one of its question, and every column one of its table")
    func catalogue() throws {
        for place in Finding.everywhere + [.customersByName] {
            #expect(place.question.parameter(place.parameter) != nil, "\(place.question.name)")
            let table = try #require(place.question.answer(place.table), "\(place.question.name)")
            let known = Set(table.columns.map(\.name))
            #expect(Set(place.columns).subtracting(known).isEmpty, "\(place.question.name)")
        }
    }
}
