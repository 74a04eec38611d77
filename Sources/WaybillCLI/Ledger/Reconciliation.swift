import Contracts

/// What became of the messages of one type for one reader: sent = handled + dead + discarded + in flight + missing.
struct LedgerAccount: Equatable {
    let producer: String
    let type: String
    let reader: ServiceName
    var sent: Int64 = 0
    var confirmed: Int64 = 0
    var dead: Int64 = 0
    var discarded: Int64 = 0
    var inFlight: Int64 = 0
    var missing: Int64 = 0
    /// In how many lanes they are numbered; other systems keep no ledger.
    var lanes: Int?
    /// How many of them were held against what the reader has.
    var compared: Int64 = 0
    /// Since when they count: the time from which the reader reads the type, or the day from which readers are compared;
    /// `nil` from the beginning.
    var since: String?

    var handled: Int64 { sent - dead - discarded - inFlight - missing }
}

/// A message that a reader has not handled, as far as it is known; or a range of numbers of which too many are missing to
/// name each.
struct UnhandledMessage: Hashable {
    let reader: ServiceName
    let source: String
    let type: String
    /// Its lane and number; other systems keep no ledger.
    let lane: Int64?
    let number: Int64?
    /// The last number of a range.
    var upto: Int64?
    var id: String?
    var recordedAt: String?

    var count: Int64 { number.flatMap { first in upto.map { $0 - first + 1 } } ?? 1 }

    var place: String? {
        lane.flatMap { lane in
            number.map { first in
                guard let upto, upto > first else { return "\(lane)/\(first)" }
                return "\(lane)/\(first)-\(upto)"
            }
        }
    }
}

/// One producer's answer to `ledger.sent`.
struct LedgerSent {
    private struct Reader: Hashable {
        let type: String
        let reader: String
    }

    /// The last number by type and lane.
    private(set) var last: [String: [Int64: Int64]] = [:]
    /// The numbers that the broker has not confirmed, by type and lane.
    private(set) var pending: [String: [Int64: Set<Int64>]] = [:]
    /// Since when the service itself reads a type; a type that it has read from the beginning has no time.
    private(set) var reading: [String: String] = [:]
    private var since: [Reader: String?] = [:]
    private var first: [Reader: [Int64: Int64]] = [:]
    /// Whether the service keeps account of its readers; one of an earlier build does not.
    private let hasReaders: Bool
    /// Whether there were more of them than an answer holds.
    let isCut: Bool

    init(_ tables: [QueryTable]) {
        func rows(_ name: String) -> [QueryRow]? { tables.first { $0.name == name }?.rows }
        let waiting = rows("pending") ?? []
        isCut = waiting.count >= QueryTable.maximumRows
        for row in rows("sent") ?? [] {
            guard let type = row.text(0), let lane = row.number(1), let number = row.number(2) else { continue }
            last[type, default: [:]][lane] = number
        }
        for row in waiting {
            guard let type = row.text(0), let lane = row.number(1), let number = row.number(2) else { continue }
            pending[type, default: [:]][lane, default: []].insert(number)
        }
        let readers = rows("readers")
        hasReaders = readers != nil
        for row in readers ?? [] {
            guard let type = row.text(0), let name = row.text(1) else { continue }
            let reader = Reader(type: type, reader: name)
            since.updateValue(row.text(2), forKey: reader)
            if let lane = row.number(3), let number = row.number(4) { first[reader, default: [:]][lane] = number }
        }
        for row in rows("reading") ?? [] {
            if let type = row.text(0), let time = row.text(1) { reading[type] = time }
        }
    }

    /// Since when a reader reads a type; `nil` from the beginning.
    func since(_ type: String, _ reader: ServiceName) -> String? {
        since[Reader(type: type, reader: reader.rawValue)].flatMap { $0 }
    }

    /// Whether the service sends a type to a reader, as far as it knows. A build that is older than the reader does not.
    func knows(_ type: String, _ reader: ServiceName) -> Bool {
        !hasReaders || since[Reader(type: type, reader: reader.rawValue)] != nil
    }

    /// The numbers by lane that a reader is to handle.
    func expected(_ type: String, _ reader: ServiceName) -> [(lane: Int64, numbers: ClosedRange<Int64>)] {
        guard knows(type, reader) else { return [] }
        let firsts = first[Reader(type: type, reader: reader.rawValue)] ?? [:]
        return (last[type] ?? [:]).sorted { $0.key < $1.key }.compactMap { lane, last in
            let start = firsts[lane] ?? 1
            return start <= last ? (lane, start...last) : nil
        }
    }
}

/// One reader's answer to `ledger.handled`.
struct LedgerHandled {
    private struct Lane: Hashable {
        let source: String
        let type: String
        let lane: Int64
    }

    private var high: [Lane: Int64] = [:]
    private var holes: [Lane: [ClosedRange<Int64>]] = [:]
    let isCut: Bool

    init(_ tables: [QueryTable]) {
        let missing = tables.first { $0.name == "holes" }?.rows ?? []
        isCut = missing.count >= QueryTable.maximumRows
        for row in tables.first(where: { $0.name == "handled" })?.rows ?? [] {
            guard let lane = Self.lane(row), let number = row.number(3) else { continue }
            high[lane] = number
        }
        for row in missing {
            guard let lane = Self.lane(row), let number = row.number(3) else { continue }
            // An earlier build answers with single numbers.
            holes[lane, default: []].append(number...max(number, row.number(4) ?? number))
        }
    }

    private static func lane(_ row: QueryRow) -> Lane? {
        guard let source = row.text(0), let type = row.text(1), let lane = row.number(2) else { return nil }
        return Lane(source: source, type: type, lane: lane)
    }

    /// Of the numbers that are expected those that were not handled, as ranges: the holes, and what comes after the highest.
    func unhandled(
        source: String, type: String, lane: Int64, expected: ClosedRange<Int64>
    ) -> [ClosedRange<Int64>] {
        let key = Lane(source: source, type: type, lane: lane)
        var ranges = holes[key] ?? []
        let high = high[key] ?? 0
        if high < expected.upperBound { ranges.append(high + 1...expected.upperBound) }
        return ranges.filter { $0.overlaps(expected) }.map { $0.clamped(to: expected) }
    }
}

extension QueryRow {
    func text(_ index: Int) -> String? { index < values.count ? values[index] : nil }
    func number(_ index: Int) -> Int64? { text(index).flatMap { Int64($0) } }
}
