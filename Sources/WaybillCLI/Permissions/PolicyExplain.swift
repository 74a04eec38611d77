import ArgumentParser
import Client
import Contracts
import Domain

extension PolicyCommand {
    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether somebody may do something with an object, and which line decides.",
            discussion: """
                By the policy that holds, or by that of --file. Of one thing, such as 'order TMS-1 --source tms', 'customer C-1 --source \
                erp' or 'opportunity OPP-7', the service that keeps it works out how near it is to the person and decides, as it \
                would decide about an act; who may see the policy may ask. Of a kind of object alone --relation says how near \
                an object is, whoever is asked of: one of the policy's people, or a role for anybody who has that alone.

                What is lent to a person goes by how near the object is to whom it belongs to: --principal zhang.min=same-branch. \
                Up to what it may be done is told too, where the policy has amounts for it; of an amount in another currency \
                nothing is said here, because no rates are known. Ends with 0 whatever the decision is.
                """)

        @Argument(help: "A person's login, or a role.")
        var who: String
        @Argument(help: ArgumentHelp("\(PermissionRight.allCases.map(\.rawValue).joined(separator: ", "))."))
        var right: String
        @Argument(
            help: ArgumentHelp(
                "\(PermissionKind.allCases.map(\.rawValue).joined(separator: ", ")); or one of the things \(ExplainedThing.words)."
            ))
        var object: String
        @Argument(help: "The number of one: a customer's code with --source, or its identifier.")
        var number: String?
        @Option(help: "Whose number that is.")
        var source: String?
        @Option(
            help: ArgumentHelp(
                "How near an object is: \(PermissionRelation.allCases.map(\.rawValue).joined(separator: ", "))."))
        var relation: String?
        @Option(help: ArgumentHelp("How near it is to whom the person may stand for.", valueName: "login=relation"))
        var principal: [String] = []
        @Option(help: "Go by this policy, JSON, and not by the one that holds; - for standard input.")
        var file: String?
        @Option(help: "The day; today without.")
        var on: String?
        @OptionGroup var measure: PolicyMeasure
        @Flag(help: "Print JSON, for programs.")
        var json = false

        func validate() throws {
            if number != nil {
                guard file == nil, relation == nil, principal.isEmpty, on == nil,
                    measure.business == PermissionBusiness()
                else {
                    throw ValidationError(
                        "how near '\(object)' is, and of which business, the service says: leave out --file, --relation, "
                            + "--principal, --on, --line and --node")
                }
                let thing = try ExplainedThing.of(object, isOfSource: source != nil)
                guard source != nil || !thing.needsSource else {
                    throw ValidationError("the number is one of a system: say which, with --source")
                }
            } else if source != nil {
                throw ValidationError("--source is that of a number")
            }
        }

        func run() async throws {
            guard let number else { return try await explainKind() }
            let thing = try ExplainedThing.of(object, isOfSource: source != nil)
            let tables = try await Asking.once(
                thing.service, CommonQuestions.explain.name,
                [
                    ("person", who), ("right", right), ("kind", thing.kind.rawValue), ("thing", thing.subject.rawValue),
                    ("number", number), ("source", source ?? thing.source), ("amount", measure.amount),
                    ("currency", measure.currency), ("days", measure.days.map(String.init)),
                ])
            guard let decision = tables.first(where: { $0.name == "decision" }), let row = decision.rows.first else {
                throw ClientError(.refused, "nobody has set a policy: whoever may log in sees and does everything")
            }
            // Amounts only where there are any: without, it is no question of how much.
            let told = tables.filter { $0.name == "decision" || !$0.rows.isEmpty }
            PolicyFiles.show(
                told.map { table in
                    PolicyFiles.Table(
                        name: table.name, columns: table.columns.map(\.name), rows: table.rows.map(\.values))
                }, as: json ? .json : .text)
            guard !json else { return }
            func value(_ name: String) -> String? {
                decision.columns.firstIndex { $0.name == name }.flatMap { row.values[$0] }
            }
            if value("is_known") == "false" {
                print("whose it is, \(thing.service.rawValue) does not know: it counts as the group's")
            }
            if let last = value("last_day") {
                print("'\(who)' has left on \(last): the services refuse everything since")
            }
            if value("line") == nil { print("no line allows it") }
        }

        /// The same of a kind of object and how near one is.
        private func explainKind() async throws {
            let day = try PolicyFiles.day(on)
            let policy: PermissionPolicy
            if let file {
                policy = try PolicyFiles.sound(file, on: day)
            } else {
                policy = try await PolicyFiles.holding()
            }
            let request = try request(policy, day)
            let decision = policy.decide(request)
            var tables = [
                PolicyFiles.Table(
                    name: "decision",
                    columns: [
                        "who", "right", "object", "relation", "outcome", "line", "delegation", "on_behalf_of", "fields",
                        "version",
                    ],
                    rows: [
                        [
                            who, right, object, request.relation.rawValue, decision.outcome.rawValue, decision.line,
                            decision.delegation, decision.onBehalfOf, decision.toldFields, String(decision.version),
                        ]
                    ])
            ]
            if policy.isMeasured(request.right, request.kind) {
                tables.append(try measure.amounts(policy.grants(request, of: measure.business), on: day))
            }
            PolicyFiles.show(tables, as: json ? .json : .text)
            if decision.line == nil, !json { print("no line allows it") }
        }

        private func request(_ policy: PermissionPolicy, _ day: CalendarDay) throws -> PermissionRequest {
            let asker: PermissionRequest.Asker
            if policy.people.contains(where: { $0.login.hasSameBytes(as: who) }) {
                asker = .person(who)
            } else if let role = PermissionRole(rawValue: who) {
                asker = .role(role)
            } else {
                throw ClientError(
                    .refused,
                    "'\(who.prefix(64))' is neither a role nor one of the people of \(file ?? "the policy that holds")")
            }
            let kind = try PolicyFiles.word(object, "kind of object", PermissionKind.self)
            let nearness: PermissionRelation
            switch relation {
            case let relation?: nearness = try PolicyFiles.word(relation, "relation", PermissionRelation.self)
            // What belongs to nobody is the group's.
            case nil where !kind.isOwned: nearness = .group
            case nil:
                throw ClientError(
                    .refused, "name one '\(kind.rawValue)' by its number, or say how near one is, with --relation")
            }
            var others: [String: PermissionRelation] = [:]
            for pair in principal {
                let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else {
                    throw ClientError(.refused, "--principal is written as zhang.min=same-branch")
                }
                others[parts[0]] = try PolicyFiles.word(parts[1], "relation", PermissionRelation.self)
            }
            return PermissionRequest(
                asker, try PolicyFiles.word(right, "right", PermissionRight.self), kind, nearness, on: day,
                relationsOfOthers: others)
        }
    }
}

