"""What well-known error messages of Python, NumPy and PyTorch mean, and what to do next."""

from __future__ import annotations

import re

# A pattern that the message contains, and a sentence for the student. The first match counts.
ADVICE = (
    (
        r"truth value of an array|Boolean value of Tensor",
        "`if`, `and`, `or` and `not` want a single True or False. Between arrays write `&`, `|` "
        "and `~`, with brackets round each comparison; after `if` say `.any()` or `.all()`.",
    ),
    (
        r"'bool' object has no attribute|'bool' object is not iterable",
        "A list compared with a number is a single False. Turn the list into an array first; then "
        "each entry is compared.",
    ),
    (
        r"'(numpy\.ndarray|Tensor)' object has no attribute '(count|index|append|extend)'",
        "Lists have this method, arrays and tensors do not, and the argument may come as any of "
        "the three. Turn it into one kind first.",
    ),
    (
        r"'(<|<=|>|>=)' not supported between instances of 'list'",
        "A whole list cannot be compared with a number. Turn it into an array first; then each "
        "entry is compared.",
    ),
    (
        r"'(list|Tensor)' object has no attribute '(astype|copy|mean|sum|max|argmax|shape|size)'",
        "Arrays have this, but the argument may come as a list or a tensor too. Turn it into an "
        "array first.",
    ),
    (
        r"(mean|sum|max|min|std)\(\) got an unexpected keyword argument 'axis'",
        "NumPy hands this on to the tensor, which has other arguments. Turn the tensor into an "
        "array first, or use PyTorch's own function.",
    ),
    (
        r"zero-dimensional tensor .* cannot be concatenated",
        "Each tensor in the list is a single number. Does your `argmax`, `max` or `sum` say along "
        "which dimension?",
    ),
    (
        r"got torch\.return_types\.max",
        "`torch.max` with a dimension gives two things, the values and where they stand. Which of "
        "the two do you need?",
    ),
    (
        r"arg(max|min) of an empty sequence|specified for input\.numel\(\) == 0",
        "There is nothing to choose from in this case. What does the docstring say about it?",
    ),
    (
        r"unsupported operand type\(s\).*'list'|can't multiply sequence by non-int",
        "A list knows no arithmetic. Turn it into an array first.",
    ),
    (
        r"argument '\w+' \(position \d+\) must be Tensor, not",
        "The argument may come as a list or an array too. Turn it into a tensor first.",
    ),
    (
        r"only integer (scalar arrays|tensors of a single element) can be converted"
        r"|list indices must be integers or slices",
        "A list takes a single number as an index or a factor, not a row of them. Turn the list "
        "into an array or a tensor first.",
    ),
    (
        r"arrays used as indices must be|tensors used as indices must be|dtype.*for index"
        r"|Expected dtype int",
        "An index must hold whole numbers: what is in yours, and of which type?",
    ),
    (
        r"could not be broadcast together|The size of tensor a .* must match the size of tensor b",
        "Two shapes do not fit each other: print both. One entry a row goes with all columns of a "
        "table if its shape is (n, 1), not (n,).",
    ),
    (
        r"Index tensor must have the same number of dimensions",
        "`gather` wants an index with as many dimensions as the table: `[:, None]` adds one.",
    ),
    (
        r"backward through the graph a second time",
        "The first gradient freed what the second one needs. `retain_graph=True` keeps it.",
    ),
    (
        r"does not require grad and does not have a grad_fn",
        "The result was cut off from where it came from: by `detach`, `item`, NumPy or `no_grad`.",
    ),
    (
        r"bitwise_xor|\^: 'float' and|\*\* or pow\(\).*'(str|function)'",
        "A power is written `**` in Python; `^` is something else.",
    ),
    (
        r"name '\w+' is not defined",
        "Is it spelt as where you made it? If it comes from a library, import it in your cell; if "
        "from the setup, run that cell.",
    ),
    (
        r"unexpected keyword argument|required positional argument|takes \d+ positional argument",
        "If it is your function that was called like this: leave its first line as it was. The "
        "check hands over the arguments that stand there.",
    ),
    (
        r"'NoneType' object (cannot be interpreted as an integer|is not (iterable|subscriptable))"
        r"|None for minlength|must be int, not NoneType|num_samples=None",
        "Something is None here: an argument that the caller left out, perhaps. What should happen "
        "then?",
    ),
)


def advice_on(message: str) -> str:
    """Say what to do about an error.

    Parameters
    ----------
    message
        The text of the exception.

    Returns
    -------
    str
        One or two sentences for a student; empty if the message is not a known one.

    Examples
    --------
    >>> advice_on("ufunc 'bitwise_xor' not supported for the input types")
    'A power is written `**` in Python; `^` is something else.'
    >>> advice_on("no such thing")
    ''
    """
    return next((advice for pattern, advice in ADVICE if re.search(pattern, message)), "")
