import Contracts
package import Domain
package import Outbound

/// Custom robots of groups in Feishu, by its document on them: `post`, whose pieces of text are taken as they are (in `text` a
/// name could call everybody), signed by the time in seconds and the secret: HMAC-SHA256 of nothing, under both. A request has at
/// most 20 KB; five a second and a hundred a minute are allowed.
struct FeishuForm: ChatForm {
    let codeName = "code"
    let wordsName = "msg"

    func request(_ handover: Handover, _ robot: ChatRobot.Robot, at now: Timestamp) -> (url: String, body: [UInt8]) {
        var post = ObjectWriter()
        post.text("title", PlainWords.beginning(handover.subject, bytes: 600))
        post.json("content", Self.lines(of: PlainWords.beginning(handover.text, bytes: 8_000)))
        var languages = ObjectWriter()
        switch handover.language {
        case .zh: languages.json("zh_cn", post.finished())
        case .en: languages.json("en_us", post.finished())
        }
        var content = ObjectWriter()
        content.json("post", languages.finished())
        var body = ObjectWriter()
        if let secret = robot.secret {
            let seconds = now.microsecondsSinceEpoch / 1_000_000
            body.text("timestamp", String(seconds))
            body.text("sign", Self.signature(secret: secret, at: seconds))
        }
        body.text("msg_type", "post")
        body.json("content", content.finished())
        return (robot.url, body.finished())
    }

    /// The signature of a time.
    static func signature(secret: String, at seconds: Int64) -> String {
        Signed.base64([UInt8](), key: Array("\(seconds)\n\(secret)".utf8))
    }

    /// Paragraphs, each with one piece of text.
    private static func lines(of text: String) -> [UInt8] {
        var bytes: [UInt8] = Array("[".utf8)
        for (index, line) in text.split(separator: "\n").prefix(200).enumerated() {
            var piece = ObjectWriter()
            piece.text("tag", "text")
            piece.text("text", String(line))
            bytes += (index > 0 ? ",[" : "[").utf8
            bytes += piece.finished()
            bytes += "]".utf8
        }
        return bytes + "]".utf8
    }

    func meaning(of code: Int, _ words: String) -> ChatMeaning {
        switch code {
        case 0: .accepted
        case 11232: .tooOften(.seconds(60))
        // Either a request that it cannot read, or too many of them.
        case 9499: words.lowercased().contains("too many") ? .tooOften(.seconds(60)) : .refused
        // Wrong fields.
        case 19002: .refused
        // No such robot (19001), not of its signature, network or keyword (19021, 19022, 19024), and what we do not know.
        default: .later
        }
    }
}

extension ChatRobot {
    /// Robots of Feishu.
    ///
    /// - Parameters: as of ``wecom(name:robots:client:timeout:now:)``.
    package static func feishu(
        name: String, robots: [String: Robot], client: HTTPClient = .shared, timeout: Duration = .seconds(10),
        now: @escaping @Sendable () -> Timestamp
    ) -> ChatRobot {
        ChatRobot(name: name, form: FeishuForm(), robots: robots, client: client, timeout: timeout, now: now)
    }
}
