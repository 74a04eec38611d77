import Contracts
package import Hummingbird
package import Logging

/// Answers calls that command, with what has really happened.
///
/// A command is known again by its identifier, which follows from who acts, its type and the key that came along, and by the
/// digest of its data, both of which the service keeps with its answer. So no copy of the console has to remember anything, and
/// none can forget it.
package struct CommandDesk: Sendable {
    private let giving: any CommandGiving
    private let logger: Logger

    /// - Parameters:
    ///   - giving: by which services are given commands.
    ///   - logger: where to say what goes wrong.
    package init(_ giving: any CommandGiving, logger: Logger) { (self.giving, self.logger) = (giving, logger) }

    /// The answer to a command.
    package func answer(_ request: Request, _ caller: APICaller, type: String) async throws -> Response {
        let person = try caller.person(for: .act)
        try request.checkContent(["application/json"])
        let body = try await request.bytes(upTo: JSONLimits.standard.bodyBytes)
        let call = try CommandCall(request, body, type: type, by: person)
        let reply: ActReply?
        do {
            reply = try await giving.give(call.command, within: call.patience)
        } catch let silence as ServiceSilence {
            logger.warning(
                "a command was not given", metadata: ["type": "\(type)", "error": "\(silence.detail)"])
            var problem = Problem(
                .notConfirmed,
                "whether the command was taken is not known: the same again, by the same key, has no second effect",
                retryAfter: 5)
            problem.members = [.init(key: "id", value: .text(call.command.id))]
            throw problem
        }
        guard let reply else { return waiting(call.command) }
        if let refusal = reply.refusal { throw refused(refusal, call.command) }
        return Self.response(
            .ok,
            .members(
                ("status", .text("done")), ("id", .text(call.command.id)), ("type", .text(type)),
                ("person", .text(reply.person)), ("proof", .text(reply.proof?.rawValue)),
                ("repeated", .flag(reply.isRepeated)),
                (
                    "results",
                    .list(
                        reply.results.map { result in
                            .members(("type", .text(result.type.description)), ("data", .written(result.data)))
                        })
                )))
    }

    /// The command is with the broker, and the service has not answered yet.
    private func waiting(_ command: PersonsCommand) -> Response {
        var response = Self.response(
            .accepted,
            .members(
                ("status", .text("waiting")), ("id", .text(command.id)), ("type", .text(command.type.description)),
                (
                    "detail",
                    .text(
                        "\(command.service.rawValue) has not answered yet. The command is kept and takes effect when it is back; "
                            + "the same again, by the same key, gets the answer")
                )))
        response.headers[.retryAfter] = "5"
        return response
    }

    private func refused(_ refusal: Refusal, _ command: PersonsCommand) -> Problem {
        // The identifier of another command: the key was used before for other content.
        let isOther = refusal.reason == .conflictingContent && refusal.path == "id"
        var problem =
            isOther
            ? Problem(
                .keyReused, "a command with other content was carried out by this key: take another key",
                path: "headers.idempotency-key") : Problem(refusal)
        problem.members = [
            .init(key: "id", value: .text(command.id)), .init(key: "command", value: .text(command.type.description)),
        ]
        guard refusal.reason == .internalError else { return problem }
        logger.warning(
            "a service could not carry a command out",
            metadata: ["type": "\(command.type)", "error": "\(refusal.detail)"])
        var hidden = Problem(
            .internalServerError, .message(.internalError),
            "\(command.service.rawValue) could not carry it out; why stands in its log")
        hidden.members = problem.members
        return hidden
    }

    private static func response(_ status: HTTPResponse.Status, _ body: JSONValue) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "application/json", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.bytes)))
    }
}
