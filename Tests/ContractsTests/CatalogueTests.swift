import Contracts
import Testing

@Suite("The catalogue of questions")
struct CatalogueTests {
    /// What questions read themselves under the name of a parameter that narrows: more than rows are chosen by it.
    private static let own: [String: Set<String>] = [
        "alerts.list": ["owner"], "receivables.statement": ["from", "to"], "rates.list": ["currency"],
        "profit.lines": ["from", "to", "branch", "line"], "drivers.trace": ["from", "to", "branch"],
        "view.drill": ["from", "to", "branch", "line", "currency"], "view.figures": ["from", "to", "currency"],
        "profit.margins": ["from", "to"], "profit.supplier-costs": ["from", "to", "branch"],
        "desk.leads": ["from", "to"],
    ]

    /// The parameters that a list must have for what a column tells.
    private static func wanted(_ column: ColumnDescription) -> [String] {
        switch (column.kind, column.name) {
        case (.day, _), (.time, _): ["from", "to"]
        case (.money, _): ["atLeast", "atMost", "currency"]
        case (.code, "branch"): ["branch"]
        case (.code, "business_line"), (.code, "businessLine"), (.code, "line"): ["line"]
        case (.code, "owner"), (.code, "sales_owner"): ["owner"]
        default: []
        }
    }

    @Test("every list is narrowed by the day, branch, line, owner and amount of its rows")
    func narrowings() throws {
        var lists = 0
        for question in QueryCatalogue.questions {
            for table in question.answers where table.isPaged {
                for name in Set(table.columns.flatMap(Self.wanted)) {
                    let input = try #require(
                        question.parameter(name), "\(question.name): '\(table.name)' cannot be narrowed by '\(name)'")
                    if Self.own[question.name]?.contains(name) == true { continue }
                    #expect(
                        input.narrowings.contains { $0.table == table.name },
                        "\(question.name): '\(name)' does not narrow '\(table.name)'")
                    lists += 1
                }
            }
        }
        #expect(lists > 80)
    }

    /// Questions whose amounts are brought to one currency before they are told.
    private static let inOneCurrency: Set<String> = ["profit.bridge", "profit.margins", "profit.supplier-costs"]
    /// Keys that are amounts without a currency of their own: all in CNY, or in the one currency of the answer.
    private static let worths: Set<String> = ["worth", "worth_overdue", "worth_open", "loss", "size of the change"]

    @Test("no list is ordered by amounts of several currencies: the currency comes before the amount")
    func orders() {
        var amounts = 0
        for question in QueryCatalogue.questions {
            for table in question.answers {
                guard case .pages(let keys) = table.extent else { continue }
                for (place, key) in keys.enumerated() {
                    switch table.kind(of: key) {
                    case .money(let currency):
                        amounts += 1
                        #expect(
                            keys[..<place].contains { $0.name == currency }
                                || Self.inOneCurrency.contains(question.name),
                            "\(question.name): '\(table.name)' is ordered by '\(key.name)' over all currencies")
                    case .quantity:
                        // What key customers have brought is told in CNY.
                        #expect(
                            Self.worths.contains(key.name)
                                || (question.name, key.name) == ("interactions.coverage", "revenue"),
                            "\(question.name): '\(table.name)' is ordered by '\(key.name)': of which currency?")
                    default: break
                    }
                }
            }
        }
        #expect(amounts > 5)
    }

    @Test("a word that no row can have is refused with the words there are, not answered with nothing")
    func words() {
        for (question, name, word) in [
            (FinanceQuestions.alerts, "severity", "negativ"), (FinanceQuestions.alerts, "level", "orders"),
            (FinanceQuestions.orders, "decision", "needs approval"),
            (ServiceDeskQuestions.complaints, "severity", "severe"),
            (ServiceDeskQuestions.complaints, "category", "late"), (ClassQuestions.count, "dimension", "values"),
            (NotifierQuestions.list, "kind", "margin-negativ"), (ProfitQuestions.lines, "basis", "posted"),
            (ProfitQuestions.margins, "by", "branch,lines"), (ProfitQuestions.margins, "by", "branch,branch"),
            (ViewQuestions.figures, "metric", "revenue,"), (ViewQuestions.figures, "by", "week"),
        ] {
            let refused = #expect(throws: Refusal.self, "\(question.name) \(name)") {
                try question.values(of: [QueryParameter(name: name, value: word)])
            }
            #expect(refused?.reason == .valueNotAllowed && refused?.path == "parameters.\(name)")
        }
    }

    /// Parameters whose words are not closed: what names something, what is looked for, what is read by a form of its own.
    private static let open: Set<String> = [
        // Who and where.
        "person", "login", "leaver", "owner", "manager", "agent", "node", "below", "branch", "division", "line",
        "businessLine",
        // What names something.
        "id", "object", "entry", "customer", "customers", "code", "source", "name", "party", "one", "other", "third",
        "fourth", "review", "orderId", "alertId", "complaintId", "customerId", "number", "numbers", "identifiers",
        "account",
        "budget", "leadId", "opportunityId", "notice", "stage", "team", "card", "item", "unit", "origin", "destination",
        "quoteId", "invoiceId",
        "supplier", "type",
        // What is looked for.
        "text", "alias", "creditCode", "taxId", "phone", "address", "bankAccount", "email",
        // Where to go on.
        "after", "next", "afterSource", "afterCode",
        // What has a form of its own, or none: times of two days, months, percentages, and what is taken for scripts' sake.
        "before", "against", "month", "buckets", "rates", "outlook", "refit", "limit",
    ]

    @Test("a parameter of words is a choice or a list of them, unless it names or looks for something")
    func closedWords() {
        for question in QueryCatalogue.questions {
            for input in question.parameters where input.kind == .text {
                #expect(
                    Self.open.contains(input.name),
                    "\(question.name): whoever mistypes '\(input.name)' must be told the words there are")
            }
        }
    }

    @Test("what narrows is a column or key that its table has, and of the kind that is compared")
    func columns() throws {
        for question in QueryCatalogue.questions {
            for input in question.parameters {
                #expect(Set(input.narrowings.map(\.table)).count == input.narrowings.count)
                for narrowing in input.narrowings {
                    let table = try #require(question.answers.first { $0.name == narrowing.table })
                    guard case .pages(let keys) = table.extent else {
                        Issue.record("\(question.name): '\(table.name)' is no list")
                        continue
                    }
                    let isThere =
                        table.columns.contains { $0.name == narrowing.column }
                        || keys.contains { $0.name == narrowing.column }
                    #expect(isThere, "\(question.name): '\(table.name)' has no '\(narrowing.column)'")
                    let isFit =
                        switch (input.kind, narrowing.kind) {
                        case (.day, .day), (.day, .time), (.decimal, .money), (.text, .code), (.currency, .code),
                            (.choice, .code):
                            true
                        default: false
                        }
                    #expect(isFit, "\(question.name): '\(input.name)' and '\(narrowing.column)'")
                }
            }
        }
    }
}
