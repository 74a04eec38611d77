import BrokerLayout
import Contracts
import Domain
import Messaging
import Testing

@testable import ServiceKit

@Suite("Who may import")
struct ImportRightTests {
    private func outcome(
        _ publishers: Publishers, _ type: MessageType = InvoiceIssued.type, source: String = "tms",
        user: String? = "li.wei", exchange: String = Exchanges.imports
    ) throws -> String {
        let contract = try #require(Catalogue.contracts.first { $0.type == type })
        let envelope = Envelope(id: "1", source: source, type: type)
        let delivery = Delivery(
            exchange: exchange, routingKey: type.description, properties: MessageProperties(userID: user), body: [])
        do throws(Refusal) {
            try publishers.check(delivery, envelope, contract)
            return "taken"
        } catch { return "\(error.reason.rawValue) \(error.path)" }
    }

    @Test("six types come by the exchange of imports, by somebody who is known, for a system that there is")
    func right() throws {
        let registry = try PartnerRegistry(
            json: Array(#"{"partners": [{"name": "tms", "users": ["partner-tms"], "sources": ["tms"]}]}"#.utf8))
        for publishers in [Publishers.any, .registered(registry)] {
            for contract in Catalogue.contracts {
                let expected = contract.isImported ? "taken" : "wrong-exchange exchange"
                #expect(try outcome(publishers, contract.type) == expected, "\(contract.type)")
            }
            #expect(try outcome(publishers, user: nil) == "publisher-unknown properties.user_id")
            #expect(try outcome(publishers, source: ServiceName.finance.source) == "source-not-allowed source")
        }
        #expect(Catalogue.contracts.filter(\.isImported).count == 6)
        #expect(try outcome(.registered(registry), source: "tmz") == "source-not-allowed source")
        #expect(try outcome(.any, source: "tmz") == "taken")
        // A person is no partner: by the exchange of partners nothing of it is taken.
        #expect(
            try outcome(.registered(registry), exchange: Exchanges.inbound) == "publisher-unknown properties.user_id")
        #expect(throws: Refusal.self) { try Publishers.registered(registry).references(ofImported: "tmz") }
        // Whose numbers are meant is what the settings of that system's partner say.
        let referring = try PartnerRegistry(
            json: Array(
                #"{"partners": [{"name": "tms", "users": ["a"], "sources": ["tms"]}, {"name": "erp", "users": ["b"], "sources": ["erp"], "speaksOf": {"customers": ["tms"]}}]}"#
                    .utf8))
        #expect(
            try Publishers.registered(referring).references(ofImported: "erp")
                == referring.references(of: "erp", isTyped: true))
    }

    @Test("only who was given the right may write there, and only what is imported")
    func permission() throws {
        func may(_ pattern: String, _ name: String) throws -> Bool { try Regex(pattern).firstMatch(in: name) != nil }
        #expect(try !may(BrokerUsers.permission(ofPerson: "li.wei").write, Exchanges.imports))
        let own = BrokerUsers.permission(ofPerson: "li.wei", imports: true)
        #expect(try may(own.write, Exchanges.imports) && may(own.write, Exchanges.commands))
        for name in ["waybill.inbound", "waybill.events", "waybill.imports.x", "finance.inbound"] {
            #expect(try !may(own.write, name) && !may(own.read, name), "\(name)")
        }
        for contract in Catalogue.contracts {
            #expect(try may(BrokerUsers.importedKeys, contract.type.description) == contract.isImported)
        }
        let whole = WaybillTopology.whole
        #expect(whole.exchanges.contains { $0.name == Exchanges.imports })
        #expect(whole.exchangeBindings.contains { $0.from == Exchanges.imports && $0.to == Exchanges.inbound })
        // A service starts without it, beside a broker of the release before.
        for service in ServiceName.allCases {
            #expect(!WaybillTopology.part(of: service).exchanges.contains { $0.name == Exchanges.imports })
        }
    }
}
