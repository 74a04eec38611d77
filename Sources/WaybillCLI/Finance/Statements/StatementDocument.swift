import Client
import Domain

/// A statement of account as a page of HTML, whole in itself: it names no other file and runs no script.
struct StatementDocument {
    let statement: AccountStatement
    let words: StatementWords
    /// Who sends it.
    var issuer: String?
    /// What else is to be said, such as the bank account to pay into.
    var note: String?

    /// A text as it may stand in HTML, between tags and in attributes. What cannot be seen or changes the direction of writing
    /// stands as its escape: a stranger's text is in the document.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in TerminalText.visible(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The lines of a text, each escaped.
    private static func lines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }.joined(
            separator: "<br>")
    }

    /// An amount with its thousands apart and the digits of its currency, more when it has more: nothing is cut.
    static func shown(_ amount: FixedDecimal, _ currency: String) -> String {
        let text = amount.description
        let parts = text.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
        var whole = ""
        for (place, digit) in (parts.first ?? "").reversed().enumerated() {
            if place > 0, place.isMultiple(of: 3) { whole.append(",") }
            whole.append(digit)
        }
        let sign = text.hasPrefix("-") ? "−" : ""
        let digits = Currency(currency)?.fractionDigits ?? 2
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let shown = fraction + String(repeating: "0", count: max(0, digits - fraction.count))
        return sign + String(whole.reversed()) + (shown.isEmpty ? "" : "." + shown)
    }

    /// The document.
    func html() -> String {
        let name = Self.escaped(statement.holder.name)
        let tag = words.language == .chinese ? "zh-CN" : "en"
        let sections =
            statement.sections.isEmpty
            ? "<p>\(Self.escaped(words.nothing))</p>\n" : statement.sections.map(section).joined()
        return """
            <!DOCTYPE html>
            <html lang="\(tag)">
            <head>
            <meta charset="utf-8">
            <title>\(Self.escaped(words.title)) – \(name)</title>
            <style>\(Self.style(words.page))</style>
            </head>
            <body>
            <h1>\(Self.escaped(words.title))</h1>
            <table class="about">
            \(about())</table>
            \(sections)\(note.map { "<p class=\"note\">\(Self.lines($0))</p>\n" } ?? "")</body>
            </html>

            """
    }

    private func about() -> String {
        let holder = statement.holder
        var rows = [(words.to, holder.name), (words.codes, holder.codes.joined(separator: ", "))]
        if let address = holder.address { rows.append((words.address, address)) }
        rows.append((words.period, words.days(from: statement.from?.description, to: statement.to.description)))
        if let issuer { rows.append((words.issuer, issuer)) }
        return rows.map { "<tr><th>\(Self.escaped($0.0))</th><td>\(Self.lines($0.1))</td></tr>\n" }.joined()
    }

    private func section(_ section: AccountStatement.Section) -> String {
        func amount(_ value: FixedDecimal?) -> String {
            "<td class=\"amount\">\(value.map { Self.shown($0, section.currency) } ?? "")</td>"
        }
        func sum(_ title: String, _ charge: FixedDecimal?, _ credit: FixedDecimal?, _ balance: FixedDecimal?) -> String
        {
            "<tr class=\"sum\"><td colspan=\"4\">\(Self.escaped(title))</td>\(amount(charge))\(amount(credit))"
                + "\(amount(balance))</tr>\n"
        }
        let heads = [words.day, words.kind, words.reference, words.due].map { "<th>\(Self.escaped($0))</th>" }
        let amounts = [words.charge, words.credit, words.balance]
            .map { "<th class=\"amount\">\(Self.escaped($0))</th>" }
        let lines = section.lines.map { line in
            "<tr><td>\(Self.escaped(line.day))</td><td>\(Self.escaped(words.document(line.kind)))</td>"
                + "<td>\(Self.escaped(line.reference))</td><td>\(Self.escaped(line.due ?? ""))</td>"
                + "\(amount(line.charge))\(amount(line.credit))\(amount(line.balance))</tr>\n"
        }
        return """
            <h2>\(Self.escaped(words.currency)) \(Self.escaped(section.currency))</h2>
            <table class="account">
            <thead><tr>\((heads + amounts).joined())</tr></thead>
            <tbody>
            \(sum(words.opening, nil, nil, section.opening))\(lines.joined())\
            \(sum(words.sum, section.charges, section.credits, nil))\
            \(sum("\(words.closing) (\(section.currency))", nil, nil, section.closing))</tbody>
            </table>
            \(section.ageing.map { ageing($0, section.currency) } ?? "")
            """
    }

    private func ageing(_ ageing: AccountStatement.Ageing, _ currency: String) -> String {
        let heads = words.spans.map { "<th class=\"amount\">\(Self.escaped($0))</th>" }.joined()
        let cells = (ageing.parts + [ageing.open]).map { "<td class=\"amount\">\(Self.shown($0, currency))</td>" }
            .joined()
        return """
            <h3>\(Self.escaped(words.ageing))</h3>
            <table class="account">
            <thead><tr>\(heads)</tr></thead>
            <tbody><tr>\(cells)</tr></tbody>
            </table>

            """
    }

    /// How it looks on paper and on a screen. Chinese needs a typeface that has it: Debian's is in fonts-noto-cjk.
    static func style(_ page: String) -> String {
        """

        @page { size: A4; margin: 20mm 15mm; @bottom-right { content: "\(page) " counter(page) " / " counter(pages); font-size: 8pt } }
        body { font-family: "Noto Sans", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; font-size: 9pt }
        h1 { font-size: 16pt } h2 { font-size: 11pt; margin-top: 8mm } h3 { font-size: 9pt }
        table { border-collapse: collapse; width: 100% } thead { display: table-header-group } tr { break-inside: avoid }
        th, td { text-align: left; vertical-align: top; padding: 1mm 2mm }
        .about { width: auto } .about th { font-weight: normal; color: #555 }
        .account th { border-bottom: 1pt solid #000 } .account td { border-bottom: 0.25pt solid #999 }
        .amount { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
        .sum td { font-weight: bold } .note { margin-top: 8mm }

        """
    }
}
