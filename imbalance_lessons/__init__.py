"""Reference solutions of the course on class imbalance, and what its lessons import.

distribution
    How many samples each class has, how unequal that is, and what to do about it.
gradients
    How much of the training signal each class gives.
metrics
    What a set of predictions is worth.
datasets
    The data that the lessons work with.
plots
    Their figures.
validation
    Checks of arguments, shared by all of these.

Importing this package loads none of them, and so neither PyTorch nor anything that plots.
"""

from importlib.metadata import version

__version__ = version("imbalance-lessons")
