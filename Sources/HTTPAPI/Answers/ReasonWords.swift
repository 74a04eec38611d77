package import Contracts
package import Hummingbird

extension Reason {
    /// What a refusal means, in plain words and always the same.
    package var title: String {
        switch self {
        case .notJSON: "The body is not JSON"
        case .badUTF8: "The text is not UTF-8"
        case .nullCharacter: "A text holds the character U+0000"
        case .loneSurrogate: "A text holds half a character"
        case .tooDeep: "The body is nested too deeply"
        case .duplicateKey: "An object names a key twice"
        case .emptyBody: "There is no body"
        case .bodyTooLarge: "The body is too large"
        case .tooManyElements: "A list has too many elements"
        case .stringTooLong: "A text is too long"
        case .numberOutOfRange: "A number is out of range"
        case .missingField: "Something that must be there is missing"
        case .wrongType: "A value is of another type"
        case .notADecimal: "A decimal is not written as one"
        case .tooManyDecimals: "An amount has more than four decimals"
        case .amountTooLarge: "An amount is too large"
        case .negativeAmount: "An amount is negative"
        case .unknownCurrency: "The currency is not known"
        case .badTime: "A day or time is not written as one"
        case .timeOutOfRange: "A time is out of range"
        case .identifierLength: "An identifier is empty or too long"
        case .controlCharacter: "A text holds a control character"
        case .unseenCharacter: "An identifier holds a character that nobody sees"
        case .textTooShort: "A text is empty"
        case .textTooLong: "A text is too long"
        case .valueNotAllowed: "A value is not one of those allowed"
        case .duplicateLine: "Two lines have the same number"
        case .duplicateElement: "Two elements are the same"
        case .tooManyLines: "There are too many lines"
        case .tooFewElements: "A list has too few elements"
        case .overAllocated: "More is allocated than was paid"
        case .currencyMismatch: "The currency is another one"
        case .noRate: "There is no exchange rate for the day"
        case .contradictoryLevers: "Two levers pull at the same lines"
        case .contradictoryTimes: "Times contradict one another"
        case .samePerson: "Who approves is who proposed"
        case .missingType: "The message names no type"
        case .unknownType: "There is no such type of message"
        case .unknownVersion: "This version of the message is not known"
        case .missingID: "The message has no id"
        case .missingSource: "The message names no source"
        case .badAttribute: "An attribute of the event is malformed"
        case .mixedHeaderSpellings: "The headers of the event are spelt in several ways"
        case .batchNotSupported: "A batch is not taken here"
        case .unsupportedContentType: "The content type is not taken here"
        case .routingKeyMismatch: "The routing key is not the type"
        case .unsupportedSpecVersion: "The version of CloudEvents is not understood"
        case .sourceNotAllowed: "The source is not yours to speak for"
        case .publisherUnknown: "Who calls cannot be told"
        case .wrongExchange: "Such a message is not taken here"
        case .conflictingRevision: "The same revision came with other content"
        case .conflictingContent: "The same identifier came with other content"
        case .notFound: "There is no such thing"
        case .wrongState: "It does not fit how the thing stands"
        case .staleRevision: "The thing has changed meanwhile"
        case .contradictoryIdentifiers: "The identifiers contradict one another"
        case .notAuthorised: "You may not do or see this"
        case .aboveAuthority: "It is more than you may approve"
        case .cyclicRelation: "A party would own itself"
        case .badIdentifier: "A code or login is not written as one"
        case .noName: "A node or person has no name"
        case .emptyPeriod: "The last day is before the first"
        case .nodeTwice: "A node stands twice on one day"
        case .loginTwice: "A login stands twice on one day"
        case .externalIdTwice: "A number of the personnel system is that of two logins"
        case .twoManagers: "A person has two managers on one day"
        case .gapInLife: "There are days without a place"
        case .orphan: "There is no node above a node"
        case .wrongLevel: "A node stands below a smaller one"
        case .cycle: "A node is above itself"
        case .noNode: "A person belongs to no node"
        case .nodeClosed: "A node is closed while somebody is in it"
        case .unknownManager: "There is no such manager"
        case .managerAway: "The manager is not there on all days"
        case .managerCircle: "A person is their own manager by others"
        case .contradictoryLines: "Lines of the policy contradict one another"
        case .neverMatters: "A part of the policy never matters"
        case .notSeen: "Something may be done with what may not be seen"
        case .nobodyApproves: "Nobody may approve it"
        case .noAmount: "A role has no amount"
        case .nobodyAdministers: "Nobody could set the next policy"
        case .notHeld: "What is lent is not held"
        case .widerThanHeld: "What is lent is wider than what is held"
        case .noHandler: "No service takes the message"
        case .expired: "Its time has passed"
        case .tooManyAttempts: "It failed again and again"
        case .internalError: "The service could not do it"
        }
    }

    /// The status of an answer that refuses a message or a command.
    package var status: HTTPResponse.Status {
        switch self {
        case .notJSON, .badUTF8, .nullCharacter, .loneSurrogate, .tooDeep,
            .duplicateKey, .emptyBody:
            .badRequest
        case .bodyTooLarge:
            .contentTooLarge
        case .unsupportedContentType, .batchNotSupported:
            .unsupportedMediaType
        case .notAuthorised, .aboveAuthority, .samePerson, .sourceNotAllowed, .publisherUnknown:
            .forbidden
        case .notFound:
            .notFound
        case .conflictingRevision, .conflictingContent, .wrongState, .staleRevision, .expired:
            .conflict
        case .internalError, .tooManyAttempts, .noHandler:
            .internalServerError
        default: .unprocessableContent
        }
    }
}
