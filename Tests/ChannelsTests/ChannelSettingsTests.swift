import Contracts
import Domain
import Foundation
import Testing

@testable import Channels

@Suite("The file of channels")
struct ChannelSettingsTests {
    private static let files = [
        "password": "s3cret\n", "wecom.url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k\n",
        "dingtalk.url": "https://oapi.dingtalk.com/robot/send?access_token=t", "dingtalk.secret": "SEC1",
        "feishu.url": "https://open.feishu.cn/open-apis/bot/v2/hook/h", "old": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "new": "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "ca.pem": "-----BEGIN CERTIFICATE-----\n",
        "empty": " \n", "two": "a\nb", "plain.url": "http://example.com/x",
    ]
    private static let mail =
        #"{"name": "mail", "kind": "mail", "host": "smtp.example.com", "user": "waybill", "passwordFile": "password","#
        + #" "from": {"name": "Waybill", "address": "notices@example.com"}, "authorities": "ca.pem"}"#
    private static let wecom =
        #"{"name": "east", "kind": "wecom", "robots": [{"name": "sales", "urlFile": "wecom.url"}]}"#
    private static let hooks =
        #"{"name": "hooks", "kind": "webhook", "perMinute": 30, "webhooks": [{"name": "erp", "url": "https://erp.example.com/in","#
        + #" "secretFiles": ["new", "old"]}]}"#

    private func read(_ channels: [String], nodes: String = "[]", more: String = "") throws(Refusal) -> ChannelSettings
    {
        let json = #"{"channels": [\#(channels.joined(separator: ", "))], "nodes": \#(nodes)\#(more)}"#
        return try ChannelSettings(
            json: Array(json.utf8), read: { name in Self.files[name].map { Array($0.utf8) } }, now: now)
    }

