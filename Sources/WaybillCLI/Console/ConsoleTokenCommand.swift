import ArgumentParser
import Operations

extension ConsoleCommand {
    struct Token: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Programs that call the HTTP API: each has a token with scopes and an end.",
            discussion: """
                A person's token asks (ask), takes answers out as files (export) and gives commands (act) in the person's name; a
                partner's brings its events (publish) and hears what it is told (hear). What is seen and done is decided in the
                services, as ever. Whoever makes or ends one is put on record first. Runs 'waybill-console token …', found beside this command, with
                WAYBILL_POSTGRES_URL_CONSOLE (or the file that $WAYBILL_HOME/secrets/postgres-console.url holds).
                """,
            subcommands: [Add.self, List.self, Remove.self])

        struct Add: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Make a token. It is shown this once.")

            @OptionGroup var token: Named
            @Option(help: "What it is for, commas between; a person's asks only, a partner's is for all, without it.")
            var scope: String?
            @Option(help: "For how many days it holds, 1 to 366; 90 without it.")
            var days: Int?
            @Flag(help: "Print it as JSON.")
            var json = false
            @OptionGroup var record: ConsoleRecord

            func run() async throws {
                try await record.note(.addToken, of: token.holder, token.told)
                try await ConsoleProgram.run(
                    ["token", "add"] + token.words + (scope.map { ["--scope", $0] } ?? [])
                        + (days.map { ["--days", String($0)] } ?? []) + (json ? ["--json"] : []))
            }
        }

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "The tokens there are: whose, for what, until when, and when each was used last.")

            @Flag(help: "Print them as JSON.")
            var json = false

            func run() async throws { try await ConsoleProgram.run(["token", "list"] + (json ? ["--json"] : [])) }
        }

        struct Remove: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "End a token, at once.")

            @OptionGroup var token: Named
            @OptionGroup var record: ConsoleRecord

            func run() async throws {
                try await record.note(.removeToken, of: token.holder, token.told)
                try await ConsoleProgram.run(["token", "remove"] + token.words)
            }
        }

        struct Named: ParsableArguments {
            @Argument(help: "Whose it is: a person's login, or with --partner a name of the file of partners.")
            var holder: String
            @Argument(help: "Its name among the holder's, such as the program that has it.")
            var name: String
            @Flag(help: "It is a partner's.")
            var partner = false

            var words: [String] { [partner ? "partner" : "person", holder, name] }
            /// Of what kind it is, and its name, as the record has them.
            var told: String { "\(partner ? "partner" : "person") \(name)" }
        }
    }
}
