/// SluiceAPI: Sluice over HTTP.
///
/// Why it exists: producers that do not speak SQL enroll here, and programs read the cluster's state here. It decides nothing: a
/// request becomes a statement of `SluiceStore`.
///
/// States: listening, or stopping (no new connections; requests that are open get their answers).
///
/// How it fails: a port that is taken makes ``APIServer/run()`` throw. A request that cannot be served gets an error in JSON and leaves
/// nothing behind.
public enum SluiceAPI {}
