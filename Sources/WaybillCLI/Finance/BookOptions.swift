import ArgumentParser
import Contracts
import Domain
import Foundation
import Messaging
import ServiceKit

/// How a document of somebody's books is published by hand: in the name of the system whose books they are, which numbers
/// it, as that system itself would.
struct BookOptions: ParsableArguments {
    @Option(help: "The system whose books it is for; its numbers are meant.")
    var source: String
    @Option(help: ArgumentHelp("The login of who does it; yours when not given.", valueName: "login"))
    var by = NSUserName()
    @Option(help: ArgumentHelp("When it was; now when not given.", valueName: "time"))
    var at: String?
    @Option(help: "The message's identifier; the same again has no second effect.")
    var id: String?
    @Flag(help: "Print what was published as JSON.")
    var json = false

    /// When it was.
    func time() throws -> Timestamp {
        guard let at else { return AuditTrail.now() }
        guard let time = Timestamp(at) else {
            throw ValidationError("--at '\(at)' is no time such as 2026-01-05T09:30:00+08:00")
        }
        return time
    }

    /// Publishes it and waits until the broker has it.
    func publish(_ body: some Message) async throws {
        let identifier = id ?? UUID().uuidString.lowercased()
        let type = Swift.type(of: body).type.description
        let outgoing = Outgoing(
            exchange: Exchanges.inbound, routingKey: type,
            properties: MessageProperties(
                contentType: "application/json", deliveryMode: 2, messageID: identifier, type: type, appID: source),
            body: body.encode())
        let publisher = Publisher(
            configuration: try Surroundings().broker("WAYBILL_AMQP_PARTNER_URL", "publish"),
            confirmTimeout: .seconds(30), logger: Surroundings.quiet)
        let results = await withTaskGroup(of: [PublishOutcome]?.self) { group in
            group.addTask {
                await publisher.run()
                return nil
            }
            group.addTask { await publisher.publish([outgoing]) }
            defer { group.cancelAll() }
            while let result = await group.next() {
                if let result { return result }
            }
            return []
        }
        guard results.count == 1, results[0] == .confirmed else {
            throw Failure("not published: \(results.first.map { "\($0)" } ?? "the broker is away")")
        }
        if json {
            print(
                #"{"type":"\#(type)","id":"\#(identifier)","data":\#(String(decoding: body.encode(), as: UTF8.self))}"#)
        } else {
            say("published \(type) as \(identifier); if it is refused, 'waybill dead list' has the reason")
        }
    }
}

extension ArgumentValue {
    static func amount(_ text: String, _ option: String) throws -> FixedDecimal {
        guard let amount = FixedDecimal(text) else {
            throw ValidationError("\(option) '\(text)' is no amount such as 20000.00")
        }
        return amount
    }

    static func currency(_ text: String) throws -> Currency {
        guard let currency = Currency(text) else {
            throw ValidationError("--currency '\(text)' is no currency such as CNY")
        }
        return currency
    }
}
