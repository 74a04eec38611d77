import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of what is sold.
enum ProductQueries {
    static let all = [
        Query(ProductQuestions.list, list), Query(ProductQuestions.show, show), Query(ProductQuestions.used, used),
    ]

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("on")
        let level = ProductLevel(rawValue: try arguments.required("level"))
        let sold = try arguments.required("state")
        let catalogue = try ProductStore.catalogue(transaction)
        let keys = catalogue.keys.filter { level == nil || $0.level == level }
        let rows = keys.compactMap { key -> [String?]? in
            guard let terms = catalogue.inForce(key, on: day) else { return nil }
            guard sold == "all" || (sold == "retired") == terms.retires else { return nil }
            let findings = catalogue.findings(of: key, on: day)
            return [
                terms.level.rawValue, terms.code, "\(terms.version)", terms.name, terms.nameInChinese,
                terms.businessLine, terms.unit, "\(terms.parts.count)", terms.validFrom.description,
                flag(terms.retires), flag(findings.isEmpty), words(findings),
            ]
        }
        let proposals = keys.flatMap { catalogue.versions(of: $0) }.filter { $0.state == .proposed }.map { version in
            [
                version.terms.level.rawValue, version.terms.code, "\(version.terms.version)", version.terms.name,
                version.terms.validFrom.description, flag(version.terms.retires), version.proposal.at.description,
                version.proposal.by, version.proposal.note,
            ] as [String?]
        }
        return [
            try arguments.table("products", rows: rows), try arguments.table("proposals", rows: proposals),
        ]
    }

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("on")
        let catalogue = try ProductStore.catalogue(transaction)
        let key = try meant(arguments)
        let held = catalogue.inForce(key, on: day)
        let terms = held ?? catalogue.versions(of: key).last?.terms
        let findings = catalogue.findings(of: key, on: day)
        let products: [[String?]] =
            terms.map { terms in
                [
                    [
                        terms.level.rawValue, terms.code, "\(terms.version)", terms.name, terms.nameInChinese,
                        terms.businessLine, terms.unit, terms.measure, terms.validFrom.description, flag(terms.retires),
                        flag(held != nil && findings.isEmpty),
                    ]
                ]
            } ?? []
        let made = terms.map { pieces(of: $0, in: catalogue, on: day) } ?? []
        let units = Set(made.filter { $0.key.level == .unit }.map(\.key)).union(key.level == .unit ? [key] : [])
        let rules = units.sorted().flatMap { unit -> [[String?]] in
            guard let terms = catalogue.inForce(unit, on: day) ?? (unit == key ? terms : nil) else { return [] }
            func rows(_ side: String, _ rules: [UnitRule]) -> [[String?]] {
                rules.map { rule in
                    [
                        unit.identifier, side, rule.rule, rule.validFrom.description, rule.validUntil?.description,
                        flag(rule.isLive(on: day)),
                    ]
                }
            }
            return rows("sell", terms.sellRules) + rows("cost", terms.costRules)
        }
        return [
            try arguments.table("product", rows: products),
            try arguments.table(
                "parts",
                rows: made.map { piece in
                    [
                        piece.whole.source, piece.whole.identifier, piece.key.source, piece.key.identifier,
                        catalogue.inForce(piece.key, on: day)?.name, piece.part.quantity?.description ?? "1",
                        piece.part.driver, flag(piece.part.isOption ?? false),
                    ]
                }),
            try arguments.table("rules", rows: rules),
            try arguments.table(
                "findings",
                rows: terms == nil ? [] : findings.map { [$0.key.source, $0.key.identifier, $0.reason.rawValue] }),
            try arguments.table(
                "versions",
                rows: catalogue.versions(of: key).map { version in
                    [
                        "\(version.terms.version)", version.state.rawValue, version.holdsFrom.description,
                        flag(version.terms.retires), version.proposal.at.description, version.proposal.by,
                        version.proposal.note, version.decidedAt?.description, version.decidedBy, version.verdictNote,
                    ]
                }),
        ]
    }

    /// What something is made of, and what that is made of.
    private static func pieces(
        of terms: ProductTerms, in catalogue: ProductCatalogue, on day: CalendarDay
    ) -> [(whole: ProductKey, part: ProductPart, key: ProductKey)] {
        zip(terms.parts, terms.partKeys).flatMap { part, key in
            [(terms.key, part, key)]
                + (catalogue.inForce(key, on: day).map { pieces(of: $0, in: catalogue, on: day) } ?? [])
        }
    }

    static func used(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("on")
        let catalogue = try ProductStore.catalogue(transaction)
        let key = try meant(arguments)
        let rows = catalogue.users(of: key, on: day).map { user -> [String?] in
            let before = catalogue.findings(of: user.key, on: day)
            let after = catalogue.findings(of: user.key, on: day, without: key)
            return [
                user.key.source, user.key.identifier, catalogue.inForce(user.key, on: day)?.name,
                user.by.map(\.identifier).joined(separator: ", "), flag(before.isEmpty),
                flag(before.isEmpty && !after.isEmpty), words(before),
            ]
        }
        return [try arguments.table("users", rows: rows)]
    }

    private static func meant(_ arguments: QueryArguments) throws(Refusal) -> ProductKey {
        let level = ProductLevel(rawValue: try arguments.required("level")) ?? .product
        return ProductKey(level, try arguments.required("code"))
    }

    /// The first of them in words, and how many more there are: an answer's values have an end.
    private static func words(_ findings: [ProductFinding]) -> String? {
        guard !findings.isEmpty else { return nil }
        let first = findings.prefix(20).map { "\($0.key.identifier): \($0.reason.rawValue)" }.joined(separator: "; ")
        return findings.count > 20 ? "\(first); and \(findings.count - 20) more" : first
    }

    private static func flag(_ value: Bool) -> String { value ? "true" : "false" }
}
