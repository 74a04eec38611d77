import Contracts
import Domain

/// Who signs a quote, step by step, and when that is done. Pure.
enum SigningRules {
    /// The most steps that there may be, with those that were added.
    private static let mostSteps = 20

    /// Who is asked when a quote is submitted by a matrix.
    ///
    /// Whoever has worked on it is never asked. Where nobody is left, it goes up: to the first who leads the quote's node or one
    /// above and has not worked on it; and where there is no such one either, nobody could sign, and it is not submitted.
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
        for step in verdict.cell.steps {
            let leaders = people.leaders.filter { !isBarred($0) }
            var candidates: [String]
            switch step.signer {
            case .manager: candidates = Array(leaders.prefix(1))
            case .managers: candidates = Array(leaders.prefix(step.levels ?? 1))
            case .role: candidates = (step.role.flatMap { people.roles[$0] } ?? []).filter { !isBarred($0) }
            case .person: candidates = step.logins.filter { people.isThere($0) && !isBarred($0) }
            }
            if candidates.isEmpty { candidates = Array(leaders.prefix(1)) }
            guard !candidates.isEmpty else { throw noSigner("step '\(step.words)' of cell '\(verdict.cell.cell)'") }
            steps.append(
                SigningStep(
                    signer: step.signer, order: step.order, role: step.role, hours: step.hours,
                    candidates: Array(candidates.prefix(200))))
        }
        return QuoteSigning(
            deal: deal, version: matrix.version, cell: verdict.cell.cell,
            reasons: verdict.reasons.prefix(300).map { String($0.prefix(300)) }, mostRise: matrix.allowedRise,
            steps: steps, dueAt: due(steps.first, at: time), submittedAt: time)
    }

    private static func noSigner(_ what: String) -> Refusal {
        Refusal(
            .nobodyApproves, path: "$.quoteId",
            "\(what) is signed by nobody: nobody who leads the quote's node, or what is above, has not worked on it")
    }

    /// When a step that begins at a time takes too long.
    private static func due(_ step: SigningStep?, at time: Timestamp) -> Timestamp? {
        step?.hours.map { LeadClock.time($0 * 60, after: time) }
    }

    /// A quote's signing after somebody has signed; all of it is signed when no step is left.
    ///
    /// - Parameter deputies: for whom somebody stands on the day, each with the delegation.
    static func sign(
        _ signing: QuoteSigning, by login: String, deputies: [(principal: String, delegation: String)],
        at time: Timestamp
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
        let after = signing.with(step.with(signatures: step.signatures + [signature]), at: place)
        guard after.waiting == place else {
            return after.with(due: after.waiting.flatMap { due(after.steps[$0], at: time) })
        }
        return after
    }

    /// The same when the step that is waited for has taken too long: whoever is next above may sign it, too.
    ///
    /// - Returns: `nil` when nobody is above.
    static func escalate(
        _ signing: QuoteSigning, _ leaders: [String], at time: Timestamp, but isBarred: (String) -> Bool
    ) -> QuoteSigning? {
        guard let place = signing.waiting else { return nil }
        let step = signing.steps[place]
        let known = Set(step.candidates + step.above)
        // Above the highest who is asked already; whoever leads below them is no escalation.
        let highest = leaders.lastIndex { step.candidates.contains($0) || step.above.contains($0) } ?? -1
        guard let next = leaders.dropFirst(highest + 1).first(where: { !known.contains($0) && !isBarred($0) }),
            step.above.count < 50
        else { return nil }
        return signing.with(step.with(above: step.above + [next]), at: place).with(due: due(step, at: time))
    }

    /// The same with one more who has to sign, next after the step that is waited for.
    static func add(
        _ login: String, by adder: String, deputies: [(principal: String, delegation: String)],
        to signing: QuoteSigning, isThere: Bool, isBarred: Bool
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
        guard isThere else { throw Refusal(.notFound, path: "$.signer", "nobody is known as '\(login)' on that day") }
        guard !isBarred else {
            throw Refusal(.samePerson, path: "$.signer", "'\(login)' has worked on it, and signs nothing of it")
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
    }
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

    fileprivate func with(above: [String]? = nil, signatures: [QuoteSignature]? = nil) -> SigningStep {
        SigningStep(
            signer: signer, order: order, role: role, hours: hours, candidates: candidates, above: above ?? self.above,
            signatures: signatures ?? self.signatures)
    }
}

extension QuoteSigning {
    /// The step that is waited for; `nil` when all is signed, or no matrix says who signs.
    var waiting: Int? { steps.firstIndex { !$0.isDone } }
    /// Whose signature is waited for now.
    var asked: [String] { waiting.map { steps[$0].asked + steps[$0].above } ?? [] }

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
