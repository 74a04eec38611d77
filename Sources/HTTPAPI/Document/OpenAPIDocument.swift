import Contracts
import Hummingbird

/// The HTTP API as an OpenAPI 3.1 document, made from the catalogue of questions and the contracts.
///
/// `waybill contracts openapi` writes it to `docs/contracts/openapi.json`, which a test compares with what is made here.
package enum OpenAPIDocument {
    /// Its text for people, as it is committed.
    package static func text() -> String { value.lines }

    private static let bytes = value.bytes
    private static let tag = EntityTag.weak(bytes)

    /// The answer to who asks for it. It tells nothing that is not in every copy of the program, so nobody need be signed in.
    static func response(to request: Request) -> Response {
        guard !EntityTag.matches(tag, in: request.headers[.ifNoneMatch]) else {
            var same = Response(status: .notModified, headers: [.eTag: tag, .cacheControl: "no-cache"])
            same.headers[.contentLength] = nil
            return same
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/json", .eTag: tag, .cacheControl: "no-cache",
                .xContentTypeOptions: "nosniff",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// The whole document.
    package static let value = JSONValue.members(
        ("openapi", .text("3.1.0")),
        (
            "info",
            .members(
                ("title", .text("Waybill")), ("version", .text("1")),
                (
                    "description",
                    .text(
                        "Questions, commands and events by HTTP: docs/contracts/http-api.md explains it. Every failure is a "
                            + "problem detail (RFC 9457) with the code of the reason. Paths of questions may end in .csv."
                    )
                ))
        ),
        ("servers", .list([.members(("url", .text("/")))])),
        ("security", .list([.members(("token", .list([]))), .members(("session", .list([])))])),
        ("paths", .of(paths)),
        (
            "components",
            .members(
                (
                    "securitySchemes",
                    .members(
                        ("token", .members(("type", .text("http")), ("scheme", .text("bearer")))),
                        (
                            "session",
                            .members(
                                ("type", .text("apiKey")), ("in", .text("cookie")), ("name", .text("__Host-waybill")))
                        ))
                ),
                ("responses", OpenAPISchemas.responses), ("schemas", OpenAPISchemas.all))
        ))

    // MARK: Paths

    private static var paths: [(String, JSONValue?)] {
        let root = APIAddress.root
        let questions = ServiceName.allCases.flatMap { service in
            QueryCatalogue.questions(of: service).sorted { $0.name < $1.name }.map { question in
                ("\(root)/\(service.rawValue)/\(question.name)", Optional(path(of: question, service)))
            }
        }
        let commands = OpenAPISchemas.commands.map { contract in
            ("\(root)/commands/\(contract.type)", Optional(path(of: contract)))
        }
        return [
            ("\(root)/openapi.json", get("openapi", "This document.", "API", "Any", signedIn: false)),
            ("\(root)/questions", get("questions", "Every question that may be asked.", "API", "Catalogue")),
        ] + questions + commands + [("\(root)/events", events), ("\(root)/partner/events", heard)]
    }

    private static func get(
        _ name: String, _ summary: String, _ tag: String, _ schema: String, signedIn: Bool = true
    ) -> JSONValue {
        .members(
            (
                "get",
                .members(
                    ("operationId", .text(name)), ("summary", .text(summary)), ("tags", .texts([tag])),
                    ("security", signedIn ? nil : .list([])),
                    (
                        "responses",
                        responses(
                            [("200", json(summary, reference(schema))), ("304", unchanged)],
                            signedIn ? [401, 403, 429] : [])
                    ))
            ))
    }

    private static func path(of question: QueryDescription, _ service: ServiceName) -> JSONValue {
        var parameters = question.parameters.map { OpenAPISchemas.parameter($0, isCursor: $0.name == question.cursor) }
        parameters.append(
            OpenAPISchemas.parameter(
                QuestionCall.tableParameter, .members(("type", .text("string"))),
                "Of an answer as CSV with several tables: which one."))
        let answer = JSONValue.members(
            ("description", .text(question.help)),
            (
                "headers",
                .members(
                    ("ETag", header("Names the content; send it back as If-None-Match.")),
                    ("Waybill-As-Of", header("The time that the answer is of.")),
                    ("Link", header("The next page, where there is one.")))
            ),
            (
                "content",
                .members(
                    ("application/json", .members(("schema", OpenAPISchemas.answer(of: question, service)))),
                    ("text/csv", .members(("schema", .members(("type", .text("string")))))))
            ))
        return .members(
            (
                "get",
                .members(
                    ("operationId", .text(identifier("\(service.rawValue) \(question.name)"))),
                    ("summary", .text(question.help)), ("tags", .texts([service.rawValue])),
                    ("parameters", .list(parameters)),
                    (
                        "responses",
                        responses(
                            [("200", answer), ("304", unchanged)],
                            [400, 401, 403, 404, 406, 409, 414, 429, 500, 502, 503, 504])
                    ))
            ))
    }

    private static func path(of contract: ContractDescription) -> JSONValue {
        let key = JSONValue.members(
            ("name", .text("Idempotency-Key")), ("in", .text("header")), ("required", .flag(true)),
            ("description", .text("Names this command and no other: the same again has no second effect.")),
            ("schema", .members(("type", .text("string")), ("pattern", .text("^[!-~]{1,255}$")))))
        let wait = JSONValue.members(
            ("name", .text("Prefer")), ("in", .text("header")),
            ("description", .text("wait=10: how many seconds to wait for what comes of it, 15 when not given.")),
            ("schema", .members(("type", .text("string")), ("pattern", .text("^wait=[0-9]{1,2}$")))))
        let options = CommandCall.parameters.map { name, help in
            OpenAPISchemas.parameter(
                name,
                name == "exact"
                    ? .members(("type", .text("boolean")))
                    : .members(
                        ("type", .text("string")), ("minLength", .number(1)), ("maxLength", .number(128))), help)
        }
        return .members(
            (
                "post",
                .members(
                    ("operationId", .text(identifier("command \(contract.type)"))),
                    ("summary", .text(contract.summary)),
                    ("tags", .texts(["commands"])), ("parameters", .list([key, wait] + options)),
                    ("requestBody", body([("application/json", reference("command.\(contract.type)"))])),
                    (
                        "responses",
                        responses(
                            [
                                ("200", json("It was carried out.", reference("Done"))),
                                ("202", json("It is kept, and not answered yet.", reference("Waiting"))),
                            ], [400, 401, 403, 404, 409, 413, 414, 415, 422, 429, 500, 503])
                    ))
            ))
    }

    private static var events: JSONValue {
        let attributes = [
            ("ce-specversion", "1.0"), ("ce-id", "The event's id."), ("ce-source", "Who says it."),
            ("ce-type", "Its type."), ("ce-time", "When it was said."), ("ce-subject", "What it is about."),
        ].map { name, help in
            JSONValue.members(
                ("name", .text(name)), ("in", .text("header")), ("description", .text("Binary form: \(help)")),
                ("schema", .members(("type", .text("string")))))
        }
        return .members(
            (
                "post",
                .members(
                    ("operationId", .text("events")),
                    ("summary", .text("A partner's events, answered once the broker has confirmed them.")),
                    ("tags", .texts(["partners"])), ("parameters", .list(attributes)),
                    (
                        "requestBody",
                        body([
                            (EventCall.structured, reference("Event")),
                            (
                                EventCall.batch,
                                .members(
                                    ("type", .text("array")), ("maxItems", .number(EventCall.mostEvents)),
                                    ("items", reference("Event")))
                            ), (EventCall.binary, .members(("type", .text("object")))),
                        ])
                    ),
                    (
                        "responses",
                        responses(
                            [("202", json("All of it is safely with the broker.", reference("Accepted")))],
                            [400, 401, 403, 404, 409, 413, 414, 415, 422, 429, 500, 503])
                    ))
            ))
    }

    private static var heard: JSONValue {
        let parameters = HearingDesk.parameters.map { name, words, help in
            let bounds = words.split(separator: " to ").compactMap { Int($0) }
            let schema =
                bounds.count == 2
                ? JSONValue.members(
                    ("type", .text("integer")), ("minimum", .number(bounds[0])), ("maximum", .number(bounds[1])))
                : .members(("type", .text("string")), ("maxLength", .number(100)))
            return OpenAPISchemas.parameter(name, schema, help)
        }
        return .members(
            (
                "get",
                .members(
                    ("operationId", .text("heard")),
                    ("summary", .text("What the partner is told, from its own queue, as soon as there is something.")),
                    ("tags", .texts(["partners"])), ("parameters", .list(parameters)),
                    (
                        "responses",
                        responses(
                            [("200", json("What stood in the queue.", reference("Heard")))],
                            [400, 401, 403, 404, 409, 414, 429, 500, 503])
                    ))
            ))
    }

    // MARK: Parts

    private static func identifier(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    private static func reference(_ schema: String) -> JSONValue {
        .members(("$ref", .text("#/components/schemas/\(schema)")))
    }

    private static func header(_ help: String) -> JSONValue {
        .members(("description", .text(help)), ("schema", .members(("type", .text("string")))))
    }

    private static func json(_ words: String, _ schema: JSONValue) -> JSONValue {
        .members(
            ("description", .text(words)),
            ("content", .members(("application/json", .members(("schema", schema))))))
    }

    private static let unchanged = JSONValue.members(
        ("description", .text("The answer is the one that whoever asks has already.")))

    private static func body(_ contents: [(String, JSONValue)]) -> JSONValue {
        .members(
            ("required", .flag(true)),
            ("content", .of(contents.map { ($0, .members(("schema", $1))) })))
    }

    private static func responses(_ good: [(String, JSONValue?)], _ problems: [Int]) -> JSONValue {
        .of(
            good
                + problems.map { code in
                    (String(code), .members(("$ref", .text("#/components/responses/Problem"))))
                })
    }
}
