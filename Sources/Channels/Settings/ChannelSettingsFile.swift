package import Contracts
package import Domain
import Foundation

extension ChannelSettings {
    /// Reads channels from JSON: `{"channels": […], "nodes": […], "console"?}`. What each kind of channel has, `docs/operate/channels.md`
    /// says. Secrets and authorities stand in files of their own, which are read now.
    ///
    /// - Parameters:
    ///   - json: the file.
    ///   - directory: where the names of files that it names begin, when they do not begin with a slash.
    ///   - read: what stands in such a file; `nil` when that cannot be read.
    ///   - now: what time it is, for the channels.
    /// - Throws: ``Refusal`` with the path of what is wrong.
    package init(
        json: [UInt8], directory: String = "", read: @escaping (String) -> [UInt8]?,
        now: @escaping @Sendable () -> Timestamp
    ) throws(Refusal) {
        let root = try SettingsFile.root(json)
        try SettingsFile.allow(["channels", "nodes", "console"], in: root, "$")
        let reader = ChannelReader(directory: directory, read: read, now: now)
        var entries: [String: Entry] = [:]
        for (index, node) in try ChannelReader.list(root, "channels", "$").enumerated() {
            let path = "$.channels[\(index)]"
            let entry = try reader.entry(node, path)
            guard entries.updateValue(entry, forKey: entry.name) == nil else {
                throw Refusal(.duplicateElement, path: "\(path).name", "'\(entry.name)' is there before")
            }
        }
        var nodes: [String: [String]] = [:]
        for (index, node) in try ChannelReader.list(root, "nodes", "$").enumerated() {
            let path = "$.nodes[\(index)]"
            try SettingsFile.allow(["node", "channels"], in: node, path)
            let name = try ChannelReader.text(node, "node", path)
            var names: [String] = []
            for (place, element) in try ChannelReader.list(node, "channels", path).enumerated() {
                let path = "\(path).channels[\(place)]"
                guard let channel = element.string, let entry = entries[channel] else {
                    throw Refusal(.valueNotAllowed, path: path, "there is no channel of this name")
                }
                if let other = names.first(where: { entries[$0]?.kind == entry.kind }) {
                    throw Refusal(
                        .duplicateElement, path: path, "'\(other)' is of the same kind: a node has one of each")
                }
                names.append(channel)
            }
            guard nodes.updateValue(names, forKey: name) == nil else {
                throw Refusal(.duplicateElement, path: "\(path).node", "'\(name)' is there before")
            }
        }
        var console: String?
        if root["console"] != nil {
            let address = try ChannelReader.url(root, "console", "$", schemes: ["https://", "http://"])
            console = address.hasSuffix("/") ? String(address.dropLast()) : address
        }
        self.init(entries: entries, nodes: nodes, console: console)
    }

    /// Reads the file of that path, and the files that it names, which begin where it lies.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - now: what time it is, for the channels.
    /// - Throws: ``Refusal`` with the path of what is wrong.
    package init(file path: String, now: @escaping @Sendable () -> Timestamp) throws(Refusal) {
        func content(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { Array($0) } }
        guard let json = content(path) else {
            throw Refusal(.emptyBody, path: "$", "the file of channels '\(path.prefix(200))' cannot be read")
        }
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try self.init(json: json, directory: directory, read: content, now: now)
    }
}
