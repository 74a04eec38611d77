import ArgumentParser
import Client
import Contracts
import Foundation

struct ActsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acts",
        abstract: "What people have had carried out, by whom; and acts that have no command of their own.",
        subcommands: [List.self, Send.self])

    struct List: QuestionCommand {
        static let asked = AskedQuestion(
            "list", CommonQuestions.acts,
            """
            Proof: user (the broker has verified the person), edge (the trusted edge has), word (by word only, in the
            demo profile). What was refused is in 'waybill dead audit'.
            """)

        @OptionGroup var asking: AskingOptions
    }

    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send any act as JSON; most have a command of their own.",
            discussion: """
                The types: \(ActsCommand.types.joined(separator: ", ")).
                docs/contracts/catalogue.md tells their fields. Who acts is filled in.
                """)

        @Argument(help: "What it is; one of the list above.")
        var type: String
        @Argument(help: "The file with the data, one JSON object; - for standard input.")
        var file: String
        @Option(help: "Whose numbers it speaks of.")
        var source = Commanding.source
        @OptionGroup var act: ActOptions

        func run() async throws {
            guard let contract = Catalogue.description(of: MessageType(type)), let field = contract.personField,
                let service = contract.readers.first
            else {
                throw ValidationError("'\(type)' is no act of people: 'waybill acts send --help' lists those there are")
            }
            let data = try ColumnFile.text(of: file)
            try await act.send(
                contract.type, ActsCommand.filled(data, field, act.by), to: service, source: source)
        }
    }

    /// The types of messages by which people act.
    static let types = Catalogue.contracts.filter { $0.personField != nil }.map(\.type.description)

    /// Data with who acts in it.
    ///
    /// - Throws: ``Failure`` when it is no JSON object.
    static func filled(_ data: [UInt8], _ field: String, _ person: String) throws -> [UInt8] {
        let root: JSONNode
        do { root = try JSONDocument(parsing: data).root } catch { throw Failure("the data cannot be read: \(error)") }
        guard root.kind == .object else { throw Failure("the data is no JSON object") }
        guard root[field] == nil else { return data }
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        ObjectWriter.append(field, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        ObjectWriter.append(person, to: &bytes)
        for (key, value) in root.members {
            bytes.append(UInt8(ascii: ","))
            ObjectWriter.append(key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            bytes += value.text
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}
