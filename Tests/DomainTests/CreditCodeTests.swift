import Domain
import Testing

@Suite("Credit codes")
struct CreditCodeTests {
    @Test(
        "valid codes are known, the one with remainder nought too",
        arguments: [
            "91350100M000100Y43", "91110108551385082Q", "91110000600037341L", "91310115MA13962180",
            " 91350100m000100y43 ",
        ])
    func valid(_ code: String) {
        #expect(UnifiedSocialCreditCode(code) != nil)
    }

    @Test(
        "wrong check digits, letters and lengths are not",
        arguments: ["91310115MA1H8R7C6D", "91350100M000100Y44", "91350100M000100Y4", "I1350100M000100Y43", ""])
    func invalid(_ code: String) {
        #expect(UnifiedSocialCreditCode(code) == nil)
    }
}
