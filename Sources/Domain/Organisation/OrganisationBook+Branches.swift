extension OrganisationBook {
    /// The divisions with their branches, each branch with the days on which it is in one division under one manager.
    ///
    /// A branch belongs to the nearest division or centre above it, and without one to the group.
    public var organisation: Organisation {
        var branches: [String: [Branch]] = [:]
        let changes = Self.beginnings(of: nodeLives.records)
        for id in nodeLives.places.keys.sorted(by: { $0.compareBytes(with: $1) < 0 }) {
            let own = (nodeLives.places[id] ?? []).map { nodeLives.records[$0] }.filter { $0.kind == .branch }
            guard !own.isEmpty else { continue }
            let days = changes.union(Self.beginnings(of: memberRecords(of: id)))
            for record in own { stretches(of: record, days, &branches) }
        }
        let divisions = branches.sorted { $0.key.compareBytes(with: $1.key) < 0 }.map { code, branches in
            let last = nodeLives.places[code]?.last.map { nodeLives.records[$0] }
            return Division(code: code, name: last?.anyName ?? code, branches: branches)
        }
        let group = nodeLives.records.filter { $0.parent == nil }.max { $0.from < $1.from }
        return Organisation(name: group?.anyName ?? "", divisions: divisions)
    }

    /// Who leads a node on a day: who is in it and has no manager in it. Of several, who manages most of those in it; nobody
    /// when two manage as many.
    public func head(of node: String, on day: CalendarDay) -> PersonRecord? {
        let members = members(of: node, on: day)
        let logins = Set(members.map(\.login))
        let top = members.filter { person in person.manager.map { !logins.contains($0) } ?? true }
        if top.count == 1 { return top.first }
        let counts = top.map { person in members.count { $0.manager == person.login } }
        guard let most = counts.max(), most > 0, counts.count(where: { $0 == most }) == 1,
            let place = counts.firstIndex(of: most)
        else { return nil }
        return top[place]
    }

    /// The stretches of a branch's record in which division and manager are the same, by division.
    private func stretches(
        of record: NodeRecord, _ changes: Set<CalendarDay>, _ branches: inout [String: [Branch]]
    ) {
        let within = changes.filter { day in day > record.from && record.until.map { day <= $0 } ?? true }
        let days = [record.from] + within.sorted()
        var last: (division: String, branch: Branch)?
        for (place, day) in days.enumerated() {
            let end = place + 1 < days.count ? days[place + 1].adding(days: -1) : record.until
            let above = path(from: record.id, on: day).dropFirst()
            let division = above.first { $0.kind == .division || $0.kind == .centre } ?? above.last ?? record
            let (name, manager) = (record.anyName, head(of: record.id, on: day)?.login)
            if let former = last, former.division == division.id, former.branch.manager == manager {
                last = (
                    former.division,
                    Branch(
                        code: record.id, name: name, city: name, manager: manager, from: former.branch.from, to: end)
                )
            } else {
                if let former = last { branches[former.division, default: []].append(former.branch) }
                last = (
                    division.id,
                    Branch(code: record.id, name: name, city: name, manager: manager, from: day, to: end)
                )
            }
        }
        if let former = last { branches[former.division, default: []].append(former.branch) }
    }

    /// The days on which a record begins to hold, or the first on which one holds no more.
    private static func beginnings(of records: some Sequence<some DatedRecord>) -> Set<CalendarDay> {
        var days: Set<CalendarDay> = []
        for record in records {
            days.insert(record.from)
            if let until = record.until { days.insert(until.adding(days: 1)) }
        }
        return days
    }
}

extension NodeRecord {
    /// Its name, in Chinese before English.
    fileprivate var anyName: String { chineseName ?? englishName ?? id }
}
