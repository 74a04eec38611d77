import Contracts
import Domain

/// Who signs a quote, step by step, and when that is done. Pure.
enum SigningRules {
    /// The most steps that there may be, with those that were added.
    private static let mostSteps = 20

    /// Who is asked when a quote is submitted by a matrix.
    ///
    /// Whoever has worked on it is never asked, nor is for a later step who has to sign one before it, or is one with who has. Where
    /// nobody is left, it goes up: to the first of whom that is not so and who leads the quote's node or one above; and where there is
    /// no such one either, nobody could sign, and it is not submitted.
    ///
    /// - Parameters:
    ///   - deal: what is known of the quote.
    ///   - people: who leads and who has which role.
    ///   - isBarred: whether somebody has worked on it, or stands for somebody who has.
    static func submit(
        _ deal: AuthorityDeal, by matrix: AuthorityMatrix, _ people: SigningPeople, at time: Timestamp,
        but isBarred: (String) -> Bool
    ) throws(Refusal) -> QuoteSigning {
        guard let verdict = matrix.verdict(on: deal) else { throw noSigner("no cell of version \(matrix.version)") }
        var steps: [SigningStep] = []
        var needed: [String] = []
        for step in verdict.cell.steps {
            let taken = needed
            func isFree(_ login: String) -> Bool { !isBarred(login) && !people.isAmong(taken, login) }
            let leaders = people.leaders.filter(isFree)
            var candidates: [String]
            switch step.signer {
            case .manager: candidates = Array(leaders.prefix(1))
            case .managers: candidates = Array(leaders.prefix(step.levels ?? 1))
            case .role: candidates = (step.role.flatMap { people.roles[$0] } ?? []).filter(isFree)
            case .person: candidates = step.logins.filter { people.isThere($0) && isFree($0) }
            }
            if candidates.isEmpty { candidates = Array(leaders.prefix(1)) }
            guard !candidates.isEmpty else { throw noSigner("step '\(step.words)' of cell '\(verdict.cell.cell)'") }
            let asked = SigningStep(
                signer: step.signer, order: step.order, role: step.role, hours: step.hours,
                candidates: Array(candidates.prefix(200)))
            if asked.needs == asked.candidates.count { needed += asked.candidates }
            steps.append(asked)
        }
        return QuoteSigning(
            deal: deal, version: matrix.version, cell: verdict.cell.cell,
            reasons: verdict.reasons.prefix(300).map { String($0.prefix(300)) }, mostRise: matrix.allowedRise,
            steps: steps, dueAt: due(steps.first, at: time), submittedAt: time)
    }

    private static func noSigner(_ what: String) -> Refusal {
        Refusal(
            .nobodyApproves, path: "$.quoteId",
            "\(what) is signed by nobody: whoever leads the quote's node, or what is above, has worked on it or signs another step"
        )
    }

    /// When a step that begins at a time takes too long.
    private static func due(_ step: SigningStep?, at time: Timestamp) -> Timestamp? {
        step?.hours.map { LeadClock.time($0 * 60, after: time) }
    }

    /// A quote's signing after somebody has signed; all of it is signed when no step is left.
    ///
    /// Nobody counts for two steps, and neither do two who are one: whoever has signed a step before is asked for none after it.
    ///
    /// - Parameters:
    ///   - deputies: for whom somebody stands on the day, each with the delegation.
    ///   - people: who leads, and who are one.
    ///   - isBarred: as when it was submitted.
    static func sign(
        _ signing: QuoteSigning, by login: String, deputies: [(principal: String, delegation: String)],
        _ people: SigningPeople, at time: Timestamp, but isBarred: (String) -> Bool
    ) throws(Refusal) -> QuoteSigning {
        guard let place = signing.waiting else { return signing }
        let step = signing.steps[place]
        guard !step.signatures.contains(where: { $0.by.hasSameBytes(as: login) }) else {
            throw Refusal(.samePerson, path: "$.by", "'\(login)' has signed this step: it takes another person, too")
        }
        let asked = step.asked
        let signature: QuoteSignature
        if asked.contains(where: { $0.hasSameBytes(as: login) }) {
            signature = QuoteSignature(candidate: login, by: login, at: time)
        } else if let lent = deputies.first(where: { lent in asked.contains { $0.hasSameBytes(as: lent.principal) } }) {
            signature = QuoteSignature(candidate: lent.principal, by: login, delegation: lent.delegation, at: time)
        } else if step.above.contains(where: { $0.hasSameBytes(as: login) }), let first = asked.first {
            signature = QuoteSignature(candidate: first, by: login, at: time)
        } else {
            throw Refusal(
                .notAuthorised, path: "$.by",
                "step \(place + 1) waits for \((asked + step.above).prefix(10).joined(separator: ", "))")
        }
        let former = signing.signers(before: place)
        if let twice = signature.people.first(where: { people.isAmong(former, $0) }) {
            throw Refusal(
                .samePerson, path: "$.by",
                "'\(twice)', or who is one with that person, has signed a step before: this one takes another person")
        }
        let after = signing.with(step.with(signatures: step.signatures + [signature]), at: place)
        guard after.waiting != place else { return after }
        guard let next = after.waiting else { return after.with(due: nil) }
        guard let begun = begin(after.steps[next], behind: after.signers(before: next), people, but: isBarred) else {
            throw Refusal(
                .samePerson, path: "$.by", "nobody else could sign step \(next + 1) then: another person signs this one"
            )
        }
        return after.with(begun, at: next).with(due: due(begun, at: time))
    }

