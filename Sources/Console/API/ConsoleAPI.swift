import HTTPAPI
import Messaging
import ServiceKit
import ServiceLifecycle

/// The HTTP API as the console mounts it, over the broker as the edge's user.
struct ConsoleAPI: Sendable {
    /// What answers.
    let api: HTTPAPI
    /// What runs as long as the console does: the connections for partners' events and queues, and the reading of the file
    /// of partners at SIGHUP.
    let running: [any Service]

    /// - Parameters:
    ///   - parts: what the console stands on.
    ///   - settings: what the console was told.
    ///   - source: where that was read from, to read the file of partners again.
    ///   - services: the services over the broker.
    init(_ parts: ConsoleParts, _ settings: ConsoleSettings, of source: Settings, _ services: BrokerServices) {
        let partners = Current(settings.partners)
        let publisher = Publisher(configuration: settings.broker, logger: parts.logger)
        let ears = PartnerEars(as: settings.broker)
        api = HTTPAPI(
            callers: ConsoleCallers(parts: parts) { partners.value }, asking: BrokerQuestions(services.client),
            commanding: BrokerCommands(as: settings.broker), publishing: publisher,
            intake: EventIntake { partners.value.registry }, hearing: UntilShutdown(ears: ears), logger: parts.logger)
        running = [
            KeptUp { await publisher.run() }, KeptUp { await ears.run() },
            Reread(logger: parts.logger) {
                let next = try KnownPartners(source)
                return { partners.replace(with: next) }
            },
        ]
    }
}

/// Work that goes on by itself until the console is shut down.
struct KeptUp: Service {
    /// The work; it ends when it is cancelled.
    let work: @Sendable () async -> Void

    /// - Parameter work: as the property.
    init(_ work: @escaping @Sendable () async -> Void) { self.work = work }

    func run() async { await cancelWhenGracefulShutdown { await work() } }
}

/// Hands partners what stands in their queues; a call that waits ends at once when the console is shut down.
private struct UntilShutdown: PartnerHearing {
    let ears: PartnerEars

    func hear(
        _ partner: String, acknowledging receipt: String?, most: Int, within patience: Duration
    ) async throws -> PartnerMessages {
        let heard: PartnerMessages? = try await cancelWhenGracefulShutdown { [ears] in
            try await ears.hear(partner, acknowledging: receipt, most: most, within: patience)
        }
        guard let heard else { throw CancellationError() }
        return heard
    }
}
