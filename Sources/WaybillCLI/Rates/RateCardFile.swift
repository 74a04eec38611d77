import ArgumentParser
import Client
import Domain
import Pricing

/// Reads a rate card. Nothing is priced by a card of which a line is wrong: what it lacks would be priced by another
/// rule, and nobody would know.
enum RateCardFile {
    private static let names = [
        "rule", "service_item", "origin", "destination", "unit", "method", "from", "to", "minimum", "maximum", "rate",
        "currency", "valid_from", "valid_until",
    ]

    /// What the rows of a rule have in common.
    private struct Head: Equatable {
        let serviceItem: String
        let origin: String
        let destination: String
        let unit: String
        let method: RateMethod
        let currency: Currency
        let validFrom: CalendarDay?
        let validUntil: CalendarDay?
    }

    private struct Draft {
        let line: Int
        let head: Head
        var breaks: [RateBreak]
    }

    /// The card of a file.
    ///
    /// - Throws: `ExitCode` 2 after each line that is wrong has been said on standard error; ``Failure`` when the file
    ///   is no table.
    static func read(_ path: String) throws -> RateCard { RateCard(try rules(path).map(\.rule)) }

    /// The rules of a file, each with the line on which it begins. Throws as ``read(_:)``.
    static func rules(_ path: String) throws -> [(line: Int, rule: RateRule)] {
        var file = try ColumnFile(path, required: names)
        let place = Dictionary(uniqueKeysWithValues: names.map { ($0, file.place($0)) })
        var findings = Findings()
        var order: [String] = []
        var drafts: [String: Draft] = [:]
        while let row = file.next() {
            let field = { (name: String) in row[place[name] ?? nil] }
            do {
                let (id, head, part) = try read(field)
                if drafts[id] == nil {
                    order.append(id)
                    drafts[id] = Draft(line: row.line, head: head, breaks: [])
                } else if drafts[id]?.head != head {
                    throw RateFault(
                        "conflicting-content", "the rule '\(id)' stands above with another item, place, unit or day")
                }
                drafts[id]?.breaks.append(part)
            } catch let fault as RateFault {
                findings.say(path, line: row.line, fault.reason, fault.detail)
            }
        }
        if let problem = file.problem { throw Failure(problem) }
        var rules: [(line: Int, rule: RateRule)] = []
        for id in order {
            guard let draft = drafts[id] else { continue }
            do {
                let rule = try rule(id, draft)
                if let from = rule.overlap {
                    say(
                        "\(path), line \(draft.line): rule '\(id)': the break from \(from) begins within the one before"
                    )
                }
                rules.append((draft.line, rule))
            } catch {
                findings.say(path, line: draft.line, error.reason, "rule '\(id)': \(error.detail)")
            }
        }
        findings.end()
        guard findings.count == 0 else {
            say("nothing is done by this card: it has \(findings.count) wrong lines")
            throw ExitCode(2)
        }
        return rules
    }

    private static func read(
        _ field: (String) -> String
    ) throws(RateFault) -> (id: String, head: Head, part: RateBreak) {
        for name in ["rule", "service_item", "origin", "destination", "unit"] where field(name).isEmpty {
            throw RateFault("missing-field", "'\(name)' is required")
        }
        guard let method = RateMethod(rawValue: field("method")) else {
            let known = RateMethod.allCases.map(\.rawValue).joined(separator: ", ")
            throw RateFault("value-not-allowed", "the method is one of \(known), not '\(field("method").prefix(64))'")
        }
        guard let currency = Currency(field("currency")) else {
            throw RateFault("unknown-currency", "'\(field("currency").prefix(64))' is no active currency of ISO 4217")
        }
        guard let rate = try RateFields.decimal(field("rate"), "rate") else {
            throw RateFault("missing-field", "'rate' is required")
        }
        let head = Head(
            serviceItem: field("service_item"), origin: field("origin"), destination: field("destination"),
            unit: field("unit"), method: method, currency: currency,
            validFrom: try RateFields.day(field("valid_from"), "valid_from"),
            validUntil: try RateFields.day(field("valid_until"), "valid_until"))
        let part = RateBreak(
            from: method.hasBreaks ? try RateFields.decimal(field("from"), "from") ?? .zero : .zero,
            to: method.hasBreaks ? try RateFields.decimal(field("to"), "to") : nil, rate: rate,
            minimum: try RateFields.decimal(field("minimum"), "minimum"),
            maximum: try RateFields.decimal(field("maximum"), "maximum"))
        return (field("rule"), head, part)
    }

    private static func rule(_ id: String, _ draft: Draft) throws(RateFault) -> RateRule {
        // Minimum and maximum are the rule's: a row that leaves them out has those of the others. Where rows differ,
        // the break that contains the quantity says which holds.
        let minimum = common(draft.breaks.map(\.minimum))
        let maximum = common(draft.breaks.map(\.maximum))
        let head = draft.head
        return try RateRule(
            id: id, serviceItem: head.serviceItem, origin: head.origin == "*" ? nil : head.origin,
            destination: head.destination == "*" ? nil : head.destination, unit: head.unit, method: head.method,
            breaks: draft.breaks.map {
                RateBreak(
                    from: $0.from, to: $0.to, rate: $0.rate, minimum: $0.minimum ?? minimum,
                    maximum: $0.maximum ?? maximum)
            },
            currency: head.currency, validFrom: head.validFrom, validUntil: head.validUntil)
    }

    private static func common(_ values: [ExactDecimal?]) -> ExactDecimal? {
        let given = Set(values.compactMap { $0 })
        return given.count == 1 ? given.first : nil
    }
}
