import BrokerLayout
import Foundation
import Logging
import Postgres
import ServiceKit

/// Who may sign in with a password of the console's own: made by an operator, on the machine.
enum UserCommand {
    /// The least characters of a password; there is no other rule, for they make passwords worse.
    static let leastCharacters = 12

    /// Does what the arguments ask.
    ///
    /// - Returns: 0 when it was done, 2 when it was refused, 64 for a wrong argument.
    static func run(_ arguments: [String], _ settings: Settings, _ logger: Logger) async throws -> Int32 {
        let flags = arguments.filter { ["--make", ifAny].contains($0) }
        let words = arguments.filter { !["--make", ifAny].contains($0) }
        let isMade = flags.contains("--make")
        let verb = words.first ?? ""
        if verb == "list", words.count == 1, flags.isEmpty { return try await list(settings, logger) }
        let makesPasswords = ["add", "password"].contains(verb)
        guard makesPasswords || ["close", "link", "unbind"].contains(verb),
            (2...(verb == "add" ? 3 : 2)).contains(words.count), !isMade || makesPasswords,
            verb == "close" || !flags.contains(ifAny)
        else {
            return complain(
                "write 'user add LOGIN [NAME] [--make]', 'user password LOGIN [--make]', 'user link LOGIN', "
                    + "'user close LOGIN [\(ifAny)]', 'user unbind LOGIN' or 'user list'", 64)
        }
        let login = words[1]
        guard BrokerUsers.isLogin(login) else {
            return complain(
                "'\(login)' is no login: small letters, digits, '.', '-' and '_', at most 64, and no name of a service, a "
                    + "partner or another program", 64)
        }
        if verb == "close" {
            let closed = try await with(settings, logger) { try SignInStore.close(login, $0) }
            // Who signs in elsewhere has sessions and tokens, and no user here.
            guard closed.isAnything || flags.contains(ifAny) else { return unknown(login) }
            return say(told(closed, login))
        }
        if verb == "unbind" {
            guard try await with(settings, logger, { try ProviderStore.unbind(login, $0) }) else {
                return complain("'\(login)' has never come in by the provider", 2)
            }
            return say(
                "'\(login)' belongs to no account of the provider any more: the next that comes by it is its own")
        }
        if verb == "link" {
            let secret = Secret.make()
            guard try await with(settings, logger, { try LinkStore.add(Secret.digest(secret), for: login, $0) }) else {
                return unknown(login)
            }
            // Under which name people reach the console it does not know.
            print(Link("sign-in", "link", secret).address)
            return say("behind the console's address it lets '\(login)' in once, for \(LinkStore.minutes) minutes")
        }
        let password: String
        switch isMade ? .success(Secret.make()) : typed() {
        case .success(let text): password = text
        case .failure(let problem): return complain(problem.description, 64)
        }
        let hash = try PasswordHash(of: password)
        if verb == "password" {
            guard try await with(settings, logger, { try SignInStore.change(login, password: hash, $0) }) else {
                return unknown(login)
            }
        } else {
            let name = words.count == 3 ? words[2] : login
            guard name.unicodeScalars.count <= 100 else { return complain("a name has at most 100 characters", 64) }
            guard try await with(settings, logger, { try SignInStore.add(login, name: name, password: hash, $0) })
            else {
                return complain("there is '\(login)' already: 'user password' gives another password", 2)
            }
        }
        if isMade { print("login     \(login)\npassword  \(password)") }
        return say("'\(login)' may sign in" + (isMade ? "; the password is shown this once and kept nowhere" : ""))
    }

    /// It ends well also when there is nothing of the login: somebody leaves who never came in here.
    private static let ifAny = "--if-any"

    /// What was closed, in words.
    static func told(_ closed: SignInStore.Closed, _ login: String) -> String {
        guard closed.isAnything else { return "the console has nothing of '\(login)'" }
        return "'\(login)' is closed at the console: \(closed.isUser ? "the user" : "no user"), "
            + (closed.isBound ? "the sign-in by the provider, " : "")
            + "sessions \(closed.sessions), links \(closed.links), tokens \(closed.tokens)"
    }

    private static func list(_ settings: Settings, _ logger: Logger) async throws -> Int32 {
        let users = try await with(settings, logger) { try SignInStore.users($0) }
        for user in users { print("\(user.login)\t\(user.isClosed ? "closed" : "open")\t\(user.name)") }
        return 0
    }

    static func with<Result: Sendable>(
        _ settings: Settings, _ logger: Logger, _ body: @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        let configuration = try PostgresConfiguration(
            url: settings.required("postgres.url"), applicationName: "waybill-console-user",
            searchPath: ConsoleSchema.name)
        let pool = PostgresPool(configuration: configuration, size: 1, logger: logger)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await pool.withTransaction(body)) } catch { result = .failure(error) }
        await pool.close()
        return try result.get()
    }

    // MARK: What is typed

    /// A password that is typed twice without being seen, or a line of standard input when that is no terminal.
    private static func typed() -> Result<String, ConsoleProblem> {
        guard isatty(STDIN_FILENO) == 1 else { return check(readLine(strippingNewline: true) ?? "") }
        guard let first = unseen("password: "), let second = unseen("again: ") else {
            return .failure(ConsoleProblem("no password was typed"))
        }
        return first == second ? check(first) : .failure(ConsoleProblem("both were not the same: nothing was changed"))
    }

    static func check(_ password: String) -> Result<String, ConsoleProblem> {
        guard password.count >= leastCharacters, password.utf8.count <= 1_024 else {
            return .failure(
                ConsoleProblem(
                    "a password has \(leastCharacters) characters at least, such as some words; '--make' makes one"))
        }
        return .success(password)
    }

    /// A line that is typed without being seen.
    private static func unseen(_ prompt: String) -> String? {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
        var quiet = before
        quiet.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
        FileHandle.standardError.write(Data(prompt.utf8))
        let line = readLine(strippingNewline: true)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
        FileHandle.standardError.write(Data("\n".utf8))
        return line
    }

    private static func unknown(_ login: String) -> Int32 {
        complain("there is no '\(login)': 'user list' shows those there are", 2)
    }

    static func say(_ text: String) -> Int32 {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
        return 0
    }

    static func complain(_ reason: String, _ code: Int32) -> Int32 {
        FileHandle.standardError.write(Data("error: \(reason)\n".utf8))
        return code
    }
}
