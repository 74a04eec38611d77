import ArgumentParser
import Client
import Contracts
import Foundation

struct SettingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Look at the settings of services.", subcommands: [Check.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether services and the console would start with a file, without starting one.",
            discussion: """
                FILE holds lines 'NAME=value', as /etc/waybill/finance.env or a profile does: each service gets those that it
                has, 'finance.env', 'console.env' or '--service' says for which it is. With '--as WAYBILL_FINANCE_RATES' FILE is the file of
                that one setting, and is read by every service that has it. Runs 'waybill-SERVICE check', found beside this
                command. Ends with 1 when something is wrong.
                """)

        @Argument(help: "The file.")
        var file: String
        @Option(help: "The service it is for; otherwise its name says so, or it is for all.")
        var service: String?
        @Option(name: .customLong("as"), help: ArgumentHelp("The setting that names the file.", valueName: "variable"))
        var variable: String?

        func validate() throws {
            if let service, !Self.programs.contains(service) {
                throw ValidationError("'\(service)' is no service, nor the console")
            }
        }

        func run() async throws {
            let path = URL(fileURLWithPath: file).standardizedFileURL
            guard let text = try? String(contentsOf: path, encoding: .utf8) else {
                throw Failure("'\(file)' cannot be read")
            }
            let given: [String: String]
            if let variable {
                given = [variable: path.path]
            } else {
                guard !file.hasSuffix(".json") else {
                    throw ValidationError("say which setting names '\(file)': --as WAYBILL_FINANCE_RATES, for one")
                }
                do { given = try SettingLines(text).values } catch let failure as Failure {
                    throw Failure("'\(file)': \(failure.description)")
                }
            }
            // `finance.env`, and `finance:2.env` of a copy.
            let stem = path.deletingPathExtension().lastPathComponent.prefix { $0 != ":" }
            let only = Self.programs.first { $0 == service ?? String(stem) }
            var unknown = Set(given.keys)
            var isRight = true
            // Of a file for all the console is not asked: it may run elsewhere, or not at all.
            for service in only.map({ [$0] }) ?? ServiceName.allCases.map(\.rawValue) {
                let known = try Self.known(service)
                // Who is named gets all, and says what it does not know.
                let getsAll = only != nil && variable == nil
                let own = getsAll ? given : given.filter { known.contains($0.key) }
                if getsAll { unknown = [] } else { unknown.subtract(known) }
                if variable != nil, own.isEmpty { continue }
                // One file is looked at by itself: what else a start needs may be made up.
                let rest = variable == nil ? [:] : ["WAYBILL_PROFILE": "demo", "WAYBILL_PARTNERS": "any"]
                let code = try await ServiceProgram.run(
                    service, ["check"], environment: own.merging(rest) { own, _ in own },
                    in: path.deletingLastPathComponent())
                if code != 0 { isRight = false }
            }
            if !unknown.isEmpty {
                say("no service has \(unknown.sorted().joined(separator: ", "))")
                isRight = false
            }
            if !isRight { throw ExitCodes.failed }
        }

        /// What has settings, by the names without what all begin with.
        private static let programs = ServiceName.allCases.map(\.rawValue) + ["console"]

        /// The variables that a service has, as its help lists them.
        private static func known(_ service: String) throws -> Set<String> {
            let help = try ServiceProgram.output(service, ["--help"])
            let names = help.split(separator: "\n").filter { $0.hasPrefix("  WAYBILL_") }.map { $0.dropFirst(2) }
            return Set(names.flatMap { [String($0), "\($0)_FILE"] })
        }
    }
}
