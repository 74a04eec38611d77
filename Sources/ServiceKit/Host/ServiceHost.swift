import CSystemShims
import Contracts
import Domain
import Foundation
package import Logging
import Messaging
import Metrics
public import Postgres

/// What runs a service: one line starts it, `await ServiceHost.run(definition)`.
public enum ServiceHost {
    /// Reads the arguments and the environment, does what they ask, and ends the process.
    ///
    /// Exit code 0 after a shutdown asked for, 64 for a wrong argument, 78 for a wrong configuration or an unsafe
    /// set-up, 1 for anything else; the reason is one line on standard error.
    ///
    /// - Parameter definition: the service. It is made once the organisation's zone is chosen: what it looks up in the
    ///   catalogues asks for days.
    public static func run(_ definition: @autoclosure @escaping @Sendable () -> ServiceDefinition) async -> Never {
        await run(settings: []) { _ in definition() }
    }

    /// The same for a service with settings of its own.
    ///
    /// - Parameters:
    ///   - own: its settings beyond those of every service.
    ///   - make: makes the service of them; it must succeed with defaults and made-up data alone, because `--help`,
    ///     `migrate` and `resend` need no more.
    public static func run(
        settings own: [Setting], _ make: @escaping @Sendable (Settings) throws -> ServiceDefinition
    ) async -> Never {
        // An arena keeps what its threads gave back. By default there are eight for each core, one for nearly every thread
        // that a service has; no more of them can allocate at once than there are cores.
        waybill_heap_arenas(Int32(max(2, ProcessInfo.processInfo.activeProcessorCount)))
        let code = await run(
            own, make, arguments: Array(CommandLine.arguments.dropFirst()),
            environment: ProcessInfo.processInfo.environment)
        waybill_end(code)
    }

    static func run(
        _ own: [Setting], _ make: @escaping @Sendable (Settings) throws -> ServiceDefinition, arguments: [String],
        environment: [String: String]
    ) async -> Int32 {
        let known = Setting.common + own
        let command = arguments.first ?? "run"
        guard
            arguments.count <= 1 || ["resend", "schedule"].contains(command)
                || command == "defaults" && arguments.count == 2
        else {
            return complain("'\(arguments.joined(separator: " "))' is not understood; '--help' says what is", 64)
        }
        do {
            if command == "--help" || command == "-h" || command == "help" {
                print(help(try make(Settings(known)), known), terminator: "")
                return 0
            }
            if command == "defaults" { return defaults(known, arguments) }
            let settings = try await Settings(known, environment: environment)
            // Before anything asks for a day.
            try settings.chooseZone()
            if let years = try settings.file("calendar", WorkingCalendar.years(json:)) { WorkingCalendar.add(years) }
            // Schema, outbox and schedule are the same whatever the business: only who runs must know it.
            let isMaintenance = ["migrate", "resend", "schedule"].contains(command)
            let definition = try make(isMaintenance ? Settings(known) : settings)
            switch command {
            case "--print-config":
                for (variable, value) in settings.redacted { print("\(variable)=\(value)") }
                return 0
            case "migrate":
                return try await migrate(definition, settings)
            case "resend":
                return try await resend(definition, settings, Array(arguments.dropFirst()))
            case "schedule":
                return try await schedule(definition, settings, Array(arguments.dropFirst()))
            case "check":
                return try check(definition, settings)
            case "run":
                let logger = try logger(definition.name, settings)
                let registry = PrometheusMetrics()
                MetricsSystem.bootstrap(registry)
                return try await RunningService(
                    definition, settings, logger, registry: registry, remake: { try make(settings) }
                ).run()
            default:
                return complain("'\(command)' is no command of this service; '--help' lists them", 64)
            }
        } catch let problem as Settings.Problem {
            return complain(problem.description, 78)
        } catch let problem as UnsafeSetUp {
            return complain(problem.description, 78)
        } catch let problem as MessagingError where problem.code == .configuration {
            return complain(problem.description, 78)
        } catch let problem as PostgresError where problem.code == .configuration {
            return complain(problem.description, 78)
        } catch let problem as MessagingError where problem.replyCode == 403 {
            return complain("the broker refuses this user what the service needs: \(problem)", 78)
        } catch {
            return complain("\(error)", 1)
        }
    }

