import ServiceKit
import ServiceTestSupport

@testable import CustomerService

/// The customer service by its own definition, for tests.
func customerDefinition(_ values: [String: String] = [:]) throws -> ServiceDefinition {
    try CustomerService.definition(Settings(CustomerService.settings, values: values))
}
