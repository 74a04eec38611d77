import ArgumentParser
import Contracts

struct DisputesCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "disputes", ReceivableQuestions.disputes)

    @OptionGroup var asking: AskingOptions
}

struct PromisesCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "promises", ReceivableQuestions.promises,
        """
        A promise is kept when what was promised has come by the promised day, counted from when it was made.
        """)

    @OptionGroup var asking: AskingOptions
}

struct UnallocatedCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "unallocated", ReceivableQuestions.unallocated)

    @OptionGroup var asking: AskingOptions
}

struct WriteOffsCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "write-offs", ReceivableQuestions.writeOffs,
        """
        A write-off counts when a second person has approved it.
        """)

    @OptionGroup var asking: AskingOptions
}
