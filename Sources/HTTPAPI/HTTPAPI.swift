import Contracts
package import Hummingbird
package import Logging

/// The HTTP API: questions, commands and events for programs, by `/api/v1`.
///
/// It knows no service's schema and decides nothing about rights: it recognises who calls, hands over what they ask or
/// command with their name, and tells what came of it.
package struct HTTPAPI: Sendable {
    /// The longest address that is read.
    private static let longestAddress = 16_384

    private let callers: any CallerRecognising
    private let limiter: RateLimiter
    private let questions: QuestionDesk
    private let commands: CommandDesk
    private let events: EventDesk
    private let hearing: HearingDesk
    private let logger: Logger

    /// - Parameters:
    ///   - callers: who tells who calls.
    ///   - asking: by which services are asked.
    ///   - commanding: by which services are given commands.
    ///   - publishing: by which partners' events are published.
    ///   - intake: how partners' events are looked at before.
    ///   - hearing: by which partners hear what they are told; `nil` when they hear it by AMQP alone.
    ///   - limiter: how much each caller may do.
    ///   - patience: how long an answer to a question is waited for.
    ///   - logger: where to say what goes wrong.
    package init(
        callers: any CallerRecognising, asking: any QuestionAsking, commanding: any CommandGiving,
        publishing: any EventPublishing, intake: EventIntake, hearing: (any PartnerHearing)? = nil,
        limiter: RateLimiter = RateLimiter(), patience: Duration = .seconds(10), logger: Logger
    ) {
        self.callers = callers
        self.limiter = limiter
        questions = QuestionDesk(asking, patience: patience, logger: logger)
        commands = CommandDesk(commanding, logger: logger)
        events = EventDesk(publishing, intake, limiter)
        self.hearing = HearingDesk(hearing, logger: logger)
        self.logger = logger
    }

    /// The answer to a call whose address is one of the API. Whatever goes wrong is a problem detail.
    package func respond(to request: Request) async -> Response {
        do {
            let response = try await answer(request)
            return request.method == .head ? Self.head(of: response) : response
        } catch let problem as Problem {
            return request.method == .head ? Self.head(of: problem.response) : problem.response
        } catch is CancellationError {
            // Whoever called is gone, or the console ends.
            return Problem(.serviceAway, "the console is ending: call again", retryAfter: 5).response
        } catch {
            logger.error("a call failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            return Problem(
                .internalServerError, .message(.internalError), "something is wrong here; it is in the console's log"
            ).response
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        guard request.uri.string.utf8.count <= Self.longestAddress else {
            throw Problem(.addressTooLong, "an address has at most \(Self.longestAddress) bytes")
        }
        guard let address = APIAddress(path: request.uri.path) else {
            throw Problem(
                .noSuchAddress,
                "there is nothing here: \(APIAddress.root)/openapi.json describes what there is")
        }
        guard address.methods.contains(request.method) else {
            var problem = Problem(
                .methodNotAllowed,
                "this address takes \(address.methods.map(\.rawValue).joined(separator: ", "))")
            problem.headers["Allow"] = address.methods.map(\.rawValue).joined(separator: ", ")
            throw problem
        }
        if address == .document { return OpenAPIDocument.response(to: request) }
        let caller = try await caller(request)
        switch address {
        case .document, .questions:
            _ = try caller.person(for: .ask)
            return questions.catalogue(to: request)
        case .question(let service, let name):
            return try await questions.answer(request, caller, service: service, name: name)
        case .command(let type): return try await commands.answer(request, caller, type: type)
        case .events: return try await events.answer(request, caller)
        case .heard: return try await hearing.answer(request, caller)
        }
    }

    private func caller(_ request: Request) async throws -> APICaller {
        guard let caller = try await callers.caller(of: request) else {
            var problem = Problem(
                .notSignedIn, "send a token in the header 'Authorization: Bearer TOKEN', or sign in at the console")
            problem.headers["WWW-Authenticate"] = "Bearer realm=\"waybill\""
            throw problem
        }
        try CrossSite.check(request, caller)
        try limiter.take(1, .calls, of: caller.identity)
        return caller
    }

    private static func head(of response: Response) -> Response {
        var head = response.createHeadResponse()
        if response.body.contentLength == nil { head.headers[.contentLength] = nil }
        return head
    }
}

/// Answers the calls of the API, and hands on all others. Being no route, it also answers for what is not there and for
/// methods that an address does not take, as problem details.
package struct HTTPAPIMiddleware<Context: RequestContext>: RouterMiddleware {
    private let api: HTTPAPI

    /// - Parameter api: the API.
    package init(_ api: HTTPAPI) { self.api = api }

    package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        guard APIAddress.holds(path) else { return try await next(request, context) }
        context.coreContext.endpointPath.value = APIAddress(path: path)?.label ?? "\(APIAddress.root)/…"
        return await api.respond(to: request)
    }
}
