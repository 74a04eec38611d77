import ServiceKit

/// By what a customer answers a survey: 26 signs of chance, which nobody guesses and which say nothing of anybody.
struct SurveyToken: Sendable, Equatable {
    /// As the customer has it.
    let text: String

    /// No letter that is taken for a digit or for another.
    private static let signs = Array("0123456789abcdefghjkmnpqrstvwxyz")

    /// One that was not there before: five bits a sign, 130 in all.
    static func fresh() -> SurveyToken {
        var generator = SystemRandomNumberGenerator()
        return SurveyToken(
            text: String((0..<26).map { _ in signs[Int.random(in: signs.indices, using: &generator)] }))
    }

    /// What is kept of it: from it nobody finds the token again.
    var mark: String { StableIdentifier.of("survey token", text) }
}
