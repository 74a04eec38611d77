// swift-tools-version: 6.2

import PackageDescription

/// The settings every target of this package is built with: no warning is let through, and an import is internal
/// unless it says otherwise, so that a module's public face never leaks what it stands on.
///
/// With the variable WAYBILL_TRIAL the build can do wrong on purpose and speaks a later contract: for `make
/// chaos-controls` and `make rolling`, never for use.
let settings: [SwiftSetting] =
    (Context.environment["WAYBILL_TRIAL"] == nil ? [] : [.define("WAYBILL_TRIAL")]) + [
        .swiftLanguageMode(.v6),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
    ]

/// How a release is linked. A program that lets nobody link against it keeps no list of its names, and what it never calls
/// is left out: 4 MB of 45 MB. LLVM's linker puts what is used closer together than gold does. Together that is 7 MB of
/// the memory of each service (`docs/develop/performance.md`).
let linking: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld", "-Xlinker", "--no-export-dynamic"], .when(platforms: [.linux], configuration: .release))
]

/// `make bench-micro` sets the variable; an ordinary build neither fetches nor builds what only it needs.
let hasBenchmarks = Context.environment["WAYBILL_BENCHMARKS"] != nil

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// The services, five that do the group's business and the one that tells people: module name, executable name.
let services = [
    ("CustomerService", "waybill-customer"),
    ("SalesService", "waybill-sales"),
    ("ServiceDeskService", "waybill-servicedesk"),
    ("FinanceService", "waybill-finance"),
    ("SupplierService", "waybill-supplier"),
    ("NotifierService", "waybill-notifier"),
]

/// The tests of services in a folder of `Tests/ServiceTests`, with what all of them need.
func serviceTests(_ folder: String, of services: [String], _ more: [Target.Dependency] = []) -> [Target] {
    [
        .testTarget(
            name: "\(folder)ServiceTests",
            dependencies: services.map { .byName(name: $0) } + more + [
                "Domain", "Contracts", "ServiceKit", "Postgres", "Simulation", "TestSupport", "ServiceTestSupport",
            ],
            path: "Tests/ServiceTests/\(folder)", swiftSettings: settings)
    ]
}

