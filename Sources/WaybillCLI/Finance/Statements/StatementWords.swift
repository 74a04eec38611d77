import ArgumentParser

/// In which language a document is.
enum DocumentLanguage: String, CaseIterable, ExpressibleByArgument {
    case chinese = "zh"
    case english = "en"
}

/// What stands in a statement of account beside what it tells.
struct StatementWords {
    let language: DocumentLanguage

    /// The word of either language.
    private func word(_ english: String, _ chinese: String) -> String { language == .english ? english : chinese }

    var title: String { word("Statement of account", "对账单") }
    var to: String { word("Customer", "客户") }
    var codes: String { word("Customer code", "客户编码") }
    var address: String { word("Address", "地址") }
    var period: String { word("Period", "期间") }
    var issuer: String { word("Issued by", "出具单位") }
    var currency: String { word("Currency", "币种") }
    var opening: String { word("Balance brought forward", "期初余额") }
    var closing: String { word("Balance due", "期末余额") }
    var sum: String { word("Total of the period", "本期合计") }
    var day: String { word("Date", "日期") }
    var kind: String { word("Document", "单据") }
    var reference: String { word("Number", "单号") }
    var due: String { word("Due", "到期日") }
    var charge: String { word("Charge", "应收") }
    var credit: String { word("Credit", "已收") }
    var balance: String { word("Balance", "余额") }
    var ageing: String { word("Open by days overdue", "未结账款账龄") }
    var nothing: String { word("There is nothing on this account.", "本账户无往来。") }
    var page: String { word("Page", "页") }

    /// The spans of days overdue, and what is open in all.
    var spans: [String] {
        language == .english
            ? ["Not due", "1–30", "31–60", "61–90", "Over 90", "Open"]
            : ["未到期", "1–30 天", "31–60 天", "61–90 天", "90 天以上", "未结合计"]
    }

    /// The days of the account.
    func days(from: String?, to: String) -> String {
        guard let from else { return word("until \(to)", "截至 \(to)") }
        return word("\(from) to \(to)", "\(from) 至 \(to)")
    }

    /// A kind of document; one that has no word here as it is.
    func document(_ kind: String) -> String {
        switch kind {
        case "invoice": word("Invoice", "发票")
        case "payment": word("Payment", "收款")
        case "credit-note": word("Credit note", "贷项通知单")
        case "return": word("Payment returned", "退款")
        case "write-off": word("Write-off", "核销")
        case "rounding": word("Rounding", "尾差")
        default: kind
        }
    }
}
