import Foundation

/// The page on which tables are printed for people.
struct TableLayout: Sendable {
    /// How many columns of characters the terminal has; `nil` when nothing is to be shortened or left out, as when the
    /// output is no terminal.
    var width: Int?
    /// Whether CSV begins with a byte order mark.
    var isMarked = false

    /// Texts wider than this are shortened on a terminal.
    static let widestText = 48
    /// Texts are not shortened below this to make room for further columns.
    static let narrowestText = 16
    /// What stands between two columns.
    static let gap = "  "

    /// Everything, however wide.
    static let wide = TableLayout(width: nil)

    /// The terminal that the output goes to, if it does.
    static var standard: TableLayout {
        guard isatty(STDOUT_FILENO) == 1 else { return .wide }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return TableLayout(width: 80) }
        return TableLayout(width: Int(size.ws_col))
    }
}

/// Which columns of a table are shown, and how wide each is.
struct ColumnPlan: Equatable {
    /// Their places, in the table's order.
    let places: [Int]
    /// Their widths, in the same order.
    let widths: [Int]
    /// The places of those that have values and find no room.
    let leftOut: [Int]

    /// - Parameters:
    ///   - natural: how wide each column wants to be; `nil` for one without any value.
    ///   - isText: which columns may be shortened.
    ///   - companions: for a column of amounts, the place of the column of their currency, which is shown as long as they are.
    init(natural: [Int?], isText: [Bool], companions: [Int: Int], layout: TableLayout) {
        guard let page = layout.width else {
            places = Array(natural.indices)
            widths = natural.map { $0 ?? 0 }
            leftOut = []
            return
        }
        var shown = natural.indices.filter { natural[$0] != nil }
        var dropped: [Int] = []
        func least(_ place: Int) -> Int {
            let width = natural[place] ?? 0
            return isText[place] ? min(width, TableLayout.narrowestText) : width
        }
        func gaps(_ count: Int) -> Int { TableLayout.gap.count * max(0, count - 1) }
        while shown.count > 1, shown.map(least).reduce(gaps(shown.count), +) > page {
            let needed = Set(shown.compactMap { companions[$0] })
            guard let last = shown.lastIndex(where: { !needed.contains($0) }), last > 0 else { break }
            dropped.append(shown.remove(at: last))
        }
        var widths = shown.map { natural[$0] ?? 0 }
        while widths.reduce(gaps(shown.count), +) > page {
            // The widest text gives way first.
            let texts = shown.indices.filter { isText[shown[$0]] && widths[$0] > TableLayout.narrowestText }
            guard let widest = texts.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        places = shown
        self.widths = widths
        leftOut = dropped.sorted()
    }
}
