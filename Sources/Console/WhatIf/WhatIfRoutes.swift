import Client
import Contracts
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import ProfitAnalysis

/// What would be earned if prices, costs, volumes or the time of payment were otherwise: levers over the real order lines of a time. The
/// address is the scenario, and so a saved view is a saved scenario. Nothing is stored and nothing is told to anybody.
struct WhatIfRoutes: ConsoleRoutes {
    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/what-if") { request, context -> Response in
            guard context.person != nil else { throw ConsoleRefusal.signIn }
            return try await WhatIfPage(FormValues(query: request), context, parts).response()
        }
    }
}

/// A scenario with the lines that it is for.
private struct WhatIfPage {
    /// How many order lines are repriced for a page.
    private static let most = 20_000
    /// The levers, by the names of the address, each with how far it goes.
    private static let levers: [(name: String, kind: LeverKind, text: Text, range: ClosedRange<Int>)] = [
        ("price", .price, .leverPrice, -30...30), ("supplierRate", .supplierRate, .leverSupplierRate, -30...30),
        ("volume", .volume, .leverVolume, -50...50), ("paymentDays", .paymentDays, .leverPaymentDays, -60...60),
    ]
    private static let scope = ["from", "to", "branch", "line", "customer"]

    let given: [String: String]
    let context: ConsoleContext
    let parts: ConsoleParts

    init(_ values: FormValues, _ context: ConsoleContext, _ parts: ConsoleParts) {
        (self.context, self.parts) = (context, parts)
        let names = Set(Self.scope + Self.levers.map(\.name) + ["currency", "costOfCapital"])
        let today = Timestamp.now().day(in: context.zone)
        let last = today.adding(days: -today.components.day)
        let standard = [
            ("from", last.adding(days: 1 - last.components.day).description), ("to", last.description),
            ("currency", "CNY"), ("costOfCapital", "6"),
        ]
        given = Dictionary(
            values.pairs.filter { names.contains($0.name) && !$0.value.isEmpty }.map { ($0.name, $0.value) } + standard,
            uniquingKeysWith: { first, _ in first })
    }

    private var words: Words { Words(language: context.language) }
    private var question: QueryDescription { ProfitQuestions.lines }

    func response() async throws -> Response {
        let names = Self.scope + ["currency", "costOfCapital"] + Self.levers.map(\.name)
        let view = Link(path: ["what-if"], values: names.map { ($0, given[$0]) })
        var fault: Refusal?
        var found: [Node] = []
        do throws(Refusal) {
            let scenario = try scenario()
            let values = try question.values(
                of: Self.scope.compactMap { name in given[name].map { QueryParameter(name: name, value: $0) } })
            found = try await result(scenario, values)
        } catch {
            fault = error
        }
        let status: HTTPResponse.Status = fault == nil ? .ok : .unprocessableContent
        return Layout(title: words[.whatIf], context: context, place: .profit, view: view).response(status) {
            Tag.p(.class("hint")) { words[.whatIfHelp] }
            form
            if let fault { Tag.p(.class("problem"), .role("alert")) { words[.refused(fault.detail)] } }
            found
        }
    }

    /// The scenario of the address.
    private func scenario() throws(Refusal) -> Scenario {
        var levers: [String] = []
        for lever in Self.levers {
            guard let text = given[lever.name], text != "0" else { continue }
            guard let number = Int(text), lever.range.contains(number) else {
                throw Refusal(
                    .valueNotAllowed, path: lever.name,
                    words[.between(lever.range.lowerBound, lever.range.upperBound)])
            }
            let name = lever.kind == .paymentDays ? "days" : "percent"
            levers.append("{\"kind\":\"\(lever.kind.rawValue)\",\"\(name)\":\"\(number)\"}")
        }
        var text: [UInt8] = Array("{\"name\":\"what-if\",\"currency\":".utf8)
        ObjectWriter.append(given["currency"] ?? "", to: &text)
        text += Array(",\"costOfCapital\":".utf8)
        ObjectWriter.append(given["costOfCapital"] ?? "0", to: &text)
        text += Array(",\"levers\":[\(levers.joined(separator: ","))]}".utf8)
        return try Scenario(json: text)
    }

    // MARK: What it comes to

    private func result(_ scenario: Scenario, _ values: [String: String]) async throws(Refusal) -> [Node] {
        let gathering = ListGathering(
            service: .finance, question: question, values: values, table: "lines", isExport: false)
        let outcome: ListGathering.Outcome
        let rates: PanelAnswer
        do {
            outcome = try await gathering.gather(Self.most, parts, context)
            rates = try await parts.ask(
                Asking.Question(
                    service: .finance, query: "rates.list",
                    values: [("on", given["to"]), ("limit", "\(QueryTable.maximumRows)")]), context)
        } catch {
            return [problem(words[.brokerAway(CellText.time(Timestamp.now().description, in: context.zone))])]
        }
        switch outcome {
        case .tooMany(let most): return [problem(words[.tooManyRows(most)])]
        case .missing(let heard): return [Panel.missing(heard, context)].compactMap { $0 }
        case .nothing: return [Tag.p(.class("hint")) { words[.nothing] }]
        case .table(let table):
            guard !table.blanked.contains("cost") else { return [problem(words[.whatIfNeedsCost])] }
            let lines = table.views.compactMap(Self.line)
            // A line that cannot be read would be left out of what is earned.
            guard lines.count == table.rows.count else { return [problem(words[.whatIfNoLines])] }
            return try report(scenario, lines, rates.answer?.table("rates"))
        }
    }

