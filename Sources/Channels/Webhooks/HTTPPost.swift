import Domain
import Outbound

/// What chat robots and webhooks share: a request for each handover, and what a server's status means.
struct HTTPPost: Sendable {
    /// What is the matter beside the handover itself.
    enum Trouble { case none, target }

    let client: HTTPClient
    let timeout: Duration
    let now: @Sendable () -> Timestamp

    /// Hands over each, one after the other; a target that is in trouble is left alone for the rest of the batch. None is begun
    /// once the time is over.
    func each(
        _ handovers: [Handover], within time: Duration, _ hand: (Handover) async -> (HandoverOutcome, Trouble)
    ) async -> [HandoverOutcome] {
        let end = ContinuousClock.now + time
        var outcomes: [HandoverOutcome] = []
        var inTrouble: [String: HandoverOutcome] = [:]
        for handover in handovers {
            if let before = inTrouble[handover.address] {
                outcomes.append(before)
                continue
            }
            guard ContinuousClock.now < end else {
                outcomes.append(.untried)
                continue
            }
            let (outcome, trouble) = await hand(handover)
            outcomes.append(outcome)
            if trouble == .target, case .later(let words, let after) = outcome {
                inTrouble[handover.address] = .later("not tried, because before: \(words)", after: after)
            }
        }
        return outcomes
    }

    /// Sends JSON and reads the answer.
    ///
    /// - Parameter outcome: what an answer means that has come; that a server is busy is known before.
    func send(
        _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8],
        certificateAuthorities: String? = nil, _ outcome: (HTTPResponse) -> HandoverOutcome
    ) async -> (HandoverOutcome, Trouble) {
        let request = HTTPRequest(
            "POST", url,
            headers: [("Content-Type", "application/json; charset=utf-8"), ("User-Agent", "waybill")] + headers,
            body: body, timeout: timeout, maximumBytes: 64 << 10, certificateAuthorities: certificateAuthorities)
        do throws(OutboundError) {
            let response = try await client.send(request)
            let after = RetryAfter.duration(response.header("retry-after"), now: now())
            switch (response.status, outcome(response)) {
            case (429, .later(let words, let own)): return (.later(words, after: after ?? own ?? .seconds(60)), .target)
            case (500..., .later(let words, let own)): return (.later(words, after: after ?? own), .target)
            case (_, .later(let words, let own)):
                return (.later(words, after: after ?? own), own == nil ? .none : .target)
            case (_, let outcome): return (outcome, .none)
            }
        } catch {
            switch error.code {
            case .address, .forbidden: return (.refused(error.description), .none)
            // The answer was too long to be one; that it was taken cannot be told.
            case .tooLarge: return (.later(error.description, after: nil), .none)
            default: return (.later(error.description, after: nil), .target)
            }
        }
    }
}
