import Crypto

/// Random texts that let somebody in, of which the database knows only the digest.
enum Secret {
    /// A new one: 256 bits, in letters that stand in a cookie or a header as they are.
    static func make() -> String { text(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }) }

    /// The SHA-256 of one, in hexadecimal. What is looked for is random as a whole, so it needs no salt.
    static func digest(_ secret: String) -> String {
        SHA256.hash(data: Array(secret.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Bytes as text (base 64 of RFC 4648 §5, without padding).
    static func text(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".unicodeScalars)
        var (result, held, bits) = (String.UnicodeScalarView(), 0, 0)
        for byte in bytes {
            (held, bits) = (held << 8 | Int(byte), bits + 8)
            while bits >= 6 {
                bits -= 6
                result.append(letters[held >> bits & 63])
            }
            held &= (1 << bits) - 1
        }
        if bits > 0 { result.append(letters[held << (6 - bits) & 63]) }
        return String(result)
    }

    /// The bytes of such a text; `nil` when it is none.
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        var (result, held, bits) = ([UInt8](), 0, 0)
        for scalar in text.unicodeScalars {
            let value: Int
            switch scalar {
            case "A"..."Z": value = Int(scalar.value) - 65
            case "a"..."z": value = Int(scalar.value) - 71
            case "0"..."9": value = Int(scalar.value) + 4
            case "-": value = 62
            case "_": value = 63
            default: return nil
            }
            (held, bits) = (held << 6 | value, bits + 6)
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(held >> bits & 255))
            }
            held &= (1 << bits) - 1
        }
        return held == 0 ? result : nil
    }
}
