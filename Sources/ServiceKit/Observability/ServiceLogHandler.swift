import Contracts
import Domain
import Foundation
package import Logging

/// Writes one line a log record to standard error: JSON for machines, or a plain line for a person at a terminal.
package struct ServiceLogHandler: LogHandler {
    /// How a line looks.
    package enum Format: String, Sendable, CaseIterable {
        /// One object a line.
        case json
        /// A line for a person.
        case human
    }

    /// The least that is written.
    package var logLevel: Logger.Level
    /// What stands in each line.
    package var metadata: Logger.Metadata = [:]
    let service: String
    let format: Format

    /// - Parameters: the name of the program, the least level that is written, and the form of a line.
    package init(service: String, level: Logger.Level, format: Format) {
        self.service = service
        logLevel = level
        self.format = format
    }

    /// A value of ``metadata``.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a line.
    package func log(event: LogEvent) {
        var fields = metadata
        if let more = event.metadata { fields.merge(more) { _, new in new } }
        let time = ServiceClock.wallClock().description
        let line =
            switch format {
            case .json: Self.json(time, event.level, service, "\(event.message)", fields)
            case .human: Self.human(time, event.level, service, "\(event.message)", fields)
            }
        // One write a line: lines of several threads never run into each other.
        FileHandle.standardError.write(Data(line.utf8))
    }

    private static func json(
        _ time: String, _ level: Logger.Level, _ service: String, _ message: String, _ fields: Logger.Metadata
    ) -> String {
        var line = "{\"ts\":\(quoted(time)),\"level\":\(quoted(level.rawValue)),\"service\":\(quoted(service))"
        line += ",\"message\":\(quoted(message))"
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line += ",\(quoted(key)):\(quoted("\(value)"))"
        }
        return line + "}\n"
    }

    private static func human(
        _ time: String, _ level: Logger.Level, _ service: String, _ message: String, _ fields: Logger.Metadata
    ) -> String {
        let details = fields.sorted { $0.key < $1.key }.map { "  \($0.key)=\($0.value)" }.joined()
        return "\(time) \(level.rawValue.uppercased()) \(service): \(message)\(details)".replacing("\n", with: "\\n")
            + "\n"
    }

    /// JSON string with everything below U+0020 escaped, so that no value can begin a line of its own.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case let scalar where scalar.value < 0x20 || scalar.value == 0x7F:
                result += "\\u" + String(scalar.value + 0x10000, radix: 16).dropFirst()
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
