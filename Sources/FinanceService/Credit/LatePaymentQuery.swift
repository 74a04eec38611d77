import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit

/// How likely open invoices are paid late, learned from those that were settled.
enum LatePaymentQuery {
    /// The most invoices that one answer learns from, the newest.
    static let memory = 20_000

    /// Open invoices with the probability that each is paid late and the days to expect, the most to lose first.
    static func risk(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let (cases, currencies) = try cases(arguments, transaction)
        let (outcomes, model) = Prequential.walk(cases)
        let open = outcomes.filter { $0.invoice.settled == nil }.sorted {
            ($1.prediction.probability * $1.invoice.amount, $0.invoice.identifier)
                < ($0.prediction.probability * $0.invoice.amount, $1.invoice.identifier)
        }
        return [
            try arguments.table(
                "risk",
                rows: open.map { row($0) + [currencies[$0.invoice.identifier] ?? nil, String(model.learned)] },
                key: name)
        ]
    }

    /// What was said of each invoice when it was issued, beside what became of it.
    static func trial(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let outcomes = Prequential.walk(try cases(arguments, transaction).cases).outcomes
        return [
            try arguments.table(
                "trial",
                rows: outcomes.map { outcome in
                    row(outcome) + [outcome.invoice.settled.map { String(max(0, $0 - outcome.invoice.due)) }]
                }, key: name)
        ]
    }

    /// What names an invoice.
    private static func name(_ row: [String?]) -> String { "\(row[1] ?? "")/\(row[0] ?? "")" }

    private static func row(_ outcome: Prequential.Outcome) -> [String?] {
        func day(_ days: Int) -> String { CalendarDay(daysSinceEpoch: Int32(clamping: days)).description }
        let invoice = outcome.invoice
        let names = invoice.identifier.split(separator: "\u{1F}").map(String.init)
        return [
            names.last, names.first, invoice.customer.split(separator: "\u{1F}").last.map(String.init),
            day(invoice.issued), day(invoice.due), rounded(invoice.amount, 2),
            rounded(outcome.prediction.probability, 4), rounded(outcome.prediction.days, 1),
        ]
    }

    private static func rounded(_ value: Double, _ places: Int) -> String {
        String(format: "%.\(places)f", locale: Locale(identifier: "en_US_POSIX"), value)
    }

    private static func cases(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> (cases: [Prequential.Case], currencies: [String: String?]) {
        let rows = try transaction.query(
            """
            select * from (
                select r.source, r.invoice_id, r.customer_code, r.amount::double precision as amount,
                    r.issued_day - date '1970-01-01' as issued, r.due_day - date '1970-01-01' as due,
                    extract(day from r.due_day)::integer, r.settled_day - date '1970-01-01', r.currency
                from receivable r where r.amount > 0 and \(AgeingStore.filter(arguments.scope))
                order by r.issued_day desc, r.source, r.invoice_id limit \(memory)
            ) t order by issued
            """, as: (String, String, String, Double, Int32, Int32, Int32, Int32?, String).self)
        var currencies: [String: String?] = [:]
        let cases = rows.map { row in
            let identifier = "\(row.0)\u{1F}\(row.1)"
            currencies[identifier] = row.8
            return Prequential.Case(
                identifier: identifier, customer: "\(row.0)\u{1F}\(row.2)", amount: row.3, issued: Int(row.4),
                due: Int(row.5), dueDayOfMonth: Int(row.6), settled: row.7.map { Int($0) },
                currency: Currency(row.8) ?? .cny)
        }
        return (cases, currencies)
    }
}
