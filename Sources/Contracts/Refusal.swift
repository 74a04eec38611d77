public import Domain

/// Why a message is not accepted: a code for machines, the place, and words for people.
///
/// A refused message goes to the dead letters with this in its headers; it is never dropped and never guessed at.
public struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The code.
    public let reason: Reason
    /// Where: a JSON path into the body (`$.lines[3].revenue`), a header (`headers.cloudEvents_id`) or an AMQP property
    /// (`properties.message_id`).
    public let path: String
    /// What is wrong and what to do, in a sentence. Offending values are quoted at most 64 characters long.
    public let detail: String

    /// A refusal.
    public init(_ reason: Reason, path: String, _ detail: String) {
        self.reason = reason
        self.path = path
        self.detail = detail
    }

    /// Code, place and words on one line.
    public var description: String { "\(reason.rawValue) at \(path): \(detail)" }
}

extension ValueFault {
    /// The refusal of a message because of this fault at a place.
    public func refusal(at path: String) -> Refusal { Refusal(.init(reason), path: path, detail) }
}

/// The codes of refusal. A code, once published, keeps its meaning.
public enum Reason: String, Sendable, CaseIterable {
    // The body as text

    /// The body is not JSON (RFC 8259).
    case notJSON = "not-json"
    /// The body is not UTF-8.
    case badUTF8 = "bad-utf8"
    /// A string holds the character U+0000, which no database text can.
    case nullCharacter = "null-character"
    /// A string holds half of a surrogate pair.
    case loneSurrogate = "lone-surrogate"
    /// Arrays and objects are nested more than 32 deep.
    case tooDeep = "too-deep"
    /// An object names the same key twice.
    case duplicateKey = "duplicate-key"
    /// There is no body.
    case emptyBody = "empty-body"
    /// The body is larger than 1 MiB.
    case bodyTooLarge = "body-too-large"
    /// An array has more elements than it may.
    case tooManyElements = "too-many-elements"
    /// A string is longer than 64 KiB.
    case stringTooLong = "string-too-long"
    /// A number is outside what can be held exactly, or outside the field's range.
    case numberOutOfRange = "number-out-of-range"

    // The fields

    /// A required field is absent or null.
    case missingField = "missing-field"
    /// A field is of another JSON type.
    case wrongType = "wrong-type"
    /// A decimal is not written as one.
    case notADecimal = "not-a-decimal"
    /// A decimal has more than four places.
    case tooManyDecimals = "too-many-decimals"
    /// A decimal has more than fifteen digits before the point.
    case amountTooLarge = "amount-too-large"
    /// An amount is negative where only a credit line may be.
    case negativeAmount = "negative-amount"
    /// The currency is not an active ISO 4217 code.
    case unknownCurrency = "unknown-currency"
    /// A time or a day is not written as one, has no offset, or does not exist.
    case badTime = "bad-time"
    /// The year is outside 1970…2199.
    case timeOutOfRange = "time-out-of-range"
    /// An identifier is empty or longer than it may be.
    case identifierLength = "identifier-length"
    /// An identifier or name holds a control character.
    case controlCharacter = "control-character"
    /// An identifier that a person typed or pasted holds a character that nobody sees.
    case unseenCharacter = "unseen-character"
    /// A required text is empty.
    case textTooShort = "text-too-short"
    /// A text is longer than it may be.
    case textTooLong = "text-too-long"
    /// A value is none of the listed ones.
    case valueNotAllowed = "value-not-allowed"
    /// Two lines of one order have the same number.
    case duplicateLine = "duplicate-line"
    /// Two elements that must differ are the same.
    case duplicateElement = "duplicate-element"
    /// An order has more than 500 lines.
    case tooManyLines = "too-many-lines"
    /// An array has fewer elements than it must.
    case tooFewElements = "too-few-elements"
    /// More is allocated than was paid.
    case overAllocated = "over-allocated"
    /// An amount is in another currency than what it is for.
    case currencyMismatch = "currency-mismatch"
    /// No exchange rate is known for a currency on a day.
    case noRate = "no-rate"
    /// Two levers of a simulation pull at the same lines.
    case contradictoryLevers = "contradictory-levers"
    /// Times contradict one another, such as a promise before the order.
    case contradictoryTimes = "contradictory-times"

    /// Who approves something is who proposed it.
    case samePerson = "same-person"

    // The envelope

    /// The message names no type.
    case missingType = "missing-type"
    /// The message names a type that no contract has.
    case unknownType = "unknown-type"
    /// The type is known, this version of it is not.
    case unknownVersion = "unknown-version"
    /// The message has no id.
    case missingID = "missing-id"
    /// The message names no source.
    case missingSource = "missing-source"
    /// An envelope attribute is malformed.
    case badAttribute = "bad-attribute"
    /// CloudEvents headers are written in more than one spelling.
    case mixedHeaderSpellings = "mixed-header-spellings"
    /// A CloudEvents batch; send one message per event.
    case batchNotSupported = "batch-not-supported"
    /// The content is not JSON by its content type, or is compressed.
    case unsupportedContentType = "unsupported-content-type"
    /// The message came under another routing key than its type, so that not all who read the type got it.
    case routingKeyMismatch = "routing-key-mismatch"
    /// A CloudEvents version other than 1.0.
    case unsupportedSpecVersion = "unsupported-spec-version"
    /// The publisher may not speak for this source.
    case sourceNotAllowed = "source-not-allowed"
    /// Who published it cannot be told: neither a partner's own exchange nor a verified `user_id`.
    case publisherUnknown = "publisher-unknown"
    /// The message came by an exchange that is not that of its kind.
    case wrongExchange = "wrong-exchange"

