/// Every question that the services answer: what the commands, the documents and the services agree on.
public enum QueryCatalogue {
    /// All questions, by service.
    public static let questions: [QueryDescription] =
        CommonQuestions.all + CustomerQuestions.all + SalesQuestions.all + ServiceDeskQuestions.all
        + DeskQuestions.all + SurveyQuestions.all + RecoveryQuestions.all + LeadSuggestionQuestions.all
        + BulletinQuestions.all + LatenessQuestions.all
        + FinanceQuestions.all + SupplierQuestions.all + NotifierQuestions.all
        + ReferenceQuestions.all + ImportQuestions.all

    /// The questions that a service answers, those that every service answers among them.
    public static func questions(of service: ServiceName) -> [QueryDescription] {
        questions.filter { $0.service == nil || $0.service == service }
    }

    /// A question by its service and name.
    public static func question(_ service: ServiceName, _ name: String) -> QueryDescription? {
        questions.first { ($0.service == nil || $0.service == service) && $0.name == name }
    }
}
