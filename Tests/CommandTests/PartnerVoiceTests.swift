import BrokerLayout
import Client
import Foundation
import Messaging
import Testing

@testable import WaybillCLI

@Suite("As which partner a file is published")
struct PartnerVoiceTests {
    private let registry: PartnerRegistry

    init() throws {
        registry = try PartnerRegistry(
            json: Array(
                #"{"partners": [{"name": "acme", "users": ["partner-acme"], "sources": ["acme", "acme-*"]}]}"#.utf8))
    }

    private func message(_ source: String) -> Outgoing {
        Outgoing(
            exchange: Exchanges.inbound, routingKey: "order.placed.v1", properties: MessageProperties(appID: source),
            body: [])
    }

    @Test("by its own exchange, with the user for the broker to verify, and for its own sources only")
    func speaks() throws {
        let voice = try PartnerVoice(user: "partner-acme", registry: registry)
        let spoken = try voice.speaking(message("acme-east"), line: 1)
        #expect(spoken.exchange == "waybill.inbound.acme")
        #expect(spoken.properties.userID == "partner-acme")
        let problem = #expect(throws: Failure.self) { try voice.speaking(message("globex"), line: 3) }
        #expect(
            problem?.description == "line 3: partner 'acme' may not speak for 'globex'; its sources are acme, acme-*")
    }

    @Test("a user of no partner is told which users there are; without a registry the user is said all the same")
    func unknown() throws {
        let problem = #expect(throws: Failure.self) { try PartnerVoice(user: "li.wei", registry: registry) }
        #expect(problem?.description.contains("partner-acme") == true)
        let spoken = try PartnerVoice(user: "partner-demo", registry: nil).speaking(message("demo"), line: 1)
        #expect(spoken.exchange == Exchanges.inbound && spoken.properties.userID == "partner-demo")
    }
}
