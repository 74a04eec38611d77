import CLibPQ

extension Wire {
    /// How much is gathered before it is handed to the library.
    private static let chunk = 1 << 16

    /// Loads rows through `COPY … FROM STDIN`.
    ///
    /// Never more than a chunk is gathered: what the server does not take yet holds the rows up.
    ///
    /// - Parameters:
    ///   - statement: the COPY.
    ///   - write: appends the next row in COPY's text format; false when there is none.
    /// - Returns: how many rows were loaded.
    func copy(
        _ statement: String, _ write: (inout [UInt8]) throws(PostgresError) -> Bool
    ) throws(PostgresError) -> Int {
        try flush()
        guard PQsendQuery(handle.raw, statement) == 1 else { throw lost() }
        guard let part = try next() else { throw lost() }
        guard part.status == PGRES_COPY_IN else {
            let refusal = refused(part)
            while try next() != nil {}
            throw failed(by: refusal)
        }
        var data: [UInt8] = []
        data.reserveCapacity(Self.chunk + 4_096)
        do {
            while try write(&data) {
                if data.count >= Self.chunk {
                    try put(data)
                    data.removeAll(keepingCapacity: true)
                }
            }
            try put(data)
        } catch {
            // A row that cannot be sent ends the COPY, not the connection.
            if isAlive {
                try end("the rows could not be written")
                _ = try? answer()
            }
            throw error
        }
        try end(nil)
        return try answer().affectedRows
    }

    private func put(_ data: [UInt8]) throws(PostgresError) {
        guard !data.isEmpty else { return }
        while true {
            let sent = data.withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    PQputCopyData(handle.raw, $0.baseAddress, Int32($0.count))
                }
            }
            guard sent >= 0 else { throw lost() }
            if sent == 1 { break }
            try wait(forReading: false, orWriting: true, until: deadline, "the server takes no more data")
        }
        // Until it is on its way: the library would keep everything in memory.
        while true {
            let unsent = PQflush(handle.raw)
            guard unsent >= 0 else { throw lost() }
            if unsent == 0 { return }
            try wait(forReading: true, orWriting: true, until: deadline, "the server takes no more data")
            guard PQconsumeInput(handle.raw) == 1 else { throw lost() }
        }
    }

    private func end(_ reason: String?) throws(PostgresError) {
        while true {
            let ended = PQputCopyEnd(handle.raw, reason)
            if ended == 1 { return }
            guard ended == 0 else { throw lost() }
            try wait(forReading: false, orWriting: true, until: deadline, "the server takes no more data")
        }
    }
}
