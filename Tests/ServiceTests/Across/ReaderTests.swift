import Contracts
import Testing

@testable import ServiceKit

@Suite("Readers")
struct ReaderTests {
    @Test("every service handles each kind of message that the catalogue gives it, and no other")
    func handlers() throws {
        for service in ServiceName.allCases {
            let definition = try service.definition()
            #expect(definition.name == service)
            let given = Set(Catalogue.contracts.filter { $0.readers.contains(definition.name) }.map(\.type))
            let handled = Set(definition.handlers.flatMap(\.types.keys))
            // What is given and not handled would fill the dead letters.
            #expect(given == handled, "\(definition.name)")
        }
    }
}
