import ArgumentParser
import Client
import Operations

struct DeadRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put back what the broker alone keeps: refused messages, or with --audit the record of acts.",
        discussion: """
            FILE is what 'dead export', or 'dead audit --out', wrote. What stands there already is left out, so it may be run
            again. A letter is put back as it stood; 'dead replay' sends it on.
            """)

    @Argument(help: "The file; - for standard input.")
    var file: String
    @Flag(help: "The file has records of the audit.")
    var audit = false

    func run() async throws {
        let text = String(decoding: try ColumnFile.text(of: file), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let broker = try CommandEnvironment().operator("restore")
        let count =
            audit
            ? try await Restoring.audit(lines, as: broker) : try await Restoring.letters(lines, as: broker)
        say("put back \(count) \(audit ? "records" : "messages")")
    }
}
