import Contracts
import Logging
import Messaging
import Postgres

/// Answers a service's questions, which come as messages and go back as messages.
struct QueryServer: Sendable {
    let service: ServiceName
    let queries: [Query]
    let pool: PostgresPool
    let clock: ServiceClock
    let metrics: ServiceMetrics
    let logger: Logger

    /// The answer to one request: a reply with tables, or with the reason for which there are none; nothing when the
    /// service shuts down before it could begin, so that another copy answers.
    func answer(_ delivery: Delivery) async -> QueryReply? {
        do {
            try Principals.checkEdge(delivery)
            let request = try RunQuery(json: delivery.body)
            guard let query = queries.first(where: { $0.name == request.query }) else {
                let known = queries.map(\.name).sorted().joined(separator: ", ")
                throw Refusal(
                    .valueNotAllowed, path: "$.query",
                    "the \(service.rawValue) service has no query '\(request.query)'; it has: \(known)")
            }
            let now = clock.now()
            let tables = try await pool.withTransaction(isReadOnly: true) { transaction in
                try query.answer(request.parameters, now: now, transaction)
            }
            metrics.queries.add(1)
            return .answered(tables, asOf: now)
        } catch let refusal as Refusal {
            return .refused(
                reason: refusal.reason.rawValue, detail: "\(refusal.path): \(refusal.detail)", asOf: clock.now())
        } catch is CancellationError {
            return nil
        } catch {
            logger.warning("a query failed", metadata: ["error": "\(error)"])
            return .refused(
                reason: Reason.internalError.rawValue,
                detail: "the \(service.rawValue) service could not answer: \(error)", asOf: clock.now())
        }
    }
}
