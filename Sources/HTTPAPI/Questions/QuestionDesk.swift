import Client
import Contracts
import Domain
package import Hummingbird
package import Logging

/// Answers calls that ask.
package struct QuestionDesk: Sendable {
    private let asking: any QuestionAsking
    private let patience: Duration
    private let logger: Logger

    /// - Parameters:
    ///   - asking: by which services are asked.
    ///   - patience: how long an answer is waited for.
    ///   - logger: where to say what goes wrong.
    package init(_ asking: any QuestionAsking, patience: Duration, logger: Logger) {
        (self.asking, self.patience, self.logger) = (asking, patience, logger)
    }

    /// The catalogue.
    package func catalogue(to request: Request) -> Response {
        Self.tagged(request, EntityTag.weak(CatalogueJSON.questions), CatalogueJSON.questions)
    }

    /// The answer to a question: one page as JSON, or CSV.
    package func answer(
        _ request: Request, _ caller: APICaller, service: String, name: String
    ) async throws -> Response {
        let call = try QuestionCall(request, service: service, name: name)
        let person = try caller.person(for: .ask)
        switch call.form {
        case .json: return try await page(request, call, person)
        case .csv:
            _ = try caller.person(for: .export)
            return try await rows(call, person)
        }
    }

    // MARK: JSON

    private func page(_ request: Request, _ call: QuestionCall, _ person: String) async throws -> Response {
        let reply = try await ask(call, call.parameters, person)
        let tables = AnswerJSON.tables(reply.tables, of: call.question)
        let asOf = reply.asOf.inZone().description
        let body = JSONValue.members(
            ("service", .text(call.service.rawValue)), ("question", .text(call.question.name)),
            ("asOf", .text(asOf)), ("tables", .written(tables)))
        var response = Self.tagged(request, EntityTag.weak(tables), body.bytes)
        response.headers.set("Waybill-As-Of", asOf)
        let ends = reply.tables.compactMap(\.next)
        if ends.count == 1 { response.headers.set("Link", "<\(call.address(after: ends[0]))>; rel=\"next\"") }
        return response
    }

    /// A body with its tag, or that whoever asks has it already.
    private static func tagged(_ request: Request, _ tag: String, _ body: [UInt8]) -> Response {
        var response =
            EntityTag.matches(tag, in: request.headers[.ifNoneMatch])
            ? Response(status: .notModified)
            : Response(
                status: .ok, headers: [.contentType: "application/json", .xContentTypeOptions: "nosniff"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        if response.status == .notModified { response.headers[.contentLength] = nil }
        response.headers[.eTag] = tag
        response.headers[.cacheControl] = "private, no-cache"
        response.headers[.vary] = "Authorization, Cookie, Accept"
        return response
    }

    // MARK: CSV

    /// Rows as they come, page by page. The first page is asked before anything is told, so that a refusal is one; what goes
    /// wrong later breaks the answer off, which whoever reads it notices by its missing end.
    private func rows(_ call: QuestionCall, _ person: String) async throws -> Response {
        let isPage = call["limit"] != nil
        var parameters = call.parameters.filter { $0.name != QueryDescription.totals }
        if !isPage, case .integer(let sizes)? = call.question.parameter("limit")?.kind {
            parameters.append(QueryParameter(name: "limit", value: String(sizes.upperBound)))
        }
        let reply = try await ask(call, parameters, person, isExport: true)
        guard let first = reply.tables.first(where: { call.table == nil || $0.name == call.table }) else {
            throw Problem(
                Refusal(
                    .valueNotAllowed, path: "parameters.\(QuestionCall.tableParameter)",
                    "there is no such table: the answer has "
                        + reply.tables.map(\.name).joined(separator: ", ")), status: .badRequest)
        }
        var response = Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8; header=present", .cacheControl: "private, no-store",
                .xContentTypeOptions: "nosniff", .vary: "Authorization, Cookie, Accept",
            ], body: body(first, call, parameters, person, isPage: isPage))
        response.headers[.contentDisposition] =
            "attachment; filename=\"\(call.service.rawValue)-\(call.question.name).csv\""
        response.headers.set("Waybill-As-Of", reply.asOf.inZone().description)
        if !first.blanked.isEmpty {
            response.headers.set("Waybill-Withheld", first.blanked.map(ProgramForm.key).joined(separator: ", "))
        }
        if isPage, let next = first.next {
            response.headers.set("Link", "<\(call.address(after: next))>; rel=\"next\"")
        }
        // What is told as the first rows only has no end that could be asked for.
        if first.isCut, first.next == nil { response.headers.set("Waybill-Cut", "true") }
        return response
    }

    private func body(
        _ first: QueryTable, _ call: QuestionCall, _ parameters: [QueryParameter], _ person: String, isPage: Bool
    ) -> ResponseBody {
        let described = call.question.answer(first.name)
        let kinds = first.columns.map { described?.kind(of: $0.name) }
        let cursor = call.question.cursor ?? "after"
        let names = first.columns.map(\.name)
        let head = (call.isMarked ? "\u{FEFF}" : "") + CSVText.line(names, names.map { _ in .text })
        @Sendable func lines(_ table: QueryTable) -> String {
            let told = table.columns.map(\.kind)
            return table.rows.map { row in
                CSVText.line(
                    row.values.prefix(kinds.count).indices.map { place in
                        row.values[place].map { ProgramForm.value($0, kinds[place], told[place]) } ?? ""
                    }, told)
            }.joined()
        }
        return ResponseBody { writer in
            try await writer.write(ByteBuffer(string: head + lines(first)))
            var page = first
            while !isPage, let next = page.next {
                let reply = try await ask(
                    call, parameters.filter { $0.name != cursor } + [QueryParameter(name: cursor, value: next)], person,
                    isExport: true)
                guard let found = reply.tables.first(where: { $0.name == first.name }), found.next != next,
                    found.columns.map(\.name) == names
                else {
                    logger.warning(
                        "a list went on otherwise than it began; its answer is broken off",
                        metadata: ["question": "\(call.question.name)"])
                    throw Problem(.badAnswer, "the list went on otherwise than it began")
                }
                page = found
                try await writer.write(ByteBuffer(string: lines(page)))
            }
            try await writer.finish(nil)
        }
    }

    // MARK: Asking

    private func ask(
        _ call: QuestionCall, _ parameters: [QueryParameter], _ person: String, isExport: Bool = false
    ) async throws -> QueryReply {
        let reply: QueryReply
        do {
            reply = try await asking.ask(
                PersonsQuestion(
                    service: call.service, name: call.question.name, parameters: parameters, isExport: isExport,
                    person: person), within: patience)
        } catch let silence as ServiceSilence {
            logger.warning(
                "a question was not answered",
                metadata: [
                    "service": "\(call.service.rawValue)", "question": "\(call.question.name)",
                    "error": "\(silence.detail)",
                ])
            throw silence.problem(of: call.service)
        }
        guard reply.status == .answered else { throw refused(reply, call) }
        guard !call.question.isOfOne || reply.tables.contains(where: { !$0.rows.isEmpty }) else {
            throw Problem(
                .notFound, .message(.notFound), "\(call.service.rawValue) knows nothing of that name that you may see")
        }
        return reply
    }

    /// The problem of a question that the service has refused. What went wrong within a service is not told here.
    private func refused(_ reply: QueryReply, _ call: QuestionCall) -> Problem {
        let reason = reply.reason.flatMap(Reason.init(rawValue:)) ?? .internalError
        let said = reply.detail ?? ""
        guard reason != .internalError else {
            logger.warning(
                "a service could not answer",
                metadata: [
                    "service": "\(call.service.rawValue)", "question": "\(call.question.name)", "error": "\(said)",
                ])
            return Problem(
                .internalServerError, .message(.internalError),
                "\(call.service.rawValue) could not answer; why stands in its log")
        }
        let (path, detail) = Self.parts(of: said)
        let status = reason.status == .unprocessableContent ? .badRequest : reason.status
        return Problem(status, .message(reason), detail, path: path)
    }

    /// The place and the words of a refusal, which services tell in one text.
    package static func parts(of text: String) -> (path: String?, detail: String) {
        guard let colon = text.firstRange(of: ": ") else { return (nil, text) }
        let path = text[..<colon.lowerBound]
        guard path.hasPrefix("$") || ["parameters.", "headers.", "properties."].contains(where: path.hasPrefix),
            !path.contains(" ")
        else { return (nil, text) }
        return (String(path), String(text[colon.upperBound...]))
    }
}
