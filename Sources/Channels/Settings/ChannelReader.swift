import Contracts
import Domain
import Outbound

/// Reads the channels of the file.
struct ChannelReader {
    let directory: String
    let read: (String) -> [UInt8]?
    let now: @Sendable () -> Timestamp

    func entry(_ node: JSONNode, _ path: String) throws(Refusal) -> ChannelSettings.Entry {
        let name = try Self.text(node, "name", path)
        guard let kind = NoticeChannel(rawValue: try Self.text(node, "kind", path)) else {
            let kinds = NoticeChannel.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal(.valueNotAllowed, path: "\(path).kind", "a channel is one of \(kinds)")
        }
        switch kind {
        case .mail: return try mail(node, name, path)
        case .wecom, .dingtalk, .feishu: return try chat(node, name, kind, path)
        case .webhook: return try webhooks(node, name, path)
        }
    }

    // MARK: Mail

    private func mail(_ node: JSONNode, _ name: String, _ path: String) throws(Refusal) -> ChannelSettings.Entry {
        try SettingsFile.allow(
            [
                "name", "kind", "perMinute", "host", "port", "security", "user", "passwordFile", "from", "replyTo",
                "authorities",
                "greeting", "connectSeconds", "silenceSeconds", "seconds",
            ], in: node, path)
        let host = try Self.text(node, "host", path)
        guard MailAddress.isHost(host) || host == "::1" else {
            throw Refusal(.valueNotAllowed, path: "\(path).host", "'host' is the name or the address of a server")
        }
        var security = MailServer.Security.startTLS
        if node["security"] != nil {
            guard let word = MailServer.Security(rawValue: try Self.text(node, "security", path)) else {
                throw Refusal(.valueNotAllowed, path: "\(path).security", "'security' is starttls, tls or none")
            }
            security = word
        }
        guard security != .none || ["localhost", "127.0.0.1", "::1"].contains(host) else {
            throw Refusal(
                .valueNotAllowed, path: "\(path).security", "without TLS mails go to a server on this machine only")
        }
        let login = try login(node, security, path)
        let from = try Self.mailbox(node, "from", path)
        let greeting = node["greeting"] == nil ? from.address.domain : try Self.text(node, "greeting", path)
        guard MailAddress.isHost(greeting) else {
            throw Refusal(.valueNotAllowed, path: "\(path).greeting", "'greeting' is the name of a host")
        }
        let standard = security == .tls ? 465 : security == .startTLS ? 587 : 25
        let server = MailServer(
            host: host, port: try SettingsFile.integer(node, "port", in: 1...65_535, path) ?? standard,
            security: security, greeting: greeting, login: login,
            certificateAuthorities: try authorities(node, path),
            connectTimeout: .seconds(try SettingsFile.integer(node, "connectSeconds", in: 1...300, path) ?? 20),
            silence: .seconds(try SettingsFile.integer(node, "silenceSeconds", in: 1...600, path) ?? 30),
            timeout: .seconds(try SettingsFile.integer(node, "seconds", in: 1...3_600, path) ?? 120))
        let channel = MailChannel(
            name: name, server: server, from: from,
            replyTo: node["replyTo"] == nil ? nil : try Self.mailbox(node, "replyTo", path), now: now)
        return ChannelSettings.Entry(
            kind: .mail, perMinute: try perMinute(node, 600, path), channel: channel, targets: nil)
    }

    private func login(
        _ node: JSONNode, _ security: MailServer.Security, _ path: String
    ) throws(Refusal) -> MailServer.Login? {
        guard node["user"] != nil || node["passwordFile"] != nil else { return nil }
        guard security != .none else {
            throw Refusal(.valueNotAllowed, path: "\(path).user", "a password is never sent without TLS")
        }
        return MailServer.Login(
            user: try Self.text(node, "user", path), password: try secret(node, "passwordFile", path))
    }

