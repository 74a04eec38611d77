import Outbound

/// A service's health and metrics, as it says them over HTTP.
package enum ServiceEndpoint {
    /// The metrics in a text of Prometheus, by name and labels as they stand there.
    package static func values(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            values[String(line[..<space])] = String(line[line.index(after: space)...])
        }
        return values
    }

    /// The values of one metric by the one label that it has.
    package static func labelled(_ name: String, in values: [String: String]) -> [(label: String, value: Double)] {
        values.compactMap { key, value in
            guard key.hasPrefix("\(name){"), key.hasSuffix("\"}"), let start = key.firstIndex(of: "\""),
                let number = Double(value)
            else { return nil }
            return (String(key[key.index(after: start)..<key.index(key.endIndex, offsetBy: -2)]), number)
        }.sorted { $0.label < $1.label }
    }

    /// Asks for one of its pages.
    ///
    /// - Parameters:
    ///   - base: the service's address, `http://host:port`.
    ///   - path: of the page.
    /// - Returns: the status and the page; `nil` when the service has no address or does not answer within 3 s.
    package static func get(_ base: String?, _ path: String) async -> (code: Int, body: String)? {
        guard let base,
            let answer = try? await HTTPClient.shared.send(HTTPRequest("GET", base + path, timeout: .seconds(3)))
        else { return nil }
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }
}
