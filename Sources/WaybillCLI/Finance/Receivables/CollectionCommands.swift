import ArgumentParser
import Contracts

struct AgedCommand: QuestionCommand {
    static let asked = AskedQuestion("aged", ReceivableQuestions.agedAccounts)

    @OptionGroup var asking: AskingOptions
}

struct RemindersCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "reminders", ReceivableQuestions.reminders,
        """
        What is disputed whole, or promised for days to come, is not reminded of: held_by says so. The level is up to
        whom the last reminder went: the sales owner alone, then also the supervisor, the branch's manager, finance, and
        the legal department.
        """)

    @OptionGroup var asking: AskingOptions
}

struct BalancesCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "balances", ReceivableQuestions.balances,
        """
        Cash on account is what was paid and is not applied to an invoice issued by that day. It is shown beside
        what is open and never netted in silence: the balance is the one less the other.
        """)

    @OptionGroup var asking: AskingOptions
}

struct DSOCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "dso", ReceivableQuestions.dso,
        """
        DSO = receivables / invoiced × days. Best possible DSO = receivables not due / invoiced × days. Days
        delinquent = the difference. CEI = (opening + invoiced − receivables) / (opening + invoiced − not due) × 100.
        Several currencies are converted to CNY by the rates of the day.
        """)

    @OptionGroup var asking: AskingOptions
}

struct ProvisionsCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "provisions", ReceivableQuestions.provisions,
        """
        Without rates, those of the illustrative example of IFRS 9 (IE74-IE77) are used: 0.3 % of what is not due,
        1.6, 3.6, 6.6 and 10.6 % of what is overdue by 1-30, 31-60, 61-90 and more days. They are an example, not
        your experience. --observed takes the rates from your own invoices: of those due in so many days before,
        as far back as they had the time to reach the last bucket, what was never paid before it, as a share of
        what reached each bucket.
        """, exclusive: ["rates", "observed"])

    @OptionGroup var asking: AskingOptions
}
