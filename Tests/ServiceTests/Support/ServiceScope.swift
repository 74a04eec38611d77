// A build for release makes this module too, and its libraries have no Testing.
#if canImport(Testing)
    package import ServiceKit
    import TestSupport
    package import Testing

    /// Gives each test a service of its own: its handlers over a schema that is new, and gone when the test ends.
    ///
    /// ```swift
    /// @Suite("What sales does", .service(SalesService.definition))
    /// struct SalesTests {
    ///     let sales: ServiceFixture
    ///     init() throws { sales = try .current }
    ///
    ///     @Test func keeps() async throws { try await sales.handle([…]) }
    ///
    ///     @Test("each way of arrival has tables of its own", arguments: [[0, 1], [1, 0]])
    ///     func anyOrder(_ arrival: [Int]) async throws { … }
    ///
    ///     @Test(.service(SalesService.definition(withSettingsOfItsOwn)))
    ///     func otherwise() async throws { … }
    ///
    ///     @Test func copies() async throws {
    ///         let other = try await ServiceFixture.make(sales.definition)
    ///         …
    ///     }
    /// }
    /// ```
    ///
    /// The trait of a test counts instead of its suite's. Which service it is that a test needs may follow from its
    /// argument: such a test has the trait `.services`, and makes them by ``ServiceFixture/make(_:)``. Without a database
    /// the tests are skipped, visibly.
    package final class ServiceScope: SuiteTrait, TestTrait, TestScoping {
        private let definition: (@Sendable () throws -> ServiceDefinition)?
        private let hasDatabase = ConditionTrait.enabled(
            if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable))

        /// - Parameter definition: the service; none, when the test makes what it needs.
        init(_ definition: (@Sendable () throws -> ServiceDefinition)?) { self.definition = definition }

        /// Each test of a suite gets its own.
        package var isRecursive: Bool { true }

        /// Skips the test when there is no database.
        package func prepare(for test: Test) async throws { try await hasDatabase.prepare(for: test) }

        /// Runs a test, or one case of it, with the service as ``ServiceFixture/current``.
        package func provideScope(
            for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
        ) async throws {
            let nearest = test.traits.last { $0 is ServiceScope } as? ServiceScope
            guard nearest == nil || nearest === self else { return try await function() }
            try await DatabaseFixture.withSchema { database in
                let fixture: ServiceFixture? =
                    if let definition { try await ServiceFixture.over(database, definition()) } else { nil }
                try await ServiceFixture.$scope.withValue((database, fixture)) { try await function() }
            }
        }
    }

    extension Trait where Self == ServiceScope {
        /// A service of its own for each test.
        package static func service(
            _ definition: @autoclosure @escaping @Sendable () throws -> ServiceDefinition
        ) -> ServiceScope { ServiceScope(definition) }

        /// The services that each test makes by ``ServiceFixture/make(_:)``.
        package static var services: ServiceScope { ServiceScope(nil) }
    }

    extension ServiceFixture {
        /// Where the schemas of the test that runs are, and its service.
        @TaskLocal static var scope: (database: DatabaseFixture, service: ServiceFixture?)?

        /// The service that ``ServiceScope`` gives the test that runs.
        package static var current: ServiceFixture {
            get throws { try #require(scope?.service, "the suite or the test lacks its trait '.service(…)'") }
        }

        /// One more service for the test that runs, over a schema of its own that is gone when the test ends.
        package static func make(_ definition: ServiceDefinition) async throws -> ServiceFixture {
            let scope = try #require(scope, "the suite or the test lacks its trait '.services' or '.service(…)'")
            return try await over(scope.database.another(), definition)
        }
    }
#endif
