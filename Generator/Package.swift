// swift-tools-version: 6.2

import PackageDescription

// Writes the Swift source of the contracts from their specification. A package of its own that imports nothing of
// ours: an ordinary build of Waybill never sees it, and it builds when everything else is broken.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "contract-generator",
    platforms: [.macOS("26.0")],
    targets: [
        .executableTarget(name: "ContractGenerator", swiftSettings: settings),
        .testTarget(
            name: "ContractGeneratorTests", dependencies: ["ContractGenerator"], swiftSettings: settings),
    ]
)
