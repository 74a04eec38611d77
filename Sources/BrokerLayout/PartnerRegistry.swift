public import Contracts

/// A figure of business that a partner may be told.
public enum PartnerFigure: String, Sendable, CaseIterable {
    /// What it brought.
    case revenue
    /// What it cost.
    case cost
    /// Revenue less cost.
    case margin
}

/// Which other systems may publish, and for which sources each may speak.
///
/// Who published is said by the broker, never by the message: by the partner's own exchange `waybill.inbound.<partner>`,
/// to which only its users may write, or by the property `user_id`, which the broker lets through only when it is the
/// name of the user who is logged in.
public struct PartnerRegistry: Sendable {
    /// A partner.
    public struct Partner: Sendable, Equatable {
        /// Its name, also the last part of its exchange's name.
        public let name: String
        /// The users of the broker that are its.
        public let users: [String]
        /// The sources that it may speak for; one that ends with `*` stands for all that begin so.
        public let sources: [String]

        /// Whose numbers it may name beside its own, by kind; the first is meant where its messages do not say.
        public let speaksOf: [Referred: [String]]

        /// Whether it has a queue of its own, by which it hears of its orders and customers.
        public let hears: Bool

        /// Whether it says who belongs where: the personnel system does, and an order portal must not.
        public let tellsPeople: Bool

        /// Which figures of its customers' business it is told; none, unless its settings have them.
        public let figures: Set<PartnerFigure>

        /// The partner's own exchange.
        public var exchange: String { "\(Exchanges.inbound).\(name)" }

        /// Whether it may speak for a source.
        public func owns(_ source: String) -> Bool {
            sources.contains { $0.hasSuffix("*") ? source.hasPrefix($0.dropLast()) : $0 == source }
        }
    }

    /// The partners, in the order of the file.
    public let partners: [Partner]
    private let byUser: [String: Partner]
    private let byExchange: [String: Partner]
    /// Those who speak of other systems' numbers.
    private let referring: [Partner]

    /// Reads `{"partners": [{"name": "acme", "users": ["partner-acme"], "sources": ["acme", "acme-*"]}]}`; a partner may
    /// have `"speaksOf": {"orders": ["tms"], "customers": ["crm", "tms"]}` beside that, and the personnel system has
    /// `"people": true`.
    ///
    /// - Throws: ``Refusal`` with the place when it is not of that form, when two partners have one name, a user or a
    ///   source in common, or when one speaks of a source that no partner has.
    public init(json bytes: [UInt8]) throws {
        let root = try SettingsFile.root(bytes)
        func texts(_ node: JSONNode, _ key: String, _ path: String) throws(Refusal) -> [String] {
            let texts = (node[key]?.elements ?? []).compactMap(\.string)
            guard !texts.isEmpty, texts.allSatisfy({ !$0.isEmpty }) else {
                throw Refusal(.missingField, path: "\(path).\(key)", "'\(key)' must hold at least one text")
            }
            return texts
        }
        var partners: [Partner] = []
        for (index, node) in (root["partners"]?.elements ?? []).enumerated() {
            let path = "$.partners[\(index)]"
            guard let name = node["name"]?.string, (1...40).contains(name.utf8.count),
                name.utf8.allSatisfy({ ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D })
            else {
                throw Refusal(
                    .valueNotAllowed, path: "\(path).name", "a partner's name is 1 to 40 of a-z, 0-9 and '-'")
            }
            let partner = Partner(
                name: name, users: try texts(node, "users", path), sources: try texts(node, "sources", path),
                speaksOf: try Self.meanings(node["speaksOf"], "\(path).speaksOf"),
                hears: try Self.flag(node["queue"], "\(path).queue"),
                tellsPeople: try Self.flag(node["people"], "\(path).people"),
                figures: try Self.figures(node["figures"], "\(path).figures"))
            for other in partners {
                let common =
                    other.name == name
                    ? name
                    : other.users.first(where: partner.users.contains)
                        ?? other.sources.first { source in partner.sources.contains { Self.overlap($0, source) } }
                if let common {
                    throw Refusal(
                        .duplicateElement, path: path, "'\(common)' is of partner '\(other.name)' already")
                }
            }
            partners.append(partner)
        }
        guard !partners.isEmpty else {
            throw Refusal(.missingField, path: "$.partners", "no partner is named")
        }
        for (index, partner) in partners.enumerated() {
            for kind in Referred.allCases {
                guard
                    let unknown = partner.speaksOf[kind]?.first(where: { source in
                        !partners.contains { $0.owns(source) }
                    })
                else { continue }
                throw Refusal(
                    .valueNotAllowed, path: "$.partners[\(index)].speaksOf.\(kind.rawValue)",
                    "no partner may speak for '\(unknown)'")
            }
        }
        self.partners = partners
        referring = partners.filter { !$0.speaksOf.isEmpty }
        byUser = Dictionary(uniqueKeysWithValues: partners.flatMap { partner in partner.users.map { ($0, partner) } })
        byExchange = Dictionary(uniqueKeysWithValues: partners.map { ($0.exchange, $0) })
    }

