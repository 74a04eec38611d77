import Contracts
import Domain
import Postgres
import ServiceKit

/// Who may still order how much, while one batch of orders is decided.
///
/// The limit of a customer or group is looked at under a lock that is held until the transaction ends, and what an order
/// takes is written in the same transaction: two orders, whichever copies of the service decide them, cannot both take
/// the last of it. Customers without a limit are not looked at.
struct CreditDesk {
    /// What an order asks for.
    struct Claim {
        /// The order; `nil` when it is only asked what one would get.
        let order: OrderKey?
        let amount: FixedDecimal
        /// What an earlier revision of it has taken already.
        let former: FixedDecimal
        let currency: Currency
    }

    /// An answer, and the figures that decided.
    struct Verdict {
        let decision: OrderDecision
        let rule: String
        let figures: CreditFigures
    }

    private let rates: RateTable
    private let day: CalendarDay
    private var subjects: [CreditSubject: CreditStanding]
    private let subjectsOfCustomer: [String: [CreditSubject]]
    private let states: [String: CreditState]

    /// A desk where nobody has a limit.
    init(withoutLimitsAt time: Timestamp, rates: RateTable) {
        self.rates = rates
        day = time.day()
        (subjects, subjectsOfCustomer, states) = ([:], [:], [:])
    }

    /// - Parameter isAsking: whether nothing is going to be taken, so that nobody has to wait.
    init(
        customers: Set<String>, at time: Timestamp, rates: RateTable, isAsking: Bool = false,
        _ transaction: borrowing Transaction
    ) throws {
        self.rates = rates
        day = time.day()
        let lines = customers.isEmpty ? [] : try CreditStore.lines(of: customers, on: day, transaction)
        guard !lines.isEmpty else {
            (subjects, subjectsOfCustomer, states) = ([:], [:], [:])
            return
        }
        var room = CreditRoom.of(lines, rates, on: day)
        if !isAsking {
            let keys = room.keys.map { LedgerKey(source: $0.kind.rawValue, identifier: $0.identifier) }
            try KeyLock.lock("credit", Set(keys), transaction)
        }
        try CreditStore.add(to: &room, rates, on: day, transaction)
        subjects = room
        states = try CreditStore.states(of: customers, at: time, transaction)
        subjectsOfCustomer = CreditRoom.subjects(of: lines, with: room)
    }

    /// Decides one order, and takes what it asks for when it is accepted.
    ///
    /// - Parameter isTaken: whether it is taken as far as others are concerned; otherwise it only gives back.
    /// - Returns: `nil` when the customer has no limit.
    mutating func decide(_ customerId: String, isTaken: Bool, _ claim: Claim) -> Verdict? {
        guard let mine = subjectsOfCustomer[customerId], !mine.isEmpty else { return nil }
        let state = states[customerId] ?? .ok
        var verdict: Verdict?
        for subject in mine {
            guard var standing = subjects[subject] else { continue }
            // What an earlier revision holds was added to the exposure by the same rate.
            let former = rates.convert(claim.former, from: claim.currency, to: standing.currency, on: day)
            standing.owed = standing.owed - (former ?? .zero)
            if let order = claim.order { standing.waiting.hold(.zero, by: order, of: customerId) }
            subjects[subject] = standing
            guard let amount = rates.convert(claim.amount, from: claim.currency, to: standing.currency, on: day),
                standing.unrated.isEmpty
            else {
                verdict = Verdict(
                    decision: .needsApproval, rule: "credit-no-rate", figures: standing.figures(state, subject))
                continue
            }
            let answer = CreditPolicy.decide(
                state, exposure: standing.taking(amount, claim.order, customerId).exposure, room: standing.room)
            if verdict == nil || (verdict?.decision == .accepted && answer.0 != .accepted) {
                verdict = Verdict(decision: answer.0, rule: answer.1, figures: standing.figures(state, subject))
            }
        }
        if isTaken, verdict?.decision == .accepted {
            for subject in mine {
                guard let standing = subjects[subject],
                    let amount = rates.convert(claim.amount, from: claim.currency, to: standing.currency, on: day)
                else { continue }
                subjects[subject] = standing.taking(amount, claim.order, customerId)
            }
        }
        return verdict
    }
}

