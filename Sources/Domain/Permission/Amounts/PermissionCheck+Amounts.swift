extension PermissionPolicy {
    /// What is wrong with up to what people may do what the lines let them do.
    var amountFindings: [PermissionFinding] {
        Self.twice(amounts.map(\.name)) { "$.amounts[\($0)].amount" }
            + amounts.indices.flatMap(amountWithoutEffect) + lines.indices.flatMap(lineWithoutAmount) + largest
    }

    /// An amount of what has none, of what the role may not do, or of what another one lets the same role do as well.
    private func amountWithoutEffect(_ place: Int) -> [PermissionFinding] {
        let (amount, path) = (amounts[place], "$.amounts[\(place)]")
        guard !amount.right.tellsFields else {
            return [
                PermissionFinding(
                    .valueNotAllowed, path: "\(path).right",
                    "something is done up to an amount; it is not seen or exported up to one")
            ]
        }
        let findings = amount.kinds.enumerated().compactMap { index, kind -> PermissionFinding? in
            let what = "\(amount.right.rawValue) '\(kind.rawValue)'"
            let detail: String
            if !mayDo([amount.role], amount.right, kind) {
                detail = "no line lets '\(amount.role.rawValue)' \(what)"
            } else if let other = wider(than: place, kind) {
                detail = "'\(amounts[other].name)' lets '\(amount.role.rawValue)' \(what) as far, or farther"
            } else {
                return nil
            }
            return PermissionFinding(
                .neverMatters, path: "\(path).kinds[\(index)]", "amount '\(amount.name)': \(detail); take it out")
        }
        guard findings.count == amount.kinds.count, let first = findings.first else { return findings }
        return [PermissionFinding(.neverMatters, path: path, first.detail)]
    }

    /// Another amount of the same role, right and kind that lets do all that one does; of two the same the earlier one.
    private func wider(than place: Int, _ kind: PermissionKind) -> Int? {
        let mine = amounts[place]
        return amounts.indices.first { index in
            let other = amounts[index]
            return index != place && other.role == mine.role && other.right == mine.right && other.kinds.contains(kind)
                && other.holds(mine) && (!mine.holds(other) || index < place)
        }
    }

    /// A line that lets a role do what is measured, and no amount says up to what.
    private func lineWithoutAmount(_ place: Int) -> [PermissionFinding] {
        let line = lines[place]
        guard line.effect == .allow, !line.right.tellsFields else { return [] }
        return line.kinds.enumerated().compactMap { index, kind in
            guard isMeasured(line.right, kind),
                !amounts.contains(where: { $0.role == line.role && $0.right == line.right && $0.kinds.contains(kind) })
            else { return nil }
            let path = line.isOfEveryKind ? "$.lines[\(place)].kinds" : "$.lines[\(place)].kinds[\(index)]"
            return PermissionFinding(
                .noAmount, path: path,
                "line '\(line.name)' lets '\(line.role.rawValue)' \(line.right.rawValue) '\(kind.rawValue)', and no amount "
                    + "says up to what")
        }
    }

    /// What is measured, and nobody may do it when it comes to more than the highest amount.
    private var largest: [PermissionFinding] {
        PermissionRight.allCases.filter { !$0.tellsFields }.flatMap { right in
            PermissionKind.allCases.filter { isMeasured(right, $0) }.compactMap { kind in
                let mine = amounts.filter { $0.right == right && $0.kinds.contains(kind) }
                let boundless = mine.filter { $0.upTo == nil && $0.isOfEveryBusiness }.map(\.role)
                let what = "\(right.rawValue) '\(kind.rawValue)'"
                let known = mine.map { "'\($0.name)' \($0.extent)" }.joined(separator: "; ")
                guard boundless.contains(where: { mayDo([$0], right, kind) }) else {
                    return PermissionFinding(
                        .nobodyApproves, path: "$.amounts",
                        "no role may \(what) whatever it comes to, and somebody has to: \(known)")
                }
                let isSomebodys = people.contains { person in
                    person.roles.contains { boundless.contains($0) && mayDo([$0], right, kind) }
                        && mayDo(person.roles, right, kind)
                }
                guard people.isEmpty || isSomebodys else {
                    return PermissionFinding(
                        .nobodyApproves, path: "$.people",
                        "roles may \(what) whatever it comes to, but nobody has one of them and may do so")
                }
                return nil
            }
        }
    }

    /// Whether whoever has these roles may do something of a kind; to approve, beyond what is their own.
    func mayDo(_ roles: [PermissionRole], _ right: PermissionRight, _ kind: PermissionKind) -> Bool {
        PermissionRelation.allCases.contains { relation in
            (right != .approve || relation > .own) && ruling(roles, right, kind, relation).outcome == .full
        }
    }
}
