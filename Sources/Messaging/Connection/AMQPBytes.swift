import CRabbitMQ
import Foundation

extension amqp_bytes_t {
    private var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: len) }

    /// The text, or `nil` when the bytes are no UTF-8.
    ///
    /// What is no UTF-8 is decoded into other bytes than it has. Decoding and comparing take the standard library's fast
    /// paths, which `String(validating:as:)` does not: it looks at each byte of each of a message's ten short texts.
    var text: String? {
        let decoded = String(decoding: buffer, as: UTF8.self)
        return decoded.utf8.elementsMatch(buffer) ? decoded : nil
    }

    /// The text, or what is shown in its place when the bytes are no UTF-8.
    var string: String { text ?? String(showing: buffer) }
}

extension String.UTF8View {
    /// Whether these are exactly the bytes.
    fileprivate func elementsMatch(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard count == bytes.count, let start = bytes.baseAddress else { return count == bytes.count }
        return withContiguousStorageIfAvailable { mine in
            mine.baseAddress.map { memcmp($0, start, bytes.count) == 0 } ?? true
        } ?? elementsEqual(bytes)
    }
}

extension String {
    /// What stands for bytes that are no UTF-8: each that is not ASCII is written as `\xB6`, so that texts that differ
    /// stay different. It is no longer than a short text of AMQP may be, for it goes out again in a dead letter.
    init(showing bytes: some Sequence<UInt8>) {
        self = ""
        for byte in bytes {
            let next = byte < 0x80 ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16, uppercase: true)
            guard utf8.count + next.utf8.count <= 255 else { break }
            self += next
        }
    }
}

extension String {
    /// The text as the library wants it, for as long as the closure runs.
    func withAMQPBytes<Result>(_ body: (amqp_bytes_t) -> Result) -> Result {
        var copy = self
        return copy.withUTF8 { text in
            body(amqp_bytes_t(len: text.count, bytes: UnsafeMutableRawPointer(mutating: text.baseAddress)))
        }
    }
}

extension MessageProperties {
    /// The properties as the library decoded them, copied.
    init(_ raw: amqp_basic_properties_t) {
        var malformed: [String] = []
        func text(_ flag: Int32, _ value: amqp_bytes_t, _ name: StaticString) -> String? {
            guard raw._flags & UInt32(flag) != 0 else { return nil }
            if let text = value.text { return text }
            malformed.append("properties.\(name)")
            return value.string
        }
        self.init(
            contentType: text(AMQP_BASIC_CONTENT_TYPE_FLAG, raw.content_type, "content_type"),
            contentEncoding: text(AMQP_BASIC_CONTENT_ENCODING_FLAG, raw.content_encoding, "content_encoding"),
            deliveryMode: raw._flags & UInt32(AMQP_BASIC_DELIVERY_MODE_FLAG) != 0 ? raw.delivery_mode : nil,
            correlationID: text(AMQP_BASIC_CORRELATION_ID_FLAG, raw.correlation_id, "correlation_id"),
            replyTo: text(AMQP_BASIC_REPLY_TO_FLAG, raw.reply_to, "reply_to"),
            expiration: text(AMQP_BASIC_EXPIRATION_FLAG, raw.expiration, "expiration"),
            messageID: text(AMQP_BASIC_MESSAGE_ID_FLAG, raw.message_id, "message_id"),
            timestamp: raw._flags & UInt32(AMQP_BASIC_TIMESTAMP_FLAG) != 0
                ? Int64(truncatingIfNeeded: raw.timestamp) : nil,
            type: text(AMQP_BASIC_TYPE_FLAG, raw.type, "type"),
            userID: text(AMQP_BASIC_USER_ID_FLAG, raw.user_id, "user_id"),
            appID: text(AMQP_BASIC_APP_ID_FLAG, raw.app_id, "app_id"))
        self.malformed = malformed
        guard raw._flags & UInt32(AMQP_BASIC_HEADERS_FLAG) != 0 else { return }
        for index in 0..<Int(raw.headers.num_entries) {
            let entry = raw.headers.entries[index]
            let name = entry.key.string
            var isMalformed = false
            headers[name] = HeaderValue(entry.value, &isMalformed)
            if name == "x-death" { deaths = BrokerDeath.all(in: entry.value) }
            if isMalformed { malformed.append("headers.\(name)") }
        }
        self.malformed = malformed
    }
}

