import BrokerLayout
import Contracts
import Messaging

/// Counts the refused messages that wait for somebody to act, by a connection that is made when somebody looks first.
actor DeadLetterCount {
    private let service: ServiceName
    private let broker: BrokerConfiguration
    private var session: BrokerSession?

    init(of service: ServiceName, _ broker: BrokerConfiguration) {
        (self.service, self.broker) = (service, broker)
    }

    /// How many wait now. What somebody is looking at stands there again a moment later, and is not counted meanwhile.
    func current() async throws -> Int {
        do {
            let session = try await connected()
            return try await session.status(of: Queues.dead(service)).messages
        } catch {
            session = nil
            throw error
        }
    }

    private func connected() async throws -> BrokerSession {
        if let session { return session }
        let session = try await BrokerSession.connect(broker)
        self.session = session
        return session
    }
}
