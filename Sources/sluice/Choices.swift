public import ArgumentParser
public import SluiceOperations

// Options of these types take one of their words; help lists them, and so does the answer to any other.
extension APIKeyScope: ExpressibleByArgument {}
extension JobStatus: ExpressibleByArgument {}
extension WebhookEvent: ExpressibleByArgument {}
