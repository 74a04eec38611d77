import ServiceKit

@testable import FinanceService

/// Finance by its own definition, for tests.
func financeDefinition(_ values: [String: String] = [:]) throws -> ServiceDefinition {
    try FinanceService.definition(Settings(FinanceService.settings, values: values))
}
