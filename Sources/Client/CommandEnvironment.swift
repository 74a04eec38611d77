package import Contracts
import Foundation
package import Logging
package import Messaging

/// A failure that a person can do something about.
package struct Failure: Error, CustomStringConvertible {
    /// What is wrong, and what to do.
    package let description: String

    /// - Parameter description: a sentence that says both.
    package init(_ description: String) {
        self.description = description
    }
}

/// Where broker and services are.
package struct CommandEnvironment: Sendable {
    private let variables: [String: String]
    private let home: String

    /// Reads the environment, and what it lacks from the file that `make up` writes.
    package init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
        home = environment["WAYBILL_HOME"] ?? ".waybill"
        let text = (try? String(contentsOfFile: home + "/env", encoding: .utf8)) ?? ""
        variables = Self.parse(text).merging(environment) { _, own in own }
    }

    /// The values of lines such as `export NAME='value'`.
    package static func parse(_ text: String) -> [String: String] {
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

    /// The value of a variable; an empty one counts as none.
    package subscript(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A broker address by its variable.
    package func broker(_ variable: String, _ purpose: String) throws -> BrokerConfiguration {
        guard let url = try address(variable) else {
            throw Failure("\(variable) is not set: run 'make up', or set it to amqp://user:password@host:port/vhost")
        }
        return try BrokerConfiguration(
            url: url, connectionName: "waybill \(purpose)",
            tls: self["WAYBILL_AMQP_CA"].map { .init(caCertificatePath: $0) })
    }

    /// An address that stands in a variable, or in the file that the variable with `_FILE` behind it names.
    private func address(_ variable: String) throws -> String? {
        if let url = self[variable] { return url }
        guard let path = self[variable + "_FILE"] else { return nil }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Failure("\(variable)_FILE names '\(path)', which cannot be read")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The broker as whoever acts or asks: the person's own user, or the operator's when none is given, as in the demo.
    package func person(_ purpose: String) throws -> BrokerConfiguration {
        try broker(isPersonal ? Self.personal : "WAYBILL_AMQP_OPERATOR_URL", purpose)
    }

    /// Who acts when nothing else is said: the person as whom the broker is to log in; without one, as in the demo, whoever
    /// is logged in here.
    package static var login: String {
        let environment = CommandEnvironment()
        guard environment.isPersonal, let user = try? environment.person("login").userName else {
            return NSUserName()
        }
        return user
    }

    /// Whether a person's own user is given.
    private var isPersonal: Bool { self[Self.personal] != nil || self[Self.personal + "_FILE"] != nil }

    private static let personal = "WAYBILL_AMQP_USER_URL"

    /// An address of the management without the login that it may hold.
    package static func withoutLogin(_ address: String) -> String {
        guard var parts = URLComponents(string: address) else { return address }
        (parts.user, parts.password) = (nil, nil)
        return parts.string ?? address
    }

    /// The broker as whoever operates the system.
    package func `operator`(_ purpose: String) throws -> BrokerConfiguration {
        try broker("WAYBILL_AMQP_OPERATOR_URL", purpose)
    }

    /// The address of the broker's management, without the login that it may hold.
    package func management() throws -> String {
        guard let text = self["WAYBILL_HTTP_MANAGEMENT_URL"] else {
            throw Failure("this is done by the broker's management: set WAYBILL_HTTP_MANAGEMENT_URL to its address")
        }
        return Self.withoutLogin(text)
    }

    /// The file of partners with which the services run, or `any`; `nil` when that is not known here.
    package var partners: String? {
        self["WAYBILL_PARTNERS"]
            ?? (try? String(contentsOfFile: home + "/run/partners", encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The address of a service's health and metrics.
    package func http(_ service: ServiceName) -> String? { self["WAYBILL_HTTP_\(service.rawValue.uppercased())"] }

    /// A logger that says nothing: the commands say what there is to say themselves.
    package static let quiet = Logger(label: "waybill") { _ in SwiftLogNoOpLogHandler() }
}
