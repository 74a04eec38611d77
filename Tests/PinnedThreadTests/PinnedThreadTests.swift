import CSystemShims
import Foundation
import PinnedThread
import Synchronization
import Testing

/// Remembers on which threads things happened.
private final class Sightings: Sendable {
    private let threads = Mutex<[String: Set<Int64>]>([:])

    func note(_ what: String) {
        let thread = waybill_thread_id()
        threads.withLock { _ = $0[what, default: []].insert(thread) }
    }

    func threads(of what: String) -> Set<Int64> { threads.withLock { $0[what] ?? [] } }
}

/// A stand-in for a C handle: what matters is where its deinitialiser runs.
private struct Handle: ~Copyable {
    let sightings: Sightings

    deinit { sightings.note("closed") }
}

private actor Owner {
    private let thread = PinnedThread(name: "owner")
    private let handle: Handle
    private let sightings: Sightings
    private var bytes: [UInt8] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ sightings: Sightings) {
        self.sightings = sightings
        handle = Handle(sightings: sightings)
    }

    isolated deinit {
        sightings.note("owner gone")
        thread.stop()
    }

    func work() { sightings.note("worked") }

    func watch(_ descriptor: Int32) {
        thread.whenIdle { [weak self] readiness in
            guard let self else { return Wait() }
            return self.assumeIsolated { $0.turn(descriptor, readiness) }
        }
    }

    private func turn(_ descriptor: Int32, _ readiness: Readiness) -> Wait {
        if readiness.isReadable {
            sightings.note("read")
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = read(descriptor, &buffer, 64)
            if count > 0 { bytes += buffer.prefix(count) }
        }
        if readiness.isTimeUp { sightings.note("time") }
        return Wait(descriptor: descriptor, timeout: .milliseconds(5))
    }

    func received() -> [UInt8] { bytes }
}

@Suite("A pinned thread", .timeLimit(.minutes(1)))
struct PinnedThreadTests {
    @Test("runs every job of its actor on one thread, and that is not the caller's")
    func everyJobOnOneThread() async {
        let sightings = Sightings()
        let owner = Owner(sightings)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { await owner.work() } }
        }
        #expect(sightings.threads(of: "worked").count == 1)
        #expect(!sightings.threads(of: "worked").contains(waybill_thread_id()))
    }

    @Test("runs the owner's deinitialiser and the C close on that same thread")
    func closesOnItsThread() async throws {
        let sightings = Sightings()
        var owner: Owner? = Owner(sightings)
        await owner?.work()
        owner = nil
        try await until("the handle is closed") { !sightings.threads(of: "closed").isEmpty }
        #expect(sightings.threads(of: "closed") == sightings.threads(of: "worked"))
        #expect(sightings.threads(of: "owner gone") == sightings.threads(of: "worked"))
    }

    @Test("wakes for its descriptor and for the time that is up")
    func wakesForItsDescriptor() async throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        defer {
            close(reading)
            close(writing)
        }
        let sightings = Sightings()
        let owner = Owner(sightings)
        await owner.work()
        await owner.watch(reading)
        try await until("the timer fired") { !sightings.threads(of: "time").isEmpty }
        #expect(write(writing, "abc", 3) == 3)
        try await until("the bytes were read") { await owner.received() == Array("abc".utf8) }
        #expect(sightings.threads(of: "read") == sightings.threads(of: "worked"))
    }

    @Test("gives thread and descriptor back")
    func leaksNothing() async throws {
        func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        let before = try descriptors()
        for _ in 0..<50 {
            let sightings = Sightings()
            await Owner(sightings).work()
            try await until("the owner is gone") { !sightings.threads(of: "owner gone").isEmpty }
        }
        // Other suites of this process open descriptors at the same time: fifty leaked ones would still show.
        try await until("the wake-up descriptors are closed") { try descriptors() < before + 25 }
    }

    /// Waits for a condition, and says which one did not come true within ten seconds.
    private func until(_ what: String, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await !condition() {
            try #require(ContinuousClock.now < deadline, "not in time: \(what)")
            await Task.yield()
        }
    }
}
