import ArgumentParser
import Client
import Contracts
import Domain

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Who may do what: look at a policy before it holds, and set it.",
        discussion: """
            docs/operate/permissions.md says the form of the file. 'set', 'show' and 'check --organisation' need a service; 'explain' and
            'simulate' do where they go by the policy that holds.
            """,
        subcommands: [Check.self, Explain.self, Simulate.self, Matrix.self, SetPolicy.self, Show.self])
}

extension PolicyCommand {
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what is wrong with a policy: reason, place in the file, and what to do.",
            discussion: """
                Ends with 1 when something is. With --organisation its names are compared with the organisation that is \
                recorded, as far as whoever asks sees it: who is not there or has left, and nodes that there are not.
                """)

        @Argument(help: "The policy, JSON; - for standard input.")
        var file: String
        @Option(help: "As if today were this day.")
        var on: String?
        @Flag(help: "Compare its names with the organisation, too.")
        var organisation = false
        @Flag(help: "Print JSON, for programs.")
        var json = false

        func run() async throws {
            let day = try PolicyFiles.day(on)
            let (policy, found) = try PolicyFiles.read(file, on: day)
            var faults = found
            if organisation, let policy {
                faults += try await PolicyNames.findings(policy, on: day).map { PolicyFiles.Fault($0) }
            }
            if json || !faults.isEmpty {
                PolicyFiles.show(
                    "findings", ["reason", "path", "detail"], faults.map { [$0.reason, $0.path, $0.detail] },
                    as: json ? .json : .text)
            }
            guard let policy, faults.isEmpty else {
                say("\(file) is refused: \(faults.count) findings")
                throw ExitCodes.failed
            }
            if !json {
                print(
                    "policy \(policy.version): \(policy.lines.count) lines, \(policy.people.count) people, "
                        + "\(policy.delegations.count) delegations, \(policy.amounts.count) amounts, nothing wrong")
            }
        }
    }

    struct Simulate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say who would gain and who would lose what if one policy held instead of another.",
            discussion:
                "Compared is with the policy that holds, as the customer service tells it, or with that of --against.")

        @Argument(help: "The policy that is thought of, JSON.")
        var file: String
        @Option(help: "The policy to compare with, JSON; the one that holds without.")
        var against: String?
        @Option(help: "As if today were this day.")
        var on: String?
        @Flag(help: "Print JSON, for programs.")
        var json = false

        func run() async throws {
            let day = try PolicyFiles.day(on)
            let thought = try PolicyFiles.sound(file, on: day)
            let holding: PermissionPolicy
            if let against {
                holding = try PolicyFiles.sound(against, on: day)
            } else {
                holding = try await PolicyFiles.holding()
            }
            var rows: [[String?]] = []
            for role in PermissionRole.allCases {
                rows += thought.changes(for: role, against: holding).map { Self.row("role", role.rawValue, $0) }
            }
            let logins = Set((thought.people + holding.people).map(\.login)).sorted()
            for login in logins {
                rows += thought.changes(for: login, against: holding).map { Self.row("person", login, $0) }
            }
            let tables = [
                PolicyFiles.Table(
                    name: "changes",
                    columns: [
                        "who", "name", "right", "object", "relation", "before", "after", "gained", "lost", "change",
                    ], rows: rows),
                PolicyFiles.Table(
                    name: "delegations", columns: ["delegation", "of", "to", "change"],
                    rows: Self.delegations(thought, holding)),
                PolicyFiles.Table(
                    name: "amounts", columns: ["role", "right", "object", "before", "after", "change"],
                    rows: PermissionRole.allCases.flatMap { role in
                        thought.amountChanges(for: role, against: holding).map { Self.row(role, $0) }
                    }),
            ]
            PolicyFiles.show(tables, as: json ? .json : .text)
            if !json, tables.allSatisfy(\.rows.isEmpty) { print("nobody would gain or lose anything") }
        }

        private static func row(_ role: PermissionRole, _ change: PermissionAmountChange) -> [String?] {
            func words(_ amounts: [PermissionAmount]?) -> String? {
                amounts.map { $0.map(\.extent).joined(separator: "; ") } ?? "any amount"
            }
            return [
                role.rawValue, change.right.rawValue, change.kind.rawValue, words(change.before), words(change.after),
                word(gains: change.gains, loses: change.loses),
            ]
        }

        private static func word(gains: Bool, loses: Bool) -> String {
            gains && loses ? "gains and loses" : gains ? "gains" : "loses"
        }

        private static func row(_ what: String, _ name: String, _ change: PermissionChange) -> [String?] {
            let (before, after) = (change.before, change.after)
            return [
                what, name, before.right.rawValue, before.kind.rawValue, before.relation.rawValue,
                before.outcome.rawValue, after.outcome.rawValue,
                change.gained.map(\.rawValue).joined(separator: " "),
                change.lost.map(\.rawValue).joined(separator: " "),
                word(gains: change.gains, loses: change.loses),
            ]
        }

        /// The delegations that one of the two has and the other has not, or has otherwise.
        private static func delegations(
            _ thought: PermissionPolicy, _ holding: PermissionPolicy
        ) -> [[String?]] {
            func row(_ delegation: PermissionDelegation, _ change: String) -> [String?] {
                [delegation.name, delegation.principal, delegation.deputy, change]
            }
            let ended = holding.delegations.filter { old in !thought.delegations.contains { $0.name == old.name } }
            let others = thought.delegations.compactMap { delegation -> [String?]? in
                guard let old = holding.delegations.first(where: { $0.name == delegation.name }) else {
                    return row(delegation, "new")
                }
                return old == delegation ? nil : row(delegation, "changed")
            }
            return ended.map { row($0, "ended") } + others
        }
    }

    struct Matrix: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write all that each role may: every right, kind of object and relation.")

        @Argument(help: "The policy, JSON; - for standard input.")
        var file: String
        @Option(help: "Of this role alone.")
        var role: String?
        @Option(help: "As if today were this day.")
        var on: String?
        @Flag(help: "Print JSON, for programs.")
        var json = false
        @Flag(help: "Print CSV.")
        var csv = false

        func run() throws {
            let policy = try PolicyFiles.sound(file, on: try PolicyFiles.day(on))
            let only = try role.map { try PolicyFiles.word($0, "role", PermissionRole.self) }
            let rows = PermissionRole.allCases.filter { only == nil || only == $0 }.flatMap { role in
                policy.matrix(of: [role]).map { cell -> [String?] in
                    [
                        role.rawValue, cell.right.rawValue, cell.kind.rawValue, cell.relation.rawValue,
                        cell.outcome.rawValue, cell.line, cell.fields.map(\.rawValue).joined(separator: " "),
                    ]
                }
            }
            PolicyFiles.show(
                "matrix", ["role", "right", "object", "relation", "outcome", "line", "fields"], rows,
                as: json ? .json : csv ? .csv : .text)
        }
    }
}
