import Contracts
import Domain
import ServiceKit

/// Into which spans of days overdue open invoices are sorted.
struct AgeingBuckets: Equatable {
    /// The last day of each span but the open one: `[30, 60, 90]` for 1–30, 31–60, 61–90 and more than 90.
    let limits: [Int]

    /// 1–30, 31–60, 61–90 and more than 90 days.
    static let standard = AgeingBuckets(limits: [30, 60, 90])

    private init(limits: [Int]) {
        self.limits = limits
    }

    /// Spans from text such as `30,60,90`.
    ///
    /// - Throws: a refusal when they are not 1…50 whole numbers of days, each larger than the one before.
    init(_ text: String) throws(Refusal) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0.trimmingSpaces()) }
        let numbers = parts.compactMap(\.self)
        let isRising = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
        guard numbers.count == parts.count, (1...50).contains(numbers.count), isRising,
            let first = numbers.first, first >= 1, let last = numbers.last, last <= 36_500
        else {
            throw Refusal(
                .valueNotAllowed, path: "parameters.buckets",
                "buckets are days overdue, each larger than the one before, such as 30,60,90")
        }
        limits = numbers
    }

    /// The first day of each span: what is not due yet lies before the first of them.
    var starts: [Int] { [1] + limits.map { $0 + 1 } }

    /// The spans; the last has no end.
    var spans: [(from: Int, to: Int?)] { zip(starts, limits.map(Int?.some) + [nil]).map { ($0, $1) } }
}

/// How many invoices are open, and how much of them.
struct AgeingFigure: Equatable {
    var count = 0
    var amount = FixedDecimal.zero

    static func + (first: AgeingFigure, second: AgeingFigure) -> AgeingFigure {
        AgeingFigure(count: first.count + second.count, amount: first.amount + second.amount)
    }
}

/// What is open at the end of a day, by how long it is overdue, in one currency.
struct Ageing: Equatable {
    let currency: Currency
    /// What is not due yet, and after it each span.
    let figures: [AgeingFigure]
    /// What is in no figure, because its currency has no rate on the day: by currency, in its own.
    let withoutRate: [Currency: AgeingFigure]

    /// How much that is.
    var moneyWithoutRate: MoneyByCurrency { MoneyByCurrency(withoutRate.map { Money($0.value.amount, $0.key) }) }

    var open: AgeingFigure { figures.reduce(AgeingFigure(), +) }

    /// A sum of one currency in one span; span 0 is what is not due.
    struct Part: Equatable {
        let span: Int
        let currency: Currency
        let figure: AgeingFigure

        /// How much it is.
        var money: Money { Money(figure.amount, currency) }
    }

    /// Brings the parts together: in their own currency when it is one, in CNY by the rates of the day when they are
    /// several. Each part is converted once, so that the spans sum to the whole. A part without a rate stands apart.
    init(_ parts: [Part], spans: Int, on day: CalendarDay, _ rates: RateTable) {
        let target = Self.currency(of: parts)
        var figures = [AgeingFigure](repeating: AgeingFigure(), count: spans + 1)
        var withoutRate: [Currency: AgeingFigure] = [:]
        for part in parts where figures.indices.contains(part.span) {
            if let amount = rates.convert(part.figure.amount, from: part.currency, to: target, on: day) {
                figures[part.span] = figures[part.span] + AgeingFigure(count: part.figure.count, amount: amount)
            } else {
                withoutRate[part.currency] = (withoutRate[part.currency] ?? AgeingFigure()) + part.figure
            }
        }
        self.figures = figures
        self.withoutRate = withoutRate.filter { $0.value != AgeingFigure() }
        currency = target
    }

    /// In what parts are told together: the currency there is, CNY when there are several.
    static func currency(of parts: [Part]) -> Currency {
        let currencies = Set(parts.map(\.currency))
        return currencies.count == 1 ? currencies.first ?? .cny : .cny
    }

    /// Amounts by currency in words, such as `1.00 KWD, 3.00 XAU`; `nil` when there are none.
    static func text(_ sums: MoneyByCurrency) -> String? {
        sums.isZero ? nil : sums.amounts.map(\.description).joined(separator: ", ")
    }
}

extension Substring {
    /// Without the spaces around it.
    func trimmingSpaces() -> Substring {
        var rest = self
        while rest.first == " " { rest = rest.dropFirst() }
        while rest.last == " " { rest = rest.dropLast() }
        return rest
    }
}
