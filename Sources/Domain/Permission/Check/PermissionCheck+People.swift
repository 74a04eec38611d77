extension PermissionPolicy {
    /// What is wrong with who has which roles.
    var peopleFindings: [PermissionFinding] {
        let known = Set(lines.map(\.role))
        return Self.twice(people.map(\.login)) { "$.people[\($0)].login" }
            + people.enumerated().flatMap { place, person in
                Self.twice(person.roles.map(\.rawValue)) { "$.people[\(place)].roles[\($0)]" }
                    + person.roles.enumerated().filter { !known.contains($0.element) }.map { index, role in
                        PermissionFinding(
                            .neverMatters, path: "$.people[\(place)].roles[\(index)]",
                            "no line is written for the role '\(role.rawValue)'")
                    }
            }
    }

    /// What is wrong with who stands for whom.
    ///
    /// - Parameter today: the day on which the policy is looked at.
    func delegationFindings(on today: CalendarDay) -> [PermissionFinding] {
        delegations.enumerated().flatMap { place, delegation in
            let path = "$.delegations[\(place)]"
            let people = persons(of: delegation, path)
            let times = Self.times(of: delegation, path, today)
            return people + times + (people.isEmpty ? extent(of: delegation, path) : [])
        }
    }

    private func persons(of delegation: PermissionDelegation, _ path: String) -> [PermissionFinding] {
        var findings: [PermissionFinding] = []
        for (name, login) in [("of", delegation.principal), ("to", delegation.deputy)]
        where !people.contains(where: { $0.login.hasSameBytes(as: login) }) {
            findings.append(
                PermissionFinding(.notFound, path: "\(path).\(name)", "there is no '\(login)' among the people"))
        }
        if delegation.principal.hasSameBytes(as: delegation.deputy) {
            findings.append(
                PermissionFinding(.samePerson, path: "\(path).to", "'\(delegation.deputy)' cannot stand for themselves")
            )
        }
        return findings
    }

    private static func times(
        of delegation: PermissionDelegation, _ path: String, _ today: CalendarDay
    ) -> [PermissionFinding] {
        var findings: [PermissionFinding] = []
        func add(_ field: String, _ detail: String) {
            findings.append(PermissionFinding(.contradictoryTimes, path: "\(path).\(field)", detail))
        }
        if delegation.recorded > today {
            add("recorded", "it was written down on \(delegation.recorded), and today is \(today)")
        }
        if delegation.days.from < delegation.recorded {
            add(
                "from",
                "it begins on \(delegation.days.from), before it was written down on \(delegation.recorded); "
                    + "nothing is lent into the past")
        }
        if delegation.days.to < delegation.days.from {
            add("until", "it ends on \(delegation.days.to), before it begins on \(delegation.days.from)")
        }
        return findings
    }

    /// That each right to each kind is held as far as it is lent, each field by one of them, and that the deputy can use it.
    private func extent(of delegation: PermissionDelegation, _ path: String) -> [PermissionFinding] {
        let principal = roles(of: delegation.principal)
        var findings: [PermissionFinding] = []
        var told: Set<PermissionField> = []
        var isUsable = false
        for right in delegation.rights {
            for (index, kind) in delegation.kinds.enumerated() {
                // What belongs to nobody and to no node is lent as a whole or not at all.
                let reach = kind.isOwned ? delegation.scope.reach : .group
                let farthest = ruling(principal, right, kind, reach)
                told.formUnion(farthest.fields.map(\.field))
                let deputy = roles(of: delegation.deputy)
                isUsable =
                    isUsable
                    || kind.relations.contains { !ruling(deputy, right, kind, $0).isTaken }
                guard farthest.outcome != .full else { continue }
                let isHeld = kind.relations.contains {
                    ruling(principal, right, kind, $0).outcome == .full
                }
                let what = "\(right.rawValue) '\(kind.rawValue)'"
                findings.append(
                    isHeld
                        ? PermissionFinding(
                            .widerThanHeld, path: "\(path).scope",
                            "'\(delegation.principal)' may \(what), but not of '\(reach.rawValue)'")
                        : PermissionFinding(
                            .notHeld, path: "\(path).kinds[\(index)]", "'\(delegation.principal)' may not \(what)"))
            }
        }
        for (index, kind) in delegation.kinds.enumerated() where !kind.isOwned && delegation.scope != .all {
            guard delegation.rights.contains(where: { ruling(principal, $0, kind, .group).outcome == .full }) else {
                continue
            }
            findings.append(
                PermissionFinding(
                    .neverMatters, path: "\(path).kinds[\(index)]",
                    "a '\(kind.rawValue)' belongs to nobody and to no node, and only the scope 'all' reaches it: lend it by a "
                        + "delegation of its own"))
        }
        if !delegation.rights.contains(.see),
            let blind = delegation.kinds.first(where: {
                ruling(roles(of: delegation.deputy), .see, $0, .group).outcome != .full
            })
        {
            findings.append(
                PermissionFinding(
                    .notSeen, path: "\(path).rights",
                    "'\(delegation.deputy)' does not see every '\(blind.rawValue)'; lend 'see' with it"))
        }
        for (index, field) in delegation.fields.enumerated() where !told.contains(field) {
            findings.append(
                PermissionFinding(
                    .notHeld, path: "\(path).fields[\(index)]",
                    "'\(delegation.principal)' does not see '\(field.rawValue)' by what is lent"))
        }
        if !isUsable {
            findings.append(
                PermissionFinding(
                    .neverMatters, path: path, "all that is lent is refused to the roles of '\(delegation.deputy)'"))
        }
        return findings
    }
}
