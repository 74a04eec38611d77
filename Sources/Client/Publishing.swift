package import Messaging

/// Publishes while something is done.
///
/// - Parameters:
///   - user: as whom.
///   - body: what is done; the publisher ends with it.
package func withPublisher<Result: Sendable>(
    as user: BrokerConfiguration, _ body: @Sendable @escaping (Publisher) async throws -> Result
) async throws -> Result {
    let publisher = Publisher(
        configuration: user, confirmTimeout: .seconds(30), logger: CommandEnvironment.quiet)
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask {
            await publisher.run()
            return nil
        }
        group.addTask { try await body(publisher) }
        defer { group.cancelAll() }
        while let result = try await group.next() {
            if let result { return result }
        }
        throw Failure("nothing could be published")
    }
}
