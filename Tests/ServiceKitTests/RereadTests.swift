import BrokerLayout
import Contracts
import Domain
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import ServiceKit

/// What a running service does when its files are read again; that a signal asks for it, and that whole services go by the
/// new files without being started anew, is in Tests/EndToEnd/operators_book.sh.
@Suite("Files of the settings, read again")
struct RereadTests {
    @Test("all are put in force, or none: what is wrong is said until it is right, and counts as no reading")
    func record() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("waybill-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let settings = Settings(Setting.common, values: ["partners": file.path])
        func put(_ name: String) throws {
            try Data(#"{"partners":[{"name":"\#(name)","users":["u"],"sources":["s"]}]}"#.utf8).write(to: file)
        }
        func names() throws -> [String] {
            try settings.file("partners", PartnerNames.init)?.names ?? []
        }
        try put("acme")
        let first = Current(try names())
        let second = Current(try names())
        let reread = Reread(logger: TestServers.quiet) {
            let read = try settings.file("partners", PartnerNames.init)?.names ?? []
            return {
                first.replace(with: read)
                second.replace(with: read)
            }
        }
        #expect(reread.record == Reread.Record(reads: 1, problem: nil))
        try put("globex")
        #expect(first.value == ["acme"])
        reread.again()
        #expect(first.value == ["globex"] && second.value == ["globex"])
        #expect(reread.record == Reread.Record(reads: 2, problem: nil))
        try Data(#"{"partners":[{"name":"initech"#.utf8).write(to: file)
        reread.again()
        #expect(first.value == ["globex"] && second.value == ["globex"])
        #expect(reread.record.reads == 2)
        #expect(reread.record.problem?.contains("WAYBILL_PARTNERS: '\(file.path)' cannot be used") == true)
        try FileManager.default.removeItem(at: file)
        reread.again()
        #expect(first.value == ["globex"] && reread.record.problem?.contains("cannot be read") == true)
        try put("initech")
        reread.again()
        #expect(first.value == ["initech"] && reread.record == Reread.Record(reads: 3, problem: nil))
    }

    @Test("who was taken out may speak no more, and who was put in may, each from the moment it holds")
    func publishers() throws {
        func rules(_ sources: String) throws -> ServiceRules {
            let json = #"{"partners":[{"name":"acme","users":["u"],"sources":[\#(sources)],"queue":true}]}"#
            return ServiceRules(
                ServiceDefinition(name: .supplier, migrations: [], capabilities: []),
                .registered(try PartnerRegistry(json: Array(json.utf8))))
        }
        let current = Current(try rules(#""acme","acme-east""#))
        let begun = current.value
        current.replace(with: try rules(#""acme","acme-west""#))
        func mayImport(_ rules: ServiceRules, _ source: String) -> Bool {
            (try? rules.publishers.references(ofImported: source)) != nil
        }
        // A batch that has begun goes on by what it began with.
        #expect(mayImport(begun, "acme-east") && !mayImport(begun, "acme-west"))
        #expect(!mayImport(current.value, "acme-east") && mayImport(current.value, "acme-west"))
        #expect(current.value.partners != nil)
        current.replace(with: ServiceRules(current.value.definition, .any))
        #expect(current.value.partners == nil)
    }

    /// The names that a file of partners has.
    private struct PartnerNames {
        let names: [String]

        init(_ bytes: [UInt8]) throws { names = try PartnerRegistry(json: bytes).partners.map(\.name) }
    }
}
