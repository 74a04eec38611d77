import ArgumentParser
import Contracts
import Domain
import Foundation
import Messaging
import ServiceKit

/// Who acts, and how the outcome is wanted.
struct ActOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The login of who decides; yours when not given.", valueName: "login"))
    var by = NSUserName()
    @Option(help: "The command's identifier; the same again has no second effect.")
    var id: String?
    @Flag(help: "Print what came of it as JSON.")
    var json = false

    /// Sends a command to a service and waits for what comes of it.
    ///
    /// Ends with code 2 when it is refused.
    func send(
        _ body: some Message, to service: ServiceName = .finance, expecting types: [MessageType]
    ) async throws {
        let outcome = try await Commanding.send(
            body, to: service, id: id ?? UUID().uuidString.lowercased(), expecting: types)
        switch outcome {
        case .done(let type, let data):
            if json {
                print(data)
            } else {
                say("done: \(type)")
            }
        case .refused(let reason, let path, let detail):
            if json {
                var object = ObjectWriter()
                object.text("refused", reason)
                object.text("path", path)
                object.text("detail", detail)
                print(String(decoding: object.finished(), as: UTF8.self))
            } else {
                say("refused: \(reason) at \(path): \(detail)")
            }
            throw ExitCode(2)
        }
    }
}

/// Sends commands to services. What comes of one is told by an event that names it as its cause, or by a dead letter.
enum Commanding {
    /// What came of a command.
    enum Outcome {
        case done(MessageType, String)
        case refused(reason: String, path: String, detail: String)
    }

    /// The source of commands that come from here.
    static let source = "waybill-cli"

    static func send(
        _ body: some Message, to service: ServiceName, id: String, expecting types: [MessageType]
    ) async throws -> Outcome {
        let configuration = try Surroundings().operator("command")
        let session = try await BrokerSession.connect(configuration)
        let queue = "command.\(UUID().uuidString.lowercased())"
        try await session.declare(Queue(name: queue, kind: .classic, isExclusive: true))
        for type in types {
            try await session.bind(
                Binding(exchange: Exchanges.events, queue: queue, routingKey: type.description))
        }
        try await session.bind(Binding(exchange: Exchanges.dead, queue: queue, routingKey: service.rawValue))
        try await session.subscribe(queue)
        let type = Swift.type(of: body).type
        let envelope = Envelope(id: id, source: source, type: type, time: AuditTrail.now())
        try await session.send(
            Outgoing(
                exchange: Exchanges.commands, routingKey: type.description,
                properties: CloudEventCodec.properties(of: envelope), body: envelope.structuredBody(data: body.encode())
            ))
        let deadline = ContinuousClock.now + .seconds(15)
        var outcome: Outcome?
        while outcome == nil, ContinuousClock.now < deadline {
            for delivery in try await session.next(within: .seconds(1)) {
                try await session.acknowledge(delivery.tag)
                if outcome == nil { outcome = Self.outcome(of: delivery, id: id) }
            }
        }
        await session.close()
        guard let outcome else {
            throw Failure(
                "\(service.rawValue) has not answered within 15 seconds. The command '\(id)' is kept and takes effect when "
                    + "the service is back; the same identifier again has no second effect, nor an answer")
        }
        return outcome
    }

    private static func outcome(of delivery: Delivery, id: String) -> Outcome? {
        let headers = delivery.properties.headers
        if let reason = headers[DeadLetter.Header.reason]?.text {
            guard let (envelope, _) = try? CloudEventCodec.decode(delivery), envelope.id == id,
                envelope.source == source
            else { return nil }
            return .refused(
                reason: reason, path: headers[DeadLetter.Header.path]?.text ?? "",
                detail: headers[DeadLetter.Header.detail]?.text ?? "")
        }
        guard let (envelope, data) = try? CloudEventCodec.decode(delivery), envelope.causationID == id else {
            return nil
        }
        return .done(envelope.type, String(decoding: data.text, as: UTF8.self))
    }
}

/// Values of arguments, each refused with what is expected.
enum ArgumentValue {
    static func day(_ text: String, _ option: String) throws -> CalendarDay {
        guard let day = CalendarDay(text) else {
            throw ValidationError("\(option) '\(text)' is no day such as 2026-01-05")
        }
        return day
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String, _ option: String, _ type: Choice.Type
    ) throws -> Choice {
        guard let choice = Choice(rawValue: text) else {
            throw ValidationError(
                "\(option) '\(text)' is none of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }
}
