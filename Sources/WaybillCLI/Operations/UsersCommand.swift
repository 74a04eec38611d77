import ArgumentParser
import Contracts
import Crypto
import Foundation
import Messaging
import ServiceKit

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
        @Flag(help: "Print login, password and address as JSON.")
        var json = false

        func validate() throws {
            if edge, login != BrokerUsers.edge { throw ValidationError("the edge's user is '\(BrokerUsers.edge)'") }
            if !edge, !BrokerUsers.isLogin(login) {
                throw ValidationError(
                    "'\(login)' is no login: small letters, digits, '.', '-' and '_', at most 64, and no name of a service, "
                        + "a partner or another program")
            }
        }

        func run() async throws {
            let broker = try Surroundings().operator("users")
            let users = try BrokerPeople(broker)
            let password = try await users.add(login, isEdge: edge)
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
            let users = try await BrokerPeople(Surroundings().operator("users")).all()
            try output.show([
                QueryTable(
                    "users", [QueryColumn("login"), QueryColumn("kind")],
                    rows: users.sorted { $0.login < $1.login }.map { [$0.login, $0.isEdge ? "edge" : "person"] })
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

        func run() async throws {
            let people = try BrokerPeople(Surroundings().operator("users"))
            guard try await people.remove(login) else {
                say("there is no person '\(login)': 'waybill users list' shows those there are")
                throw ExitCode(2)
            }
            say("'\(login)' is removed, its connections are closed")
        }
    }
}

/// The users of people, in the broker's own list.
struct BrokerPeople {
    /// The tags by which a person's user is known among the others; the broker itself makes nothing of them.
    private enum Tag {
        static let person = "waybill-person"
        static let edge = "waybill-edge"
    }

    private let management: BrokerManagement
    private let virtualHost: String

    init(_ broker: BrokerConfiguration) throws {
        guard let text = Surroundings()["WAYBILL_HTTP_MANAGEMENT_URL"] else {
            throw Failure("users are changed by the broker's management: set WAYBILL_HTTP_MANAGEMENT_URL")
        }
        management = try BrokerManagement(address: Surroundings.withoutLogin(text), broker: broker)
        virtualHost = broker.virtualHostName
    }

    /// Makes a user.
    ///
    /// - Returns: its password.
    func add(_ login: String, isEdge: Bool) async throws -> String {
        if try await management.send("GET", ["users", login]) != nil {
            throw Failure("there is a user '\(login)' already: 'waybill users remove \(login)' closes it")
        }
        let password = Self.secret(18).replacing("+", with: "-").replacing("/", with: "_")
        var user = ObjectWriter()
        user.text("password_hash", Self.hash(of: password))
        user.text("hashing_algorithm", "rabbit_password_hashing_sha256")
        user.text("tags", isEdge ? Tag.edge : Tag.person)
        let own = BrokerUsers.permission(ofPerson: login)
        var permission = ObjectWriter()
        permission.text("configure", own.configure)
        permission.text("write", own.write)
        permission.text("read", own.read)
        // The permission cannot come first; a user without one can do nothing.
        _ = try await management.send("PUT", ["users", login], body: user.finished())
        _ = try await management.send("PUT", ["permissions", virtualHost, login], body: permission.finished())
        return password
    }

    /// Everybody.
    func all() async throws -> [(login: String, isEdge: Bool)] {
        let users = try await objects(["users"])
        return users.compactMap { user in
            guard let name = user["name"]?.string else { return nil }
            let tags = Self.tags(of: user)
            return tags.contains(Tag.person) ? (name, false) : tags.contains(Tag.edge) ? (name, true) : nil
        }
    }

    /// Removes a person's user and closes its connections.
    ///
    /// - Returns: whether there was one.
    func remove(_ login: String) async throws -> Bool {
        guard try await all().contains(where: { $0.login == login }) else { return false }
        _ = try await management.send("DELETE", ["users", login])
        // The broker closes them itself when it hears of it; whoever it has overlooked is closed by name.
        for connection in try await objects(["connections"]) where connection["user"]?.string == login {
            guard let name = connection["name"]?.string else { continue }
            _ = try await management.send("DELETE", ["connections", name])
        }
        return true
    }

    private func objects(_ path: [String]) async throws -> [JSONNode] {
        guard let body = try await management.send("GET", path) else { return [] }
        var limits = JSONLimits.standard
        limits.bodyBytes = 64 << 20
        limits.elements = 1_000_000
        return try JSONDocument(parsing: body, limits: limits).root.elements
    }

    /// A list since release 3.9 of the broker, before that a text with commas.
    private static func tags(of user: JSONNode) -> [String] {
        guard let tags = user["tags"] else { return [] }
        return tags.string?.split(separator: ",").map(String.init) ?? tags.elements.compactMap(\.string)
    }

    /// The hash that the broker keeps of a password: four bytes of salt, then SHA-256 of salt and password.
    static func hash(of password: String) -> String {
        let salt = random(4)
        return Data(salt + SHA256.hash(data: salt + Array(password.utf8))).base64EncodedString()
    }

    private static func secret(_ count: Int) -> String { Data(random(count)).base64EncodedString() }

    private static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
