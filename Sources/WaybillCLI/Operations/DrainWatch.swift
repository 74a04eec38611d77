import Contracts
import Foundation
import Messaging
import ServiceKit

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Looks whether anything is still on its way: in a queue, in a service's hands, or in an outbox.
struct DrainWatch: Sendable {
    let session: BrokerSession
    let surroundings: Surroundings

    /// Waits until everything has been empty for a while.
    ///
    /// A service says how deep its outbox is once a second: it must be empty for longer than that.
    ///
    /// - Returns: false when it is not within so many seconds.
    func wait(seconds: Int) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var quiet = 0
        while quiet < 5 {
            guard ContinuousClock.now < deadline else { return false }
            quiet = try await isDrained() ? quiet + 1 : 0
            try await Task.sleep(for: .milliseconds(300))
        }
        return true
    }

    /// Whether nothing waits for a service and nothing is in its hands.
    func isEmpty(_ service: ServiceName) async throws -> Bool {
        guard try await session.status(of: Queues.inbound(service)).messages == 0 else { return false }
        return await values(of: service)["waybill_messages_in_hand"] == "0"
    }

    private func isDrained() async throws -> Bool {
        for service in ServiceName.allCases {
            guard try await isEmpty(service), await values(of: service)["waybill_outbox_depth"] == "0" else {
                return false
            }
        }
        return true
    }

    private func values(of service: ServiceName) async -> [String: String] {
        ServiceEndpoint.values(await ServiceEndpoint.get(surroundings.http(service), "/metrics")?.body ?? "")
    }
}

/// A service's health and metrics, as it says them over HTTP.
enum ServiceEndpoint {
    static func values(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            values[String(line[..<space])] = String(line[line.index(after: space)...])
        }
        return values
    }

    static func get(_ base: String?, _ path: String) async -> (code: Int, body: String)? {
        guard let base, let url = URL(string: base + path) else { return nil }
        var request = URLRequest(url: url)
        request.timeoutInterval = 3
        guard let (data, response) = try? await URLSession.shared.data(for: request),
            let http = response as? HTTPURLResponse
        else { return nil }
        return (http.statusCode, String(decoding: data, as: UTF8.self))
    }
}
