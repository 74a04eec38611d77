import Foundation
import Testing

@testable import CustomerValue

@Suite("Groups and scores")
struct GroupingTests {
    /// Points around five middles, the same at every run.
    private func points(_ count: Int) -> [[Double]] {
        var state: UInt64 = 42
        func unit() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53
        }
        let middles: [[Double]] = [[0, 0, 0], [4, 4, 0], [-4, 4, 1], [4, -4, -1], [0, 0, 6]]
        return (0..<count).map { row in
            middles[row % 5].map { $0 + (0..<6).reduce(0.0) { sum, _ in sum + unit() } - 3 }
        }
    }

    @Test("cut points are those of percentile_disc, and scores follow them")
    func quantiles() {
        let values = (1...10).map(Double.init)
        #expect(Quantiles.cuts(of: values.shuffled(), into: 5) == [2, 4, 6, 8])
        #expect([1.0, 2, 2.5, 8, 9].map { Quantiles.score($0, cuts: [2, 4, 6, 8]) } == [1, 1, 2, 4, 5])
        #expect(Quantiles.cuts(of: [], into: 5).isEmpty)
        #expect(Quantiles.median([9, 1, 5]) == 5 && Quantiles.percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90) == 9)
    }

    @Test("groups that lie apart are found, the same every time")
    func groups() throws {
        let points = points(1_000)
        let found = try #require(KMeans.fit(points, count: 5))
        #expect(found == KMeans.fit(points, count: 5))
        for (row, point) in points.enumerated() {
            #expect(
                KMeans.nearest(point, found.centres) == KMeans.nearest(points[row % 5], found.centres), "\(row)")
        }
        #expect(KMeans.fit([[1], [1]], count: 4)?.centres.count == 1)
        #expect(KMeans.fit([], count: 3) == nil)
    }

    @Test(
        "inertia is at most 2 percent above scikit-learn's with ten starts",
        .enabled(if: References.hasScikitLearn, "needs scikit-learn"))
    func scikitLearn() throws {
        let points = points(2_000)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("points-\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: file) }
        try points.map { $0.map { "\($0)" }.joined(separator: ",") }.joined(separator: "\n")
            .write(to: file, atomically: true, encoding: .utf8)
        let script = References.root.appendingPathComponent("Tests/Oracles/kmeans.py").path
        for count in [4, 5, 8] {
            let found = try #require(KMeans.fit(points, count: count))
            let printed = try References.python([script, file.path, "\(count)"])
            let theirs = try #require(Double(printed.trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect(found.inertia <= 1.02 * theirs, "\(count) groups: \(found.inertia) against \(theirs)")
        }
    }

    @Test("labels go on from the groups before, whatever their order; a new group has none")
    func labels() {
        let old: [[Double]] = [[0, 0], [10, 0], [0, 10]]
        #expect(LabelMatching.match(new: [[0.4, 9], [0, 1], [9, 1]], old: old) == [2, 0, 1])
        let more = LabelMatching.match(new: [[0, 9], [50, 50], [0, 1], [9, 1]], old: old)
        #expect(more == [2, nil, 0, 1])
        // The nearest first would cost more here than the best of all.
        #expect(LabelMatching.assignment([[1, 2], [1.5, 9]]) == [1, 0])
    }

    @Test("the assignment is the cheapest of all, against every permutation")
    func assignment() {
        var state: UInt64 = 3
        func cost() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40)
        }
        func permutations(_ items: [Int]) -> [[Int]] {
            items.isEmpty
                ? [[]] : items.flatMap { item in permutations(items.filter { $0 != item }).map { [item] + $0 } }
        }
        for _ in 0..<20 {
            let costs = (0..<5).map { _ in (0..<5).map { _ in cost() } }
            func total(_ columns: [Int]) -> Double {
                columns.enumerated().reduce(0) { $0 + costs[$1.offset][$1.element] }
            }
            let found = LabelMatching.assignment(costs)
            #expect(Set(found).count == 5)
            #expect(total(found) == permutations(Array(0..<5)).map(total).min())
        }
    }

    @Test("a group is described by what stands out in it")
    func words() {
        let words = [(low: "rare", high: "frequent"), (low: "small", high: "large"), (low: "poor", high: "rich")]
        #expect(LabelMatching.description(of: [2, 0.1, -0.7], words: words) == "very frequent, poor")
        #expect(LabelMatching.description(of: [0, 0.1, -0.2], words: words) == "average")
        let scaling = Scaling([[0, -5], [10, 20], [100, 3]])
        let back = scaling.features(scaling.scaled([10, -5]))
        #expect(abs(back[0] - 10) < 1e-9 && abs(back[1] + 5) < 1e-9)
    }
}
