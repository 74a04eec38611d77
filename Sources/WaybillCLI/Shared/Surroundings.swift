import Contracts
import Foundation
import Logging
import Messaging

/// A failure that a person can do something about.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Where broker and services are.
struct Surroundings: Sendable {
    private let variables: [String: String]

    /// Reads the environment, and what it lacks from the file that `make up` writes.
    init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
        let home = environment["WAYBILL_HOME"] ?? ".waybill"
        let text = (try? String(contentsOfFile: home + "/env", encoding: .utf8)) ?? ""
        variables = Self.parse(text).merging(environment) { _, own in own }
    }

    /// The values of lines such as `export NAME='value'`.
    static func parse(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard line.hasPrefix("export "), let equals = line.firstIndex(of: "=") else { continue }
            let name = line[line.index(line.startIndex, offsetBy: 7)..<equals]
            var value = line[line.index(after: equals)...]
            if value.hasPrefix("'"), value.hasSuffix("'"), value.count >= 2 { value = value.dropFirst().dropLast() }
            values[String(name)] = String(value)
        }
        return values
    }

    subscript(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A broker address by its variable.
    func broker(_ variable: String, _ purpose: String) throws -> BrokerConfiguration {
        guard let url = self[variable] else {
            throw Failure("\(variable) is not set: run 'make up', or set it to amqp://user:password@host:port/vhost")
        }
        return try BrokerConfiguration(
            url: url, connectionName: "waybill \(purpose)",
            tls: self["WAYBILL_AMQP_CA"].map { .init(caCertificatePath: $0) })
    }

    func `operator`(_ purpose: String) throws -> BrokerConfiguration {
        try broker("WAYBILL_AMQP_OPERATOR_URL", purpose)
    }

    /// The address of a service's health and metrics.
    func http(_ service: ServiceName) -> String? { self["WAYBILL_HTTP_\(service.rawValue.uppercased())"] }

    /// A logger that says nothing: the commands say what there is to say themselves.
    static let quiet = Logger(label: "waybill") { _ in SwiftLogNoOpLogHandler() }
}

/// Says something on standard error, beside the output.
func say(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}

/// Shows how far long work is, on one line of a terminal.
struct Progress {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var last = ContinuousClock.now - .seconds(1)

    mutating func show(_ text: @autoclosure () -> String) {
        guard isTerminal, ContinuousClock.now - last > .milliseconds(100) else { return }
        last = .now
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text())".utf8))
    }

    func end() {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
