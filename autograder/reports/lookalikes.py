"""Find answers that look alike, with copydetect: the same code under other names, or nearly so.

An exercise of a few lines has few good answers, so most likenesses mean nothing. Three things keep
the list short: what the release gave out and what the course's own solution says is not compared;
answers with little left are not compared at all; and what many students write is reported as a
usual way, without names.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from autograder.reports.overlaps import Numbers, Overlaps

RUN = 16  # characters of tokenised code that must agree in a row to count as a match
LEAST = 60  # an answer with less tokenised code of its own is not compared
LONG = 100  # from here on it is enough that one answer is contained in the other
ALIKE = 0.8  # share of the code from which two answers look alike
OWN = 0.9  # share from which an answer is taken for the course's own solution
CANDIDATE = 0.5  # pairs that share fewer of their runs are not looked at closely
# What more students than this write is a usual way: a share of the class, within these bounds.
USUAL_SHARE, USUAL_LEAST, USUAL_MOST = 0.1, 4, 50
MOST_ALIKE = 5_000  # likenesses of an exercise that are kept, the strongest of all
MOST_TEXT = 20_000  # characters of an answer that are read


@dataclass(frozen=True)
class Alike:
    """Some students' answers to an exercise look alike.

    `similarity` is the share of the code, from 0 to 1, that they have in common; 1 means that only
    names, comments and white space differ. `texts` are one answer, or two where they differ.
    """

    students: tuple[str, ...]
    similarity: float
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Usual:
    """An answer that many students give: how many, and what one of them wrote.

    Counted are the students whose answers look like this one.
    """

    count: int
    text: str


@dataclass(frozen=True)
class Comparison:
    """What comparing a class's answers to one exercise gave.

    Attributes
    ----------
    compared
        How many answers were long enough to compare with one another.
    answered
        How many were written at all.
    alike
        The likenesses, the strongest first, and no more than `MOST_ALIKE`.
    usual
        The usual ways, the most frequent first.
    own_solution
        Students whose answer is nearly the course's own solution.
    weaker
        How many likenesses there are beside those in `alike`.
    """

    compared: int = 0
    answered: int = 0
    alike: tuple[Alike, ...] = ()
    usual: tuple[Usual, ...] = ()
    own_solution: tuple[str, ...] = ()
    weaker: int = 0

    @property
    def alike_count(self) -> int:
        """How many likenesses there are, those included that are not kept."""
        return len(self.alike) + self.weaker


@dataclass(frozen=True)
class Pair:
    """Two students whose answers look alike in several exercises."""

    students: tuple[str, str]
    exercises: tuple[str, ...]


class Fingerprint:
    """An answer's runs of tokenised code.

    Names become one letter each, strings and comments too, so that renaming changes nothing.
    """

    def __init__(self, text: str) -> None:
        from copydetect import CodeFingerprint  # type: ignore[import-untyped]

        # A window of 1 keeps every run; a wider one would choose among them by Python's hashes,
        # which differ from one process to the next.
        code = io.StringIO(text[:MOST_TEXT])
        self._code: Any = CodeFingerprint("answer.py", RUN, 1, language="python", fp=code)

    def without(self, boilerplate: set[int]) -> Fingerprint:
        """Leave out runs that stand in some boilerplate.

        copydetect can do that itself, but then drops a run that an answer repeats along with it.
        """
        from copydetect.utils import get_token_coverage  # type: ignore[import-untyped]

        left = copy(self)
        left._code = code = copy(self._code)
        code.hashes = code.hashes - boilerplate
        code.hash_idx = {run: places for run, places in code.hash_idx.items() if run in code.hashes}
        code.token_coverage = get_token_coverage(code.hash_idx, RUN, len(code.filtered_code))
        return left

    @property
    def length(self) -> int:
        """How many characters of tokenised code the runs cover."""
        return int(self._code.token_coverage)

    @property
    def runs(self) -> set[int]:
        """The runs, as hashes."""
        return self._code.hashes  # type: ignore[no-any-return]

    @property
    def places(self) -> dict[int, list[int]]:
        """Where in the tokenised code each run begins."""
        return self._code.hash_idx  # type: ignore[no-any-return]

    @property
    def tokens(self) -> str:
        """The tokenised code."""
        return str(self._code.filtered_code)

    def likeness(self, other: Fingerprint) -> float:
        """Tell what share of their code two answers have in common.

        Of two long answers it is the share of the one that has more of it, so that adding code
        to a copy hides nothing; of short ones, of the one that has less.
        """
        from copydetect import compare_files

        if not self.length or not other.length:
            return 0.0
        _, shares, _ = compare_files(self._code, other._code)
        choose = max if min(self.length, other.length) >= LONG else min
        return min(1.0, float(choose(shares)))


def compare_answers(answers: Mapping[str, str], stub: str, solution: str) -> Comparison:
    """Compare a class's answers to one exercise.

    Parameters
    ----------
    answers
        The solution cells' texts by student.
    stub
        The cell as it was released.
    solution
        The course's own solution.

    Returns
    -------
    Comparison
        Nothing is compared where the exercise asks for no function, such as a quick check.
    """
    if "def " not in stub:
        return Comparison()
    given = Fingerprint(stub).runs
    reference = Fingerprint(solution).without(given)
    codes = {text: Fingerprint(text).without(given) for text in dict.fromkeys(answers.values())}
    written = {who: codes[text] for who, text in answers.items() if codes[text].length}
    own = tuple(
        who
        for who, code in written.items()
        if code.length >= LEAST and code.likeness(reference) >= OWN
    )
    left = {who: code.without(reference.runs) for who, code in written.items()}
    left = {who: code for who, code in left.items() if code.length >= LEAST}
    alike, usual = _sort_out(_variants(left), answers, limit(len(written)))
    kept, weaker = alike[:MOST_ALIKE], len(alike[MOST_ALIKE:])
    return Comparison(len(left), len(written), kept, usual, own, weaker)


def limit(answered: int) -> float:
    """How many students may write the same before it is a usual way."""
    return min(max(USUAL_LEAST, USUAL_SHARE * answered), USUAL_MOST)


def repeated_pairs(comparisons: Mapping[str, Comparison]) -> list[Pair]:
    """Find pairs of students who look alike in more than one exercise, the most frequent first."""
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for exercise, comparison in comparisons.items():
        for alike in comparison.alike:
            for one, other in combinations(sorted(alike.students), 2):
                found[one, other][exercise] = None
    pairs = [Pair(pair, tuple(names)) for pair, names in found.items() if len(names) > 1]
    return sorted(pairs, key=lambda pair: (-len(pair.exercises), pair.students))


@dataclass(frozen=True)
class _Variant:
    """One tokenised text, and who wrote it."""

    code: Fingerprint
    students: tuple[str, ...]


def _variants(codes: Mapping[str, Fingerprint]) -> list[_Variant]:
    by_tokens: dict[str, list[str]] = defaultdict(list)
    for who, code in codes.items():
        by_tokens[code.tokens].append(who)
    return [_Variant(codes[group[0]], tuple(group)) for group in by_tokens.values()]


def _sort_out(
    variants: Sequence[_Variant], answers: Mapping[str, str], most: float
) -> tuple[tuple[Alike, ...], tuple[Usual, ...]]:
    """Tell likenesses from usual ways: a variant is one if it and those like it are many."""
    likeness = _Likeness([variant.code for variant in variants])
    students = np.array([len(variant.students) for variant in variants], dtype=np.int64)
    one, other, shares = likeness.near(*likeness.candidates())
    around = students.copy()
    np.add.at(around, one, students[other])
    np.add.at(around, other, students[one])
    few = around <= most
    found = [
        Alike(variant.students, 1.0, (answers[variant.students[0]],))
        for variant, is_few in zip(variants, few, strict=True)
        if is_few and len(variant.students) > 1
    ]
    listed = few[one] & few[other]
    for left, right, share in zip(one[listed], other[listed], shares[listed], strict=True):
        pair = variants[left].students, variants[right].students
        texts = tuple(answers[who[0]] for who in pair)
        found.append(Alike(pair[0] + pair[1], float(share), texts))
    usual = [
        Usual(count, answers[variants[place].students[0]])
        for place, count in _usual(likeness, students, around, most)
    ]
    return tuple(sorted(found, key=lambda alike: (-alike.similarity, alike.students))), tuple(usual)


def _usual(
    likeness: _Likeness, students: Numbers, around: Numbers, most: float
) -> list[tuple[int, int]]:
    """Find usual ways, the most frequent first: one variant for all that are like it, and how many.

    Of a crowd `around` counts a part: so each is compared with all variants before it is counted.
    """
    usual, told = [], np.zeros(len(students), dtype=bool)
    for place in np.argsort(-around, kind="stable"):
        if around[place] > most and not told[place]:
            others = np.delete(np.arange(len(students)), place)
            _, like, _ = likeness.near(np.full_like(others, place), others)
            told[like] = True
            usual.append((int(place), int(students[place] + students[like].sum())))
    return sorted(usual, key=lambda way: -way[1])


class _Likeness:
    """What many answers have in common, as `Fingerprint.likeness` tells it of two."""

    def __init__(self, codes: Sequence[Fingerprint]) -> None:
        self._overlaps = Overlaps([code.places for code in codes], RUN)
        self._lengths = np.array([code.length for code in codes])

    def candidates(self) -> tuple[Numbers, Numbers]:
        """List the pairs that may be near."""
        return self._overlaps.partners(CANDIDATE)

    def near(self, one: Numbers, other: Numbers) -> tuple[Numbers, Numbers, Any]:
        """Keep those pairs that look alike, and tell how much."""
        runs, covered = self._overlaps.common(one, other)
        sizes = self._overlaps.sizes
        close = runs >= CANDIDATE * np.minimum(sizes[one], sizes[other])
        one, other, covered = one[close], other[close], covered[close]
        _, back = self._overlaps.common(other, one)
        lengths = self._lengths[one], self._lengths[other]
        shares = covered / lengths[0], back / lengths[1]
        long = np.minimum(*lengths) >= LONG
        share = np.minimum(1.0, np.where(long, np.maximum(*shares), np.minimum(*shares)))
        alike = share >= ALIKE
        return one[alike], other[alike], share[alike]