    /// Makes the whole service of its settings, and starts nothing. Where broker and database are may be missing: an
    /// installation gives these addresses as secrets when it starts a service.
    private static func check(_ definition: ServiceDefinition, _ settings: Settings) throws -> Int32 {
        let addresses = ["amqp.url": "amqp://localhost", "postgres.url": "postgres://localhost/waybill"]
        let quiet = Logger(label: definition.name.rawValue) { _ in SwiftLogNoOpLogHandler() }
        _ = try RunningService(definition, settings.filled(with: addresses), quiet).group()
        _ = try logger(definition.name, settings)
        print("\(definition.name.rawValue): settings and files are right")
        for (variable, summary) in settings.madeUp {
            print("\(definition.name.rawValue): made-up data instead of \(variable): \(summary)")
        }
        for key in addresses.keys.sorted() where settings[key] == nil {
            print("\(definition.name.rawValue): not given, and not checked: WAYBILL_\(Setting.name(key))")
        }
        return 0
    }

    /// Writes out what stands in for a file in the demo profile, for a file of one's own to begin with.
    private static func defaults(_ known: [Setting], _ arguments: [String]) -> Int32 {
        let files = known.filter { $0.madeUp != nil }
        guard arguments.count == 2 else {
            for setting in files { print("\(setting.key)\t\(setting.variable)\t\(setting.madeUp?.summary ?? "")") }
            return 0
        }
        guard let file = files.first(where: { $0.key == arguments[1] })?.madeUp?.file() else {
            let keys = files.map(\.key).joined(separator: ", ")
            return complain("there is no file '\(arguments[1])' to write out, only: \(keys)", 64)
        }
        print(file, terminator: "")
        return 0
    }

    private static func migrate(_ definition: ServiceDefinition, _ settings: Settings) async throws -> Int32 {
        let schema = definition.name.rawValue
        let configuration = try PostgresConfiguration(
            url: settings.required("postgres.migrate.url"), applicationName: "waybill-\(schema)-migrate",
            role: "\(schema)_owner", searchPath: schema)
        let logger = try logger(definition.name, settings)
        if let problem = try await ScopeReader.missing(in: schema, configuration) {
            throw UnsafeSetUp(description: problem)
        }
        for migrator in Schema.migrators(of: definition, logger: logger) {
            let applied = try await migrator.migrate(configuration)
            for migration in applied.numbered {
                print("\(schema): applied \(migrator.component) \(migration.number) \(migration.name)")
            }
            for repeatable in applied.repeatable {
                print("\(schema): renewed \(migrator.component) \(repeatable.name)")
            }
            if applied.isEmpty { print("\(schema): \(migrator.component) is up to date") }
        }
        let scopes = Schema.scopes(of: definition, logger: logger)
        let renewed = try await scopes.migrate(configuration).repeatable.count
        print("\(schema): \(scopes.component) " + (renewed == 0 ? "are up to date" : "of \(renewed) tables renewed"))
        return 0
    }

    static func logger(_ service: ServiceName, _ settings: Settings) throws -> Logger {
        let level = try settings.choice("log.level", Logger.Level.self) ?? .info
        let format =
            try settings.choice("log.format", ServiceLogHandler.Format.self)
            ?? (isatty(STDERR_FILENO) == 1 ? .human : .json)
        return Logger(label: service.rawValue) { _ in
            ServiceLogHandler(service: service.rawValue, level: level, format: format)
        }
    }

    static func complain(_ reason: String, _ code: Int32) -> Int32 {
        FileHandle.standardError.write(Data("error: \(reason)\n".utf8))
        return code
    }

    private static func help(_ definition: ServiceDefinition, _ known: [Setting]) -> String {
        var text = """
            The \(definition.name.rawValue) service of Waybill.

            usage: waybill-\(definition.name.rawValue) [run | check | migrate | resend … | schedule … | defaults … | --print-config | --help]

              run             consume, answer, and do what is due, until SIGTERM (the default); SIGHUP has the files of the
                              settings read again
              check           read settings and files as a start does, without starting; 78 when one is wrong
              migrate         bring the schema '\(definition.name.rawValue)' up to date, as the migration role
              resend TYPE LANE/NUMBER
                              publish a message once more that 'waybill reconcile' misses
              schedule retry TASK [KEY [DUE]]
                              try again at once what 'waybill schedule list' shows; an empty KEY means all
              schedule discard TASK [KEY [DUE]]
                              let go of what was set aside
              defaults [KEY]  the files that made-up data stands in for in the demo profile; with a key, that data as a
                              file to begin with
              --print-config  show the settings in effect, secrets hidden
              --help          this text

            Settings (an unknown WAYBILL_ variable is an error; secrets may be given as a file by …_FILE):

            """
        for setting in known {
            let standard =
                setting.defaultValue.map { " (default \($0))" }
                ?? setting.madeUp.map { " (required; made up in the demo profile: \($0.summary))" } ?? ""
            text += "  \(setting.variable)\n      \(setting.help)\(standard)\n"
        }
        return text
    }
}

