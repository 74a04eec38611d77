import Foundation
import Synchronization

/// A server on loopback that speaks just enough AMQP 0-9-1 to be taken for a broker, and misbehaves on command.
///
/// It runs on a thread of its own. What it confirmed, was given back and heard is on record, so that a test can tell
/// what a client believes from what is true.
///
/// ```swift
/// let broker = try FakeBroker()
/// defer { broker.stop() }
/// broker.behave(.halfMessage)     // every connection gets half a message, and then only heartbeats
/// broker.behave(.well)            // the next connection is a good one
/// ```
public final class FakeBroker: Sendable {
    /// What it does wrong. Each connection suffers it once it is ready, or, where a publish is concerned, with each
    /// publish; what concerns the beginning of a connection holds for new ones.
    public enum Misbehaviour: String, Sendable, CaseIterable, CustomStringConvertible {
        case well = "behaves well"
        // The beginning of a connection.
        case silentAfterConnect = "says nothing at all"
        case silentAfterStartOk = "says nothing after start-ok"
        case refusesLogin = "refuses the login with 403"
        case closesAfterStartOk = "closes the socket after start-ok"
        // Reading no more.
        case alarm = "reads no more, having said connection.blocked, and sends heartbeats"
        case unannouncedAlarm = "reads no more and sends heartbeats"
        // Beginning what it does not end.
        case halfMessage = "sends half a message, then heartbeats"
        case halfFrame = "sends half a frame, then nothing"
        case endlessFrame = "sends half a frame, then heartbeats inside of it"
        case cancelsConsumer = "ends the subscription, its queue having been deleted"
        // What has no place in the protocol.
        case bodyWithoutHeader = "sends a body that no header announced"
        case headerWithoutMethod = "sends a header that no method announced"
        case headerOfOtherClass = "sends a header of another class with every property set"
        case bodyTooLong = "sends more of a body than its header announced"
        case messageInMessage = "begins a message in the middle of another"
        case interleavedConfirm = "confirms in the middle of a message"
        case deliveryOnUnopenedChannel = "delivers on a channel that was not opened"
        case confirmOnUnopenedChannel = "confirms on a channel that was not opened"
        case unknownMethod = "calls a method that does not exist"
        case wrongFrameEnd = "ends a frame with a wrong byte"
        case garbageFrameKind = "sends a frame of no known kind"
        case oversizedFrame = "sends a frame beyond the maximum"
        case channelCloseInMessage = "closes the channel in the middle of a message"
        case heartbeatsInMessage = "sends heartbeats in the middle of a message"
        case skipsDelivery = "leaves a delivery out, and sends the next"
        // Confirms of what was not published.
        case confirmsNeverUsed = "confirms a message that was never published"
        case confirmsAllEver = "confirms everything up to the highest number there is"
        case confirmsZero = "confirms everything by the number 0"
        case confirmsEarly = "confirms ten messages before one was published"
        case confirmsTwice = "confirms each message twice"
        case confirmsThree = "confirms the third message, then those up to the second, and no more"

        /// The misbehaviour in words.
        public var description: String { rawValue }

        /// Whether it meets a connection at its beginning.
        public var isAtConnect: Bool {
            switch self {
            case .silentAfterConnect, .silentAfterStartOk, .refusesLogin, .closesAfterStartOk: true
            default: false
            }
        }
    }

    /// What happened so far.
    public struct Record: Sendable {
        /// Connections accepted.
        public internal(set) var accepted = 0
        /// Connections that ended.
        public internal(set) var ended = 0
        /// How often it misbehaved after a connection's beginning.
        public internal(set) var misbehaved = 0
        /// Heartbeats sent.
        public internal(set) var heartbeats = 0
        /// Heartbeats heard.
        public internal(set) var heardHeartbeats = 0
        /// The identifiers of messages that it truly confirmed.
        public internal(set) var confirmed: Set<String> = []
        /// What was published, confirmed or not.
        public internal(set) var published: [FakeMessage] = []
        /// The identifiers of deliveries that were acknowledged.
        public internal(set) var acknowledged: [String] = []
        /// What it was given and has not delivered, or has back.
        var waiting: [FakeMessage] = []
    }

    private struct Orders {
        var misbehaviour = Misbehaviour.well
        /// Counts the orders, so that each connection obeys each of them once.
        var number = 0
        var drops = 0
        var isStopped = false
    }

    /// The port to connect to.
    public let port: Int
    private let listener: Int32
    private let wakeReader: Int32
    private let wakeWriter: Int32
    private let orders = Mutex(Orders())
    private let book = Mutex(Record())

    /// Listens on a free loopback port, begins, and behaves well.
    public init() throws {
        (listener, port) = try FaultProxy.listening()
        // A small window, so that a client notices soon when nothing is read.
        var window: Int32 = 65_536
        setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &window, socklen_t(MemoryLayout<Int32>.size))
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw ProxyFailure() }
        (wakeReader, wakeWriter) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        Thread { [self] in run() }.start()
    }

    deinit {
        close(wakeReader)
        close(wakeWriter)
    }

    /// Behaves so from now on.
    ///
    /// - Parameter dropping: whether the connections there are end at once, so that the beginning of new ones is met.
    public func behave(_ misbehaviour: Misbehaviour, dropping: Bool = false) {
        order {
            $0.misbehaviour = misbehaviour
            $0.number += 1
            if dropping { $0.drops += 1 }
        }
    }

    /// Has a message delivered to whoever is subscribed, again and again until it is acknowledged.
    public func give(_ message: FakeMessage) {
        note { $0.waiting.append(message) }
        order { _ in }
    }

    /// What happened so far.
    public var record: Record { book.withLock { $0 } }

    /// Closes everything and ends the thread.
    public func stop() { order { $0.isStopped = true } }

    private func order(_ change: (inout Orders) -> Void) {
        orders.withLock { change(&$0) }
        var byte: UInt8 = 1
        // A full pipe wakes as well as one more byte.
        _ = write(wakeWriter, &byte, 1)
    }

    // MARK: The thread

    /// Writes down what happened; for the connections.
    @discardableResult
    func note<Result>(_ change: (inout Record) -> Result) -> Result {
        book.withLock { change(&$0) }
    }

    private func run() {
        var peers: [FakePeer] = []
        var drops = 0
        while true {
            wait(peers)
            let now = orders.withLock { $0 }
            if now.isStopped {
                for peer in peers { peer.end() }
                close(listener)
                return
            }
            if now.drops > drops {
                drops = now.drops
                for peer in peers { peer.end() }
                peers = []
            }
            accept(&peers)
            peers.removeAll { peer in
                if peer.step(now.misbehaviour, order: now.number) { return false }
                peer.end()
                return true
            }
        }
    }

    private func wait(_ peers: [FakePeer]) {
        var descriptors = [
            pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0),
        ]
        for peer in peers { descriptors.append(pollfd(fd: peer.descriptor, events: peer.events, revents: 0)) }
        // Heartbeats are due every second.
        _ = poll(&descriptors, nfds_t(descriptors.count), 100)
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(wakeReader, &bytes, bytes.count) > 0 {}
        for (peer, state) in zip(peers, descriptors.dropFirst(2)) {
            peer.isGone = state.revents & Int16(POLLHUP | POLLERR) != 0
        }
    }

    private func accept(_ peers: inout [FakePeer]) {
        while true {
            let descriptor = Foundation.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            var yes: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            note { $0.accepted += 1 }
            peers.append(FakePeer(descriptor, self))
        }
    }
}
