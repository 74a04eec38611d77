import Contracts
import Domain
import Foundation
import Outbound
import TestSupport
import Testing

@testable import Channels

@Suite(
    "Mail to a server", .timeLimit(.minutes(2)), .enabled(if: LocalServer.hasMail, LocalServer.howToEnable))
struct MailChannelTests {
    private func channel(
        _ server: LocalServer, security: MailServer.Security = .none, host: String = "127.0.0.1",
        login: MailServer.Login? = nil, authority: String? = nil, timeout: Duration = .seconds(30),
        silence: Duration = .seconds(30)
    ) throws -> MailChannel {
        let from = try #require(MailAddress("notices@waybill.example"))
        return MailChannel(
            name: "mail",
            server: MailServer(
                host: host, port: server.port, security: security, greeting: "waybill.example", login: login,
                certificateAuthorities: authority, connectTimeout: timeout, silence: silence, timeout: timeout),
            from: Mailbox(name: "运单 Waybill", address: from), now: now)
    }

    @Test("many mails go over one connection, each once, and arrive as they were written")
    func many() async throws {
        let handovers = (0..<20).map { Handover.of("h-\($0)", to: "li.wei\($0)@example.com", thread: "order/a/SO-1") }
        let mailbox = try await LocalServer.mail { server in
            let channel = try channel(server)
            let outcomes = await channel.hand(handovers)
            #expect(outcomes.count == 20 && outcomes.allSatisfy { $0.isAccepted })
            #expect(outcomes[19] == .accepted("250 2.0.0 queued as 20"))
        }
        #expect(mailbox.connections == 1)
        #expect(mailbox.mails.map(\.recipients) == handovers.map { [$0.address] })
        let mail = try #require(mailbox.mails.first)
        #expect(mail.sender == "notices@waybill.example")
        #expect(mail.greeting == "waybill.example")
        #expect(mail.from == [["运单 Waybill", "notices@waybill.example"]])
        #expect(mail.header("Subject") == ["Order SO-1 waits"])
        #expect(mail.header("Message-ID") == ["<h-0@waybill.example>"])
        #expect(mail.header("References") == mailbox.mails[19].header("References"))
        #expect(mail.header("In-Reply-To") == mail.header("References"))
        #expect(mail.defects.isEmpty && mail.isPlain && mail.bareBreaks == 0 && mail.longest <= 78)
        #expect(mail.text == "It waits.\n")
    }

    @Test("no mail is begun once the time is over, and one that has begun is ended")
    func time() async throws {
        let mailbox = try await LocalServer.mail { server in
            let channel = try channel(server, timeout: .seconds(2), silence: .milliseconds(500))
            let handovers = ["silent", "b", "c"].map { Handover.of("t-\($0)", to: "\($0)@example.com") }
            #expect(await channel.hand(handovers, within: .zero) == [.untried, .untried, .untried])
            let began = ContinuousClock.now
            let outcomes = await channel.hand(handovers.reversed(), within: .seconds(60))
            #expect(outcomes[0].isAccepted && outcomes[1].isAccepted && outcomes[2].isLater, "\(outcomes)")
            #expect(ContinuousClock.now - began < channel.longest + .seconds(1))
        }
        #expect(mailbox.mails.map(\.recipients) == [["c@example.com"], ["b@example.com"]])
    }

