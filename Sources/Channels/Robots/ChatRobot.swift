import Contracts
import Domain
import Outbound

/// Hands over to groups by chat robots: what WeCom, DingTalk and Feishu have in common.
///
/// All three take a request for each message and answer 200 with a code of their own. What is wrong with a message is refused;
/// what is wrong with a robot or its settings, or that it was asked too often, is no message's fault: later.
///
/// Words go as words: in none of the three forms is there markup in which a name could bring a link or call everybody.
package struct ChatRobot: Channel {
    /// A robot of a group.
    package struct Robot: Sendable {
        /// Its address, in which its key stands. A secret.
        package var url: String
        /// By which it is signed; `nil` when the group does not ask for it. A secret.
        package var secret: String?

        /// - Parameters: as the properties.
        package init(url: String, secret: String? = nil) { (self.url, self.secret) = (url, secret) }
    }

    /// Its name in the file of channels.
    package let name: String
    private let form: any ChatForm
    private let robots: [String: Robot]
    private let post: HTTPPost

    /// - Parameters:
    ///   - name: its name in the file of channels.
    ///   - form: whose robots they are.
    ///   - robots: the robots, by the names that are addresses of handovers.
    ///   - client: what sends.
    ///   - timeout: how long an answer may take.
    ///   - now: what time it is.
    init(
        name: String, form: any ChatForm, robots: [String: Robot], client: HTTPClient, timeout: Duration,
        now: @escaping @Sendable () -> Timestamp
    ) {
        (self.name, self.form, self.robots) = (name, form, robots)
        post = HTTPPost(client: client, timeout: timeout, now: now)
    }

    /// How long one request may take.
    package var longest: Duration { post.timeout }

    /// Hands over, one after the other.
    package func hand(_ handovers: [Handover], within time: Duration) async -> [HandoverOutcome] {
        await post.each(handovers, within: time) { handover in
            guard let robot = robots[handover.address] else {
                return (.refused("there is no robot '\(PlainWords.line(handover.address, atMost: 64))'"), .none)
            }
            let request = form.request(handover, robot, at: post.now())
            return await post.send(request.url, body: request.body) { outcome($0) }
        }
    }

    /// What an answer means.
    private func outcome(_ response: HTTPResponse) -> HandoverOutcome {
        guard response.status == 200 else { return .later("HTTP \(response.status)", after: nil) }
        let root = (try? JSONDocument(parsing: response.body))?.root
        guard let root, let code = root[form.codeName]?.integer else {
            return .later("HTTP 200 with no answer of a robot", after: nil)
        }
        let said = PlainWords.line(root[form.wordsName]?.string ?? "", atMost: 200)
        let words = "\(code) \(said)"
        return switch form.meaning(of: code, said) {
        case .accepted: .accepted(words)
        case .refused: .refused(words)
        case .tooOften(let after): .later(words, after: after)
        case .later: .later(words, after: nil)
        }
    }
}

/// What a robot's code means.
enum ChatMeaning: Equatable {
    case accepted
    /// The message is wrong.
    case refused
    /// It was asked too often.
    case tooOften(Duration)
    /// The robot is busy, or it or its settings are wrong.
    case later
}

/// How a chat's robots are spoken to.
protocol ChatForm: Sendable {
    /// Under which name an answer has its code.
    var codeName: String { get }
    /// Under which name it has its words.
    var wordsName: String { get }
    /// Where to and what is sent.
    func request(_ handover: Handover, _ robot: ChatRobot.Robot, at now: Timestamp) -> (url: String, body: [UInt8])
    /// What a code means.
    func meaning(of code: Int, _ words: String) -> ChatMeaning
}

extension Handover {
    /// What it says to a group: what it is about, and the whole, in at most so many bytes.
    func chatWords(bytes most: Int) -> String {
        let whole = text.hasPrefix(subject) ? text : "\(subject)\n\n\(text)"
        return PlainWords.beginning(whole, bytes: most)
    }
}
