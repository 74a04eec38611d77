import Contracts
package import Hummingbird
import Messaging

/// Answers calls that bring a partner's events: only once the broker has said of each that it is safely there.
package struct EventDesk: Sendable {
    /// What became of an event.
    private enum Fate {
        /// The broker has it, on every queue that it goes to.
        case accepted
        /// It was not published.
        case refused(Refusal)
        /// Nobody knows, or nobody takes it: it is to be published again under the same id.
        case notConfirmed(String)
    }

    private let publishing: any EventPublishing
    private let intake: EventIntake
    private let limiter: RateLimiter

    /// - Parameters:
    ///   - publishing: by which events are published.
    ///   - intake: how they are looked at before.
    ///   - limiter: how many of them one partner may bring in a time.
    package init(_ publishing: any EventPublishing, _ intake: EventIntake, _ limiter: RateLimiter) {
        (self.publishing, self.intake, self.limiter) = (publishing, intake, limiter)
    }

    /// The answer to a call with one event or several.
    package func answer(_ request: Request, _ caller: APICaller) async throws -> Response {
        let partner = try caller.partner(for: .publish)
        if let parameter = try AddressText.parameters(request.uri.query).first {
            throw Problem(
                Refusal(
                    .valueNotAllowed, path: "parameters.\(parameter.name)",
                    "events take no '\(parameter.name)'; all that is said of one stands in it"), status: .badRequest)
        }
        let events = try await EventCall.events(request, intake, of: partner)
        try limiter.take(events.count, .events, of: caller.identity)
        let fates = await publish(events)
        if EventCall.isBatch(request) { return try Self.answer(events, fates) }
        guard let event = events.first, let fate = fates.first else {
            throw Problem(.badRequest, "there is no event")
        }
        switch fate {
        case .accepted: return Self.response(Self.json(event, fate, at: nil))
        case .refused(let refusal): throw Problem(refusal)
        case .notConfirmed(let why): throw Self.notConfirmed(why)
        }
    }

    private func publish(_ events: [TakenEvent]) async -> [Fate] {
        var messages: [Outgoing] = []
        for event in events { if case .success(let message) = event.outcome { messages.append(message) } }
        var outcomes = await publishing.publish(messages)[...]
        return events.map { event in
            switch event.outcome {
            case .failure(let refusal): .refused(refusal)
            case .success: Self.fate(outcomes.popFirst())
            }
        }
    }

    private static func fate(_ outcome: PublishOutcome?) -> Fate {
        switch outcome {
        case .confirmed: .accepted
        case .tooLarge:
            .refused(
                Refusal(.bodyTooLarge, path: "$", "the event's attributes do not fit into a frame, nor will they ever"))
        case .returned: .notConfirmed("no service takes this type now")
        case .refused: .notConfirmed("the broker did not take it")
        case .unknown, nil: .notConfirmed("the broker has not said that it has it")
        }
    }

    // MARK: Telling

    private static func notConfirmed(_ why: String) -> Problem {
        Problem(
            .notConfirmed, "\(why): publish it again under the same id, which has no second effect", retryAfter: 5)
    }

    /// The answer to a batch. Good events are published whatever stands beside them; the status is that of the worst.
    private static func answer(_ events: [TakenEvent], _ fates: [Fate]) throws -> Response {
        var (accepted, refused, open) = (0, 0, 0)
        for fate in fates {
            switch fate {
            case .accepted: accepted += 1
            case .refused: refused += 1
            case .notConfirmed: open += 1
            }
        }
        let told = JSONValue.list(zip(events, fates).enumerated().map { json($1.0, $1.1, at: $0) })
        let counts: [JSONValue.Member] = [
            .init(key: "accepted", value: .number(accepted)), .init(key: "refused", value: .number(refused)),
            .init(key: "notConfirmed", value: .number(open)), .init(key: "events", value: told),
        ]
        guard refused + open > 0 else { return response(.object(counts)) }
        var problem =
            open > 0
            ? Problem(
                .notConfirmed,
                "of \(events.count) events \(accepted) were taken, \(refused) refused and \(open) not confirmed: publish the "
                    + "last again under the same ids", retryAfter: 5)
            : Problem(
                .unprocessableContent, .message(firstReason(fates)),
                "of \(events.count) events \(accepted) were taken and \(refused) refused: 'events' says which and why")
        problem.members = counts
        throw problem
    }

    private static func firstReason(_ fates: [Fate]) -> Reason {
        for fate in fates { if case .refused(let refusal) = fate { return refusal.reason } }
        return .internalError
    }

    private static func json(_ event: TakenEvent, _ fate: Fate, at place: Int?) -> JSONValue {
        let named: [(String, JSONValue?)] = [
            ("index", place.map { .number($0) }), ("id", .text(event.id)), ("source", .text(event.source)),
            ("type", .text(event.type)),
        ]
        let unknown = event.unknownFields.isEmpty ? nil : JSONValue.texts(event.unknownFields)
        switch fate {
        case .accepted:
            return .of(named + [("status", .text("accepted")), ("unknownFields", unknown)])
        case .refused(let refusal):
            return .of(
                named + [
                    ("status", .text("refused")), ("reason", .text(refusal.reason.rawValue)),
                    ("title", .text(refusal.reason.title)), ("path", .text(refusal.path)),
                    ("detail", .text(refusal.detail)),
                ])
        case .notConfirmed(let why):
            return .of(
                named + [
                    ("status", .text("not-confirmed")), ("reason", .text(CallReason.notConfirmed.rawValue)),
                    ("detail", .text(why)),
                ])
        }
    }

    private static func response(_ body: JSONValue) -> Response {
        Response(
            status: .accepted,
            headers: [
                .contentType: "application/json", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.bytes)))
    }
}
