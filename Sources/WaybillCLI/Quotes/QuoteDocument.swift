import Client
import Contracts
import Domain

/// What stands in a quote's document beside what it tells.
struct QuoteWords {
    let language: DocumentLanguage

    /// The word of either language.
    private func word(_ english: String, _ chinese: String) -> String { language == .english ? english : chinese }

    var title: String { word("Quotation", "报价单") }
    var to: String { word("Customer", "客户") }
    var number: String { word("Number", "报价单号") }
    var subject: String { word("Subject", "主题") }
    var validUntil: String { word("Valid until", "有效期至") }
    var issuer: String { word("Issued by", "出具单位") }
    var approved: String { word("Approved", "审批") }
    var service: String { word("Service", "服务项目") }
    var from: String { word("From", "起运地") }
    var destination: String { word("To", "目的地") }
    var quantity: String { word("Quantity", "数量") }
    var amount: String { word("Amount", "金额") }
    var total: String { word("Total, without tax", "合计（不含税）") }
    var page: String { word("Page", "页") }

    /// The number with its revision.
    func number(_ id: String, _ revision: String) -> String {
        revision == "1" ? id : word("\(id), revision \(revision)", "\(id)（第 \(revision) 版）")
    }

    /// Who has approved it, and when.
    func approval(_ login: String, _ time: String) -> String { word("\(login), \(time)", "\(login)，\(time)") }
}

/// A quote as a page of HTML, whole in itself: it names no other file and runs no script. How its prices came about is not in it.
struct QuoteDocument {
    /// A line of it.
    struct Line {
        let service: String
        let origin: String
        let destination: String
        let quantity: String
        let amount: FixedDecimal
    }

    let id: String
    let revision: String
    let subject: String?
    let customer: AccountStatement.Holder
    let currency: String
    let total: FixedDecimal
    let validUntil: String
    let approvedBy: String
    let approvedAt: String
    let lines: [Line]
    let words: QuoteWords
    var issuer: String?
    var note: String?

    /// The document of what the service answers.
    ///
    /// - Throws: ``Failure`` when something is not there that has to stand in it.
    init(
        _ tables: [QueryTable], customer: AccountStatement.Holder, words: QuoteWords, issuer: String?, note: String?
    ) throws {
        func values(_ name: String) -> [[String: String]] {
            guard let table = tables.first(where: { $0.name == name }) else { return [] }
            return table.rows.map { row in
                var values: [String: String] = [:]
                for (column, value) in zip(table.columns, row.values) { values[column.name] = value }
                return values
            }
        }
        guard let head = values("quote").first, let currency = head["currency"],
            let total = head["amount"].flatMap({ FixedDecimal($0) }), let by = head["approvedBy"],
            let at = head["approvedAt"]
        else { throw Failure("the sales service did not tell what stands in the document") }
        id = head["quoteId"] ?? ""
        revision = head["revision"] ?? "1"
        subject = head["title"]
        self.customer = customer
        self.currency = currency
        self.total = total
        validUntil = head["validUntil"] ?? ""
        (approvedBy, approvedAt) = (by, String(at.prefix(10)))
        lines = try values("lines").map { line in
            guard let amount = line["amount"].flatMap({ FixedDecimal($0) }) else {
                throw Failure("a line of the quote has no amount")
            }
            return Line(
                service: line["description"] ?? line["item"] ?? "", origin: line["origin"] ?? "",
                destination: line["destination"] ?? "",
                quantity: [line["quantity"], line["unit"]].compactMap(\.self).joined(separator: " "), amount: amount)
        }
        (self.words, self.issuer, self.note) = (words, issuer, note)
    }

    /// The document.
    func html() -> String {
        func text(_ text: String) -> String { StatementDocument.escaped(text) }
        var about = [(words.number, words.number(id, revision)), (words.to, customer.name)]
        if let subject { about.append((words.subject, subject)) }
        about.append((words.validUntil, validUntil))
        if let issuer { about.append((words.issuer, issuer)) }
        about.append((words.approved, words.approval(approvedBy, approvedAt)))
        let heads = [words.service, words.from, words.destination, words.quantity].map { "<th>\(text($0))</th>" }
        let rows = lines.map { line in
            "<tr>"
                + [line.service, line.origin, line.destination, line.quantity].map { "<td>\(text($0))</td>" }.joined()
                + "<td class=\"amount\">\(StatementDocument.shown(line.amount, currency))</td></tr>\n"
        }
        return """
            <!DOCTYPE html>
            <html lang="\(words.language == .chinese ? "zh-CN" : "en")">
            <head>
            <meta charset="utf-8">
            <title>\(text(words.title)) \(text(id))</title>
            <style>\(StatementDocument.style(words.page))</style>
            </head>
            <body>
            <h1>\(text(words.title))</h1>
            <table class="about">
            \(about.map { "<tr><th>\(text($0.0))</th><td>\(text($0.1))</td></tr>\n" }.joined())</table>
            <table class="account">
            <thead><tr>\(heads.joined())<th class="amount">\(text(words.amount)) (\(text(currency)))</th></tr></thead>
            <tbody>
            \(rows.joined())<tr class="sum"><td colspan="4">\(text(words.total))</td>\
            <td class="amount">\(StatementDocument.shown(total, currency))</td></tr>
            </tbody>
            </table>
            \(note.map { "<p class=\"note\">\(text($0))</p>\n" } ?? "")</body>
            </html>

            """
    }
}
