import BrokerLayout
package import Client
package import Contracts
package import Messaging

/// Looks whether anything is still on its way: in a queue, in a service's hands, or in an outbox.
package struct DrainWatch: Sendable {
    private let session: BrokerSession
    private let environment: CommandEnvironment

    /// - Parameters:
    ///   - session: with the broker, as the operator.
    ///   - environment: where the services say how they are.
    package init(session: BrokerSession, environment: CommandEnvironment) {
        (self.session, self.environment) = (session, environment)
    }

    /// What of one service is still on its way; -1 where it does not say.
    private struct Rest {
        let service: ServiceName
        let waiting: Int
        let inHand: Int
        let unpublished: Int

        var isNothing: Bool { waiting == 0 && inHand == 0 && unpublished == 0 }

        var text: String {
            func number(_ count: Int) -> String { count < 0 ? "?" : String(count) }
            return "\(service.rawValue) \(number(waiting)) waiting, \(number(inHand)) in hand, "
                + "\(number(unpublished)) to publish"
        }
    }

    /// Waits until everything has been empty for a while, and tells every two seconds what is left.
    ///
    /// A service says how deep its outbox is once a second: it must be empty for longer than that.
    ///
    /// - Parameters:
    ///   - seconds: how long at most.
    ///   - left: told what is left.
    /// - Returns: false when it is not empty by then.
    package func wait(seconds: Int, left: (String) -> Void) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var quiet = 0
        var nextWord = ContinuousClock.now + .seconds(2)
        while quiet < 5 {
            guard ContinuousClock.now < deadline else { return false }
            let rest = try await rest()
            quiet = rest.isEmpty ? quiet + 1 : 0
            if !rest.isEmpty, ContinuousClock.now >= nextWord {
                left("on their way: " + rest.map(\.text).joined(separator: "; "))
                nextWord = .now + .seconds(2)
            }
            try await Task.sleep(for: .milliseconds(300))
        }
        return true
    }

    /// Whether nothing waits for a service and nothing is in its hands.
    package func isEmpty(_ service: ServiceName) async throws -> Bool {
        guard try await session.status(of: Queues.inbound(service)).messages == 0 else { return false }
        return await values(of: service)["waybill_messages_in_hand"] == "0"
    }

    /// The services of which something is still on its way.
    private func rest() async throws -> [Rest] {
        var found: [Rest] = []
        for service in ServiceName.allCases {
            let waiting = try await session.status(of: Queues.inbound(service)).messages
            let values = await values(of: service)
            func number(_ name: String) -> Int { values[name].flatMap { Int($0) } ?? -1 }
            found.append(
                Rest(
                    service: service, waiting: waiting, inHand: number("waybill_messages_in_hand"),
                    unpublished: number("waybill_outbox_depth")))
        }
        return found.filter { !$0.isNothing }
    }

    private func values(of service: ServiceName) async -> [String: String] {
        ServiceEndpoint.values(await ServiceEndpoint.get(environment.http(service), "/metrics")?.body ?? "")
    }
}
