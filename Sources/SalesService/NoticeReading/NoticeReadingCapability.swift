import Contracts
import ServiceKit

extension Capability {
    /// What people see of their notices, and that they have read them.
    static let noticeReading = Capability(
        handlers: [.on(AcknowledgeNotices.self, NoticeReading.acknowledge)],
        questions: [Query(SalesQuestions.notices, NoticeReadingStore.list)], subjects: NoticeReadingStore.subjects)
}
