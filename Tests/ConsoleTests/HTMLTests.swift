import Testing

@testable import Console

struct HTMLTests {
    @Test func aTextNeverBecomesAnElement() {
        let hostile = "</td><script>alert('1')</script>\"&amp;"
        let page = Tag.p(.title(hostile)) { hostile }.rendered
        let escaped = "&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;amp;"
        #expect(page == "<p title=\"\(escaped)\">\(escaped)</p>")
    }

    @Test func whatCannotBeSeenStandsAsItsEscape() {
        #expect(Tag.p { "GOOD \u{202E}DTL\nnext" }.rendered == "<p>GOOD \\u{202e}DTL\nnext</p>")
    }

    @Test func whatWasTypedStaysAsItWas() {
        #expect(Tag.textarea { Node.typed("\na\tb<\u{202E}") }.rendered == "<textarea>\n\na\tb&lt;\u{202E}</textarea>")
    }

    @Test func elementsWithoutContentHaveNoEnd() {
        #expect(Tag.input(.type(.text), .required).rendered == "<input type=\"text\" required>")
        #expect(Tag.div().rendered == "<div></div>")
    }

    @Test(arguments: [
        (Link(), "/"), (Link("q", "finance", "alerts.list"), "/q/finance/alerts.list"),
        (Link("customers", "a/b?c#d"), "/customers/a%2Fb%3Fc%23d"),
        (Link("q", values: [("a", "1&2"), ("b", nil), ("c", ""), ("d", "上海")]), "/q?a=1%262&d=%E4%B8%8A%E6%B5%B7"),
        (Link("x", values: [("a", "1"), ("b", "2")]).with("a", "3"), "/x?b=2&a=3"), (.place("main"), "#main"),
        (Link("javascript:alert(1)"), "/javascript%3Aalert%281%29"),
    ])
    func anAddressIsOneOfTheConsolesOwn(link: Link, address: String) {
        #expect(link.address == address)
    }

    @Test(arguments: [
        (nil, "/"), ("/alerts?state=open", "/alerts?state=open"), ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"), ("/a\r\nSet-Cookie: x", "/"), ("", "/"),
    ])
    func nobodyIsSentElsewhere(text: String?, address: String) {
        #expect(Link.returning(to: text) == address)
    }

    @Test func aBarIsWhereItsFigureIs() {
        // The room for bars is 640 - 170 - 120 = 350 wide; from -100 to 250, so that one unit is one wide.
        let picture = Charts.bars(
            [.init("A", 250, "250.00"), .init("B", -100, "-100.00", link: Link("alerts", "1"))], title: "T"
        ).rendered
        #expect(picture.contains("viewBox=\"0 0 640 56\""))
        #expect(picture.contains("<rect class=\"more\" x=\"270\" y=\"4\" width=\"250\" height=\"18\">"))
        #expect(picture.contains("<rect class=\"less\" x=\"170\" y=\"30\" width=\"100\" height=\"18\">"))
        #expect(picture.contains("<a href=\"/alerts/1\"><title>B: -100.00</title>"))
    }

    @Test func aWaterfallEndsWhereItsTotalIs() {
        let picture = Charts.waterfall(
            [
                .init("revenue", 350, "350", isTotal: true), .init("cost", -100, "-100"),
                .init("margin", 250, "250", isTotal: true),
            ], title: "T"
        ).rendered
        #expect(picture.contains("<rect class=\"total\" x=\"170\" y=\"4\" width=\"350\" height=\"18\">"))
        #expect(picture.contains("<rect class=\"less\" x=\"420\" y=\"30\" width=\"100\" height=\"18\">"))
        #expect(picture.contains("<rect class=\"total\" x=\"170\" y=\"56\" width=\"250\" height=\"18\">"))
    }

    @Test func aChartOfNothingIsNoFault() {
        for figures in [[], [Charts.Bar("A", .nan, "?")], [Charts.Bar("A", 0, "0")]] {
            #expect(!Charts.bars(figures, title: "T").rendered.contains("nan"))
        }
    }
}
