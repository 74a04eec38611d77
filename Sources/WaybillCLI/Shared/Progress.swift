import Client
import Foundation
import Synchronization

/// Says something on standard error, beside the output. What strangers wrote of it does not act on a terminal.
func say(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { TerminalText.visible(String($0)) }
    FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
}

/// When work says how far it is: not within its first two seconds; then on a terminal ten times a second, on a line that
/// is written anew, and elsewhere by a line every five seconds.
struct ProgressPace {
    private let isTerminal: Bool
    private var next: ContinuousClock.Instant

    init(isTerminal: Bool, start: ContinuousClock.Instant) {
        self.isTerminal = isTerminal
        next = start + .seconds(2)
    }

    /// Whether something is to be said now. If so, that counts as said.
    mutating func isDue(at now: ContinuousClock.Instant) -> Bool {
        guard now >= next else { return false }
        next = now + (isTerminal ? .milliseconds(100) : .seconds(5))
        return true
    }
}

/// Shows how far long work is.
struct Progress {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var pace: ProgressPace
    private var hasShown = false

    init() {
        pace = ProgressPace(isTerminal: isTerminal, start: .now)
    }

    mutating func show(_ text: @autoclosure () -> String) {
        guard pace.isDue(at: .now) else { return }
        guard isTerminal else { return say(text()) }
        hasShown = true
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text())".utf8))
    }

    mutating func end() {
        if hasShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
        hasShown = false
    }
}

/// What is being waited for: said, by the same pace as other progress, while the wait goes on.
final class Waiting: Sendable {
    private let text: Mutex<String>

    init(_ text: String) {
        self.text = Mutex(text)
    }

    /// Says of what is waited for from now on.
    func now(_ text: String) { self.text.withLock { $0 = text } }

    /// Does what takes its time.
    func during<Result>(_ work: () async throws -> Result) async throws -> Result {
        let ticker = Task { await tell() }
        defer { ticker.cancel() }
        return try await work()
    }

    private func tell() async {
        var progress = Progress()
        while (try? await Task.sleep(for: .milliseconds(200))) != nil {
            progress.show("waiting for " + text.withLock { $0 })
        }
        progress.end()
    }
}