extension BrokerDeath {
    /// The entries of a header `x-death`; what is no such entry, for anybody may write a header, is left out.
    static func all(in raw: amqp_field_value_t) -> [BrokerDeath] {
        elements(of: raw).prefix(most).compactMap { BrokerDeath($0) }
    }

    private static func elements(of raw: amqp_field_value_t) -> UnsafeBufferPointer<amqp_field_value_t> {
        guard amqp_field_value_kind_t(rawValue: UInt32(raw.kind)) == AMQP_FIELD_KIND_ARRAY else {
            return UnsafeBufferPointer(start: nil, count: 0)
        }
        return UnsafeBufferPointer(start: raw.value.array.entries, count: Int(raw.value.array.num_entries))
    }

    private init?(_ raw: amqp_field_value_t) {
        guard amqp_field_value_kind_t(rawValue: UInt32(raw.kind)) == AMQP_FIELD_KIND_TABLE else { return nil }
        let table = UnsafeBufferPointer(start: raw.value.table.entries, count: Int(raw.value.table.num_entries))
        var values: [String: HeaderValue] = [:]
        var routingKey: String?
        for entry in table {
            let name = entry.key.string
            var isMalformed = false
            values[name] = HeaderValue(entry.value, &isMalformed)
            if name == "routing-keys" {
                routingKey = Self.elements(of: entry.value).first.flatMap { HeaderValue($0, &isMalformed).text }
            }
        }
        func number(_ name: String) -> Int64? {
            switch values[name] {
            case .integer(let value), .timestamp(let value): value
            default: nil
            }
        }
        guard let queue = values["queue"]?.text, let reason = values["reason"]?.text else { return nil }
        self.init(
            queue: queue, reason: reason, time: number("time"), count: number("count"),
            exchange: values["exchange"]?.text, routingKey: routingKey,
            expiration: values["original-expiration"]?.text)
    }
}

extension HeaderValue {
    /// The value; says of a text whether its bytes are no UTF-8.
    init(_ raw: amqp_field_value_t, _ isMalformed: inout Bool) {
        switch amqp_field_value_kind_t(rawValue: UInt32(raw.kind)) {
        case AMQP_FIELD_KIND_UTF8, AMQP_FIELD_KIND_BYTES:
            let text = raw.value.bytes.text
            isMalformed = text == nil
            self = .string(text ?? raw.value.bytes.string)
        case AMQP_FIELD_KIND_BOOLEAN: self = .boolean(raw.value.boolean != 0)
        case AMQP_FIELD_KIND_I8: self = .integer(Int64(raw.value.i8))
        case AMQP_FIELD_KIND_U8: self = .integer(Int64(raw.value.u8))
        case AMQP_FIELD_KIND_I16: self = .integer(Int64(raw.value.i16))
        case AMQP_FIELD_KIND_U16: self = .integer(Int64(raw.value.u16))
        case AMQP_FIELD_KIND_I32: self = .integer(Int64(raw.value.i32))
        case AMQP_FIELD_KIND_U32: self = .integer(Int64(raw.value.u32))
        case AMQP_FIELD_KIND_I64: self = .integer(raw.value.i64)
        case AMQP_FIELD_KIND_U64: self = .integer(Int64(clamping: raw.value.u64))
        case AMQP_FIELD_KIND_F32: self = .double(Double(raw.value.f32))
        case AMQP_FIELD_KIND_F64: self = .double(raw.value.f64)
        case AMQP_FIELD_KIND_TIMESTAMP: self = .timestamp(Int64(clamping: raw.value.u64))
        case AMQP_FIELD_KIND_VOID: self = .null
        default: self = .other
        }
    }
}

/// Lays the texts of a message out in one buffer, so that the library can be given pointers into it.
struct PropertyArena {
    private var bytes: [UInt8] = []

