import BrokerLayout
import Contracts
import Foundation
import Hummingbird
package import Messaging

/// Hands partners what stands in their queues, by a session with the broker for each that listens.
///
/// What was handed over stays unacknowledged on its session until the partner says, by the receipt, that it has kept it. A
/// partner that says nothing is handed the same again; one that does not call for a while lets its session go, and the
/// messages go back to the queue for whichever copy of the console it calls next. So each is told at least once.
package actor PartnerEars: PartnerHearing {
    /// How long a session waits for its partner's next call.
    package static let memory = Duration.seconds(120)

    private struct Ear {
        let session: BrokerSession
        /// What was handed over and is not acknowledged.
        var handed: [Delivery] = []
        /// What stands for them.
        var receipt: String?
        /// What has come and was not handed over yet.
        var waiting: [Delivery] = []
        var lastCall = ContinuousClock.now
    }

    private let user: BrokerConfiguration
    private var ears: [String: Ear] = [:]
    private var busy: Set<String> = []

    /// - Parameter user: the broker as a user who may read partners' queues.
    package init(as user: BrokerConfiguration) { self.user = user }

    /// Lets sessions go whose partners do not call any more, until it is cancelled; then all.
    package func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(5))
            for (partner, ear) in ears where ContinuousClock.now - ear.lastCall > Self.memory {
                ears[partner] = nil
                await ear.session.close()
            }
        }
        let all = ears
        ears = [:]
        for ear in all.values { await ear.session.close() }
    }

    package func hear(
        _ partner: String, acknowledging receipt: String?, most: Int, within patience: Duration
    ) async throws -> PartnerMessages {
        guard busy.insert(partner).inserted else {
            throw Problem(
                .conflict, .message(.wrongState), "another call listens for this partner already: one at a time",
                retryAfter: 5)
        }
        defer { busy.remove(partner) }
        var ear: Ear
        if let known = ears.removeValue(forKey: partner) { ear = known } else { ear = try await open(partner) }
        do {
            if let receipt, receipt == ear.receipt, let last = ear.handed.last {
                try await ear.session.acknowledge(last.tag, isMultiple: true)
                (ear.handed, ear.receipt) = ([], nil)
            }
            if ear.handed.isEmpty {
                if ear.waiting.isEmpty { ear.waiting = try await ear.session.next(within: patience) }
                ear.handed = Array(ear.waiting.prefix(most))
                ear.waiting.removeFirst(ear.handed.count)
                ear.receipt = ear.handed.isEmpty ? nil : UUID().uuidString.lowercased()
            }
        } catch {
            await ear.session.close()
            throw ServiceSilence(.away, "\(error)")
        }
        ear.lastCall = .now
        ears[partner] = ear
        return PartnerMessages(messages: ear.handed, receipt: ear.receipt)
    }

    private func open(_ partner: String) async throws -> Ear {
        let session: BrokerSession
        do {
            session = try await BrokerSession.connect(user)
        } catch {
            throw ServiceSilence(.away, "\(error)")
        }
        do {
            try await session.subscribe(Queues.partner(partner), prefetch: HearingDesk.mostMessages)
            return Ear(session: session)
        } catch {
            await session.close()
            guard error.replyCode == 404 else { throw ServiceSilence(.away, "\(error)") }
            throw Problem(
                .noSuchAddress,
                "partner '\(partner)' has no queue: its settings do not have \"queue\": true, or it is not made yet")
        }
    }
}
