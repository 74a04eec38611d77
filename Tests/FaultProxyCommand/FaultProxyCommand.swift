import Foundation
import TestSupport

/// The fault proxy as a program, for tests that are not written in Swift.
///
/// usage: FaultProxyCommand HOST:PORT…
///
/// Prints one line with the loopback ports that lead to the given addresses, in their order, then obeys the lines that
/// come on standard input, `NUMBER FAULT`, counted from 1:
///
///     none  blackhole  stall  halfopen  latency MILLISECONDS  jitter MILLISECONDS  slices BYTES
///     bandwidth BYTES_A_SECOND  limit BYTES  reset  refuse  accept  cut-commit  cut-commit-answer  cut-confirm  cut-acknowledgement
///
/// It ends when its input does.
@main
enum FaultProxyCommand {
    static func main() throws {
        var proxies: [FaultProxy] = []
        for target in CommandLine.arguments.dropFirst() {
            let parts = target.split(separator: ":")
            guard parts.count == 2, let port = Int(parts[1]) else { complain("'\(target)' is not HOST:PORT") }
            proxies.append(try FaultProxy(to: port, at: String(parts[0])))
        }
        guard !proxies.isEmpty else { complain("usage: FaultProxyCommand HOST:PORT…") }
        let ports = proxies.map { String($0.port) }.joined(separator: " ")
        FileHandle.standardOutput.write(Data((ports + "\n").utf8))
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 2, let number = Int(words[0]), proxies.indices.contains(number - 1),
                obey(proxies[number - 1], words[1], words.dropFirst(2).first.flatMap { Int($0) })
            else {
                FileHandle.standardError.write(Data("not understood: \(line)\n".utf8))
                continue
            }
        }
        for proxy in proxies { proxy.stop() }
    }

    /// - Returns: whether the order was understood.
    private static func obey(_ proxy: FaultProxy, _ fault: String, _ amount: Int?) -> Bool {
        switch (fault, amount) {
        case ("none", _): proxy.set(.none)
        case ("blackhole", _): proxy.set(.blackHole)
        case ("stall", _): proxy.set(.stall)
        case ("halfopen", _): proxy.set(.halfOpen)
        case ("latency", let amount?): proxy.set(.latency(.milliseconds(amount)))
        case ("jitter", let amount?): proxy.set(.jitter(.milliseconds(amount)))
        case ("slices", let amount?): proxy.set(.slices(amount))
        case ("bandwidth", let amount?): proxy.set(.bandwidth(amount))
        case ("limit", let amount?): proxy.set(.limit(amount))
        case ("reset", _): proxy.reset()
        case ("refuse", _): proxy.refuse(true)
        case ("accept", _): proxy.refuse(false)
        case ("cut-commit", _): proxy.cut(.init(.client, Array("commit\0".utf8), passes: false))
        case ("cut-commit-answer", _): proxy.cut(.init(.server, Array("COMMIT\0".utf8), passes: false))
        // basic.ack of class 60, method 80, from the broker and from us.
        case ("cut-confirm", _): proxy.cut(.init(.server, [0, 60, 0, 80], passes: false))
        case ("cut-acknowledgement", _): proxy.cut(.init(.client, [0, 60, 0, 80], passes: false))
        default: return false
        }
        return true
    }

    private static func complain(_ text: String) -> Never {
        FileHandle.standardError.write(Data((text + "\n").utf8))
        exit(64)
    }
}