    private static func flag(_ node: JSONNode?, _ path: String) throws(Refusal) -> Bool {
        switch node?.kind {
        case nil, .false: return false
        case .true: return true
        default: throw Refusal(.wrongType, path: path, "true or false is expected")
        }
    }

    /// Which figures are allowed.
    private static func figures(_ node: JSONNode?, _ path: String) throws(Refusal) -> Set<PartnerFigure> {
        guard let node else { return [] }
        var figures: Set<PartnerFigure> = []
        for element in node.elements {
            guard let figure = element.string.flatMap({ PartnerFigure(rawValue: $0) }) else {
                let all = PartnerFigure.allCases.map(\.rawValue).joined(separator: ", ")
                throw Refusal(.valueNotAllowed, path: path, "a list of these is expected: \(all)")
            }
            figures.insert(figure)
        }
        guard node.kind == .array else {
            throw Refusal(.wrongType, path: path, "a list such as [\"revenue\"] is expected")
        }
        return figures
    }

    /// Whose numbers are meant, by kind.
    private static func meanings(_ node: JSONNode?, _ path: String) throws(Refusal) -> [Referred: [String]] {
        guard let node else { return [:] }
        guard node.kind == .object else {
            throw Refusal(.wrongType, path: path, "an object such as {\"orders\": [\"tms\"]} is expected")
        }
        var meanings: [Referred: [String]] = [:]
        for (key, value) in node.members {
            guard let kind = Referred(rawValue: key) else {
                let kinds = Referred.allCases.map(\.rawValue).joined(separator: ", ")
                throw Refusal(.valueNotAllowed, path: "\(path).\(key)", "'\(key)' is none of: \(kinds)")
            }
            let sources = value.elements.compactMap(\.string)
            guard !sources.isEmpty, sources.count == value.count, Set(sources).count == sources.count else {
                throw Refusal(
                    .wrongType, path: "\(path).\(key)",
                    "a list of sources is expected, each once, the one that is meant when none is said at its head")
            }
            meanings[kind] = sources
        }
        return meanings
    }

    /// The partner that may speak for a source, if there is one.
    public func partner(ofSource source: String) -> Partner? { partners.first { $0.owns(source) } }

    /// Whose numbers the messages of a source name: what its partner's settings say, wherever a message comes from.
    ///
    /// - Parameter isTyped: whether people of ours have typed it, who may name any.
    public func references(of source: String, isTyped: Bool) -> References {
        References(
            own: source, others: referring.first { $0.owns(source) }?.speaksOf ?? [:], mayNameAny: isTyped)
    }

    /// Whether a source may be meant by both patterns.
    private static func overlap(_ one: String, _ other: String) -> Bool {
        switch (one.hasSuffix("*"), other.hasSuffix("*")) {
        case (false, false): one == other
        case (true, false): other.hasPrefix(one.dropLast())
        case (false, true): one.hasPrefix(other.dropLast())
        case (true, true): one.dropLast().hasPrefix(other.dropLast()) || other.dropLast().hasPrefix(one.dropLast())
        }
    }

    /// The partner of a broker's user.
    public func partner(ofUser user: String) -> Partner? { byUser[user] }

    /// The partner whose own exchange this is.
    package func partner(ofExchange exchange: String) -> Partner? { byExchange[exchange] }
}
