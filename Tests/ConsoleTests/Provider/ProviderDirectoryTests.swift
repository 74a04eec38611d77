import Logging
import Synchronization
import Testing

@testable import Console

@Suite("What is known of a provider")
struct ProviderDirectoryTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A clock that a test moves.
    private final class Clock: Sendable {
        private let time = Mutex(1_800_000_000)
        var now: Int { time.withLock { $0 } }
        func move(_ seconds: Int) { time.withLock { $0 += seconds } }
    }

    private static func directory(_ behaviour: String, _ clock: Clock) async throws -> ProviderDirectory {
        let issuer = try await SampleProvider.shared.issuer(behaviour)
        let settings = try #require(try ProviderSettings.of(issuer))
        return ProviderDirectory(
            settings, ProviderCaller(certificateAuthorities: nil, timeout: .seconds(1)), now: { clock.now },
            logger: quiet)
    }

    private static func asked(_ behaviour: String) async throws -> Int {
        try await SampleProvider.shared.requests(behaviour).count { $0.hasSuffix("/keys") }
    }

    @Test("is asked for once, however many want it, and again after a while")
    func once() async throws {
        let (name, clock) = ("directory-once", Clock())
        let directory = try await Self.directory(name, clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try await directory.known() } }
            try await group.waitForAll()
        }
        #expect(try await Self.asked(name) == 1)
        clock.move(ProviderDirectory.fresh - 1)
        #expect(try await directory.known().keys.count == 1)
        #expect(try await Self.asked(name) == 1)
        clock.move(1)
        _ = try await directory.known()
        #expect(try await Self.asked(name) == 2)
    }

    @Test("a key that is not known is asked for once a minute")
    func unknownKeys() async throws {
        let (name, clock) = ("directory-keys", Clock())
        let directory = try await Self.directory(name, clock)
        _ = try await directory.known()
        #expect(await directory.keysAnew() != nil)
        for _ in 0..<5 { #expect(await directory.keysAnew() == nil) }
        #expect(try await Self.asked(name) == 2)
        clock.move(ProviderDirectory.between)
        #expect(await directory.keysAnew() != nil)
        #expect(try await Self.asked(name) == 3)
    }

    @Test("a provider that is away is left alone for some seconds")
    func pause() async throws {
        let (name, clock) = ("broken-keys", Clock())
        let directory = try await Self.directory(name, clock)
        let before = try await Self.asked(name)
        for _ in 0..<5 {
            await #expect(throws: ProviderProblem.self) { _ = try await directory.known() }
            #expect(await directory.isAway())
        }
        #expect(try await Self.asked(name) == before + 1)
        clock.move(ProviderDirectory.pause)
        #expect(await directory.isAway())
        #expect(try await Self.asked(name) == before + 2)
    }
}
