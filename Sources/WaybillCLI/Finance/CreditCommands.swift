import ArgumentParser
import Contracts

struct ExposureCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "exposure", CreditQuestions.exposure,
        """
        Exposure = open receivables + unbilled + accepted orders - deposits.
        """)

    @OptionGroup var asking: AskingOptions
}

struct LimitsCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "limits", CreditQuestions.limits)

    @OptionGroup var asking: AskingOptions
}

struct RiskCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "risk", CreditQuestions.risk,
        """
        Learned from the customers' invoices that were settled, each as it was known when it was issued. Of what was said
        (--history) every invoice is told, so that it can be judged.
        """, instead: [.init("history", CreditQuestions.trial, isWhole: true)])

    @OptionGroup var asking: AskingOptions
}
