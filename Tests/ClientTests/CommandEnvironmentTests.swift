import Contracts
import Foundation
import Messaging
import Testing

@testable import Client

@Suite("Where broker and services are")
struct CommandEnvironmentTests {
    /// A folder as 'make up' writes it.
    private func with(_ text: String, _ body: (String) throws -> Void) throws {
        let home = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        try Data(text.utf8).write(to: home.appendingPathComponent("env"))
        try body(home.path)
    }

    @Test("the environment comes before the file that 'make up' writes; an empty value counts as none")
    func order() throws {
        try with("export A='one'\nexport B=two\n# export C=three\nexport D='it''\n") { home in
            let environment = CommandEnvironment(["WAYBILL_HOME": home, "B": "other", "E": ""])
            #expect(environment["A"] == "one")
            #expect(environment["B"] == "other")
            #expect(environment["C"] == nil)
            #expect(environment["D"] == "it'")
            #expect(environment["E"] == nil)
        }
    }

    @Test("a person acts as its own user, and as the operator only where none is given")
    func person() throws {
        let operating = "amqp://waybill-operator:secret@127.0.0.1:5672"
        var variables = ["WAYBILL_HOME": "/nowhere", "WAYBILL_AMQP_OPERATOR_URL": operating]
        #expect(try CommandEnvironment(variables).person("test").userName == "waybill-operator")
        variables["WAYBILL_AMQP_USER_URL"] = "amqp://li.wei:secret@127.0.0.1:5672"
        #expect(try CommandEnvironment(variables).person("test").userName == "li.wei")
        #expect(try CommandEnvironment(variables).operator("test").userName == "waybill-operator")
    }

    @Test("an address may stand in a file; one that cannot be read is named, and so is a variable that is missing")
    func files() throws {
        try with("amqp://zhou.min:secret@127.0.0.1:5672\n") { (home: String) throws in
            let environment = CommandEnvironment([
                "WAYBILL_HOME": "/nowhere", "WAYBILL_AMQP_USER_URL_FILE": home + "/env",
                "WAYBILL_AMQP_OPERATOR_URL_FILE": home + "/none",
            ])
            #expect(try environment.person("test").userName == "zhou.min")
            let unreadable = #expect(throws: Failure.self) { try environment.operator("test") }
            #expect(unreadable?.description.contains(home + "/none") == true)
            let missing = #expect(throws: Failure.self) { try environment.broker("WAYBILL_AMQP_PARTNER_URL", "test") }
            #expect(missing?.description.contains("WAYBILL_AMQP_PARTNER_URL is not set") == true)
        }
    }

    @Test("the management's address is told without its login")
    func management() throws {
        let environment = CommandEnvironment([
            "WAYBILL_HOME": "/nowhere", "WAYBILL_HTTP_MANAGEMENT_URL": "https://guest:secret@broker:15671",
        ])
        #expect(try environment.management() == "https://broker:15671")
        #expect(throws: Failure.self) { try CommandEnvironment(["WAYBILL_HOME": "/nowhere"]).management() }
    }
}
