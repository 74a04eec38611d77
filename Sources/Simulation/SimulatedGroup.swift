import Contracts
public import Domain
import Foundation

/// One message of a simulated history.
public struct SimulatedMessage: Sendable {
    /// When it is sent.
    public let at: Timestamp
    /// The line for a file of messages.
    public let line: String
}

/// A group of companies that does business: orders with their seasons, losses, late costs, changes, duplicates and
/// disorder. The same seed gives the same history.
public struct SimulatedGroup: Sequence {
    struct Customer {
        let code: String
        let name: String
        let creditCode: String?
        /// Its code in a second system, which knows nothing of the first.
        let secondCode: String?
        let branch: String
        let owner: String
        let lines: [String]
        let size: Double
        let weight: Double
        let loses: Bool
        /// How its business changes over the whole time: 1 stays, below dwindles.
        let trend: Double
    }

    private static let places = ["昆山", "上海", "苏州", "深圳", "东莞", "天津", "青岛", "成都", "武汉", "宁波", "厦门", "大连"]
    private static let brands = ["富联", "华讯", "恒达", "盛邦", "科瑞", "东升", "立信", "安捷", "远航", "凯宏", "新宇", "博纳"]
    private static let trades = ["电子", "精密机械", "汽车零部件", "新材料", "医疗器械", "光电", "家电", "半导体"]
    private static let english = ["Pacific", "Summit", "Orion", "Harbour", "Crown", "Delta", "Lotus", "Vertex"]
    private static let items = [
        "air-freight": "AIR-EXPORT", "sea-freight": "SEA-FCL", "road": "ROAD-FTL", "customs": "CUSTOMS",
        "warehousing": "WH-HANDLING", "express": "EXPRESS-DOC",
    ]

    let seed: UInt64
    let orders: Int
    let days: Int
    let start: CalendarDay
    let source: String

    /// - Parameters:
    ///   - seed: the same seed gives the same history.
    ///   - orders: how many orders.
    ///   - days: over how many days.
    ///   - start: the first day.
    ///   - source: the system that publishes.
    public init(seed: UInt64, orders: Int, days: Int, start: CalendarDay, source: String = "demo") {
        self.seed = seed
        self.orders = orders
        self.days = days
        self.start = start
        self.source = source
    }

    /// The history day by day, in the order in which it is sent; only what is still to come is held in memory.
    public func makeIterator() -> SimulatedDays { SimulatedDays(self) }

    /// The whole history at once. For small ones.
    public func messages() -> [SimulatedMessage] { flatMap { $0 } }

    /// How many orders each day has.
    func ordersByDay(_ random: inout RandomSource) -> [Int] {
        let picks = Self.cumulative((0..<days).map { Self.season(start.adding(days: $0)) })
        var counts = [Int](repeating: 0, count: days)
        for _ in 0..<orders { counts[Self.pick(picks, &random)] += 1 }
        return counts
    }

    /// Mondays are full and Sundays empty; around the Spring Festival business stops, and catches up after it.
    static func season(_ day: CalendarDay) -> Double {
        let weekday = [1.2, 1.1, 1.0, 1.0, 1.1, 0.3, 0.1][((Int(day.daysSinceEpoch) + 3) % 7 + 7) % 7]
        let newYears = ["2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26"].compactMap {
            CalendarDay($0)
        }
        for newYear in newYears {
            switch newYear.days(to: day) {
            case -14 ..< -3: return weekday * 1.4
            case -3..<10: return weekday * 0.08
            case 10..<20: return weekday * 0.7
            default: break
            }
        }
        return weekday
    }

    func makeCustomers(_ random: inout RandomSource) -> [Customer] {
        let branches = Organisation.standard.branches
        let count = Swift.min(4_000, Swift.max(200, orders / 8))
        return (0..<count).map { index in
            let isChinese = random.happens(0.8)
            let place = Self.places[random.below(Self.places.count)]
            let brand = Self.brands[random.below(Self.brands.count)]
            let trade = Self.trades[random.below(Self.trades.count)]
            let name =
                isChinese
                ? "\(brand)\(index % 97)(\(place))\(trade)有限公司"
                : "\(Self.english[random.below(Self.english.count)]) \(index) Trading Co., Ltd."
            let branch = branches[random.below(branches.count)].code
            let lines = (0..<(1 + random.below(3))).map { _ in
                Organisation.businessLines[random.below(Organisation.businessLines.count)]
            }
            let isKnownTwice = random.happens(0.08)
            return Customer(
                code: "C-\(10_000 + index)", name: name,
                creditCode: isKnownTwice || random.happens(0.5) ? CreditCode.make(index) : nil,
                secondCode: isKnownTwice ? "K\(70_000 + index)" : nil,
                branch: random.happens(0.002) ? "XX99" : branch, owner: "sales.\(branch.lowercased()).\(1 + index % 3)",
                lines: lines, size: exp(7.5 + 0.9 * random.normal()), weight: exp(1.1 * random.normal()),
                loses: random.happens(0.04), trend: random.happens(0.1) ? 0.1 : 1)
        }
    }

