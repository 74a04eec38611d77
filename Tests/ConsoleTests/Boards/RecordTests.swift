import Client
import Contracts
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

@Suite("One order and one complaint, of all services")
struct RecordTests {
    private static func answer(_ tables: QueryTable...) -> Result<Asking.Answer, any Error> {
        .success(Asking.Answer(tables: tables, asOf: Asking.Answer.time))
    }

    private static func table(_ name: String, _ columns: [String], _ rows: [[String?]]) -> QueryTable {
        QueryTable(name, columns.map { QueryColumn($0) }, rows: rows)
    }

    private static let order = table(
        "order", ["source", "order_id", "customer_code", "placed_at", "revenue", "currency", "decision", "rule"],
        [["erp", "S-1", "K1", "2026-03-01 02:00:00+00", "350", "CNY", "needs-approval", "margin-below-floor"]])

    @Test("what all services know of an order is one line of time, a day before its hours; who is silent is named")
    func timeline() async throws {
        let services = FakeServices { question in
            switch question.service {
            case .finance:
                Self.answer(
                    Self.order,
                    Self.table(
                        "alerts", ["alert_id", "severity", "raised_at", "cleared_at"],
                        [["A-1", "critical", "2026-03-04 01:00:00+00", nil]]))
            case .servicedesk:
                Self.answer(
                    Self.table(
                        "delivery", ["completed_at", "late", "damaged"], [["2026-03-03 09:30:00+00", "t", "f"]]))
            case .supplier:
                Self.answer(
                    Self.table("cost facts", ["service_day", "cost_id", "state"], [["2026-03-04", "C-9", "actual"]]))
            default: .failure(ClientError(.notHeard, "not heard"))
            }
        }
        try await ConsoleUnderTest.pages(services) { client in
            let page = try await client.page("/orders/S-1?source=erp").text
            let places = [
                "2026-03-01 10:00:00</td><td>Placed", "2026-03-03 17:30:00</td><td>Delivered",
                "2026-03-04</td><td>Cost",
                "2026-03-04 09:00:00</td><td>Margin alert raised",
            ].map { page.range(of: $0)?.lowerBound }
            #expect(!places.contains(nil) && places.compactMap { $0 } == places.compactMap { $0 }.sorted())
            #expect(page.contains("<td class=\"words\">late</td>"))
            #expect(page.contains("margin-below-floor"))
            #expect(page.contains("/act/finance.decide-order.v1?orderId=S-1&amp;source=erp\">Decide"))
            #expect(page.contains("The sales service has not answered ("))
        }
        #expect(services.questions.map(\.service) == [.finance, .sales, .servicedesk, .supplier])
    }

    @Test("a number that several systems have is chosen from, one that none has is no page")
    func whose() async throws {
        let services = FakeServices { question in
            guard question.service == .finance, question.values.first?.1 == "S-1" else { return .success(.nothing) }
            return Self.answer(
                Self.table("order", ["source", "order_id"], [["erp", "S-1"], ["tms", "S-1"]]))
        }
        try await ConsoleUnderTest.pages(services) { client in
            let page = try await client.page("/orders/S-1").text
            #expect(
                page.contains("href=\"/orders/S-1?source=erp\"") && page.contains("href=\"/orders/S-1?source=tms\""))
            #expect(try await client.page("/orders/S-2").status == .notFound)
            #expect(try await client.page("/complaints/S-2").status == .notFound)
        }
    }

    @Test("a complaint says whose time it was, and is gone on with under its own number")
    func complaint() async throws {
        let services = FakeServices { question in
            question.query == "complaints.clocks"
                ? Self.answer(
                    Self.table(
                        "clocks", ["complaint_id", "us_seconds", "customer_seconds", "supplier_seconds"],
                        [["C-1", "3661", "7200", "0"]]))
                : Self.answer(
                    Self.table("complaint", ["source", "complaint_id", "summary"], [["crm", "C-1", "<broken>"]]),
                    Self.table("steps", ["step", "takenAt"], [["accepted", "2026-03-01 02:00:00+00"]]))
        }
        try await ConsoleUnderTest.pages(services) { client in
            let page = try await client.page("/complaints/C-1?source=crm").text
            #expect(page.contains("Us seconds: 1:01:01") && page.contains("Customer seconds: 2:00:00"))
            #expect(page.contains("&lt;broken&gt;"))
            #expect(page.contains("href=\"/act/complaint.step-taken.v1?complaintId=C-1&amp;source=crm\""))
        }
        #expect(services.questions.last.map { $0.values.map(\.0) } == ["complaintId", "source", "state"])
    }
}
