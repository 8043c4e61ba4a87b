"""Cuts and losses between two hosts, as nftables rules in their namespaces. Each fault has tables of its own, so that
undoing one leaves the others."""


class Path:
    """Rules on both ends of a path; `rules` says which."""

    def __init__(self, cluster, fault):
        self.cluster, self.table = cluster, f"chaos{fault.number}"
        self.near, self.far = (cluster.host(name) for name in fault.hosts)
        self.options = fault.options

    def do(self):
        for host, hooks in self.rules().items():
            lines = [f"table inet {self.table} {{"]
            for hook, rules in hooks.items():
                lines.append(f"chain {hook} {{ type filter hook {hook} priority 0; policy accept;")
                lines += [*rules, "}"]
            self.cluster.inside(host, "nft", "-f", "-", stdin="\n".join([*lines, "}"]) + "\n")

    def undo(self):
        for host in self.rules():
            # `add` first, so that it is no error when `do` did not come that far.
            stdin = f"add table inet {self.table}\ndelete table inet {self.table}\n"
            self.cluster.inside(host, "nft", "-f", "-", stdin=stdin)

    def directions(self):
        """Pairs (from, to) of what is concerned."""
        there, back = (self.near, self.far), (self.far, self.near)
        return {"both": [there, back], "there": [there], "back": [back]}[self.options.get("way", "both")]


class Cut(Path):
    """`manner` drop: packets vanish where they should arrive. reset: the sender is told at once that the connection
    is gone, as by a firewall in between, and the other end hears nothing."""

    def rules(self):
        found = {}
        for source, sink in self.directions():
            if self.options["manner"] == "reset":
                rules = [f"ip daddr {sink.address} meta l4proto tcp reject with tcp reset",
                         f"ip daddr {sink.address} drop"]
                found.setdefault(source.name, {}).setdefault("output", []).extend(rules)
            else:
                found.setdefault(sink.name, {}).setdefault("input", []).append(f"ip saddr {source.address} drop")
        return found


class Loss(Path):
    """So many of a hundred packets vanish, in both directions."""

    def rules(self):
        percent = self.options["percent"]
        return {
            sink.name: {"input": [f"ip saddr {source.address} numgen random mod 100 < {percent} drop"]}
            for source, sink in self.directions()}
