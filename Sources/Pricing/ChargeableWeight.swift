/// What weight is charged for something that is light for its size: by divisor, step and, where that is agreed, half of the volume.
///
/// Air has a divisor of 6,000 cm³ for each kilogram, express 5,000, road 3,000; sea charges by the tonne or cubic metre, a divisor of
/// 1,000. Nothing is rounded before the end, where it is rounded up to a whole number of steps.
public struct ChargeableWeight: Sendable, Equatable {
    /// So many cubic centimetres count as a kilogram.
    public let divisor: Int
    /// It is rounded up to a whole number of these, in kilograms.
    public let step: ExactDecimal
    /// The least that is charged; nothing when there is no such.
    public let minimum: ExactDecimal?
    /// Of what the volume weighs beyond the scales only half is charged (半抛).
    public let isHalfVolume: Bool

    /// What cannot be a way to charge.
    public enum Fault: String, Error, Sendable {
        /// The divisor is not above nought.
        case noDivisor = "no-divisor"
        /// The step is not above nought.
        case noStep = "no-step"
    }

    /// - Parameters: as the properties.
    public init(
        divisor: Int, step: ExactDecimal, minimum: ExactDecimal? = nil, isHalfVolume: Bool = false
    ) throws(Fault) {
        guard divisor > 0 else { throw .noDivisor }
        guard step > .zero else { throw .noStep }
        self.divisor = divisor
        self.step = step
        self.minimum = minimum
        self.isHalfVolume = isHalfVolume
    }

    /// The weight that is charged, in kilograms; nil when there are more digits than fit, or something is below nought.
    ///
    /// - Parameters:
    ///   - gross: what the scales say, in kilograms.
    ///   - volume: its size, in cubic centimetres.
    public func weight(gross: ExactDecimal, volume: ExactDecimal) -> ExactDecimal? {
        guard !gross.isNegative, !volume.isNegative, let scaled = gross.times(ExactDecimal(divisor)) else { return nil }
        // Kept as a fraction over the divisor, so that no third of a gram is lost before it is rounded up.
        let isBulky = volume > scaled
        let sum = isBulky ? (isHalfVolume ? scaled.plus(volume) : volume) : scaled
        let parts = isBulky && isHalfVolume ? 2 : 1
        guard let sum, let unit = ExactDecimal(divisor).times(ExactDecimal(parts))?.times(step),
            let steps = sum.count(of: unit), let weight = steps.times(step)
        else { return nil }
        guard let minimum, minimum > weight else { return weight }
        return minimum
    }
}
