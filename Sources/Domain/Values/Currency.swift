/// A currency by its ISO 4217 alphabetic code. Only active codes exist; the codes for tests (XTS) and for no currency
/// (XXX) are not currencies.
public struct Currency: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The three letters, packed big-endian, so that order is alphabetical.
    @usableFromInline let packed: UInt32

    /// The renminbi.
    @inlinable public static var cny: Currency { Currency(packed: pack(0x43, 0x4E, 0x59)) }

    /// The currency of a code such as `"CNY"` (three upper-case letters), or nil when there is no such active currency.
    public init?(_ code: String) { self.init(bytes: Array(code.utf8)) }

    /// The currency of a code by its bytes.
    @inlinable
    package init?(bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count == 3 else { return nil }
        let first = bytes.startIndex
        let second = bytes.index(after: first)
        let packed = Self.pack(bytes[first], bytes[second], bytes[bytes.index(after: second)])
        guard packed == Self.cny.packed || Self.active.contains(packed) else { return nil }
        self.packed = packed
    }

    @inlinable
    init(packed: UInt32) { self.packed = packed }

    /// The three-letter code.
    public var code: String { String(decoding: bytes, as: UTF8.self) }
    /// The three-letter code.
    public var description: String { code }

    /// Alphabetical by code.
    @inlinable
    public static func < (first: Currency, second: Currency) -> Bool { first.packed < second.packed }

    /// Every active currency, in alphabetical order.
    public static let all: [Currency] = active.sorted().map(Currency.init(packed:))

    var bytes: [UInt8] {
        [
            UInt8(truncatingIfNeeded: packed >> 16), UInt8(truncatingIfNeeded: packed >> 8),
            UInt8(truncatingIfNeeded: packed),
        ]
    }

    @inlinable
    static func pack(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt32 {
        UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)
    }

    @usableFromInline static let active: Set<UInt32> = Set(
        codes.utf8.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }).map { code in
            code.reduce(0) { $0 << 8 | UInt32($1) }
        })

    /// ISO 4217 list one as of January 2026: the lev, the kuna, the Antillean guilder and the old Zimbabwean dollar are
    /// gone; the Caribbean guilder, the Zimbabwe Gold and the Arab accounting dinar are in.
    private static let codes = """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
        CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
        HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
        MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN
        PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD
        TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD
        XPF XPT XSU XUA YER ZAR ZMW ZWG
        """
}
