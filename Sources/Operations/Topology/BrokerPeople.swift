import BrokerLayout
import Client
import Contracts
import Crypto
import Foundation
package import Messaging

/// The users of people, in the broker's own list.
package struct BrokerPeople: Sendable {
    /// The tags by which a person's user is known among the others; the broker itself makes nothing of them.
    private enum Tag {
        static let person = "waybill-person"
        static let edge = "waybill-edge"
        static let imports = "waybill-imports"
    }

    private let broker: BrokerConfiguration
    private let management: BrokerManagement
    private let virtualHost: String

    /// - Parameters:
    ///   - broker: as whom; it needs the tag `administrator`.
    ///   - address: of the broker's management, `http(s)://host:port`.
    /// - Throws: ``MessagingError`` when the address cannot be understood.
    package init(_ broker: BrokerConfiguration, management address: String) throws(MessagingError) {
        self.broker = broker
        management = try BrokerManagement(address: address, broker: broker)
        virtualHost = broker.virtualHostName
    }

    /// Makes a user.
    ///
    /// - Parameters:
    ///   - login: its name.
    ///   - isEdge: whether it is that of a program that speaks for its own people.
    ///   - imports: whether the person may import what old systems' files hold.
    ///   - trail: where it is written down who makes it, before it is made.
    /// - Returns: its password.
    package func add(
        _ login: String, isEdge: Bool, imports: Bool = false, _ trail: AuditTrail
    ) async throws -> String {
        if try await management.send("GET", ["users", login]) != nil {
            throw Failure("there is a user '\(login)' already: 'waybill users remove \(login)' closes it")
        }
        let kind = isEdge ? Tag.edge : imports ? "\(Tag.person),\(Tag.imports)" : Tag.person
        try await trail.note(.addUser, of: login, kind, as: broker)
        let password = Self.secret(18).replacing("+", with: "-").replacing("/", with: "_")
        var user = ObjectWriter()
        user.text("password_hash", Self.hash(of: password))
        user.text("hashing_algorithm", "rabbit_password_hashing_sha256")
        user.text("tags", kind)
        let own =
            isEdge ? BrokerUsers.permissionOfEdge() : BrokerUsers.permission(ofPerson: login, imports: imports)
        var permission = ObjectWriter()
        permission.text("configure", own.configure)
        permission.text("write", own.write)
        permission.text("read", own.read)
        // The permission cannot come first; a user without one can do nothing.
        _ = try await management.send("PUT", ["users", login], body: user.finished())
        if imports {
            var keys = ObjectWriter()
            keys.text("exchange", Exchanges.imports)
            keys.text("write", BrokerUsers.importedKeys)
            keys.text("read", "^$")
            _ = try await management.send("PUT", ["topic-permissions", virtualHost, login], body: keys.finished())
        }
        _ = try await management.send("PUT", ["permissions", virtualHost, login], body: permission.finished())
        return password
    }

    /// Everybody: the login, whether it is the edge's, and whether it may import.
    package func all() async throws -> [(login: String, isEdge: Bool, imports: Bool)] {
        let users = try await objects(["users"])
        return users.compactMap { user in
            guard let name = user["name"]?.string else { return nil }
            let tags = Self.tags(of: user)
            guard tags.contains(Tag.person) || tags.contains(Tag.edge) else { return nil }
            return (name, !tags.contains(Tag.person), tags.contains(Tag.imports))
        }
    }

    /// Removes a person's user and closes its connections.
    ///
    /// - Parameters:
    ///   - login: its name.
    ///   - trail: where it is written down who removes it, before it is removed.
    /// - Returns: whether there was one.
    package func remove(_ login: String, _ trail: AuditTrail) async throws -> Bool {
        guard try await all().contains(where: { $0.login == login }) else { return false }
        try await trail.note(.removeUser, of: login, as: broker)
        _ = try await management.send("DELETE", ["users", login])
        // The broker closes them itself when it hears of it; whoever it has overlooked is closed by name.
        for connection in try await objects(["connections"]) where connection["user"]?.string == login {
            guard let name = connection["name"]?.string else { continue }
            _ = try await management.send("DELETE", ["connections", name])
        }
        return true
    }

    private func objects(_ path: [String]) async throws -> [JSONNode] {
        guard let body = try await management.send("GET", path) else { return [] }
        var limits = JSONLimits.standard
        limits.bodyBytes = 64 << 20
        limits.elements = 1_000_000
        return try JSONDocument(parsing: body, limits: limits).root.elements
    }

    /// A list since release 3.9 of the broker, before that a text with commas.
    private static func tags(of user: JSONNode) -> [String] {
        guard let tags = user["tags"] else { return [] }
        return tags.string?.split(separator: ",").map(String.init) ?? tags.elements.compactMap(\.string)
    }

    /// The hash that the broker keeps of a password: four bytes of salt, then SHA-256 of salt and password.
    static func hash(of password: String) -> String {
        let salt = random(4)
        return Data(salt + SHA256.hash(data: salt + Array(password.utf8))).base64EncodedString()
    }

    private static func secret(_ count: Int) -> String { Data(random(count)).base64EncodedString() }

    private static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
