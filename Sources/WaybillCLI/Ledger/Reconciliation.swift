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

    var handled: Int64 { sent - dead - discarded - inFlight - missing }
}

/// A message that a reader has not handled, as far as it is known.
struct UnhandledMessage: Hashable {
    let reader: ServiceName
    let source: String
    let type: String
    /// Its lane and number; other systems keep no ledger.
    let lane: Int64?
    let number: Int64?
    var id: String?
    var recordedAt: String?

    var place: String? { lane.flatMap { lane in number.map { "\(lane)/\($0)" } } }
}

/// One producer's answer to `ledger.sent`.
struct LedgerSent {
    /// The last number by type and lane.
    private(set) var last: [String: [Int64: Int64]] = [:]
    /// The numbers that the broker has not confirmed, by type and lane.
    private(set) var pending: [String: [Int64: Set<Int64>]] = [:]
    /// Whether there were more of them than an answer holds.
    let isCut: Bool

    init(_ tables: [QueryTable]) {
        let waiting = tables.first { $0.name == "pending" }?.rows ?? []
        isCut = waiting.count >= QueryTable.maximumRows
        for row in tables.first(where: { $0.name == "sent" })?.rows ?? [] {
            guard let type = row.text(0), let lane = row.number(1), let number = row.number(2) else { continue }
            last[type, default: [:]][lane] = number
        }
        for row in waiting {
            guard let type = row.text(0), let lane = row.number(1), let number = row.number(2) else { continue }
            pending[type, default: [:]][lane, default: []].insert(number)
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
    private var holes: [Lane: [Int64]] = [:]
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
            holes[lane, default: []].append(number)
        }
    }

    private static func lane(_ row: QueryRow) -> Lane? {
        guard let source = row.text(0), let type = row.text(1), let lane = row.number(2) else { return nil }
        return Lane(source: source, type: type, lane: lane)
    }

    /// The numbers up to the last one given that were not handled: the holes, and what comes after the highest.
    func unhandled(source: String, type: String, lane: Int64, last: Int64) -> [Int64] {
        let key = Lane(source: source, type: type, lane: lane)
        let high = high[key] ?? 0
        let inside = (holes[key] ?? []).filter { $0 <= last }
        return high >= last ? inside : inside + Array(high + 1...last)
    }
}

extension QueryRow {
    func text(_ index: Int) -> String? { index < values.count ? values[index] : nil }
    func number(_ index: Int) -> Int64? { text(index).flatMap { Int64($0) } }
}
