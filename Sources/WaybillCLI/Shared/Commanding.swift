import ArgumentParser
import Contracts
import Domain
import Foundation
import Messaging
import ServiceKit

/// The exit codes of every command.
enum ExitCodes {
    /// Nothing was found, or what was asked for is refused.
    static let refused = ExitCode(2)
    /// A service was not heard of in time. What it was told is kept, and takes effect when it is back.
    static let notHeard = ExitCode(75)
}

/// Who acts, and how the outcome is wanted.
struct ActOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The login of who decides: you, as you are logged in at the broker. Anybody else only in the demo profile.",
            valueName: "login"))
    private(set) var by: String = Surroundings.login
    @Option(help: "The command's identifier; the same again has no second effect and gets the same answer.")
    var id: String?
    @Flag(help: "Print what came of it as JSON.")
    var json = false

    /// Gives a service a command and waits for what comes of it.
    ///
    /// Ends with code 2 when it is refused, and 75 when the service is not heard of in time.
    ///
    /// - Parameters:
    ///   - body: the command.
    ///   - service: who carries it out.
    ///   - source: whose numbers it speaks of.
    ///   - types: what may come of it, of which one is shown.
    func send(
        _ body: some Message, to service: ServiceName = .finance, source: String = Commanding.source,
        expecting types: [MessageType] = []
    ) async throws {
        try await send(
            Swift.type(of: body).type, body.encode(), to: service, source: source, expecting: types)
    }

    /// The same for data of any type.
    func send(
        _ type: MessageType, _ data: [UInt8], to service: ServiceName, source: String,
        expecting types: [MessageType] = []
    ) async throws {
        let identifier = id ?? UUID().uuidString.lowercased()
        let reply = try await Commanding.send(type, data, to: service, source: source, id: identifier)
        if let refusal = reply.refusal { throw refused(refusal) }
        let result = reply.results.first { types.contains($0.type) } ?? reply.results.first
        if json {
            if let result, !types.isEmpty {
                print(String(decoding: result.data, as: UTF8.self))
            } else {
                var object = ObjectWriter()
                object.text("type", type.description)
                object.text("id", identifier)
                object.json("data", data)
                print(String(decoding: object.finished(), as: UTF8.self))
            }
        } else {
            say("done: \(result?.type ?? type)" + (reply.isRepeated ? ", by the same command before" : ""))
        }
        if reply.proof == .word, let person = reply.person {
            say("by the word of '\(person)' only, as the demo profile allows; it is so recorded")
        }
    }

    /// Says that it is refused, and why: by the service, or by what the command has looked up before.
    ///
    /// - Returns: what to throw.
    func refused(_ refusal: Refusal) -> ExitCode {
        if json {
            var object = ObjectWriter()
            object.text("refused", refusal.reason.rawValue)
            object.text("path", refusal.path)
            object.text("detail", refusal.detail)
            print(String(decoding: object.finished(), as: UTF8.self))
        } else {
            say("refused: \(refusal)")
        }
        return ExitCodes.refused
    }
}

/// Gives services commands: as the user who is logged in at the broker, by the one exchange for it, each with an answer.
enum Commanding {
    /// The source of commands that speak of nobody's numbers in particular.
    static let source = "waybill-cli"
    /// How long an answer is waited for.
    static let patience = Duration.seconds(15)

    /// Publishes a command with a confirm and waits for the service's answer.
    ///
    /// - Throws: ``ExitCode`` 75, after saying what to do, when no answer comes in time.
    static func send(
        _ type: MessageType, _ data: [UInt8], to service: ServiceName, source: String = Commanding.source, id: String
    ) async throws -> ActReply {
        let user = try Surroundings().person("command")
        let session = try await BrokerSession.connect(user)
        let queue = "reply.\(user.userName).\(UUID().uuidString.lowercased())"
        try await session.declare(Queue(name: queue, kind: .classic, isExclusive: true))
        try await session.bind(Binding(exchange: Exchanges.replies, queue: queue, routingKey: queue))
        try await session.subscribe(queue)
        let envelope = Envelope(id: id, source: source, type: type, time: AuditTrail.now())
        var properties = CloudEventCodec.properties(of: envelope)
        (properties.userID, properties.replyTo, properties.correlationID) = (user.userName, queue, id)
        let message = Outgoing(
            exchange: Exchanges.commands, routingKey: type.description, properties: properties,
            body: envelope.structuredBody(data: data))
        let outcomes = try await withPublisher("command", as: user) { await $0.publish([message]) }
        switch outcomes.first {
        case .confirmed: break
        case .returned:
            throw Failure(
                "no service takes \(type): 'waybill topology check' says what the broker lacks. Nothing was done")
        default:
            throw Failure(
                "whether the broker has taken the command is not known: the same again with --id \(id) has no second effect"
            )
        }
        let deadline = ContinuousClock.now + patience
        var reply: ActReply?
        while reply == nil, ContinuousClock.now < deadline {
            for delivery in try await session.next(within: .seconds(1)) {
                try await session.acknowledge(delivery.tag)
                if delivery.properties.correlationID == id { reply = try ActReply(json: delivery.body) }
            }
        }
        await session.close()
        guard let reply else {
            say(
                "not heard of: \(service.rawValue) has not answered within \(patience.components.seconds) seconds. The command is "
                    + "kept by the broker and takes effect when the service is back ('waybill status' shows it). The same again "
                    + "with --id \(id) has no second effect, and gets the answer")
            throw ExitCodes.notHeard
        }
        return reply
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
