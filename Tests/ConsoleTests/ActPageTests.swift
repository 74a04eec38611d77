import Client
import Contracts
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

struct ActPageTests {
    private static let id = "5b1f3c7e-8a52-4c0e-9a41-0f6a4d1c2e77"
    private static let diagnosis = [
        ("~id", id), ("alertId", "A-1"), ("reason", "price"), ("plan", "Raise the \"price\" <soon>"),
        ("recoverBy", "2026-12-31"),
    ]

    @Test func whoIsSignedInActs() async throws {
        let services = FakeServices()
        try await ConsoleUnderTest.pages(services) { client in
            let response = try await client.send("/act/finance.diagnose-alert.v1", Self.diagnosis)
            #expect(response.status == .ok)
            #expect(response.text.contains("class=\"notice done\""))
        }
        let command = try #require(services.commands.first)
        #expect(command.id == Self.id)
        #expect(command.service == .finance)
        let told = try DiagnoseAlert(json: command.data)
        #expect(told.by == "li.wei")
        #expect(told.plan == "Raise the \"price\" <soon>")
        #expect(told.recoverBy.description == "2026-12-31")
    }

    @Test func nobodyActsInAnothersName() async throws {
        let services = FakeServices()
        try await ConsoleUnderTest.pages(services) { client in
            _ = try await client.send("/act/finance.diagnose-alert.v1", Self.diagnosis + [("by", "director")])
        }
        #expect(try DiagnoseAlert(json: try #require(services.commands.first).data).by == "li.wei")
    }

    @Test func whatIsRefusedKeepsWhatWasTyped() async throws {
        let services = FakeServices(reply: { command in
            .refused(
                id: command.id, person: "li.wei", proof: .edge, Refusal(.notFound, path: "$.alertId", "no such alert"))
        })
        try await ConsoleUnderTest.pages(services) { client in
            let response = try await client.send("/act/finance.diagnose-alert.v1", Self.diagnosis)
            #expect(response.status == .unprocessableContent)
            #expect(response.text.contains("no such alert"))
            #expect(response.text.contains("Raise the &quot;price&quot; &lt;soon&gt;</textarea>"))
            #expect(response.text.contains("<option value=\"price\" selected>"))
            #expect(response.text.contains("aria-describedby=\"f-alertId-fault\""))
            // A command under the same identifier would only be told the same again.
            #expect(!response.text.contains(Self.id))
        }
    }

    @Test func whatCannotBeRightIsNotSent() async throws {
        let services = FakeServices()
        try await ConsoleUnderTest.pages(services) { client in
            var values = Self.diagnosis
            values[4].1 = "2026-02-31"
            let response = try await client.send("/act/finance.diagnose-alert.v1", values)
            #expect(response.status == .unprocessableContent)
            #expect(response.text.contains("id=\"f-recoverBy-fault\""))
            // Mended, it is still the same command.
            #expect(response.text.contains("name=\"~id\" value=\"\(Self.id)\""))
            #expect(try await client.send("/act/finance.diagnose-alert.v1", []).status == .badRequest)
            #expect(try await client.send("/act/nothing.v1", Self.diagnosis).status == .notFound)
        }
        #expect(services.commands.isEmpty)
    }

    @Test func aServiceThatIsLateIsWaitedForUnderTheSameIdentifier() async throws {
        let services = FakeServices(reply: { _ in throw ClientError(.notHeard, "not heard of") })
        try await ConsoleUnderTest.pages(services) { client in
            let response = try await client.send("/act/finance.diagnose-alert.v1", Self.diagnosis)
            #expect(response.status == .gatewayTimeout)
            #expect(response.text.contains("name=\"~id\" value=\"\(Self.id)\""))
            #expect(response.text.contains("class=\"notice waiting\""))
        }
    }

    @Test(arguments: ["cross-site", "same-site"])
    func anotherSitesPageActsForNobody(site: String) async throws {
        let services = FakeServices()
        try await ConsoleUnderTest.pages(services) { client in
            let response = try await client.send("/act/finance.diagnose-alert.v1", Self.diagnosis, site: site)
            #expect(response.status == .forbidden)
        }
        #expect(services.commands.isEmpty)
    }

    @Test func whatIsTooLargeIsRefusedAsAPage() async throws {
        try await ConsoleUnderTest.pages(FakeServices()) { client in
            let response = try await client.send(
                "/act/finance.diagnose-alert.v1", [("plan", String(repeating: "x", count: 300 << 10))])
            #expect(response.status == .contentTooLarge)
            #expect(response.header("Content-Security-Policy") == SecurityHeaders.policy)
        }
    }

    @Test func everyActThatIsOfferedCanBeSaid() throws {
        // What a form makes of good values its own contract reads.
        for contract in ActForm.contracts where ActForm(contract: contract, typed: [:]).isOffered {
            let form = ActForm(contract: contract, typed: Self.filled(contract.fields, ""))
            do throws(Refusal) {
                _ = try form.data(by: "li.wei")
            } catch {
                // Whether its values go together is its own to say, and so which of two must be there; that one is missing
                // that always must be, or is of the wrong form, is the form's.
                let isOptional = contract.fields.contains { "$.\($0.name)" == error.path && !$0.isRequired }
                #expect(
                    error.reason != .wrongType && (error.reason != .missingField || isOptional),
                    "\(contract.type): \(error)")
            }
        }
    }

    private static func filled(_ fields: [FieldDescription], _ before: String) -> [String: String] {
        var values: [String: String] = [:]
        for field in fields where ActForm.isTyped(field.form) {
            let path = before + field.name
            if case .object(let inner) = field.form {
                values.merge(filled(inner, path + ".")) { $1 }
            } else {
                values[path] = sample(field.form)
            }
        }
        return values
    }

    private static func sample(_ form: FieldForm) -> String {
        switch form {
        case .text(let minimum, _): String(repeating: "x", count: max(minimum, 1))
        case .integer(let range): "\(max(range.lowerBound, min(1, range.upperBound)))"
        case .decimal: "1.00"
        case .currency: "CNY"
        case .timestamp: "2026-01-05T10:00:00+08:00"
        case .day, .dayOrTimestamp: "2026-01-05"
        case .boolean: "true"
        case .choice(let choices): choices.first ?? ""
        case .array(let form, _): sample(form)
        case .object: ""
        }
    }
}