    /// A step whose turn has come: without those who have signed one before it. Where nobody is left, it goes up.
    private static func begin(
        _ step: SigningStep, behind former: [String], _ people: SigningPeople, but isBarred: (String) -> Bool
    ) -> SigningStep? {
        var left = step.candidates.filter { !people.isAmong(former, $0) }
        if left.isEmpty {
            left = people.leaders.filter { !isBarred($0) && !people.isAmong(former, $0) }.prefix(1).map(\.self)
        }
        return left.isEmpty ? nil : step.with(candidates: left)
    }

    /// The same when the step that is waited for has taken too long: whoever is next above may sign it, too.
    ///
    /// - Returns: `nil` when nobody is above.
    static func escalate(
        _ signing: QuoteSigning, _ people: SigningPeople, at time: Timestamp, but isBarred: (String) -> Bool
    ) -> QuoteSigning? {
        let leaders = people.leaders
        guard let place = signing.waiting else { return nil }
        let step = signing.steps[place]
        let known = Set(step.candidates + step.above)
        // Above the highest who is asked already; whoever leads below them is no escalation.
        let highest = leaders.lastIndex { step.candidates.contains($0) || step.above.contains($0) } ?? -1
        let former = signing.signers(before: place)
        let next = leaders.dropFirst(highest + 1).first {
            !known.contains($0) && !isBarred($0) && !people.isAmong(former, $0)
        }
        guard let next, step.above.count < 50 else { return nil }
        return signing.with(step.with(above: step.above + [next]), at: place).with(due: due(step, at: time))
    }

    /// The same with one more who has to sign, next after the step that is waited for.
    static func add(
        _ login: String, by adder: String, deputies: [(principal: String, delegation: String)],
        to signing: QuoteSigning, _ people: SigningPeople, isBarred: Bool
    ) throws(Refusal) -> QuoteSigning {
        guard let place = signing.waiting else {
            throw Refusal(.wrongState, path: "$.change", "no signature is waited for by a matrix")
        }
        let step = signing.steps[place]
        let mayAdd = (step.asked + step.above).contains { asked in
            asked.hasSameBytes(as: adder) || deputies.contains { $0.principal.hasSameBytes(as: asked) }
        }
        guard mayAdd else {
            throw Refusal(
                .notAuthorised, path: "$.by",
                "only whose signature is waited for asks for one more: "
                    + step.asked.prefix(10).joined(separator: ", "))
        }
        guard people.isThere(login) else {
            throw Refusal(.notFound, path: "$.signer", "nobody is known as '\(login)' on that day")
        }
        guard !isBarred else {
            throw Refusal(.samePerson, path: "$.signer", "'\(login)' has worked on it, and signs nothing of it")
        }
        guard !people.isAmong(signing.signers(before: place + 1), login) else {
            throw Refusal(
                .samePerson, path: "$.signer", "'\(login)', or who is one with that person, has signed it already")
        }
        let waiting = signing.steps[place...].flatMap(\.asked)
        guard !waiting.contains(where: { $0.hasSameBytes(as: login) }) else {
            throw Refusal(.duplicateElement, path: "$.signer", "'\(login)' is asked already")
        }
        guard signing.steps.count < mostSteps else {
            throw Refusal(.tooManyElements, path: "$.signer", "there are \(mostSteps) steps already")
        }
        var steps = signing.steps
        steps.insert(
            SigningStep(signer: .person, order: .any, hours: step.hours, candidates: [login]), at: place + 1)
        return signing.with(steps)
    }
}

