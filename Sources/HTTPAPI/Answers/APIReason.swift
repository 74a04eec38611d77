package import Contracts
package import Hummingbird

/// Why a call is not answered as was hoped for: a code of a refusal, or one of calls by HTTP alone.
package enum APIReason: Sendable, Equatable {
    /// A code that messages have, too.
    case message(Reason)
    /// A code that only calls by HTTP have.
    case call(CallReason)

    /// The code, for programs. Once published it keeps its meaning.
    package var code: String {
        switch self {
        case .message(let reason): reason.rawValue
        case .call(let reason): reason.rawValue
        }
    }

    /// What it means, in plain words and always the same.
    package var title: String {
        switch self {
        case .message(let reason): reason.title
        case .call(let reason): reason.title
        }
    }
}

/// The codes that only calls by HTTP have.
package enum CallReason: String, Sendable, CaseIterable {
    /// Nobody is signed in, and no token came along.
    case notSignedIn = "not-signed-in"
    /// The token does not reach so far.
    case outOfScope = "out-of-scope"
    /// A page of another site has made the browser call.
    case crossSite = "cross-site"
    /// There is nothing at this address.
    case noSuchAddress = "no-such-address"
    /// The address does not take this method.
    case methodNotAllowed = "method-not-allowed"
    /// None of the forms that the caller takes is one in which there is an answer.
    case notAcceptable = "not-acceptable"
    /// The address is too long.
    case addressTooLong = "address-too-long"
    /// What stands in the address or in a header cannot be read.
    case badRequest = "bad-request"
    /// More calls than a caller may make in a time.
    case tooManyRequests = "too-many-requests"
    /// A command without the key by which it is known again.
    case keyMissing = "key-missing"
    /// A key that stood for another command before.
    case keyReused = "key-reused"
    /// The service has not answered in time.
    case serviceLate = "service-late"
    /// The service, or the broker, cannot be reached.
    case serviceAway = "service-away"
    /// The broker has not confirmed what was to be published.
    case notConfirmed = "not-confirmed"
    /// The service has answered what cannot be read.
    case badAnswer = "bad-answer"

    /// What it means, in plain words and always the same.
    package var title: String {
        switch self {
        case .notSignedIn: "Nobody is signed in"
        case .outOfScope: "The token does not reach so far"
        case .crossSite: "Another site has made the browser call"
        case .noSuchAddress: "There is nothing at this address"
        case .methodNotAllowed: "The address does not take this method"
        case .notAcceptable: "There is no answer in any of the forms asked for"
        case .addressTooLong: "The address is too long"
        case .badRequest: "The call cannot be read"
        case .tooManyRequests: "Too many calls in a short time"
        case .keyMissing: "The command lacks the key by which it is known again"
        case .keyReused: "The key stood for another command before"
        case .serviceLate: "The service has not answered in time"
        case .serviceAway: "The service cannot be reached"
        case .notConfirmed: "It is not known whether it was taken"
        case .badAnswer: "The service has answered what cannot be read"
        }
    }

    /// The status of the answer.
    package var status: HTTPResponse.Status {
        switch self {
        case .notSignedIn: .unauthorized
        case .outOfScope, .crossSite: .forbidden
        case .noSuchAddress: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .notAcceptable: .notAcceptable
        case .addressTooLong: .uriTooLong
        case .badRequest, .keyMissing: .badRequest
        case .tooManyRequests: .tooManyRequests
        case .keyReused: .unprocessableContent
        case .serviceLate: .gatewayTimeout
        case .serviceAway, .notConfirmed: .serviceUnavailable
        case .badAnswer: .badGateway
        }
    }
}
