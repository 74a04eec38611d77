import Contracts
package import Hummingbird
import Messaging

/// The events of a call, in one of the three forms that CloudEvents have over HTTP (HTTP protocol binding 1.0.2 §3).
package enum EventCall {
    /// Everything in the body.
    package static let structured = "application/cloudevents+json"
    /// Several events in one body, as an array.
    package static let batch = "application/cloudevents-batch+json"
    /// The data alone in the body, the attributes in headers `ce-…`.
    package static let binary = "application/json"
    /// How many events one call has at most.
    package static let mostEvents = 1_000
    /// How many bytes a batch has at most.
    package static let mostBytes = 8 << 20

    /// Whether several events come in one body.
    package static func isBatch(_ request: Request) -> Bool { request.headers.mediaType == batch }

    /// Reads the events of a call.
    ///
    /// - Throws: ``Problem`` when the body as a whole cannot be read: then nothing of it is published.
    package static func events(
        _ request: Request, _ intake: EventIntake, of partner: String
    ) async throws -> [TakenEvent] {
        try request.checkContent([structured, batch, binary], orAlike: true)
        guard isBatch(request) else {
            let body = try await request.bytes(upTo: JSONLimits.standard.bodyBytes)
            let content = request.headers.mediaType ?? structured
            return [intake.event(content, headers: try attributes(request), body: body, of: partner)]
        }
        let body = try await request.bytes(upTo: mostBytes)
        var limits = JSONLimits.standard
        limits.bodyBytes = mostBytes
        limits.depth += 1
        let root: JSONNode
        do {
            root = try JSONDocument(parsing: body, limits: limits).root
            guard root.kind == .array else {
                throw Refusal(.wrongType, path: "$", "a batch is an array of events")
            }
            guard root.count <= mostEvents else {
                throw Refusal(.tooManyElements, path: "$", "a batch has at most \(mostEvents) events")
            }
        } catch let refusal as Refusal {
            let problem = Problem(refusal)
            guard problem.status == .unprocessableContent else { throw problem }
            throw Problem(refusal, status: .badRequest)
        }
        return root.elements.map { intake.event(structured, body: Array($0.text), of: partner) }
    }

    /// The attributes in headers, whose values are percent-encoded (§3.1.3.2).
    private static func attributes(_ request: Request) throws -> [String: HeaderValue] {
        var headers: [String: HeaderValue] = [:]
        for field in request.headers {
            let name = field.name.canonicalName
            guard name.hasPrefix("ce-") || name == "traceparent" else { continue }
            guard let value = AddressText.decoded(field.value, isForm: false) else {
                throw Problem(
                    Refusal(
                        .badUTF8, path: "headers.\(name)",
                        "the text is no UTF-8 in percent-encoding: its bytes are what it is known by"))
            }
            headers[name] = .string(value)
        }
        return headers
    }
}
