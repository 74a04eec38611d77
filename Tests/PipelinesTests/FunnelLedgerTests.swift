import Domain
import Pipelines
import Testing

@Suite("The funnel of any day")
struct FunnelLedgerTests {
    private static func day(_ text: String) -> CalendarDay { CalendarDay(text) ?? CalendarDay(daysSinceEpoch: 0) }

    @Test("a day, a month and a year begin where they do")
    func buckets() {
        let found = DayBuckets.buckets(of: Self.day("2024-02-29")).map { "\($0.grain) \($0.first)" }
        #expect(found == ["day 2024-02-29", "month 2024-02-01", "year 2024-01-01"])
        let first = DayBuckets.spans(upTo: Self.day("2026-01-01"))
        #expect(first.map(\.to) == ["2025-01-01", "2025-12-01", "2026-01-01"].map(Self.day))
        #expect(first.map(\.from) == [nil, Self.day("2026-01-01"), Self.day("2026-01-01")])
    }

    @Test("every day is in the buckets up to a day exactly once when it is not after it, and never otherwise")
    func once() {
        let start = Self.day("2023-11-20")
        for end in stride(from: 0, to: 900, by: 7) {
            let spans = DayBuckets.spans(upTo: start.adding(days: end))
            for offset in stride(from: 0, to: 900, by: 3) {
                let day = start.adding(days: offset)
                let times = DayBuckets.buckets(of: day).filter { bucket in
                    spans.contains { span in
                        span.grain == bucket.grain && bucket.first <= span.to
                            && (span.from.map { $0 <= bucket.first } ?? true)
                    }
                }
                #expect(times.count == (offset <= end ? 1 : 0), "\(day) up to \(start.adding(days: end))")
            }
        }
    }

    @Test("it is what counting one by one says, whatever came when")
    func counted() {
        var chance = SystemRandomNumberGenerator()
        let start = Self.day("2024-01-01")
        var ledger = FunnelLedger<Int>()
        var things: [(place: Int, amount: FixedDecimal?, from: CalendarDay, until: CalendarDay?)] = []
        for _ in 0..<400 {
            let from = start.adding(days: Int.random(in: 0..<800, using: &chance))
            let until = Bool.random(using: &chance) ? from.adding(days: Int.random(in: 0..<300, using: &chance)) : nil
            let amount =
                Int.random(in: 0..<5, using: &chance) == 0
                ? nil : FixedDecimal(units: Int128(Int.random(in: 0..<1_000_000, using: &chance)))
            let place = Int.random(in: 0..<4, using: &chance)
            things.append((place, amount, from, until))
            ledger.add(place, amount: amount, from: from, until: until)
        }
        for offset in stride(from: -10, to: 1_200, by: 11) {
            let day = start.adding(days: offset)
            var wanted: [Int: FunnelLedger<Int>.Standing] = [:]
            for thing in things where thing.from <= day && (thing.until.map { day < $0 } ?? true) {
                var sum = wanted[thing.place] ?? .init()
                sum.count += 1
                if let amount = thing.amount { sum.amount = sum.amount + amount } else { sum.withoutAmount += 1 }
                wanted[thing.place] = sum
            }
            #expect(ledger.standing(on: day) == wanted, "\(day)")
        }
    }
}
