"""Reference solutions of the course on class imbalance, and what its lessons import.

Measuring the imbalance

distribution, counting
    How many samples each class has, how unequal that is, and what to do about it.
gradients
    How much of the training signal each class gives.

Changing the data

sampling, balanced_sampler
    Weights for samples, samplers, over- and undersampling.
synthesis, augmentation
    New samples of a rare class: SMOTE, and transformed images.

Changing the loss

weighting, class_weights
    Weights for classes: three schemes, each with its normalisations; and from counts.
losses, focal, fast_focal
    Weighted cross entropy, logit-adjusted loss, focal loss.

Judging the result

metrics, multiclass, ranking, intervals, evaluation
    Scores from counts, from all classes, from scores at every threshold; how far to trust them.
thresholds, tuning
    Where to draw the line, and what that is worth on other data.
calibration, priors
    Whether probabilities mean what they say, and how to translate them to other class shares.

All of it together

training, epochs, pipeline
    Train, choose the best epoch on validation data, report on the model it kept; its steps.
arms, comparison, side_by_side
    Experiments of the lessons: models trained with remedies, compared at thresholds that are tuned;
    networks trained together.

For the lessons

splits
    Making a class rare; parts of the data that all hold every class, scaled by the first.
datasets, digits, tables
    Fraud from a generator, real digits of which one is rare, real tables.
plots, score_plots, reliability_plots, loss_plots, sliders, threshold_explorer
    Their figures, and those that move.

Checks of arguments, shared by all of these

validation, score_validation, loss_inputs, features, randomness

Importing this package loads none of them, and so neither PyTorch nor anything that plots.
"""

from importlib.metadata import version

__version__ = version("imbalance-lessons")
