import Contracts
package import Hummingbird
package import Logging
import Messaging

/// Answers calls of partners who listen: what stands in their own queue, as soon as there is something.
package struct HearingDesk: Sendable {
    /// How many messages one call is told at most.
    package static let mostMessages = 100
    /// How long a call waits for the first message when nothing else is said, in seconds.
    package static let usualWait = 20
    /// The parameters that it takes, with what each is for.
    package static let parameters: [(name: String, words: String, help: String)] = [
        ("wait", "0 to 60", "How many seconds to wait for the first message; 20 when not given."),
        ("max", "1 to 100", "How many messages at most; 100 when not given."),
        ("receipt", "text", "What the call before gave: its messages are kept now, and leave the queue."),
    ]

    private let hearing: (any PartnerHearing)?
    private let logger: Logger

    /// - Parameters:
    ///   - hearing: who hands the messages over; `nil` when partners hear by AMQP alone.
    ///   - logger: where to say what goes wrong.
    package init(_ hearing: (any PartnerHearing)?, logger: Logger) { (self.hearing, self.logger) = (hearing, logger) }

    /// The answer to a call.
    package func answer(_ request: Request, _ caller: APICaller) async throws -> Response {
        let partner = try caller.partner(for: .hear)
        guard let hearing else {
            throw Problem(.noSuchAddress, "here partners hear what they are told by their queue over AMQP alone")
        }
        let (wait, most, receipt) = try Self.options(request)
        let heard: PartnerMessages
        do {
            heard = try await hearing.hear(partner, acknowledging: receipt, most: most, within: .seconds(wait))
        } catch let silence as ServiceSilence {
            logger.warning(
                "a partner could not hear", metadata: ["partner": "\(partner)", "error": "\(silence.detail)"])
            throw Problem(.serviceAway, "the queue cannot be reached now: call again", retryAfter: 10)
        }
        let body = JSONValue.members(
            ("messages", .list(heard.messages.map(Self.json))), ("receipt", .text(heard.receipt)))
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/json", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.bytes)))
    }

    /// A message: an event, or the answer to a question of the partner's.
    private static func json(_ message: Delivery) -> JSONValue {
        let node = (try? JSONDocument(parsing: message.body))?.root
        return .members(
            ("id", .text(message.properties.messageID)), ("type", .text(message.properties.type)),
            ("correlationId", .text(message.properties.correlationID)),
            ("contentType", .text(message.properties.contentType)),
            ("body", node.map { .written(Array($0.text)) } ?? .null))
    }

    private static func options(_ request: Request) throws -> (wait: Int, most: Int, receipt: String?) {
        var options: (wait: Int, most: Int, receipt: String?) = (usualWait, mostMessages, nil)
        var seen: Set<String> = []
        for parameter in try AddressText.parameters(request.uri.query) {
            func refuse(_ reason: Reason, _ detail: String) -> Problem {
                Problem(Refusal(reason, path: "parameters.\(parameter.name)", detail), status: .badRequest)
            }
            func number(_ range: ClosedRange<Int>) throws -> Int {
                guard let number = Int(parameter.value), range.contains(number) else {
                    throw refuse(
                        .valueNotAllowed,
                        "'\(parameter.name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)")
                }
                return number
            }
            guard seen.insert(parameter.name).inserted else {
                throw refuse(.duplicateElement, "'\(parameter.name)' is given twice")
            }
            switch parameter.name {
            case "wait": options.wait = try number(0...60)
            case "max": options.most = try number(1...mostMessages)
            case "receipt":
                guard parameter.value.utf8.count <= 100 else { throw refuse(.textTooLong, "this is no receipt") }
                options.receipt = parameter.value.isEmpty ? nil : parameter.value
            default:
                let known = parameters.map(\.name).joined(separator: ", ")
                throw refuse(.valueNotAllowed, "this takes no '\(parameter.name)'; it takes \(known)")
            }
        }
        return options
    }
}
