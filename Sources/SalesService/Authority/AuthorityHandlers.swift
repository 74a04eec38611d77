import Contracts
import Domain
import Postgres
import ServiceKit

/// What is said of who signs quotes, and when a signature takes too long.
enum AuthorityHandlers {
    private static let lateTask = "quotes.signing-late"

    static let tasks: [ScheduledTask] = [.onDemand(lateTask, late)]

    static func set(
        _ messages: [Received<SetQuoteAuthority>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try AuthorityStore.lock(transaction)
        for message in messages {
            do {
                try effects.checkHasCome(message.body.at, at: "$.at")
                let matrix = message.body.matrix
                if let last = try AuthorityStore.last(transaction) {
                    if last.version == matrix.version, last.encode() == matrix.encode() { continue }
                    guard matrix.version > last.version else {
                        throw Refusal(.staleRevision, path: "$.version", "version \(last.version) is known")
                    }
                    guard matrix.version <= last.version + 1_000_000 else {
                        throw Refusal(
                            .valueNotAllowed, path: "$.version", "version \(last.version) is known: say the next one")
                    }
                }
                // What was decided stands; from which day on it is decided otherwise is said before that day.
                guard matrix.from >= effects.now.day() else {
                    throw Refusal(.contradictoryTimes, path: "$.from", "that day is over: it holds from a day on")
                }
                try AuthorityStore.put(message.body, transaction)
                effects.count("quote_authorities")
            } catch let refusal as Refusal {
                effects.refuse(message, refusal)
            }
        }
    }

    static func changed(
        _ messages: [Received<ChangeQuoteSigning>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try QuoteStore.lock(Set(messages.map(\.body.quoteId)), transaction)
        for message in messages {
            do {
                try effects.checkHasCome(message.body.at, at: "$.at")
                guard let terms = try QuoteStore.quote(message.body.quoteId, transaction) else {
                    throw Refusal(.notFound, path: "$.quoteId", "there is no quote '\(message.body.quoteId)'")
                }
                guard terms.state == .inApproval else {
                    throw Refusal(
                        .wrongState, path: "$.change",
                        "revision \(terms.revision) is \(terms.state.rawValue): nobody waits for a signature")
                }
                guard message.body.at >= terms.changedAt else {
                    throw Refusal(.contradictoryTimes, path: "$.at", "it has changed at \(terms.changedAt) already")
                }
                switch message.body.change {
                case .withdraw: try withdraw(message, terms, transaction, &effects)
                case .addSigner: try add(message, terms, transaction, &effects)
                }
            } catch let refusal as Refusal {
                effects.refuse(message, refusal)
            }
        }
    }

    private static func withdraw(
        _ message: Received<ChangeQuoteSigning>, _ terms: QuoteTerms, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let body = message.body
        let own = [terms.submittedBy, terms.requestedBy, terms.owner].compactMap(\.self)
        guard own.contains(where: { $0.hasSameBytes(as: body.by) }) else {
            throw Refusal(.notAuthorised, path: "$.by", "who has submitted it takes it back, or whose it is")
        }
        let after = terms.with(.priced, at: body.at)
        try QuoteStore.put(after, transaction)
        try QuoteStore.note(after, "withdrawn", by: body.by, at: body.at, body.note, transaction)
        QuoteHandlers.tell(after, "withdrawn", by: body.by, at: body.at, causedBy: message.envelope, &effects)
        RaisedQuotes.clear(after, because: "withdrawn by \(body.by)", causedBy: message.envelope, &effects)
        effects.count("quotes_withdrawn")
    }

    private static func add(
        _ message: Received<ChangeQuoteSigning>, _ terms: QuoteTerms, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let body = message.body
        guard let signer = body.signer,
            let signing = try AuthorityStore.signing(of: terms.quoteId, revision: terms.revision, transaction)
        else { throw Refusal(.wrongState, path: "$.change", "no matrix says who signs it") }
        let desk = try SigningDesk(terms, on: effects.now.day(), transaction)
        let after = try SigningRules.add(
            signer, by: body.by, deputies: desk.principals(of: body.by), to: signing,
            desk.people, isBarred: desk.isBarred(signer))
        try AuthorityStore.go(on: after, of: terms.quoteId, transaction)
        try QuoteStore.note(
            terms, "signer-added", by: body.by, at: body.at,
            [signer, body.note].compactMap(\.self).joined(separator: ": "),
            transaction)
        QuoteHandlers.tell(terms, "signer-added", by: body.by, at: body.at, causedBy: message.envelope, &effects)
        effects.count("quote_signers_added")
    }

    static func acceptanceChanged(
        _ messages: [Received<AcceptanceChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try CustomerStandingStore.put(
            messages.map(\.body).map {
                CustomerStanding(
                    customerId: $0.customerId, businessLine: $0.businessLine, state: $0.state.rawValue,
                    changedAt: $0.changedAt)
            }, transaction)
    }

    static func creditStateChanged(
        _ messages: [Received<CreditStateChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try CustomerStandingStore.put(
            messages.map(\.body).map {
                CustomerStanding(
                    customerId: $0.customerId, businessLine: "", state: $0.state.rawValue, changedAt: $0.changedAt)
            }, transaction)
    }

    // MARK: As a quote goes

    /// A quote is submitted: what is known of it now decides who signs it.
    static func begin(
        _ terms: QuoteTerms, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws -> QuoteSigning {
        let now = max(terms.changedAt, effects.now)
        let desk = try SigningDesk(terms, on: now.day(), alsoBy: terms.submittedBy, transaction)
        let deal = try desk.deal(of: terms, transaction)
        var signing = QuoteSigning(deal: deal, submittedAt: now)
        if let matrix = try AuthorityStore.matrix(on: now.day(), transaction) {
            signing = try SigningRules.submit(deal, by: matrix, desk.people, at: now, but: desk.isBarred)
        }
        try AuthorityStore.begin(signing, of: terms, transaction)
        remind(signing, of: terms.quoteId, &effects)
        return signing
    }

    /// How a quote is signed once somebody has signed; `nil` of one that was submitted to nobody in particular. Kept by nobody yet.
    static func sign(
        _ terms: QuoteTerms, by login: String, at time: Timestamp, _ transaction: borrowing Transaction,
        _ now: Timestamp
    ) throws -> QuoteSigning? {
        guard let signing = try AuthorityStore.signing(of: terms.quoteId, revision: terms.revision, transaction) else {
            return nil
        }
        let desk = try SigningDesk(terms, on: now.day(), transaction)
        return try SigningRules.sign(
            signing, by: login, deputies: desk.principals(of: login), desk.people, at: max(time, now),
            but: desk.isBarred)
    }

    /// Keeps how a quote is signed.
    static func keep(
        _ signing: QuoteSigning, of terms: QuoteTerms, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try AuthorityStore.go(on: signing, of: terms.quoteId, transaction)
        if signing.waiting != nil { remind(signing, of: terms.quoteId, &effects) }
    }

    private static func remind(_ signing: QuoteSigning, of id: String, _ effects: inout Effects) {
        guard let due = signing.dueAt else { return }
        effects.schedule(lateTask, key: id, at: due)
    }

    /// A signature takes too long: whoever is next above may sign, too, and is told.
    private static func late(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try QuoteStore.lock(Set(items.map(\.key)), transaction)
        for item in items {
            // Read behind the lock: it may have been signed meanwhile.
            guard let terms = try QuoteStore.quote(item.key, transaction), terms.state == .inApproval,
                let signing = try AuthorityStore.signing(of: item.key, revision: terms.revision, transaction),
                let due = signing.dueAt, due <= item.due
            else { continue }
            let now = max(effects.now, item.due)
            let desk = try SigningDesk(terms, on: now.day(), transaction)
            guard let after = SigningRules.escalate(signing, desk.people, at: now, but: desk.isBarred) else {
                effects.count("quote_signings_at_the_top")
                continue
            }
            try AuthorityStore.go(on: after, of: item.key, transaction)
            remind(after, of: item.key, &effects)
            let service = ServiceName.sales.source
            let next = after.asked.last ?? ""
            try QuoteStore.note(terms, "escalated", by: service, at: now, next, transaction)
            QuoteHandlers.tell(terms, "escalated", by: service, at: now, causedBy: nil, &effects)
            try RaisedQuotes.wait(
                terms, for: [next] + after.asked.dropLast(), causedBy: nil, transaction, &effects)
            effects.count("quote_signings_escalated")
        }
    }
}

/// What has to be known of people to have a quote signed on a day.
struct SigningDesk: Sendable {
    let people: SigningPeople
    /// The quote's node and those above it.
    private let path: [String]
    private let workers: [QuoteWorker]
    private let policy: PermissionPolicy?
    private let day: CalendarDay

    /// - Parameter worker: somebody who works on it by what is being done, and is not among those who did before.
    init(
        _ terms: QuoteTerms, on day: CalendarDay, alsoBy worker: String? = nil, _ transaction: borrowing Transaction
    ) throws {
        let known = try PeopleReplica.known(transaction)
        let node = terms.branch ?? known.book.lastKnown(terms.owner, by: day)?.node
        policy = try known.policy
        people = SigningPeople(of: node, in: known.book, isRecorded: known.isRecorded, by: policy, on: day)
        path = node.map { known.book.path(from: $0, on: day).map(\.id) } ?? []
        workers =
            try QuoteStore.workers(terms.quoteId, transaction)
            + (worker.map { [QuoteWorker(login: $0, day: day)] } ?? [])
        self.day = day
    }

    /// Whether somebody has worked on it, or is one with somebody who has.
    func isBarred(_ login: String) -> Bool {
        let days = [day] + workers.map(\.day)
        return workers.contains { worker in
            if worker.login.hasSameBytes(as: login) { return true }
            return [PermissionKind.order, .agreement].contains { kind in
                policy?.areOne(worker.login, login, kind, on: days) ?? false
            }
        }
    }

    /// For whom somebody may approve orders on the day, by which delegation.
    func principals(of login: String) -> [(principal: String, delegation: String)] {
        (policy?.delegations ?? []).filter { delegation in
            delegation.deputy.hasSameBytes(as: login) && delegation.rights.contains(.approve)
                && delegation.kinds.contains(.order) && delegation.days.contains(day)
        }.map { ($0.principal, $0.name) }
    }

    /// What is known of a quote.
    func deal(of terms: QuoteTerms, _ transaction: borrowing Transaction) throws -> AuthorityDeal {
        let customerId = try QuoteStore.customerId(of: terms.customer, transaction)
        let standing = try CustomerStandingStore.standing(of: customerId, line: terms.businessLine, transaction)
        return AuthorityDeal(
            nodes: path, businessLine: terms.businessLine,
            items: Set(terms.lines.map(\.line.item)).sorted { $0.compareBytes(with: $1) < 0 },
            amount: terms.amount ?? .zero, listed: terms.listed, cost: terms.cost, currency: terms.currency,
            paymentDays: terms.paymentDays, creditState: standing.credit, acceptance: standing.acceptance)
    }
}
