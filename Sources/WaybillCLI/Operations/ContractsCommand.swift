import ArgumentParser
import Client
import Contracts
import Foundation

struct ContractsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contracts", abstract: "What crosses the wire.",
        subcommands: [List.self, Fields.self, AsyncAPI.self, JSONSchema.self, Questions.self, Write.self, Check.self])

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
                Fields that the type does not have are no reason to refuse a body: nobody reads them. Each is named in a
                warning, for it may be a slip of the pen.
                """)

        @Argument(help: "The file, one JSON object a line.")
        var file: String
        @Option(help: "The type of the bodies.")
        var type = "order.placed.v1"

        func run() throws {
            guard let contract = Catalogue.description(of: MessageType(type)) else {
                throw Failure(Catalogue.refusal(forUnknown: MessageType(type)).detail)
            }
            let text = try ColumnFile.text(of: file)
            var refused = 0
            var count = 0
            var unknown = UnknownFields()
            for (index, line) in text.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
                // Empty but for what ends it on other systems.
                guard line.contains(where: { $0 > 32 }) else { continue }
                count += 1
                do {
                    let data = try JSONDocument(parsing: Array(line)).root
                    unknown.add(contract.unknownFields(in: data), line: index + 1)
                    _ = try contract.reencode(data)
                } catch {
                    refused += 1
                    print("line \(index + 1): \(error)")
                }
            }
            for warning in unknown.warnings(of: contract.type) { say(warning) }
            say("\(count) checked, \(refused) refused")
            if refused > 0 { throw ExitCode(2) }
        }
    }
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
