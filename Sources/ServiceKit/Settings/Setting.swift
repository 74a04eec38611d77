import Contracts
import Domain

/// One thing that can be configured: by an environment variable or by the configuration file.
public struct Setting: Sendable {
    /// The key in the file, dots between its parts: `amqp.url`. The variable is `WAYBILL_AMQP_URL`.
    public let key: String
    /// The value when nothing else is said; `nil` when there is none.
    public let defaultValue: String?
    /// What it is for, in one line.
    public let help: String
    /// Whether it must never be shown; it may then also be given as a file, by `…_FILE`.
    public let isSecret: Bool
    /// What stands in for the file in the demo profile; `nil` when nothing does.
    public let madeUp: MadeUpData?

    /// - Parameters:
    ///   - key: the key in the file, such as `amqp.url`.
    ///   - defaultValue: the value when nothing else is said.
    ///   - help: what it is for, in one line.
    ///   - isSecret: whether it must never be shown.
    ///   - madeUp: for the path of a file that describes the business: what stands in for it in the demo profile.
    public init(
        _ key: String, default defaultValue: String? = nil, help: String, isSecret: Bool = false,
        madeUp: MadeUpData? = nil
    ) {
        self.key = key
        self.defaultValue = defaultValue
        self.help = help
        self.isSecret = isSecret
        self.madeUp = madeUp
    }

    /// The tree of the group, for the services that judge a branch by it.
    public static let organisation = Setting(
        "organisation",
        help: "path of the organisation tree (JSON, see docs/operate/settings.md)",
        madeUp: MadeUpData("a group of 34 branches") { Organisation.standard.json })

    /// The exchange rates, for a service that judges amounts in several currencies.
    ///
    /// - Parameters:
    ///   - key: the service's own key.
    ///   - help: what the rates are for, in one line.
    public static func rates(_ key: String, help: String) -> Setting {
        Setting(key, help: help, madeUp: MadeUpData("round figures for 25 currencies") { RateTable.standard.json })
    }

    /// The environment variable of the setting.
    package var variable: String { "WAYBILL_" + Self.name(key) }

    static func name(_ key: String) -> String {
        var name = ""
        for character in key {
            if character == "." || character == "-" {
                name.append("_")
            } else {
                name += character.uppercased()
            }
        }
        return name
    }

    /// The settings of every service.
    package static let common: [Setting] = [
        Profile.setting, Setting.zone,
        Setting("config", help: "path of a JSON file with settings; a variable wins over the file"),
        Setting(
            "amqp.url",
            help: "the broker: amqp(s)://user:password@host:port/vhost; a cluster's nodes as host1:port,host2:port",
            isSecret: true),
        Setting(
            "amqp.ca", help: "path of the certificate authority (PEM) that the broker's certificate must come from"),
        Setting("amqp.certificate", help: "path of the client certificate (PEM)"),
        Setting("amqp.key", help: "path of the client certificate's key (PEM)"),
        Setting(
            "amqp.management.url",
            help: "the broker's management, http(s)://host:port: at start arguments and bindings are checked by it"),
        Setting(
            "partners",
            help: "path of the JSON file of partners, their broker users and their sources; 'any' believes whoever may "
                + "publish, for a demo with one partner"),
        Setting(
            "amqp.heartbeat", default: "4",
            help: "seconds between heartbeats, 1 to 60; beyond 4 a silent broker shows late"),
        Setting("amqp.prefetch", default: "2000", help: "deliveries the broker may send ahead, 1 to 10000"),
        Setting("batch", default: "500", help: "most messages in one commit, 1 to 2000"),
        Setting(
            "batches",
            help: "full batches in hand at once, 1 to 8; when not given, 2 in finance and 1 elsewhere"),
        Setting("postgres.url", help: "the database, as the application role", isSecret: true),
        Setting("postgres.migrate.url", help: "the database, as the migration role (for 'migrate')", isSecret: true),
        Setting(
            "postgres.connections", default: "4",
            help: "connections for questions, schedule and health, 2 to 64; messages use two more"),
        Setting("http.host", default: "127.0.0.1", help: "address of health and metrics"),
        Setting("http.port", default: "0", help: "port of health and metrics; 0 takes a free one"),
        Setting(
            "otlp.endpoint",
            help: "where traces go, by OTLP over HTTP with JSON: http(s)://host:port; nobody makes any when not given"),
        Setting("log.level", default: "info", help: "trace, debug, info, notice, warning, error or critical"),
        Setting("log.format", help: "json or human; by default human on a terminal, otherwise json"),
        Setting(
            "clock", default: "system", help: "system, or events: the time of the events (demo, replay of history)"),
        Setting(
            "outbox.lag", default: "60", help: "seconds after which an unpublished message makes the service not ready"),
        Setting(
            "batch.limit", default: "60", help: "seconds after which a batch in hand makes the service not ready"),
        Setting(
            "calendar",
            help: "path of working days of years beyond \(WorkingCalendar.publishedYears.upperBound) (JSON, see "
                + "docs/operate/settings.md)"),
        Setting("retention.inbox.days", default: "14", help: "how long a message is known as handled"),
        Setting("retention.outbox.days", default: "7", help: "how long published messages are kept"),
        Setting(
            "retention.audit.days", default: String(auditDays),
            help: "how long the audit keeps who has seen, taken out or been denied what; what was done stays"),
    ]

    /// How many days the audit keeps when nothing else is said: three years.
    package static let auditDays = 1_096
}
