import Testing

@testable import Outbound

@Suite("What a mail server says")
struct MailConversationTests {
    private func hear(_ text: String, _ conversation: inout MailConversation) {
        Array(text.utf8).withUnsafeBytes { conversation.hear($0) }
    }

    private func say(_ text: String, _ conversation: inout MailConversation) {
        Array(text.utf8).withUnsafeBytes { conversation.say($0) }
    }

    @Test("the last whole answer counts, with what it was about, in whatever pieces it comes")
    func pieces() {
        var conversation = MailConversation()
        hear("220 ready\r\n", &conversation)
        #expect(conversation.last == MailAnswer(stage: .connection, code: 220, words: "ready"))
        say("EHLO x\r\n", &conversation)
        hear("250-mail.test\r\n250-SIZE 1\r\n250 HELP\r\n", &conversation)
        // A login is of letters that no command has, whatever they are.
        say("TUFJTCBGUk9NOg==\r\n", &conversation)
        #expect(conversation.stage == .connection)
        say("DATA\r\n", &conversation)
        #expect(conversation.stage == .connection)
        say("MAIL FROM:<a@b>\r\n", &conversation)
        for piece in ["2", "50 2.1.0", " ok\r", "\n5", "50"] { hear(piece, &conversation) }
        #expect(conversation.last == MailAnswer(stage: .sender, code: 250, words: "2.1.0 ok"))
        say("RCPT TO:<c@d>\r\n", &conversation)
        hear("-5.1.1 nobody\r\n550 of this\u{7} name\r\n", &conversation)
        #expect(conversation.last == MailAnswer(stage: .recipient, code: 550, words: "5.1.1 nobody of this  name"))
        #expect(conversation.last?.isAccepted == false)
        say("DATA\r\n", &conversation)
        hear("354\r\n", &conversation)
        #expect(conversation.last == MailAnswer(stage: .content, code: 354, words: ""))
        hear("no code\r\n25\r\n999 x\r\n", &conversation)
        #expect(conversation.last?.code == 354)
        hear("250 queued\r\n", &conversation)
        #expect(conversation.last?.isAccepted == true)
    }

    @Test("an endless answer is kept in part")
    func endless() {
        var conversation = MailConversation()
        hear("220 " + String(repeating: "x", count: 1 << 20) + "\r\n", &conversation)
        #expect(conversation.last?.words.count == 400)
        for _ in 0..<1_000 { hear("250-" + String(repeating: "y", count: 100) + "\r\n", &conversation) }
        hear("250 end\r\n", &conversation)
        #expect((conversation.last?.words.count ?? 0) <= 400)
    }
}
