import ArgumentParser
import Client
import Contracts
import Domain
import Messaging
import Pricing

struct ImportCardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Store the rules of a rate card.",
        discussion: """
            FILE is as that of 'waybill rates price'. What is wrong with it is told line by line: what cannot be read, breaks with a
            gap, rules that are for the same as others on some day. Then nothing is stored; all of a file is, or nothing of it, up
            to \(most.rules) rules at once. A card is for one customer, for a group of customers, or for everybody.
            """)

    /// How many rules one command takes, and how many bytes of them.
    private static let most = (rules: 2_000, bytes: 400_000)

    @Argument(help: "The card, as comma-separated values.")
    var file: String
    @Option(help: "What the card is called.")
    var card: String
    @Option(help: "sell or buy: whether customers pay by it, or we do.")
    var side: String
    @Option(help: ArgumentHelp("For which customer it is, by its code.", valueName: "code"))
    var customer: String?
    @Option(help: ArgumentHelp("The system whose code that is.", valueName: "system"))
    var customerSource: String?
    @Option(help: "For which group of customers it is; for everybody without either.")
    var group: String?
    @Flag(help: "Rules for the same that began before these end on the day before.")
    var replace = false
    @Flag(help: "Only tell what would become of it.")
    var dryRun = false
    @OptionGroup var act: ActOptions

    func run() async throws {
        let side = try ArgumentValue.choice(self.side, "--side", CardSide.self)
        let rules = try RateCardFile.rules(file)
        let now = Timestamp.now()
        var lines = rules.map(\.line)[...]
        let parts = Self.parts(rules.map { CardRule($0.rule) }, bytes: Self.most.bytes).map { some in
            let places = Array(lines.prefix(some.count))
            lines = lines.dropFirst(some.count)
            let body = ImportRateCard(
                card: card, side: side, customer: customer.map { CustomerCode(code: $0, source: customerSource) },
                group: group, rules: some, replaces: replace ? true : nil, at: now, by: act.by)
            return (lines: places, body: body)
        }
        var findings = Findings()
        var fresh = 0
        let client = Asking.client(try CommandEnvironment().person("ask"))
        for part in parts { fresh += try await preview(part.body, at: part.lines, client, &findings) }
        await client.close()
        findings.end()
        guard findings.count == 0 else {
            say("nothing is stored: \(findings.count) of \(rules.count) rules are wrong")
            throw ExitCodes.refused
        }
        say("\(rules.count) rules, \(fresh) of them new")
        guard !dryRun else { return }
        for (place, part) in parts.enumerated() {
            // The parts of a long file are commands of their own, each safe to repeat.
            var sending = act
            if let id = act.id, place > 0 { sending.id = "\(id)-\(place + 1)" }
            try await sending.send(part.body, to: .sales, expecting: [RateCardChanged.type])
        }
    }

    /// Rules in parts of so many bytes.
    private static func parts(_ rules: [CardRule], bytes most: Int) -> [[CardRule]] {
        var parts: [[CardRule]] = []
        var bytes = 0
        for rule in rules {
            let size = rule.encode().count
            if parts.isEmpty || bytes + size > most || parts[parts.count - 1].count == Self.most.rules {
                parts.append([])
                bytes = 0
            }
            bytes += size
            parts[parts.count - 1].append(rule)
        }
        return parts
    }

    /// Says of rules what is wrong with them, by the lines of the file.
    ///
    /// - Returns: how many would be new.
    private func preview(
        _ body: ImportRateCard, at places: [Int], _ client: RequestClient, _ findings: inout Findings
    ) async throws -> Int {
        // A question brings along lines of so many bytes; the service puts the parts of a card together again.
        let lines = Self.parts(body.rules, bytes: 24_000).map { some in
            let part = ImportRateCard(
                card: body.card, side: body.side, customer: body.customer, group: body.group, rules: some,
                replaces: body.replaces, at: body.at, by: body.by)
            return String(decoding: part.encode(), as: UTF8.self)
        }
        var (fresh, after) = (0, String?.none)
        repeat {
            let tables = try await Asking.ask(
                .sales, CardQuestions.preview.name,
                [("source", Commanding.source), ("limit", "2000"), ("after", after)], lines: lines, client: client,
                timeout: .seconds(60))
            guard let table = tables.first else { return fresh }
            func value(_ row: QueryRow, _ name: String) -> String? {
                table.columns.firstIndex { $0.name == name }.flatMap { row.values[$0] }
            }
            for row in table.rows {
                if value(row, "outcome") == "new" { fresh += 1 }
                guard value(row, "outcome") == "refused", let place = value(row, "place").flatMap({ Int($0) }) else {
                    continue
                }
                findings.say(
                    file, line: places.indices.contains(place) ? places[place] : 1, value(row, "reason") ?? "",
                    "rule '\(value(row, "rule") ?? "")': \(value(row, "detail") ?? "")")
            }
            after = table.next
        } while after != nil
        return fresh
    }
}

extension CardRule {
    /// A rule of a file as a message says it.
    init(_ rule: RateRule) {
        self.init(
            rule: rule.id, serviceItem: rule.serviceItem, origin: rule.origin, destination: rule.destination,
            unit: rule.unit, method: rule.method.rawValue,
            breaks: rule.breaks.map { part in
                CardBreak(
                    from: part.from == .zero ? nil : part.from.description, to: part.to?.description,
                    rate: part.rate.description, minimum: part.minimum?.description, maximum: part.maximum?.description)
            },
            currency: rule.currency, validFrom: rule.validFrom, validUntil: rule.validUntil)
    }
}
