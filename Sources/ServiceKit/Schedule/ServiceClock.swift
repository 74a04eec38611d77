import Contracts
package import Domain
import Foundation
import Postgres
import Synchronization

/// The time as the service's rules see it: the system's, or the latest event time it has met.
///
/// With event time, a replay of history is evaluated day by day as it happened: before the clock passes into another
/// day, whatever was due until then is run.
package final class ServiceClock: Sendable {
    /// Which time to follow.
    enum Mode: String, Sendable, CaseIterable {
        case system
        case events
    }

    /// Messages that belong to one day, and the time the clock must have reached before they are handled.
    struct Part: Sendable {
        let time: Timestamp?
        let messages: [AnyReceived]
    }

    let mode: Mode
    private let eventTime = Mutex<Timestamp?>(nil)
    private let passing: @Sendable (Timestamp) async throws -> Void

    /// - Parameters:
    ///   - mode: which time to follow.
    ///   - passing: with event time, called with the new time before the clock moves on.
    init(mode: Mode, passing: @escaping @Sendable (Timestamp) async throws -> Void) {
        self.mode = mode
        self.passing = passing
    }

    /// The system's time.
    package static func wallClock() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(
            microsecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000, offsetMinutes: 0)
    }

    /// The time as rules see it. Before the first event of a replay it is the system's.
    func now() -> Timestamp {
        switch mode {
        case .system: Self.wallClock()
        case .events: eventTime.withLock { $0 } ?? Self.wallClock()
        }
    }

    /// Whether the clock says anything yet.
    var hasStarted: Bool { mode == .system || eventTime.withLock { $0 != nil } }

    /// Sets the clock to where a former run of the service left it.
    func resume(at time: Timestamp?) {
        eventTime.withLock { $0 = time }
    }

    /// Splits a batch by business day when the clock follows event time; otherwise it stays whole.
    func parts(of messages: [AnyReceived]) -> [Part] {
        guard mode == .events else { return [Part(time: nil, messages: messages)] }
        var latest = eventTime.withLock { $0 }
        var parts: [Part] = []
        var current: [AnyReceived] = []
        for message in messages {
            if let time = message.body.occurredAt, latest.map({ time > $0 }) ?? true {
                if let before = latest, before.day() != time.day(), !current.isEmpty {
                    parts.append(Part(time: before, messages: current))
                    current = []
                }
                latest = time
            }
            current.append(message)
        }
        if !current.isEmpty { parts.append(Part(time: latest, messages: current)) }
        return parts
    }

    /// Moves the clock on to an event's time; it never goes back.
    func advance(to time: Timestamp?) async throws {
        guard mode == .events, let time else { return }
        guard eventTime.withLock({ $0.map { time > $0 } ?? true }) else { return }
        try await passing(time)
        eventTime.withLock { $0 = max($0 ?? time, time) }
    }
}
