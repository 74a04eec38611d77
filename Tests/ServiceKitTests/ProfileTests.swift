import Contracts
import Domain
import Testing

@testable import ServiceKit

@Suite("The profile")
struct ProfileTests {
    private static let known = Setting.common + [Setting.organisation]

    private func settings(_ environment: [String: String]) async throws -> Settings {
        try await Settings(Self.known, environment: environment)
    }

    @Test("made-up data stands in for a file in the demo profile alone, and is told", arguments: [nil, "production"])
    func madeUp(_ profile: String?) async throws {
        let business = try await settings(profile.map { ["WAYBILL_PROFILE": $0] } ?? [:])
        let problem = #expect(throws: Settings.Problem.self) {
            try business.requiredFile("organisation", Organisation.init(json:))
        }
        #expect(problem?.description.contains("WAYBILL_ORGANISATION") == true)
        #expect(business.madeUp.isEmpty)
        #expect(business.redacted.contains { $0 == ("WAYBILL_ORGANISATION", "(not set)") })

        let demo = try await settings(["WAYBILL_PROFILE": "demo"])
        #expect(try demo.requiredFile("organisation", Organisation.init(json:)) == .standard)
        #expect(demo.madeUp.map(\.variable) == ["WAYBILL_ORGANISATION"])
        #expect(demo.redacted.contains { $0.variable == "WAYBILL_ORGANISATION" && $0.value.hasPrefix("(made up: ") })
    }

    @Test("in the demo profile too, a file that is named is the one that is read")
    func named() async throws {
        let demo = try await settings(["WAYBILL_PROFILE": "demo", "WAYBILL_ORGANISATION": "/nowhere/tree.json"])
        let problem = #expect(throws: Settings.Problem.self) {
            try demo.requiredFile("organisation", Organisation.init(json:))
        }
        #expect(problem?.description.contains("/nowhere/tree.json") == true)
        #expect(demo.madeUp.isEmpty)
    }

    @Test("a profile that there is not is refused")
    func unknown() async {
        let problem = await #expect(throws: Settings.Problem.self) { try await settings(["WAYBILL_PROFILE": "test"]) }
        #expect(problem?.description.contains("WAYBILL_PROFILE is 'test'") == true)
    }
}