/// A set-up on which a service refuses to run, with what is wrong and what to do.
struct UnsafeSetUp: Error, CustomStringConvertible {
    let description: String
}

/// The schema of a service: the tables of the host, then the service's own.
package enum Schema {
    /// What brings a schema up to date.
    ///
    /// - Parameters:
    ///   - definition: the service.
    ///   - schema: the schema; that of the service when none is named.
    ///   - logger: where the steps are told.
    package static func migrators(
        of definition: ServiceDefinition, in schema: String? = nil, logger: Logger
    ) -> [Migrator] {
        let schema = schema ?? definition.name.rawValue
        return [
            Migrator(
                schema: schema, component: "host", migrations: hostMigrations, repeatables: hostRepeatables,
                logger: logger),
            Migrator(
                schema: schema, component: definition.name.rawValue, migrations: definition.migrations,
                repeatables: definition.repeatables, logger: logger),
        ]
    }

    /// What keeps rows from who may not see them, to be brought up to date behind the tables themselves.
    ///
    /// - Parameters: as those of ``migrators(of:in:logger:)``.
    package static func scopes(
        of definition: ServiceDefinition, in schema: String? = nil, logger: Logger
    ) -> Migrator {
        let schema = schema ?? definition.name.rawValue
        return Migrator(
            schema: schema, component: ScopeMigrations.component, migrations: [],
            repeatables: ScopeMigrations.steps(definition.tables, in: schema), logger: logger)
    }

    static var hostMigrations: [Migration] {
        var migrations = [
            Migration(number: 1, name: "messaging", sql: PackageResources._001_messaging_sql),
            Migration(number: 2, name: "ledger", sql: PackageResources._002_ledger_sql),
            Migration(number: 3, name: "acts", sql: PackageResources._003_acts_sql),
            Migration(number: 4, name: "schedule_failures", sql: PackageResources._004_schedule_failures_sql),
            Migration(number: 5, name: "reads_since", sql: PackageResources._005_reads_since_sql),
            Migration(number: 6, name: "zone", sql: PackageResources._006_zone_sql),
            Migration(number: 7, name: "people", sql: PackageResources._007_people_sql),
            Migration(number: 8, name: "audit", sql: PackageResources._008_audit_sql),
            Migration(number: 9, name: "act_rules", sql: PackageResources._009_act_rules_sql),
        ]
        #if WAYBILL_TRIAL
            // What a later build might add, so that a rolling change can be tried.
            migrations.append(
                Migration(
                    number: migrations.count + 1, name: "trial",
                    sql: "alter table inbox add column trial text; alter table outbox add column trial text;"))
        #endif
        return migrations
    }

    static var hostRepeatables: [RepeatableMigration] {
        var repeatables = [
            RepeatableMigration(name: "ensure_partitions", sql: PackageResources.ensure_partitions_sql),
            RepeatableMigration(name: "drop_partitions", sql: PackageResources.drop_partitions_sql),
            RepeatableMigration(name: "refuse_change_of_audit", sql: PackageResources.refuse_change_of_audit_sql),
            RepeatableMigration(name: "ensure_audit_partitions", sql: PackageResources.ensure_audit_partitions_sql),
            RepeatableMigration(name: "drop_audit_partitions", sql: PackageResources.drop_audit_partitions_sql),
        ]
        #if WAYBILL_TRIAL
            // A later build has another text of a function that the copies before it use.
            repeatables[0] = RepeatableMigration(
                name: repeatables[0].name, sql: repeatables[0].sql + "-- A trial.\n")
        #endif
        return repeatables
    }
}

extension Migration {
    /// A migration from a file that is compiled in.
    ///
    /// - Parameters:
    ///   - number: its place, from 1.
    ///   - name: what it does, as in the file's name.
    ///   - sql: the file's bytes.
    public init(number: Int, name: String, sql: [UInt8]) {
        self.init(number: number, name: name, sql: String(decoding: sql, as: UTF8.self))
    }
}

extension RepeatableMigration {
    /// A function or view from a file that is compiled in.
    ///
    /// - Parameters:
    ///   - name: the function or view, after which the file is named.
    ///   - sql: the file's bytes.
    public init(name: String, sql: [UInt8]) {
        self.init(name: name, sql: String(decoding: sql, as: UTF8.self))
    }
}
