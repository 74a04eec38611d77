import ArgumentParser
import Contracts

struct ViewCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "view", ViewQuestions.figures,
        """
        Figures come from sums that are kept as events arrive; each row says by which event it is up to date. Revenue,
        cost, margin and cash are what came within a period; receivable, payable, exposure and provisions what stands
        at its end. For example: waybill finance view --from 2026-01-01 --to 2026-03-31 --by month,branch
        --metric revenue,margin,cash
        """, instead: [.init("drill", ViewQuestions.drill)])

    @OptionGroup var asking: AskingOptions
}
