import ArgumentParser
import Client
import Foundation
import Messaging
import Operations

/// It hands on to the console's program, found beside this command.
struct ConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "The console: who may sign in there with a password, programs' tokens, and its schema.",
        subcommands: [User.self, Token.self, Migrate.self])

    struct User: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "People who sign in with a password of the console's own.",
            discussion: """
                Runs 'waybill-console user …', found beside this command, with WAYBILL_POSTGRES_URL_CONSOLE (or the file that
                $WAYBILL_HOME/secrets/postgres-console.url holds). A login is the one that the services know: of the
                organisation, the policy and the owners of customers. Whoever makes, changes or closes one is put on record first
                ('waybill audit list --what operated'), as WAYBILL_AMQP_OPERATOR_URL.
                """,
            subcommands: [Add.self, Password.self, Link.self, Close.self, Unbind.self, List.self])

        struct Add: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Let a person sign in. The password is asked for, never an argument.")

            @Argument(help: "The person's login.")
            var login: String
            @Argument(help: "The name that is shown; the login when it is not given.")
            var name: String?
            @Flag(help: "Make the password and show it once.")
            var make = false
            @OptionGroup var record: ConsoleRecord

            func run() async throws {
                try await record.note(.addConsoleUser, of: login)
                try await ConsoleProgram.run(
                    ["user", "add", login] + (name.map { [$0] } ?? []) + (make ? ["--make"] : []))
            }
        }

        struct Password: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Give a person another password; their sessions end.")

            @Argument(help: "The person's login.")
            var login: String
            @Flag(help: "Make the password and show it once.")
            var make = false
            @OptionGroup var record: ConsoleRecord

            func run() async throws {
                try await record.note(.changeConsolePassword, of: login)
                try await ConsoleProgram.run(["user", "password", login] + (make ? ["--make"] : []))
            }
        }

        struct Link: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Make a link that lets a person in once, within a quarter of an hour.",
                discussion: "Its path is shown: behind the address of the console it is the link.")

            @Argument(help: "The person's login.")
            var login: String
            @OptionGroup var record: ConsoleRecord

            func run() async throws {
                try await record.note(.makeSignInLink, of: login)
                try await ConsoleProgram.run(["user", "link", login])
            }
        }

        struct Close: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Let a person sign in no more; their sessions end, their tokens are gone.")

            @Argument(help: "The person's login.")
            var login: String
            @OptionGroup var record: ConsoleRecord

            func run() async throws {
                try await record.note(.closeConsoleUser, of: login)
                try await ConsoleProgram.run(["user", "close", login])
            }
        }

        struct Unbind: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Forget to which account of the provider of sign-ins a person belongs.",
                discussion: """
                    The next account that the provider names by the login is the person's: for somebody who has another account
                    there. What was closed is open again for the provider; sessions that it began end.
                    """)

            @Argument(help: "The person's login.")
            var login: String
            @OptionGroup var record: ConsoleRecord

            func run() async throws {
                try await record.note(.unbindConsoleUser, of: login)
                try await ConsoleProgram.run(["user", "unbind", login])
            }
        }

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Who may sign in with a password.")

            func run() async throws { try await ConsoleProgram.run(["user", "list"]) }
        }
    }

    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the console's schema up to date.",
            discussion: """
                Runs 'waybill-console migrate' with WAYBILL_POSTGRES_MIGRATE_URL_CONSOLE (or the file that
                $WAYBILL_HOME/secrets/migrate-console.url holds).
                """)

        func run() async throws {
            try await ConsoleProgram.run(["migrate"], database: "WAYBILL_POSTGRES_MIGRATE_URL", secret: "migrate")
        }
    }
}

/// That somebody who operates the console lets people or programs in, or out, is put on record before it is done.
struct ConsoleRecord: ParsableArguments {
    @Option(help: "Why, in words; it is kept with the record of it.")
    var why: String?

    /// - Throws: ``Failure`` when the broker does not take it: then nothing is to be done.
    func note(_ act: AuditTrail.BrokerAct, of login: String, _ kind: String? = nil) async throws {
        let broker = try CommandEnvironment().operator("console")
        try await AuditTrail(user: broker.userName, why: why).note(act, of: login, kind, as: broker)
    }
}

/// The console's program, found beside this command.
enum ConsoleProgram {
    /// Whether this command can reach the console's database: its address is set, or lies where `make up` puts it.
    static func isKnown(
        _ surroundings: CommandEnvironment = CommandEnvironment(),
        exists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
    ) -> Bool {
        surroundings["WAYBILL_POSTGRES_URL_CONSOLE"] != nil
            || exists("\(surroundings["WAYBILL_HOME"] ?? ".waybill")/secrets/postgres-console.url")
    }

    /// Lets a leaver sign in no more. Somebody of whom the console knows nothing is no failure.
    ///
    /// - Throws: ``Failure`` when the console's program does not end well, with what is to be done then.
    static func close(_ login: String) async throws {
        let code = try await ServiceProgram.run(
            "console", ["user", "close", login, "--if-any"],
            environment: ServiceProgram.database("console", "WAYBILL_POSTGRES_URL", secret: "postgres"))
        guard code == 0 else {
            throw Failure(
                "everything else is done, but the console's account of '\(login)' is not closed: "
                    + "'waybill console user close \(login)' does that")
        }
    }

    /// Runs it to its end, on this terminal.
    ///
    /// - Throws: the exit code it ended with, when that is not 0.
    static func run(
        _ arguments: [String], database: String = "WAYBILL_POSTGRES_URL", secret: String = "postgres"
    ) async throws {
        let code = try await ServiceProgram.run(
            "console", arguments, environment: ServiceProgram.database("console", database, secret: secret))
        guard code == 0 else { throw ExitCode(code) }
    }
}
