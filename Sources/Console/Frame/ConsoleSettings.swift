import Contracts
import Domain
import Foundation
import Messaging
import Postgres
import ServiceKit

/// What the console is told when it starts, read and found right as a whole.
struct ConsoleSettings: Sendable {
    /// Where it listens: an address of the machine.
    let host: String
    /// On which port; 0 takes a free one.
    let port: Int
    /// By what a browser's traffic is kept from others' eyes.
    let exposure: Exposure
    /// The broker, as the edge's user.
    let broker: BrokerConfiguration
    /// The database, as the application role of the schema `console`.
    let database: PostgresConfiguration
    /// How many connections to the database at most.
    let connections: Int
    /// How long a session lasts, and how long it may be idle.
    let sessions: SessionLimits
    /// Whose calls the HTTP API takes as partners'.
    let partners: KnownPartners
    /// How long a page waits for a service before it shows that part without it.
    let patience: Duration
    /// The system for the pages of whoever operates it; `nil` when there are to be none.
    let operating: BrokerOperating?
    /// By which provider people sign in beside the passwords; `nil` for none.
    let provider: ProviderSettings?

    /// How a session ends by itself.
    struct SessionLimits: Sendable, Equatable {
        /// Seconds from the sign-in.
        let absolute: Int
        /// Seconds from the last request.
        let idle: Int
    }

    /// By what traffic is protected, which decides where the console may listen and which cookie it sets.
    enum Exposure: Sendable, Equatable {
        /// By not leaving the machine.
        case loopback
        /// By TLS with certificates of its own: paths of PEM files.
        case certificates(chain: String, key: String)
        /// By a proxy at one of these addresses, which ends TLS and alone may reach the console.
        case proxy([String])

        /// Whether browsers reach the console by TLS.
        var isSecure: Bool { self != .loopback }
    }

    /// Every setting of the console: some of those of every service, and its own.
    static let known: [Setting] =
        Setting.common.filter { shared.contains($0.key) } + [
            Setting("http.host", default: "127.0.0.1", help: "address on which the console listens"),
            Setting("http.port", default: "8480", help: "port on which the console listens; 0 takes a free one"),
            Setting(
                "tls.certificate",
                help: "path of the certificate and its chain (PEM): with it and the key the console speaks HTTPS"),
            Setting("tls.key", help: "path of the certificate's key (PEM)"),
            Setting(
                "proxy",
                help: "addresses, commas between, of the proxy that ends TLS before the console; only it is answered"),
            Setting("session.hours", default: "12", help: "hours after which a session ends, 1 to 24"),
            Setting(
                "session.idle.minutes", default: "60",
                help: "minutes without a request after which a session ends, 5 to 720"
            ),
            Setting(
                "patience", default: "4",
                help: "seconds that a page waits for a service before it shows that part without it, 1 to 30"),
            Setting(
                "operate.amqp.url",
                help:
                    "the broker as the operator's user, for the pages of the role operator; without it there are none",
                isSecret: true),
            Setting(
                "operate.services",
                help: "where services say how they are, as customer=http://host:port, commas between, for those pages"),
        ] + ProviderSettings.known

    private static let shared: Set<String> = [
        "zone", "profile", "config", "amqp.url", "amqp.ca", "amqp.certificate", "amqp.key", "amqp.heartbeat",
        "partners", "postgres.url", "postgres.migrate.url", "postgres.connections", "log.level", "log.format",
    ]

    /// Reads them.
    ///
    /// - Throws: `Settings.Problem` that names the variable.
    init(_ settings: Settings) throws {
        host = try settings.required("http.host")
        port = try settings.integer("http.port", in: 0...65_535)
        exposure = try Self.exposure(settings, host: host)
        broker = try BrokerConfiguration(
            url: settings.required("amqp.url"), connectionName: "waybill-console",
            heartbeat: .seconds(settings.integer("amqp.heartbeat", in: 1...60)),
            tls: settings["amqp.ca"].map {
                .init(
                    caCertificatePath: $0, clientCertificatePath: settings["amqp.certificate"],
                    clientKeyPath: settings["amqp.key"])
            })
        database = try PostgresConfiguration(
            url: settings.required("postgres.url"), applicationName: "waybill-console", searchPath: ConsoleSchema.name)
        connections = try settings.integer("postgres.connections", in: 2...64)
        sessions = SessionLimits(
            absolute: try settings.integer("session.hours", in: 1...24) * 3_600,
            idle: try settings.integer("session.idle.minutes", in: 5...720) * 60)
        partners = try KnownPartners(settings)
        patience = .seconds(try settings.integer("patience", in: 1...30))
        operating = try Self.operating(settings)
        provider = try ProviderSettings(settings)
    }

    /// The system as the operator's user has it.
    private static func operating(_ settings: Settings) throws -> BrokerOperating? {
        guard let url = settings["operate.amqp.url"] else { return nil }
        var addresses: [ServiceName: String] = [:]
        for part in (settings["operate.services"] ?? "").split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard pair.count == 2, let service = ServiceName(rawValue: pair[0]), pair[1].hasPrefix("http") else {
                throw ConsoleProblem(
                    "WAYBILL_OPERATE_SERVICES holds '\(part)', which is no SERVICE=http://host:port")
            }
            addresses[service] = pair[1]
        }
        return BrokerOperating(
            try BrokerConfiguration(
                url: url, connectionName: "waybill-console operating",
                tls: settings["amqp.ca"].map {
                    .init(
                        caCertificatePath: $0, clientCertificatePath: settings["amqp.certificate"],
                        clientKeyPath: settings["amqp.key"])
                }), addresses: addresses)
    }

    /// By what traffic is protected; beyond loopback it must be protected by something.
    static func exposure(_ settings: Settings, host: String) throws -> Exposure {
        let (chain, key) = (settings["tls.certificate"], settings["tls.key"])
        let peers = (settings["proxy"] ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        if let chain, let key {
            guard peers.isEmpty else {
                throw ConsoleProblem("WAYBILL_PROXY and WAYBILL_TLS_CERTIFICATE are both set: give one of them")
            }
            return .certificates(chain: chain, key: key)
        }
        guard chain == nil, key == nil else {
            throw ConsoleProblem("WAYBILL_TLS_CERTIFICATE and WAYBILL_TLS_KEY belong together: one of them is not set")
        }
        if !peers.isEmpty { return .proxy(peers) }
        guard isLoopback(host) else {
            throw ConsoleProblem(
                "WAYBILL_HTTP_HOST is '\(host)', which others reach: set WAYBILL_TLS_CERTIFICATE and WAYBILL_TLS_KEY, or "
                    + "WAYBILL_PROXY to the address of the proxy that ends TLS. Without them the console listens on "
                    + "127.0.0.1 only")
        }
        return .loopback
    }

    /// Whether an address is that of the machine itself, whichever name it is given.
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1"
            || (host.hasPrefix("127.") && host.split(separator: ".").count == 4
                && host.split(separator: ".").allSatisfy { UInt8($0) != nil })
    }
}

/// A set-up on which the console does not run, with what is wrong and what to do.
struct ConsoleProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
