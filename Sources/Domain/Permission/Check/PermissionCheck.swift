extension PermissionPolicy {
    /// What is wrong with the policy; empty when it may hold.
    ///
    /// - Parameter today: the day on which it is looked at.
    public func findings(on today: CalendarDay) -> [PermissionFinding] {
        namesTwice + lines.enumerated().flatMap { place, line in Self.misplaced(line, "$.lines[\(place)]") }
            + linesWithoutEffect + unseen + unapproved + amountFindings + peopleFindings + delegationFindings(on: today)
    }

    // MARK: Lines

    private var namesTwice: [PermissionFinding] {
        Self.twice(lines.map(\.name)) { "$.lines[\($0)].line" }
            + Self.twice(delegations.map(\.name)) { "$.delegations[\($0)].delegation" }
    }

    /// A finding for each text that stands before.
    static func twice(_ names: [String], path: (Int) -> String) -> [PermissionFinding] {
        var seen: Set<String> = []
        return names.enumerated().compactMap { place, name in
            seen.insert(name).inserted
                ? nil : PermissionFinding(.duplicateElement, path: path(place), "'\(name)' is there before")
        }
    }

    /// What stands in a line though its right, or that it refuses, leaves it without a meaning.
    private static func misplaced(_ line: PermissionLine, _ path: String) -> [PermissionFinding] {
        var findings: [PermissionFinding] = []
        if !line.right.tellsFields, !line.fields.isEmpty {
            findings.append(
                PermissionFinding(
                    .valueNotAllowed, path: "\(path).fields",
                    "fields are seen or exported; the right '\(line.right.rawValue)' has none"))
        }
        if line.totals != nil, !line.right.tellsFields {
            findings.append(
                PermissionFinding(
                    .valueNotAllowed, path: "\(path).totals",
                    "totals are seen or exported; the right '\(line.right.rawValue)' has none"))
        } else if line.totals != nil, line.effect == .refuse {
            findings.append(
                PermissionFinding(.valueNotAllowed, path: "\(path).totals", "a line that refuses tells no totals"))
        }
        return findings
    }

    /// Lines, and parts of lines, without which every decision would be the same; and lines of which others take all.
    ///
    /// Lines are looked at from the last to the first, and one that never matters is left out from then on: of two that say
    /// the same only the later is named, and without all that is named the policy decides as before.
    private var linesWithoutEffect: [PermissionFinding] {
        var left: [PermissionLine?] = lines
        var found: [[PermissionFinding]] = Array(repeating: [], count: lines.count)
        for (place, line) in lines.enumerated().reversed()
        where Self.decideTheSame(left, with: nil, at: place, kinds: line.kinds) {
            let finding = why(line, place, among: left)
            // What is contradicted stays: the line that contradicts it matters by it.
            if finding.reason == .neverMatters { left[place] = nil }
            found[place] = [finding]
        }
        for (place, line) in lines.enumerated().reversed() where found[place].isEmpty {
            found[place] = Self.partsWithoutEffect(of: line, place, among: &left)
        }
        return found.flatMap(\.self)
    }

    /// The kinds, fields and totals of a line that matters without which it would decide the same.
    private static func partsWithoutEffect(
        of line: PermissionLine, _ place: Int, among left: inout [PermissionLine?]
    ) -> [PermissionFinding] {
        var findings: [PermissionFinding] = []
        var kept = line
        func tryWithout(
            _ part: String, _ what: String, in kinds: [PermissionKind], _ left: inout [PermissionLine?],
            _ take: (inout PermissionLine) -> Void
        ) {
            var other = kept
            take(&other)
            guard decideTheSame(left, with: other, at: place, kinds: kinds) else { return }
            kept = other
            left[place] = other
            findings.append(
                PermissionFinding(
                    .neverMatters, path: "$.lines[\(place)].\(part)",
                    "line '\(line.name)': \(what) changes no decision; take it out, or mend the line"))
        }
        for (index, kind) in line.kinds.enumerated() where !line.isOfEveryKind {
            let beyond = kind.isOwned || line.reaches(.group) ? "" : ", which only the scope 'all' reaches,"
            tryWithout("kinds[\(index)]", "the kind '\(kind.rawValue)'\(beyond)", in: [kind], &left) { other in
                other.kinds.removeAll { $0 == kind }
            }
        }
        guard line.right.tellsFields else { return findings }
        // Without its last field a line that refuses would refuse the whole right.
        for (index, field) in line.fields.enumerated() where line.effect == .allow || kept.fields != [field] {
            tryWithout("fields[\(index)]", "the field '\(field.rawValue)'", in: kept.kinds, &left) { other in
                other.fields.removeAll { $0 == field }
            }
        }
        if line.totals != nil, line.effect == .allow {
            tryWithout("totals", "what it says of totals", in: kept.kinds, &left) { $0.totals = nil }
        }
        return findings
    }

    /// Whether lines decide the same with another line, or none, in a place.
    ///
    /// A line that gives changes something exactly when it does so for whoever has its role alone: a person's roles add up,
    /// and what is refused is refused to all of them. One that refuses does exactly when it does so beside one role.
    private static func decideTheSame(
        _ lines: [PermissionLine?], with other: PermissionLine?, at place: Int, kinds: [PermissionKind]
    ) -> Bool {
        guard let line = lines[place] else { return true }
        let concerned = lines.indices.filter { lines[$0]?.right == line.right }
        let roles = line.effect == .allow ? [line.role] : Set(concerned.compactMap { lines[$0]?.role })
        return roles.allSatisfy { role in
            let mine = concerned.filter { lines[$0]?.role == line.role || lines[$0]?.role == role }
            return kinds.allSatisfy { kind in
                let same = mine.filter { lines[$0]?.kinds.contains(kind) ?? false }
                let before = same.compactMap { lines[$0] }
                let after = same.compactMap { $0 == place ? other : lines[$0] }
                return kind.relations.filter(line.reaches).allSatisfy { relation in
                    PermissionRuling(before, line.right, kind, relation)
                        == PermissionRuling(after, line.right, kind, relation)
                }
            }
        }
    }

    /// Why a line as a whole changes nothing.
    private func why(
        _ line: PermissionLine, _ place: Int, among left: [PermissionLine?]
    ) -> PermissionFinding {
        let path = "$.lines[\(place)]"
        guard line.reaches(.group) || line.kinds.contains(where: \.isOwned) else {
            return PermissionFinding(
                .neverMatters, path: path,
                "line '\(line.name)' is of what belongs to nobody and to no node, which only the scope 'all' reaches")
        }
        guard line.effect == .allow else {
            return PermissionFinding(
                .neverMatters, path: path, "line '\(line.name)' refuses what nothing allows, or what is refused anyway")
        }
        func concerns(_ other: PermissionLine) -> Bool {
            other.role == line.role && other.right == line.right && !Set(other.kinds).isDisjoint(with: line.kinds)
        }
        var unrefused = left.map { $0.map { concerns($0) && $0.effect == .refuse } == true ? nil : $0 }
        unrefused[place] = line
        if let refusing = left.compactMap(\.self).first(where: { concerns($0) && $0.effect == .refuse }),
            !Self.decideTheSame(unrefused, with: nil, at: place, kinds: line.kinds)
        {
            return PermissionFinding(
                .contradictoryLines, path: path,
                "what line '\(line.name)' allows, line '\(refusing.name)' refuses to the same role")
        }
        let others = left.enumerated().filter { $0.offset != place }.compactMap(\.element)
        let wider = others.filter { concerns($0) && $0.effect == .allow }.map { "'\($0.name)'" }
        return PermissionFinding(
            .neverMatters, path: path,
            "what line '\(line.name)' allows is allowed by \(wider.isEmpty ? "nothing" : wider.joined(separator: ", "))"
        )
    }

    // MARK: What the lines come to

    /// Lines that let somebody do something with what they do not see, or export a field that they do not see.
    private var unseen: [PermissionFinding] {
        lines.enumerated().compactMap { place, line in
            guard line.effect == .allow, line.right != .see else { return nil }
            for kind in line.kinds {
                for relation in kind.relations where line.scope.covers(relation) {
                    let may = ruling([line.role], line.right, kind, relation)
                    let sees = ruling([line.role], .see, kind, relation)
                    guard may.outcome == .full else { continue }
                    if sees.outcome != .full {
                        return PermissionFinding(
                            .notSeen, path: "$.lines[\(place)].scope",
                            "line '\(line.name)' lets '\(line.role.rawValue)' \(line.right.rawValue) '\(kind.rawValue)' "
                                + "of '\(relation.rawValue)', which that role does not see")
                    }
                    let seen = sees.fields.map(\.field)
                    if let blind = may.fields.map(\.field).first(where: { !seen.contains($0) }) {
                        return PermissionFinding(
                            .notSeen, path: "$.lines[\(place)].fields",
                            "line '\(line.name)' lets '\(line.role.rawValue)' export '\(blind.rawValue)' of "
                                + "'\(kind.rawValue)' of '\(relation.rawValue)', which that role does not see")
                    }
                }
            }
            return nil
        }
    }

    /// Kinds that need a second person's yes, and nobody may say it of what is not their own.
    private var unapproved: [PermissionFinding] {
        PermissionKind.allCases.filter(\.needsApproval).compactMap { kind in
            func mayApprove(_ roles: [PermissionRole]) -> Bool {
                kind.relations.contains { relation in
                    relation > .own && ruling(roles, .approve, kind, relation).outcome == .full
                }
            }
            guard PermissionRole.allCases.contains(where: { mayApprove([$0]) }) else {
                return PermissionFinding(
                    .nobodyApproves, path: "$.lines",
                    "no role may approve '\(kind.rawValue)' beyond its own, and somebody has to")
            }
            guard people.isEmpty || people.contains(where: { mayApprove($0.roles) }) else {
                return PermissionFinding(
                    .nobodyApproves, path: "$.people",
                    "roles may approve '\(kind.rawValue)', but nobody has one of them and may do so")
            }
            return nil
        }
    }
}

extension PermissionLine {
    /// Whether it says something of objects that are so near: of themselves, or of totals in which they are counted.
    fileprivate func reaches(_ relation: PermissionRelation) -> Bool {
        scope.covers(relation) || totals?.covers(relation) ?? false
    }
}
