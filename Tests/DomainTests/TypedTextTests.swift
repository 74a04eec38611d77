import Testing

@testable import Domain

@Suite("What people type and paste")
struct TypedTextTests {
    /// Every scalar that there is.
    private static var scalars: some Sequence<Unicode.Scalar> {
        (UInt32(0)...0x10FFFF).lazy.compactMap { Unicode.Scalar($0) }
    }

    @Test("of a part of an address all but the unreserved characters are told by their bytes")
    func addressParts() {
        #expect("aZ09-._~".asAddressPart == "aZ09-._~")
        #expect("a/b c?é\u{0}%".asAddressPart == "a%2Fb%20c%3F%C3%A9%00%25")
    }

    @Test("the table of what nobody sees is that of Unicode")
    func table() {
        for scalar in Self.scalars {
            let properties = scalar.properties
            let isUnseen =
                properties.isDefaultIgnorableCodePoint
                || [.control, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
                || (0xFFF9...0xFFFB).contains(scalar.value) || scalar.value == 0x2800
            if TypedText.isUnseen(scalar) != isUnseen { Issue.record("U+\(String(scalar.value, radix: 16))") }
            let isSpace = properties.generalCategory == .spaceSeparator && scalar != " "
            if TypedText.isUnusualSpace(scalar) != isSpace {
                Issue.record("space U+\(String(scalar.value, radix: 16))")
            }
        }
    }

    @Test(
        "the plain form",
        arguments: [
            ("", ""), ("SO-1", "SO-1"), ("  SO 1 ", "SO 1"), ("ＳＯ－１", "SO-1"), ("SO\u{2011}1", "SO-1"),
            ("SO\u{2212}1", "SO-1"), ("SO\u{AD}-1\u{200B}", "SO-1"), ("\u{FEFF}C-1", "C-1"),
            ("\u{202A}13812345678\u{202C}", "13812345678"), ("\u{A0}C-1\u{3000}", "C-1"), ("１，２３４．５０", "1,234.50"),
            ("٢٠٢٦-٠١-٠٥", "2026-01-05"), ("二〇二六", "二〇二六"), ("昆山（一）", "昆山(一)"), ("ﬁ", "fi"),
            ("ｈｅｌｄ\n", "held"), ("\u{1D7CF}\u{1D7D0}", "12"), ("\u{201C}C\u{2019}s\u{201D}", "\"C's\""),
            ("⼀", "一"), ("C\u{301}", "Ć"), ("\t\u{200B}\u{3000}", ""),
        ])
    func plain(_ written: String, _ expected: String) {
        #expect(TypedText.plain(written).hasSameBytes(as: expected))
        // What is plain stays as it is.
        #expect(TypedText.plain(expected).hasSameBytes(as: expected))
    }

    @Test("digits of every script become those of ASCII")
    func digits() {
        for scalar in Self.scalars where scalar.properties.numericType == .decimal {
            let value = scalar.properties.numericValue.map { Int($0) }
            #expect(TypedText.plain(String(Character(scalar))) == value.map(String.init), "\(scalar.value)")
        }
    }

    @Test(
        "what of an identifier nobody sees, and where",
        arguments: [
            ("SO-1", nil), ("SO 1", nil), ("KS（2026）１号", nil), ("Zürich-1", nil),
            ("SO-1\u{200B}", "character 5 is U+200B, which nobody sees"),
            ("\u{202D}138", "character 1 is U+202D, which nobody sees"),
            ("SO\u{A0}1", "character 3 is U+00A0, a space that is not the usual one"),
            (" SO-1", "character 1 is a space at the end or the beginning"),
            ("SO-1 ", "character 5 is a space at the end or the beginning"),
            ("S\u{3164}", "character 2 is U+3164, which nobody sees"),
        ] as [(String, String?)])
    func slips(_ identifier: String, _ expected: String?) {
        #expect(TypedText.slip(in: identifier)?.description == expected)
    }

    @Test("what parts words stays where what nobody sees goes")
    func parting() {
        #expect(TypedText.withoutUnseen("Acme\tLtd\n\u{200D}Shanghai") == "Acme\tLtd\nShanghai")
    }

    @Test("credit codes as they are pasted")
    func creditCode() {
        for written in [
            "９１１１０１０８５５１３８５０８２Ｑ", "\u{202D}91110108551385082Q\u{202C}", "9111 0108\u{A0}5513 8508 2q\u{200B}",
            "91110108\u{2011}55138508-2Q",
        ] { #expect(UnifiedSocialCreditCode(written)?.text == "91110108551385082Q", "\(written)") }
    }
}
