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
    /// }
    /// ```
    ///
    /// Without a database the tests are skipped, visibly. A test that needs services one after the other, or more than one,
    /// makes them by ``ServiceFixture/with(_:_:)``.
    package struct ServiceScope: SuiteTrait, TestTrait, TestScoping {
        private let definition: @Sendable () throws -> ServiceDefinition
        private let hasDatabase = ConditionTrait.enabled(
            if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable))

        /// - Parameter definition: the service.
        init(_ definition: @escaping @Sendable () throws -> ServiceDefinition) { self.definition = definition }

        /// Each test of a suite gets its own.
        package var isRecursive: Bool { true }

        /// Skips the test when there is no database.
        package func prepare(for test: Test) async throws { try await hasDatabase.prepare(for: test) }

        /// Runs a test, or one case of it, with the service as ``ServiceFixture/current``.
        package func provideScope(
            for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
        ) async throws {
            try await ServiceFixture.with(definition()) { fixture in
                try await ServiceFixture.$scoped.withValue(fixture) { try await function() }
            }
        }
    }

    extension Trait where Self == ServiceScope {
        /// A service of its own for each test.
        package static func service(
            _ definition: @autoclosure @escaping @Sendable () throws -> ServiceDefinition
        ) -> ServiceScope { ServiceScope(definition) }
    }

    extension ServiceFixture {
        /// The service of the test that runs.
        @TaskLocal static var scoped: ServiceFixture?

        /// The service that ``ServiceScope`` gives the test that runs.
        package static var current: ServiceFixture {
            get throws { try #require(scoped, "the suite or the test lacks its trait '.service(…)'") }
        }
    }
#endif
