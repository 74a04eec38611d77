import Contracts
import Domain
import Foundation
import ServiceKit
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import FinanceService
@testable import ServiceDeskService

@Suite("Made-up data")
struct MadeUpDataTests {
    @Test("without the demo profile each service refuses to start, and names the file that is missing")
    func refused() {
        func missing(_ settings: [Setting], _ make: (Settings) throws -> ServiceDefinition) -> String? {
            let problem = #expect(throws: Settings.Problem.self) { try make(Settings(settings, profile: .production)) }
            return problem?.description.split(separator: " ").first.map(String.init)
        }
        #expect(missing(FinanceService.settings, FinanceService.definition) == "WAYBILL_FINANCE_POLICY")
        #expect(missing(CustomerService.settings, CustomerService.definition) == "WAYBILL_ORGANISATION")
        #expect(missing(ServiceDeskService.settings, ServiceDeskService.definition) == "WAYBILL_ORGANISATION")
    }

    @Test("docs/operate/settings.md names the services that need the organisation, all of them")
    func documented() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/operate/settings.md"), encoding: .utf8)
        let line = try #require(page.firstMatch(of: /(?m)^\*\*`WAYBILL_ORGANISATION`\*\* \(([^;]+); required\)/))
        let settings = [
            "customer": CustomerService.settings, "finance": FinanceService.settings,
            "servicedesk": ServiceDeskService.settings,
        ]
        let needing = settings.filter { $0.value.contains { $0.key == "organisation" } }.keys
        #expect(line.1.split(separator: ", ").map(String.init).sorted() == needing.sorted())
    }

    @Test("what is written out is read back as what stands in")
    func readBack() throws {
        let day = try #require(CalendarDay("2026-06-30"))
        #expect(try Organisation(json: Array(Organisation.standard.json.utf8)) == .standard)
        #expect(try RateTable(json: Array(RateTable.standard.json.utf8)) == .standard)
        let policy = try MarginPolicy(json: Array(MarginPolicy.standardJSON.utf8))
        #expect(policy.rules(for: "air-freight", on: day) == MarginRules.standard)
        #expect(policy.windowDays == MarginPolicy.standard.windowDays)
        #expect(policy.diagnosisDays == MarginPolicy.standard.diagnosisDays)
        #expect(
            try Authority(json: Array(Authority.standardJSON.utf8), organisation: .standard)
                == Authority(organisation: .standard))
    }

    @Test("a rate is written as it is read", arguments: ["7.05", "0.00029", "0.00000001", "12", "999999999.99999999"])
    func rates(_ text: String) throws {
        #expect(try #require(ExchangeRate(text)).description == text)
    }
}
