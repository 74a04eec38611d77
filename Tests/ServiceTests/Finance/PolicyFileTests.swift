import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Finance's files of settings")
struct PolicyFileTests {
    @Test("a settings file that is wrong says where, and the service does not start with it")
    func badFiles() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("policy-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        for (text, part) in [
            (#"{"rules":[{"from":"2026-01-01","orderFlour":"5"}]}"#, "$.rules[0].orderFlour"),
            (#"{"rules":[{"orderFloor":"5"}]}"#, "$.rules[0].from"),
            (#"{"rules":[{"from":"2026-01-01","customerFloor":"6","release":"4"}]}"#, "$.rules[0].release"),
            (#"{"windowDays":0}"#, "$.windowDays"), ("{", "cannot be used"),
        ] {
            try Data(text.utf8).write(to: file)
            let problem = #expect(throws: Settings.Problem.self) {
                try financeDefinition(["finance.policy": file.path])
            }
            #expect(problem?.description.contains(part) == true, "\(problem?.description ?? "")")
            #expect(problem?.description.contains("WAYBILL_FINANCE_POLICY") == true)
        }
        #expect(throws: Settings.Problem.self) { try financeDefinition(["finance.policy": "/nowhere/policy.json"]) }
    }
}