/// A thing of which a person may ask who may do what with it: as what the policy has it, and which service keeps whose it is.
struct ExplainedThing: Equatable {
    let subject: ActSubject
    let kind: PermissionKind
    let service: ServiceName

    /// Those that have a name of their own, as it is typed.
    static let all: [ExplainedThing] = [
        ExplainedThing(subject: .customer, kind: .customer, service: .customer),
        ExplainedThing(subject: .person, kind: .person, service: .customer),
        ExplainedThing(subject: .order, kind: .order, service: .finance),
        ExplainedThing(subject: .creditGroup, kind: .credit, service: .finance),
        ExplainedThing(subject: .alert, kind: .marginAlert, service: .finance),
        ExplainedThing(subject: .invoice, kind: .receivable, service: .finance),
        ExplainedThing(subject: .payment, kind: .receivable, service: .finance),
        ExplainedThing(subject: .dispute, kind: .receivable, service: .finance),
        ExplainedThing(subject: .writeOff, kind: .receivable, service: .finance),
        ExplainedThing(subject: .supplierInvoice, kind: .payable, service: .finance),
        ExplainedThing(subject: .expense, kind: .expense, service: .finance),
        ExplainedThing(subject: .notice, kind: .notice, service: .sales),
        ExplainedThing(subject: .lead, kind: .customer, service: .sales),
        ExplainedThing(subject: .opportunity, kind: .customer, service: .sales),
        ExplainedThing(subject: .quote, kind: .order, service: .sales),
        ExplainedThing(subject: .complaint, kind: .complaint, service: .servicedesk),
    ]

    /// Their names.
    static var words: String { all.map(\.subject.rawValue).joined(separator: ", ") }

    /// What a word means: a thing by its own name, or a kind of object that is one customer's.
    ///
    /// - Parameters:
    ///   - word: as it was typed.
    ///   - isOfSource: whether a system is named beside the number; a customer's number is then the code there.
    static func of(_ word: String, isOfSource: Bool) throws -> ExplainedThing {
        if let thing = all.first(where: { $0.subject.rawValue == word && $0.subject != .customer }) { return thing }
        let kind = PermissionKind(rawValue: word)
        let service: ServiceName
        switch kind {
        case .customer, .identity, .interaction: service = .customer
        case .acceptance, .credit, .receivable, .profit: service = .finance
        case .agreement: service = .sales
        case .marginAlert:
            return ExplainedThing(subject: .alert, kind: .marginAlert, service: .finance)
        default:
            throw ClientError(
                .refused, "of '\(word.prefix(64))' no single one is known by a number; of these is: \(words)")
        }
        return ExplainedThing(subject: isOfSource ? .account : .customer, kind: kind ?? .customer, service: service)
    }

    /// Whether its number is one of a system and there is none to be assumed.
    var needsSource: Bool {
        switch subject {
        case .order, .invoice, .payment, .dispute, .writeOff, .supplierInvoice, .expense, .complaint: true
        default: false
        }
    }

    /// The system that is assumed when none is named: an opportunity of a lead is numbered by sales.
    var source: String? { subject == .opportunity ? ServiceName.sales.source : nil }
}
