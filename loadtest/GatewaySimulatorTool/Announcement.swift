import GatewaySimulator
import Glibc

/// The one line on standard output, which a parent process waits for.
func announce(_ simulator: RunningSimulator) {
    print("listening \(simulator.url)")
    // A pipe buffers whole blocks, and the parent waits for this line.
    fflush(nil)
}

/// What a person needs to repeat the run; on standard error, so that standard output stays one line.
func announceOnStandardError(_ configuration: SimulatorConfiguration) {
    var error = StandardError()
    print("seed \(configuration.scenario.seed), request log \(configuration.logPath)", to: &error)
}

private struct StandardError: TextOutputStream {
    mutating func write(_ text: String) {
        // Nobody may be reading; there is no one to tell.
        _ = text.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
    }
}
