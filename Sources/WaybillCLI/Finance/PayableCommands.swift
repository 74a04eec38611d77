import ArgumentParser
import Contracts

struct PayablesCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "list", PayableQuestions.list,
        """
        An invoice is matched when it is within 1 % (at least 1.00) of the costs recorded of the supplier for its orders.
        Otherwise it is above-cost, below-cost, no-cost or no-order; twice when it looks like another of its number.
        """)

    @OptionGroup var asking: AskingOptions
}

struct PaymentRunCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "payment-run", PayableQuestions.run,
        """
        Proposed is what is matched and due until the next working day. Prepayments are shown, never taken off.
        """)

    @OptionGroup var asking: AskingOptions
}

struct PrepaymentsCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "prepayments", PayableQuestions.prepayments)

    @OptionGroup var asking: AskingOptions
}

struct DependencyCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "dependency", PayableQuestions.dependency,
        """
        Concentration is the sum of the squares of all shares: 100 for one supplier alone.
        """)

    @OptionGroup var asking: AskingOptions
}

struct SetOffCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "set-off", PayableQuestions.setOff)

    @OptionGroup var asking: AskingOptions
}

struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Pay a supplier's invoice although it does not fit: one proposes it, another person approves.",
        subcommands: [Propose.self, Approve.self])

    struct Propose: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Propose to pay an invoice that is held back.")

        @Argument(help: "The supplier's invoice.")
        var invoice: String
        @Option(help: "The system whose number it is.")
        var source: String
        @Option(help: "Why it is to be paid all the same, in words.")
        var reason: String
        @OptionGroup var act: ActOptions

        func run() async throws { try await act.send(command) }

        /// What is sent.
        var command: ReleasePayable {
            ReleasePayable(source: source, invoiceId: invoice, step: .propose, reason: reason, by: act.by)
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Approve that an invoice is paid which somebody else wants released.",
            discussion: """
                It is for the director and for approvers of the authority file, each up to an amount. From then on the
                invoice is part of payment runs.
                """)

        @Argument(help: "The supplier's invoice.")
        var invoice: String
        @Option(help: "The system whose number it is.")
        var source: String
        @Option(help: "More about it, in words.")
        var note: String?
        @OptionGroup var act: ActOptions

        func run() async throws { try await act.send(command) }

        /// What is sent.
        var command: ReleasePayable {
            ReleasePayable(source: source, invoiceId: invoice, step: .approve, reason: note, by: act.by)
        }
    }
}
