/// A version of what classes are judged by: fitted on the customers of a day, or the standard one.
public struct ValueModel: Sendable, Hashable, Codable {
    /// A group of customers that are alike.
    public struct Cluster: Sendable, Hashable, Codable {
        /// Its name, which goes on from version to version.
        public let label: String
        /// What stands out in it, in words.
        public let description: String
        /// Its middle on the common scale.
        public let centre: [Double]
    }

    /// Counts from 1; 0 is the standard one.
    public let version: Int
    /// The day on which it was fitted; it holds from the next.
    public let fittedOn: Int
    /// By which the probability alive is computed, in days.
    public let dropout: DropoutModel
    /// What an order is worth; `nil` while too few customers say.
    public let spend: SpendModel?
    /// The middle gap of all customers, for those who have none of their own.
    public let medianGap: Int
    /// Where silence in own cycles is cut in five.
    public let recencyCuts: [Double]
    /// Where the number of orders of a year is cut.
    public let frequencyCuts: [Double]
    /// Where the margin of a year, in CNY, is cut.
    public let marginCuts: [Double]
    /// The common scale of features.
    public let scaling: Scaling?
    /// The groups.
    public let clusters: [Cluster]

    /// The words for the features of groups, in their order: little and much of it.
    static let words: [(low: String, high: String)] = [
        (low: "recently active", high: "long silent"), (low: "rare", high: "frequent"),
        (low: "low margin", high: "high margin"), (low: "low revenue", high: "high revenue"),
        (low: "likely gone", high: "surely alive"),
    ]

    /// What is used until there are enough customers to learn from: a customer of middling habits orders every two
    /// weeks; amounts are orders of magnitude.
    public static let standard = ValueModel(
        version: 0, fittedOn: 0, dropout: DropoutModel(.mbgNBD, r: 1, alpha: 14, a: 0.6, b: 6), spend: nil,
        medianGap: 14, recencyCuts: [1, 2, 3, 6], frequencyCuts: [2, 6, 12, 40],
        marginCuts: [1_000, 5_000, 20_000, 100_000], scaling: nil, clusters: [])

    private init(
        version: Int, fittedOn: Int, dropout: DropoutModel, spend: SpendModel?, medianGap: Int, recencyCuts: [Double],
        frequencyCuts: [Double], marginCuts: [Double], scaling: Scaling?, clusters: [Cluster]
    ) {
        self.version = version
        self.fittedOn = fittedOn
        self.dropout = dropout
        self.spend = spend
        self.medianGap = medianGap
        self.recencyCuts = recencyCuts
        self.frequencyCuts = frequencyCuts
        self.marginCuts = marginCuts
        self.scaling = scaling
        self.clusters = clusters
    }

    /// The fewest customers with orders from which a model is learnt.
    public static let fewest = 50

    /// Learns a model from customers as they stand on a day.
    ///
    /// - Parameters:
    ///   - histories: the customers, in an order that does not depend on when they were heard of.
    ///   - day: the day; what lies after it is not looked at.
    ///   - previous: the version before, whose labels of groups go on.
    ///   - groups: how many groups to make.
    /// - Returns: `nil` with fewer than ``fewest`` customers that have ordered.
    public static func fit(
        _ histories: [CustomerHistory], on day: Int, after previous: ValueModel, groups: Int = 5
    ) -> ValueModel? {
        let active = histories.filter { $0.days.first.map { $0 <= day } ?? false }
        guard active.count >= fewest else { return nil }
        let past = active.map { history in
            Array(history.days[..<CustomerHistory.count(history.days, through: day)])
        }
        let gaps = past.map { days in zip(days, days.dropFirst()).map { $1 - $0 } }
        let k = min(4, max(1, Int(Regularity.erlang(gaps: gaps.map { $0.map(Double.init) }).rounded())))
        let records = past.compactMap { PurchaseRecord(days: $0, on: day) }
        let dropout =
            DropoutModel.fit(.mbgCNBD(k), records)?.model ?? previous.dropout
        let middle = gaps.flatMap { $0.suffix(5) }
        let medianGap = middle.isEmpty ? previous.medianGap : max(1, Quantiles.median(middle))
        let spends = active.compactMap { history -> (purchases: Int, mean: Double)? in
            let year = history.orders(after: day - 365, through: day)
            guard year.orders > 0, year.revenue > 0 else { return nil }
            return (year.orders, Double(year.revenue) / 10_000 / Double(year.orders))
        }
        let rows = active.map { features($0, on: day, dropout: dropout, medianGap: medianGap) }
        let scaling = Scaling(rows)
        let fitted = KMeans.fit(rows.map { scaling.scaled($0) }, count: groups)
        return ValueModel(
            version: previous.version + 1, fittedOn: day, dropout: dropout, spend: SpendModel.fit(spends),
            medianGap: medianGap, recencyCuts: Quantiles.cuts(of: rows.map { $0[0] }, into: 5),
            frequencyCuts: Quantiles.cuts(of: rows.map { $0[1] }, into: 5),
            marginCuts: Quantiles.cuts(of: rows.map { $0[2] }, into: 5), scaling: scaling,
            clusters: named(fitted?.centres ?? [], scaling, previous))
    }

    /// Gives each group the name of the one it goes on from; a new one takes the first letter that is free.
    private static func named(_ centres: [[Double]], _ scaling: Scaling, _ previous: ValueModel) -> [Cluster] {
        // Both versions are compared on the scale of the new one.
        let old = previous.clusters.map { cluster in
            previous.scaling.map { scaling.scaled($0.features(cluster.centre)) } ?? cluster.centre
        }
        let matches = LabelMatching.match(new: centres, old: old)
        let kept = Set(matches.compactMap { $0.map { previous.clusters[$0].label } })
        var free = (0..<26).map { "group-\(Character(UnicodeScalar(UInt8(97 + $0))))" }.filter { !kept.contains($0) }
        return zip(centres, matches).map { centre, match in
            Cluster(
                label: match.map { previous.clusters[$0].label } ?? (free.isEmpty ? "group" : free.removeFirst()),
                description: LabelMatching.description(of: centre, words: words), centre: centre)
        }
    }

    /// Silence in own cycles, orders and margin and revenue of a year, probability alive.
    static func features(
        _ history: CustomerHistory, on day: Int, dropout: DropoutModel, medianGap: Int
    ) -> [Double] {
        let place = CustomerHistory.count(history.days, through: day)
        guard place > 0, let record = PurchaseRecord(days: history.days[..<place], on: day) else {
            return [0, 0, 0, 0, 0]
        }
        let gaps = history.gaps(before: place)
        let cycle = max(1, gaps.isEmpty ? medianGap : Quantiles.median(gaps))
        let year = history.orders(after: day - 365, through: day)
        return [
            Double(day - history.days[place - 1]) / Double(cycle), Double(year.orders),
            Double(year.costedRevenue - year.cost) / 10_000, Double(year.revenue) / 10_000,
            dropout.probabilityAlive(record),
        ]
    }
}