/// Who has a limit.
struct CreditSubject: Hashable, Comparable {
    enum Kind: String {
        case customer
        case group
    }

    let kind: Kind
    let identifier: String

    static func < (first: CreditSubject, second: CreditSubject) -> Bool {
        (first.kind.rawValue, first.identifier) < (second.kind.rawValue, second.identifier)
    }
}

/// How a limit stands; amounts in its currency.
struct CreditStanding {
    let limit: FixedDecimal
    let currency: Currency
    var overrides = FixedDecimal.zero
    /// Open receivables, unbilled and accepted orders.
    var owed = FixedDecimal.zero
    var receivable = FixedDecimal.zero
    var deposits = FixedDecimal.zero
    /// Bills that wait for orders: what they and an order hold together counts once.
    var waiting = WaitingBills()
    /// In which currencies something is owed or held that have no rate.
    var unrated: Set<Currency> = []

    var room: FixedDecimal { limit + overrides }
    /// What is owed, less deposits; never below nought.
    var exposure: FixedDecimal { max(.zero, owed - deposits - waiting.twice) }

    /// How it would stand with an order.
    func taking(_ amount: FixedDecimal, _ order: OrderKey?, _ customerId: String) -> CreditStanding {
        var standing = self
        standing.owed = owed + amount
        if let order { standing.waiting.hold(amount, by: order, of: customerId) }
        return standing
    }

    mutating func add(_ sums: [CreditStore.Sum], _ rates: RateTable, on day: CalendarDay) {
        for sum in sums {
            func converted(_ amount: FixedDecimal) -> FixedDecimal? {
                rates.convert(amount, from: sum.currency, to: currency, on: day)
            }
            guard let receivable = converted(sum.receivable), let orders = converted(sum.accepted + sum.unbilled),
                let deposits = converted(sum.deposits)
            else {
                unrated.insert(sum.currency)
                continue
            }
            owed = owed + receivable + orders
            self.receivable = self.receivable + receivable
            self.deposits = self.deposits + deposits
        }
    }

    func figures(_ state: CreditState, _ subject: CreditSubject) -> CreditFigures {
        CreditFigures(
            exposure: exposure, limit: limit, overrides: overrides, available: max(.zero, room - exposure),
            currency: currency, state: state, group: subject.kind == .group ? subject.identifier : nil)
    }
}

/// Limits and what is approved above them. Pure.
enum CreditRoom {
    /// By customer, in order, those whose limits hold for it: itself and its groups.
    static func subjects(
        of lines: [CreditStore.Line], with rooms: [CreditSubject: CreditStanding]
    ) -> [String: [CreditSubject]] {
        var found: [String: Set<CreditSubject>] = [:]
        for line in lines where rooms[line.subject] != nil { found[line.customerId, default: []].insert(line.subject) }
        return found.mapValues { $0.sorted() }
    }

    /// The limit that holds, the latest of several, and what is approved above it. An override without a limit is none.
    static func of(
        _ lines: [CreditStore.Line], _ rates: RateTable, on day: CalendarDay
    ) -> [CreditSubject: CreditStanding] {
        var found: [CreditSubject: CreditStanding] = [:]
        for (subject, lines) in Dictionary(grouping: lines, by: \.subject) {
            let limits = lines.filter { !$0.isOverride }
            guard let limit = limits.max(by: { $0.precedence < $1.precedence }) else { continue }
            var standing = CreditStanding(limit: limit.amount, currency: limit.currency)
            var seen: Set<LedgerKey> = []
            for line in lines where line.isOverride && seen.insert(line.key).inserted {
                let amount = rates.convert(line.amount, from: line.currency, to: limit.currency, on: day)
                standing.overrides = standing.overrides + (amount ?? .zero)
            }
            found[subject] = standing
        }
        return found
    }
}