    private mutating func place(_ text: String) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        return start..<bytes.count
    }

    private mutating func place(_ text: String?) -> Range<Int>? { text.map { place($0) } }

    /// Calls with the message in the library's form.
    static func with<Result>(
        _ message: Outgoing,
        _ body: (amqp_bytes_t, amqp_bytes_t, UnsafePointer<amqp_basic_properties_t>, amqp_bytes_t) -> Result
    ) -> Result {
        var arena = PropertyArena()
        let properties = message.properties
        let exchange = arena.place(message.exchange)
        let key = arena.place(message.routingKey)
        let fixed: [Range<Int>?] = [
            arena.place(properties.contentType), arena.place(properties.contentEncoding),
            arena.place(properties.correlationID), arena.place(properties.replyTo), arena.place(properties.expiration),
            arena.place(properties.messageID), arena.place(properties.type), arena.place(properties.userID),
            arena.place(properties.appID),
        ]
        let headers = properties.headers.compactMap { name, value -> (Range<Int>, HeaderValue, Range<Int>?)? in
            if case .other = value { return nil }
            let text: String? = if case .string(let text) = value { text } else { nil }
            return (arena.place(name), value, arena.place(text))
        }
        return arena.bytes.withUnsafeMutableBufferPointer { buffer in
            func bytes(_ range: Range<Int>) -> amqp_bytes_t {
                amqp_bytes_t(
                    len: range.count, bytes: buffer.baseAddress.map { UnsafeMutableRawPointer($0 + range.lowerBound) })
            }
            var raw = amqp_basic_properties_t()
            func set(_ index: Int, _ flag: Int32, _ path: WritableKeyPath<amqp_basic_properties_t, amqp_bytes_t>) {
                guard let range = fixed[index] else { return }
                raw._flags |= UInt32(flag)
                raw[keyPath: path] = bytes(range)
            }
            set(0, AMQP_BASIC_CONTENT_TYPE_FLAG, \.content_type)
            set(1, AMQP_BASIC_CONTENT_ENCODING_FLAG, \.content_encoding)
            set(2, AMQP_BASIC_CORRELATION_ID_FLAG, \.correlation_id)
            set(3, AMQP_BASIC_REPLY_TO_FLAG, \.reply_to)
            set(4, AMQP_BASIC_EXPIRATION_FLAG, \.expiration)
            set(5, AMQP_BASIC_MESSAGE_ID_FLAG, \.message_id)
            set(6, AMQP_BASIC_TYPE_FLAG, \.type)
            set(7, AMQP_BASIC_USER_ID_FLAG, \.user_id)
            set(8, AMQP_BASIC_APP_ID_FLAG, \.app_id)
            if let mode = properties.deliveryMode {
                raw._flags |= UInt32(AMQP_BASIC_DELIVERY_MODE_FLAG)
                raw.delivery_mode = mode
            }
            if let timestamp = properties.timestamp {
                raw._flags |= UInt32(AMQP_BASIC_TIMESTAMP_FLAG)
                raw.timestamp = UInt64(bitPattern: timestamp)
            }
            var entries = headers.map { name, value, text in
                amqp_table_entry_t(key: bytes(name), value: field(value, text.map(bytes)))
            }
            return entries.withUnsafeMutableBufferPointer { table in
                if !table.isEmpty {
                    raw._flags |= UInt32(AMQP_BASIC_HEADERS_FLAG)
                    raw.headers = amqp_table_t(num_entries: Int32(table.count), entries: table.baseAddress)
                }
                return message.body.withUnsafeBufferPointer { content in
                    body(
                        bytes(exchange), bytes(key), &raw,
                        amqp_bytes_t(
                            len: content.count, bytes: UnsafeMutableRawPointer(mutating: content.baseAddress)))
                }
            }
        }
    }

    private static func field(_ value: HeaderValue, _ text: amqp_bytes_t?) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        func kind(_ kind: amqp_field_value_kind_t) { field.kind = UInt8(kind.rawValue) }
        switch value {
        case .string:
            kind(AMQP_FIELD_KIND_UTF8)
            field.value.bytes = text ?? amqp_empty_bytes
        case .integer(let number):
            kind(AMQP_FIELD_KIND_I64)
            field.value.i64 = number
        case .boolean(let flag):
            kind(AMQP_FIELD_KIND_BOOLEAN)
            field.value.boolean = flag ? 1 : 0
        case .double(let number):
            kind(AMQP_FIELD_KIND_F64)
            field.value.f64 = number
        case .timestamp(let seconds):
            kind(AMQP_FIELD_KIND_TIMESTAMP)
            field.value.u64 = UInt64(bitPattern: seconds)
        case .null, .other: kind(AMQP_FIELD_KIND_VOID)
        }
        return field
    }
}
