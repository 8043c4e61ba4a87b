import Glibc

/// Whether this process was started as the mutant of that name: `SLUICE_MUTANT` names one, or several with commas.
public func isMutant(_ name: String) -> Bool { names.contains(name) }

private let names: Set<String> = {
    guard let value = getenv("SLUICE_MUTANT") else { return [] }
    return Set(String(cString: value).split(separator: ",").map(String.init))
}()
