import Contracts
import Domain
import Foundation
import Outbound
import Testing

@testable import Channels

@Suite("Chat robots", .timeLimit(.minutes(2)))
struct ChatRobotTests {
    private static let dingtalkSecret = "SEC0123456789abcdef"
    private static let feishuSecret = "feishu/secret+="
    private static let settings = ["dingtalk": dingtalkSecret, "feishu": feishuSecret]

    private func robots(_ server: LocalServer, _ paths: [String], secret: String? = nil) -> [String: ChatRobot.Robot] {
        Dictionary(
            uniqueKeysWithValues: paths.map {
                ($0, ChatRobot.Robot(url: "http://127.0.0.1:\(server.port)/\($0)?key=very-secret", secret: secret))
            })
    }

    @Test("WeCom: words as words, accepted, too often, refused, and what is the robot's own fault")
    func wecom() async throws {
        let paths = ["wecom/0", "wecom/45009", "wecom/40058", "wecom/93000", "page", "status/502", "wait/429/7"]
        let taken = try await LocalServer.web { server in
            let channel = ChatRobot.wecom(name: "wecom", robots: robots(server, paths), now: now)
            let outcomes = await channel.hand((paths + ["nowhere"]).map { .of("h-\($0)", to: $0, text: "一\n") })
            #expect(outcomes[0] == .accepted("0 ok"))
            #expect(outcomes[1] == .later("45009 api freq out of limit", after: .seconds(60)))
            #expect(outcomes[2] == .refused("40058 no"))
            #expect(outcomes[3] == .later("93000 no", after: nil))
            #expect(outcomes[4].isLater && outcomes[4].after == nil)
            #expect(outcomes[5] == .later("HTTP 502", after: nil))
            #expect(outcomes[6] == .later("HTTP 429", after: .seconds(7)))
            #expect(outcomes[7] == .refused("there is no robot 'nowhere'"))
            #expect(outcomes.allSatisfy { !$0.words.contains("secret") })
        }
        #expect(taken.requests.count == paths.count)
        let first = try #require(taken.requests.first)
        #expect(first.body.msgtype == "text" && first.type.hasPrefix("application/json"))
        #expect(first.body.text?.content == "Order SO-1 waits\n\n一\n")
    }

    @Test("a robot that was asked too often, or does not answer, is left alone for the rest of the batch; others go on")
    func leftAlone() async throws {
        let paths = ["wecom/0", "wecom/45009", "silent", "gone"]
        let taken = try await LocalServer.web { server in
            let channel = ChatRobot.wecom(
                name: "wecom", robots: robots(server, paths), timeout: .milliseconds(500), now: now)
            let outcomes = await channel.hand(
                (paths + paths).enumerated().map { .of("h-\($0.offset)", to: $0.element) })
            #expect(outcomes.map(\.isAccepted) == [true, false, false, false, true, false, false, false])
            #expect(outcomes.allSatisfy { $0.isAccepted || $0.isLater })
            #expect(outcomes[5].after == .seconds(60) && outcomes[5].words.hasPrefix("not tried"))
            #expect(outcomes.allSatisfy { !$0.words.contains("secret") }, "\(outcomes)")
        }
        #expect(taken.requests.map(\.path) == ["/wecom/0", "/wecom/45009", "/silent", "/gone", "/wecom/0"])
    }

    @Test("DingTalk: signed as its document says, and left alone for ten minutes when it was too often")
    func dingtalk() async throws {
        let paths = ["dingtalk/0", "dingtalk/130101", "dingtalk/310000", "dingtalk/430102"]
        let taken = try await LocalServer.web(Self.settings) { server in
            let channel = ChatRobot.dingtalk(
                name: "dingtalk", robots: robots(server, paths, secret: Self.dingtalkSecret), now: now)
            let outcomes = await channel.hand(paths.map { .of("h-\($0)", to: $0) })
            #expect(outcomes[0] == .accepted("0 ok"))
            #expect(outcomes[1].isLater && outcomes[1].after == .seconds(600))
            #expect(outcomes[2].isLater && outcomes[2].after == nil)
            #expect(outcomes[3].isRefused)
            let wrong = ChatRobot.dingtalk(
                name: "dingtalk", robots: robots(server, ["dingtalk/0"], secret: "other"), now: now)
            _ = await wrong.hand([.of("wrong", to: "dingtalk/0")])
        }
        #expect(taken.requests.map(\.signatures) == [[true], [true], [true], [true], [false]])
        #expect(taken.requests[0].body.msgtype == "text")
        // The signature of a time and secret, worked out by Python: base64 of HMAC-SHA256, percent-encoded.
        let url = DingTalkForm.signed(
            "https://x/send?access_token=t", secret: "this is secret",
            at: Timestamp(microsecondsSinceEpoch: 1_700_000_000_123_456))
        #expect(
            url
                == "https://x/send?access_token=t&timestamp=1700000000123&sign=W2RNhLVXZurCuMiewxzjoEaGqxhR%2FFQAkLiAHZh%2BPWY%3D"
        )
    }

    @Test("Feishu: signed as its document says, in the reader's language, one piece of text a line")
    func feishu() async throws {
        let paths = ["feishu/0", "feishu/9499", "feishu/11232", "feishu/19021", "feishu/19002"]
        let taken = try await LocalServer.web(Self.settings) { server in
            let channel = ChatRobot.feishu(
                name: "feishu", robots: robots(server, paths, secret: Self.feishuSecret), now: now)
            let outcomes = await channel.hand(
                paths.map { .of("h-\($0)", to: $0, text: "一 <at user_id=\"all\">\n\n二\n", language: .zh) })
            #expect(outcomes[0] == .accepted("0 success"))
            #expect(outcomes[1].after == .seconds(60) && outcomes[2].after == .seconds(60))
            #expect(outcomes[3].isLater && outcomes[3].after == nil)
            #expect(outcomes[4].isRefused)
        }
        #expect(taken.requests.allSatisfy { $0.signatures == [true] })
        let body = try #require(taken.requests.first?.body)
        #expect(body.msg_type == "post")
        let post = try #require(body.content?.post["zh_cn"])
        #expect(post.title == "Order SO-1 waits")
        #expect(
            post.content == [
                [LocalServer.Requests.Body.Content.Piece(tag: "text", text: "一 <at user_id=\"all\">")],
                [LocalServer.Requests.Body.Content.Piece(tag: "text", text: "二")],
            ])
        #expect(
            FeishuForm.signature(secret: "this is secret", at: 1_700_000_000)
                == "OfGzRzoUICBOoc8wVra1e4A1hPfbZ9zqXozA8CWVUuY=")
    }

    @Test("what is too long for a chat is cut between characters, and says so")
    func long() throws {
        let form = WeComForm()
        let handover = Handover.of("1", to: "x", text: String(repeating: "家👨‍👩‍👧", count: 400))
        let (_, body) = form.request(handover, ChatRobot.Robot(url: "https://x"), at: now())
        let content = try #require(JSONDocument(parsing: body).root["text"]?["content"]?.string)
        #expect(content.utf8.count <= 2_048 && content.utf8.count > 2_000)
        #expect(content.hasSuffix("家…") || content.hasSuffix("👨‍👩‍👧…"))
    }
}
