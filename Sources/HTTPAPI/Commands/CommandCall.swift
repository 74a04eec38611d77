import BrokerLayout
import Contracts
package import Hummingbird

/// A command as it was called for.
package struct CommandCall: Sendable {
    /// How long a command's answer is waited for when nothing else is said, in seconds.
    package static let usualWait = 15
    /// The source of commands that speak of nobody's numbers in particular.
    package static let usualSource = "waybill-http"
    /// The parameters that it takes, with what each is for.
    package static let parameters: [(name: String, help: String)] = [
        (
            "source",
            "Whose numbers the command speaks of: the system in whose books they are. Our own when it is not given."
        ),
        (
            "exact",
            "true when identifiers are meant exactly as they stand, characters that nobody sees included."
        ),
    ]

    /// What goes to the service.
    package let command: PersonsCommand
    /// How long its answer is waited for.
    package let patience: Duration

    /// Reads a call.
    ///
    /// - Parameters:
    ///   - request: the call.
    ///   - body: its body.
    ///   - text: the type, as it stands in the address.
    ///   - person: who acts, by login.
    /// - Throws: ``Problem``, also for a body that the service would refuse whoever sent it.
    package init(_ request: Request, _ body: [UInt8], type text: String, by person: String) throws {
        let type = MessageType(text)
        guard let contract = Catalogue.description(of: type) else {
            let refusal = Catalogue.refusal(forUnknown: type)
            throw Problem(refusal, status: .notFound)
        }
        guard let field = contract.personField, let service = contract.readers.first else {
            throw Problem(
                Refusal(
                    .wrongExchange, path: "type",
                    "\(type) is no command: nobody of ours says it. \(APIAddress.root)/openapi.json names those there are"
                ),
                status: .notFound)
        }
        let key = try Self.key(request)
        let options = try Self.options(request)
        if let source = options.source, ServiceName.allCases.contains(where: { $0.source == source }) {
            throw Problem(
                Refusal(
                    .sourceNotAllowed, path: "parameters.source", "'\(source)' is one of our services, no other system")
            )
        }
        let data: [UInt8]
        do throws(Refusal) {
            let node = try JSONDocument(parsing: body).root
            data = Self.data(node, naming: person, by: field)
            let whole = try JSONDocument(parsing: data).root
            if !options.isExact { try contract.refuseSlips(in: whole) }
            _ = try contract.reencode(whole)
        } catch {
            throw Problem(error)
        }
        command = PersonsCommand(
            type: type, data: data, service: service, source: options.source ?? Self.usualSource,
            id: MessageIdentifier.stable(["waybill-http", person, text, key]), person: person)
        patience = .seconds(request.headers.preferredWait ?? Self.usualWait)
    }

    /// The data with the person in it, who is known: whoever calls need not say it. Somebody else's name stays, and is refused by
    /// the service.
    private static func data(_ node: JSONNode, naming person: String, by field: String) -> [UInt8] {
        let text = Array(node.text)
        guard node.kind == .object, node[field] == nil else { return text }
        var member: [UInt8] = [UInt8(ascii: "{")]
        ObjectWriter.append(field, to: &member)
        member.append(UInt8(ascii: ":"))
        ObjectWriter.append(person, to: &member)
        return member + (node.count > 0 ? [UInt8(ascii: ",")] : []) + text.dropFirst()
    }

    /// The key by which the command is known again (draft-ietf-httpapi-idempotency-key-header), with its quotes or without.
    private static func key(_ request: Request) throws -> String {
        guard let text = request.headers.value("Idempotency-Key") else {
            throw Problem(
                .keyMissing,
                "send a header 'Idempotency-Key' with a text that names this command and no other, such as a UUID: the same "
                    + "again then has no second effect", path: "headers.idempotency-key")
        }
        let isQuoted = text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
        let key = isQuoted ? String(text.dropFirst().dropLast()) : text
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ $0 >= 0x21 && $0 < 0x7F }) else {
            throw Problem(
                .badRequest, "the key has 1 to 255 characters of ASCII without spaces", path: "headers.idempotency-key")
        }
        return key
    }

    private static func options(_ request: Request) throws -> (source: String?, isExact: Bool) {
        var (source, isExact): (String?, Bool) = (nil, false)
        var seen: Set<String> = []
        for parameter in try AddressText.parameters(request.uri.query) {
            let path = "parameters.\(parameter.name)"
            func refuse(_ reason: Reason, _ detail: String) -> Problem {
                Problem(Refusal(reason, path: path, detail), status: .badRequest)
            }
            guard seen.insert(parameter.name).inserted else {
                throw refuse(.duplicateElement, "'\(parameter.name)' is given twice")
            }
            switch parameter.name {
            case "source":
                guard (1...128).contains(parameter.value.unicodeScalars.count) else {
                    throw refuse(.badAttribute, "a source has 1 to 128 characters")
                }
                guard !parameter.value.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
                    throw refuse(.controlCharacter, "a source holds no control character")
                }
                source = parameter.value
            case "exact":
                guard ["true", "false"].contains(parameter.value) else {
                    throw refuse(.valueNotAllowed, "'exact' is true or false")
                }
                isExact = parameter.value == "true"
            default:
                let known = Self.parameters.map(\.name).joined(separator: ", ")
                throw refuse(.valueNotAllowed, "a command takes no '\(parameter.name)'; it takes \(known)")
            }
        }
        return (source, isExact)
    }
}
