import Contracts
import Domain
import ServiceTestSupport

/// What is said of leads, in few words.
enum LeadSaid {
    static func time(_ text: String) -> Timestamp { Timestamp(text) ?? Timestamp(microsecondsSinceEpoch: 0) }

    /// A capture; `from` is the system that says it.
    static func captured(
        _ id: String, from source: String = "site", at time: String = "2026-03-02T10:00:00+08:00",
        channel: LeadChannel = .form, company: String? = nil, creditCode: String? = nil, email: String? = nil,
        phone: String? = nil, customer: String? = nil, line: String? = nil, branch: String? = nil,
        attributes: [(String, String)] = [], text: String? = nil
    ) -> ServiceFixture.Message {
        .init(
            "\(source)-\(id)", source: source,
            LeadCaptured(
                captureId: id, channel: channel, company: company, creditCode: creditCode, email: email, phone: phone,
                customer: customer.map { CustomerCode(code: $0, source: "erp") }, businessLine: line, branch: branch,
                attributes: attributes.map { CaptureAttribute(name: $0, value: $1) }, text: text, by: "site",
                capturedAt: self.time(time)))
    }

    static func seller(
        _ login: String, capacity: Int = 10, lines: [String] = [], branches: [String] = [], claims: Int? = nil,
        at time: String = "2026-03-01T09:00:00+08:00"
    ) -> ServiceFixture.Message {
        .init(
            "seller-\(login)-\(time)", source: "waybill",
            SetLeadSeller(
                login: login, capacity: capacity, businessLines: lines, branches: branches, claimsPerDay: claims,
                at: self.time(time), by: "zhao.min"))
    }

    static func step(
        _ lead: String, _ step: LeadStep, by login: String = "li.wei", at time: String = "2026-03-02T11:00:00+08:00",
        to: String? = nil, reason: LeadReason? = nil, margin: FixedDecimal? = nil, id: String? = nil
    ) -> ServiceFixture.Message {
        .init(
            id ?? "step-\(lead)-\(step.rawValue)-\(login)-\(time)", source: "waybill",
            TakeLeadStep(
                leadId: lead, step: step, to: to, reason: reason, expectedMargin: margin,
                currency: margin == nil ? nil : .cny, at: self.time(time), by: login))
    }
}

extension ServiceFixture {
    /// Which captures are of one lead, each lead's in one text, in order.
    func togetherCaptures() async throws -> [String] {
        try await rows(
            """
            select string_agg(source || '/' || capture_id, ' ' order by source, capture_id) from lead_capture
            group by lead_id order by 1
            """
        ).compactMap { $0[0] }
    }

    /// The one lead that there is.
    func onlyLead() async throws -> String {
        try await rows("select lead_id from lead where merged_into is null").first?.first.flatMap(\.self) ?? ""
    }
}
