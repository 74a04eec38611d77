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