    private static func mailbox(_ node: JSONNode, _ key: String, _ path: String) throws(Refusal) -> Mailbox {
        guard let box = node[key], box.kind == .object else {
            throw Refusal(
                .missingField, path: "\(path).\(key)", "'\(key)' is required, an object with name and address")
        }
        let path = "\(path).\(key)"
        try SettingsFile.allow(["name", "address"], in: box, path)
        guard let address = MailAddress(try text(box, "address", path)) else {
            throw Refusal(.valueNotAllowed, path: "\(path).address", "this is no address of mail")
        }
        return Mailbox(name: box["name"] == nil ? nil : try text(box, "name", path), address: address)
    }

    // MARK: Chats and webhooks

    private func chat(
        _ node: JSONNode, _ name: String, _ kind: NoticeChannel, _ path: String
    ) throws(Refusal) -> ChannelSettings.Entry {
        try SettingsFile.allow(["name", "kind", "perMinute", "robots"], in: node, path)
        var robots: [String: ChatRobot.Robot] = [:]
        for (index, element) in try Self.list(node, "robots", path).enumerated() {
            let path = "\(path).robots[\(index)]"
            // A robot of WeCom has no secret but its address.
            try SettingsFile.allow(
                kind == .wecom ? ["name", "urlFile"] : ["name", "urlFile", "secretFile"], in: element, path)
            let name = try Self.text(element, "name", path)
            let url = try secret(element, "urlFile", path)
            guard Self.isAddress(url, schemes: ["https://"]) || Self.isLocal(url) else {
                throw Refusal(.valueNotAllowed, path: "\(path).urlFile", "the file holds no address with https://")
            }
            let secret = element["secretFile"] == nil ? nil : try secret(element, "secretFile", path)
            guard robots.updateValue(ChatRobot.Robot(url: url, secret: secret), forKey: name) == nil else {
                throw Refusal(.duplicateElement, path: "\(path).name", "'\(name)' is there before")
            }
        }
        let channel =
            switch kind {
            case .dingtalk: ChatRobot.dingtalk(name: name, robots: robots, now: now)
            case .feishu: ChatRobot.feishu(name: name, robots: robots, now: now)
            default: ChatRobot.wecom(name: name, robots: robots, now: now)
            }
        // The limits are each robot's; several may serve one group, so that the lower bound is the safe one.
        return ChannelSettings.Entry(
            kind: kind, perMinute: try perMinute(node, kind == .feishu ? 100 : 20, path), channel: channel,
            targets: robots.keys.sorted())
    }

    private func webhooks(_ node: JSONNode, _ name: String, _ path: String) throws(Refusal) -> ChannelSettings.Entry {
        try SettingsFile.allow(["name", "kind", "perMinute", "webhooks", "allowPrivate"], in: node, path)
        if let value = node["allowPrivate"], ![.true, .false].contains(value.kind) {
            throw Refusal(.wrongType, path: "\(path).allowPrivate", "'allowPrivate' is true or false")
        }
        let isPrivateAllowed = node["allowPrivate"]?.kind == .true
        var targets: [String: WebhookChannel.Target] = [:]
        for (index, element) in try Self.list(node, "webhooks", path).enumerated() {
            let path = "\(path).webhooks[\(index)]"
            try SettingsFile.allow(["name", "url", "secretFiles", "authorities"], in: element, path)
            let name = try Self.text(element, "name", path)
            let url = try Self.url(
                element, "url", path, schemes: isPrivateAllowed ? ["https://", "http://"] : ["https://"])
            var secrets: [WebhookSecret] = []
            for (place, file) in try Self.list(element, "secretFiles", path).enumerated() {
                let path = "\(path).secretFiles[\(place)]"
                guard let secret = WebhookSecret(try content(of: file, path)) else {
                    throw Refusal(
                        .valueNotAllowed, path: path,
                        "the file holds no secret of webhooks: whsec_ and 24 to 64 bytes in base64")
                }
                secrets.append(secret)
            }
            guard (1...5).contains(secrets.count) else {
                throw Refusal(
                    .missingField, path: "\(path).secretFiles",
                    "a webhook is signed by 1 to 5 secrets, the new ones first")
            }
            let target = WebhookChannel.Target(
                url: url, secrets: secrets, certificateAuthorities: try authorities(element, path))
            guard targets.updateValue(target, forKey: name) == nil else {
                throw Refusal(.duplicateElement, path: "\(path).name", "'\(name)' is there before")
            }
        }
        let channel = WebhookChannel(
            name: name, targets: targets, client: HTTPClient(isPrivateAllowed ? .everywhere : .publicAddresses),
            now: now)
        return ChannelSettings.Entry(
            kind: .webhook, perMinute: try perMinute(node, 600, path), channel: channel, targets: targets.keys.sorted())
    }

