import Configuration
import Foundation
import SystemPackage

/// The values of a service's settings: variables first, then the file, then the defaults.
public struct Settings: Sendable {
    private let values: [String: String]
    private let known: [Setting]
    /// What the installation is for.
    public let profile: Profile

    /// A setting that cannot be used, said so that an operator can mend it.
    public struct Problem: Error, CustomStringConvertible {
        /// What is wrong and what to do.
        public let description: String
    }

    /// Reads the settings.
    ///
    /// - Parameters:
    ///   - known: every setting there is; anything else that begins with `WAYBILL_` and is none of the command's is a
    ///     problem, for a misspelt setting must not be passed over in silence.
    ///   - environment: the environment's variables.
    /// - Throws: ``Problem`` with every unknown key, or with a file that cannot be read.
    public init(_ known: [Setting], environment: [String: String]) async throws {
        self.known = known
        var stripped: [String: String] = [:]
        var unknown: [String] = []
        for (name, value) in environment where name.hasPrefix("WAYBILL_") {
            let rest = String(name.dropFirst("WAYBILL_".count))
            let setting = known.first { Setting.name($0.key) == rest }
            let secret = known.first { $0.isSecret && Setting.name($0.key) + "_FILE" == rest }
            if setting != nil {
                stripped[rest] = value
            } else if let secret {
                stripped[Setting.name(secret.key)] = try Self.secret(in: value, for: name)
            } else if !CommandVariables.contains(rest) {
                unknown.append(name)
            }
        }
        var providers: [any ConfigProvider] = [EnvironmentVariablesProvider(environmentVariables: stripped)]
        if let path = stripped["CONFIG"] {
            unknown += try Self.keys(ofFile: path).filter { key in !known.contains { $0.key == key } }
            providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(path)))
        }
        if !unknown.isEmpty {
            throw Problem(
                description: "unknown settings: \(unknown.sorted().joined(separator: ", ")); "
                    + "'--help' lists those there are")
        }
        let reader = ConfigReader(providers: providers)
        var values: [String: String] = [:]
        for setting in known {
            let key = ConfigKey(setting.key.split(separator: ".").map(String.init))
            values[setting.key] =
                reader.string(forKey: key, isSecret: setting.isSecret) ?? reader.int(forKey: key).map(String.init)
                ?? setting.defaultValue
        }
        self.values = values
        profile = try Self.choice(values, Profile.setting.key, Profile.self) ?? .production
    }

    /// Settings given outright, for what asks no environment: defaults, and data made up, fill what is missing.
    public init(_ known: [Setting], values: [String: String] = [:], profile: Profile = .demo) {
        self.known = known
        self.profile = profile
        var all: [String: String] = [:]
        for setting in known { all[setting.key] = values[setting.key] ?? setting.defaultValue }
        self.values = all
    }

    /// The same with values for what is not given.
    func filled(with defaults: [String: String]) -> Settings {
        Settings(known: known, values: values.merging(defaults) { own, _ in own }, profile: profile)
    }

    private init(known: [Setting], values: [String: String], profile: Profile) {
        (self.known, self.values, self.profile) = (known, values, profile)
    }

    /// A value that may be missing.
    public subscript(_ key: String) -> String? { values[key].flatMap { $0.isEmpty ? nil : $0 } }

    /// A value that must be there.
    public func required(_ key: String) throws -> String {
        guard let value = self[key] else {
            let name = "WAYBILL_" + Setting.name(key)
            let isSecret = known.first { $0.key == key }?.isSecret ?? false
            throw Problem(
                description: "\(name) is not set\(isSecret ? " (nor \(name)_FILE)" : ""): "
                    + (known.first { $0.key == key }?.help ?? ""))
        }
        return value
    }

    /// A whole number within bounds.
    public func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int {
        let text = try required(key)
        guard let value = Int(text), range.contains(value) else {
            throw Problem(
                description: "WAYBILL_\(Setting.name(key)) is '\(text)': it must be a whole number from "
                    + "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// One of a set of words.
    public func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _ type: Choice.Type) throws -> Choice?
    where Choice.RawValue == String {
        try Self.choice(values, key, type)
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(
        _ values: [String: String], _ key: String, _ type: Choice.Type
    ) throws -> Choice? where Choice.RawValue == String {
        guard let text = values[key], !text.isEmpty else { return nil }
        guard let value = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(description: "WAYBILL_\(Setting.name(key)) is '\(text)': it must be one of \(words)")
        }
        return value
    }

    /// What a file holds that a setting names; `nil` when the setting is not given.
    ///
    /// - Parameters:
    ///   - key: the setting.
    ///   - read: makes the value of the file's bytes.
    /// - Throws: ``Problem`` that names variable, file and what is wrong in it.
    public func file<Value>(_ key: String, _ read: ([UInt8]) throws -> Value) throws -> Value? {
        guard let path = self[key] else { return nil }
        let variable = "WAYBILL_" + Setting.name(key)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Problem(description: "\(variable) names '\(path)', which cannot be read")
        }
        do {
            return try read(Array(data))
        } catch {
            throw Problem(description: "\(variable): '\(path)' cannot be used: \(error)")
        }
    }

    /// What a file holds that describes the business; in the demo profile, the made-up data when no file is given.
    ///
    /// - Parameters:
    ///   - key: the setting, which says what may stand in for it.
    ///   - read: makes the value of the file's bytes.
    /// - Throws: ``Problem`` that names the variable: when there is neither file nor stand-in, or what is wrong in the
    ///   file.
    public func requiredFile<Value>(_ key: String, _ read: ([UInt8]) throws -> Value) throws -> Value {
        if let value = try file(key, read) { return value }
        guard let madeUp = known.first(where: { $0.key == key })?.madeUp else {
            _ = try required(key)
            throw Problem(description: "WAYBILL_\(Setting.name(key)) cannot be read")
        }
        guard profile == .demo else {
            throw Problem(
                description: "WAYBILL_\(Setting.name(key)) is not set: the service does not run on made-up data "
                    + "(\(madeUp.summary)) unless WAYBILL_PROFILE is 'demo'; 'defaults \(key)' writes that out, to "
                    + "begin a file of your own with")
        }
        return try read(Array(madeUp.file().utf8))
    }

    /// The settings for which made-up data stands in, and what that is.
    public var madeUp: [(variable: String, summary: String)] {
        guard profile == .demo else { return [] }
        return known.compactMap { setting in
            self[setting.key] == nil ? setting.madeUp.map { (setting.variable, $0.summary) } : nil
        }
    }

    /// Every setting with its value, secrets hidden and what is made up marked, for `--print-config`.
    public var redacted: [(variable: String, value: String)] {
        let madeUp = Dictionary(uniqueKeysWithValues: self.madeUp.map { ($0.variable, $0.summary) })
        return known.map { setting in
            if let value = self[setting.key] { return (setting.variable, setting.isSecret ? "(secret)" : value) }
            return (setting.variable, madeUp[setting.variable].map { "(made up: \($0))" } ?? "(not set)")
        }
    }

    private static func secret(in path: String, for variable: String) throws -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Problem(description: "\(variable) names '\(path)', which cannot be read")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The keys of a JSON file of settings, dots between their parts.
    private static func keys(ofFile path: String) throws -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Problem(description: "the settings file '\(path)' cannot be read")
        }
        guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw Problem(description: "the settings file '\(path)' must hold one JSON object")
        }
        func flatten(_ object: [String: Any], _ prefix: String) -> [String] {
            object.flatMap { key, value in
                (value as? [String: Any]).map { flatten($0, prefix + key + ".") } ?? [prefix + key]
            }
        }
        return flatten(object, "")
    }
}
