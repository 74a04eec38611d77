import ArgumentParser
import Client
import Foundation

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
                organisation, the policy and the owners of customers.
                """,
            subcommands: [Add.self, Password.self, Link.self, Close.self, List.self])

        struct Add: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Let a person sign in. The password is asked for, never an argument.")

            @Argument(help: "The person's login.")
            var login: String
            @Argument(help: "The name that is shown; the login when it is not given.")
            var name: String?
            @Flag(help: "Make the password and show it once.")
            var make = false

            func run() async throws {
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

            func run() async throws {
                try await ConsoleProgram.run(["user", "password", login] + (make ? ["--make"] : []))
            }
        }

        struct Link: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Make a link that lets a person in once, within a quarter of an hour.",
                discussion: "Its path is shown: behind the address of the console it is the link.")

            @Argument(help: "The person's login.")
            var login: String

            func run() async throws { try await ConsoleProgram.run(["user", "link", login]) }
        }

        struct Close: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Let a person sign in no more; their sessions end, their tokens are gone.")

            @Argument(help: "The person's login.")
            var login: String

            func run() async throws { try await ConsoleProgram.run(["user", "close", login]) }
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

/// The console's program, found beside this command.
enum ConsoleProgram {
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
