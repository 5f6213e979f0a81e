"""Which of many answers have much in common, and how much: with arrays, not a loop over pairs.

An answer is a set of runs of characters, each standing at one or more places of its code. What it
has in common with another is counted as copydetect counts it: the characters of it that stand in
runs which the other has too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csr_array  # type: ignore[import-untyped]

Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Booleans: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

CROWD = 200
"""If more answers than this have a run, they are taken in parts of that size or less, and the run
makes partners within each part alone: else what all write would make all pairs of a class."""

ROWS = 256  # answers whose partners are looked for at a time
CELLS = 2**20  # of the largest table that is made at a time


class Overlaps:
    """Answers to be compared with one another.

    Parameters
    ----------
    answers
        Of each answer its runs, and the places of its code where each begins.
    width
        How many characters a run has.

    Attributes
    ----------
    sizes
        How many runs each answer has.
    """

    def __init__(self, answers: Sequence[Mapping[int, Sequence[int]]], width: int) -> None:
        numbers = {run: number for number, run in enumerate(dict.fromkeys(chain(*answers)))}
        self._width = width
        self._runs: Numbers = np.array([numbers[run] for run in chain(*answers)], dtype=np.int64)
        self.sizes: Numbers = np.array([len(runs) for runs in answers], dtype=np.int64)
        self._ends = np.cumsum(self.sizes)
        self._places = [_places(runs.values()) for runs in answers]
        # Which of the runs of the answer in hand a run is; -1 if it is none of them.
        self._which: Numbers = np.full(len(numbers), -1)

    def partners(self, share: float) -> tuple[Numbers, Numbers]:
        """List pairs of answers that are worth a close look.

        Among them is each pair in which the answer with fewer runs shares at least so many of them
        with the other, provided that they share a run which no more than `CROWD` answers have. Of
        pairs that share only what a crowd has, those are found that come into the same part of it.

        Parameters
        ----------
        share
            Of the runs of the answer that has fewer, above 0 and at most 1.

        Returns
        -------
        tuple
            The first and the second answer of each pair, the first before the second. Some share
            less than that.
        """
        found = [np.empty(0, dtype=np.int64)]
        probes, index = self._tables(share)
        for start in range(0, len(self.sizes), ROWS):
            met = (probes[start : start + ROWS] @ index).tocoo()
            one, other = met.row.astype(np.int64) + start, met.col.astype(np.int64)
            pairs = np.minimum(one, other) * len(self.sizes) + np.maximum(one, other)
            found.append(pairs[one != other])
        return np.divmod(np.unique(np.concatenate(found)), max(1, len(self.sizes)))

    def common(self, one: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
        """Count what the first answer of each pair has in common with the second.

        Parameters
        ----------
        one, other
            The pairs' first and second answers.

        Returns
        -------
        tuple
            How many of the first one's runs the second has, and how many characters of the first
            one stand in these.
        """
        runs, characters = np.zeros_like(one), np.zeros_like(one)
        for pairs in self._batches(one):
            answer = int(one[pairs[0]])
            which, places = self._places[answer]
            has = self._has(answer, other[pairs])
            runs[pairs] = has.sum(axis=1)
            characters[pairs] = _covered(has[:, which], places, self._width)
        return runs, characters

    def _tables(self, share: float) -> tuple[csr_array, csr_array]:
        """Make two tables, whose product has an entry for each pair of `partners`.

        Of all its runs, an answer looks the rarest up in the others. If it has m, and at least k
        are to be shared, then one of any m - k + 1 must be: so these suffice.
        """
        answers = np.repeat(np.arange(len(self.sizes)), self.sizes)
        having = np.bincount(self._runs, minlength=len(self._which))
        parts = -(-having // CROWD)
        first = np.cumsum(parts) - parts
        part = _rank(self._runs, answers) * parts[self._runs] // having[self._runs]
        columns = first[self._runs] + part
        rank = _rank(answers, having[self._runs])
        probe = rank <= self.sizes[answers] - np.ceil(share * self.sizes[answers])
        shape, yes = (len(self.sizes), int(parts.sum())), np.ones(len(answers), dtype=bool)
        probes = csr_array((yes[probe], (answers[probe], columns[probe])), shape=shape)
        return probes, csr_array((yes, (columns, answers)), shape=shape[::-1])

    def _batches(self, one: Numbers) -> Iterator[Numbers]:
        """Divide pairs by their first answer, and so that no table gets too large."""
        order = np.argsort(one, kind="stable")
        for pairs in np.split(order, np.flatnonzero(np.diff(one[order])) + 1):
            if len(pairs):
                most = max(1, CELLS // (1 + len(self._places[one[pairs[0]]][1])))
                yield from (pairs[at : at + most] for at in range(0, len(pairs), most))

    def _has(self, answer: int, others: Numbers) -> Booleans:
        """Tell which of an answer's runs some others have: a row for each of them."""
        own = self._runs_of(answer)
        self._which[own] = np.arange(len(own))
        which = self._which[np.concatenate([self._runs_of(other) for other in others])]
        self._which[own] = -1
        rows = np.repeat(np.arange(len(others)), self.sizes[others])
        has = np.zeros((len(others), len(own)), dtype=bool)
        has[rows[which >= 0], which[which >= 0]] = True
        return has

    def _runs_of(self, answer: int) -> Numbers:
        return self._runs[self._ends[answer] - self.sizes[answer] : self._ends[answer]]


def _places(runs: Collection[Sequence[int]]) -> tuple[Numbers, Numbers]:
    """List the places of all runs in order; which run it is, and the place."""
    which = np.repeat(np.arange(len(runs)), [len(places) for places in runs])
    places = np.fromiter(chain(*runs), dtype=np.int64, count=len(which))
    order = np.argsort(places)
    return which[order], places[order]


def _rank(groups: Numbers, values: Numbers) -> Numbers:
    """Tell the rank of each entry in its group by its value, from 0 on."""
    sizes = np.bincount(groups)
    order = np.lexsort((values, groups))
    rank = np.empty_like(groups)
    rank[order] = np.arange(len(groups)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return rank


def _covered(has: Booleans, places: Numbers, width: int) -> Numbers:
    """Count the characters that runs cover, in each row those that are marked.

    A run covers `width` characters from its place on, without those that the one before covers.
    """
    before = np.maximum.accumulate(np.where(has, places, -width), axis=1)
    new = np.full(has.shape, width)
    new[:, 1:] = np.minimum(width, places[1:] - before[:, :-1])
    covered: Numbers = np.where(has, new, 0).sum(axis=1)
    return covered
