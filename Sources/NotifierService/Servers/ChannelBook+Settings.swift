import Channels
import Contracts
import Domain
import ServiceKit

extension ChannelBook {
    /// The servers of the file of channels.
    ///
    /// - Parameters:
    ///   - settings: what the file says; `nil` when there is none.
    ///   - domain: the domain of those who have a mailbox by their login.
    init(_ settings: ChannelSettings?, domain: String?) {
        self.init(
            settings?.entries.values.map { Server($0.kind, perMinute: $0.perMinute, targets: $0.targets, $0.channel) }
                ?? [], nodes: settings?.nodes ?? [:], domain: domain)
    }

    /// What hands over by each server.
    func workers(_ planner: HandoverPlanner, _ writer: HandoverWriter, turn: Duration) -> [HandoverWorker] {
        servers.sorted { $0.key < $1.key }.map { HandoverWorker($0.value, planner, writer, turn: turn) }
    }
}

extension StandingWork {
    /// One server's handing over.
    init(_ worker: HandoverWorker) {
        self.init("handovers by \(worker.name)") { pool, now, logger in try await worker.pass(pool, at: now, logger) }
    }
}
