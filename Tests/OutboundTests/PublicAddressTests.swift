import Testing

@testable import Outbound

@Suite("Public addresses")
struct PublicAddressTests {
    @Test("of version 4, the registry's special ones are none, up to their edges")
    func version4() {
        let special: [[UInt8]] = [
            [0, 0, 0, 0], [10, 0, 0, 1], [10, 255, 255, 255], [100, 64, 0, 1], [100, 127, 255, 255], [127, 0, 0, 1],
            [169, 254, 169, 254], [172, 16, 0, 1], [172, 31, 255, 255], [192, 0, 0, 1], [192, 0, 2, 1],
            [192, 168, 1, 1],
            [198, 18, 0, 1], [198, 19, 255, 255], [198, 51, 100, 1], [203, 0, 113, 1], [224, 0, 0, 1], [239, 1, 1, 1],
            [240, 0, 0, 1], [255, 255, 255, 255],
        ]
        for address in special { #expect(!PublicAddress.isPublic(address), "\(address)") }
        let others: [[UInt8]] = [
            [1, 1, 1, 1], [9, 255, 255, 255], [11, 0, 0, 0], [100, 63, 255, 255], [100, 128, 0, 0], [126, 0, 0, 1],
            [128, 0, 0, 1], [169, 253, 0, 1], [172, 15, 255, 255], [172, 32, 0, 0], [192, 167, 0, 1], [192, 169, 0, 1],
            [198, 17, 255, 255], [198, 20, 0, 0], [223, 255, 255, 255],
        ]
        for address in others { #expect(PublicAddress.isPublic(address), "\(address)") }
    }

    @Test("of version 6, what carries another is as public as that; tunnels, links and what is no address are not")
    func version6() {
        func address(_ groups: UInt16...) -> [UInt8] {
            let middle = [UInt16](repeating: 0, count: 8 - groups.count)
            let all: [UInt16] = Array(groups.dropLast()) + middle + Array(groups.suffix(1))
            return all.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        }
        let special: [[UInt8]] = [
            address(0), address(1), address(0xFE80, 1), address(0xFC00, 1), address(0xFDFF, 1), address(0xFF02, 1),
            address(0x2001, 0x0DB8, 1), address(0x2001, 0, 1), address(0x2002, 0x0A00, 1), address(0x3FFF, 1),
            address(0x64, 0xFF9B, 0x7F00, 1), address(0x100, 1), address(0xFEC0, 1),
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1],
            [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1],
            [], [1, 1, 1], [UInt8](repeating: 0x20, count: 15),
        ]
        for address in special { #expect(!PublicAddress.isPublic(address), "\(address)") }
        let others: [[UInt8]] = [
            address(0x2606, 0x4700, 0x1111), address(0x2400, 1), address(0x2A00, 1), address(0x2001, 0x4860, 0x8888),
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 1, 1, 1, 1],
            [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
        ]
        for address in others { #expect(PublicAddress.isPublic(address), "\(address)") }
    }

    @Test("a client for public addresses alone asks nobody on this machine, and others still may")
    func client() async throws {
        try await HTTPServer.with { (server: HTTPServer) async throws in
            let client = HTTPClient(.publicAddresses)
            for host in ["127.0.0.1", "localhost", "[::1]"] {
                do throws(OutboundError) {
                    _ = try await client.send(HTTPRequest("GET", "http://\(host):\(server.port)/status/200"))
                    Issue.record("\(host) was asked")
                } catch {
                    #expect(error.code == .forbidden, "\(error)")
                }
            }
            let request = HTTPRequest("GET", "http://127.0.0.1:\(server.port)/status/200")
            #expect(try await HTTPClient().send(request).status == 200)
        }
    }
}
