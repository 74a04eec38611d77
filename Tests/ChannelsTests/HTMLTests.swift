import Contracts
import Testing

@testable import Channels

@Suite("HTML of notices")
struct HTMLTests {
    @Test("words are escaped, whatever they hold")
    func words() {
        #expect(HTML.words("<b>\"O'Neil & Co\"").description == "&lt;b&gt;&quot;O&#39;Neil &amp; Co&quot;")
        #expect(HTML.words("a\r\nb\u{0}c\u{202E}d").description == "a<br>\nb\u{FFFD}c\u{FFFD}d")
        #expect(HTML.words("昆山 🚚 ü").description == "昆山 🚚 ü")
    }

    @Test("an address that is none of the web becomes words, and none leaves its quotation marks")
    func links() {
        #expect(HTML.link("javascript:alert(1)", "look").description == "look")
        #expect(
            HTML.link("https://x/?a=1&b=\"><script>", "<look>").description
                == "<a href=\"https://x/?a=1&amp;b=&quot;&gt;&lt;script&gt;\">&lt;look&gt;</a>")
    }

    @Test("an element closes by its name alone, and a page escapes its title")
    func elements() {
        #expect(HTML.element("p class=\"next\"", .words("a"), .words("<")).description == "<p class=\"next\">a&lt;</p>")
        let page = HTML.page(.zh, title: "<x>", [.words("a")]).description
        #expect(page.contains("<html lang=\"zh-CN\">") && page.contains("<title>&lt;x&gt;</title>"))
    }
}
