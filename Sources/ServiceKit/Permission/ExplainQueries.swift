import BrokerLayout
import Contracts
import Domain
import Postgres

/// The question who may do what with a thing that the service keeps, which every service answers: `waybill policy explain`.
enum ExplainQueries {
    /// - Parameter subjects: whose the things are that the service keeps.
    static func all(_ subjects: ActSubjects) -> [Query] {
        [
            Query(CommonQuestions.explain) { arguments, transaction in
                let known = try PeopleReplica.known(transaction)
                guard let policy = try known.policy else {
                    return [try arguments.table("decision", rows: []), try arguments.table("amounts", rows: [])]
                }
                let (claim, measure) = (try claim(arguments), try measure(arguments))
                let person = try arguments.required("person")
                try check(person, in: known, policy, on: arguments.today)
                let homes = try homes(of: claim, by: subjects, transaction)
                var rules = ActRules(policy, in: known.book, on: arguments.today)
                let isTold = mayKnow(arguments.scope.person, of: person, claim, homes, &rules)
                let said = rules.explain(person, claim, isTold ? homes : [:])
                return [
                    try arguments.table(
                        "decision", rows: [row(said, claim, policy, known.book, arguments)]),
                    try arguments.table("amounts", rows: amounts(said, measure, on: arguments.today)),
                ]
            }
        ]
    }

    /// Somebody of whom neither the organisation nor the policy knows is a mistake in typing, not one who may do nothing.
    private static func check(
        _ person: String, in known: KnownPeople, _ policy: PermissionPolicy, on day: CalendarDay
    ) throws {
        guard
            !known.isRecorded || known.book.person(person, on: day) != nil
                || known.book.lastDay(ofLeaver: person, by: day) != nil || !policy.roles(of: person).isEmpty
        else {
            throw Refusal(
                .notFound, path: "parameters.person",
                "nobody has the login '\(person)', now or before; of a role 'policy explain' without a number tells")
        }
    }

    /// Whether somebody may know whose a thing is: else anybody who sees the settings could find out by trying numbers what
    /// there is, and by trying logins whose. Of oneself everybody may; whoever can set another policy could always give
    /// themselves the right.
    private static func mayKnow(
        _ asker: String?, of person: String, _ claim: ActClaim, _ homes: [ActSubjectName: [ActHome]],
        _ rules: inout ActRules
    ) -> Bool {
        guard let asker, asker != person, asker != BrokerUsers.operator else { return true }
        let sees = ActClaim(right: .see, kind: claim.kind, subjects: claim.subjects, path: "$", line: nil)
        let sets = ActClaim(right: .administer, kind: .setting, subjects: [.group], path: "$", line: nil)
        return [sees, sets].contains { rules.explain(asker, $0, homes).decision.outcome == .full }
    }

    private static func claim(_ arguments: QueryArguments) throws(Refusal) -> ActClaim {
        func word<Word: RawRepresentable<String>>(_ name: String) throws(Refusal) -> Word {
            // The description lets nothing else through.
            guard let word = Word(rawValue: try arguments.required(name)) else {
                throw Refusal(.valueNotAllowed, path: "parameters.\(name)", "'\(name)' is none of its words")
            }
            return word
        }
        let name = ActSubjectName(
            try word("thing"), source: arguments["source"] ?? "", try arguments.required("number"))
        return ActClaim(right: try word("right"), kind: try word("kind"), subjects: [name], path: "$", line: nil)
    }

    private static func measure(_ arguments: QueryArguments) throws(Refusal) -> PermissionMeasure {
        guard let text = arguments["amount"] else {
            return PermissionMeasure(amount: nil, days: arguments.optionalInteger("days"))
        }
        guard let amount = FixedDecimal(text), let currency = Currency(arguments["currency"] ?? Currency.cny.code)
        else {
            throw Refusal(.valueNotAllowed, path: "parameters.amount", "'amount' is written as 60000.00")
        }
        return PermissionMeasure(amount: Money(amount, currency), days: arguments.optionalInteger("days"))
    }

    private static func homes(
        of claim: ActClaim, by subjects: ActSubjects, _ transaction: borrowing Transaction
    ) throws -> [ActSubjectName: [ActHome]] {
        let statements = subjects.statements()
        for name in claim.subjects where !name.subject.isSaidByName && statements[name.subject] == nil {
            let kept = statements.keys.map(\.rawValue).sorted().joined(separator: ", ")
            throw Refusal(
                .valueNotAllowed, path: "parameters.thing",
                "whose a thing of the kind '\(name.subject.rawValue)' is, this service does not keep; it keeps that of: \(kept)"
            )
        }
        return try ActSubjectStore.homes(of: Set(claim.subjects), by: subjects, transaction)
    }

    private static func row(
        _ said: ActExplanation, _ claim: ActClaim, _ policy: PermissionPolicy, _ book: OrganisationBook,
        _ arguments: QueryArguments
    ) -> [String?] {
        let person = arguments["person"] ?? ""
        return [
            person, claim.right.rawValue, claim.kind.rawValue, said.isKnown ? "true" : "false",
            said.request.relation.rawValue, said.decision.outcome.rawValue, said.decision.line,
            said.decision.delegation, said.decision.onBehalfOf, said.decision.toldFields,
            book.lastDay(ofLeaver: person, by: arguments.today)?.description, String(policy.version),
        ]
    }

    /// Up to what it may be done, way by way, and whether so much is within it. No rates are looked up: of an amount in another
    /// currency nothing is said.
    private static func amounts(
        _ said: ActExplanation, _ measure: PermissionMeasure, on day: CalendarDay
    ) -> [[String?]] {
        said.grants.flatMap { grant in
            (grant.amounts ?? []).map { amount in
                let covers = amount.covers(measure, RateTable([]), on: day).map { $0 ? "yes" : "no" }
                return [
                    grant.line, grant.onBehalfOf, amount.name, amount.upTo.map(\.description) ?? "*",
                    amount.days.map(String.init), amount.businessLines.joined(separator: " "),
                    amount.nodes.joined(separator: " "),
                    measure == PermissionMeasure() ? nil : covers ?? "another currency",
                ]
            }
        }
    }
}
