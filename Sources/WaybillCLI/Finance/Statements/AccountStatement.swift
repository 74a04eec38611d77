import Client
import Contracts
import Domain

/// A customer's account over some days, as it is sent to the customer: one section for each currency.
struct AccountStatement {
    /// Whose account it is.
    struct Holder {
        let name: String
        let address: String?
        /// The codes under which the customer is known to us.
        let codes: [String]
    }

    /// A line of the account.
    struct Line {
        let day: String
        let kind: String
        let reference: String
        let due: String?
        let charge: FixedDecimal?
        let credit: FixedDecimal?
        let balance: FixedDecimal
    }

    /// What is open by how many days it is overdue.
    struct Ageing {
        var notDue = FixedDecimal.zero
        var upTo30 = FixedDecimal.zero
        var upTo60 = FixedDecimal.zero
        var upTo90 = FixedDecimal.zero
        var over90 = FixedDecimal.zero

        /// All of it, in order.
        var parts: [FixedDecimal] { [notDue, upTo30, upTo60, upTo90, over90] }
        var open: FixedDecimal { parts.reduce(.zero, +) }
    }

    /// The account in one currency.
    struct Section {
        let currency: String
        /// What the account was before the first day.
        var opening = FixedDecimal.zero
        var lines: [Line] = []
        var ageing: Ageing?

        var charges: FixedDecimal { lines.compactMap(\.charge).reduce(.zero, +) }
        var credits: FixedDecimal { lines.compactMap(\.credit).reduce(.zero, +) }
        /// What the account is on the last day.
        var closing: FixedDecimal { lines.last?.balance ?? opening }
    }

    let holder: Holder
    /// The first day; nothing when everything is told.
    let from: CalendarDay?
    /// The last day.
    let to: CalendarDay
    let sections: [Section]

    /// - Parameters:
    ///   - holder: whose account it is.
    ///   - from: the first day.
    ///   - to: the last day.
    ///   - statement: the pages of finance's answer to `receivables.statement`.
    ///   - aged: those of `receivables.aged` on the last day.
    /// - Throws: ``Failure`` when a page is not such an answer.
    init(
        holder: Holder, from: CalendarDay?, to: CalendarDay, statement: [QueryTable], aged: [QueryTable]
    ) throws {
        var sections: [String: Section] = [:]
        for page in statement {
            for row in page.rows.map({ AgeingReport.Row(page, $0) }) {
                let currency = try Self.text(row, "currency")
                var section = sections[currency] ?? Section(currency: currency)
                let balance = try Self.amount(Self.text(row, "balance"))
                if let day = row["day"] {
                    section.lines.append(
                        Line(
                            day: day, kind: try Self.text(row, "kind"), reference: row["reference"] ?? "",
                            due: row["due_day"], charge: try row["charge"].map(Self.amount),
                            credit: try row["credit"].map(Self.amount), balance: balance))
                } else {
                    section.opening = balance
                }
                sections[currency] = section
            }
        }
        for page in aged {
            for row in page.rows.map({ AgeingReport.Row(page, $0) }) {
                let currency = try Self.text(row, "currency")
                var section = sections[currency] ?? Section(currency: currency)
                var ageing = section.ageing ?? Ageing()
                ageing.notDue = ageing.notDue + (try Self.amount(Self.text(row, "not_due")))
                ageing.upTo30 = ageing.upTo30 + (try Self.amount(Self.text(row, "days_1_30")))
                ageing.upTo60 = ageing.upTo60 + (try Self.amount(Self.text(row, "days_31_60")))
                ageing.upTo90 = ageing.upTo90 + (try Self.amount(Self.text(row, "days_61_90")))
                ageing.over90 = ageing.over90 + (try Self.amount(Self.text(row, "over_90")))
                section.ageing = ageing
                sections[currency] = section
            }
        }
        self.holder = holder
        self.from = from
        self.to = to
        self.sections = sections.values.sorted { $0.currency < $1.currency }
    }

    private static func text(_ row: AgeingReport.Row, _ name: String) throws -> String {
        guard let text = row[name] else { throw Failure("finance answered without the column '\(name)'") }
        return text
    }

    private static func amount(_ text: String) throws -> FixedDecimal {
        guard let amount = FixedDecimal(text) else { throw Failure("finance answered '\(text)' for an amount") }
        return amount
    }
}

extension AccountStatement.Holder {
    /// - Parameters:
    ///   - typed: the code or identifier that was typed, for a customer of whom nobody knows more.
    ///   - party: the customer service's answer to `parties.show`; nothing when it has none.
    init(typed: String, party: [QueryTable]) {
        func rows(_ name: String) -> [AgeingReport.Row] {
            party.filter { $0.name == name }.flatMap { table in table.rows.map { AgeingReport.Row(table, $0) } }
        }
        name = rows("party").first?["name"] ?? typed
        address = rows("golden record").first { $0["field"] == "address" }?["value"]
        let known = rows("accounts").compactMap { $0["code"] }.reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        codes = known.isEmpty ? [typed] : known
    }
}
