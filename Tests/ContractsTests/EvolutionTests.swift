import Contracts
import Foundation
import Testing

/// The repository, found from this file.
private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
private let golden = root.appendingPathComponent("Tests/ContractsTests/Golden")

@Suite("The contracts' evolution")
struct EvolutionTests {
    @Test(
        "every type has golden files that decode and are written again as they are",
        arguments: Catalogue.contracts.map(\.type))
    func goldenFiles(_ type: MessageType) throws {
        let contract = try #require(Catalogue.description(of: type))
        let folder = golden.appendingPathComponent(type.description)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.contains("full.json") && names.contains("minimal.json"))
        for name in names {
            let data = try Data(contentsOf: folder.appendingPathComponent(name))
            let written = try contract.reencode(JSONDocument(parsing: Array(data)).root)
            let (expected, found) = (try normalised(data), try normalised(Data(written)))
            #expect(expected == found, "\(type) \(name)")
        }
    }

    /// Keys sorted, spaces gone: what is left to compare is the content.
    private func normalised(_ data: Data) throws -> String {
        let object = try JSONSerialization.jsonObject(with: data)
        return String(
            decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
    }

    @Test("what was released still holds")
    func compatible() throws {
        let file = golden.appendingPathComponent("released-fields.txt")
        let released = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(released.count > 100)
        let breaks = SchemaCompatibility.breaks(released: released, current: SchemaCompatibility.snapshot)
        #expect(breaks.isEmpty, "a new version needs a new type: \(breaks.joined(separator: "; "))")
        let added = Set(SchemaCompatibility.snapshot).subtracting(released)
        #expect(added.isEmpty, "add to released-fields.txt: \(added.sorted().joined(separator: "; "))")
    }

    @Test("a break is seen, an addition is none")
    func seesBreaks() {
        let released = ["a.b.v1 $.x text(1…9) required", "a.b.v1 $.y decimal optional"]
        #expect(SchemaCompatibility.breaks(released: released, current: released).isEmpty)
        #expect(
            SchemaCompatibility.breaks(released: released, current: released + ["a.b.v1 $.z day optional"]).isEmpty)
        #expect(SchemaCompatibility.breaks(released: released, current: [released[0]]).count == 1)
        #expect(
            SchemaCompatibility.breaks(released: released, current: released + ["a.b.v1 $.z day required"]).count == 1)
        let within = released + ["a.b.v1 $.z object optional", "a.b.v1 $.z.day day required"]
        #expect(SchemaCompatibility.breaks(released: released, current: within).isEmpty)
        let list = released + ["a.b.v1 $.z array(0…9) optional", "a.b.v1 $.z[].day day required"]
        #expect(SchemaCompatibility.breaks(released: released, current: list).isEmpty)
        #expect(
            SchemaCompatibility.breaks(released: list, current: list + ["a.b.v1 $.z[].to day required"]).count == 1)
        #expect(
            SchemaCompatibility.breaks(released: within, current: within + ["a.b.v1 $.z.to day required"]).count == 1)
        #expect(
            SchemaCompatibility.breaks(
                released: released, current: ["a.b.v1 $.x text(1…5) required", released[1]]
            ).count == 1)
        #expect(
            SchemaCompatibility.breaks(
                released: released, current: [released[0], "a.b.v1 $.y decimal required"]
            ).count == 1)
        let loosened = ["a.b.v1 $.x text(1…9) optional", released[1]]
        #expect(SchemaCompatibility.breaks(released: released, current: loosened).count == 1)
        #expect(SchemaCompatibility.breaks(released: released, current: loosened, inbound: ["a.b.v1"]).isEmpty)
    }

    @Test("the generated documents are those in docs/contracts")
    func documents() throws {
        for (path, text) in ContractDocuments.files() {
            let found = try? String(contentsOf: root.appendingPathComponent("docs/contracts/\(path)"), encoding: .utf8)
            #expect(found == text, "\(path) is stale: run 'waybill contracts write docs/contracts'")
            if path.hasSuffix(".json") {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
            }
        }
    }

    @Test("docs/contracts/questions.md is what the catalogue of questions says")
    func questions() throws {
        let found = try? String(contentsOf: root.appendingPathComponent("docs/contracts/questions.md"), encoding: .utf8)
        #expect(
            found == QueryCatalogue.document(),
            "stale: run 'waybill contracts questions > docs/contracts/questions.md'")
    }

    struct First: Message {
        static let type = MessageType("test.thing.v1")
        let name: String
        init(fields: inout FieldReader) throws(Refusal) { name = try fields.text("name") }
        func write(to object: inout ObjectWriter) { object.text("name", name) }
    }

    struct Second: Message {
        static let type = MessageType("test.thing.v2")
        static let upcasters = [Upcaster<Self>(from: First.self) { Second(title: $0.name, count: 1) }]
        let title: String
        let count: Int
        init(title: String, count: Int) {
            self.title = title
            self.count = count
        }
        init(fields: inout FieldReader) throws(Refusal) {
            title = try fields.text("title")
            count = try fields.integer("count")
        }
        func write(to object: inout ObjectWriter) {
            object.text("title", title)
            object.integer("count", count)
        }
    }

    struct Third: Message {
        static let type = MessageType("test.thing.v3")
        static let upcasters = [
            Upcaster<Self>(from: Second.self) { Third(titles: [String](repeating: $0.title, count: $0.count)) }
        ]
        let titles: [String]
        init(titles: [String]) { self.titles = titles }
        init(fields: inout FieldReader) throws(Refusal) { titles = try fields.texts("titles", 0...9) }
        func write(to object: inout ObjectWriter) { object.texts("titles", titles) }
    }

    @Test("an older version is lifted through every version between")
    func upcasting() throws {
        let decoders = Third.decoders
        #expect(decoders.map(\.type.description) == ["test.thing.v3", "test.thing.v2", "test.thing.v1"])
        let oldest = try #require(decoders.last)
        let lifted = try oldest.decode(JSONDocument(parsing: #"{"name": "x"}"#).root)
        #expect(lifted == Third(titles: ["x"]))
    }

    @Test("an unknown version is told from an unknown type")
    func unknownTypes() {
        #expect(Catalogue.refusal(forUnknown: MessageType("order.placed.v9")).reason == .unknownVersion)
        #expect(Catalogue.refusal(forUnknown: MessageType("order.plcaed.v1")).reason == .unknownType)
    }
}
