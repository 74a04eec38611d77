import Contracts
import Domain
import Postgres
import ServiceKit

/// What would become of budgets of an old system's file.
enum BudgetPreviewQuery {
    static func budgets(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        var preview = try Preview(arguments, ExpenseBudgetSet.self)
        let bodies = preview.bodies.map { place, body in
            (place, body, LedgerKey(source: preview.source, identifier: body.budgetId))
        }
        // What is known may be for another place now: it is looked for by both.
        var places = Set(bodies.map { ExpenseStore.place($0.1.branch, $0.1.account) })
        places.formUnion(try ExpenseStore.places(of: Set(bodies.map(\.2)), transaction))
        var known = Dictionary(
            try ExpenseStore.budgets(at: places, transaction).map { ($0.key, $0) },
            uniquingKeysWith: { first, _ in first })
        for (place, body, key) in bodies {
            let former = known[key]?.body
            if let refusal = ExpenseLedger.refusal(of: body, key, among: known) {
                preview.refuse(place, refusal)
            } else if let former, former.revision >= body.revision {
                preview.tell(place, .same)
            } else {
                preview.tell(place, former == nil ? .new : .changed)
                // The next line of the file stands beside it.
                known[key] = BudgetRow(key: key, body: body, budget: ExpenseBudget(amount: body.amount))
            }
        }
        return try preview.tables()
    }
}
