"""A mutant: one rule of Sluice taken out, by exact replacements in its sources, and the run that must notice."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Edit:
    """Replaces `old`, which must stand in `file` exactly once, by `new`, which asks `isMutant("NAME")` at run time."""

    file: str
    old: str
    new: str


@dataclasses.dataclass(frozen=True)
class Mutant:
    """`situation` names the run that shows it. `base` names mutants that run beside it, in the control as well: other
    guards that would hide it. `expected` are the invariants of which the witness must find one violated."""

    name: str
    about: str
    situation: str
    expected: tuple[str, ...]
    edits: tuple[Edit, ...]
    base: tuple[str, ...] = ()
    # Not of the list that must be caught: only the base of others.
    is_base_only: bool = False
