import ArgumentParser
import BrokerLayout
import Client
import Contracts
import Messaging
import Operations

struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Who may act: each person has a user of the broker of its own.",
        discussion: """
            Whoever gives a command is who is logged in at the broker. A person's user may give commands, ask questions and
            read the answers, and nothing else. Users are changed by the operator, by the broker's management
            (WAYBILL_HTTP_MANAGEMENT_URL).
            """,
        subcommands: [Add.self, List.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a person's user, with a password that is shown once.",
            discussion: """
                The password is made here, and the broker gets only its salted hash: nobody can show it again. Whoever has
                lost it is removed and added. The person then sets WAYBILL_AMQP_USER_URL, or WAYBILL_AMQP_USER_URL_FILE to
                a file that nobody else can read.
                """)

        @Argument(help: "The person's login: small letters, digits, '.', '-' and '_'.")
        var login: String
        @Flag(
            help:
                "It is the user of a program that verifies its own people and speaks for them; its name is waybill-edge."
        )
        var edge = false
        @Flag(help: "The person may import old systems' files, too ('waybill import').")
        var imports = false
        @Option(help: "Why, in words; it is kept with the record of it.")
        var why: String?
        @Flag(help: "Print login, password and address as JSON.")
        var json = false

        func validate() throws {
            if edge, login != BrokerUsers.edge { throw ValidationError("the edge's user is '\(BrokerUsers.edge)'") }
            if edge, imports { throw ValidationError("the edge imports nothing: give a person the right") }
            if !edge, !BrokerUsers.isLogin(login) {
                throw ValidationError(
                    "'\(login)' is no login: small letters, digits, '.', '-' and '_', at most 64, and no name of a service, "
                        + "a partner or another program")
            }
        }

        func run() async throws {
            let broker = try CommandEnvironment().operator("users")
            let users = try BrokerPeople(broker, management: CommandEnvironment().management())
            let password = try await users.add(
                login, isEdge: edge, imports: imports, AuditTrail(user: broker.userName, why: why))
            let address = broker.address(as: login, password: password)
            if json {
                var object = ObjectWriter()
                object.text("login", login)
                object.text("password", password)
                object.text("url", address)
                print(String(decoding: object.finished(), as: UTF8.self))
            } else {
                print("login     \(login)\npassword  \(password)\naddress   \(address)")
                say("The password is shown this once and kept nowhere. Set WAYBILL_AMQP_USER_URL to the address.")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The people who may act.")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let users = try await BrokerPeople(
                CommandEnvironment().operator("users"), management: CommandEnvironment().management()
            ).all()
            try output.show([
                QueryTable(
                    "users", [QueryColumn("login"), QueryColumn("kind"), QueryColumn("imports", .boolean)],
                    rows: users.sorted { $0.login < $1.login }.map {
                        [$0.login, $0.isEdge ? "edge" : "person", String($0.imports)]
                    })
            ])
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close a leaver's user, and the connections it has.",
            discussion: """
                What the person has done stays as it was done. Of the users of services, partners and the operator none is
                removed.
                """)

        @Argument(help: "The person's login.")
        var login: String
        @Option(help: "Why, in words; it is kept with the record of it.")
        var why: String?

        func run() async throws {
            let broker = try CommandEnvironment().operator("users")
            let people = try BrokerPeople(broker, management: CommandEnvironment().management())
            guard try await people.remove(login, AuditTrail(user: broker.userName, why: why)) else {
                say("there is no person '\(login)': 'waybill users list' shows those there are")
                throw ExitCode(2)
            }
            say("'\(login)' is removed, its connections are closed")
        }
    }
}
