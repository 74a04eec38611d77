import Contracts
import Domain
import Testing

@Suite("What a question shows, and to whom")
struct ShownTests {
    /// Words of a name that tell of what something costs or earns.
    private static let ofMoney: Set = [
        "cost", "costs", "costed", "margin", "profitability", "worth", "saving", "saved", "forgone", "ratio",
        "threshold",
        "pooled", "upper", "price", "rate", "percent", "loss", "difference", "recorded",
    ]
    /// Words of a name that tell of somebody.
    private static let ofPeople: Set = [
        "phone", "telephone", "mobile", "email", "address", "bank", "person", "contact", "contacts", "with", "summary",
        "value", "detail", "said", "found",
    ]

    /// What has such a name and needs no right, with the reason: by its question and name, or by its name alone.
    private static let exceptions = [
        "lossReason": "why an opportunity was lost", "lossRate": "how many opportunities are lost",
        "winRate": "how many opportunities are won", "comparedWith": "which opportunities it is compared with",
        "converted_percent": "how many of the needs that somebody saw became business",
        "cost_id": "names a cost, and says nothing of it",
        "costedRevenue": "revenue, of what has its costs",
        "costed_revenue": "revenue, of what has its costs",
        "without_rate": "currencies without an exchange rate",
        "complete_percent": "how much of the revenue has its costs",
        "used_percent": "how far a budget of expenses is used",
        "sold_percent": "how far a target of sales is met",
        "late_percent": "deliveries",
        "answered_percent": "how many answer a survey",
        "satisfied_percent": "how many are satisfied",
        "weighted_percent": "the same, weighted by deliveries",
        "share_percent": "a share of what suppliers have invoiced, which is told beside it",
        "concentration_percent": "the squares of those shares",
        "rate_percent": "what part of a debt is expected to be lost",
        "acceptance.report worth": "the revenue that was refused",
        "credit.exposure worth": "what a customer owes and has ordered",
        "credit.risk loss": "what part of an invoice is likely to be lost",
        "receivables.reminders worth": "what a customer owes",
        "payables.set-off worth": "what could be set off, in one currency for the order of the list",
        "worth_overdue": "what a customer owes",
        "worth_open": "what a customer owes",
        "classes.count value": "a class",
        "classes.show value": "a class: a band, by which customers are worked with; its reason is withheld",
        "customers.overview value": "a class, too",
        "value_class": "a class",
        "said_by": "the channel by which a system has said it",
        "customers.overview detail": "what was ordered and what is usual, and why somebody was asked how it was",
        "quotes.orders detail": "which lines of an order do not keep to the terms, or how the quote stands",
        "preview detail": "why a line of the asker's own file would be refused",
        "parties.merge-preview detail": "why parties cannot be merged",
        "receivables.waiting detail": "why a payment was set aside",
        "complaints.list summary": "what a complaint is about: without it there is none",
        "complaints.show summary": "what a complaint is about: without it there is none",
        "permissions.explain person": "the login that was asked about, for whoever sees the settings",
        "what holds the party together by": "by evidence, a code or a decision",
    ]

    /// The words of a name such as `unit_cost` or `marginRate`.
    private static func words(of name: String) -> Set<String> {
        var parts = [""]
        for character in name {
            if character == "_" || character == " " || character.isUppercase { parts.append("") }
            if character != "_", character != " " { parts[parts.count - 1] += character.lowercased() }
        }
        return Set(parts)
    }

    /// Whether a name tells of something that is protected. Who did it is personal data where the kind has any; of what
    /// stands in the books, who answers for it is a part.
    private static func isTelling(_ name: String, of kind: PermissionKind) -> Bool {
        let words = words(of: name)
        let isBy = words.contains("by") && kind.fields.contains(.personalData)
        return isBy || !words.isDisjoint(with: ofMoney) || !words.isDisjoint(with: ofPeople)
    }

