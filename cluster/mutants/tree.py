"""A copy of the sources in which every mutant sleeps: one build holds them all, and a variable wakes one of them."""

import pathlib
import shutil
import subprocess

from mutant import Edit, Mutant

SWITCH = pathlib.Path(__file__).with_name("Mutant.swift")
PRODUCTS = ("sluice", "sluice-gateway-simulator")


class PatchError(Exception):
    """A snippet that is not there, or is there more than once."""


def patched(root: pathlib.Path, mutants: tuple[Mutant, ...]) -> dict[str, str]:
    """The text of each file that mutants change, by its path. Raises PatchError with all that does not apply."""
    edits: dict[str, dict[Edit, list[str]]] = {}
    for mutant in mutants:
        for edit in mutant.edits:
            edits.setdefault(edit.file, {}).setdefault(edit, []).append(mutant.name)
    texts, problems = {}, []
    for file, own in edits.items():
        path = root / file
        if not path.is_file():
            problems.append(f"{', '.join(sorted({n for names in own.values() for n in names}))}: there is no {file}")
            continue
        texts[file], found = apply(path.read_text(encoding="utf-8"), own, file)
        problems += found
    if problems:
        raise PatchError("\n".join(problems))
    return texts


def apply(text: str, edits: dict[Edit, list[str]], file: str) -> tuple[str, list[str]]:
    """Places are found in the text as it is, so that one edit never matches what another one wrote."""
    places, problems = [], []
    for edit, names in edits.items():
        count = text.count(edit.old)
        if count == 1:
            start = text.index(edit.old)
            places.append((start, start + len(edit.old), edit, names))
        else:
            problems.append(f"{', '.join(names)}: {file} has {count} times, expected once:\n{edit.old}")
    places.sort(key=lambda place: place[0])
    for one, other in zip(places, places[1:]):
        if one[1] > other[0]:
            problems.append(f"{', '.join(one[3])} and {', '.join(other[3])} change the same lines of {file}")
    for start, end, edit, _ in reversed(places):
        text = text[:start] + edit.new + text[end:]
    if not file.startswith("Sources/SluiceCore/") and "import SluiceCore\n" not in text:
        text = "internal import SluiceCore\n\n" + text
    return text, problems


def write(root: pathlib.Path, tree: pathlib.Path, mutants: tuple[Mutant, ...]) -> None:
    """Makes or refreshes the copy. A file that is the same already keeps its time, so that the build is incremental."""
    texts = patched(root, mutants)
    texts["Sources/SluiceCore/Mutant.swift"] = SWITCH.read_text(encoding="utf-8")
    wanted: set[pathlib.Path] = set()
    for folder in ("Sources", "Tests", "loadtest"):
        for source in (root / folder).rglob("*"):
            if source.is_file():
                wanted.add(source.relative_to(root))
    # Before the first build nobody has resolved the packages.
    wanted |= {pathlib.Path(name) for name in ("Package.swift", "Package.resolved") if (root / name).is_file()}
    for path in sorted(wanted | {pathlib.Path(file) for file in texts}):
        content = texts[str(path)].encode() if str(path) in texts else (root / path).read_bytes()
        target = tree / path
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            if (root / path).is_file():
                shutil.copymode(root / path, target)
    for folder in ("Sources", "Tests", "loadtest"):
        for old in (tree / folder).rglob("*"):
            if old.is_file() and old.relative_to(tree) not in wanted and str(old.relative_to(tree)) not in texts:
                old.unlink()


def build(tree: pathlib.Path, swift: str) -> pathlib.Path:
    """Builds the programs and returns their folder."""
    for product in PRODUCTS:
        subprocess.run([swift, "build", "--product", product], cwd=tree, check=True)
    shown = subprocess.run(
        [swift, "build", "--show-bin-path"], cwd=tree, check=True, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(shown.stdout.strip())
