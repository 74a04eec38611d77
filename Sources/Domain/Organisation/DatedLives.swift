/// Dated records by what they are about: which of them holds on a day, and whether one always does.
struct DatedLives<Record: DatedRecord>: Sendable {
    /// The records, as they were given.
    let records: [Record]
    /// The places of a key's records, the earliest first; those that hold on no day are not among them.
    let places: [String: [Int]]

    init(_ records: [Record]) {
        self.records = records
        let held = records.indices.filter { index in records[index].until.map { records[index].from <= $0 } ?? true }
        places = Dictionary(grouping: held) { records[$0].key }.mapValues { indices in
            indices.sorted { (records[$0].from, $0) < (records[$1].from, $1) }
        }
    }

    /// The place of the record of a key that holds on a day; `nil` when none does.
    func place(of key: String, on day: CalendarDay) -> Int? {
        guard let own = places[key] else { return nil }
        // The first that begins after the day; the one before it holds, unless it has ended.
        var (low, high) = (0, own.count)
        while low < high {
            let middle = (low + high) / 2
            if records[own[middle]].from <= day { low = middle + 1 } else { high = middle }
        }
        guard low > 0, holds(own[low - 1], on: day) else { return nil }
        return own[low - 1]
    }

    /// The record of a key that holds on a day; `nil` when none does.
    func record(of key: String, on day: CalendarDay) -> Record? { place(of: key, on: day).map { records[$0] } }

    /// Whether a record holds on a day.
    func holds(_ place: Int, on day: CalendarDay) -> Bool {
        records[place].from <= day && (records[place].until.map { day <= $0 } ?? true)
    }

    /// The first of some days on which no record of a key holds; `nil` when one holds on each of them.
    ///
    /// - Parameters:
    ///   - key: whose records.
    ///   - from: the first of the days.
    ///   - until: the last of them; without one they have no end.
    func firstAbsence(of key: String, from: CalendarDay, until: CalendarDay?) -> CalendarDay? {
        var day = from
        for place in places[key] ?? [] {
            if let end = records[place].until, end < day { continue }
            if records[place].from > day { return day }
            guard let end = records[place].until else { return nil }
            day = end.adding(days: 1)
            if let until, day > until { return nil }
        }
        return day
    }

    /// Where a key's records overlap or leave days out: each of the pairs of neighbours that do, with the day on which
    /// the earlier one ends.
    func seams(of key: String) -> [(earlier: Int, later: Int, end: CalendarDay?)] {
        guard let own = places[key], var longest = own.first else { return [] }
        var seams: [(earlier: Int, later: Int, end: CalendarDay?)] = []
        for later in own.dropFirst() {
            let end = records[longest].until
            if end?.adding(days: 1) != records[later].from { seams.append((longest, later, end)) }
            guard let reached = end else { continue }
            if records[later].until.map({ reached < $0 }) ?? true { longest = later }
        }
        return seams
    }

    /// The circles that the records close, going from each to what stands above it on the same day.
    ///
    /// What stands above changes only on a day on which a record begins, so that each circle is found on the first of its
    /// days, from a record of that day.
    ///
    /// - Parameter above: the key of what stands above a record; `nil` at the top.
    /// - Returns: for each the place of a record that closes it, the day, and the keys around it, the first again at the end.
    func circles(above: (Record) -> String?) -> [(place: Int, day: CalendarDay, path: [String])] {
        var circles: [(place: Int, day: CalendarDay, path: [String])] = []
        let beginning = Dictionary(grouping: places.values.joined()) { records[$0].from }
        for (day, starts) in beginning.sorted(by: { $0.key < $1.key }) {
            // What is known to lead nowhere new on this day.
            var settled: Set<Int> = []
            for start in starts.sorted() {
                var path: [Int] = []
                var steps: [Int: Int] = [:]
                var next: Int? = place(of: records[start].key, on: day)
                while let place = next, !settled.contains(place) {
                    if let step = steps[place] {
                        let around = Array(path[step...])
                        // A circle in which nothing begins today was found on an earlier day.
                        if let first = around.filter({ records[$0].from == day }).min(),
                            let turn = around.firstIndex(of: first)
                        {
                            let keys = (around[turn...] + around[...turn]).map { records[$0].key }
                            circles.append((place: first, day: day, path: keys))
                        }
                        break
                    }
                    steps[place] = path.count
                    path.append(place)
                    next = above(records[place]).flatMap { self.place(of: $0, on: day) }
                }
                settled.formUnion(path)
            }
        }
        return circles
    }
}
