import Pipelines
import Testing

@Suite("Conversion, time in stage, and what is won in the end")
struct ConversionTests {
    /// Eighteen that are watched for up to twenty days.
    private static var watched: CumulativeIncidence {
        var incidence = CumulativeIncidence()
        for (count, outcome, days) in [
            (3, CumulativeIncidence.Outcome.advanced, 2), (1, .ended, 2), (2, .open, 3), (2, .advanced, 5),
            (2, .ended, 5),
            (1, .open, 5), (1, .advanced, 8), (4, .open, 9), (1, .ended, 12), (1, .advanced, 20),
        ] {
            incidence.add(count, outcome, after: days)
        }
        return incidence
    }

    @Test("without anything open it is the plain share")
    func plain() throws {
        var incidence = CumulativeIncidence()
        incidence.add(3, .advanced, after: 4)
        incidence.add(1, .advanced, after: 40)
        incidence.add(6, .ended, after: 10)
        #expect(abs(try #require(incidence.probability(.advanced, within: 30)).share - 0.3) < 1e-12)
        #expect(abs(try #require(incidence.probability(.advanced, within: 40)).share - 0.4) < 1e-12)
        #expect(abs(try #require(incidence.probability(.ended, within: 40)).share - 0.6) < 1e-12)
        #expect(CumulativeIncidence().probability(.advanced, within: 10) == nil)
    }

    @Test("one that is open counts for as long as it was watched, and is not lost")
    func open() throws {
        // By hand: two of four go on at once; of the two left one is watched no longer, and the last goes on: 2/4 + 2/4 · 1/1.
        var incidence = CumulativeIncidence()
        incidence.add(2, .advanced, after: 1)
        incidence.add(1, .open, after: 2)
        incidence.add(1, .advanced, after: 3)
        #expect(abs(try #require(incidence.probability(.advanced, within: 2)).share - 0.5) < 1e-12)
        #expect(abs(try #require(incidence.probability(.advanced, within: 3)).share - 1) < 1e-12)
    }

    @Test("Aalen and Johansen's estimate and its interval, as Python has them one by one")
    func oracle() throws {
        let incidence = Self.watched
        #expect(incidence.count == 18 && incidence.count(.open) == 7)
        let went = try #require(incidence.probability(.advanced, within: 10))
        #expect(abs(went.share - 0.37037037037037035) < 1e-12)
        #expect(abs(went.low - 0.14885711485346348) < 1e-9 && abs(went.high - 0.595748604806001) < 1e-9)
        #expect(abs(try #require(incidence.probability(.ended, within: 10)).share - 0.18518518518518517) < 1e-12)
        #expect(abs(try #require(incidence.probability(.advanced, within: 30)).share - 0.5925925925925926) < 1e-12)
    }

    @Test("median and ninth tenth by Kaplan and Meier; nothing while fewer have gone")
    func dwell() {
        #expect(Self.watched.days(untilGone: 0.5) == 8)
        #expect(Self.watched.days(untilGone: 0.9) == 20)
        var young = CumulativeIncidence()
        young.add(1, .advanced, after: 3)
        young.add(9, .open, after: 5)
        #expect(young.days(untilGone: 0.5) == nil)
    }

    @Test("a chain by hand: one of two goes on, of these one of two is won")
    func chain() {
        var chain = AbsorbingChain()
        chain.add(1, from: "a", to: "b")
        chain.add(1, from: "a", endingAs: "lost")
        chain.add(1, from: "b", endingAs: "won")
        chain.add(1, from: "b", endingAs: "lost")
        #expect(chain.probability(of: "won") == ["a": 0.25, "b": 0.5])
        #expect(chain.probability(of: "lost") == ["a": 0.75, "b": 0.5])
    }

    @Test("one with ways back, as numpy solves it")
    func back() throws {
        var chain = AbsorbingChain()
        for (from, to, count) in [("a", "b", 60), ("b", "c", 40), ("b", "a", 10), ("c", "b", 5)] {
            chain.add(count, from: from, to: to)
        }
        for (from, end, count) in [
            ("a", "lost", 35), ("a", "won", 5), ("b", "lost", 20), ("b", "won", 2), ("c", "won", 30), ("c", "lost", 15),
        ] {
            chain.add(count, from: from, endingAs: end)
        }
        let won = chain.probability(of: "won")
        for (place, wanted) in [("a", 0.30645161), ("b", 0.42741935), ("c", 0.64274194)] {
            #expect(abs(try #require(won[place]) - wanted) < 1e-8)
            #expect(abs(try #require(won[place]) + (chain.probability(of: "lost")[place] ?? 0) - 1) < 1e-12)
        }
    }

    @Test("from where nothing has come to an end nothing is said, and the rest stays as it is")
    func endless() {
        var chain = AbsorbingChain()
        chain.add(5, from: "x", to: "y")
        chain.add(5, from: "y", to: "x")
        chain.add(1, from: "a", endingAs: "won")
        #expect(chain.probability(of: "won") == ["a": 1])
        #expect(AbsorbingChain().probability(of: "won").isEmpty)
    }
}
