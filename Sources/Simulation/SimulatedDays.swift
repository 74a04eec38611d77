import Contracts
import Domain
import HeapModule

/// The days of a simulated history, one after the other.
public struct SimulatedDays: IteratorProtocol {
    /// A message that is still to come; of two at one time the one made first goes first.
    private struct Coming: Comparable {
        let message: SimulatedMessage
        let place: Int

        static func < (one: Coming, other: Coming) -> Bool {
            (one.message.at, one.place) < (other.message.at, other.place)
        }

        static func == (one: Coming, other: Coming) -> Bool { one.place == other.place }
    }

    private let group: SimulatedGroup
    private let customers: [SimulatedGroup.Customer]
    private let picks: [Double]
    private let counts: [Int]
    private var random: RandomSource
    private var day = 0
    private var orders = 0
    private var made = 0
    private var coming = Heap<Coming>()

    init(_ group: SimulatedGroup) {
        self.group = group
        random = RandomSource(seed: group.seed)
        customers = group.makeCustomers(&random)
        picks = SimulatedGroup.cumulative(customers.map(\.weight))
        counts = group.ordersByDay(&random)
    }

    /// What is sent on the next day; `nil` when the history is over.
    public mutating func next() -> [SimulatedMessage]? {
        guard day < counts.count || !coming.isEmpty else { return nil }
        let today = group.start.adding(days: day)
        if day < counts.count {
            for _ in 0..<counts[day] { order(on: today) }
        }
        day += 1
        let midnight = OrganisationZone.current.beginning(of: today.adding(days: 1))
        var messages: [SimulatedMessage] = []
        while let first = coming.min, first.message.at < midnight {
            messages.append(coming.removeMin().message)
        }
        disturb(&messages)
        return messages
    }

    private mutating func order(on today: CalendarDay) {
        orders += 1
        var customer = customers[SimulatedGroup.pick(picks, &random)]
        // A customer that dwindles is chosen ever less towards the end.
        if customer.trend < 1, random.fraction() < Double(day) / Double(counts.count) * (1 - customer.trend) {
            customer = customers[SimulatedGroup.pick(picks, &random)]
        }
        var story: [SimulatedMessage] = []
        group.story(orders, customer, today, &random, &story)
        for message in story {
            coming.insert(Coming(message: message, place: made))
            made += 1
        }
    }

    /// Networks repeat messages and change their order.
    private mutating func disturb(_ messages: inout [SimulatedMessage]) {
        guard !messages.isEmpty else { return }
        for index in messages.indices where random.happens(0.05) {
            messages.swapAt(index, min(messages.count - 1, index + 1 + random.below(20)))
        }
        for _ in 0..<(messages.count + 50) / 100 {
            messages.insert(messages[random.below(messages.count)], at: random.below(messages.count))
        }
    }
}

/// Made-up unified social credit codes whose check digits are right (GB 32100-2015, GB 11714-1997).
enum CreditCode {
    private static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY")

    /// The code of the company of a number.
    static func make(_ number: Int) -> String {
        let organisation = (0..<8).map { place in
            number * 7_919 / [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000][7 - place] % 10
        }
        let weights = [3, 7, 9, 10, 5, 8, 4, 2]
        let remainder = 11 - zip(organisation, weights).reduce(0) { $0 + $1.0 * $1.1 } % 11
        let check = remainder == 10 ? "X" : remainder == 11 ? "0" : String(remainder)
        let code = "91320583" + organisation.map(String.init).joined() + check
        var weight = 1
        var sum = 0
        for character in code {
            sum += (alphabet.firstIndex(of: character) ?? 0) * weight
            weight = weight * 3 % 31
        }
        return code + String(alphabet[(31 - sum % 31) % 31])
    }
}
