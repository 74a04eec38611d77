import Domain
import Foundation

/// How a number in a cell is meant to be read.
enum CellFormat: Equatable {
    /// As it is.
    case general
    /// Filled up with noughts to so many digits, as codes are.
    case filled(Int)
    /// Days since the beginning of the calendar.
    case day
    /// Days and parts of days.
    case dayAndTime

    /// The formats of a workbook, in the order in which cells name them.
    static func all(_ bytes: [UInt8], _ name: String) throws(FileFault) -> [CellFormat] {
        var custom: [Int: String] = [:]
        var formats: [CellFormat] = []
        var isOfCells = false
        var reader = try XMLScanner(bytes, name: name)
        while let event = try reader.next() {
            switch event {
            case .start("numFmt"):
                if let id = reader.attribute("numFmtId").flatMap({ Int($0) }) {
                    custom[id] = reader.attribute("formatCode")
                }
            case .start("cellXfs"): isOfCells = true
            case .end("cellXfs"): isOfCells = false
            case .start("xf"):
                guard isOfCells else { continue }
                let id = reader.attribute("numFmtId").flatMap { Int($0) } ?? 0
                formats.append(custom[id].map { CellFormat(code: $0) } ?? CellFormat(builtIn: id))
            default: break
            }
        }
        return formats
    }

    /// Those that every office program knows; 27 to 36 and 50 to 58 are the days of Chinese and Japanese ones.
    init(builtIn id: Int) {
        switch id {
        case 14...17, 27...31, 36, 50...54, 57, 58: self = .day
        case 22: self = .dayAndTime
        default: self = .general
        }
    }

    /// By its code, such as `yyyy"年"m"月"d"日"` or `00000`.
    init(code: String) {
        var letters = ""
        var isQuoted = false
        var isBracketed = false
        var isEscaped = false
        // Of several sections the first is that of positive numbers.
        for character in code.lowercased() {
            if isEscaped {
                isEscaped = false
            } else if character == "\"" {
                isQuoted.toggle()
            } else if isQuoted {
                continue
            } else if character == "[" {
                isBracketed = true
            } else if character == "]" {
                isBracketed = false
            } else if character == "\\" || character == "_" || character == "*" {
                isEscaped = true
            } else if character == ";" {
                break
            } else if !isBracketed {
                letters.append(character)
            }
        }
        if !letters.isEmpty, letters.allSatisfy({ $0 == "0" }), letters.count > 1 {
            self = .filled(letters.count)
        } else if letters.contains("general") {
            self = .general
        } else if letters.contains("y") || letters.contains("d") {
            self = letters.contains("h") ? .dayAndTime : .day
        } else {
            self = .general
        }
    }

    /// A number as it is meant.
    func shown(_ value: String, isFrom1904: Bool) -> String {
        switch self {
        case .general: return Self.plain(value)
        case .filled(let digits):
            let number = Self.plain(value)
            guard number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return number }
            return String(repeating: "0", count: max(0, digits - number.utf8.count)) + number
        case .day, .dayAndTime:
            guard let number = Double(value), number >= 0, number < 200_000 else { return Self.plain(value) }
            let day = number.rounded(.down)
            // In the older calendar 1900 has a 29th of February, so that its days before March are one off.
            let since = isFrom1904 ? day - 24_107 : day - (day < 60 ? 25_568 : 25_569)
            let text = CalendarDay(daysSinceEpoch: Int32(since)).description
            let seconds = Int(((number - day) * 86_400).rounded())
            guard seconds > 0 else { return text }
            guard seconds < 86_400 else { return CalendarDay(daysSinceEpoch: Int32(since) + 1).description }
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            return "\(text) \(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        }
    }

    /// A number with the fifteen digits that a spreadsheet keeps, without an exponent. One that is a whole number of more
    /// digits has lost some: it stays with its exponent, which no field takes.
    static func plain(_ value: String) -> String {
        guard let number = Double(value), number.isFinite else { return value }
        guard number.magnitude < 1e15 else { return "\(number)" }
        let rounded = String(format: "%.15g", number)
        guard rounded.contains("e") else { return rounded }
        // Small, as only a rest of a calculation is.
        var text = String(format: "%.20f", number)
        while text.hasSuffix("0") { text.removeLast() }
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}
