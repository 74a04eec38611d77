import Testing

@testable import Console

struct PasswordTests {
    private let cheap = PasswordHash.Cost(exponent: 10, blocks: 8, lanes: 1)

    /// RFC 7914 §12, the third of its figures: of the 64 bytes there, the first 32 are those of a key of 32.
    @Test func isScryptAsPublished() throws {
        let salt = Secret.text(Array("SodiumChloride".utf8))
        let hash = Secret.text([
            0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48, 0x46, 0x1c, 0x06, 0xcd, 0x81, 0xfd, 0x38, 0xeb, 0xfd, 0xa8,
            0xfb, 0xba, 0x90, 0x4f, 0x8e, 0x3e, 0xa9, 0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2,
        ])
        let kept = try #require(PasswordHash("$scrypt$ln=14,r=8,p=1$\(salt)$\(hash)"))
        #expect(try kept.isOf("pleaseletmein"))
        #expect(try !kept.isOf("pleaseletmeIn"))
    }

    @Test func isKeptAsItIsRead() throws {
        let kept = try PasswordHash(of: "correct horse battery", cost: cheap)
        #expect(PasswordHash(kept.description) == kept)
        #expect(try kept.isOf("correct horse battery"))
        #expect(try PasswordHash(of: "correct horse battery", cost: cheap) != kept)
    }

    @Test func isOneForAllFormsOfALetter() throws {
        #expect(
            try PasswordHash(of: "caf\u{E9} caf\u{E9} caf\u{E9}", cost: cheap).isOf(
                "cafe\u{301} cafe\u{301} cafe\u{301}"))
    }

    @Test(arguments: [
        "", "secret", "$scrypt$ln=16,r=8,p=1$AAAAAAAAAAAAAA", "$argon2id$ln=16,r=8,p=1$AAAAAAAAAAAAAA$AAAA",
        "$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=10,r=8$AAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ])
    func whatIsNoneIsRefused(text: String) {
        #expect(PasswordHash(text) == nil)
    }

    @Test func secretsAreRandomAndKnownByTheirDigest() {
        #expect(Secret.make() != Secret.make())
        #expect(Secret.make().utf8.count == 43)
        #expect(Secret.digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        for bytes in [[], [0], [255, 0], [1, 2, 3], [250, 251, 252, 253]] as [[UInt8]] {
            #expect(Secret.bytes(Secret.text(bytes)) == bytes)
        }
    }

    @Test func whoFailsWaits() {
        #expect((0...2).allSatisfy { BackOff.wait(after: $0, .login) == 0 })
        #expect((3...9).map { BackOff.wait(after: $0, .login) } == [2, 4, 8, 16, 30, 30, 30])
        #expect(BackOff.wait(after: 9, .address) == 0)
        #expect([10, 12, 1_000_000].map { BackOff.wait(after: $0, .address) } == [2, 8, 900])
    }

    @Test func aPasswordIsLongAndNothingElse() {
        for (password, isOne) in [("short", false), ("twelve chars", true), ("一二三四五六七八九十一二", true)] {
            let answer = UserCommand.check(password)
            #expect((try? answer.get()) == (isOne ? password : nil))
        }
    }
}