    // MARK: Values

    private func perMinute(_ node: JSONNode, _ standard: Int, _ path: String) throws(Refusal) -> Int {
        try SettingsFile.integer(node, "perMinute", in: 1...100_000, path) ?? standard
    }

    /// The name of a file of authorities, which is there.
    private func authorities(_ node: JSONNode, _ path: String) throws(Refusal) -> String? {
        guard node["authorities"] != nil else { return nil }
        let file = place(try Self.text(node, "authorities", path))
        guard let bytes = read(file), String(decoding: bytes, as: UTF8.self).contains("BEGIN CERTIFICATE") else {
            throw Refusal(
                .valueNotAllowed, path: "\(path).authorities", "the file cannot be read, or holds no certificate")
        }
        return file
    }

    private func secret(_ node: JSONNode, _ key: String, _ path: String) throws(Refusal) -> String {
        guard let file = node[key] else {
            throw Refusal(.missingField, path: "\(path).\(key)", "'\(key)' is required, the name of a file")
        }
        return try content(of: file, "\(path).\(key)")
    }

    private func place(_ name: String) -> String {
        name.hasPrefix("/") || directory.isEmpty ? name : "\(directory)/\(name)"
    }

    /// What stands in a file: one line.
    private func content(of file: JSONNode, _ path: String) throws(Refusal) -> String {
        guard let name = file.string, !name.isEmpty else {
            throw Refusal(.wrongType, path: path, "the name of a file is needed here")
        }
        guard let bytes = read(place(name)) else {
            throw Refusal(.valueNotAllowed, path: path, "the file '\(name.prefix(64))' cannot be read")
        }
        var line = String(decoding: bytes, as: UTF8.self)[...]
        while let last = line.last, last.isWhitespace { line.removeLast() }
        line = line.drop(while: \.isWhitespace)
        guard !line.isEmpty, line.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw Refusal(.valueNotAllowed, path: path, "the file holds nothing, or more than one line")
        }
        return String(line)
    }

    static func list(_ node: JSONNode, _ key: String, _ path: String) throws(Refusal) -> [JSONNode] {
        guard let list = node[key], list.kind == .array else {
            throw Refusal(.missingField, path: "\(path).\(key)", "'\(key)' is required, a list")
        }
        return list.elements
    }

    /// A text that is there, on one line, of 254 characters at most.
    static func text(_ node: JSONNode, _ key: String, _ path: String) throws(Refusal) -> String {
        guard let text = node[key]?.string, (1...254).contains(text.unicodeScalars.count) else {
            throw Refusal(.missingField, path: "\(path).\(key)", "'\(key)' is required, a text of 1 to 254 characters")
        }
        return text
    }

    static func url(_ node: JSONNode, _ key: String, _ path: String, schemes: [String]) throws(Refusal) -> String {
        guard let url = node[key]?.string, isAddress(url, schemes: schemes) else {
            throw Refusal(
                .valueNotAllowed, path: "\(path).\(key)",
                "'\(key)' is required, an address with \(schemes.joined(separator: " or "))")
        }
        return url
    }

    /// Whether a text is an address of the web, without a login in it.
    private static func isAddress(_ url: String, schemes: [String]) -> Bool {
        guard let scheme = schemes.first(where: { url.hasPrefix($0) }), url.utf8.count <= 2_000,
            url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return false }
        let host = url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        return !host.isEmpty && !host.contains("@")
    }

    /// Whether an address is of this machine: a server that stands between, or a test's.
    private static func isLocal(_ url: String) -> Bool {
        ["http://127.0.0.1:", "http://localhost:"].contains { url.hasPrefix($0) }
            && isAddress(url, schemes: ["http://"])
    }
}
