"""What happens between a shard and a gateway: refusals, and a path that takes bytes and delivers none."""

import socket
import threading
import time

from cluster import Cluster, Options, until
from situations import Situation


def refusals(cluster: Cluster) -> None:
    """Some messages are refused for good, some have to be repeated; who waits for that is made due at once."""
    cluster.add_leads(48)
    for _ in range(8):
        time.sleep(1)
        cluster.sql("UPDATE sequence_contacts SET next_trigger_time = now()"
                    " WHERE status = 'active' AND claim_state = 0 AND next_trigger_time > now()")


class StalledPath:
    """A path to the simulator that takes in next to nothing until it is opened, and then delivers what comes."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.listener = socket.socket()
        # So that most of a request stays in its sender's kernel.
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)

    def begin(self, port: int) -> str:
        self.port = port
        threading.Thread(target=self.accept, daemon=True).start()
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.deliver, args=(connection,), daemon=True).start()

    def deliver(self, connection: socket.socket) -> None:
        self.opened.wait(60)
        with connection, socket.create_connection(("127.0.0.1", self.port)) as gateway:
            threading.Thread(target=self.answer, args=(gateway, connection), daemon=True).start()
            try:
                while data := connection.recv(4096):
                    gateway.sendall(data)
            except OSError:
                return
            time.sleep(2)

    @staticmethod
    def answer(gateway: socket.socket, connection: socket.socket) -> None:
        try:
            while data := gateway.recv(4096):
                connection.sendall(data)
        except OSError:
            return


PATHS: dict[int, StalledPath] = {}


def stalled_gateway(port: int) -> str:
    PATHS[port] = StalledPath()
    return PATHS[port].begin(port)


def stalled_path(cluster: Cluster) -> None:
    """Requests are given up while most of their bytes have not left; then the path opens."""
    path = PATHS[int(cluster.simulator.rsplit(":", 1)[1])]
    cluster.add_leads(4, message="x" * 4000)
    until("a request that was given up", lambda: cluster.number(
        "SELECT count(*) FROM send_ledger WHERE state = 'unknown'") >= 2)
    time.sleep(4)
    path.opened.set()
    time.sleep(4)
    path.listener.close()


SITUATIONS = (
    Situation(
        "refusals",
        lambda: Options(devices=8, simulator=(
            "--fault", "refuse-validation=0.3", "--fault", "refuse-429-retry-after=0.4", "--retry-after", "1",
            "--latency", "50ms")),
        refusals),
    Situation(
        "stalled-path",
        lambda: Options(
            devices=2, caps=(100, 100, 1), http_timeout=1.5, gateway=stalled_gateway, simulator=("--latency", "0")),
        stalled_path),
)
