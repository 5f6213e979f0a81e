"""Advice on well-known errors: each message is raised here by the mistake that students make."""

import numpy as np
import pytest
import torch

from autograder.engine.errors import ADVICE, advice_on

LABELS = [0, 1, 1]
ARRAY, TENSOR = np.array(LABELS), torch.tensor(LABELS)
TABLE = torch.zeros(3, 2, requires_grad=True)


def takes_one(labels):
    return labels


def differentiates_twice():
    loss = (TABLE**2).sum()
    loss.backward()
    loss.backward()


MISTAKES = [
    (lambda: ARRAY == 1 and ARRAY == 0, "brackets round each comparison"),
    (lambda: TENSOR == 1 and TENSOR == 0, "brackets round each comparison"),
    (lambda: (LABELS == 1).sum(), "a single False"),
    (lambda: LABELS >= 0.5, "A whole list cannot be compared"),
    (lambda: TENSOR.astype(int), "Arrays have this"),
    (lambda: LABELS.mean(), "Arrays have this"),
    (lambda: np.mean(TENSOR == 1), "NumPy hands this on"),
    (lambda: torch.cat([TABLE.argmax()]), "along which dimension"),
    (lambda: torch.cat([torch.max(TABLE, 1)]), "gives two things"),
    (lambda: ARRAY[ARRAY == 7].argmax(), "nothing to choose from"),
    (lambda: TENSOR[TENSOR == 7].argmax(), "nothing to choose from"),
    (lambda: ARRAY.count(1), "Lists have this method"),
    (lambda: TENSOR.append(1), "Lists have this method"),
    (lambda: 1 / LABELS, "A list knows no arithmetic"),
    (lambda: LABELS * 0.5, "A list knows no arithmetic"),
    (lambda: torch.bincount(LABELS), "into a tensor first"),
    (lambda: torch.bincount(ARRAY), "into a tensor first"),
    (lambda: LABELS[ARRAY], "A list takes a single number"),
    (lambda: LABELS[TENSOR], "A list takes a single number"),
    (lambda: LABELS * TENSOR, "A list takes a single number as an index or a factor"),
    (lambda: 1 if ARRAY else 0, "after `if` say"),
    (lambda: LABELS[LABELS], "A list takes a single number"),
    (lambda: ARRAY[ARRAY / 2], "whole numbers"),
    (lambda: TENSOR[TENSOR / 2], "whole numbers"),
    (lambda: np.zeros(3) * np.zeros((3, 2)), "(n, 1)"),
    (lambda: torch.zeros(3) * TABLE, "(n, 1)"),
    (lambda: TABLE.gather(1, TENSOR), "`gather`"),
    (differentiates_twice, "`retain_graph=True`"),
    (lambda: TABLE.detach().sum().backward(), "cut off"),
    (lambda: 0.5 ^ np.ones(3), "`**`"),
    (lambda: no_such_name, "spelt"),  # noqa: F821 - that is the mistake
    (lambda: takes_one(), "leave its first line"),
    (lambda: takes_one(1, 2), "leave its first line"),
    (lambda: takes_one(1, num_classes=2), "leave its first line"),
    (lambda: range(None), "Something is None"),
    (lambda: np.bincount(ARRAY, minlength=None), "Something is None"),
]


@pytest.mark.parametrize(("mistake", "words"), MISTAKES)
def test_a_mistake_gets_its_advice(mistake, words):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of any type
        mistake()
    assert words in advice_on(str(caught.value))


def test_all_advice_is_given_to_somebody():
    messages = []
    for mistake, _ in MISTAKES:
        try:
            mistake()
        except Exception as error:
            messages.append(str(error))
    assert {advice_on(message) for message in messages} == {advice for _, advice in ADVICE}


@pytest.mark.parametrize("message", ["", "no", "labels: expected class numbers, got -1"])
def test_other_errors_get_none(message):
    assert advice_on(message) == ""
