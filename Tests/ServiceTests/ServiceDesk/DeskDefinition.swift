import ServiceKit

@testable import ServiceDeskService

/// The service desk by its own definition, for tests.
func deskDefinition(_ values: [String: String] = [:]) throws -> ServiceDefinition {
    try ServiceDeskService.definition(Settings(ServiceDeskService.settings, values: values))
}
