import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit

/// How likely open invoices are paid late, learned from those that were settled.
enum LatePaymentQuery {
    /// The most invoices that one answer learns from, the newest.
    static let memory = 20_000

    /// Open invoices with the probability that each is paid late and the days to expect, the most to lose first: by what it is
    /// worth today, for amounts of two currencies are no order.
    static func risk(
        _ arguments: QueryArguments, _ rates: RateTable, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        let (cases, isCut) = try cases(arguments, transaction)
        let (outcomes, model) = Prequential.walk(cases)
        return [
            try arguments.table(
                "risk",
                rows: outcomes.filter { $0.invoice.settled == nil }.map {
                    row($0) + [$0.invoice.currency.code, String(model.learned)]
                }, isCut: isCut
            ) { row in [loss(row, rates, on: arguments.today)] + name(row) }
        ]
    }

    /// What is to be lost of an invoice, of its amount and probability as they are told, in CNY; what has no rate is last.
    private static func loss(_ row: [String?], _ rates: RateTable, on day: CalendarDay) -> String {
        guard let amount = row[5].flatMap({ FixedDecimal($0) }), let probability = row[6].flatMap({ FixedDecimal($0) }),
            let currency = row[8].flatMap({ Currency($0) }), let lost = amount.multiplied(by: probability)
        else { return "0" }
        return rates.convert(lost, from: currency, to: .cny, on: day)?.description ?? "0"
    }

    /// What was said of each invoice when it was issued, beside what became of it.
    static func trial(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let (cases, isCut) = try cases(arguments, transaction)
        return [
            try arguments.table(
                "trial",
                rows: Prequential.walk(cases).outcomes.map { outcome in
                    row(outcome) + [outcome.invoice.settled.map { String(max(0, $0 - outcome.invoice.due)) }]
                }, isCut: isCut
            ) { row in [row[3] ?? ""] + name(row) }
        ]
    }

    /// What names an invoice.
    private static func name(_ row: [String?]) -> [String] { [row[1] ?? "", row[0] ?? ""] }

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

    /// The newest invoices, the oldest of them first; and whether there are older ones.
    private static func cases(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> (cases: [Prequential.Case], isCut: Bool) {
        let scope = try arguments.customers(transaction)
        let rows = try transaction.query(
            """
            select * from (
                select r.source, r.invoice_id, r.customer_code, r.amount::double precision as amount,
                    r.issued_day, r.due_day, extract(day from r.due_day)::integer as due_day_of_month, r.settled_day,
                    r.currency
                from receivable r where r.amount > 0 and \(AgeingStore.filter(scope))
                order by r.issued_day desc, r.source, r.invoice_id limit \(memory + 1)
            ) t order by issued_day, source desc, invoice_id desc
            """, as: Prequential.Case.self)
        return (Array(rows.suffix(memory)), rows.count > memory)
    }
}

extension Prequential.Case: PostgresRow {
    /// Reads an invoice; its number and its customer's code are told apart by the system whose they are.
    init(row: inout RowReader) throws(PostgresError) {
        let source = try row("source", as: String.self)
        let invoice = try row("invoice_id", as: String.self)
        let customer = try row("customer_code", as: String.self)
        self.init(
            identifier: "\(source)\u{1F}\(invoice)", customer: "\(source)\u{1F}\(customer)",
            amount: try row("amount"),
            issued: Int(try row("issued_day", as: CalendarDay.self).daysSinceEpoch),
            due: Int(try row("due_day", as: CalendarDay.self).daysSinceEpoch),
            dueDayOfMonth: try row("due_day_of_month"),
            settled: try row("settled_day", as: CalendarDay?.self).map { Int($0.daysSinceEpoch) },
            currency: try row("currency"))
    }
}
