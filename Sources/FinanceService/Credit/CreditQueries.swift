import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of credit.
struct CreditQueries: Sendable {
    let rates: ExchangeRates

    var all: [Query] {
        [
            Query(CreditQuestions.exposure, exposure), Query(CreditQuestions.limits, limits),
            Query(CreditQuestions.risk) { arguments, transaction in
                try LatePaymentQuery.risk(arguments, rates.current(transaction), transaction)
            }, Query(CreditQuestions.trial, LatePaymentQuery.trial),
        ]
    }

    /// What accounts owe and have ordered, by currency, from what is kept at every change.
    func exposure(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let scope = try arguments.customers(transaction)
        let worth = try rates.current(transaction).relation(on: arguments.today)
        return [
            try arguments.table(
                "exposure",
                """
                select e.customer_code, e.source, a.name, g.group_id, e.currency, e.receivable, e.unbilled,
                    e.accepted as accepted_orders, e.deposits, coalesce(w.amount, 0) as billed_elsewhere,
                    n.exposure, s.state, k.classes->>'value' as value_class, a.branch, a.sales_owner,
                    n.exposure * coalesce(x.cny, 0) as worth
                from account_exposure e
                left join (\(WaitingBillStore.ofAccounts(worth))) w
                    on w.source = e.source and w.customer_code = e.customer_code and w.currency = e.currency
                cross join lateral (
                    select greatest(
                        0, e.receivable + e.unbilled + e.accepted - e.deposits - coalesce(w.amount, 0)) as exposure
                ) n
                left join account a on a.source = e.source and a.code = e.customer_code
                left join credit_group_member g on g.source = e.source and g.customer_code = e.customer_code
                left join credit_standing s on s.customer_id = a.customer_id
                left join customer_class k on k.customer_id = a.customer_id
                left join \(worth) x on x.code = e.currency
                where \(scope.condition("e.source", "e.customer_code"))
                """, transaction, format: moneyText)
        ]
    }

    /// The limits that hold on a day, what is approved above them, and what is left.
    func limits(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("asOf")
        let time = OrganisationZone.current.beginning(of: day)
        let rates = try rates.current(transaction)
        let customers = try CreditStore.limited(transaction)
        let names = try names(customers, transaction)
        // What is left of a limit depends on all accounts of the customer, and of its group.
        _ = try Sight.widen(if: "true", transaction)
        let lines = try CreditStore.lines(of: customers, on: day, transaction)
        var rooms = CreditRoom.of(lines, rates, on: day)
        try CreditStore.add(to: &rooms, rates, on: day, transaction)
        let states = try CreditStore.states(of: customers, at: time, transaction)
        let rows = rooms.sorted { $0.key < $1.key }.map { subject, room -> [String?] in
            [
                subject.kind.rawValue, names[subject.identifier] ?? subject.identifier, room.currency.code,
                room.limit.moneyText, room.overrides.moneyText, room.exposure.moneyText,
                max(.zero, room.room - room.exposure).moneyText,
                subject.kind == .customer ? (states[subject.identifier] ?? .ok).rawValue : nil,
                room.unrated.isEmpty ? nil : room.unrated.sorted().map(\.code).joined(separator: ", "),
            ]
        }
        return [
            try arguments.table("limits", rows: rows) { row in row[..<2].map { $0 ?? "" } }
        ]
    }

    private func names(_ customers: Set<String>, _ transaction: borrowing Transaction) throws -> [String: String] {
        let rows = try transaction.query(
            """
            select customer_id, array_to_string(codes[1:5], ' ') || more, array_to_string(names[1:5], ' ') || more
            from (
                select customer_id, array_agg(code order by source, code) as codes,
                    array_agg(source || '/' || code order by source, code) as names,
                    case when count(*) > 5 then ' +' || count(*) - 5 else '' end as more
                from account where customer_id = any(\(customers.sorted())) group by customer_id
            ) a
            """, as: (String, String, String).self)
        // A code that two systems have given to two customers does not tell which is meant.
        let count = Dictionary(rows.map { ($0.1, 1) }, uniquingKeysWith: +)
        return Dictionary(
            rows.map { ($0.0, count[$0.1] == 1 ? $0.1 : $0.2) }, uniquingKeysWith: { first, _ in first })
    }
}
