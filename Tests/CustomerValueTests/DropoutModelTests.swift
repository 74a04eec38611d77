import Foundation
import Testing

@testable import CustomerValue

@Suite("Models of buying")
struct DropoutModelTests {
    private func near(_ value: Double, _ expected: Double, _ tolerance: Double) -> Bool {
        abs(value - expected) <= tolerance
    }

    @Test("the gamma function is exact where its values are known")
    func gamma() {
        #expect(near(Gamma.log(0.5), 0.5 * log(Double.pi), 1e-13))
        #expect(near(Gamma.log(1), 0, 1e-13) && near(Gamma.log(2), 0, 1e-13))
        #expect(near(Gamma.log(11), log(3_628_800), 1e-12))
        for value in [1e-3, 0.243, 3.7, 9.99, 10, 250.5] {
            #expect(near(Gamma.log(value + 1) - Gamma.log(value), log(value), 1e-11), "\(value)")
        }
        // 2F1(1, 1; 2; z) = −ln(1 − z) / z.
        #expect(near(Gamma.hypergeometric(1, 1, 2, 0.8), -log(0.2) / 0.8, 1e-12))
    }

    @Test(
        "CDNOW: the published parameters and likelihood of BG/NBD",
        .enabled(if: References.hasLifetimes, "needs the package lifetimes: make setup"))
    func publishedBG() throws {
        let records = try References.customers()
        #expect(records.count == 2_357)
        let published = DropoutModel(.bgNBD, r: 0.243, alpha: 4.414, a: 0.793, b: 2.426)
        #expect(near(published.logLikelihood(of: records), -9_582.4, 0.1))
        let fitted = try #require(DropoutModel.fit(.bgNBD, records))
        #expect(near(fitted.logLikelihood, -9_582.4, 0.1))
        let model = fitted.model
        #expect(near(model.r, 0.243, 0.0015) && near(model.alpha, 4.414, 0.01), "\(model)")
        #expect(near(model.a, 0.793, 0.005) && near(model.b, 2.426, 0.02), "\(model)")
    }

    @Test(
        "CDNOW: the published parameters of MBG/NBD, and k = 1 of MBG/CNBD-k is the same model",
        .enabled(if: References.hasLifetimes, "needs the package lifetimes: make setup"))
    func publishedMBG() throws {
        let records = try References.customers()
        let fitted = try #require(DropoutModel.fit(.mbgNBD, records))
        let model = fitted.model
        #expect(near(model.r, 0.525, 0.003) && near(model.alpha, 6.183, 0.03), "\(model)")
        #expect(near(model.a, 0.891, 0.005) && near(model.b, 1.614, 0.02), "\(model)")
        let same = DropoutModel(.mbgCNBD(1), r: model.r, alpha: model.alpha, a: model.a, b: model.b)
        #expect(same.logLikelihood(of: records) == model.logLikelihood(of: records))
    }

    @Test(
        "CDNOW: what BG/NBD foresees of the next 39 weeks",
        .enabled(if: References.hasLifetimes, "needs the package lifetimes: make setup"))
    func holdout() throws {
        var days: [Int: Set<Int>] = [:]
        for row in try References.rows("CDNOW_sample.txt", skippingHeader: false) {
            let date = Int(row[2])
            var parts = DateComponents()
            (parts.year, parts.month, parts.day) = (date / 10_000, date / 100 % 100, date % 100)
            parts.timeZone = TimeZone(secondsFromGMT: 0)
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? .current
            let time = try #require(calendar.date(from: parts)).timeIntervalSince1970
            days[Int(row[1]), default: []].insert(Int(time) / 86_400)
        }
        // 1997-09-30 ends what is learnt from, 1998-06-30 what is foreseen.
        let (end, last) = (10_134, 10_407)
        var records: [PurchaseRecord] = []
        var actual: [Double] = []
        for (_, bought) in days.sorted(by: { $0.key < $1.key }) {
            let before = bought.filter { $0 <= end }.sorted()
            guard let first = before.first, let latest = before.last else { continue }
            records.append(
                PurchaseRecord(
                    repeats: before.count - 1, recency: Double(latest - first) / 7, age: Double(end - first) / 7))
            actual.append(Double(bought.filter { $0 > end && $0 <= last }.count))
        }
        let model = try #require(DropoutModel.fit(.bgNBD, records)).model
        let foreseen = records.map { model.expectedPurchases($0, within: 39) }
        let count = Double(records.count)
        let (meanA, meanF) = (actual.reduce(0, +) / count, foreseen.reduce(0, +) / count)
        var (cross, squaresA, squaresF, errors) = (0.0, 0.0, 0.0, 0.0)
        for (real, expected) in zip(actual, foreseen) {
            cross += (real - meanA) * (expected - meanF)
            squaresA += (real - meanA) * (real - meanA)
            squaresF += (expected - meanF) * (expected - meanF)
            errors += abs(real - expected)
        }
        #expect(actual.reduce(0, +) == 1_882)
        #expect(near(foreseen.reduce(0, +), 1_654, 10), "\(foreseen.reduce(0, +))")
        #expect(near(cross / (squaresA * squaresF).squareRoot(), 0.626, 0.002))
        #expect(near(errors / count, 0.786, 0.002), "\(errors / count)")
    }

