import CSystemShims
import Contracts
import Domain
import Foundation
import HTTPAPI
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Postgres
import ServiceKit
import ServiceLifecycle

/// What people see in a browser, and what other systems call by HTTP.
@main
enum ConsoleProgram {
    static func main() async {
        let code = await run(
            Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
        waybill_end(code)
    }

    /// Does what the arguments ask.
    ///
    /// - Returns: 0 after a shutdown asked for, 64 for a wrong argument, 78 for a wrong configuration, 1 for anything
    ///   else; the reason is one line on standard error.
    static func run(_ arguments: [String], environment: [String: String]) async -> Int32 {
        let command = arguments.first ?? "run"
        guard arguments.count <= 1 || ["user", "token"].contains(command) else {
            return complain("'\(arguments.joined(separator: " "))' is not understood; '--help' says what is", 64)
        }
        do {
            if ["--help", "-h", "help"].contains(command) {
                print(help, terminator: "")
                return 0
            }
            let settings = try await Settings(ConsoleSettings.known, environment: environment)
            try settings.chooseZone()
            let logger = try logger(settings)
            switch command {
            case "--print-config":
                for (variable, value) in settings.redacted { print("\(variable)=\(value)") }
                return 0
            case "check":
                return try await check(settings, environment)
            case "migrate":
                return try await migrate(settings, logger)
            case "user":
                return try await UserCommand.run(Array(arguments.dropFirst()), settings, logger)
            case "token":
                return try await TokenCommand.run(Array(arguments.dropFirst()), settings, logger)
            case "provider":
                return await look(at: try ProviderSettings(settings))
            case "run":
                try await serve(try ConsoleSettings(settings), of: settings, logger)
                return 0
            default:
                return complain("'\(command)' is no command of the console; '--help' lists them", 64)
            }
        } catch let problem as Settings.Problem {
            return complain(problem.description, 78)
        } catch let problem as ConsoleProblem {
            return complain(problem.description, 78)
        } catch let problem as PostgresError where problem.code == .configuration {
            return complain(problem.description, 78)
        } catch {
            return complain("\(error)", 1)
        }
    }

    private static func serve(_ settings: ConsoleSettings, of source: Settings, _ logger: Logger) async throws {
        Reread.ignoreSignal()
        let services = try BrokerServices(settings.broker)
        let pool = PostgresPool(configuration: settings.database, size: settings.connections, logger: logger)
        if let problem = try await ConsoleSchema.migrator(logger: logger).status(pool).problemOfCopy {
            throw ConsoleProblem(problem)
        }
        var parts = ConsoleParts(
            services: services, pool: pool, exposure: settings.exposure, sessions: settings.sessions,
            patience: settings.patience, logger: logger, operating: settings.operating)
        parts.provider = settings.provider.map { EmergencyEntry.provider($0, parts, broker: settings.broker) }
        let api = ConsoleAPI(parts, settings, of: source, services)
        var application = try application(parts, api.api, settings, logger)
        application.addServices(Cleaning(parts: parts))
        for service in api.running { application.addServices(service) }
        try await application.runService()
        await services.close()
        await pool.close()
    }

    private static func application(
        _ parts: ConsoleParts, _ api: HTTPAPI, _ settings: ConsoleSettings, _ logger: Logger
    ) throws -> Application<RouterResponder<ConsoleContext>> {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return Application(
            router: ConsoleRouter.router(parts, api: api), server: try server(settings.exposure),
            configuration: .init(address: .hostname(settings.host, port: settings.port), serverName: nil),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? settings.port
                let scheme = if case .certificates = settings.exposure { "https" } else { "http" }
                logger.info("the console listens", metadata: ["address": "\(scheme)://\(settings.host):\(port)"])
            }, logger: quiet)
    }

