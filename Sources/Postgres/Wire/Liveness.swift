import Synchronization

/// Whether a connection can still be used: written on its own thread, read from any without a visit to it.
final class Liveness: Sendable {
    private let flag = Atomic(true)

    var isAlive: Bool { flag.load(ordering: .acquiring) }

    func end() { flag.store(false, ordering: .releasing) }
}
