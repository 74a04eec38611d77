public import Domain

/// Who sent a message, as what, and when: the attributes of CloudEvents 1.0.
public struct Envelope: Sendable, Equatable {
    /// With the source it names the message for ever.
    public let id: String
    /// Who sent it.
    public let source: String
    /// What it is.
    public let type: MessageType
    /// When it was sent.
    public let time: Timestamp?
    /// What it is about.
    public let subject: String?
    /// The chain of messages it belongs to.
    public let correlationID: String?
    /// The message that led to it.
    public let causationID: String?
    /// The W3C trace it belongs to.
    public var traceparent: String?
    /// What its order depends on.
    public let partitionKey: String?
    /// Its place in a sequence.
    public let sequence: String?

    /// - Parameters: as the properties.
    public init(
        id: String, source: String, type: MessageType, time: Timestamp? = nil, subject: String? = nil,
        correlationID: String? = nil, causationID: String? = nil, traceparent: String? = nil,
        partitionKey: String? = nil, sequence: String? = nil
    ) {
        self.id = id
        self.source = source
        self.type = type
        self.time = time
        self.subject = subject
        self.correlationID = correlationID
        self.causationID = causationID
        self.traceparent = traceparent
        self.partitionKey = partitionKey
        self.sequence = sequence
    }

    /// Reads the attributes by name, wherever they stand.
    ///
    /// - Parameters:
    ///   - place: the path of an attribute, for refusals.
    ///   - lookup: the text of an attribute by its CloudEvents name; `nil` when it is not there.
    public init(
        place: (String) -> String, lookup: (String) throws(Refusal) -> String?
    ) throws(Refusal) {
        func attribute(_ name: String, maximum: Int) throws(Refusal) -> String? {
            guard let text = try lookup(name) else { return nil }
            // A character has at least one byte: counting is needed only past that.
            let count = text.utf8.count <= maximum ? text.utf8.count : text.unicodeScalars.count
            guard count >= 1, count <= maximum else {
                throw Refusal(
                    .badAttribute, path: place(name), "'\(name)' has \(count) characters; 1 to \(maximum) are allowed")
            }
            if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
                throw Refusal(.badAttribute, path: place(name), "'\(name)' holds a control character")
            }
            return text
        }
        if let version = try lookup("specversion"), version != "1.0" {
            throw Refusal(
                .unsupportedSpecVersion, path: place("specversion"),
                "CloudEvents 1.0 is understood, this says \(quoted(version))")
        }
        guard let type = try attribute("type", maximum: 128) else {
            throw Refusal(.missingType, path: place("type"), "the message names no type")
        }
        guard let id = try attribute("id", maximum: 64) else {
            throw Refusal(
                .missingID, path: place("id"), "the message has no id: without one a duplicate cannot be told")
        }
        guard let source = try attribute("source", maximum: 128) else {
            throw Refusal(.missingSource, path: place("source"), "the message does not say who sent it")
        }
        self.id = id
        self.source = source
        self.type = MessageType(type)
        if let text = try attribute("time", maximum: 64) {
            do {
                time = try Timestamp(parsing: text)
            } catch {
                throw error.refusal(at: place("time"))
            }
        } else {
            time = nil
        }
        subject = try attribute("subject", maximum: 256)
        correlationID = try attribute("correlationid", maximum: 128)
        causationID = try attribute("causationid", maximum: 128)
        traceparent = try attribute("traceparent", maximum: 128)
        partitionKey = try attribute("partitionkey", maximum: 256)
        sequence = try attribute("sequence", maximum: 64)
    }

    /// Reads the attributes of a CloudEvent in structured form.
    public init(structured node: JSONNode) throws(Refusal) {
        try self.init(place: { "$.\($0)" }) { name throws(Refusal) in
            guard let member = node[name], member.kind != .null else { return nil }
            guard let text = member.string else {
                throw Refusal(.badAttribute, path: "$.\(name)", "'\(name)' must be a string")
            }
            return text
        }
    }

    /// The attributes that are there, by their CloudEvents names.
    public var attributes: [(name: String, value: String)] {
        let all: [(String, String?)] = [
            ("specversion", "1.0"), ("id", id), ("source", source), ("type", type.description),
            ("time", time?.description), ("subject", subject), ("correlationid", correlationID),
            ("causationid", causationID), ("traceparent", traceparent), ("partitionkey", partitionKey),
            ("sequence", sequence),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }

    /// The message as a CloudEvent in structured form.
    ///
    /// - Parameter data: the JSON text of its data.
    public func structuredBody(data: [UInt8]) -> [UInt8] {
        var object = ObjectWriter()
        object.text("specversion", "1.0")
        object.text("id", id)
        object.text("source", source)
        object.text("type", type.description)
        object.timestamp("time", time)
        object.text("subject", subject)
        object.text("correlationid", correlationID)
        object.text("causationid", causationID)
        object.text("traceparent", traceparent)
        object.text("partitionkey", partitionKey)
        object.text("sequence", sequence)
        object.text("datacontenttype", "application/json")
        object.json("data", data)
        return object.finished()
    }
}
