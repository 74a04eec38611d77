import BrokerLayout
import Contracts
import Domain
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
    /// Where it is noted who was told personal data, and who was denied an answer.
    var audit: AuditBook?
    /// What partners may ask; `nil` when none of them may.
    var partners: PartnerQuestions?
    /// Whose numbers messages name, by the settings of partners.
    var publishers = Publishers.any
    let logger: Logger

    /// Where the answer to a request goes: to whom it names, but a partner's to that partner's own queue.
    func addressee(_ delivery: Delivery) -> String? {
        guard PartnerQuestions.asks(delivery) else { return delivery.properties.replyTo }
        return partners?.partner(of: delivery).map { Queues.partner($0.name) }
    }

    /// The body of the answer to one request, ours or a partner's.
    func reply(_ delivery: Delivery) async -> [UInt8]? {
        guard PartnerQuestions.asks(delivery) else { return await answer(delivery)?.encode() }
        do {
            guard let partners, let partner = partners.partner(of: delivery) else {
                throw Refusal(.publisherUnknown, path: "properties.user_id", "who asks cannot be told")
            }
            let question = try partners.question(delivery, by: partner)
            guard let query = queries.first(where: { $0.name == AcceptanceQuestions.ask.name }) else {
                throw Refusal(.internalError, path: "$", "the \(service.rawValue) service does not decide on orders")
            }
            let now = clock.now()
            let tables = try await pool.withTransaction(isReadOnly: true) { transaction in
                try query.answer(question.parameters, now: now, transaction)
            }
            metrics.queries.add(1)
            return try question.answer(tables, at: now).encode()
        } catch is CancellationError {
            return nil
        } catch {
            let refusal =
                error as? Refusal
                ?? Refusal(.internalError, path: "$", "the question cannot be answered now: ask again")
            if !(error is Refusal) { logger.warning("a partner's question failed", metadata: ["error": "\(error)"]) }
            return QuestionRefused(
                refused: refusal.reason.rawValue, path: DeadLetter.shortened(refusal.path),
                detail: String(refusal.detail.prefix(2_000))
            ).encode()
        }
    }

    /// The answer to one request: a reply with tables, or with the reason for which there are none; nothing when the
    /// service shuts down before it could begin, so that another copy answers.
    func answer(_ delivery: Delivery) async -> QueryReply? {
        var asked: RunQuery?
        var asker = QuestionAsker.unknown
        do {
            asker = try Principals.asker(of: delivery)
            let request = try RunQuery(json: delivery.body)
            asked = request
            guard let query = queries.first(where: { $0.name == request.query }) else {
                let known = queries.map(\.name).sorted().joined(separator: ", ")
                throw Refusal(
                    .valueNotAllowed, path: "$.query",
                    "the \(service.rawValue) service has no query '\(request.query)'; it has: \(known)")
            }
            let now = clock.now()
            let publishers = publishers
            let answer = try await pool.withTransaction(isReadOnly: true) { [asker] transaction in
                try query.answerWithRule(
                    request.parameters, now: now, lines: request.lines,
                    references: { try publishers.references(ofImported: $0) }, asker: asker,
                    isExport: request.isExport, transaction)
            }
            metrics.queries.add(1)
            // What an answer does not carry nobody has seen.
            let reply = QueryReply.answered(answer.tables, asOf: now)
            audit?.seen(
                reply.tables, to: request, query.description, by: Principal(asking: delivery), under: answer.rule)
            return reply
        } catch let refusal as Refusal {
            if [.notAuthorised, .publisherUnknown].contains(refusal.reason) {
                metrics.denied(refusal)
                await note(refusal, of: delivery, asked, by: asker)
            }
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

    /// Notes that a question was denied. One that could not be read names nothing that it is about.
    private func note(_ refusal: Refusal, of delivery: Delivery, _ asked: RunQuery?, by asker: QuestionAsker) async {
        guard let audit else { return }
        let request = asked ?? (try? RunQuery(json: delivery.body))
        let question = request.flatMap { request in queries.first { $0.name == request.query } }?.description
        audit.denied(
            request?.query ?? "", request.map { AuditedAnswer.object(of: $0, question) } ?? .unnamed, refusal,
            isAct: false, by: Principal(asking: delivery),
            under: await rule(
                denying: question, request?.isExport == true ? .export : .see, to: asker))
    }

    /// By what somebody was denied a question: the version of the policy, and the line that takes what is asked for.
    private func rule(
        denying question: QueryDescription?, _ right: PermissionRight, to asker: QuestionAsker
    ) async -> AuditRule {
        let known = try? await pool.withTransaction(isReadOnly: true) { try PeopleReplica.known($0) }
        guard let known, let policy = try? known.policy else { return .none }
        let line = question.flatMap { question in
            asker.asPermitted.flatMap {
                known.sight(of: $0, right, question.shows, by: policy, on: clock.now().day()).refusing
            }
        }
        return AuditRule(line: line, policyVersion: Int64(policy.version))
    }
}

extension Principal {
    /// Who asks, as far as the broker has verified it: the user who is logged in, or whom the edge speaks for.
    init?(asking delivery: Delivery) {
        guard let user = DeadLetter.verifiedUser(of: delivery) else { return nil }
        if user == BrokerUsers.edge, let person = delivery.properties.headers[BrokerUsers.onBehalfOf]?.text {
            self.init(person: person, proof: .edge, user: user)
        } else {
            self.init(person: user, proof: .user, user: user)
        }
    }
}
