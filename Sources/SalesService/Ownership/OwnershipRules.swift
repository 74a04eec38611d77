import Contracts
import Domain

/// Who looks after an account in each line of business on each day. Pure.
///
/// What is said more closely comes before what is said at large: an assignment of the line, one of all lines, one of another
/// line of the customer, the last order of the line by that day, the customer's record. Among assignments that hold on a day
/// the latest by its first day holds.
///
/// Whoever has handed over is followed to whoever has it now: of what was assigned as long as that began before the handover
/// or with it, of what orders and the record say always, for they are the weaker word. Whoever has left is followed to who
/// acts for them. All of this is a function of what was said, whenever it came.
struct OwnershipRules: Sendable {
    /// What stands for every line of which nothing is said by itself.
    static let everyLine = "*"
    /// The first day there is: what holds without a beginning holds from it.
    static let beginning = CalendarDay(daysSinceEpoch: 0)
    /// The last day that a message may name.
    private static let end = CalendarDay(year: 2199, month: 12, day: 31) ?? CalendarDay(daysSinceEpoch: .max)

    private let leavers: LeaverRules

    /// - Parameter leavers: who acts for whom.
    init(_ leavers: LeaverRules) { self.leavers = leavers }

    /// Who looks after an account, by line of business; ``everyLine`` is one of them.
    func lives(_ said: OwnershipFacts) -> [String: [OwnershipStretch]] {
        var facts = said
        facts.handovers = concerned(said)
        let lines = Set(facts.assignments.compactMap(\.businessLine) + facts.orders.keys + [Self.everyLine])
        let days = commonDays(facts)
        var lives: [String: [OwnershipStretch]] = [:]
        for line in lines {
            let life = life(line, facts, days)
            if !life.isEmpty { lives[line] = life }
        }
        return lives
    }

    /// The handovers that may take something of what is said: those of whom it names, and of whom these lead to.
    private func concerned(_ facts: OwnershipFacts) -> [OwnershipHandover] {
        var logins = Set(named(facts))
        var found: [OwnershipHandover] = []
        var rest = facts.handovers
        while true {
            let more = rest.filter { logins.contains($0.fromLogin) }
            if more.isEmpty { return found }
            found += more
            rest.removeAll { logins.contains($0.fromLogin) }
            logins.formUnion(more.map(\.toLogin))
        }
    }

    /// Whom assignments, orders and the record name.
    private func named(_ facts: OwnershipFacts) -> [String] {
        facts.assignments.flatMap { $0.owners.map(\.login) } + facts.orders.values.joined().map(\.owner)
            + facts.records.map(\.owner)
    }

    /// The stretches of a line, none of which says the same as the one before it; days on which nobody is known are left out.
    private func life(_ line: String, _ facts: OwnershipFacts, _ days: Set<CalendarDay>) -> [OwnershipStretch] {
        let turns = days.union((facts.orders[line] ?? []).map(\.day)).sorted()
        var life: [OwnershipStretch] = []
        for (place, day) in turns.enumerated() {
            guard var found = standing(line, on: day, facts) else { continue }
            found.days.until = place + 1 < turns.count ? turns[place + 1].adding(days: -1) : nil
            if let last = life.last, last.days.until?.adding(days: 1) == day, last.isSame(as: found) {
                life[life.count - 1].days.until = found.days.until
            } else {
                life.append(found)
            }
        }
        return life
    }

    /// The days on which something may change in any line.
    private func commonDays(_ facts: OwnershipFacts) -> Set<CalendarDay> {
        let stretches = facts.assignments.map(\.days) + facts.handovers.map(\.days)
        var days: Set = [Self.beginning]
        days.formUnion(stretches.map(\.from))
        days.formUnion(stretches.compactMap { $0.until?.adding(days: 1) })
        days.formUnion(facts.records.map(\.day))
        for login in Set(named(facts) + facts.handovers.map(\.toLogin)) {
            days.formUnion((leavers.standIns(for: login) ?? []).map(\.from))
        }
        return days.filter { $0 <= Self.end }
    }

    // MARK: On one day

