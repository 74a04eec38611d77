import ArgumentParser
import Client
import Contracts
import Domain

extension PolicyCommand {
    struct SetPolicy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Set the policy that holds from now on, for all services.",
            discussion: """
                Its version is above that of the policy that holds. One with which something is wrong, or that nobody could
                change again, is refused, and so is one with amounts for nodes that there are not; 'waybill policy check' says all
                that is wrong with it. People of whom the organisation does not know, or who have left, are warned of.
                """)

        @Argument(help: "The policy, JSON; - for standard input.")
        var file: String
        @Option(help: "Why, in words; it is kept with the policy.")
        var reason: String
        @OptionGroup var act: ActOptions

        func run() async throws {
            let text: String
            do throws(Refusal) {
                text = try PolicyText.compact(Array(try PolicyFiles.bytes(of: file)))
            } catch {
                throw act.refused(Refusal(error.reason, path: "$.document", "\(file), \(error.path): \(error.detail)"))
            }
            let body = PermissionPolicySet(document: PolicyText.pieces(text), reason: reason, by: act.by)
            do throws(Refusal) {
                // What a message cannot carry is said here: the broker would only not take it.
                _ = try PermissionPolicySet(node: JSONDocument(parsing: body.encode()).root)
            } catch { throw act.refused(error) }
            // Before it holds: by it, whoever sets it may see less of who there is.
            let warnings = await Self.warnings(text)
            try await act.send(body, to: .customer, expecting: [PermissionPolicyChanged.type])
            for warning in warnings { say(warning) }
        }

        /// Which of its names the organisation does not know. It is set all the same: a record may come after the roles, and
        /// who has left does nothing any more.
        private static func warnings(_ text: String) async -> [String] {
            guard let file = try? PermissionPolicyFile(json: Array(text.utf8)), file.faults.isEmpty else { return [] }
            do {
                return try await PolicyNames.findings(file.policy, on: Timestamp.now().day()).map {
                    "warning: \($0.path): \($0.detail)"
                }
            } catch {
                return ["its names are not compared with the organisation: \(error)"]
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: PeopleQuestions.policy.help,
            discussion: "--document prints the policy itself, as JSON for 'policy check -', 'simulate' and 'set'.")

        @Option(help: "The version; the one that holds when it is not given.")
        var version: Int?
        @Flag(help: "Print the policy itself, as JSON.")
        var document = false
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let tables = try await Asking.once(
                .customer, PeopleQuestions.policy.name, [("version", version.map { String($0) })])
            guard document else {
                // For people the text would be one long cell.
                return try output.show(tables.filter { output.format == .json || $0.name != "document" })
            }
            guard let text = PolicyFiles.document(of: tables) else {
                say(version.map { "there is no policy \($0)" } ?? "nobody has set a policy")
                throw ExitCodes.refused
            }
            print(text)
        }
    }
}