/// Who there is to sign a quote, on a day.
struct SigningPeople: Sendable {
    /// Who leads the quote's node and those above it, the nearest first, each once.
    let leaders: [String]
    /// Who has which role by the policy and is there, by their logins.
    let roles: [String: [String]]
    /// Whether somebody is there.
    let isThere: @Sendable (String) -> Bool
    /// Whether two logins count as one person: they are one, or one of them stands for the other.
    var isOne: @Sendable (String, String) -> Bool = { $0.hasSameBytes(as: $1) }
}

extension SigningPeople {
    /// - Parameters:
    ///   - node: the quote's node; the group when there is no such one.
    ///   - policy: who has which role.
    ///   - isRecorded: whether an organisation is recorded at all; until it is, whoever is named counts as being there.
    init(
        of node: String?, in book: OrganisationBook, isRecorded: Bool, by policy: PermissionPolicy?, on day: CalendarDay
    ) {
        let own = node.map { book.path(from: $0, on: day) } ?? []
        let path = own.isEmpty ? book.groups(on: day) : own
        var leaders: [String] = []
        for node in path {
            guard let head = book.head(of: node.id, on: day)?.login, !leaders.contains(head) else { continue }
            leaders.append(head)
        }
        self.leaders = leaders
        var roles: [String: [String]] = [:]
        for holder in policy?.people ?? [] where !isRecorded || book.person(holder.login, on: day) != nil {
            for role in holder.roles { roles[role.rawValue, default: []].append(holder.login) }
        }
        self.roles = roles.mapValues { $0.sorted { $0.compareBytes(with: $1) < 0 } }
        isThere = { !isRecorded || book.person($0, on: day) != nil }
        isOne = { $0.hasSameBytes(as: $1) || policy?.areOne($0, $1, .order, on: [day]) ?? false }
    }

    /// Whether somebody is among some, or one with one of them.
    func isAmong(_ logins: [String], _ login: String) -> Bool { logins.contains { isOne($0, login) } }
}

extension SigningStep {
    /// How many signatures it takes.
    var needs: Int { order == .any ? 1 : candidates.count }
    /// Whether it is done.
    var isDone: Bool { signatures.count >= needs }

    /// Who is asked now, in their order.
    var asked: [String] {
        guard !isDone else { return [] }
        let open = candidates.filter { candidate in
            !signatures.contains { $0.candidate.hasSameBytes(as: candidate) }
        }
        return order == .sequential ? Array(open.prefix(1)) : open
    }

    fileprivate func with(
        candidates: [String]? = nil, above: [String]? = nil, signatures: [QuoteSignature]? = nil
    ) -> SigningStep {
        SigningStep(
            signer: signer, order: order, role: role, hours: hours, candidates: candidates ?? self.candidates,
            above: above ?? self.above, signatures: signatures ?? self.signatures)
    }
}

extension QuoteSignature {
    /// Who has signed by it: with a deputy whom it stood for.
    fileprivate var people: [String] { delegation == nil ? [by] : [by, candidate] }
}

extension QuoteSigning {
    /// The step that is waited for; `nil` when all is signed, or no matrix says who signs.
    var waiting: Int? { steps.firstIndex { !$0.isDone } }
    /// Whose signature is waited for now.
    var asked: [String] { waiting.map { steps[$0].asked + steps[$0].above } ?? [] }

    /// Who has signed the steps before one.
    fileprivate func signers(before place: Int) -> [String] {
        steps.prefix(place).flatMap(\.signatures).flatMap(\.people)
    }

    fileprivate func with(_ step: SigningStep, at place: Int) -> QuoteSigning {
        var steps = steps
        steps[place] = step
        return with(steps)
    }

    fileprivate func with(_ steps: [SigningStep]) -> QuoteSigning {
        QuoteSigning(
            deal: deal, version: version, cell: cell, reasons: reasons, mostRise: mostRise, steps: steps, dueAt: dueAt,
            submittedAt: submittedAt)
    }

    fileprivate func with(due: Timestamp?) -> QuoteSigning {
        QuoteSigning(
            deal: deal, version: version, cell: cell, reasons: reasons, mostRise: mostRise, steps: steps, dueAt: due,
            submittedAt: submittedAt)
    }
}