    /// Whether values of a kind could tell of it: that there is a cost, when it came and how many there are does not.
    private static func mayTell(_ kind: ColumnDescription.Kind) -> Bool {
        switch kind {
        case .money, .quantity, .rate, .text, .code: true
        case .day, .time, .flag, .count: false
        }
    }

    @Test("what tells of a protected field by its name needs the right to it, or stands among the exceptions")
    func names() {
        var told = 0
        var used: Set<String> = []
        func check(_ place: String, _ names: [String], _ isProtected: Bool) {
            told += 1
            if isProtected { return }
            guard let exception = names.first(where: { Self.exceptions[$0] != nil }) else {
                Issue.record("\(place) tells of a protected field and needs no right")
                return
            }
            used.insert(exception)
        }
        for question in QueryCatalogue.questions {
            let last = question.name.split(separator: ".").last.map(String.init) ?? ""
            for table in question.answers {
                let kind = question.kind(of: table)
                var columns = (table.columns + table.further).map { ($0.name, $0.kind) }
                if case .pages(let keys) = table.extent {
                    columns += keys.compactMap { key in key.hidden.map { (key.name, $0) } }
                }
                for (name, type) in columns where Self.mayTell(type) && Self.isTelling(name, of: kind) {
                    check(
                        "'\(name)' of '\(table.name)' of \(question.name)",
                        ["\(question.name) \(name)", "\(last) \(name)", "\(table.name) \(name)", name],
                        table.protected(name) != nil)
                }
            }
            for input in question.parameters
            where input.narrowings.isEmpty && Self.isTelling(input.name, of: .setting) {
                check(
                    "the parameter '\(input.name)' of \(question.name)",
                    ["\(question.name) \(input.name)", input.name],
                    !input.protections.isEmpty)
            }
        }
        #expect(told > 120)
        #expect(Set(Self.exceptions.keys).subtracting(used).isEmpty, "exceptions that nothing needs")
    }

