import ArgumentParser
import Client
import Contracts
import Foundation
import HTTPAPI

struct ContractsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contracts", abstract: "What crosses the wire.",
        subcommands: [
            List.self, Fields.self, AsyncAPI.self, OpenAPI.self, JSONSchema.self, Questions.self, Write.self,
            Check.self,
        ])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every kind of message.")

        @OptionGroup var output: OutputOptions

        func run() throws {
            try output.show([
                QueryTable(
                    "contracts", ["type", "owner", "readers", "summary"].map { QueryColumn($0) },
                    rows: Catalogue.contracts.map {
                        [
                            $0.type.description, $0.owner.description,
                            $0.readers.map(\.rawValue).joined(separator: " "), $0.summary,
                        ]
                    })
            ])
        }
    }

    struct Fields: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every field of every message, one a line: the form in which a release is written down.")

        func run() {
            for line in SchemaCompatibility.snapshot { print(line) }
        }
    }

    struct AsyncAPI: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "asyncapi", abstract: "All messages as an AsyncAPI 3.0 document.")

        func run() {
            print(ContractDocuments.asyncAPI(), terminator: "")
        }
    }

    struct OpenAPI: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "openapi",
            abstract: "The HTTP API as an OpenAPI 3.1 document: docs/contracts/openapi.json here.")

        func run() {
            print(OpenAPIDocument.text(), terminator: "")
        }
    }

    struct JSONSchema: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "json-schema", abstract: "One message, or all, as JSON Schema 2020-12.")

        @Argument(help: "The type; all when none is named.")
        var type: String?

        func run() throws {
            guard let type else {
                for contract in Catalogue.contracts { print(ContractDocuments.jsonSchema(contract), terminator: "") }
                return
            }
            guard let contract = Catalogue.description(of: MessageType(type)) else {
                throw Failure("\(Catalogue.refusal(forUnknown: MessageType(type)).detail)")
            }
            print(ContractDocuments.jsonSchema(contract), terminator: "")
        }
    }

    struct Questions: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every question that a service answers, as Markdown: docs/contracts/questions.md here.")

        func run() {
            print(QueryCatalogue.document(), terminator: "")
        }
    }

    struct Write: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write all documents into a folder.")

        @Argument(help: "The folder, docs/contracts in this repository.")
        var folder: String

        func run() throws {
            for (path, text) in ContractDocuments.files() {
                let target = URL(fileURLWithPath: folder).appendingPathComponent(path)
                try FileManager.default.createDirectory(
                    at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: target)
            }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Validate bodies offline, with reason and place for each refusal.",
            discussion: """
                Each line is a body, or a message as 'waybill orders publish' takes it, {"type": …, "id": …, "data": {…}},
                whose data is looked at as of the type that it names.

                Fields that the type does not have are no reason to refuse a body: nobody reads them. Each is named in a
                warning, for it may be a slip of the pen.
                """)

        @Argument(help: "The file, one JSON object a line.")
        var file: String
        @Option(help: "The type of bodies that stand by themselves.")
        var type = "order.placed.v1"

        func run() throws {
            guard let contract = Catalogue.description(of: MessageType(type)) else {
                throw Failure(Catalogue.refusal(forUnknown: MessageType(type)).detail)
            }
            let text = try ColumnFile.text(of: file)
            var check = BodyCheck(type: contract.type)
            for (index, line) in text.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
                // Empty but for what ends it on other systems.
                guard line.contains(where: { $0 > 32 }) else { continue }
                if let refusal = check.refusal(of: Array(line), line: index + 1) {
                    print("line \(index + 1): \(refusal)")
                }
            }
            for warning in check.warnings { say(warning) }
            say("\(check.count) checked, \(check.refused) refused")
            if check.refused > 0 { throw ExitCode(2) }
        }
    }
}

/// Lines of a file of messages, looked at one after the other as a service looks at what they hold.
struct BodyCheck {
    /// The type of bodies that stand by themselves.
    let type: MessageType
    private(set) var count = 0
    private(set) var refused = 0
    private var unknown: [(type: MessageType, fields: UnknownFields)] = []

    init(type: MessageType) { self.type = type }

    /// Why a line would be refused; `nil` when it would not.
    mutating func refusal(of line: [UInt8], line number: Int) -> Refusal? {
        count += 1
        do throws(Refusal) {
            let node = try JSONDocument(parsing: line).root
            let message = MessageLine.parts(of: node)
            let type = message.map { MessageType($0.type) } ?? type
            let data = message?.data ?? node
            guard let contract = Catalogue.description(of: type) else { throw Catalogue.refusal(forUnknown: type) }
            add(contract.unknownFields(in: data), of: type, number)
            _ = try contract.reencode(data)
            return nil
        } catch {
            refused += 1
            return error
        }
    }

    private mutating func add(_ paths: [String], of type: MessageType, _ line: Int) {
        let place = unknown.firstIndex { $0.type == type } ?? unknown.endIndex
        if place == unknown.endIndex { unknown.append((type, UnknownFields())) }
        unknown[place].fields.add(paths, line: line)
    }

    /// A line for each field that nobody reads, type by type.
    var warnings: [String] { unknown.flatMap { $0.fields.warnings(of: $0.type) } }
}

/// The fields of some bodies that nobody reads.
struct UnknownFields {
    private var lines: [(path: String, first: Int, count: Int)] = []

    /// Those of one line.
    mutating func add(_ paths: [String], line: Int) {
        for path in paths {
            if let place = lines.firstIndex(where: { $0.path == path }) {
                lines[place].count += 1
            } else {
                lines.append((path, line, 1))
            }
        }
    }

    /// A line for each, in the order in which they were met.
    func warnings(of type: MessageType) -> [String] {
        lines.map { path, first, count in
            let others = count > 1 ? " and in \(count - 1) more" : ""
            return "warning: \(path) is unknown in \(type), nobody reads it: in line \(first)\(others)"
        }
    }
}
