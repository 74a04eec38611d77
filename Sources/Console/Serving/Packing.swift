import CZlib

/// Makes what is sent smaller.
enum Packing {
    /// Bytes in gzip; `nil` when they cannot be packed.
    ///
    /// - Parameter level: 1, the fastest, to 9, the smallest.
    static func gzip(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8]? {
        var packed = [UInt8](repeating: 0, count: waybill_gzip_room(bytes.count))
        let room = packed.count
        let count = bytes.withUnsafeBufferPointer { whole in
            packed.withUnsafeMutableBufferPointer {
                waybill_gzip(whole.baseAddress, whole.count, $0.baseAddress, room, level)
            }
        }
        return count > 0 ? Array(packed.prefix(count)) : nil
    }
}