    // The meaning

    /// The same revision came before with other content.
    case conflictingRevision = "conflicting-revision"
    /// The same identifier came before with other content.
    case conflictingContent = "conflicting-content"
    /// There is nothing of that identifier.
    case notFound = "not-found"
    /// What is asked for does not fit how the thing stands, such as closing an alert that nobody has diagnosed.
    case wrongState = "wrong-state"
    /// What a decision is about has changed since whoever decides looked at it.
    case staleRevision = "stale-revision"
    /// Identifiers that one party cannot both have, such as two valid credit codes.
    case contradictoryIdentifiers = "contradictory-identifiers"
    /// Whoever asks for it may not.
    case notAuthorised = "not-authorised"
    /// It is more than whoever approves it may approve.
    case aboveAuthority = "above-authority"
    /// A relation would make a party own itself, directly or through others.
    case cyclicRelation = "cyclic-relation"

    // The organisation and its people

    /// A code or login of the organisation has two ways to be written.
    case badIdentifier = "bad-identifier"
    /// A node or a person has no name.
    case noName = "no-name"
    /// The last day is before the first.
    case emptyPeriod = "empty-period"
    /// Two periods of one node hold on one day.
    case nodeTwice = "node-twice"
    /// A login stands twice on one day, or is two persons'.
    case loginTwice = "login-twice"
    /// A number of the personnel system is that of two logins.
    case externalIdTwice = "external-id-twice"
    /// A person has two managers on one day.
    case twoManagers = "two-managers"
    /// Between two periods of a life there are days without one.
    case gapInLife = "gap-in-life"
    /// A node that is no group has no node above it, or one that is not there for all of its days.
    case orphan
    /// A node stands below one that is smaller by its kind.
    case wrongLevel = "wrong-level"
    /// A node is above itself.
    case cycle
    /// A person belongs to no node, or to one that is not there, or not yet.
    case noNode = "no-node"
    /// A node is closed while a person is in it.
    case nodeClosed = "node-closed"
    /// There is no such manager.
    case unknownManager = "unknown-manager"
    /// The manager is not there on all days.
    case managerAway = "manager-away"
    /// A person is the manager of their own manager, at once or by others.
    case managerCircle = "manager-circle"

    // Who may do what

    /// What a line of a policy gives, another line of the same role takes.
    case contradictoryLines = "contradictory-lines"
    /// A part of a policy without which every decision would be the same.
    case neverMatters = "never-matters"
    /// Something may be done with what may not be seen.
    case notSeen = "not-seen"
    /// Something needs a second person's yes, and nobody may say it.
    case nobodyApproves = "nobody-approves"
    /// Something is measured by amounts, and a role may do it that has none.
    case noAmount = "no-amount"
    /// Nobody could set the next policy.
    case nobodyAdministers = "nobody-administers"
    /// Somebody lends what they do not have.
    case notHeld = "not-held"
    /// Somebody lends more than they have.
    case widerThanHeld = "wider-than-held"

    // What becomes of it

    /// No handler of this service takes the type.
    case noHandler = "no-handler"
    /// The message is older than the horizon within which duplicates are known, or its time has passed.
    case expired
    /// The message failed again and again for a reason of its own.
    case tooManyAttempts = "too-many-attempts"
    /// A fault of the service, not of the message: keep it and replay it once mended.
    case internalError = "internal-error"
}

extension Reason {
    /// The code of a value's fault: the same word.
    init(_ reason: ValueFault.Reason) {
        self =
            switch reason {
            case .notADecimal: .notADecimal
            case .tooManyDecimals: .tooManyDecimals
            case .amountTooLarge: .amountTooLarge
            case .badTime: .badTime
            case .timeOutOfRange: .timeOutOfRange
            }
    }
}

extension Reason {
    /// The code of what is wrong with an organisation: the same word, but for what every message calls otherwise.
    package init(_ reason: OrganisationFault.Reason) {
        self =
            switch reason {
            case .badIdentifier: .badIdentifier
            case .noName: .noName
            case .controlCharacters: .controlCharacter
            case .emptyPeriod: .emptyPeriod
            case .nodeTwice: .nodeTwice
            case .loginTwice: .loginTwice
            case .externalIdTwice: .externalIdTwice
            case .twoManagers: .twoManagers
            case .gap: .gapInLife
            case .orphan: .orphan
            case .wrongLevel: .wrongLevel
            case .cycle: .cycle
            case .noNode: .noNode
            case .nodeClosed: .nodeClosed
            case .unknownManager: .unknownManager
            case .managerAway: .managerAway
            case .managerCircle: .managerCircle
            }
    }
}

/// A value as it may be quoted in a refusal.
func quoted(_ text: String) -> String {
    text.unicodeScalars.count > 64 ? "\"\(String(text.unicodeScalars.prefix(63)))…\"" : "\"\(text)\""
}
