import Client
import Foundation

/// Changes single values of a JSON body.
package enum BodyEdit {
    /// The body with its changes.
    ///
    /// - Parameter changes: `path=value`; a value that is valid JSON of another kind than text must be quoted to be text.
    /// - Throws: ``Failure`` when the body is no JSON, or has no such place.
    package static func apply(_ changes: [String], to body: [UInt8]) throws -> [UInt8] {
        guard var root = try? JSONSerialization.jsonObject(with: Data(body)) else {
            throw Failure("the body is no JSON: give a new one with --body")
        }
        for change in changes {
            let (path, text) = try parts(change)
            root = try replaced(root, steps(path)[...], value(text), path)
        }
        return try bytes(root)
    }

    /// A whole CloudEvent with its changes. A path leads into the data, with or without `data.` before it; the name of an
    /// attribute that the data does not have is the event's. Data in Base64 stays so; data that was sent as a text of JSON
    /// becomes what the text says.
    package static func apply(_ changes: [String], toEvent body: [UInt8]) throws -> [UInt8] {
        guard var event = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else {
            throw Failure("the body is no CloudEvent: give a new one with --body")
        }
        let coded = (event["data_base64"] as? String).flatMap { Data(base64Encoded: $0) }
        let text = coded ?? (event["data"] as? String).map { Data($0.utf8) }
        var data: Any = text.flatMap { try? JSONSerialization.jsonObject(with: $0) } ?? event["data"] ?? [String: Any]()
        for change in changes {
            let (path, text) = try parts(change)
            let steps = steps(path)
            let members = data as? [String: Any]
            if steps.first == "data", steps.count > 1, members?["data"] == nil {
                data = try replaced(data, steps.dropFirst(), value(text), path)
            } else if let name = steps.first, steps.count == 1, attributes.contains(name), members?[name] == nil {
                event[name] = value(text)
            } else {
                data = try replaced(data, steps[...], value(text), path)
            }
        }
        if coded != nil {
            event["data_base64"] = Data(try bytes(data)).base64EncodedString()
        } else {
            event["data_base64"] = nil
            event["data"] = data
        }
        return try bytes(event)
    }

    /// A new body for a whole CloudEvent: the event itself, or what is to be the data of the old one.
    static func event(_ body: [UInt8], in old: [UInt8]) throws -> [UInt8] {
        let new = try? JSONSerialization.jsonObject(with: Data(body), options: [.fragmentsAllowed])
        if (new as? [String: Any])?["specversion"] != nil { return body }
        guard let new, var event = try? JSONSerialization.jsonObject(with: Data(old)) as? [String: Any] else {
            throw Failure("the new body is neither a CloudEvent nor data for the one that is there")
        }
        event["data_base64"] = nil
        event["data"] = new
        return try bytes(event)
    }

    private static let attributes: Set<String> = [
        "specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema", "correlationid",
        "causationid", "traceparent", "partitionkey", "sequence", "data_base64",
    ]

    private static func parts(_ change: String) throws -> (path: String, value: String) {
        guard let equals = change.firstIndex(of: "=") else { throw Failure("'\(change)' is not PATH=VALUE") }
        var path = String(change[..<equals])
        if path.hasPrefix("$.") { path.removeFirst(2) }
        return (path, String(change[change.index(after: equals)...]))
    }

    private static func bytes(_ object: Any) throws -> [UInt8] {
        Array(
            try JSONSerialization.data(
                withJSONObject: object, options: [.withoutEscapingSlashes, .fragmentsAllowed]))
    }

    /// A text as a value that stays a text.
    static func quoted(_ text: String) -> String {
        (try? bytes(text)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// Numbers, true, false, null, and what is in quotes, as JSON; anything else as text. Amounts are texts in the
    /// contracts, so a decimal stays one.
    private static func value(_ text: String) -> Any {
        if let number = Int(text) { return number }
        if ["true", "false", "null"].contains(text) || text.hasPrefix("\"") || text.hasPrefix("{")
            || text.hasPrefix("[")
        {
            return (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])) ?? text
        }
        return text
    }

    private static func steps(_ path: String) -> [String] {
        path.replacing("[", with: ".").replacing("]", with: "").split(separator: ".").map(String.init)
    }

    private static func replaced(_ node: Any, _ steps: ArraySlice<String>, _ value: Any, _ path: String) throws -> Any {
        guard let step = steps.first else { return value }
        if var object = node as? [String: Any] {
            object[step] = try replaced(object[step] ?? [String: Any](), steps.dropFirst(), value, path)
            return object
        }
        if var list = node as? [Any], let index = Int(step), list.indices.contains(index) {
            list[index] = try replaced(list[index], steps.dropFirst(), value, path)
            return list
        }
        throw Failure("the body has no '\(path)'")
    }
}