    @Test("what a server says of a mail is told in its words, and neighbours go on")
    func words() async throws {
        let names = ["a", "full", "unknown", "later", "spam", "pieces", "b"]
        let mailbox = try await LocalServer.mail { server in
            let handovers = names.map { Handover.of("h-\($0)", to: "\($0)@example.com") }
            let outcomes = try await channel(server).hand(handovers)
            #expect(
                outcomes == [
                    .accepted("250 2.0.0 queued as 1"), .later("450 4.2.2 mailbox full, try again", after: nil),
                    .refused("550 5.1.1 nobody 5.1.1 of this name"), .later("451 4.3.0 not now", after: nil),
                    .refused("554 5.7.1 not this"), .accepted("250 2.0.0 queued as 2"),
                    .accepted("250 2.0.0 queued as 3"),
                ])
        }
        #expect(mailbox.mails.flatMap(\.recipients) == ["a@example.com", "pieces@example.com", "b@example.com"])
    }

    @Test("a connection that is cut while a mail is given costs that mail a delay, and no other")
    func cut() async throws {
        let mailbox = try await LocalServer.mail { server in
            let names = ["a", "cut", "b"]
            let outcomes = try await channel(server).hand(names.map { .of("h-\($0)", to: "\($0)@example.com") })
            #expect(outcomes[0].isAccepted && outcomes[1].isLater && outcomes[2].isAccepted, "\(outcomes)")
            #expect(outcomes[1].words.contains("while it was given the mail"))
            let twice = try await channel(server).hand(
                ["cut", "cut", "c"].enumerated().map { .of("t-\($0)", to: "\($1)@example.com") })
            #expect(twice.allSatisfy { $0.isLater })
            #expect(twice[2].words.hasPrefix("not tried"))
        }
        #expect(mailbox.mails.flatMap(\.recipients) == ["a@example.com", "b@example.com"])
    }

    @Test("a server that goes down or hangs is left alone, and all that was not handed over is owed")
    func down() async throws {
        let mailbox = try await LocalServer.mail { server in
            let down = try await channel(server).hand(
                ["a", "busy", "b"].map { .of("h-\($0)", to: "\($0)@example.com") })
            #expect(down[0].isAccepted)
            #expect(down[1] == .later("421 4.3.2 going down", after: nil))
            #expect(down[2] == .later("not tried, because before: 421 4.3.2 going down", after: nil))
            let patient = try channel(server, timeout: .milliseconds(500))
            let hung = await patient.hand(["silent", "b"].map { .of("s-\($0)", to: "\($0)@example.com") })
            #expect(hung.allSatisfy { $0.isLater })
            #expect(hung[0].words.contains("did not answer in time"))
            #expect(hung[1].words.hasPrefix("not tried"))
        }
        #expect(mailbox.tried == ["a@example.com", "busy@example.com", "silent@example.com"])
        #expect(mailbox.mails.count == 1)
        for (greeting, words) in [("busy", "421 4.3.2 too busy"), ("silent", "did not answer in time")] {
            _ = try await LocalServer.mail(["security": "none", "greeting": greeting]) { server in
                let outcomes = try await channel(server, timeout: .milliseconds(500)).hand([
                    .of("1", to: "a@example.com"), .of("2", to: "b@example.com"),
                ])
                #expect(outcomes.allSatisfy { $0.isLater })
                #expect(outcomes[0].words.contains(words), "\(outcomes)")
            }
        }
    }

    @Test("a server that takes a mail and says nothing of it, or is lost behind its last line: it is owed, and told so")
    func unanswered() async throws {
        let mailbox = try await LocalServer.mail { server in
            let lost = try await channel(server).hand(
                ["a", "lost", "b"].map { .of("l-\($0)", to: "\($0)@example.com") })
            #expect(lost[0].isAccepted && lost[1].isLater && lost[2].isAccepted, "\(lost)")
            let patient = try channel(server, timeout: .seconds(2), silence: .seconds(1))
            let mute = await patient.hand(["mute", "c"].map { .of("m-\($0)", to: "\($0)@example.com") })
            #expect(mute.allSatisfy { $0.isLater } && mute[1].words.hasPrefix("not tried"), "\(mute)")
        }
        #expect(mailbox.mails.flatMap(\.recipients) == ["a@example.com", "b@example.com"])
    }

    @Test("nobody there: all is owed")
    func nobody() async throws {
        var gone: MailChannel?
        _ = try await LocalServer.mail { gone = try channel($0) }
        let outcomes = try await #require(gone).hand((0..<3).map { .of("\($0)", to: "a@example.com") })
        #expect(outcomes.count == 3 && outcomes.allSatisfy { $0.isLater })
    }

    @Test("what is no address, or would be a command of its own, is refused before a server hears of it")
    func addresses() async throws {
        let mailbox = try await LocalServer.mail { server in
            let wrong = [
                "", "li.wei", "li wei@example.com", "li@wei@example.com", "a@example.com>\r\nRCPT TO:<b@example.com",
                "a@example.com\r\nDATA", "<a@example.com>", "王@example.com", "a@-x.com", "\"a b\"@example.com",
            ]
            let outcomes = try await channel(server).hand(wrong.map { .of("x", to: $0) })
            #expect(outcomes.allSatisfy { $0.isRefused }, "\(outcomes)")
        }
        #expect(mailbox.tried.isEmpty && mailbox.connections == 0)
    }

    @Test("a cancelled task hands nothing more over, and what it did not is owed")
    func cancelled() async throws {
        _ = try await LocalServer.mail { server in
            let channel = try channel(server)
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await channel.hand([.of("1", to: "a@example.com"), .of("2", to: "b@example.com")])
            }
            #expect(await task.value.allSatisfy { $0.isLater })
        }
    }

    @Test(
        "over TLS a server must prove itself, by either way, and be told who we are",
        .enabled(if: TestServers.certificates != nil, "no certificates: run 'make test'"))
    func secure() async throws {
        let directory = TestServers.certificates ?? ""
        let login = MailServer.Login(user: "waybill", password: "päss wörd")
        for security in [MailServer.Security.startTLS, .tls] {
            let settings = [
                "security": security.rawValue, "certificate": "\(directory)/server.pem",
                "key": "\(directory)/server.key",
                "user": login.user, "password": login.password,
            ]
            let mailbox = try await LocalServer.mail(settings) { server in
                func outcome(
                    _ id: String, host: String = "localhost", authority: String?, login: MailServer.Login?
                ) async throws -> HandoverOutcome {
                    let channel = try channel(
                        server, security: security, host: host, login: login,
                        authority: authority.map { "\(directory)/\($0).pem" })
                    return try #require(await channel.hand([.of(id, to: "\(id)@example.com")]).first)
                }
                #expect(try await outcome("good", authority: "ca", login: login).isAccepted)
                for (host, authority) in [("localhost", "stranger"), ("127.0.0.1", "ca"), ("localhost", nil)] {
                    let wrong = try await outcome("bad", host: host, authority: authority, login: login)
                    #expect(wrong.isLater && wrong.words.contains("is not trusted"), "\(wrong)")
                }
                // Who we are is no matter of the mail: it is mended, and the mail goes.
                let other = MailServer.Login(user: "waybill", password: "other")
                #expect(try await outcome("bad", authority: "ca", login: other).words.hasPrefix("535"))
                let none = try await outcome("bad", authority: "ca", login: nil)
                #expect(none.isLater && none.words.hasPrefix("530"), "\(none)")
            }
            #expect(mailbox.mails.flatMap(\.recipients) == ["good@example.com"])
            #expect(mailbox.mails.allSatisfy { $0.isSecure && $0.login == "waybill" })
        }
        // A server that offers no TLS hears of no mail and no password.
        let mailbox = try await LocalServer.mail { server in
            let channel = try channel(server, security: .startTLS, host: "localhost", login: login)
            let outcome = try #require(await channel.hand([.of("1", to: "a@example.com")]).first)
            #expect(outcome.isLater && outcome.words.contains("offers no TLS"), "\(outcome)")
        }
        #expect(mailbox.tried.isEmpty && mailbox.mails.isEmpty)
    }

    @Test("whatever names and texts hold, it is one mail to one address, and its reader sees the words")
    func hostile() async throws {
        let subjects = [
            "Order\r\nBcc: other@example.com", "订单 SO-2026-0117(昆山精密电子有限公司)亏损,请尽快处理并在两个工作日内说明原因", "=?UTF-8?B?QmNj?=",
            " leading and trailing ", String(repeating: "x", count: 300), "🚚\u{0}\u{202E}evil", "ü",
        ]
        let texts = [
            ".\r\n.\n..\nFrom here\n", "一行没有尽头" + String(repeating: "长", count: 2_000), "tab\t \nspace \n", "",
        ]
        let handovers = subjects.enumerated().map { index, subject in
            Handover.of(
                "h\r\n\(index)", to: "a\(index)@example.com", subject: subject, text: texts[index % texts.count],
                thread: "order/\r\nBcc: x/\(index)", severity: .critical, language: .zh)
        }
        let mailbox = try await LocalServer.mail { server in
            let outcomes = try await channel(server).hand(handovers)
            #expect(outcomes.allSatisfy { $0.isAccepted }, "\(outcomes)")
        }
        #expect(mailbox.mails.count == handovers.count)
        for (mail, handover) in zip(mailbox.mails, handovers) {
            #expect(mail.to == [handover.address] && mail.recipients == [handover.address])
            #expect(mail.header("Bcc").isEmpty)
            #expect(mail.headers.count == 12, "\(mail.headers)")
            #expect(mail.defects.isEmpty && mail.isPlain && mail.bareBreaks == 0 && mail.longest <= 78)
            #expect(mail.header("Subject") == [MailEncoding.oneLine(handover.subject)])
            let text = handover.text.replacing("\r\n", with: "\n")
            #expect(mail.text == (text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"))
            #expect(mail.html == handover.html.description)
            #expect(mail.header("Importance") == ["high"])
        }
    }
}
