"""How each fault is done and undone. An effect is made for one fault; `do` runs once, `undo` until it succeeds.

`do` gives what happened where the plan could not say it, else nothing.
"""

from effects.clocks import StepClock, StepDatabaseClock
from effects.disk import FillDisk
from effects.failpoints import Failpoint
from effects.gateways import Answers, HostMode
from effects.network import Cut, Loss
from effects.processes import Kill, RestartDatabase, Roll, Stop

EFFECTS = {
    "kill": Kill, "stop": Stop, "roll": Roll, "restart-database": RestartDatabase, "cut": Cut, "loss": Loss,
    "answers": Answers, "host-mode": HostMode, "fill-disk": FillDisk, "step-clock": StepClock,
    "step-database-clock": StepDatabaseClock, "failpoint": Failpoint,
}


def effect_of(cluster, fault):
    return EFFECTS[fault.effect](cluster, fault)