    /// One order from its placing to its end.
    func story(
        _ number: Int, _ customer: Customer, _ day: CalendarDay, _ random: inout RandomSource,
        _ messages: inout [SimulatedMessage]
    ) {
        // Whoever is known to two systems orders by either.
        let second = customer.secondCode.flatMap { random.happens(0.4) ? $0 : nil }
        let source = second == nil ? self.source : self.source + "-branch"

        let secondOfDay = Int64(8 * 3_600 + random.below(10 * 3_600))
        let placed = OrganisationZone.current.instant(
            showing: (Int64(day.daysSinceEpoch) * 86_400 + secondOfDay) * 1_000_000)
        let businessLine = customer.lines[random.below(customer.lines.count)]
        let currency = random.happens(0.9) ? Currency.cny : Currency(["USD", "EUR", "HKD"][random.below(3)]) ?? .cny
        let isLoss = customer.loses ? random.happens(0.7) : random.happens(0.05)
        let isLow = !isLoss && random.happens(0.06)
        let isLate = random.happens(0.1)
        var late: [(line: Int, cost: FixedDecimal, supplier: SupplierReference)] = []
        var lines = (1...(1 + random.below(3))).map { line -> OrderLine in
            let revenue = Swift.max(50, customer.size * exp(0.4 * random.normal()) / Double(line))
            let margin =
                isLoss
                ? -0.02 - 0.2 * random.fraction() : isLow ? 0.04 * random.fraction() : 0.08 + 0.2 * random.fraction()
            let cost = Self.money(revenue * (1 - margin))
            let supplier = SupplierReference(code: "S-\(random.below(120))", name: "承运商\(random.below(120))")
            if isLate { late.append((line, cost, supplier)) }
            return OrderLine(
                line: line, serviceItem: line == 1 ? Self.items[businessLine] ?? "SERVICE" : "HANDLING-\(line)",
                quantity: FixedDecimal(1 + random.below(200)), unit: "kg", revenue: Self.money(revenue),
                cost: isLate ? nil : cost, supplier: supplier)
        }
        if random.happens(0.02) {
            lines.append(
                OrderLine(
                    line: lines.count + 1, serviceItem: "FREIGHT-CREDIT", quantity: FixedDecimal(1), unit: "note",
                    revenue: Self.money(-customer.size * 0.05), cost: .zero, supplier: nil))
        }
        var order = Order(
            orderId: "SO-\(number)", revision: 1,
            customer: CustomerReference(
                code: second ?? customer.code, name: customer.name, creditCode: customer.creditCode),
            branch: customer.branch, businessLine: businessLine, placedAt: placed,
            promisedAt: placed.adding(seconds: 4 * 86_400), currency: currency, salesOwner: customer.owner,
            lines: lines)
        send(OrderPlaced(order), from: source, "P\(number)-1", placed, &messages)
        for (line, cost, supplier) in late {
            for (state, delay, factor) in [
                (CostState.estimated, 3_600.0, 0.97), (.accrued, 2 * 86_400, 0.99), (.actual, 6 * 86_400, 1),
            ] {
                let amount = FixedDecimal(units: Int128(Double(cost.units / 100) * factor) * 100)
                send(
                    CostRecorded(
                        costId: "K-\(number)-\(line)", orderId: order.orderId, line: line, supplier: supplier,
                        state: state, amount: amount, currency: currency, serviceDate: day.adding(days: 1)),
                    from: source, "K\(number)-\(line)-\(state.rawValue)", placed.adding(seconds: Int64(delay)),
                    &messages)
            }
        }
        if random.happens(0.03) {
            order = Order(
                orderId: order.orderId, revision: 2, customer: order.customer, branch: order.branch,
                businessLine: order.businessLine, placedAt: order.placedAt,
                promisedAt: order.promisedAt?.adding(seconds: 86_400), currency: order.currency,
                salesOwner: order.salesOwner, lines: order.lines)
            send(OrderChanged(order), from: source, "P\(number)-2", placed.adding(seconds: 7_200), &messages)
        }
        if random.happens(0.01) {
            let at = placed.adding(seconds: 10_000)
            send(
                OrderCancelled(orderId: order.orderId, revision: 9, cancelledAt: at, reason: "customer"),
                from: source, "X\(number)", at, &messages)
        } else {
            let done = placed.adding(seconds: Int64((2 + 3 * random.fraction()) * 86_400))
            send(
                OrderCompleted(
                    orderId: order.orderId, revision: 1, completedAt: done, damaged: random.happens(0.01) ? true : nil,
                    quantityDelivered: random.happens(0.015)
                        ? FixedDecimal(
                            units: order.lines.reduce(Int128(0)) { $0 + $1.quantity.units } - FixedDecimal.unitsPerOne)
                        : nil),
                from: source, "D\(number)", done, &messages)
        }
    }

    private func send(
        _ body: some Message, from source: String, _ id: String, _ at: Timestamp,
        _ messages: inout [SimulatedMessage]
    ) {
        var object = ObjectWriter()
        object.text("type", type(of: body).type.description)
        object.text("id", id)
        object.text("source", source)
        object.timestamp("time", at)
        object.json("data", body.encode())
        messages.append(SimulatedMessage(at: at, line: String(decoding: object.finished(), as: UTF8.self)))
    }

    private static func money(_ value: Double) -> FixedDecimal {
        FixedDecimal(units: Int128((value * 100).rounded()) * 100)
    }

    static func cumulative(_ weights: [Double]) -> [Double] {
        var sum = 0.0
        return weights.map { weight in
            sum += weight
            return sum
        }
    }

    static func pick(_ cumulative: [Double], _ random: inout RandomSource) -> Int {
        let target = random.fraction() * (cumulative.last ?? 1)
        var (low, high) = (0, cumulative.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] <= target { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
