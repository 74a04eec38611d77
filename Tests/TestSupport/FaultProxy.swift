import Foundation
import Synchronization

/// A TCP proxy on loopback that treats its connections badly, on command.
///
/// It runs on a thread of its own and holds each direction's bytes in memory until it may pass them on.
///
/// ```swift
/// let proxy = try FaultProxy(to: 5672)
/// defer { proxy.stop() }
/// proxy.set(.blackHole)          // both sides stay connected and hear nothing
/// ```
public final class FaultProxy: Sendable {
    /// How bytes are treated, in both directions unless said otherwise.
    public enum Fault: Sendable, Equatable {
        /// Passed on as they come.
        case none
        /// Swallowed: the connection stays, nothing arrives any more, not even when the fault is over.
        case blackHole
        /// Kept: neither side is read any more, so that its sends pile up.
        case stall
        /// What the server says is swallowed; what the client says arrives.
        case halfOpen
        /// Passed on later.
        case latency(Duration)
        /// Passed on later, each piece by another time up to this one, in their order on each connection.
        case jitter(Duration)
        /// Passed on in pieces of so many bytes.
        case slices(Int)
        /// Passed on at so many bytes a second.
        case bandwidth(Int)
        /// Each connection is closed once so many more bytes have passed, both directions together.
        case limit(Int)
    }

    /// Where to cut, told by what passes.
    public struct Cut: Sendable {
        /// Whose bytes are looked at.
        public enum Side: Sendable { case client, server }
        let side: Side
        let pattern: [UInt8]
        let passes: Bool

        /// - Parameters:
        ///   - side: whose bytes are looked at.
        ///   - pattern: cut when these bytes come by.
        ///   - passes: whether they still arrive before everything is cut: a COMMIT that arrives and whose answer
        ///     does not, or one that never arrives.
        public init(_ side: Side, _ pattern: [UInt8], passes: Bool) {
            self.side = side
            self.pattern = pattern
            self.passes = passes
        }
    }

    private struct Orders {
        var fault = Fault.none
        var cut: Cut?
        var resets = 0
        var refuses = false
        var isStopped = false
        var accepted = 0
        var cuts = 0
    }

    /// One direction of a connection.
    private struct Flow {
        var waiting: [(bytes: [UInt8], due: ContinuousClock.Instant)] = []
        var count = 0
        var allowance = 0.0
        var last = ContinuousClock.now
    }

    private final class Pair {
        let client: Int32
        let server: Int32
        var toServer = Flow()
        var toClient = Flow()
        /// How many bytes have passed while there was a limit.
        var passed = 0
        /// Everything is passed on and then both are closed.
        var isEnding = false
        /// Bytes of these sides were swallowed. TCP loses none in the middle: what comes after them must not arrive either.
        var swallowed: Set<Cut.Side> = []

        init(_ client: Int32, _ server: Int32) {
            self.client = client
            self.server = server
        }
    }

    /// The port to connect to instead.
    public let port: Int
    private let target: sockaddr_in
    private let listener: Int32
    private let orders = Mutex(Orders())

    /// Listens on a free loopback port and begins.
    ///
    /// - Parameters:
    ///   - target: the port behind it.
    ///   - host: the IPv4 address behind it.
    public init(to target: Int, at host: String = "127.0.0.1") throws {
        self.target = Self.address(host, target)
        (listener, port) = try Self.listening()
        Thread { [self] in run() }.start()
    }

    /// Treats all connections so from now on.
    public func set(_ fault: Fault) { orders.withLock { $0.fault = fault } }

    /// Cuts the next connection on which a pattern comes by, once.
    public func cut(_ cut: Cut) { orders.withLock { $0.cut = cut } }

    /// Resets all connections there are (RST).
    public func reset() { orders.withLock { $0.resets += 1 } }

    /// Whether new connections are closed at once.
    public func refuse(_ refuses: Bool) { orders.withLock { $0.refuses = refuses } }

    /// How many connections came so far.
    public var accepted: Int { orders.withLock { $0.accepted } }

    /// How many were cut by a pattern.
    public var cuts: Int { orders.withLock { $0.cuts } }

    /// Closes everything and ends the thread.
    public func stop() { orders.withLock { $0.isStopped = true } }

    // MARK: The thread

    private func run() {
        var pairs: [Pair] = []
        var resets = 0
        while true {
            let now = orders.withLock { $0 }
            if now.isStopped {
                for pair in pairs { Self.close(pair) }
                Foundation.close(listener)
                return
            }
            if now.resets > resets {
                resets = now.resets
                for pair in pairs { Self.close(pair, abruptly: true) }
                pairs = []
            }
            wait(pairs, now.fault)
            accept(&pairs, now.refuses)
            pairs.removeAll { !step($0, now.fault) }
        }
    }

    private func wait(_ pairs: [Pair], _ fault: Fault) {
        var descriptors = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
        if fault != .stall {
            for pair in pairs {
                descriptors.append(pollfd(fd: pair.client, events: Int16(POLLIN), revents: 0))
                descriptors.append(pollfd(fd: pair.server, events: Int16(POLLIN), revents: 0))
            }
        }
        // Orders and delayed bytes are looked after every millisecond.
        let isBusy = pairs.contains { $0.toClient.count > 0 || $0.toServer.count > 0 }
        _ = poll(&descriptors, nfds_t(descriptors.count), isBusy ? 1 : 5)
    }

