import Testing

@testable import Console

struct LanguageTests {
    @Test(arguments: [
        (nil, Language.zh), ("", .zh), ("en", .en), ("en-GB,zh;q=0.9", .en), ("de, en;q=0.4, zh-TW;q=0.5", .zh),
        ("fr", .zh), ("en;q=0, zh;q=0.1", .zh), ("en;q=0", .zh),
    ])
    func isTheFirstThatIsSpoken(header: String?, language: Language) {
        #expect(Language(accepted: header) == language)
    }
}
