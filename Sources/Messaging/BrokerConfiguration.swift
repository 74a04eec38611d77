import Foundation
import Synchronization

/// How to reach the broker.
public struct BrokerConfiguration: Sendable, CustomStringConvertible {
    /// What a connection with TLS needs. The broker's certificate and name are always verified.
    public struct TLSSettings: Sendable {
        let caCertificatePath: String
        let clientCertificatePath: String?
        let clientKeyPath: String?

        /// - Parameters:
        ///   - caCertificatePath: the authority (PEM) that the broker's certificate must come from.
        ///   - clientCertificatePath: our certificate (PEM), if the broker asks for one.
        ///   - clientKeyPath: its key (PEM).
        public init(caCertificatePath: String, clientCertificatePath: String? = nil, clientKeyPath: String? = nil) {
            self.caCertificatePath = caCertificatePath
            self.clientCertificatePath = clientCertificatePath
            self.clientKeyPath = clientKeyPath
        }
    }

    /// A node of the broker.
    struct Address: Sendable, Equatable, CustomStringConvertible {
        let host: String
        let port: Int

        var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    let addresses: [Address]
    private let turn = RoundRobin()
    let user: String
    let password: String?
    let virtualHost: String
    let isSecure: Bool
    let connectionName: String
    let heartbeat: Duration
    let tls: TLSSettings?
    /// How long a call may wait for the broker: to be connected, or for an answer.
    var answerTimeout: Duration { min(.seconds(5), heartbeat * 2) }

    /// - Parameters:
    ///   - url: `amqp(s)://user:password@host:port/vhost`, parts percent-encoded; an empty path is the vhost `/`. The
    ///     nodes of a cluster stand with commas between them, `host1:5672,host2:5672`; each connection begins with
    ///     another, and goes on to the next when one does not answer.
    ///   - connectionName: what the broker's tools show.
    ///   - heartbeat: the interval, 1…60 s; a peer silent for two of them is taken for dead.
    ///   - tls: what `amqps` needs.
    /// - Throws: ``MessagingError`` when the address cannot be understood.
    public init(
        url: String, connectionName: String, heartbeat: Duration = .seconds(10), tls: TLSSettings? = nil
    ) throws(MessagingError) {
        // The text holds the password: no part of it may stand in the error.
        let unclear = MessagingError(
            .configuration, "the broker's address cannot be understood: write amqp://user:password@host:port/vhost")
        let nodes = Self.nodes(url)
        guard let first = nodes.first, let parts = URLComponents(string: first), let scheme = parts.scheme,
            scheme == "amqp" || scheme == "amqps"
        else { throw unclear }
        isSecure = scheme == "amqps"
        var addresses: [Address] = []
        for node in nodes {
            guard let one = URLComponents(string: node), let host = one.host, !host.isEmpty else { throw unclear }
            addresses.append(
                Address(
                    host: host.trimmingCharacters(in: CharacterSet(charactersIn: "[]")),
                    port: one.port ?? (isSecure ? 5671 : 5672)))
        }
        self.addresses = addresses
        user = parts.user ?? "guest"
        password = parts.password
        let path = String(parts.percentEncodedPath.dropFirst())
        guard let name = path.removingPercentEncoding else { throw unclear }
        virtualHost = name.isEmpty ? "/" : name
        guard heartbeat >= .seconds(1), heartbeat <= .seconds(60) else {
            throw MessagingError(.configuration, "the heartbeat must be between 1 and 60 seconds")
        }
        if isSecure, tls == nil {
            throw MessagingError(
                .configuration, "an amqps address needs a certificate authority: set the path of its PEM file")
        }
        self.connectionName = connectionName
        self.heartbeat = heartbeat
        self.tls = tls
    }

    /// One address for each node that stands in the host part.
    private static func nodes(_ url: String) -> [String] {
        guard let scheme = url.range(of: "://") else { return [url] }
        let rest = url[scheme.upperBound...]
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        let start = rest[..<end].lastIndex(of: "@").map { rest.index(after: $0) } ?? rest.startIndex
        let hosts = rest[start..<end].split(separator: ",", omittingEmptySubsequences: false)
        return hosts.map { String(url[..<start] + $0 + url[end...]) }
    }

    /// The node to try now; each call says another, the first one any.
    func nextAddress() -> Address {
        addresses[turn.next() % addresses.count]
    }

    /// As whom.
    public var userName: String { user }

    /// The virtual host.
    public var virtualHostName: String { virtualHost }

    /// The same broker's address as another user; it holds the password.
    public func address(as user: String, password: String) -> String {
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~")))
                ?? text
        }
        let hosts = addresses.map(\.description).joined(separator: ",")
        return "\(isSecure ? "amqps" : "amqp")://\(encoded(user)):\(encoded(password))@\(hosts)"
            + (virtualHost == "/" ? "" : "/\(encoded(virtualHost))")
    }

    /// User and password as HTTP's basic authorization, for the broker's management. A secret.
    public var basicAuthorization: String {
        "Basic " + Data("\(user):\(password ?? "")".utf8).base64EncodedString()
    }

    /// Where to, and as whom; never the password.
    public var description: String {
        let hosts = addresses.map(\.description).joined(separator: ",")
        return "\(isSecure ? "amqps" : "amqp")://\(user)@\(hosts)/\(virtualHost == "/" ? "" : virtualHost)"
    }
}

/// Counts from anywhere on, so that many copies do not all begin with the same node.
private final class RoundRobin: Sendable {
    private let value = Atomic(Int.random(in: 0..<1_000))

    func next() -> Int {
        value.wrappingAdd(1, ordering: .relaxed).oldValue & Int(Int32.max)
    }
}
