"""Every mutant of the promise is there, applies to the sources as they are, and says so when it does not."""

import ast
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import patches
import tree
from command import ROOT, trials_of
from mutant import Edit, Mutant
from situations import by_name

EDIT = Edit("a.swift", "two", 'isMutant("x") ? "2" : two')
MUTANT = Mutant(name="x", about="", situation="", expected=(), edits=(EDIT,))


class Patches(unittest.TestCase):
    def test_the_list_is_the_witness_s(self) -> None:
        # By its text: a module of the witness is not this program's to import.
        module = ast.parse((ROOT / "cluster/witness/sources/mutants.py").read_text(encoding="utf-8"))
        expected = next(ast.literal_eval(node.value) for node in module.body
                        if isinstance(node, ast.Assign) and node.targets[0].id == "EXPECTED")
        names = [mutant.name for mutant in patches.ALL if not mutant.is_base_only]
        self.assertEqual(sorted(names), sorted(expected))

    def test_every_mutant_applies(self) -> None:
        texts = tree.patched(ROOT, patches.ALL)
        for mutant in patches.ALL:
            self.assertTrue(any(f'isMutant("{mutant.name}")' in texts[edit.file] for edit in mutant.edits), mutant.name)

    def test_every_mutant_has_a_situation_and_a_control(self) -> None:
        situations = by_name()
        names = {mutant.name for mutant in patches.ALL}
        listed = tuple(mutant for mutant in patches.ALL if not mutant.is_base_only)
        for mutant in listed:
            self.assertIn(mutant.situation, situations)
            self.assertTrue(mutant.expected)
            self.assertLessEqual(set(mutant.base), names)
        controls = {(trial.situation.name, trial.base) for trial in trials_of(listed) if trial.mutant is None}
        self.assertEqual(controls, {(mutant.situation, mutant.base) for mutant in listed})


class Applying(unittest.TestCase):
    def apply(self, text: str, *mutants: Mutant) -> str:
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "a.swift").write_text(text, encoding="utf-8")
            return tree.patched(pathlib.Path(folder), mutants)["a.swift"]

    def test_once_is_replaced_and_the_switch_imported(self) -> None:
        self.assertEqual(
            self.apply("one two three", MUTANT), 'internal import SluiceCore\n\none isMutant("x") ? "2" : two three')

    def test_never_and_twice_are_errors(self) -> None:
        for text in ("one", "two two"):
            with self.assertRaises(tree.PatchError) as caught:
                self.apply(text, MUTANT)
            self.assertIn("x: a.swift has", str(caught.exception))

    def test_mutants_that_share_an_edit_apply_it_once(self) -> None:
        other = Mutant(name="y", about="", situation="", expected=(), edits=(EDIT,))
        self.assertEqual(self.apply("two", MUTANT, other).count("isMutant"), 1)

    def test_mutants_in_one_place_are_an_error(self) -> None:
        other = Mutant(name="y", about="", situation="", expected=(), edits=(Edit("a.swift", "two three", ""),))
        with self.assertRaises(tree.PatchError) as caught:
            self.apply("two three", MUTANT, other)
        self.assertIn("change the same lines", str(caught.exception))

    def test_a_file_that_is_gone_is_an_error(self) -> None:
        gone = Mutant(name="y", about="", situation="", expected=(), edits=(Edit("b.swift", "two", ""),))
        with self.assertRaises(tree.PatchError) as caught:
            self.apply("two", gone)
        self.assertIn("there is no b.swift", str(caught.exception))


class Writing(unittest.TestCase):
    def test_a_file_that_stays_the_same_keeps_its_time(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root, copy = pathlib.Path(folder) / "root", pathlib.Path(folder) / "copy"
            for name in ("Sources/A/a.swift", "Sources/A/b.swift", "Package.swift", "Package.resolved"):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(f"of {name}\n", encoding="utf-8")
            tree.write(root, copy, ())
            before = (copy / "Sources/A/a.swift").stat().st_mtime_ns
            (root / "Sources/A/b.swift").unlink()
            tree.write(root, copy, ())
            self.assertEqual((copy / "Sources/A/a.swift").stat().st_mtime_ns, before)
            self.assertFalse((copy / "Sources/A/b.swift").exists())
            self.assertTrue((copy / "Sources/SluiceCore/Mutant.swift").exists())


if __name__ == "__main__":
    unittest.main()
