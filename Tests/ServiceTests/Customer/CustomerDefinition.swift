import ServiceKit
import ServiceTestSupport

@testable import CustomerService

/// The customer service by its own definition, for tests.
func customerDefinition(_ values: [String: String] = [:]) throws -> ServiceDefinition {
    try CustomerService.definition(Settings(CustomerService.settings, values: values))
}

extension CustomerFixture {
    /// Runs a test with the customer service over a schema that is new.
    static func with(_ body: (ServiceFixture) async throws -> Void) async throws {
        try await ServiceFixture.with(customerDefinition(), body)
    }
}
