import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Importing
import Messaging
import Operations

extension InteractionsCommand {
    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget a person: everything personal becomes unreadable for ever.",
            discussion: """
                The service destroys the person's key and what was sealed by it; then refused messages that speak of the
                person are taken out of the dead letters of every service, each with a record that holds a digest only.
                """)

        @Option(help: "The customer's code.")
        var code: String
        @Option(help: "The source that gave the code.")
        var source: String
        @Option(name: .customLong("with"), help: "The person, as in the interactions; everybody when not given.")
        var person: String?
        @Option(
            help: ArgumentHelp(
                "Who asks for it: you, as you are logged in at the broker. Anybody else only in the demo profile.",
                valueName: "login"))
        var by = CommandEnvironment.login
        @Option(help: "The command's identifier; the same again has no second effect.")
        var id: String?
        @Flag(help: "Yes, for good.")
        var yes = false

        func run() async throws {
            guard yes else { throw ValidationError("this cannot be undone: say --yes") }
            let identifier = id ?? UUID().uuidString.lowercased()
            let body = ErasePerson(
                source: source, customer: CustomerCode(code: code), with: person, by: by, at: .now())
            let reply = try await Commanding.send(ErasePerson.type, body.encode(), to: .customer, id: identifier)
            if let refusal = reply.refusal {
                say("refused: \(refusal)")
                throw ExitCodes.refused
            }
            let count = try await Self.done(identifier)
            let letters = try await discardLetters()
            say("forgotten: \(count) contacts can be read no more, \(letters) dead letters are gone")
        }

        /// How many contacts can be read no more.
        private static func done(_ identifier: String) async throws -> String {
            let tables = try await Asking.once(.customer, "interactions.erasures", [("id", identifier)])
            return tables.first?.rows.first?.values.last.flatMap { $0 } ?? "0"
        }

        /// Takes refused messages that speak of the person out of the dead letters.
        private func discardLetters() async throws -> Int {
            let broker = try CommandEnvironment().operator("erase")
            let trail = AuditTrail(user: broker.userName, why: "a person asked to be forgotten")
            var all = DeadLetterSelection()
            all.limit = 60_000
            let selection = all
            let command = self
            return try await withPublisher(as: broker) { publisher in
                var count = 0
                _ = try await DeadLetterBrowser.each(selection, as: broker) { browser in
                    let letters = browser.letters.filter { PersonalLetter.speaks($0, of: command) }
                    for start in stride(from: 0, to: letters.count, by: 500) {
                        try await browser.perform(
                            .discard, letters[start..<min(start + 500, letters.count)], publishing: [], trail,
                            publisher)
                    }
                    count += letters.count
                }
                return count
            }
        }
    }
}

/// Which refused messages speak of a person.
enum PersonalLetter {
    private static let types = [InteractionLogged.type, ConsentRecorded.type, ErasePerson.type].map(\.description)

    static func speaks(_ letter: BrowsedDeadLetter, of command: InteractionsCommand.Erase) -> Bool {
        speaks(
            body: letter.delivery.body, type: letter.type ?? letter.delivery.routingKey, person: command.person,
            code: command.code)
    }

    /// Whether a message, readable or not, speaks of a person, or of anybody at a customer.
    ///
    /// A refused message may be broken in any way, so its text is searched: as it stands, in the encoding it is in, as
    /// JSON that writes characters as numbers, and the data that a CloudEvent holds in Base64 or as a text of JSON.
    static func speaks(body: [UInt8], type: String, person: String?, code: String) -> Bool {
        var texts = [body]
        if let text = try? TextEncoding.decode(body, name: "a body"), text.original != nil { texts.append(text.bytes) }
        texts = texts.flatMap(unfolded)
        func holds(_ word: String) -> Bool {
            let wanted = normal(word)
            return texts.contains { normal(String(decoding: $0, as: UTF8.self)).contains(wanted) }
        }
        if let person, !person.isEmpty { return holds(person) }
        return types.contains(type) && holds("\"\(code)\"")
    }

    /// A text, and what it says as JSON: its characters written out, and the data that it holds as a text of its own.
    private static func unfolded(_ text: [UInt8]) -> [[UInt8]] {
        guard let object = try? JSONSerialization.jsonObject(with: Data(text), options: [.fragmentsAllowed]),
            let plain = try? JSONSerialization.data(withJSONObject: [object], options: [.withoutEscapingSlashes])
        else { return [text] }
        let event = object as? [String: Any]
        let inner = [
            (event?["data_base64"] as? String).flatMap { Data(base64Encoded: $0) },
            (event?["data"] as? String).map { Data($0.utf8) },
        ]
        return [text, Array(plain)] + inner.compactMap { $0 }.flatMap { unfolded(Array($0)) }
    }

    private static func normal(_ text: String) -> String {
        TypedText.withoutUnseen(text).precomposedStringWithCompatibilityMapping.lowercased().split(
            whereSeparator: \.isWhitespace
        )
        .joined(separator: " ")
    }
}