    private func problem(_ text: String) -> Node { Tag.p(.class("problem"), .role("alert")) { text } }

    private func report(
        _ scenario: Scenario, _ lines: [ProfitLine], _ rates: QueryTable?
    ) throws(Refusal) -> [Node] {
        let asked = scenario.adding(worth(scenario.unrated(lines), in: scenario.currency, rates))
        let (rated, apart) = asked.rated(lines)
        let repricing: Repricing
        do {
            repricing = try Repricing(rated, asked)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            return []
        }
        let report = ScenarioReport(asked, repricing, nil, seed: 1, runs: 0, withoutRate: apart)
        let (base, result) = (repricing.base, repricing.result)
        let steps: [(Text, FixedDecimal, Bool)] = [
            (.marginNow, base.margin, true), (.changeOfRevenue, result.revenue - base.revenue, false),
            (.changeOfCost, base.cost - result.cost, false), (.financing, .zero - repricing.financing, false),
            (.marginThen, result.margin - repricing.financing, true),
        ]
        let currency = asked.currency.code
        let bars = steps.map { text, amount, isTotal in
            Charts.Bar(
                words[text], Double(amount.description) ?? 0,
                CellText.shown(amount.description, .money(currency: "currency"), currency: currency), isTotal: isTotal)
        }
        return [
            Tag.section(.class("sheet")) {
                Tag.h2 { "\(words[.whatIf]) · \(currency)" }
                Charts.waterfall(bars, title: "\(words[.whatIf]), \(currency)")
                for table in report.tables {
                    TableView(table: table, described: nil, context: context).node
                }
            }
        ]
    }

    /// Finance's rates of the last day, in the currency of the scenario.
    private func worth(_ currencies: Set<Currency>, in target: Currency, _ rates: QueryTable?) -> [ScenarioRate] {
        guard let day = given["to"].flatMap({ CalendarDay($0) }), let rates else { return [] }
        let table = RateTable(
            rates.views.compactMap { row in
                guard let currency = row["currency"].flatMap({ Currency($0) }),
                    let rate = row["cny"].flatMap({ ExchangeRate($0) })
                else { return nil }
                return RateTable.Entry(currency: currency, from: day, rate: rate)
            })
        return currencies.sorted().compactMap { currency in
            table.convert(FixedDecimal(1), from: currency, to: target, on: day).map {
                ScenarioRate(currency: currency, rate: $0)
            }
        }
    }

    private static let line: @Sendable (RowView) -> ProfitLine? = { row in
        guard let source = row["source"], let order = row["order_id"], let number = row["line"].flatMap({ Int($0) }),
            let day = row["day"].flatMap({ CalendarDay(String($0.prefix(10))) }), let customer = row["customer"],
            let business = row["business_line"], let branch = row["branch"], let item = row["item"],
            let unit = row["unit"], let quantity = row["quantity"].flatMap({ FixedDecimal($0) }),
            let currency = row["currency"].flatMap({ Currency($0) }),
            let revenue = row["revenue"].flatMap({ FixedDecimal($0) })
        else { return nil }
        return ProfitLine(
            source: source, orderId: order, line: number, day: day, customer: customer, businessLine: business,
            branch: branch, salesOwner: row["sales_owner"], lane: row["lane"], serviceItem: item, unit: unit,
            supplier: row["supplier"], quantity: quantity, currency: currency, revenue: revenue,
            cost: row["cost"].flatMap { FixedDecimal($0) })
    }

    // MARK: The levers

    private var form: Node {
        Node.element(.form, [.class("sheet"), .method(.get), .action(Link("what-if"))] + Attribute.boost) {
            Tag.div(.class("fields")) {
                for name in Self.scope + ["currency", "costOfCapital"] {
                    Tag.div(.class("field")) {
                        Tag.label(.for("w-\(name)")) { CatalogueWords.name(name, context.language) }
                        Tag.input(
                            .id("w-\(name)"), .name(name), .type(["from", "to"].contains(name) ? .date : .text),
                            .maxLength(200), .value(given[name] ?? ""))
                    }
                }
                for lever in Self.levers {
                    let value = given[lever.name] ?? "0"
                    Tag.div(.class("field")) {
                        Tag.label(.for("w-\(lever.name)")) {
                            words[lever.text]
                            " "
                            Tag.output(.for("w-\(lever.name)")) { value }
                        }
                        Tag.input(
                            .id("w-\(lever.name)"), .name(lever.name), .type(.range),
                            .minimum("\(lever.range.lowerBound)"), .maximum("\(lever.range.upperBound)"),
                            .value(value))
                    }
                }
            }
            Tag.div(.class("buttons")) {
                Tag.button(.class("main")) { words[.ask] }
                Tag.a(.class("button"), .href(Link("what-if"))) { words[.reset] }
            }
        }
    }
}
