import Contracts

@testable import CustomerService
@testable import FinanceService
@testable import NotifierService
@testable import SalesService
@testable import ServiceDeskService
@testable import ServiceKit
@testable import SupplierService

extension ServiceName {
    /// The service by its own definition, for tests.
    func definition() throws -> ServiceDefinition {
        switch self {
        case .customer: try CustomerService.definition(Settings(CustomerService.settings))
        case .sales: SalesService.definition
        case .servicedesk: try ServiceDeskService.definition(Settings(ServiceDeskService.settings))
        case .finance: try FinanceService.definition(Settings(FinanceService.settings))
        case .supplier: SupplierService.definition
        case .notifier: try NotifierService.definition(Settings(NotifierService.settings))
        }
    }
}
