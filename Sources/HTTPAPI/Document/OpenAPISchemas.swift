import Client
import Contracts
import Domain

/// The schemas of the OpenAPI document.
enum OpenAPISchemas {
    /// What may be commanded: every message by which somebody of ours acts.
    static let commands = Catalogue.contracts.filter { $0.personField != nil }
    /// What partners may say.
    static let events = Catalogue.contracts.filter { $0.owner == .partner }

    /// All schemas by name.
    static var all: JSONValue {
        .of(
            general
                + events.map { ("event.\($0.type)", Optional(data(of: $0, leavingOut: nil))) }
                + commands.map { ("command.\($0.type)", Optional(data(of: $0, leavingOut: $0.personField))) })
    }

    /// The responses by name.
    static var responses: JSONValue {
        .members(
            (
                "Problem",
                .members(
                    ("description", .text("Why it is not so (RFC 9457).")),
                    (
                        "headers",
                        .members(
                            (
                                "Retry-After",
                                .members(
                                    ("description", .text("After how many seconds the same may work.")),
                                    ("schema", .members(("type", .text("integer")))))
                            ))
                    ),
                    (
                        "content",
                        .members(
                            (
                                "application/problem+json",
                                .members(("schema", .members(("$ref", .text("#/components/schemas/Problem")))))
                            ))
                    ))
            ))
    }

    /// The data of a contract.
    ///
    /// - Parameter field: a field that need not be there, since it is known who acts.
    private static func data(of contract: ContractDescription, leavingOut field: String?) -> JSONValue {
        guard let root = (try? JSONDocument(parsing: ContractDocuments.jsonSchema(contract)))?.root else {
            return .null
        }
        let schema = JSONValue(root).without("$schema")
        guard let field, case .object(let members) = schema else { return schema }
        return .object(
            members.map { member in
                guard member.key == "required", case .list(let names) = member.value else { return member }
                return JSONValue.Member(key: "required", value: .list(names.filter { $0 != .text(field) }))
            })
    }

    // MARK: Questions

    /// A parameter of a question.
    static func parameter(_ input: QueryInput, isCursor: Bool) -> JSONValue {
        var schema: JSONValue
        switch input.kind {
        case .text: schema = string(("maxLength", .number(isCursor ? 8_000 : 1_000)))
        case .choice(let choices): schema = string(("enum", .texts(choices)))
        case .list(let words):
            let which = words.joined(separator: ", ")
            schema = string(("description", .text("Some of these, each once, with commas between: \(which)")))
        case .integer(let range):
            schema = .members(
                ("type", .text("integer")), ("minimum", .number(range.lowerBound)),
                ("maximum", .number(range.upperBound)))
        case .decimal: schema = string(("pattern", .text("^-?[0-9]{1,15}(\\.[0-9]{1,4})?$")))
        case .day: schema = string(("format", .text("date")))
        case .time: schema = string(("format", .text("date-time")))
        case .dayOrTime: schema = string(("description", .text("A day, or a time with its offset.")))
        case .currency: schema = string(("pattern", .text("^[A-Z]{3}$")))
        case .flag: schema = .members(("type", .text("boolean")))
        }
        if let otherwise = input.otherwise {
            let isNumber = if case .integer = input.kind { true } else { false }
            schema = schema.with(
                ("default", isNumber ? Int(otherwise).map { .number($0) } ?? .text(otherwise) : .text(otherwise)))
        }
        return parameter(input.name, schema, input.help, isRequired: input.isRequired)
    }

    /// A parameter in the query of an address.
    static func parameter(
        _ name: String, _ schema: JSONValue, _ help: String, isRequired: Bool = false
    ) -> JSONValue {
        .members(
            ("name", .text(name)), ("in", .text("query")), ("required", isRequired ? .flag(true) : nil),
            ("description", .text(help)), ("schema", schema))
    }

    /// The answer to a question.
    static func answer(of question: QueryDescription, _ service: ServiceName) -> JSONValue {
        let tables = question.answers.map { table in
            JSONValue.members(
                ("type", .text("object")), ("required", .texts(["name", "columns", "rows", "more"])),
                (
                    "properties",
                    .members(
                        ("name", table.name.hasSuffix("…") ? string() : string(("const", .text(table.name)))),
                        ("rows", .members(("type", .text("array")), ("items", row(of: table)))))
                ))
        }
        return .members(
            (
                "allOf",
                .list([
                    .members(("$ref", .text("#/components/schemas/Answer"))),
                    .members(
                        ("type", .text("object")),
                        (
                            "properties",
                            .members(
                                ("service", string(("const", .text(service.rawValue)))),
                                ("question", string(("const", .text(question.name)))),
                                (
                                    "tables",
                                    .members(
                                        ("type", .text("array")),
                                        ("items", tables.count == 1 ? tables[0] : .members(("anyOf", .list(tables)))))
                                ))
                        )),
                ])
            ))
    }