    /// HTTP, inside TLS where the console has certificates of its own.
    private static func server(_ exposure: ConsoleSettings.Exposure) throws -> HTTPServerBuilder {
        let plain = HTTPServerBuilder.http1(configuration: .init(idleTimeout: .seconds(75)))
        guard case .certificates(let chain, let key) = exposure else { return plain }
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(chain).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            return try .tls(plain, tlsConfiguration: configuration)
        } catch {
            throw ConsoleProblem("WAYBILL_TLS_CERTIFICATE or WAYBILL_TLS_KEY cannot be used: \(error)")
        }
    }

    /// Reads settings and files as a start does. What a unit adds, a file of settings need not have.
    private static func check(_ settings: Settings, _ environment: [String: String]) async throws -> Int32 {
        let missing = [
            ("amqp.url", "WAYBILL_AMQP_URL", "amqp://localhost"),
            ("postgres.url", "WAYBILL_POSTGRES_URL", "postgres://localhost/waybill"),
        ].filter { settings[$0.0] == nil }
        let added = Dictionary(uniqueKeysWithValues: missing.map { ($0.1, $0.2) })
        _ = try ConsoleSettings(
            await Settings(ConsoleSettings.known, environment: environment.merging(added) { own, _ in own }))
        print("console: settings are right")
        for (_, variable, _) in missing { print("console: not given, and not checked: \(variable)") }
        return 0
    }

    /// Says what the provider of sign-ins offers.
    private static func look(at settings: ProviderSettings?) async -> Int32 {
        guard let settings else { return complain("no provider is named: WAYBILL_OIDC_ISSUER is not set", 78) }
        let directory = ProviderDirectory(
            settings, ProviderCaller(certificateAuthorities: settings.certificateAuthorities), now: { 0 },
            logger: Logger(label: "console") { _ in SwiftLogNoOpLogHandler() })
        do {
            let known = try await directory.known()
            let algorithms = Set(known.keys.flatMap(\.algorithms)).map(\.rawValue).sorted()
            print("provider   \(settings.issuer)")
            print("keys       \(known.keys.count), for \(algorithms.joined(separator: ", "))")
            print("sign-out   \(known.document.endSession == nil ? "only here" : "there as well")")
            print("redirect   \(settings.redirect)   to be allowed at the provider for '\(settings.client)'")
            print("after      \(settings.signedOut)   to be allowed there after a sign-out")
            return 0
        } catch {
            return complain("\(error)", 1)
        }
    }

    private static func migrate(_ settings: Settings, _ logger: Logger) async throws -> Int32 {
        let configuration = try PostgresConfiguration(
            url: settings.required("postgres.migrate.url"), applicationName: "waybill-console-migrate",
            role: "\(ConsoleSchema.name)_owner", searchPath: ConsoleSchema.name)
        let applied = try await ConsoleSchema.migrator(logger: logger).migrate(configuration)
        for migration in applied.numbered { print("console: applied \(migration.number) \(migration.name)") }
        if applied.isEmpty { print("console: is up to date") }
        return 0
    }

    private static func logger(_ settings: Settings) throws -> Logger {
        let level = try settings.choice("log.level", Logger.Level.self) ?? .info
        let format =
            try settings.choice("log.format", ServiceLogHandler.Format.self)
            ?? (isatty(STDERR_FILENO) == 1 ? .human : .json)
        return Logger(label: "console") { _ in ServiceLogHandler(service: "console", level: level, format: format) }
    }

    private static func complain(_ reason: String, _ code: Int32) -> Int32 {
        FileHandle.standardError.write(Data("error: \(reason)\n".utf8))
        return code
    }

    private static var help: String {
        var text = """
            The console of Waybill: pages for people, and HTTP for other systems.

            usage: waybill-console [run | check | provider | migrate | user … | token … | --print-config | --help]

              run             listen until SIGTERM (the default); SIGHUP has the file of partners read again
              check           read settings and files as a start does, without starting; 78 when one is wrong
              provider        ask the provider of sign-ins what it offers, and say whether it can be used; 1 when not
              migrate         bring the schema 'console' up to date, as the migration role
              user add LOGIN [NAME] [--make]
                              let a person sign in here; the password is asked for, or made and shown once
              user password LOGIN [--make]
                              give a person another password; their sessions end
              user link LOGIN
                              make a link that lets a person in once, within a quarter of an hour; its path is shown
              user close LOGIN [--if-any]
                              let a person sign in no more; their sessions end, their links and tokens are gone
              user unbind LOGIN
                              forget to which account of the provider a login belongs: the next that comes by it is
              user list       who may sign in here
              token add person LOGIN NAME [--scope ask,export,act] [--days N] [--json]
              token add partner PARTNER NAME [--scope publish,hear] [--days N] [--json]
                              make a token for the HTTP API, shown once; of 90 days, a person's to ask, a partner's for all
              token list [--json]
                              the tokens there are, and when each was used last
              token remove person|partner HOLDER NAME
                              a token holds no more, at once
              --print-config  show the settings in effect, secrets hidden
              --help          this text

            Settings (an unknown WAYBILL_ variable is an error; secrets may be given as a file by …_FILE):

            """
        for setting in ConsoleSettings.known {
            let standard = setting.defaultValue.map { " (default \($0))" } ?? ""
            text += "  \(setting.variable)\n      \(setting.help)\(standard)\n"
        }
        return text
    }
}

extension MigrationStatus {
    /// Why a copy of the console cannot work on the schema; `nil` when it can, also on one that is ahead of it.
    var problemOfCopy: String? {
        isAtHead || isAhead
            ? nil
            : "the schema 'console' is not up to date: run 'waybill-console migrate' (\(problem ?? "steps are missing"))"
    }
}
