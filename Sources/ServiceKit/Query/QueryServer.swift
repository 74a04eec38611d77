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
            let request = try RunQuery(json: delivery.body)
            guard let query = queries.first(where: { $0.name == request.query }) else {
                let known = queries.map(\.name).sorted().joined(separator: ", ")
                throw Refusal(
                    .valueNotAllowed, path: "$.query",
                    "the \(service.rawValue) service has no query '\(request.query)'; it has: \(known)")
            }
            var values: [String: String] = [:]
            for parameter in request.parameters { values[parameter.name] = parameter.value }
            let arguments = QueryArguments(values)
            let tables = try await pool.withTransaction(isReadOnly: true) { transaction in
                try query.handle(arguments, transaction)
            }
            metrics.queries.add(1)
            return .answered(tables, asOf: clock.now())
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