    private static func row(of table: TableDescription) -> JSONValue {
        // Further columns come by what is asked; a withheld value is null as an absent one is.
        .members(
            ("type", .text("object")),
            (
                "properties",
                .of(
                    table.columns.map { column in
                        let types: [String] =
                            switch column.kind {
                            case .flag: ["boolean", "string", "null"]
                            case .count: ["integer", "string", "null"]
                            default:
                                column.told == .boolean
                                    ? ["boolean", "string", "null"]
                                    : column.told == .integer ? ["integer", "string", "null"] : ["string", "null"]
                            }
                        return (
                            ProgramForm.key(column.name),
                            .members(("type", .texts(types)), ("description", .text(column.words)))
                        )
                    })
            ))
    }

    // MARK: What all have in common

    private static func string(_ more: (String, JSONValue?)...) -> JSONValue {
        .of([("type", .text("string"))] + more)
    }

    private static func object(_ required: [String], _ properties: (String, JSONValue?)...) -> JSONValue {
        .members(
            ("type", .text("object")), ("required", required.isEmpty ? nil : .texts(required)),
            ("properties", .of(properties)))
    }

    private static func list(of items: JSONValue) -> JSONValue {
        .members(("type", .text("array")), ("items", items))
    }

    private static let anyObject = JSONValue.members(("type", .text("object")))
    private static let integer = JSONValue.members(("type", .text("integer")))
    private static let boolean = JSONValue.members(("type", .text("boolean")))

    private static var general: [(String, JSONValue?)] {
        [
            ("Any", anyObject),
            ("Catalogue", object(["questions"], ("questions", list(of: anyObject)))),
            ("Answer", answer), ("Problem", problem),
            (
                "Done",
                object(
                    ["status", "id", "type", "repeated", "results"], ("status", string(("const", .text("done")))),
                    ("id", string()), ("type", string()), ("person", string()),
                    ("proof", string(("enum", .texts(ActProof.allCases.map(\.rawValue))))), ("repeated", boolean),
                    ("results", list(of: object(["type", "data"], ("type", string()), ("data", anyObject)))))
            ),
            (
                "Waiting",
                object(
                    ["status", "id", "type", "detail"], ("status", string(("const", .text("waiting")))),
                    ("id", string()), ("type", string()), ("detail", string()))
            ), ("Event", event),
            (
                "Accepted",
                object(
                    [], ("status", string(("const", .text("accepted")))), ("id", string()), ("source", string()),
                    ("type", string()), ("unknownFields", list(of: string())), ("accepted", integer),
                    ("refused", integer), ("notConfirmed", integer), ("events", list(of: anyObject)))
            ),
            (
                "Heard",
                object(
                    ["messages"], ("receipt", string()),
                    (
                        "messages",
                        list(
                            of: object(
                                [], ("id", string()), ("type", string()), ("correlationId", string()),
                                ("contentType", string()), ("body", .flag(true))))
                    ))
            ),
        ]
    }

    private static var answer: JSONValue {
        let total = object(
            ["column", "currency", "amount"], ("column", string()), ("currency", string()), ("amount", string()))
        let column = object(
            ["name", "heading", "kind"], ("name", string()), ("heading", string()), ("kind", string()),
            ("currency", string()))
        return object(
            ["service", "question", "asOf", "tables"], ("service", string()), ("question", string()),
            ("asOf", string(("format", .text("date-time")))),
            (
                "tables",
                list(
                    of: object(
                        ["name", "columns", "rows", "more"], ("name", string()), ("columns", list(of: column)),
                        ("rows", list(of: anyObject)), ("more", boolean), ("next", string()), ("count", integer),
                        ("totals", list(of: total)), ("withheld", list(of: string()))))
            ))
    }

    private static var problem: JSONValue {
        let codes = Reason.allCases.map(\.rawValue) + CallReason.allCases.map(\.rawValue)
        return object(
            ["type", "title", "status", "detail", "reason"], ("type", string(("format", .text("uri")))),
            ("title", string()), ("status", integer), ("detail", string()), ("reason", string(("enum", .texts(codes)))),
            ("path", string()), ("id", string()), ("command", string()), ("accepted", integer), ("refused", integer),
            ("notConfirmed", integer), ("events", list(of: anyObject)))
    }

    private static var event: JSONValue {
        let common = object(
            ["specversion", "id", "source", "type"], ("specversion", string(("const", .text("1.0")))),
            ("id", string(("minLength", .number(1)), ("maxLength", .number(64)))),
            ("source", string(("minLength", .number(1)), ("maxLength", .number(128)))), ("type", string()),
            ("time", string(("format", .text("date-time")))), ("subject", string(("minLength", .number(1)))),
            ("datacontenttype", string()), ("data_base64", string()))
        let kinds = events.map { contract in
            object(
                [], ("type", string(("const", .text(contract.type.description)))),
                ("data", .members(("$ref", .text("#/components/schemas/event.\(contract.type)")))))
        }
        return .members(("allOf", .list([common, .members(("anyOf", .list(kinds)))])))
    }
}
