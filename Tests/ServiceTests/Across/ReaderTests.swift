import Contracts
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import FinanceService
@testable import SalesService
@testable import ServiceDeskService
@testable import ServiceKit
@testable import SupplierService

@Suite("Readers")
struct ReaderTests {
    @Test("every service handles each kind of message that the catalogue gives it, and no other")
    func handlers() throws {
        let definitions = [
            try CustomerService.definition(Settings(CustomerService.settings)), SalesService.definition,
            try ServiceDeskService.definition(Settings(ServiceDeskService.settings)),
            try FinanceService.definition(Settings(FinanceService.settings)), SupplierService.definition,
        ]
        #expect(Set(definitions.map(\.name)) == Set(ServiceName.allCases))
        for definition in definitions {
            let given = Set(Catalogue.contracts.filter { $0.readers.contains(definition.name) }.map(\.type))
            let handled = Set(definition.handlers.flatMap(\.types.keys))
            // What is given and not handled would fill the dead letters.
            #expect(given == handled, "\(definition.name)")
        }
    }
}
