package import Contracts

/// What became of the messages of one type for one reader: sent = handled + dead + discarded + in flight + missing.
package struct LedgerAccount: Equatable, Sendable {
    /// The service that sends the type, or `partner`.
    package let producer: String
    /// The messages' type.
    package let type: String
    /// For whom they are accounted.
    package let reader: ServiceName
    /// How many were sent.
    package var sent: Int64 = 0
    /// How many of them the broker has confirmed.
    package var confirmed: Int64 = 0
    /// How many stand in the reader's dead letters.
    package var dead: Int64 = 0
    /// How many an operator has thrown away.
    package var discarded: Int64 = 0
    /// How many may still be on their way.
    package var inFlight: Int64 = 0
    /// How many are explained by nothing.
    package var missing: Int64 = 0
    /// In how many lanes they are numbered; other systems keep no ledger.
    package var lanes: Int?
    /// How many of them were held against what the reader has.
    package var compared: Int64 = 0
    /// Since when they count: the time from which the reader reads the type, or the day from which readers are compared;
    /// `nil` from the beginning.
    package var since: String?

    /// How many the reader has handled.
    package var handled: Int64 { sent - dead - discarded - inFlight - missing }
}

/// A message that a reader has not handled, as far as it is known; or a range of numbers of which too many are missing to
/// name each.
package struct UnhandledMessage: Hashable, Sendable {
    /// Who has not handled it.
    package let reader: ServiceName
    /// Who sent it.
    package let source: String
    /// Its type.
    package let type: String
    /// Its lane and number; other systems keep no ledger.
    package let lane: Int64?
    /// Its number in the lane; of a range the first.
    package let number: Int64?
    /// The last number of a range.
    package var upto: Int64?
    /// Its identifier, when the sender has said it.
    package var id: String?
    /// When the sender has written it down, RFC 3339.
    package var recordedAt: String?

    /// How many messages it stands for.
    package var count: Int64 { number.flatMap { first in upto.map { $0 - first + 1 } } ?? 1 }

    /// `lane/number`, or `lane/first-last`; `nil` without a lane.
    package var place: String? {
        lane.flatMap { lane in
            number.map { first in
                guard let upto, upto > first else { return "\(lane)/\(first)" }
                return "\(lane)/\(first)-\(upto)"
            }
        }
    }
}

/// One producer's answer to `ledger.sent`.
package struct LedgerSent: Sendable {
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
