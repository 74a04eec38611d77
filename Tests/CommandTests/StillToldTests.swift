import Contracts
import Testing

@testable import WaybillCLI

@Suite("What is told although it was switched off")
struct StillToldTests {
    private func lines(
        _ tell: [String], _ addresses: [String] = ["mail=li.wei@example.com", "dingtalk=east"],
        floor: NoticeSeverity? = .urgent
    ) throws -> [String] {
        let said = SetNoticePreferences(
            language: .en, workingDays: false, addresses: try addresses.map(NoticesCommand.Prefer.address),
            choices: try NoticesCommand.Prefer.choices(tell), by: "li.wei")
        let still = StillTold(said)
        #expect(still.isAnything == !still.lines(floor: floor).isEmpty)
        return still.lines(floor: floor)
    }

    @Test("is said with its kinds, its severities and the address that tells it")
    func words() throws {
        #expect(
            try lines(["*", "mail", "off", "margin-alert", "mail", "off"]) == [
                "still told at once, as the role demands: what is urgent or critical of margin-alert, every other kind, by mail "
                    + "(li.wei@example.com)"
            ])
        #expect(
            try lines(["*", "mail", "off", "*", "dingtalk", "daily"], floor: .critical) == [
                "still told at once, as the role demands: what is critical of every kind, by dingtalk (east)"
            ])
        #expect(
            try lines(["complaint", "mail", "hourly", "order-held", "mail", "off", "order-held", "dingtalk", "daily"])
                == [
                    "still told at once, as the role demands: what is urgent or critical of complaint, by mail (li.wei@example.com)",
                    "still told at once, as the role demands: what is urgent or critical of order-held, by dingtalk (east)",
                ])
        #expect(
            try lines(["*", "mail", "off"], [], floor: nil) == [
                "still told at once, as the role demands: what is of the installation's floor (WAYBILL_NOTICE_FLOOR) or above of "
                    + "every kind, by mail"
            ])
    }

    @Test("is nothing while one channel tells it at once")
    func nothing() throws {
        #expect(try lines([]).isEmpty && lines([], []).isEmpty)
        #expect(try lines(["*", "mail", "at-once", "*", "dingtalk", "off"]).isEmpty)
        #expect(try lines(["margin-alert", "mail", "off", "margin-alert", "dingtalk", "at-once"]).isEmpty)
    }
}
