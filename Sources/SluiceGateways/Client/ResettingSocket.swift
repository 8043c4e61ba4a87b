internal import Glibc
internal import NIOCore

/// The options of a socket whose close takes back what was not delivered.
///
/// A kernel goes on delivering what a closed socket, or a killed process, has written: a POST into a cut path arrived
/// 13 s later. Lingering for 0 s turns every close into a reset that drops the send buffer (socket(7), SO_LINGER),
/// also the close that the kernel does for a dead process; TCP_USER_TIMEOUT bounds what a stopped process cannot
/// close (tcp(7)).
enum ResettingSocket {
    /// Fails when the socket does not take the option: then no request may use it.
    static func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(NotASocket())
        }
        return socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }

    static func setUserTimeout(_ milliseconds: Int, on channel: any Channel) {
        let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_USER_TIMEOUT))
        // Its failure means that the socket is closed already: then the write fails too, and says so.
        try? channel.syncOptions?.setOption(option, value: milliseconds)
    }
}

/// A channel without a socket below it.
struct NotASocket: Error {}
