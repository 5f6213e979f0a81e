"""Resample after the split, not before it: the material's rule, measured on pure noise."""

import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

from imbalance_lessons.sampling import oversampled_indices
from imbalance_lessons.synthesis import smote


def test_a_copy_on_the_other_side_of_the_split_is_learned_by_heart():
    """On pure noise, oversampling before the split makes the nearest neighbour look good."""
    rng = np.random.default_rng(0)
    inputs, labels = rng.normal(size=(1000, 5)), np.repeat([0, 1], [950, 50])
    model = KNeighborsClassifier(1)

    indices = oversampled_indices(labels, 0)
    x, x_test, y, y_test = train_test_split(inputs[indices], labels[indices], random_state=0)
    leaky = balanced_accuracy_score(y_test, model.fit(x, y).predict(x_test))

    x, x_test, y, y_test = train_test_split(inputs, labels, stratify=labels, random_state=0)
    indices = oversampled_indices(y, 0)
    honest = balanced_accuracy_score(y_test, model.fit(x[indices], y[indices]).predict(x_test))
    assert leaky > 0.9
    assert honest < 0.6


def test_smote_before_the_split_makes_noise_look_learnable():
    rng = np.random.default_rng(0)
    inputs, labels = rng.normal(size=(1000, 5)), np.repeat([0, 1], [950, 50])
    model = KNeighborsClassifier(5)
    x, x_test, y, y_test = train_test_split(*smote(inputs, labels, seed=0), random_state=0)
    leaky = balanced_accuracy_score(y_test, model.fit(x, y).predict(x_test))
    x, x_test, y, y_test = train_test_split(inputs, labels, stratify=labels, random_state=0)
    honest = balanced_accuracy_score(y_test, model.fit(*smote(x, y, seed=0)).predict(x_test))
    assert leaky > 0.7
    assert abs(honest - 0.5) < 0.12
