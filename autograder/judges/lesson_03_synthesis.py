"""The judge of SMOTE in lesson 03."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list
from autograder.judges.segments import locate, members, neighbours, segments

CLOSE = 1e-4
"""So far beside its segment, in units of the data's spread, a new row may lie: float32 will do."""
DRAWS_PER_SEGMENT = 25


def expected_rows(
    inputs: Any,
    labels: Any,
    rare: int,
    num_samples: int,
    k: int = 5,
    seed: Any = None,
    seeds: Any = None,
) -> Any:
    """Make one row after the other; starts and neighbours take turns."""
    if seeds is not None:
        return np.array([expected_rows(inputs, labels, rare, num_samples, k, s) for s in seeds])
    own, rng = members(inputs, labels, rare), np.random.default_rng(seed)
    near = neighbours(own, min(k, len(own) - 1))
    rows = []
    for i in range(num_samples):
        start = i % len(own)
        end = near[start, i // len(own) % near.shape[1]]
        gap = float(rng.random())
        rows.append([(1 - gap) * a + gap * b for a, b in zip(own[start], own[end], strict=True)])
    return np.array(rows)


def facts(
    answer: Any,
    inputs: Any,
    labels: Any,
    rare: int,
    num_samples: int,
    k: int = 5,
    seed: Any = None,
    seeds: Any = None,
) -> dict[str, Any]:
    """Read from new rows what is the same whatever was drawn."""
    if seeds is not None:
        one, again, other = (np.asarray(rows, dtype=float) for rows in answer)
        return facts(one, inputs, labels, rare, num_samples, k) | {
            "whether the same seed gives the same rows": bool(np.array_equal(one, again)),
            "whether another seed gives the same rows": bool(np.array_equal(one, other)),
        }
    rows, own = np.asarray(answer, dtype=float), members(inputs, labels, rare)
    if rows.shape != (num_samples, own.shape[1]) or not np.isfinite(rows).all():
        raise ValueError("answer: expected new rows")
    pairs = segments(own, k)
    segment, beside, along = locate(rows, own, pairs)
    folded = np.minimum(along, 1 - along)  # either end may be the start
    copies = (np.linalg.norm(rows[:, None] - own, axis=2).min(axis=1) < 1e-9).sum()
    directed = len(own) * min(k, len(own) - 1)
    found: dict[str, Any] = {
        "new rows that are copies": int(copies),
        "new rows that lie on no segment between a sample and one of its k nearest": int(
            (beside > CLOSE * own.std()).sum()
        ),
        "new rows that are the same as another": len(rows) - len(np.unique(rows, axis=0)),
        "whether all gaps are the same": bool(np.ptp(folded) < 1e-6),
    }
    if num_samples >= DRAWS_PER_SEGMENT * directed:
        found["pairs of a sample and a neighbour that never get a new row"] = len(pairs) - len(
            np.unique(segment)
        )
        found["mean distance to the nearer end, in lengths of the segment"] = folded.mean()
    return found


def any_neighbour(rng: np.random.Generator, near: np.ndarray, starts: np.ndarray) -> Any:
    """Draw a neighbour of each start."""
    return near[starts, rng.integers(near.shape[1], size=len(starts))]


def smote_with(
    gap: Any = lambda rng, rows, features: rng.random((rows, 1)),
    ends: Any = any_neighbour,
    table: Any = lambda own, inputs: own,
    join: Any = lambda start, end, gap: start + gap * (end - start),
) -> Any:
    """Make a solution that is right but for one of its steps; `table` is where ends are read."""

    def solution(
        inputs: Any, labels: Any, rare: int, num_samples: int, k: int = 5, seed: Any = None
    ) -> np.ndarray:
        own, rng = members(inputs, labels, rare), np.random.default_rng(seed)
        near = neighbours(own, min(k, len(own) - 1))
        starts = rng.integers(len(own), size=num_samples)
        chosen = table(own, np.asarray(inputs, dtype=float))[ends(rng, near, starts)]
        rows: np.ndarray = join(own[starts], chosen, gap(rng, num_samples, own.shape[1]))
        return rows

    return solution


right = smote_with()


def towards_any_class(
    inputs: Any, labels: Any, rare: int, num_samples: int, k: int = 5, seed: Any = None
) -> np.ndarray:
    """Look for neighbours among all rows."""
    own, rng = members(inputs, labels, rare), np.random.default_rng(seed)
    everything = np.asarray(inputs, dtype=float)
    near = neighbours(own, k, everything)
    starts = rng.integers(len(own), size=num_samples)
    ends = everything[near[starts, rng.integers(k, size=num_samples)]]
    rows: np.ndarray = own[starts] + rng.random((num_samples, 1)) * (ends - own[starts])
    return rows


def itself_included(rng: np.random.Generator, near: np.ndarray, starts: np.ndarray) -> Any:
    """Count a sample among its own nearest."""
    with_self = np.column_stack([np.arange(len(near)), near[:, : max(near.shape[1] - 1, 1)]])
    return with_self[starts, rng.integers(with_self.shape[1], size=len(starts))]


def as_many_as_k(
    inputs: Any, labels: Any, rare: int, num_samples: int, k: int = 5, seed: Any = None
) -> np.ndarray:
    """Ask scikit-learn for k neighbours, where there may be fewer."""
    from sklearn.neighbors import NearestNeighbors

    own = members(inputs, labels, rare)
    NearestNeighbors(n_neighbors=k).fit(own).kneighbors()
    rows: np.ndarray = right(inputs, labels, rare, num_samples, k, seed)
    return rows


def copied(
    inputs: Any, labels: Any, rare: int, num_samples: int, k: int = 5, seed: Any = None
) -> np.ndarray:
    """Repeat samples of the class."""
    own = members(inputs, labels, rare)
    return np.random.default_rng(seed).choice(own, num_samples)


def jittered(
    inputs: Any, labels: Any, rare: int, num_samples: int, k: int = 5, seed: Any = None
) -> np.ndarray:
    """Add noise to samples of the class."""
    rng = np.random.default_rng(seed)
    rows = copied(inputs, labels, rare, num_samples, k, rng)
    return rows + 0.1 * rng.normal(size=rows.shape)


def with_the_old(
    inputs: Any, labels: Any, rare: int, num_samples: int, k: int = 5, seed: Any = None
) -> np.ndarray:
    """Give all rows back, the new ones at the end."""
    return np.concatenate([inputs, right(inputs, labels, rare, num_samples, k, seed)])


def filled_up(
    inputs: Any, labels: Any, rare: int, num_samples: int, k: int = 5, seed: Any = None
) -> np.ndarray:
    """Make as many as the class lacks to be as large as the largest."""
    counts = np.bincount(as_list(labels))
    rows: np.ndarray = right(inputs, labels, rare, counts.max() - counts[rare], k, seed)
    return rows


def of_smallest(
    inputs: Any, labels: Any, rare: int, num_samples: int, k: int = 5, seed: Any = None
) -> np.ndarray:
    """Take the smallest class, whatever is asked for."""
    smallest = int(np.bincount(as_list(labels)).argmin())
    rows: np.ndarray = right(inputs, labels, smallest, num_samples, k, seed)
    return rows


def one_seed_for_all(
    inputs: Any, labels: Any, rare: int, num_samples: int, k: int = 5, seed: Any = None
) -> np.ndarray:
    """Start the generator anew for each draw, so that start, neighbour and gap go together."""
    own = members(inputs, labels, rare)
    near = neighbours(own, min(k, len(own) - 1))
    starts = np.random.default_rng(seed).integers(len(own), size=num_samples)
    ends = any_neighbour(np.random.default_rng(seed), near, starts)
    gap = np.random.default_rng(seed).random((num_samples, 1))
    rows: np.ndarray = own[starts] + gap * (own[ends] - own[starts])
    return rows


def of_class_1(
    inputs: Any, labels: Any, rare: int, num_samples: int, k: int = 5, seed: Any = None
) -> np.ndarray:
    """Take class 1, whatever is asked for."""
    rows: np.ndarray = right(inputs, labels, 1, num_samples, k, seed)
    return rows


def of_all_classes(
    inputs: Any, labels: Any, rare: int, num_samples: int, k: int = 5, seed: Any = None
) -> np.ndarray:
    """Start and end anywhere, as if all rows were of one class."""
    rows: np.ndarray = right(inputs, np.full(len(labels), rare), rare, num_samples, k, seed)
    return rows


synthetic_samples = Judge(
    name="synthetic_samples",
    expected=expected_rows,
    reading=facts,
    atol=0.05,  # of a mean over at least 150 gaps: more than four standard deviations
    misconceptions=[
        Misconception(
            "draws a gap of its own for each feature",
            "Then a new row lies anywhere in the box round two samples, and not on the straight "
            "way between them. Draw one gap a row: what shape lets it go with all features?",
            smote_with(gap=lambda rng, rows, features: rng.random((rows, features))),
        ),
        Misconception(
            "looks for neighbours among the samples of all classes",
            "On the way to a sample of another class, the new row soon lies among its kind. Pick "
            "the rows of the class first, and search only there.",
            towards_any_class,
        ),
        Misconception(
            "pairs any two samples of the class, near or not",
            "Far-apart samples may have a whole cloud of another class between them. Let the end "
            "be one of the k nearest neighbours of the start.",
            smote_with(ends=lambda rng, near, starts: rng.integers(len(near), size=len(starts))),
        ),
        Misconception(
            "counts a sample among its own neighbours",
            "Every sample is at distance 0 from itself, and between the two lie only copies. "
            "scikit-learn's `kneighbors` leaves it out if it gets no rows to look up.",
            smote_with(ends=itself_included),
        ),
        Misconception(
            "asks for k neighbours where the class has fewer",
            "Each sample has as many neighbours as there are other samples of the class. Lower `k` "
            "to that number where it is larger.",
            as_many_as_k,
        ),
        Misconception(
            "always goes to the nearest neighbour",
            "With k = 5 each of the five should get its turn. Draw which neighbour it is, anew "
            "for each new row.",
            smote_with(ends=lambda rng, near, starts: near[starts, 0]),
        ),
        Misconception(
            "uses one gap for all new rows",
            "All rows lie equally far along their segments. Draw a gap for each of them.",
            smote_with(gap=lambda rng, rows, features: rng.random()),
        ),
        Misconception(
            "puts every new row in the middle",
            "A gap of 0.5 gives the mean of two samples, and every pair gives the same row again. "
            "Draw the gap from 0 to 1.",
            smote_with(gap=lambda rng, rows, features: 0.5),
        ),
        Misconception(
            "walks away from the neighbour",
            "The new rows lie behind the start, outside of the segment. Is it end minus start, or "
            "start minus end?",
            smote_with(join=lambda start, end, gap: start - gap * (end - start)),
        ),
        Misconception(
            "adds a part of the neighbour, not of the way to it",
            "A part of the neighbour's coordinates leads away from both. The way from start to "
            "end is their difference.",
            smote_with(join=lambda start, end, gap: start + gap * end),
        ),
        Misconception(
            "draws the gap from a bell curve",
            "A gap below 0 or above 1 leads beyond the ends of the segment. `rng.random` draws "
            "evenly from 0 to 1.",
            smote_with(gap=lambda rng, rows, features: rng.normal(size=(rows, 1))),
        ),
        Misconception(
            "repeats samples of the class",
            "That is random oversampling. A new row should lie somewhere *between* two samples.",
            copied,
        ),
        Misconception(
            "adds noise to samples of the class",
            "Noise knows nothing of where the class lies. SMOTE moves a sample part of the way "
            "towards a neighbour.",
            jittered,
        ),
        Misconception(
            "gives the old rows back too",
            "Only the new rows are asked for, `num_samples` of them. Whoever calls you has the "
            "old ones.",
            with_the_old,
        ),
        Misconception(
            "ignores `num_samples` and fills the class up",
            "How many rows to make is for the caller to say. Look at where `num_samples` comes "
            "into your code.",
            filled_up,
        ),
        Misconception(
            "ignores `rare` and works with the smallest class",
            "The class to make samples of may be any, not just the smallest. Compare the labels "
            "with `rare`.",
            of_smallest,
        ),
        Misconception(
            "ignores `rare` and works with the samples of all classes",
            "Both ends of a segment must be samples of the class `rare`. Pick its rows out of "
            "`inputs` first, and go on with these alone.",
            of_all_classes,
        ),
        Misconception(
            "ignores `seed`",
            "The same seed should give the same rows, or nobody can repeat the experiment. Use "
            "the generator that `as_rng(seed)` gives for all that is random.",
            lambda inputs, labels, rare, num_samples, k=5, seed=None: right(
                inputs, labels, rare, num_samples, k
            ),
        ),
        Misconception(
            "starts the same generator anew for each draw",
            "With a seed, start, neighbour and gap then come from the same numbers, and some pairs "
            "never come. Make one generator at the top, and let it draw all three.",
            one_seed_for_all,
        ),
        Misconception(
            "uses a seed of its own, whatever `seed` is",
            "Another seed should give other rows. Hand `seed` to `as_rng`, and set no seed "
            "yourself.",
            lambda inputs, labels, rare, num_samples, k=5, seed=None: right(
                inputs, labels, rare, num_samples, k, 0
            ),
        ),
        Misconception(
            "looks neighbours up in the table of all rows",
            "`kneighbors` was shown the rows of the class, so neighbour 3 is the class's row 3, "
            "and not row 3 of `inputs`. Look it up where you looked for it.",
            smote_with(table=lambda own, inputs: inputs),
        ),
        Misconception(
            "works with class 1, whatever `rare` is",
            "The class to make samples of may be any. Compare the labels with `rare`.",
            of_class_1,
        ),
        Misconception(
            "draws the gap from 0 to 2",
            "A gap above 1 leads beyond the neighbour. `rng.random` draws from 0 to 1 as it is.",
            smote_with(gap=lambda rng, rows, features: 2 * rng.random((rows, 1))),
        ),
    ],
    praise=(
        "That is all there is to SMOTE. It invents nothing: every new row lies between two that "
        "were there."
    ),
)
