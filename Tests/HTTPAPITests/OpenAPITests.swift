import Contracts
import Foundation
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("The OpenAPI document")
struct OpenAPITests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func document() throws -> JSONNode {
        var limits = JSONLimits.standard
        limits.bodyBytes = 16 << 20
        limits.depth = 64
        return try JSONDocument(parsing: OpenAPIDocument.value.bytes, limits: limits).root
    }

    @Test(
        "docs/contracts/openapi.json is what the catalogue and the contracts make: 'waybill contracts openapi' writes it"
    )
    func committed() throws {
        let path = Self.root.appendingPathComponent("docs/contracts/openapi.json")
        let text = try String(contentsOf: path, encoding: .utf8)
        #expect(
            text == OpenAPIDocument.text(), "write it anew: waybill contracts openapi > docs/contracts/openapi.json")
    }

    @Test("every question of every service, every command and every event stands in it, under a name of its own")
    func whole() throws {
        let paths = try #require(try Self.document()["paths"])
        for service in ServiceName.allCases {
            for question in QueryCatalogue.questions(of: service) {
                let operation = paths["/api/v1/\(service.rawValue)/\(question.name)"]?["get"]
                let named = operation?["parameters"]?.elements.compactMap { $0["name"]?.string } ?? []
                #expect(Set(named) == Set(question.parameters.map(\.name) + ["table"]), "\(question.name)")
            }
        }
        for contract in Catalogue.contracts where contract.personField != nil {
            #expect(paths["/api/v1/commands/\(contract.type)"]?["post"] != nil, "\(contract.type)")
        }
        let operations = paths.members.flatMap { $0.value.members.compactMap { $0.value["operationId"]?.string } }
        #expect(Set(operations).count == operations.count && operations.count == paths.count)
    }

    @Test("what it refers to is there, and who acts need not be said")
    func references() throws {
        let document = try Self.document()
        func check(_ node: JSONNode) {
            for (key, value) in node.members {
                if key == "$ref", let text = value.string {
                    let target = text.dropFirst(2).split(separator: "/").reduce(Optional(document)) { $0?[String($1)] }
                    #expect(target != nil, "\(text)")
                }
                check(value)
            }
            for element in node.elements { check(element) }
        }
        check(document)
        let schemas = try #require(document["components"]?["schemas"])
        let close = schemas["command.finance.close-alert.v1"]
        #expect(close?["required"]?.elements.contains { $0.string == "by" } == false)
        #expect(close?["properties"]?["by"] != nil)
    }

    @Test("it is told to everybody, and not twice")
    func told() async throws {
        let fixture = try Fixture()
        let answer = try await fixture.one(.get, "/api/v1/openapi.json", as: nil)
        #expect(answer.status == 200 && answer.bytes == OpenAPIDocument.value.bytes)
        let tag = try #require(answer.headers[.eTag])
        let same = try await fixture.one(.get, "/api/v1/openapi.json", as: nil, ["If-None-Match": tag])
        #expect(same.status == 304 && same.bytes.isEmpty)
    }
}
