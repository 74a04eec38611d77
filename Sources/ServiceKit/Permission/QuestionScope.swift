import BrokerLayout
import Contracts
import Domain
import Postgres
import Synchronization

/// What whoever asks a question sees of what its answer shows, table by table; and the settings by which PostgreSQL keeps the
/// rest from it.
///
/// Settings and role hold for the transaction of the question and end with it. Each statement is asked by what is seen of the
/// table that it is for; without a policy, or for somebody who sees everything, no statement is different from what it would be
/// otherwise.
final class QuestionScope: Sendable {
    /// What is said while there is no policy.
    static let noPolicy = "no policy of permissions holds: whoever may log in sees and does everything"

    /// Of what something is seen: of the objects of a kind, or of sums over them.
    private struct Subject: Hashable {
        let kind: PermissionKind
        let isOfTotals: Bool
    }

    private struct State {
        /// By what statements are asked now.
        var current: Subject
        /// The tables whose rows were read by what is seen of them.
        var prepared: Set<String> = []
    }

    private let description: QueryDescription
    private let values: [String: String]
    private let asker: QuestionAsker
    private let day: CalendarDay
    /// By which right it is answered: to see, or to export what the answer is taken out of the system for.
    private let right: PermissionRight
    /// What is seen of each subject of the answer; nothing when all of it is.
    private let sights: [Subject: PermissionSight]
    /// By what statements are asked that are for no table in particular.
    private let own: Subject
    /// Whether statements are asked as the reader.
    private let isRead: Bool
    private let state: Mutex<State>

    /// Who asks, by login; `nil` for the service itself and for who is not known.
    var person: String? {
        switch asker {
        case .person(let login): login
        case .operator: BrokerUsers.operator
        case .service, .unknown: nil
        }
    }

    /// By what the question's own kind is seen, for the audit.
    let rule: AuditRule

    /// - Parameters:
    ///   - description: the question.
    ///   - values: what was given, by parameter.
    ///   - asker: who asks.
    ///   - day: the day on which it is asked.
    ///   - isExport: whether the answer is to be taken out of the system, by its own word: then it is what may be exported.
    ///   - known: who belongs where and who may do what; `nil` for an asker who is not asked about.
    /// - Throws: a refusal when nothing may be seen of what is asked, or it would let be found out what is not seen.
    init(
        _ description: QueryDescription, _ values: [String: String], _ asker: QuestionAsker, on day: CalendarDay,
        isExport: Bool = false, _ known: KnownPeople?
    ) throws(Refusal) {
        self.description = description
        self.values = values
        self.asker = asker
        self.day = day
        if let refusal = known?.book.refusal(ofLeaver: asker, on: day) { throw refusal }
        let holding = description.isForEverybody ? nil : try known?.policy
        // Without a policy there is no right to export either: who may log in takes out what there is.
        right = isExport && holding != nil ? .export : .see
        let subjects = description.answers.map { table in
            Subject(kind: description.kind(of: table), isOfTotals: description.tellsTotals(table, given: values))
        }
        let mine = subjects.filter { $0.kind == description.shows }
        // A question that tells only sums reads as far as sums are told.
        own = Subject(
            kind: description.shows, isOfTotals: !mine.isEmpty && mine.allSatisfy(\.isOfTotals))
        state = Mutex(State(current: own))
        let within = values["within"].flatMap(QueryInput.Within.init(rawValue:)).flatMap(PermissionScope.init)
        guard !description.isForEverybody, let known, holding != nil || within != nil else {
            (sights, isRead, rule) = ([:], false, .none)
            return
        }
        guard let permitted = asker.asPermitted else {
            throw Refusal(
                .publisherUnknown, path: "properties.user_id",
                "who asks cannot be told: set the property user_id to the name you log in with")
        }
        let policy = holding ?? .open(to: asker.name)
        var sights: [Subject: PermissionSight] = [:]
        for subject in Set(subjects).union([own, Subject(kind: description.shows, isOfTotals: false)]) {
            sights[subject] = known.sight(
                of: permitted, right, subject.kind, by: policy, on: day, within: within, asTotals: subject.isOfTotals)
        }
        self.sights = sights
        isRead = Set(subjects).union([own]).contains { !(sights[$0]?.isEverything ?? false) }
        let ground = sights[own]?.grounds.first
        rule =
            holding == nil
            ? .none
            : AuditRule(
                line: ground?.line, policyVersion: Int64(policy.version), onBehalfOf: ground?.onBehalfOf)
        try check(mine.isEmpty ? [own] : mine)
    }

    /// Refuses what nobody should ask who sees no more than this.
    private func check(_ mine: [Subject]) throws(Refusal) {
        let seen = mine.compactMap { sights[$0] }
        if let first = seen.first, seen.allSatisfy(\.isNothing) { throw refusal(first, of: description.shows, "") }
        if description.isOfWhole, let sight = sights[Subject(kind: description.shows, isOfTotals: false)],
            !sight.isEverything
        {
            throw refusal(sight, of: description.shows, ", which this needs of the whole group")
        }
        if let input = description.refused(values, withheld: { self.withheld($0) }).first { throw input.refusal }
    }

