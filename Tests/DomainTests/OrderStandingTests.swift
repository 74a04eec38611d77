import Domain
import Testing

@Suite("How an order stands")
struct OrderStandingTests {
    private enum Word: Equatable {
        case content(Int)
        case cancelled(Int)
    }

    private static func stands(_ words: [Word]) -> OrderStanding {
        var standing = OrderStanding()
        for word in words {
            switch word {
            case .content(let revision): _ = standing.take(revision)
            case .cancelled(let revision): standing.cancel(revision)
            }
        }
        return standing
    }

    private static func arrivals(_ words: [Word]) -> [[Word]] {
        guard words.count > 1 else { return [words] }
        return words.indices.flatMap { place in
            var rest = words
            let first = rest.remove(at: place)
            return arrivals(rest).map { [first] + $0 }
        }
    }

    @Test("in whatever order the words come, and come again, an order stands the same")
    func anyOrder() {
        let words: [Word] = [.content(1), .cancelled(2), .content(3), .cancelled(4), .content(2)]
        for count in 1...words.count {
            let said = Array(words.prefix(count))
            let stands = Self.stands(said)
            for arrival in Self.arrivals(said) {
                #expect(Self.stands(arrival) == stands && Self.stands(arrival + arrival) == stands, "\(arrival)")
            }
        }
    }

    @Test("a cancellation holds from its revision on until a later revision takes the order up again")
    func cancelled() {
        #expect(!OrderStanding().isCancelled && OrderStanding().revision == 0)
        #expect(Self.stands([.cancelled(1)]).isCancelled)
        #expect(Self.stands([.content(1), .cancelled(1)]).isCancelled)
        #expect(!Self.stands([.content(2), .cancelled(1)]).isCancelled)
        #expect(!Self.stands([.content(1), .cancelled(2), .content(3)]).isCancelled)
        #expect(Self.stands([.content(1), .cancelled(2), .content(3), .cancelled(4)]).isCancelled)
        let between = Self.stands([.cancelled(1), .cancelled(3), .content(2)])
        #expect(between.isCancelled && between.revision == 3 && between.contentRevision == 2)
    }

    @Test("only what changes how the order stands is said to do so")
    func changes() {
        var standing = OrderStanding()
        #expect(standing.take(2) && !standing.take(2) && !standing.take(1))
        #expect(!standing.cancel(1) && standing.cancel(2) && !standing.cancel(2))
        #expect(standing.cancel(3) && !standing.cancel(2))
        #expect(standing.take(4) && !standing.isCancelled)
    }

    @Test("a table with one number and a flag keeps as much, as far as it matters from then on")
    func oneNumber() {
        let said: [Word] = [.content(1), .cancelled(2), .content(3), .cancelled(3), .content(4), .cancelled(1)]
        for count in 0...said.count {
            let stands = Self.stands(Array(said.prefix(count)))
            let kept = OrderStanding(
                revision: stands.revision, isCancelled: stands.isCancelled, contentRevision: stands.contentRevision)
            #expect(kept.contentRevision == stands.contentRevision && kept.isCancelled == stands.isCancelled)
            #expect(kept.revision == stands.revision)
        }
    }

    @Test("of decisions the one on the highest revision holds, and of these the last")
    func decisions() {
        let places = [(2, 1), (1, 3), (1, 1)].map { DecisionPlace(revision: $0.0, number: $0.1) }
        #expect(places.sorted() == places.reversed())
    }
}