    @Test("a protected field is one of its kind of object")
    func kinds() {
        for question in QueryCatalogue.questions {
            for table in question.answers {
                for field in table.protectedFields {
                    #expect(
                        question.kind(of: table).fields.contains(field),
                        "'\(table.name)' of \(question.name) has \(field.rawValue), '\(question.kind(of: table).rawValue)' has not"
                    )
                }
            }
            for input in question.parameters {
                for protection in input.protections {
                    #expect(question.shows.fields.contains(protection.field), "\(question.name) \(input.name)")
                }
            }
        }
        // Each kind whose fields are protected is shown by some question that has them.
        for kind in PermissionKind.allCases where kind != .person && kind != .rate {
            let shown = QueryCatalogue.questions.flatMap { question in
                question.answers.filter { question.kind(of: $0) == kind }.flatMap(\.protectedFields)
            }
            #expect(Set(shown) == Set(kind.fields), "\(kind.rawValue)")
        }
    }

    @Test("lists and sums of what belongs to somebody take within, and nothing else does")
    func within() throws {
        var taking = 0
        for question in QueryCatalogue.questions {
            let isOfMany = question.answers.contains { $0.isPaged || $0.isOfTotals }
            let wanted = isOfMany && question.shows.isOwned && !question.isOfWhole
            #expect((question.parameter("within") != nil) == wanted, "\(question.name)")
            if wanted { taking += 1 }
        }
        #expect(taking > 40)
        let input = try #require(FinanceQuestions.orders.parameter("within"))
        #expect(try input.value("node") == "node" && input.otherwise == nil)
        #expect(throws: Refusal.self) { try input.value("all") }
        #expect(try FinanceQuestions.orders.values(of: [.init(name: "within", value: "team")]) == ["within": "team"])
    }

    // MARK: What is withheld

    @Test("without its protected keys a list still has an order, of what names its rows")
    func keys() {
        let all = Set(PermissionField.allCases)
        var shorter = 0
        for question in QueryCatalogue.questions {
            for table in question.answers {
                guard case .pages(let keys) = table.extent else { continue }
                let kept = table.keys(withholding: all)
                #expect(!kept.isEmpty, "\(question.name) '\(table.name)'")
                #expect(table.keys(withholding: []).map(\.name) == keys.map(\.name))
                if kept.count < keys.count { shorter += 1 }
                // A figure puts rows in order and names none of them; what names one is never left out.
                for key in keys where table.protected(key) != nil {
                    let isFigure =
                        switch table.kind(of: key) {
                        case .money, .quantity, .rate: true
                        default: false
                        }
                    #expect(isFigure, "\(question.name) '\(table.name)' \(key.name)")
                }
            }
        }
        #expect(shorter >= 8)
        let alerts = FinanceQuestions.alerts.answers[0]
        #expect(alerts.keys(withholding: [.margin]).map(\.name) == ["alert_id"])
        #expect(alerts.keys(withholding: [.cost]).map(\.name) == ["worth", "alert_id"])
    }

    @Test("without the right no list of any question is in order by what is protected, narrowed by it or totalled")
    func nothingFoundOut() {
        var (ordered, narrowed, summed) = (0, 0, 0)
        for question in QueryCatalogue.questions {
            for table in question.answers {
                guard case .pages(let keys) = table.extent else { continue }
                for field in PermissionField.allCases {
                    // As its columns say it, whatever the list makes of that.
                    let telling = Set(
                        (table.columns + table.further).filter { $0.protected == field }.map(\.name)
                            + keys.filter { table.protected($0) == field }.map(\.name))
                    let place = "\(question.name) '\(table.name)' without \(field.rawValue)"
                    #expect(telling.isDisjoint(with: table.keys(withholding: [field]).map(\.name)), "\(place)")
                    #expect(telling.isDisjoint(with: table.totals(withholding: [field])), "\(place)")
                    ordered += keys.filter { telling.contains($0.name) }.count
                    summed += telling.intersection(table.totals).count
                    for input in question.parameters
                    where input.narrowings.contains(where: { $0.table == table.name && telling.contains($0.column) }) {
                        narrowed += 1
                        let refused = question.refused([input.name: "1"], withheld: { _ in [field] })
                        #expect(refused.contains { $0.name == input.name && $0.field == field }, "\(place)")
                        #expect(question.refused([input.name: "1"], withheld: { _ in [] }).isEmpty, "\(place)")
                    }
                }
            }
        }
        // There is something to be found out: a rule of which nothing is left would hold, too.
        #expect(ordered >= 8 && narrowed >= 8 && summed >= 8, "\(ordered) \(narrowed) \(summed)")
    }

    @Test("columns and totals are withheld by their field, and what lies between them stays")
    func columns() throws {
        let orders = FinanceQuestions.orders.answers[0]
        #expect(orders.columns(withholding: [.margin]) == ["margin"])
        #expect(orders.columns(withholding: [.cost, .margin, .personalData]) == ["cost", "margin"])
        #expect(orders.columns(withholding: []).isEmpty)
        #expect(orders.totals(withholding: [.cost]) == ["revenue", "margin", "amount"])
        let view = try #require(ViewQuestions.figures.answer("view"))
        #expect(view.columns(withholding: [.cost], of: ["period", "cost", "branch", "revenue"]) == ["cost"])
        #expect(view.columns(withholding: [.margin], of: ["margin_percent", "costed_revenue"]) == ["margin_percent"])
        #expect(view.protectedFields == [.cost, .margin])
    }

    /// What is refused of a question to whoever does not see some fields of any kind.
    private func refused(
        _ question: QueryDescription, _ values: [String: String], without fields: Set<PermissionField>
    ) -> [String] {
        question.refused(values) { _ in fields }.map { "\($0.name) \($0.field.rawValue)" }
    }

    @Test("nothing is found out by narrowing to a withheld column, by whichever parameter")
    func narrowing() {
        var narrowed = 0
        for question in QueryCatalogue.questions {
            for input in question.parameters {
                let fields = input.narrowings.compactMap { question.answer($0.table)?.protected($0.column) }
                for field in Set(fields) {
                    narrowed += 1
                    // What the question tells apart by unless told otherwise may be of the field, too.
                    #expect(
                        refused(question, [input.name: "1"], without: [field]).contains(
                            "\(input.name) \(field.rawValue)"))
                }
                #expect(refused(question, [input.name: "1"], without: []).isEmpty)
            }
        }
        #expect(narrowed >= 10)
        let alerts = FinanceQuestions.alerts
        #expect(refused(alerts, ["loss": "1"], without: [.margin]) == ["loss margin"])
        #expect(refused(alerts, ["loss": "1", "currency": "CNY"], without: [.cost]).isEmpty)
        #expect(refused(alerts, ["atLeast": "1"], without: [.margin]) == ["atLeast margin"])
        // An amount that is no such figure narrows as before.
        #expect(refused(FinanceQuestions.orders, ["atLeast": "1"], without: Set(PermissionField.allCases)).isEmpty)
        #expect(refused(PartyQuestions.resolve, ["phone": "1"], without: [.personalData]) == ["phone personal-data"])
        #expect(refused(PartyQuestions.resolve, ["name": "x"], without: [.personalData]).isEmpty)
    }

    @Test("a word that asks for a withheld figure is refused, in a list of words too, and no other word")
    func words() {
        let drill = ViewQuestions.drill
        #expect(refused(drill, ["metric": "margin"], without: [.margin]) == ["metric margin"])
        #expect(refused(drill, ["metric": "revenue, cost"], without: [.cost]) == ["metric cost"])
        #expect(refused(drill, ["metric": "revenue"], without: Set(PermissionField.allCases)).isEmpty)
        #expect(refused(drill, ["metric": "margin"], without: [.cost]).isEmpty)
        // From whom something is bought is told with what it costs, and so is what is told apart by it.
        for question in [ProfitQuestions.margins, ProfitQuestions.bridge, ProfitQuestions.supplierCosts] {
            #expect(
                refused(question, ["by": "order,supplier"], without: [.purchaseRate]) == ["by purchase-rate"],
                "\(question.name)")
            #expect(refused(question, ["by": "order,lane"], without: [.purchaseRate]).isEmpty, "\(question.name)")
        }
        #expect(refused(ProfitQuestions.supplierCosts, [:], without: [.purchaseRate]) == ["by purchase-rate"])
        #expect(refused(ProfitQuestions.margins, [:], without: [.purchaseRate]).isEmpty)
    }

    @Test("the fields of the kind that a table is of count, not those of another")
    func otherKinds() throws {
        let order = FinanceQuestions.order
        let alerts = try #require(order.answer("alerts"))
        #expect(order.kind(of: alerts) == .marginAlert && order.shows == .order)
        #expect(order.kinds == [.order, .marginAlert, .supplier])
        let question = FinanceQuestions.alerts
        let found = question.refused(["atLeast": "1", "loss": "1"]) { $0 == nil ? [.margin] : [] }
        #expect(found.map(\.name) == ["loss"] && found.map(\.kind) == [.marginAlert])
        let refusal = try #require(found.first?.refusal)
        #expect(refusal.reason == .notAuthorised && refusal.path == "parameters.loss")
    }

    @Test("a sum is told as far as totals reach, unless it may be that of a single object")
    func totals() throws {
        let ageing = ReceivableQuestions.ageing
        let buckets = try #require(ageing.answer("buckets"))
        #expect(ageing.tellsTotals(buckets, given: [:]))
        #expect(ageing.tellsTotals(buckets, given: ["asOf": "2026-03-31"]))
        #expect(!ageing.tellsTotals(buckets, given: ["customer": "C-1"]))
        let margins = ProfitQuestions.margins
        let table = try #require(margins.answer("margins"))
        #expect(margins.tellsTotals(table, given: ["by": "branch,line"]))
        #expect(!margins.tellsTotals(table, given: ["by": "branch,customer"]))
        #expect(!margins.tellsTotals(table, given: ["by": "order"]))
        let list = FinanceQuestions.orders
        #expect(!list.tellsTotals(list.answers[0], given: [:]))
        let performance = ServiceDeskQuestions.performance
        #expect(performance.tellsTotals(performance.answers[0], given: [:]))
        #expect(!performance.tellsTotals(performance.answers[0], given: ["by": "customer"]))
    }

    // MARK: The answer

    private static let table = QueryTable(
        "orders", [QueryColumn("order_id"), QueryColumn("cost", .decimal), QueryColumn("revenue", .decimal)],
        rows: [["A", "1.00", "2.00"], ["B", nil, "3.00"]], next: "B", count: 9,
        totals: [
            QueryTotal(column: "cost", currency: "CNY", amount: "1.00"),
            QueryTotal(column: "revenue", currency: "CNY", amount: "5.00"),
        ])

    @Test("a withheld column has no values and no totals, whether there are any or not, and the table says so")
    func withheld() {
        let table = Self.table.withholding(["cost", "no column"])
        #expect(table.rows.map(\.values) == [["A", nil, "2.00"], ["B", nil, "3.00"]])
        #expect(table.blanked == ["cost"] && table.totals.map(\.column) == ["revenue"])
        #expect(table.next == "B" && table.count == 9 && table.isCut)
        #expect(table.withholding(["revenue"]).blanked == ["cost", "revenue"])
        #expect(table.with(rows: [["C", nil, nil]]).blanked == ["cost"])
        #expect(Self.table.withholding([]).blanked.isEmpty)
    }

    @Test("an answer carries which columns are withheld, and says nothing where none is")
    func wire() throws {
        let asOf = try #require(Timestamp("2026-03-02T10:00:00+08:00"))
        func carried(_ table: QueryTable) throws -> (QueryTable, String) {
            let bytes = QueryReply.answered([table], asOf: asOf).encode()
            let read = try QueryReply(json: bytes)
            return (try #require(read.tables.first), String(decoding: bytes, as: UTF8.self))
        }
        let (read, text) = try carried(Self.table.withholding(["cost"]))
        #expect(read.blanked == ["cost"] && read.rows.map(\.values) == [["A", nil, "2.00"], ["B", nil, "3.00"]])
        #expect(text.contains(#""blanked":["cost"]"#) && !text.contains("1.00"))
        let (whole, plain) = try carried(Self.table)
        #expect(whole.blanked.isEmpty && !plain.contains("blanked"))
    }

    @Test("the document tells of each question what it shows, what needs a right and what it can be narrowed to")
    func document() {
        let text = QueryCatalogue.document()
        for question in QueryCatalogue.questions {
            #expect(text.contains("\(question.help)\n\nShows `\(question.shows.rawValue)`"), "\(question.name)")
        }
        #expect(text.contains("margin (money in currency, needs margin)"))
        #expect(text.contains("| alerts: page by page, by worth (needs margin), alert id |"))
        #expect(text.contains("in their own currency. Needs `margin`. |"))
        #expect(text.contains("Needs `cost` with `cost`. Needs `margin` with `margin`."))
        #expect(text.contains("| margin alerts: whole; sums; shows margin-alert |"))
        #expect(text.contains("| `within` | own, team, node, division, group | "))
        #expect(text.contains("and is answered to those who see all of these."))
        #expect(text.contains("Shows `setting`, and is answered to everybody."))
        #expect(
            QueryCatalogue.questions.filter(\.isForEverybody).map(\.name)
                == ["alive", "notices.mine", "preferences.show"])
        #expect(
            text.contains(
                "and further ones by what is asked (cost needs cost, margin needs margin, margin_percent needs margin)")
        )
    }
}
