import Contracts

/// Where the console shows what a notice is about.
enum NoticeLink {
    /// The path of its page; `nil` for what has none of its own.
    static func path(of about: NoticeObject) -> String? {
        let place: String? =
            switch about.kind {
            case "order": "orders"
            case "margin-alert", "alert": "alerts"
            case "complaint": "complaints"
            // What is said of a customer as a whole has its identifier, or its code with the system whose it is.
            case "customer", "acceptance", "credit", "identity": "customers"
            default: nil
            }
        return place.map { place in
            let page = "/\(place)/\(encoded(about.identifier))"
            return about.source.map { "\(page)?source=\(encoded($0))" } ?? page
        }
    }

    /// A text as a part of an address (RFC 3986): all but the unreserved characters by their bytes.
    private static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}
