import Contracts
import Domain
import Foundation
import Testing

@testable import Channels

@Suite("How a mail is written")
struct MailMessageTests {
    @Test("a mail of both bodies is written as it is kept here")
    func whole() throws {
        let from = try #require(MailAddress("notices@waybill.example"))
        let message = MailMessage(
            from: Mailbox(name: "Waybill", address: from),
            to: Mailbox(address: try #require(MailAddress("li.wei@example.com"))), subject: "订单 KS-77",
            identifier: MailIdentifier(ofMail: "5b1f-3c7e", domain: from),
            thread: MailIdentifier(ofThread: "KS-77", domain: from),
            date: try #require(Timestamp("2026-01-05T09:30:07+08:00")), language: .en, text: "It waits = here. \n",
            html: .element("p", .words("等")))
        let lines = [
            "Date: Mon, 05 Jan 2026 09:30:07 +0800", "From: Waybill", " <notices@waybill.example>",
            "To: li.wei@example.com", "Subject: =?UTF-8?B?6K6i5Y2VIEtTLTc3?=",
            "Message-ID: <5b1f-3c7e@waybill.example>",
            "In-Reply-To: <thread-KS-77@waybill.example>", "References: <thread-KS-77@waybill.example>",
            "Auto-Submitted: auto-generated", "Content-Language: en", "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"=_waybill\"", "", "--=_waybill",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
            "It waits =3D here.=20", "", "--=_waybill", "Content-Type: text/html; charset=utf-8",
            "Content-Transfer-Encoding: base64", "", "PHA+562JPC9wPg0K", "", "--=_waybill--", "",
        ]
        #expect(String(decoding: message.bytes, as: UTF8.self) == lines.joined(separator: "\r\n"))
    }

    @Test("an address is one that every server understands, or none")
    func addresses() {
        for text in ["a@b", "li.wei+x@mail.example.com", "o'neil@xn--fiq228c.example", "A_1@1-2.example"] {
            #expect(MailAddress(text)?.description == text)
        }
        let wrong = [
            "", "@", "a@", "@b", "a b@c", "a@b@c", ".a@b", "a.@b", "a..b@c", "a@-b", "a@b-", "a@b..c", "a@b.", "a\n@b",
            "a@b\r\nX: y", "<a@b>", "a@[127.0.0.1]", "\"a\"@b", "王@b", "a@王", "a,b@c", "a;b@c", "a:b@c", "a(b)@c",
            String(repeating: "a", count: 65) + "@b", "a@" + String(repeating: "a", count: 64),
        ]
        for text in wrong { #expect(MailAddress(text) == nil, "'\(text)'") }
    }

    @Test("identifiers are the same for the same, and of safe characters for whatever they are made of")
    func identifiers() throws {
        let domain = try #require(MailAddress("x@waybill.example"))
        #expect(MailIdentifier(ofMail: "ab_C-1", domain: domain).description == "<ab_C-1@waybill.example>")
        for number in ["", "a b", "a\r\nBcc: x", "a>b", "订单", String(repeating: "a", count: 65), "a.b"] {
            let identifier = MailIdentifier(ofThread: number, domain: domain)
            #expect(identifier == MailIdentifier(ofThread: number, domain: domain))
            #expect(identifier.description.wholeMatch(of: /<thread-[0-9a-f]{40}@waybill\.example>/) != nil)
        }
    }

    @Test("lines stay short and hold ASCII alone, for any text")
    func lines() {
        var random = SystemRandomNumberGenerator()
        let letters = Array("ab =.\t\r\n-ü昆🚚\u{0}\u{7F}")
        for _ in 0..<500 {
            let text = String(
                (0..<Int.random(in: 0...400, using: &random)).map { _ in
                    letters[Int.random(in: 0..<letters.count, using: &random)]
                })
            let (encoding, lines) = MailEncoding.body(text)
            let bytes = Array(lines.utf8)
            #expect(bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0D || $0 == 0x0A || $0 == 0x09 })
            let pieces = lines.components(separatedBy: "\r\n")
            #expect(
                pieces.allSatisfy { $0.utf8.count <= 76 && !$0.utf8.contains(0x0D) && !$0.utf8.contains(0x0A) },
                "\(encoding)")
            #expect(pieces.allSatisfy { $0.utf8.last != 0x20 && $0.utf8.last != 0x09 })
            let field = "Subject: " + MailEncoding.fieldWords(text, used: 9)
            for line in field.components(separatedBy: "\r\n") {
                #expect(line.utf8.count <= 76 && line.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            }
            #expect(field.components(separatedBy: "\r\n").dropFirst().allSatisfy { $0.hasPrefix(" =?UTF-8?B?") })
        }
    }
}