    private func refusal(_ sight: PermissionSight, of kind: PermissionKind, _ addition: String) -> Refusal {
        let what = "the right '\(right.rawValue)' to '\(kind.rawValue)'\(addition)"
        let why =
            sight.refusing.map { "line '\($0)' of policy version \(sight.version) takes from '\(asker.name)' \(what)" }
            ?? "no line of policy version \(sight.version) gives '\(asker.name)' \(what)"
        return Refusal(.notAuthorised, path: "$", why)
    }

    // MARK: What is told

    private func subject(_ table: TableDescription) -> Subject {
        Subject(kind: description.kind(of: table), isOfTotals: description.tellsTotals(table, given: values))
    }

    /// The protected fields of a table, or of the question itself, that whoever asks does not see.
    func withheld(_ table: TableDescription?) -> Set<PermissionField> {
        let subject = table.map(subject) ?? Subject(kind: description.shows, isOfTotals: false)
        guard let sight = sights[subject] else { return [] }
        return Set(PermissionField.allCases).subtracting(sight.fields)
    }

    /// Whether of a table nothing at all may be seen.
    func isClosed(_ table: TableDescription) -> Bool { sights[subject(table)]?.isNothing ?? false }

    /// A table as whoever asks may have it: the last look, whichever way it was made.
    func gate(_ table: QueryTable) throws(Refusal) -> QueryTable {
        guard let described = description.answer(table.name) else {
            throw Refusal(
                .internalError, path: "$", "the catalogue knows no table '\(table.name)' of '\(description.name)'")
        }
        let names = table.columns.map(\.name)
        guard !isClosed(described) else {
            return QueryTable(table.name, table.columns, rows: []).withholding(names)
        }
        return table.withholding(described.columns(withholding: withheld(described), of: names))
    }

    // MARK: What is read

    /// Has the question's transaction read what whoever asks may see, from its first statement on. Queued.
    func begin(_ transaction: borrowing Transaction) throws(PostgresError) {
        guard isRead, let sight = sights[own] else { return }
        try transaction.become("current_schema() || '_reader'", settings: settings(sight))
    }

    /// Reads for a table, by what is seen of it; then on as before.
    func reading<Result>(
        _ table: TableDescription, _ transaction: borrowing Transaction, _ body: () throws -> Result
    ) throws -> Result {
        let subject = subject(table)
        let before = state.withLock { state in
            state.prepared.insert(table.name)
            defer { state.current = subject }
            return state.current
        }
        guard isRead, before != subject else {
            state.withLock { $0.current = before }
            return try body()
        }
        try set(subject, transaction)
        let result = try body()
        state.withLock { $0.current = before }
        try set(before, transaction)
        return result
    }

    private func set(_ subject: Subject, _ transaction: borrowing Transaction) throws(PostgresError) {
        guard let sight = sights[subject] else { return }
        try transaction.become(settings: settings(sight))
    }

    /// Sees to it that the rows of a table were read by what is seen of its kind, when that is another than the question's.
    ///
    /// It fails for everybody, so that no test passes over it.
    func checkPrepared(_ table: TableDescription) throws(Refusal) {
        guard description.kind(of: table) != description.shows, !state.withLock({ $0.prepared.contains(table.name) })
        else { return }
        throw Refusal(
            .internalError, path: "$",
            "the rows of '\(table.name)', which shows another kind than '\(description.name)', are not read by "
                + "'arguments.reading'")
    }

    private func settings(_ sight: PermissionSight) -> [(name: String, value: String)] {
        let settings: [(ScopeSetting, String)] = [
            (.whole, sight.isWhole ? "true" : "false"), (.logins, Self.array(sight.logins)),
            (.nodes, Self.array(sight.nodes)), (.datedNodes, Self.array(sight.datedNodes.map(\.id))),
            (.datedFrom, Self.days(sight.datedNodes.map(\.from), or: "-infinity")),
            (.datedUntil, Self.days(sight.datedNodes.map(\.until), or: "infinity")),
            (.hiddenLogins, Self.array(sight.hiddenLogins)),
            (.hiddenNodes, Self.array(sight.hiddenNodes.map(\.id))),
            (.hiddenFrom, Self.days(sight.hiddenNodes.map(\.from), or: "-infinity")),
            (.hiddenUntil, Self.days(sight.hiddenNodes.map(\.until), or: "infinity")),
            (.day, day.description),
        ]
        return settings.map { ($0.0.rawValue, $0.1) }
    }

    /// An array as PostgreSQL reads one in a text.
    private static func array(_ texts: [String]) -> String {
        let quoted = texts.map {
            "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return "{" + quoted.joined(separator: ",") + "}"
    }

    private static func days(_ days: [CalendarDay?], or none: String) -> String {
        array(days.map { $0?.description ?? none })
    }
}

extension PermissionScope {
    /// How far somebody wants to see; `nil` for all that they may.
    init?(_ within: QueryInput.Within) {
        switch within {
        case .own: self = .own
        case .team: self = .team
        case .node: self = .node
        case .division: self = .division
        case .group: return nil
        }
    }
}

extension PermissionPolicy {
    /// As if somebody might see everything, for who narrows a question while there is no policy.
    fileprivate static func open(to login: String) -> PermissionPolicy {
        PermissionPolicy(
            version: 0,
            lines: [.executive, .operator].map { role in
                PermissionLine(name: "open", role: role, right: .see, scope: .all, fields: PermissionField.allCases)
            }, people: [PermissionHolder(login: login, roles: [.executive])])
    }
}
