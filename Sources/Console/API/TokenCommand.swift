import BrokerLayout
import Client
import Contracts
import Foundation
import HTTPAPI
import Logging
import Postgres
import ServiceKit

/// Which programs may call the HTTP API: tokens are made and removed by an operator, on the machine.
enum TokenCommand {
    /// For how many days a token may hold.
    static let days = 1...366

    /// What is wanted of a token, read from the arguments.
    struct Wanted: Equatable {
        let kind: TokenStore.Kind
        let login: String
        let name: String
        var scopes: [APICaller.Scope]
        var days = 90
    }

    /// Does what the arguments ask.
    ///
    /// - Returns: 0 when it was done, 2 when it was refused, 64 for a wrong argument.
    static func run(_ arguments: [String], _ settings: Settings, _ logger: Logger) async throws -> Int32 {
        let words = arguments.filter { $0 != "--json" }
        let isJSON = words.count != arguments.count
        do {
            switch words.first {
            case "list" where words.count == 1: return try await list(settings, logger, isJSON: isJSON)
            case "add": return try await add(try wanted(Array(words.dropFirst())), settings, logger, isJSON: isJSON)
            case "remove" where !isJSON:
                guard words.count == 4 else { throw usage }
                return try await remove(try wanted(Array(words.dropFirst())), settings, logger)
            default: throw usage
            }
        } catch let problem as ConsoleProblem {
            return UserCommand.complain(problem.description, 64)
        }
    }

    private static let usage = ConsoleProblem(
        "write 'token add person|partner HOLDER NAME [--scope SCOPE,…] [--days N] [--json]', 'token list [--json]' or "
            + "'token remove person|partner HOLDER NAME'")

    /// Reads the arguments behind the verb.
    static func wanted(_ arguments: [String]) throws(ConsoleProblem) -> Wanted {
        guard arguments.count >= 3, let kind = TokenStore.Kind(rawValue: arguments[0]) else { throw usage }
        let (login, name) = (arguments[1], arguments[2])
        guard kind == .person ? BrokerUsers.isLogin(login) : isPartner(login) else {
            throw ConsoleProblem(
                kind == .person
                    ? "'\(login)' is no login: small letters, digits, '.', '-' and '_', at most 64, and no name of a "
                        + "service, a partner or another program"
                    : "'\(login)' is no partner's name: 1 to 40 of a-z, 0-9 and '-'")
        }
        let isWord = name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
        }
        guard isWord, (1...40).contains(name.utf8.count) else {
            throw ConsoleProblem("'\(name)' is no name of a token: 1 to 40 of a-z, 0-9, '.', '-' and '_'")
        }
        // Whoever asks for nothing gets the least: of a person that is to ask.
        var wanted = Wanted(kind: kind, login: login, name: name, scopes: kind == .person ? [.ask] : kind.scopes)
        var rest = arguments.dropFirst(3)
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { throw usage }
            switch option {
            case "--scope": wanted.scopes = try scopes(value, of: kind)
            case "--days":
                guard let number = Int(value), days.contains(number) else {
                    throw ConsoleProblem("'--days' is a whole number from \(days.lowerBound) to \(days.upperBound)")
                }
                wanted.days = number
            default: throw usage
            }
        }
        return wanted
    }

    private static func scopes(_ text: String, of kind: TokenStore.Kind) throws(ConsoleProblem) -> [APICaller.Scope] {
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard Set(words).isSubset(of: kind.scopes.map(\.rawValue)) else {
            let all = kind.scopes.map(\.rawValue).joined(separator: ", ")
            throw ConsoleProblem("the scopes of a \(kind.rawValue)'s token are \(all), not '\(text)'")
        }
        return kind.scopes.filter { words.contains($0.rawValue) }
    }

    /// Whether a name may be a partner's in the file of partners.
    private static func isPartner(_ name: String) -> Bool {
        (1...40).contains(name.utf8.count)
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    // MARK: Doing

    private static func add(
        _ wanted: Wanted, _ settings: Settings, _ logger: Logger, isJSON: Bool
    ) async throws -> Int32 {
        let secret = Secret.make()
        let digest = Secret.digest(secret)
        let isMade: Bool? = try await UserCommand.with(settings, logger) { transaction in
            if wanted.kind == .person, try SignInStore.user(wanted.login, transaction)?.isClosed == true { return nil }
            return try TokenStore.add(
                digest, of: wanted.kind, wanted.login, name: wanted.name, scopes: wanted.scopes, days: wanted.days,
                transaction)
        }
        guard let isMade else { return UserCommand.complain("'\(wanted.login)' is closed: it gets no token", 2) }
        guard isMade else {
            return UserCommand.complain(
                "there is a token '\(wanted.name)' of '\(wanted.login)' already: 'token remove' ends it", 2)
        }
        let scopes = wanted.scopes.map(\.rawValue).joined(separator: ",")
        if isJSON {
            var object = ObjectWriter()
            switch wanted.kind {
            case .person: object.text("person", wanted.login)
            case .partner: object.text("partner", wanted.login)
            }
            object.text("name", wanted.name)
            object.text("scopes", scopes)
            object.text("token", secret)
            print(String(decoding: object.finished(), as: UTF8.self))
        } else {
            print("\(wanted.kind.rawValue)\t\(wanted.login)\nname\t\(wanted.name)\nscopes\t\(scopes)\ntoken\t\(secret)")
        }
        return UserCommand.say("the token holds \(wanted.days) days; it is shown this once and kept nowhere")
    }

    private static func list(_ settings: Settings, _ logger: Logger, isJSON: Bool) async throws -> Int32 {
        let tokens = try await UserCommand.with(settings, logger) { try TokenStore.all($0) }
        guard isJSON else {
            for token in tokens {
                let end = (token.hasEnded ? "ended " : "until ") + token.expires
                print(
                    [token.kind, token.login, token.name, token.scopes, end, "used " + (token.used ?? "never")]
                        .joined(separator: "\t"))
            }
            return 0
        }
        let objects = tokens.map { token in
            var object = ObjectWriter()
            object.text("kind", token.kind)
            object.text("holder", token.login)
            object.text("name", token.name)
            object.text("scopes", token.scopes)
            object.text("createdAt", token.created)
            object.text("expiresAt", token.expires)
            if let used = token.used { object.text("usedAt", used) }
            return String(decoding: object.finished(), as: UTF8.self)
        }
        print("{\"tokens\":[\(objects.joined(separator: ","))]}")
        return 0
    }

    private static func remove(_ wanted: Wanted, _ settings: Settings, _ logger: Logger) async throws -> Int32 {
        let isDone = try await UserCommand.with(settings, logger) {
            try TokenStore.remove(wanted.kind, wanted.login, name: wanted.name, $0)
        }
        return isDone
            ? UserCommand.say("the token '\(wanted.name)' of '\(wanted.login)' holds no more")
            : UserCommand.complain(
                "there is no token '\(wanted.name)' of '\(wanted.login)': 'token list' shows those there are", 2)
    }
}
