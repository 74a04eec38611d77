import Foundation

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

    let host: String
    let port: Int
    let user: String
    let password: String?
    let virtualHost: String
    let isSecure: Bool
    let connectionName: String
    let heartbeat: Duration
    let tls: TLSSettings?
    let connectTimeout: Duration = .seconds(5)

    /// - Parameters:
    ///   - url: `amqp(s)://user:password@host:port/vhost`, parts percent-encoded; an empty path is the vhost `/`.
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
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host,
            scheme == "amqp" || scheme == "amqps", !host.isEmpty
        else { throw unclear }
        isSecure = scheme == "amqps"
        self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        port = parts.port ?? (isSecure ? 5671 : 5672)
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

    /// As whom.
    public var userName: String { user }

    /// The virtual host.
    public var virtualHostName: String { virtualHost }

    /// User and password as HTTP's basic authorization, for the broker's management. A secret.
    public var basicAuthorization: String {
        "Basic " + Data("\(user):\(password ?? "")".utf8).base64EncodedString()
    }

    /// Where to, and as whom; never the password.
    public var description: String {
        "\(isSecure ? "amqps" : "amqp")://\(user)@\(host):\(port)/\(virtualHost == "/" ? "" : virtualHost)"
    }
}