    @Test(
        "CDNOW: the published parameters of Gamma–Gamma",
        .enabled(if: References.hasLifetimes, "needs the package lifetimes: make setup"))
    func spend() throws {
        let customers = try References.rows("cdnow_customers_summary_with_transactions.csv", skippingHeader: true)
            .filter { $0[1] > 0 }.map { (purchases: Int($0[1]), mean: $0[4]) }
        let model = try #require(SpendModel.fit(customers))
        #expect(near(model.p, 6.25, 0.05) && near(model.q, 3.74, 0.03) && near(model.v, 15.44, 0.3), "\(model)")
        let mean =
            customers.reduce(0) { $0 + (model.expectedWorth(purchases: $1.purchases, mean: $1.mean) ?? 0) }
            / Double(customers.count)
        #expect(near(mean, 35.25, 0.3), "\(mean)")
    }

    @Test("alive is likelier after a short silence than after a long one, and sooner doubted of who buys regularly")
    func alive() {
        let plain = DropoutModel(.mbgNBD, r: 1, alpha: 30, a: 0.5, b: 5)
        let regular = DropoutModel(.mbgCNBD(3), r: 1, alpha: 10, a: 0.5, b: 5)
        let gaps = 9 * log(10.0)
        var last = 1.1
        for silence in [0, 5, 10, 20, 40, 80, 160] {
            let record = PurchaseRecord(repeats: 9, recency: 90, age: Double(90 + silence), logGaps: gaps)
            let probability = plain.probabilityAlive(record)
            #expect(probability < last && probability > 0)
            last = probability
            if silence >= 20 { #expect(regular.probabilityAlive(record) < probability, "\(silence)") }
        }
        let never = PurchaseRecord(repeats: 0, recency: 0, age: 50)
        #expect(DropoutModel(.bgNBD, r: 1, alpha: 30, a: 0.5, b: 5).probabilityAlive(never) == 1)
    }

    @Test("parameters of regular buyers are found again, and their k")
    func recovery() throws {
        var state: UInt64 = 7
        func unit() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (Double(state >> 11) + 0.5) * 0x1p-53
        }
        // Erlang shapes as sums of exponentials: r = 2, k = 3; stopping is Beta(1, 4), which inverts in closed form.
        func erlang(_ shape: Int, _ rate: Double) -> Double {
            (0..<shape).reduce(0) { sum, _ in sum - log(unit()) } / rate
        }
        var records: [PurchaseRecord] = []
        var gaps: [[Double]] = []
        for _ in 0..<4_000 {
            let rate = erlang(2, 20)
            let stopping = 1 - pow(unit(), 0.25)
            var (time, repeats, logs) = (0.0, 0, 0.0)
            var own: [Double] = []
            while unit() >= stopping {
                let gap = erlang(3, rate)
                guard time + gap <= 300 else { break }
                time += gap
                repeats += 1
                logs += log(gap)
                own.append(gap)
            }
            records.append(PurchaseRecord(repeats: repeats, recency: time, age: 300, logGaps: logs))
            gaps.append(own)
        }
        // A pair is seen only when both gaps fit in the time, which makes them a little more alike.
        let k = Regularity.erlang(gaps: gaps)
        #expect(k > 2.6 && k < 3.6, "\(k)")
        let fitted = try #require(DropoutModel.fit(.mbgCNBD(3), records))
        #expect(abs(fitted.model.r - 2) < 0.25 && abs(fitted.model.alpha - 20) < 3, "\(fitted.model)")
        #expect(abs(fitted.model.a - 1) < 0.2 && abs(fitted.model.b - 4) < 0.8, "\(fitted.model)")
        let irregular = try #require(DropoutModel.fit(.mbgNBD, records))
        #expect(fitted.logLikelihood > irregular.logLikelihood + 100)
    }

    @Test("silence is measured against the customer's own rate")
    func silence() {
        let weekly = Silence.survival(gap: 30, repeats: 20, recency: 140, r: 1, alpha: 14)
        let monthly = Silence.survival(gap: 30, repeats: 5, recency: 150, r: 1, alpha: 14)
        #expect(weekly < 0.05 && monthly > 0.2)
        #expect(near(Silence.survival(gap: 10, repeats: 1, recency: 10, r: 1, alpha: 10), 4.0 / 9, 1e-12))
        #expect(Silence.survival(gap: 0, repeats: 3, recency: 9, r: 1, alpha: 1) == 1)
    }
}
