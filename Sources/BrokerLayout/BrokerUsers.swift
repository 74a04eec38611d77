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

    /// What a person's user may do: give commands and ask questions, and take the answers by a queue of its own. It reads
    /// nobody else's queue and publishes nothing in a service's or a partner's name.
    ///
    /// - Parameter imports: whether it may import what old systems' files hold, too, by ``importedKeys``.
    public static func permission(ofPerson login: String, imports: Bool = false) -> Permission {
        permission(login, alsoWrites: imports ? ["waybill\\.imports"] : [])
    }

    /// What the edge's user may do: what a person's may, and for partners that it has recognised publish to the partner's own
    /// exchange and read the partner's own queue. Services know a partner by its exchange, so what comes that way is as the
    /// partner's own. It puts on record whom it lets in by another way than the usual one. It cannot write where `user_id`
    /// says who publishes, and not in a service's name.
    ///
    /// - Parameter believesAny: whether there is no file of partners; then it may write where the one partner does.
    public static func permissionOfEdge(believesAny: Bool = false) -> Permission {
        let partner = "[a-z0-9-]{1,40}"
        let inbound = believesAny ? "waybill\\.inbound" : "waybill\\.inbound\\.\(partner)"
        return permission(
            edge, alsoWrites: [inbound, "waybill\\.audit"], alsoReads: ["partner\\.\(partner)"])
    }

    private static func permission(
        _ login: String, alsoWrites: [String] = [], alsoReads: [String] = []
    ) -> Permission {
        let own = "reply\\.\(login.replacing(".", with: "\\."))\\.[0-9a-f-]{36}"
        let writes = ["waybill\\.commands"] + alsoWrites + [own]
        let reads = ["waybill\\.replies"] + alsoReads + [own]
        return Permission(
            configure: "^\(own)$", write: "^(\(writes.joined(separator: "|")))$",
            read: "^(\(reads.joined(separator: "|")))$")
    }

    /// The routing keys that whoever imports may use.
    public static var importedKeys: String {
        let types = Catalogue.contracts.filter(\.isImported).map {
            $0.type.description.replacing(".", with: "\\.")
        }
        return "^(\(types.joined(separator: "|")))$"
    }
}
