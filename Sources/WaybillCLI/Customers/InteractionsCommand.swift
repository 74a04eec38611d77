import ArgumentParser
import Contracts
import Foundation

struct InteractionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interactions", abstract: "Who spoke with whom, who should, and who wants to be forgotten.",
        subcommands: [Log.self, List.self, Coverage.self, Consent.self, Erase.self, Erasures.self])

    struct Log: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Note that you spoke with a customer: a visit, a call, a message.",
            discussion: """
                How: \(InteractionChannel.allCases.map(\.rawValue).joined(separator: ", ")); a visit is a meeting, a call
                is phone. Who it was with and what was said are sealed, and forgotten when the person wants it.
                """)

        @Argument(help: "The code of the customer.")
        var customer: String
        @Option(help: "How; one of the list above.")
        var channel: String
        @Option(help: "What was said, in words.")
        var summary: String
        @Option(name: .customLong("with"), help: "The person there.")
        var person: String?
        @Option(help: "The contact's own number, when it has one; the same again has no second effect.")
        var number: String?
        @OptionGroup var book: BookOptions

        func run() async throws {
            try await book.send(contact(number ?? book.act.id ?? UUID().uuidString.lowercased()), to: .customer)
        }

        /// The contact under a number.
        func contact(_ number: String) throws -> InteractionLogged {
            InteractionLogged(
                interactionId: number, customer: CustomerCode(code: customer),
                channel: try ArgumentValue.choice(channel, "--channel", InteractionChannel.self),
                at: try book.time(), with: person, by: book.by, summary: summary)
        }
    }

    struct List: QuestionCommand {
        static let asked = AskedQuestion("list", InteractionQuestions.list, arguments: ["customer"])

        @OptionGroup var asking: AskingOptions
    }

    struct Coverage: QuestionCommand {
        static let asked = AskedQuestion(
            "coverage", InteractionQuestions.coverage)

        @OptionGroup var asking: AskingOptions
    }

    struct Consent: QuestionCommand {
        static let asked = AskedQuestion("consent", InteractionQuestions.consent, arguments: ["customer"])

        @OptionGroup var asking: AskingOptions
    }

    struct Erasures: QuestionCommand {
        static let asked = AskedQuestion("erasures", InteractionQuestions.erasures)

        @OptionGroup var asking: AskingOptions
    }
}
