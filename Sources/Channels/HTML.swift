import Contracts

/// A piece of HTML. Only this type makes it, of elements that the code names and of words that it escapes: no name of a
/// customer can bring an element of its own.
package struct HTML: Sendable, Equatable, CustomStringConvertible {
    /// As it is sent.
    package let description: String

    private init(_ description: String) { self.description = description }

    /// Nothing.
    package static let nothing = HTML("")

    /// Words, escaped; line breaks stay line breaks. What has no place in HTML, such as a control character, becomes `U+FFFD`.
    package static func words(_ words: some StringProtocol) -> HTML {
        var text = ""
        for scalar in words.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case "\n": text += "<br>\n"
            case "\r": continue
            case "\t": text += " "
            default: text.unicodeScalars.append(PlainWords.isAllowed(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return HTML(text)
    }

    /// An element around others.
    ///
    /// - Parameters:
    ///   - name: its name and, behind spaces, attributes; as the code wrote it, which is why it is a `StaticString`.
    ///   - parts: what is in it.
    package static func element(_ name: StaticString, _ parts: HTML...) -> HTML { element(name, parts) }

    /// An element around others.
    package static func element(_ name: StaticString, _ parts: [HTML]) -> HTML {
        let opening = name.description
        let closing = opening.prefix { $0 != " " }
        return HTML("<\(opening)>\(parts.map(\.description).joined())</\(closing)>")
    }

    /// A break of a line.
    package static let lineBreak = HTML("<br>")

    /// A link, when the address is one of the web; otherwise only its words.
    package static func link(_ address: String, _ text: String) -> HTML {
        guard address.hasPrefix("https://") || address.hasPrefix("http://") else { return words(text) }
        return HTML("<a href=\"\(words(address).description)\">\(words(text).description)</a>")
    }

    /// How a page looks: by styles beside the elements, as programs for mail leave out any others. Letters are those of the machine,
    /// the Chinese ones as well.
    private static let look = """
        max-width: 640px; margin: 0 auto; padding: 20px 24px; color: #222; font-size: 15px; line-height: 1.5; \
        font-family: 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', sans-serif; overflow-wrap: anywhere
        """

    /// A whole page.
    package static func page(_ language: Language, title: String, _ parts: [HTML]) -> HTML {
        let tag = language == .zh ? "zh-CN" : "en"
        return HTML(
            """
            <!DOCTYPE html>
            <html lang="\(tag)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(words(title).description)</title>
            </head>
            <body style="margin: 0; background: #fff">
            <div style="\(Self.look)">
            \(parts.map(\.description).joined(separator: "\n"))
            </div>
            </body>
            </html>

            """)
    }

    /// One after the other.
    package static func + (left: HTML, right: HTML) -> HTML { HTML(left.description + right.description) }
}
