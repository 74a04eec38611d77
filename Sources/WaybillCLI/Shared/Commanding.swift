import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Messaging

/// Who acts, and how the outcome is wanted.
struct ActOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The login of who decides: you, as you are logged in at the broker. Anybody else only in the demo profile.",
            valueName: "login"))
    private(set) var by: String = CommandEnvironment.login
    @Option(help: "The command's identifier; the same again has no second effect and gets the same answer.")
    var id: String?
    @Flag(help: "Print what came of it as JSON.")
    var json = false
    @Flag(help: "Identifiers are meant exactly as typed, characters that nobody sees included.")
    var exact = false

    /// Gives a service a command and waits for what comes of it.
    ///
    /// Ends with code 2 when it is refused, and 75 when the service is not heard of in time.
    ///
    /// - Parameters:
    ///   - body: the command.
    ///   - service: who carries it out.
    ///   - source: whose numbers it speaks of.
    ///   - types: what may come of it, of which one is shown.
    func send(
        _ body: some Message, to service: ServiceName = .finance, source: String = Commanding.source,
        expecting types: [MessageType] = []
    ) async throws {
        try await send(
            Swift.type(of: body).type, body.encode(), to: service, source: source, expecting: types)
    }

    /// The same for data of any type.
    func send(
        _ type: MessageType, _ data: [UInt8], to service: ServiceName, source: String,
        expecting types: [MessageType] = []
    ) async throws {
        if !exact, let contract = Catalogue.description(of: type) {
            do throws(Refusal) {
                try contract.refuseSlips(in: JSONDocument(parsing: data).root)
            } catch {
                throw refused(
                    Refusal(error.reason, path: error.path, "\(error.detail), or say that it is meant by --exact"))
            }
        }
        let identifier = id ?? UUID().uuidString.lowercased()
        let reply = try await Waiting("the answer of \(service.rawValue)").during {
            try await Commanding.send(type, data, to: service, source: source, id: identifier)
        }
        if let refusal = reply.refusal {
            let code = refused(refusal)
            if refusal.reason == .notFound { TypedHints.hints(TypedHints.texts(in: data)).forEach(say) }
            throw code
        }
        let result = reply.results.first { types.contains($0.type) } ?? reply.results.first
        if json {
            if let result, !types.isEmpty {
                print(String(decoding: result.data, as: UTF8.self))
            } else {
                var object = ObjectWriter()
                object.text("type", type.description)
                object.text("id", identifier)
                object.json("data", data)
                print(String(decoding: object.finished(), as: UTF8.self))
            }
        } else {
            say("done: \(result?.type ?? type)" + (reply.isRepeated ? ", by the same command before" : ""))
        }
        if reply.proof == .word, let person = reply.person {
            say("by the word of '\(person)' only, as the demo profile allows; it is so recorded")
        }
    }

    /// Says that it is refused, and why: by the service, or by what the command has looked up before.
    ///
    /// - Returns: what to throw.
    func refused(_ refusal: Refusal) -> ExitCode {
        if json {
            var object = ObjectWriter()
            object.text("refused", refusal.reason.rawValue)
            object.text("path", refusal.path)
            object.text("detail", refusal.detail)
            print(String(decoding: object.finished(), as: UTF8.self))
        } else {
            say("refused: \(refusal)")
        }
        return ExitCodes.refused
    }
}

extension Commanding {
    /// Gives a service a command as whoever is logged in.
    static func send(
        _ type: MessageType, _ data: [UInt8], to service: ServiceName, source: String = Commanding.source, id: String
    ) async throws -> ActReply {
        try await send(type, data, to: service, source: source, id: id, as: CommandEnvironment().person("command"))
    }
}

/// Values of arguments; one that cannot be read ends the command as a wrong argument does.
enum ArgumentValue {
    static func day(_ text: String, _ option: String) throws -> CalendarDay {
        try read { try EnteredValue.day(text, option) }
    }

    static func time(_ text: String, _ option: String) throws -> Timestamp {
        try read { try EnteredValue.time(text, option) }
    }

    static func amount(_ text: String, _ option: String) throws -> FixedDecimal {
        try read { try EnteredValue.amount(text, option) }
    }

    static func currency(_ text: String) throws -> Currency {
        try read { try EnteredValue.currency(text, "--currency") }
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String, _ option: String, _ type: Choice.Type
    ) throws -> Choice {
        try read { try EnteredValue.choice(text, option, type) }
    }

    private static func read<Value>(_ value: () throws -> Value) throws -> Value {
        do { return try value() } catch let failure as Failure { throw ValidationError(failure.description) }
    }
}
