import ArgumentParser
import Contracts

struct BridgeCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "bridge", ProfitQuestions.bridge,
        """
        The change is split into currency, price, cost, volume, mix, what is new, what is lost, and credits; the
        parts add up to the change exactly. Quantities are compared within one unit. Lines whose cost is not known
        are left out and counted. For example: waybill finance bridge --from 2026-01-01..2026-01-31 --to
        2026-02-01..2026-02-28 --by branch,item
        """, options: ["before": "from", "after": "to"])

    @OptionGroup var asking: AskingOptions
}

struct SupplierCostsCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "supplier-costs", ProfitQuestions.supplierCosts,
        """
        A saving is what a branch, or a supplier, costs more than its cheapest peer for the same service item, unit
        and lane; a peer counts with at least --minimum-lines lines and a tenth of the quantity. With --against the
        change since an earlier period is split into currency, price, volume and mix, which add up to it exactly.
        """)

    @OptionGroup var asking: AskingOptions
}

struct MarginsCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "margins", ProfitQuestions.margins,
        "Rates are those of sums. Items passed through are left out; lines without a cost are counted.")

    @OptionGroup var asking: AskingOptions
}
