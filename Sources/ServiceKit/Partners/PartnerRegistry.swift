import Contracts

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

    /// Reads `{"partners": [{"name": "acme", "users": ["partner-acme"], "sources": ["acme", "acme-*"]}]}`.
    ///
    /// - Throws: ``Refusal`` with the place when it is not of that form, or when two partners have one name, a user or
    ///   a source in common.
    public init(json bytes: [UInt8]) throws {
        let root = try JSONDocument(parsing: bytes).root
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
                name: name, users: try texts(node, "users", path), sources: try texts(node, "sources", path))
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
        self.partners = partners
        byUser = Dictionary(uniqueKeysWithValues: partners.flatMap { partner in partner.users.map { ($0, partner) } })
        byExchange = Dictionary(uniqueKeysWithValues: partners.map { ($0.exchange, $0) })
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
    func partner(ofExchange exchange: String) -> Partner? { byExchange[exchange] }
}