let package = Package(
    name: "waybill",
    platforms: [.macOS("26.0")],
    products: [
        .executable(name: "waybill", targets: ["WaybillCLI"]),
        .executable(name: "waybill-console", targets: ["Console"]),
    ]
        + services.map { .executable(name: $0.1, targets: [$0.0]) },
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(
            url: "https://github.com/apple/swift-configuration.git", from: "1.4.0",
            traits: [.defaults, "CommandLineArguments"]),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ]
        + (hasBenchmarks
            ? [.package(url: "https://github.com/ordo-one/benchmark.git", from: "1.38.0", traits: [])] : []),
    targets: [
        // The only doors to C.
        .systemLibrary(
            name: "CRabbitMQ", pkgConfig: "librabbitmq",
            providers: [.apt(["librabbitmq-dev"]), .brew(["rabbitmq-c"])]),
        .systemLibrary(
            name: "CLibPQ", pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(name: "CSystemShims"),

        // The libraries, from the bottom up.
        .target(name: "PinnedThread", dependencies: ["CSystemShims"], swiftSettings: settings),
        .target(name: "Domain", swiftSettings: settings),
        .target(name: "Outbound", dependencies: ["PinnedThread", "CCurl"], swiftSettings: settings),
        // Its parts and messages are written by Generator/ from the specification, which SwiftPM has no business with.
        .target(name: "Contracts", dependencies: ["Domain"], exclude: ["Specification"], swiftSettings: settings),
        .target(
            name: "Messaging", dependencies: ["Domain", "Contracts", "PinnedThread", "CSystemShims", "CRabbitMQ", log],
            swiftSettings: settings),
        .target(
            name: "Postgres", dependencies: ["Domain", "PinnedThread", "CSystemShims", "CLibPQ", log, crypto],
            swiftSettings: settings),
        // What the system has on the broker: names, topology, users, the form of dead letters and of the audit.
        .target(
            name: "BrokerLayout", dependencies: ["Domain", "Contracts", "Messaging", "Outbound", crypto],
            swiftSettings: settings),
        .target(
            name: "ServiceKit",
            dependencies: [
                "CSystemShims", "Domain", "Contracts", "Messaging", "BrokerLayout", "Outbound", "Postgres", log, crypto,
                lifecycle,
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "SystemPackage", package: "swift-system"),
                hummingbird,
            ],
            resources: [.embedInCode("Migrations")],
            swiftSettings: settings),
        // Ways by which word reaches people: mail, chat robots and webhooks, and what is written in them.
        .target(
            name: "Channels", dependencies: ["Domain", "Contracts", "Outbound", crypto, log], swiftSettings: settings),
        .target(name: "PartyMatching", dependencies: ["Domain"], swiftSettings: settings),
        .target(name: "PartyGraph", dependencies: ["Domain", "Contracts"], swiftSettings: settings),
        .target(name: "ProfitAnalysis", dependencies: ["Domain", "Contracts"], swiftSettings: settings),
        .target(name: "CustomerValue", swiftSettings: settings),
        .target(name: "Pricing", dependencies: ["Domain"], swiftSettings: settings),
        // Tables as people save them, and what their lines say.
        .target(name: "Importing", dependencies: ["Domain", "Contracts", "CZlib"], swiftSettings: settings),
        .target(name: "CaseClocks", dependencies: ["Domain"], swiftSettings: settings),
        .target(name: "LeadScoring", dependencies: ["Domain"], swiftSettings: settings),
        // Funnels of any day, conversion, time in stage, and what is won in the end.
        .target(name: "Pipelines", dependencies: ["Domain"], swiftSettings: settings),
        .target(
            name: "Simulation",
            dependencies: ["Domain", "Contracts", .product(name: "HeapModule", package: "swift-collections")],
            swiftSettings: settings),

        // What a command line and a console share.
        .target(
            name: "Client", dependencies: ["Domain", "Contracts", "Messaging", "BrokerLayout", log],
            swiftSettings: settings),
        .target(
            name: "Operations",
            dependencies: ["Domain", "Contracts", "Messaging", "BrokerLayout", "Outbound", "Client", crypto],
            swiftSettings: settings),

        // Questions, commands and events by HTTP, for the console to mount.
        .target(
            name: "HTTPAPI",
            dependencies: [
                "Domain", "Contracts", "Messaging", "BrokerLayout", "Client", log, crypto,
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            swiftSettings: settings),

        // The operator's command.
        .executableTarget(
            name: "WaybillCLI",
            dependencies: [
                "Domain", "Contracts", "Messaging", "BrokerLayout", "Client", "HTTPAPI", "Operations", "CaseClocks",
                "Importing", "LeadScoring", "PartyGraph", "PartyMatching", "Pipelines", "Pricing", "ProfitAnalysis",
                "Simulation",
                "CSystemShims", arguments,
            ],
            swiftSettings: settings, linkerSettings: linking),

        // What people see in a browser, and what other systems call by HTTP.
        .executableTarget(
            name: "Console",
            dependencies: [
                "Domain", "Contracts", "Messaging", "BrokerLayout", "Client", "HTTPAPI", "Importing", "Operations",
                "Outbound", "ProfitAnalysis", "Postgres", "ServiceKit", "CSystemShims", "CZlib", log, crypto, lifecycle,
                hummingbird,
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
            ],
            exclude: ["Assets/VENDORED.md"],
            resources: [.embedInCode("Migrations"), .embedInCode("Assets")], swiftSettings: settings,
            linkerSettings: linking),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["Domain", "Contracts", "Messaging", "BrokerLayout", "Postgres", log],
            path: "Tests/TestSupport",
            swiftSettings: settings),
        .executableTarget(
            name: "FaultProxyCommand", dependencies: ["TestSupport"], path: "Tests/FaultProxyCommand",
            swiftSettings: settings),
        .testTarget(
            name: "PinnedThreadTests", dependencies: ["PinnedThread", "CSystemShims"], swiftSettings: settings),
        .testTarget(name: "DomainTests", dependencies: ["Domain"], swiftSettings: settings),
        .testTarget(
            name: "ContractsTests", dependencies: ["Domain", "Contracts"], exclude: ["Golden"], swiftSettings: settings),
        .testTarget(
            name: "MessagingTests",
            dependencies: ["Messaging", "Domain", "Contracts", "PinnedThread", "CSystemShims", "TestSupport", log],
            swiftSettings: settings),
        .testTarget(
            name: "PostgresTests",
            dependencies: ["Postgres", "Domain", "PinnedThread", "CSystemShims", "TestSupport", log],
            swiftSettings: settings),
        .testTarget(
            name: "PartyMatchingTests", dependencies: ["PartyMatching", "Domain", "Contracts", "Client", "WaybillCLI"],
            swiftSettings: settings),
        .testTarget(name: "CustomerValueTests", dependencies: ["CustomerValue"], swiftSettings: settings),
        .testTarget(name: "PricingTests", dependencies: ["Pricing", "Domain"], swiftSettings: settings),
        .testTarget(
            name: "ImportingTests", dependencies: ["Importing", "Contracts", "Domain"], exclude: ["Files"],
            swiftSettings: settings),
        .testTarget(name: "CaseClocksTests", dependencies: ["CaseClocks", "Domain"], swiftSettings: settings),
        .testTarget(name: "LeadScoringTests", dependencies: ["LeadScoring", "Domain"], swiftSettings: settings),
        .testTarget(name: "PipelinesTests", dependencies: ["Pipelines", "Domain"], swiftSettings: settings),
        .testTarget(
            name: "PartyGraphTests", dependencies: ["PartyGraph", "Domain", "Contracts"], swiftSettings: settings),
        .testTarget(
            name: "ChannelsTests", dependencies: ["Channels", "Outbound", "Domain", "Contracts", "TestSupport"],
            exclude: ["Golden", "servers.py"], swiftSettings: settings),
        .testTarget(name: "OutboundTests", dependencies: ["Outbound", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "ClientTests",
            dependencies: ["Client", "BrokerLayout", "Domain", "Contracts", "Messaging", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "HTTPAPITests",
            dependencies: [
                "HTTPAPI", "BrokerLayout", "Client", "Domain", "Contracts", "Messaging", "TestSupport", log,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ], swiftSettings: settings),
        .testTarget(
            name: "OperationsTests",
            dependencies: [
                "Operations", "Client", "BrokerLayout", "ServiceKit", "Domain", "Contracts", "Messaging", "Postgres",
                "TestSupport",
            ], swiftSettings: settings),
        .testTarget(
            name: "ServiceKitTests",
            dependencies: [
                "ServiceKit", "BrokerLayout", "Domain", "Contracts", "Messaging", "Postgres", "TestSupport", log,
                lifecycle,
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "FinanceService", "ServiceKit", "BrokerLayout", "Domain", "Contracts", "Messaging", "Postgres", log,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "WaybillCLI", "BrokerLayout", "Client", "Contracts", "Domain", "Importing", "Messaging", arguments,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ConsoleTests",
            dependencies: [
                "Console", "BrokerLayout", "Client", "Contracts", "Domain", "HTTPAPI", "Importing", "Messaging",
                "Operations", "Outbound", "Postgres", "ServiceKit", "TestSupport", log, crypto, hummingbird,
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ], exclude: ["Provider/provider.py"], swiftSettings: settings),
        // What the tests of services share: a service's handlers over a schema that is new, and bodies of messages.
        .target(
            name: "ServiceTestSupport",
            dependencies: ["Domain", "Contracts", "ServiceKit", "Postgres", "TestSupport", "Simulation"],
            path: "Tests/ServiceTests/Support", swiftSettings: settings),
    ]
        + serviceTests("Customer", of: ["CustomerService"], ["PartyGraph", "PartyMatching", "WaybillCLI"])
        + serviceTests("Finance", of: ["FinanceService"], ["ProfitAnalysis", "WaybillCLI"])
        + serviceTests("Sales", of: ["SalesService"], ["LeadScoring", "PartyMatching", "Pipelines", "Pricing"])
        + serviceTests("ServiceDesk", of: ["ServiceDeskService"], ["CaseClocks", "WaybillCLI", crypto])
        + serviceTests("Supplier", of: ["SupplierService"])
        + serviceTests("Notifier", of: ["NotifierService"], ["Channels"])
        // What more than one service is in.
        + serviceTests("Across", of: services.map(\.0))
        + services.map { module, _ in
            .executableTarget(
                name: module,
                dependencies: ["Domain", "Contracts", "ServiceKit", "Postgres", log]
                    + (module == "FinanceService" ? ["ProfitAnalysis"] : [])
                    + (module == "SalesService" ? ["LeadScoring", "PartyMatching", "Pipelines", "Pricing"] : [])
                    + (module == "NotifierService" ? ["Channels"] : [])
                    + (module == "ServiceDeskService" ? ["CaseClocks", crypto] : [])
                    + (module == "CustomerService" ? ["PartyMatching", "CustomerValue", "PartyGraph", crypto] : []),
                resources: [.embedInCode("Migrations")], swiftSettings: settings, linkerSettings: linking)
        }
        + (hasBenchmarks
            ? [
                .executableTarget(
                    name: "Micro",
                    dependencies: [
                        "Domain", "Contracts", "Messaging", "Postgres", "PinnedThread",
                        .product(name: "Benchmark", package: "benchmark"),
                    ],
                    path: "Benchmarks/Micro", swiftSettings: settings,
                    plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
            ] : [])
)
