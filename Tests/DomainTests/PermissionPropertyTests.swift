import Domain
import Testing

@Suite("Permissions of any policy")
struct PermissionPropertyTests {
    /// Numbers from a seed, so that what has failed once fails again.
    private struct Draw: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let roles: [PermissionRole] = [.salesRep, .branchManager, .auditor]
    private static let kinds: [PermissionKind] = [.order, .customer, .credit]
    private static let today = CalendarDay(daysSinceEpoch: 20_500)
    private static let combinations: [[PermissionRole]] = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]
        .map { $0.map { roles[$0] } }

    private func pick<Element>(_ elements: [Element], _ draw: inout Draw) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &draw)]
    }

    private func some<Element>(_ elements: [Element], _ draw: inout Draw) -> [Element] {
        elements.filter { _ in Bool.random(using: &draw) }
    }

    private func policy(_ draw: inout Draw) -> PermissionPolicy {
        let count = Int.random(in: 1...7, using: &draw)
        let lines = (0..<count).map { number in
            let right = pick([PermissionRight.see, .export, .act], &draw)
            let kinds = some(Self.kinds, &draw)
            let isRefusal = Int.random(in: 0..<4, using: &draw) == 0
            let hasTotals = right.tellsFields && !isRefusal && Int.random(in: 0..<3, using: &draw) == 0
            return PermissionLine(
                name: "L\(number)", role: pick(Self.roles, &draw), right: right,
                kinds: kinds.isEmpty ? [.order] : kinds, scope: pick(PermissionScope.allCases, &draw),
                fields: right.tellsFields ? some(PermissionField.allCases, &draw) : [],
                totals: hasTotals ? pick(PermissionScope.allCases, &draw) : nil,
                effect: isRefusal ? .refuse : .allow)
        }
        let people = Self.combinations.enumerated().map { PermissionHolder(login: "p\($0.offset)", roles: $0.element) }
        let delegations = (0..<Int.random(in: 0...3, using: &draw)).map { number in
            let from = Self.today.adding(days: Int.random(in: -2...1, using: &draw))
            return PermissionDelegation(
                name: "D\(number)", principal: pick(people, &draw).login, deputy: pick(people, &draw).login,
                rights: some([.see, .export, .act], &draw), kinds: some(Self.kinds, &draw),
                scope: pick(PermissionScope.allCases, &draw), fields: some(PermissionField.allCases, &draw),
                days: DayWindow(from: from, to: from.adding(days: 2)), recorded: from, reason: "leave")
        }
        return PermissionPolicy(version: 1, lines: lines, people: people, delegations: delegations)
    }

    /// What may be done and seen, said as plainly as it can be: full, totals or refused, and the fields.
    private func plainly(
        _ policy: PermissionPolicy, _ roles: [PermissionRole], _ right: PermissionRight, _ kind: PermissionKind,
        _ relation: PermissionRelation
    ) -> (outcome: PermissionOutcome, fields: Set<PermissionField>) {
        func reaches(_ scope: PermissionScope) -> Bool { scope.reach.distance >= relation.distance }
        let mine = policy.lines.filter { roles.contains($0.role) && $0.right == right && $0.kinds.contains(kind) }
        let refusing = mine.filter { $0.effect == .refuse && reaches($0.scope) }
        let allowing = mine.filter { $0.effect == .allow && reaches($0.scope) }
        if refusing.contains(where: \.fields.isEmpty) { return (.refused, []) }
        if !allowing.isEmpty {
            let given = Set(allowing.flatMap(\.fields)).subtracting(refusing.flatMap(\.fields))
            return (.full, given.intersection(kind.fields))
        }
        let totals = mine.contains { $0.effect == .allow && $0.totals.map(reaches) ?? false }
        return (totals ? .totals : .refused, [])
    }

    private func everyCell(_ body: (PermissionRight, PermissionKind, PermissionRelation) -> Bool) -> Bool {
        [PermissionRight.see, .export, .act].allSatisfy { right in
            Self.kinds.allSatisfy { kind in PermissionRelation.allCases.allSatisfy { body(right, kind, $0) } }
        }
    }

    @Test("a decision is what the lines say plainly, and names a line that says so")
    func decisions() {
        var draw = Draw(state: 11)
        for number in 0..<30 {
            let whole = policy(&draw)
            let alone = PermissionPolicy(version: 1, lines: whole.lines, people: whole.people)
            for person in alone.people {
                let holds = everyCell { right, kind, relation in
                    let decision = alone.decide(
                        PermissionRequest(.person(person.login), right, kind, relation, on: Self.today))
                    let wanted = plainly(alone, person.roles, right, kind, relation)
                    let isNamed = decision.line.map { name in
                        alone.lines.contains { $0.name == name && person.roles.contains($0.role) && $0.right == right }
                    }
                    return decision.outcome == wanted.outcome && Set(decision.fields.map(\.field)) == wanted.fields
                        && isNamed ?? (decision.outcome == .refused)
                }
                #expect(holds, "policy \(number), \(person.login)")
            }
        }
    }

    @Test("a line is told never to matter exactly when no set of roles is decided otherwise without it")
    func neverMatters() {
        var draw = Draw(state: 12)
        var told = 0
        for number in 0..<20 {
            let whole = policy(&draw)
            var left = PermissionPolicy(version: 1, lines: whole.lines)
            func places(_ policy: PermissionPolicy, _ reason: PermissionFinding.Reason) -> [Int] {
                let paths = policy.findings(on: Self.today).filter { $0.reason == reason }.map(\.path)
                return policy.lines.indices.filter { paths.contains("$.lines[\($0)]") }
            }
            func decidesTheSame(_ first: PermissionPolicy, _ second: PermissionPolicy) -> Bool {
                Self.combinations.allSatisfy { roles in
                    everyCell { right, kind, relation in
                        plainly(first, roles, right, kind, relation) == plainly(second, roles, right, kind, relation)
                    }
                }
            }
            let gone = places(left, .neverMatters)
            told += gone.count
            left = PermissionPolicy(
                version: 1, lines: whole.lines.indices.filter { !gone.contains($0) }.map { whole.lines[$0] })
            #expect(decidesTheSame(whole, left), "policy \(number) decides otherwise without lines \(gone)")
            #expect(places(left, .neverMatters) == [], "policy \(number)")
            let contradicted = places(left, .contradictoryLines)
            for place in left.lines.indices where !contradicted.contains(place) {
                var fewer = left.lines
                fewer.remove(at: place)
                #expect(
                    !decidesTheSame(left, PermissionPolicy(version: 1, lines: fewer)),
                    "policy \(number): \(left.lines[place].name) does not matter, and is not told")
            }
        }
        #expect(told > 4)
    }

    @Test("what is lent is had by whom it belongs to, for the day, and refused to nobody who is refused it themselves")
    func delegations() {
        var draw = Draw(state: 13)
        var lent = 0
        for number in 0..<30 {
            let whole = policy(&draw)
            for person in whole.people {
                var others: [String: PermissionRelation] = [:]
                for other in whole.people { others[other.login] = pick(PermissionRelation.allCases, &draw) }
                let holds = everyCell { right, kind, relation in
                    let request = PermissionRequest(
                        .person(person.login), right, kind, relation, on: Self.today, relationsOfOthers: others)
                    let decision = whole.decide(request)
                    let own = plainly(whole, person.roles, right, kind, relation)
                    let borrowed = Set(decision.fields.filter { $0.onBehalfOf != nil }.map(\.field))
                    let allOf = Set(decision.fields.map(\.field))
                    guard let principal = decision.onBehalfOf else {
                        return decision.outcome == own.outcome && allOf.subtracting(borrowed) == own.fields
                    }
                    lent += 1
                    let theirs = whole.roles(of: principal)
                    let may = plainly(whole, theirs, right, kind, others[principal] ?? .group)
                    let delegation = whole.delegations.first { $0.name == decision.delegation }
                    return own.outcome != .full && may.outcome == .full && decision.outcome == .full
                        && delegation?.deputy == person.login && delegation?.principal == principal
                        && delegation?.days.contains(Self.today) ?? false
                }
                #expect(holds, "policy \(number), \(person.login)")
            }
        }
        #expect(lent > 4)
    }
}
