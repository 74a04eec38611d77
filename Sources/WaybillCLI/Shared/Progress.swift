import Client
import Foundation
import Synchronization

/// Says something on standard error, beside the output. What strangers wrote of it does not act on a terminal.
func say(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { TerminalText.visible(String($0)) }
    let cleared = standingLine.withLock { isThere in
        defer { isThere = false }
        return isThere ? clearLine : ""
    }
    FileHandle.standardError.write(Data((cleared + lines.joined(separator: "\n") + "\n").utf8))
}

/// Whether the last line on the terminal is one of progress, which goes before anything else is said.
private let standingLine = Mutex(false)
private let clearLine = "\r\u{1B}[K"

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
    private let isTerminal: Bool
    private let tell: @Sendable (String) -> Void
    private var pace: ProgressPace

    /// - Parameters:
    ///   - isTerminal: whether it is shown on one line that is written anew.
    ///   - start: since when the work goes on.
    ///   - tell: where a line goes that is not on a terminal.
    init(
        isTerminal: Bool = isatty(STDERR_FILENO) == 1, start: ContinuousClock.Instant = .now,
        tell: @escaping @Sendable (String) -> Void = say
    ) {
        self.isTerminal = isTerminal
        self.tell = tell
        pace = ProgressPace(isTerminal: isTerminal, start: start)
    }

    mutating func show(_ text: @autoclosure () -> String) {
        guard pace.isDue(at: .now) else { return }
        guard isTerminal else { return tell(text()) }
        standingLine.withLock { isThere in
            isThere = true
            FileHandle.standardError.write(Data((clearLine + TerminalText.visible(text())).utf8))
        }
    }

    mutating func end() {
        standingLine.withLock { isThere in
            if isThere { FileHandle.standardError.write(Data(clearLine.utf8)) }
            isThere = false
        }
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