    /// Who looks after an account in a line on a day; `nil` when nobody is known.
    func standing(_ line: String, on day: CalendarDay, _ facts: OwnershipFacts) -> OwnershipStretch? {
        let order = facts.orders[line]?.last { $0.day <= day }
        let record = facts.records.last { $0.day <= day } ?? facts.records.first
        func stretch(
            _ ground: OwnershipGround, _ owners: [OwnershipShare], since: CalendarDay?, branch: String?
        ) -> OwnershipStretch {
            OwnershipStretch(
                days: DayStretch(from: day), ground: ground, branch: branch,
                owners: merged(owners.map { settled($0, since: since, on: day, facts.handovers) }))
        }
        func assigned(
            _ ground: OwnershipGround, _ isMeant: (OwnershipAssignment) -> Bool
        ) -> OwnershipStretch? {
            let holding = facts.assignments.filter { isMeant($0) && $0.days.contains(day) }
            guard let first = holding.first else { return nil }
            let latest = holding.dropFirst().reduce(first) { $1.isLater(than: $0) ? $1 : $0 }
            return stretch(
                ground, latest.owners, since: latest.days.from,
                branch: latest.branch ?? order?.branch ?? record?.branch)
        }
        if let own = assigned(.assigned, { $0.businessLine.map(line.hasSameBytes) ?? false }) { return own }
        if let all = assigned(.assigned, { $0.businessLine == nil }) { return all }
        if let other = assigned(.inherited, { $0.businessLine != nil }) { return other }
        guard let (word, ground) = order.map({ ($0, OwnershipGround.order) }) ?? record.map({ ($0, .record) }) else {
            return nil
        }
        return stretch(
            ground, [OwnershipShare(login: word.owner, share: FixedDecimal(100))], since: nil,
            branch: word.branch ?? record?.branch)
    }

    /// Whose a share is on a day, once it was handed over and whoever has left is replaced.
    ///
    /// - Parameter since: the day from which it was assigned; `nil` for what nobody has assigned.
    private func settled(
        _ share: OwnershipShare, since: CalendarDay?, on day: CalendarDay, _ handovers: [OwnershipHandover]
    ) -> AccountOwner {
        var login = share.login
        var since = since
        var used: Set<HandoverKey> = []
        while let next = handover(from: login, since: since, on: day, handovers, used) {
            used.insert(next.key)
            login = next.toLogin
            since = next.days.from
        }
        let handedFrom = login.hasSameBytes(as: share.login) ? nil : share.login
        guard let standIn = leavers.standIn(for: login, on: day) else {
            return AccountOwner(login: login, share: share.share, handedFrom: handedFrom)
        }
        return AccountOwner(
            login: standIn.login, share: share.share, handedFrom: handedFrom, actingFor: login,
            leftOn: leavers.lastDay(of: login))
    }

    private func handover(
        from login: String, since: CalendarDay?, on day: CalendarDay, _ handovers: [OwnershipHandover],
        _ used: Set<HandoverKey>
    ) -> OwnershipHandover? {
        let meant = handovers.filter { handover in
            handover.fromLogin.hasSameBytes(as: login) && handover.days.contains(day)
                && (since.map { $0 <= handover.days.from } ?? true) && !used.contains(handover.key)
        }
        guard let first = meant.first else { return nil }
        return meant.dropFirst().reduce(first) { $1.comes(before: $0) ? $1 : $0 }
    }

    /// Whether a line is handed over for days on which it was not before.
    ///
    /// - Parameter former: its stretches before.
    static func handsOver(_ life: [OwnershipStretch], after former: [OwnershipStretch]) -> Bool {
        func handed(_ stretches: [OwnershipStretch]) -> [(days: DayStretch, login: String?, from: String)] {
            stretches.flatMap { stretch in
                stretch.owners.compactMap { owner in owner.handedFrom.map { (stretch.days, owner.login, $0) } }
            }
        }
        let known = handed(former)
        return handed(life).contains { new in
            !known.contains { old in
                old.from == new.from && old.login == new.login && old.days.from <= new.days.from
                    && (old.days.until ?? end) >= (new.days.until ?? end)
            }
        }
    }

    /// Shares of one person by the same way are one share; the greatest comes first.
    private func merged(_ owners: [AccountOwner]) -> [AccountOwner] {
        var merged: [AccountOwner] = []
        for owner in owners {
            let same = merged.firstIndex { other in
                var other = other
                other.share = owner.share
                return other == owner
            }
            if let same {
                merged[same].share = merged[same].share + owner.share
            } else {
                merged.append(owner)
            }
        }
        return merged.sorted { first, second in
            if first.share != second.share { return first.share > second.share }
            let logins = (first.login ?? "").compareBytes(with: second.login ?? "")
            if logins != 0 { return logins < 0 }
            return [first.handedFrom, first.actingFor].map { $0 ?? "" }
                .lexicographicallyPrecedes([second.handedFrom, second.actingFor].map { $0 ?? "" })
        }
    }
}