    private func accept(_ pairs: inout [Pair], _ refuses: Bool) {
        while true {
            let client = Foundation.accept(listener, nil, nil)
            guard client >= 0 else { return }
            orders.withLock { $0.accepted += 1 }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = target
            let isConnected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            guard isConnected, !refuses else {
                Foundation.close(client)
                Foundation.close(server)
                continue
            }
            for descriptor in [client, server] {
                _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
                var yes: Int32 = 1
                setsockopt(
                    descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            }
            pairs.append(Pair(client, server))
        }
    }

    /// - Returns: whether the pair goes on.
    private func step(_ pair: Pair, _ fault: Fault) -> Bool {
        if fault != .stall, !pair.isEnding {
            let heardClient = hear(pair.client, .client, pair, fault)
            let heardServer = hear(pair.server, .server, pair, fault)
            if !heardClient || !heardServer {
                // In a black hole nobody learns that the other has gone.
                guard fault == .blackHole || fault == .halfOpen else {
                    pair.isEnding = true
                    return end(pair, fault)
                }
            }
        }
        guard pass(&pair.toServer, pair.server, fault, pair), pass(&pair.toClient, pair.client, fault, pair) else {
            Self.close(pair)
            return false
        }
        return pair.isEnding ? end(pair, fault) : true
    }

    private func end(_ pair: Pair, _ fault: Fault) -> Bool {
        _ = pass(&pair.toServer, pair.server, fault, pair)
        _ = pass(&pair.toClient, pair.client, fault, pair)
        guard pair.toServer.count == 0, pair.toClient.count == 0 else { return true }
        Self.close(pair)
        return false
    }

    /// - Returns: false when that side has gone.
    private func hear(_ descriptor: Int32, _ side: Cut.Side, _ pair: Pair, _ fault: Fault) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return false }
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            var bytes = Array(buffer[..<count])
            if let cut = orders.withLock({ $0.cut }), cut.side == side, let place = bytes.firstRange(of: cut.pattern) {
                orders.withLock {
                    $0.cut = nil
                    $0.cuts += 1
                }
                bytes = cut.passes ? bytes : Array(bytes[..<place.lowerBound])
                pair.isEnding = true
                if side == .server, cut.passes { pair.toClient = Self.adding(bytes, to: pair.toClient, .zero) }
                if side == .client { pair.toServer = Self.adding(bytes, to: pair.toServer, .zero) }
                return true
            }
            if fault == .blackHole || (fault == .halfOpen && side == .server) { pair.swallowed.insert(side) }
            if pair.swallowed.contains(side) { continue }
            var delay = Duration.zero
            if case .latency(let latency) = fault { delay = latency }
            if case .jitter(let most) = fault { delay = most * Double.random(in: 0...1) }
            if side == .client {
                pair.toServer = Self.adding(bytes, to: pair.toServer, delay)
            } else {
                pair.toClient = Self.adding(bytes, to: pair.toClient, delay)
            }
        }
    }

    private static func adding(_ bytes: [UInt8], to flow: Flow, _ delay: Duration) -> Flow {
        var flow = flow
        flow.waiting.append((bytes, .now + delay))
        flow.count += bytes.count
        return flow
    }

    /// - Returns: false when that side has gone, or has been given all that the limit allows.
    private func pass(_ flow: inout Flow, _ descriptor: Int32, _ fault: Fault, _ pair: Pair) -> Bool {
        let now = ContinuousClock.now
        var most = Int.max
        switch fault {
        case .bandwidth(let rate):
            let elapsed = (now - flow.last).components
            flow.allowance += (Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18) * Double(rate)
            flow.allowance = min(flow.allowance, Double(rate))
            most = Int(flow.allowance)
        case .slices(let size): most = size
        case .stall: most = 0
        case .limit(let limit): most = max(0, limit - pair.passed)
        default: break
        }
        flow.last = now
        while most > 0, let (bytes, due) = flow.waiting.first, due <= now {
            let part = bytes.prefix(most)
            let sent = part.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent < 0 { return errno == EAGAIN || errno == EINTR }
            flow.count -= sent
            flow.allowance -= Double(sent)
            most -= sent
            if case .limit(let limit) = fault {
                pair.passed += sent
                if pair.passed >= limit { return false }
            }
            if sent == bytes.count {
                flow.waiting.removeFirst()
            } else {
                flow.waiting[0].bytes.removeFirst(sent)
            }
            if case .slices = fault { break }
        }
        return true
    }

    private static func close(_ pair: Pair, abruptly: Bool = false) {
        for descriptor in [pair.client, pair.server] {
            if abruptly {
                var now = linger(l_onoff: 1, l_linger: 0)
                setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
            }
            Foundation.close(descriptor)
        }
    }

    /// Listens on a free loopback port; the descriptor does not block.
    static func listening() throws -> (descriptor: Int32, port: Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var local = address("127.0.0.1", 0)
        let isBound = withUnsafePointer(to: &local) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound, listen(listener, 64) == 0 else { throw ProxyFailure() }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &local) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(listener, $0, &length) }
        }
        _ = fcntl(listener, F_SETFL, O_NONBLOCK)
        return (listener, Int(UInt16(bigEndian: local.sin_port)))
    }

    private static func address(_ host: String, _ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr = in_addr(s_addr: inet_addr(host))
        return address
    }
}

/// A proxy or another server of the tests could not listen.
public struct ProxyFailure: Error {}