    @Test("all kinds are read, each node has its own, and the nearest list counts")
    func whole() throws {
        let dingtalk =
            #"{"name": "ding", "kind": "dingtalk", "robots": [{"name": "desk", "urlFile": "dingtalk.url", "secretFile": "dingtalk.secret"}]}"#
        let feishu = #"{"name": "fei", "kind": "feishu", "robots": [{"name": "desk", "urlFile": "feishu.url"}]}"#
        let settings = try read(
            [Self.mail, Self.wecom, dingtalk, feishu, Self.hooks],
            nodes: #"""
                [{"node": "*", "channels": ["mail"]}, {"node": "EAST", "channels": ["east", "mail", "hooks"]},
                 {"node": "KS01", "channels": []}]
                """#, more: #", "console": "https://waybill.example/""#)
        #expect(settings.entries.keys.sorted() == ["ding", "east", "fei", "hooks", "mail"])
        #expect(settings.console == "https://waybill.example")
        #expect(settings.entries["hooks"]?.perMinute == 30 && settings.entries["east"]?.perMinute == 20)
        #expect(settings.entries["mail"]?.targets == nil && settings.entries["east"]?.targets == ["sales"])
        #expect(settings.channels(for: ["SH02", "EAST", "GROUP"]).map(\.name) == ["east", "mail", "hooks"])
        #expect(settings.channels(for: ["KS01", "EAST", "GROUP"]).isEmpty)
        #expect(settings.channels(for: ["GROUP"]).map(\.name) == ["mail"])
        #expect(settings.channel(.wecom, for: ["EAST"])?.name == "east")
        #expect(settings.channel(.wecom, for: ["GROUP"]) == nil)
    }

    @Test("what is wrong is refused with its path, and no secret is told")
    func wrong() {
        func changed(_ channel: String, _ from: String, _ to: String) -> [String] {
            #expect(channel.contains(from))
            return [channel.replacing(from, with: to)]
        }
        let cases: [(channels: [String], path: String)] = [
            (changed(Self.mail, #""host""#, #""hosst""#), "$.channels[0].hosst"),
            (changed(Self.mail, "smtp.example.com", "smtp example"), "$.channels[0].host"),
            (changed(Self.mail, #""kind": "mail""#, #""kind": "fax""#), "$.channels[0].kind"),
            (changed(Self.mail, #""user""#, #""security": "none", "user""#), "$.channels[0].security"),
            (changed(Self.mail, #""smtp.example.com""#, #""localhost", "security": "none""#), "$.channels[0].user"),
            (changed(Self.mail, #""user""#, #""security": "ssl", "user""#), "$.channels[0].security"),
            (changed(Self.mail, #""user""#, #""port": 0, "user""#), "$.channels[0].port"),
            (changed(Self.mail, #""passwordFile": "password","#, ""), "$.channels[0].passwordFile"),
            (changed(Self.mail, #""password""#, #""missing""#), "$.channels[0].passwordFile"),
            (changed(Self.mail, #""password""#, #""empty""#), "$.channels[0].passwordFile"),
            (changed(Self.mail, #""password""#, #""two""#), "$.channels[0].passwordFile"),
            (changed(Self.mail, "notices@example.com", "notices@example.com>"), "$.channels[0].from.address"),
            (changed(Self.mail, #""ca.pem""#, #""password""#), "$.channels[0].authorities"),
            (changed(Self.wecom, "wecom.url", "plain.url"), "$.channels[0].robots[0].urlFile"),
            (
                changed(Self.wecom, #""urlFile""#, #""secretFile": "old", "urlFile""#),
                "$.channels[0].robots[0].secretFile"
            ),
            (changed(Self.hooks, "https://erp", "http://erp"), "$.channels[0].webhooks[0].url"),
            (changed(Self.hooks, "https://erp", "https://user:pass@erp"), "$.channels[0].webhooks[0].url"),
            (changed(Self.hooks, #"["new", "old"]"#, "[]"), "$.channels[0].webhooks[0].secretFiles"),
            (changed(Self.hooks, #""new""#, #""password""#), "$.channels[0].webhooks[0].secretFiles[0]"),
            (changed(Self.hooks, #""perMinute": 30"#, #""allowPrivate": "yes""#), "$.channels[0].allowPrivate"),
            (changed(Self.hooks, #""perMinute": 30"#, #""perMinute": 0"#), "$.channels[0].perMinute"),
            ([Self.mail, Self.mail], "$.channels[1].name"),
        ]
        for (channels, path) in cases {
            do throws(Refusal) {
                _ = try read(channels)
                Issue.record("\(channels) was taken")
            } catch {
                #expect(error.path == path, "\(error)")
                #expect(!error.description.contains("s3cret"))
            }
        }
    }

    @Test("the page's example is read, and a file of it with its secrets beside it")
    func page() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/operate/channels.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let json = try #require(
            text.components(separatedBy: "```json\n").dropFirst().first?.components(separatedBy: "```").first)
        func secret(_ name: String) -> String {
            if name.hasSuffix(".url") { return "https://chat.example.com/send?key=k" }
            return name.hasSuffix(".pem")
                ? "BEGIN CERTIFICATE" : name.contains("webhook") ? Self.files["old"] ?? "" : "secret"
        }
        let settings = try ChannelSettings(json: Array(json.utf8), read: { Array(secret($0).utf8) }, now: now)
        #expect(Set(settings.entries.values.map(\.kind)) == Set(NoticeChannel.allCases))
        #expect(!settings.channels(for: ["*"]).isEmpty)

        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("channels-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, content) in Self.files {
            try Data(content.utf8).write(to: directory.appendingPathComponent(name))
        }
        let file = directory.appendingPathComponent("channels.json")
        try Data(#"{"channels": [\#(Self.mail)], "nodes": []}"#.utf8).write(to: file)
        #expect(try ChannelSettings(file: file.path, now: now).entries["mail"] != nil)
        #expect(throws: Refusal.self) { try ChannelSettings(file: directory.path + "/none.json", now: now) }
    }

    @Test("a node names channels that are there, one of each kind, and stands once")
    func nodes() {
        let second = Self.mail.replacing(#""name": "mail""#, with: #""name": "mail2""#)
        for (nodes, path) in [
            (#"[{"node": "*", "channels": ["post"]}]"#, "$.nodes[0].channels[0]"),
            (#"[{"node": "*", "channels": ["mail", "mail2"]}]"#, "$.nodes[0].channels[1]"),
            (#"[{"node": "A", "channels": []}, {"node": "A", "channels": []}]"#, "$.nodes[1].node"),
            (#"[{"node": "A"}]"#, "$.nodes[0].channels"),
        ] {
            do throws(Refusal) {
                _ = try read([Self.mail, second], nodes: nodes)
                Issue.record("\(nodes) was taken")
            } catch {
                #expect(error.path == path)
            }
        }
    }
}
