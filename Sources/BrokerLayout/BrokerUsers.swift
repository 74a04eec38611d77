import Contracts

/// The users of the broker that are told apart by their names.
public enum BrokerUsers {
    /// The user of a program, such as a console, that has verified its own people and speaks for them.
    public static let edge = "waybill-edge"
    /// The user of whoever operates the system; it may do anything.
    public static let `operator` = "waybill-operator"

    /// The header by which the edge, and nobody else, names the person for whom it acts or asks.
    public static let onBehalfOf = "waybill-on-behalf-of"

    /// Whether a name may be a person's login: small letters, digits, `.`, `-` and `_`, at most 64 of them, and no name
    /// of a service, a partner or another program of ours.
    public static func isLogin(_ name: String) -> Bool {
        func isWord(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        guard (1...64).contains(name.utf8.count), name.utf8.first.map(isWord) ?? false,
            name.utf8.allSatisfy({ isWord($0) || [0x2D, 0x2E, 0x5F].contains($0) })
        else { return false }
        return !name.hasPrefix("waybill-") && !name.hasPrefix("partner-") && !name.hasSuffix("-service")
            && !["guest", "finance-reader"].contains(name)
    }

    /// What a user of the broker may do, each a regular expression over names.
    public struct Permission: Sendable, Equatable {
        /// What it may declare and delete.
        public let configure: String
        /// What it may publish to, or bind a queue of its own.
        public let write: String
        /// What it may consume, or bind a queue of its own to.
        public let read: String

        /// - Parameters: as the properties.
        public init(configure: String, write: String, read: String) {
            (self.configure, self.write, self.read) = (configure, write, read)
        }
    }

    /// What a person's user, or the edge's, may do: give commands and ask questions, and take the answers by a queue of
    /// its own. It reads nobody else's queue and publishes nothing in a service's or a partner's name.
    ///
    /// - Parameter imports: whether it may import what old systems' files hold, too, by ``importedKeys``.
    public static func permission(ofPerson login: String, imports: Bool = false) -> Permission {
        let own = "reply\\.\(login.replacing(".", with: "\\."))\\.[0-9a-f-]{36}"
        return Permission(
            configure: "^\(own)$", write: "^(waybill\\.commands\(imports ? "|waybill\\.imports" : "")|\(own))$",
            read: "^(waybill\\.replies|\(own))$")
    }

    /// The routing keys that whoever imports may use.
    public static var importedKeys: String {
        let types = Catalogue.contracts.filter(\.isImported).map {
            $0.type.description.replacing(".", with: "\\.")
        }
        return "^(\(types.joined(separator: "|")))$"
    }
}
