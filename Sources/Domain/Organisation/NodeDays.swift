/// Days, as stretches that neither overlap nor touch.
package struct DaySpans: Sendable, Equatable {
    /// Days without a beginning or an end are told by these.
    private static let always = Int(Int32.min)...Int(Int32.max)

    private var spans: [ClosedRange<Int>]

    /// No day.
    package static let none = DaySpans(spans: [])

    private init(spans: [ClosedRange<Int>]) { self.spans = spans }

    /// The days from one to another, both included; without one of them there is no bound.
    package init(from: CalendarDay?, until: CalendarDay?) {
        let first = from.map { Int($0.daysSinceEpoch) } ?? Self.always.lowerBound
        let last = until.map { Int($0.daysSinceEpoch) } ?? Self.always.upperBound
        spans = first <= last ? [first...last] : []
    }

    /// Whether it is no day.
    package var isEmpty: Bool { spans.isEmpty }

    /// Whether it is every day.
    package var isAlways: Bool { spans == [Self.always] }

    /// The stretches, the earliest first; a bound that there is not is `nil`.
    package var stretches: [(from: CalendarDay?, until: CalendarDay?)] {
        spans.map { span in
            (
                span.lowerBound == Self.always.lowerBound
                    ? nil : CalendarDay(daysSinceEpoch: Int32(clamping: span.lowerBound)),
                span.upperBound == Self.always.upperBound
                    ? nil : CalendarDay(daysSinceEpoch: Int32(clamping: span.upperBound))
            )
        }
    }

    /// The days of either.
    package func union(_ other: DaySpans) -> DaySpans {
        var merged: [ClosedRange<Int>] = []
        for span in (spans + other.spans).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, span.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, span.upperBound)
            } else {
                merged.append(span)
            }
        }
        return DaySpans(spans: merged)
    }

    /// The days of both.
    package func intersection(_ other: DaySpans) -> DaySpans {
        DaySpans(
            spans: spans.flatMap { span in
                other.spans.filter { $0.overlaps(span) }.map { $0.clamped(to: span) }
            }
        )
    }

    /// Whether it has a day.
    package func contains(_ day: CalendarDay) -> Bool { spans.contains { $0.contains(Int(day.daysSinceEpoch)) } }
}

extension OrganisationBook {
    /// On which days each node was one that counts, or lay below one; nodes without such a day are left out.
    ///
    /// Before its first day and after its last a node is where it was on that day: what is dated so, such as a payment that
    /// comes after a branch was closed, belongs to somebody still.
    ///
    /// - Parameter counts: whether a node counts by itself while a record of it holds.
    package func days(ofWhatCounts counts: (NodeRecord) -> Bool) -> [String: DaySpans] {
        var known: [String: DaySpans] = [:]
        var waiting: Set<String> = []
        func days(_ id: String) -> DaySpans {
            if let days = known[id] { return days }
            // Of what comes one by one, the half may be a circle.
            guard let places = nodeLives.places[id], waiting.insert(id).inserted else { return .none }
            var all = DaySpans.none
            for (index, place) in places.enumerated() {
                let record = nodeLives.records[place]
                let own = DaySpans(
                    from: index == 0 ? nil : record.from, until: index == places.count - 1 ? nil : record.until)
                all = all.union(counts(record) ? own : record.parent.map { own.intersection(days($0)) } ?? .none)
            }
            waiting.remove(id)
            known[id] = all
            return all
        }
        for id in nodeLives.places.keys { _ = days(id) }
        return known.filter { !$0.value.isEmpty }
    }

    /// On which days each node was a node or lay below it.
    package func days(within node: String) -> [String: DaySpans] { days { $0.id.hasSameBytes(as: node) } }
}
