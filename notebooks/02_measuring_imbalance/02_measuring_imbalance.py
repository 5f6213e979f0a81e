# %% [markdown]
# # Lesson 2: Measuring imbalance
#
# "The data are imbalanced" says as much as "the patient is ill". How imbalanced? Which class? Does
# it matter here? This lesson turns the remark into a handful of numbers, and shows what each of
# them leaves out.
#
# **When you are done, you can**
# - count classes correctly, even when one of them is missing;
# - compute the imbalance ratio, name its severity, and say which advice goes with it and why that
#   advice is only a starting point;
# - say what the ratio leaves out, and why the number of rare samples matters;
# - diagnose a data set from its counts.
#
# **Time**: about 45 minutes. **You need**: lesson 1. **Worth**: 12 points (9 from checks, 3 for a
# written answer).

# %% [markdown]
# ## Setup
#
# `as_labels` turns a list, an array or a tensor of class numbers into a NumPy array of whole
# numbers, and complains in plain words where that makes no sense. `as_ratio` does the same for a
# ratio. Using them is optional.

# %% role="setup" name="setup_imports"
import numpy as np

from autograder import check
from imbalance_lessons.validation import as_labels, as_ratio

# %% [markdown]
# ## Count first
#
# Everything else starts from how many samples each class has. Our running example has three
# classes:

# %% role="demo"
from imbalance_lessons import plots

counts = np.array([9000, 900, 100])
plots.show(plots.plot_bars(counts), plots.describe_bars(counts))

# %% [markdown]
# Each class is about a tenth of the one before it, and the last can hardly be seen. Look at such a
# figure for every data set, and at the numbers behind it.
#
# ### Exercise 1: class counts (2 points)
#
# Count the samples of each class. Two things make it more than a loop:
# - labels may come as a list, an array or a tensor, in any order;
# - a class **without samples is still a class**. If there are labels 0 and 2, then class 1 exists
#   and has 0 samples. And if somebody tells you that there are four classes (`num_classes=4`),
#   there are four counts.

# %% role="exercise" reference="imbalance_lessons.distribution.class_counts"

# %% role="check"
check("class_counts", class_counts)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The result has one entry a class, in the order of the class numbers, zeros included. Whatever you
# use to count: does it know of classes that it never meets?
# </details>
# <details><summary>Hint 2</summary>
#
# `np.bincount` counts whole numbers and puts 0 for those that are missing in between. It has an
# option for the least number of entries.
# </details>

# %% [markdown]
# ### Three ways to miscount
#
# Each of these has cost somebody an afternoon. **Guess before you run a cell**: what will it print?
#
# First, `Counter` from the standard library, which is fine for a list, on a tensor:

# %% role="demo"
from collections import Counter

import torch

Counter(torch.tensor([0, 0, 1]))

# %% [markdown]
# Three keys, two of them 0. Every element of a tensor is itself a tensor, and as dictionary keys
# tensors are told apart by identity, so each sample becomes a class of its own. Call
# `labels.tolist()` first, or use `torch.bincount`.
#
# Second: looking up a weight for each sample. Small labels are often stored as bytes (`uint8`) to
# save memory. Three samples of classes 0, 1 and 1 should get the weights 10, 2 and 2:

# %% role="demo"
import warnings

weights = torch.tensor([10.0, 2.0, 5.0])
few_labels = torch.tensor([0, 1, 1], dtype=torch.uint8)
with warnings.catch_warnings(action="ignore"):
    print("bytes:         ", weights[few_labels])
print("whole numbers: ", weights[few_labels.long()])

# %% [markdown]
# Two weights for three samples, and one of them belongs to a class that is not there. A tensor of
# bytes used as an index is a **mask**: 0 means "leave out" and anything else "keep". PyTorch warns
# once that this is deprecated (we silenced it here; in a long log you might miss it). Call
# `.long()` before you index.
#
# Third: a class that is missing.

# %% role="demo"
holes = [0, 0, 2, 2, 2]
print("Counter:    ", dict(Counter(holes)))
print("np.unique:  ", np.unique(holes, return_counts=True)[1])
print("np.bincount:", np.bincount(holes))
print("of 4 classes:", np.bincount(holes, minlength=4))

# %% [markdown]
# `Counter` and `np.unique` report only what they see. To them these data are nearly balanced, 3 to
# 2. If classes 1 and 3 are meant to exist, half of the classes are missing, and a model trained on
# these data never learns to predict them. No imbalance is worse, and none is easier to overlook.

# %% [markdown]
# ## One number: the imbalance ratio
#
# The **imbalance ratio** [3] divides the largest class by the smallest:
#
# $$\rho = \frac{\max_c n_c}{\min_c n_c}$$
#
# where $n_c$ is the number of samples of class $c$. It is 1 for a balanced data set. For our
# example it is 9000 / 100 = 90, written 90:1. When a class is empty, we call the ratio infinite.
#
# ### Exercise 2: imbalance ratio (2 points)

# %% role="exercise" reference="imbalance_lessons.distribution.imbalance_ratio"

# %% role="check"
check("imbalance_ratio", imbalance_ratio)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Your `class_counts` has done most of the work, empty classes included. Hand `num_classes` on to
# it.
# </details>
# <details><summary>Hint 2</summary>
#
# What happens when the smallest count is 0? Look before you divide: `float("inf")` is infinity.
# </details>

# %% [markdown]
# What does the ratio leave out? It looks at two classes, however many there are. **Guess first**:
# these three data sets have the same ratio. Which has the highest majority baseline (lesson 1: the
# accuracy of always answering with the commonest class)?

# %% role="demo"
for sizes in ([9000, 900, 100], [9000, 9000, 100], [9000, 100, 100]):
    sizes = np.array(sizes)
    print(
        f"{sizes!s:18} ratio {sizes.max() / sizes.min():.0f}:1  "
        f"baseline {sizes.max() / sizes.sum():.3f}  smallest share {sizes.min() / sizes.sum():.2%}"
    )

# %% [markdown]
# The baselines are 0.900, 0.497 and 0.978. An accuracy of 0.8 is impressive on the second data set;
# on the third it is 18 points below a constant. So never quote the ratio alone: give the counts
# with it, or at least the **baseline** and the **share of the smallest class**.

# %% [markdown]
# ## A name for it: severity
#
# Names for ranges of the ratio help to talk about it. This course uses four:
#
# | Ratio | Severity | What to try first |
# |---|---|---|
# | below 3 | Mild | train as usual, and watch each class |
# | from 3, below 10 | Moderate | class weights in the loss, or a moved threshold |
# | from 10, below 100 | Significant | weights *or* resampling, then the threshold |
# | 100 and more | Extreme | stronger measures, or another problem |
#
# Whatever the severity, train an untouched model as well, to compare with. "Another problem" means:
# collect more of the rare class, rank instead of classify, or look for anomalies.
#
# Where do 3, 10 and 100 themselves belong? Tables often leave that open ("3:1 to 10:1, 10:1 to
# 100:1"). Here each of them belongs to **the more severe band**.
#
# ### Exercise 3: severity (2 points)

# %% role="exercise" reference="imbalance_lessons.distribution.severity"

# %% role="check"
check("severity", severity)

# %% [markdown]
# <details><summary>Hint</summary>
#
# A chain of `if ...: return ...` from mild to extreme does it. Since 3 belongs to the band above,
# is the first comparison `<` or `<=`? And does infinity come out right?
# </details>

# %% [markdown]
# ### Other people's bands
#
# These bands are a convention. Google's machine learning course [1] goes by the share of the rarer
# of two classes: 20 to 40% is mild, 1 to 20% moderate, less than 1% extreme. A share of $s$ is a
# ratio of $(1 - s)/s$, so the two can be put side by side:

# %% role="demo"
from imbalance_lessons import distribution


def google_band(share):
    return "mild" if share >= 0.2 else "moderate" if share >= 0.01 else "extreme"


for ratio in (2, 3, 5, 16, 90, 100, 578):
    share = 1 / (1 + ratio)
    here = distribution.severity(ratio)
    print(f"{ratio:4}:1  rare share {share:6.2%}  here {here:12} Google {google_band(share)}")

# %% [markdown]
# They agree at 2:1, at 5:1 and from 100:1 on. But 3:1 is "Moderate" here and "mild" there, and both
# 16:1 and 90:1 are "Significant" here and "moderate" there. So give the counts and the ratio too: a
# severity alone is just a word.
#
# ## The report
#
# `analyze_class_distribution` puts it all together. It prints a report and returns the counts.

# %% role="demo"
from imbalance_lessons.distribution import analyze_class_distribution

analyze_class_distribution([0] * 9000 + [1] * 900 + [2] * 100)

# %% [markdown]
# And the advice in its last line? A place to start, not a law. You will often read that weights and
# resampling should be *combined* for a ratio between 10 and 100. Here is what that does to a model
# that knows nothing but the base rate of 1%. Weights inversely proportional to the class sizes
# multiply the odds of the rare class by the ratio, 99; so does drawing the classes equally often.
# (The odds of a probability $p$ are $p / (1 - p)$. Lesson 4 shows why.)

# %% role="demo"
prevalence, ratio = 0.01, 99
odds = prevalence / (1 - prevalence)
for name, factor in (("untouched", 1), ("weights or sampling", ratio), ("both", ratio**2)):
    corrected = odds * factor / (1 + odds * factor)
    print(f"{name:20} gives the rare class {corrected:.2f}")

# %% [markdown]
# One correction takes 0.01 to 0.50: even odds, as intended. The second takes it to **0.99**, and
# now the *common* class is the one that is never predicted. Both at full strength correct twice.
# Lesson 4 shows this on trained models, beside the competitor that most comparisons leave out: an
# untouched model with its threshold moved. Van den Goorbergh and others [2] found that
# corrections did not rank better than that, and distorted the probabilities.
#
# So read the table as: *the more severe, the more it pays to compare several remedies*.

# %% [markdown]
# ## Measure where it counts
#
# The ratio of the whole data set need not be the ratio your model trains on, nor the one it is
# tested on. Take 1000 samples, 10 of them rare, and put 200 aside for testing. On average 2 of
# the 10 land there. **Guess first**: in how many of 1000 random splits does the test set get
# *none*?

# %% role="demo"
from sklearn.model_selection import train_test_split

rare = np.array([0] * 990 + [1] * 10)


def rare_in_test(seed, stratify=None):
    return train_test_split(rare, test_size=0.2, stratify=stratify, random_state=seed)[1].sum()


print("plain:     ", Counter(int(rare_in_test(seed)) for seed in range(1000)))
print("stratified:", Counter(int(rare_in_test(seed, stratify=rare)) for seed in range(1000)))

# %% [markdown]
# In 99 of the 1000 plain splits the test set has no rare sample at all (the hypergeometric
# distribution says 10.6%), so there is no recall to measure; in one it got 7 of the 10 and left 3
# to learn from. A **stratified** split keeps the shares: 2 each time. Whatever you do, count the
# training part *and* the test part. It takes one line each.

# %% [markdown]
# ## The number that the ratio hides
#
# A ratio says nothing about size: 10:1 may mean 10 rare samples or ten thousand. Does that matter?
# We train a logistic regression on 10, 100 and 1000 rare samples, each time with ten times as many
# common ones. All are tested on the same 20,000 samples, 1,836 of them rare. *Recall* is the share
# of the rare ones that are found.
#
# **Guess first**: if 1000 rare samples give a recall of about 0.64, what do 10 give?

# %% role="demo"
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score

from imbalance_lessons.datasets import make_fraud

inputs, targets = make_fraud(n_samples=40_000, prevalence=1 / 11, seed=0)
pool, test = np.arange(20_000), np.arange(20_000, 40_000)


def recall_with(n_rare, seed):
    rng = np.random.default_rng(seed)
    rare = rng.choice(pool[targets[pool] == 1], n_rare, replace=False)
    common = rng.choice(pool[targets[pool] == 0], 10 * n_rare, replace=False)
    rows = np.concatenate([rare, common])
    model = LogisticRegression(max_iter=1000).fit(inputs[rows], targets[rows])
    return recall_score(targets[test], model.predict(inputs[test]))


# %% role="demo"
sizes = (10, 100, 1000)
recalls = np.array([[recall_with(n, seed) for seed in range(20)] for n in sizes])
low, median, high = np.quantile(recalls, [0, 0.5, 1], axis=1)
names = [f"{n} rare, {10 * n} common" for n in sizes]
plots.show(
    plots.plot_intervals(names, median, low, high),
    plots.describe_intervals(names, median, low, high) + " Twenty training sets each.",
)

# %% [markdown]
# One ratio, three situations. With 1000 rare samples, recall lies between 0.63 and 0.65 for all
# twenty training sets. With 10 it lies anywhere between 0.29 and 0.50: the model is worse, and how
# much worse is a matter of luck. No remedy for *imbalance* supplies what the samples do not hold.
#
# **Measuring suffers as well.** Say that your test set has 10 rare samples and the model finds 8.
# Recall 0.80? That is what you saw. The *Wilson interval* [4] gives the recalls that such a result
# is compatible with, at the usual 95%:

# %% role="demo"
from scipy.stats import binomtest

found = {10: 8, 100: 80, 1000: 800}
intervals = [binomtest(k, n).proportion_ci(method="wilson") for n, k in found.items()]
low, high = [i.low for i in intervals], [i.high for i in intervals]
names = [f"{k} of {n} found" for n, k in found.items()]
plots.show(
    plots.plot_intervals(names, [0.8] * 3, low, high),
    plots.describe_intervals(names, [0.8] * 3, low, high),
)

# %% [markdown]
# 8 of 10 is compatible with a model that finds half of the rare samples (0.49), and with one that
# finds nearly all (0.94). With 100 the interval shrinks to 0.71 to 0.87, with 1000 to 0.77 to 0.82:
# ten times the samples, about a third of the width. So report the **number of rare samples** beside
# the ratio, for training and for testing.

# %% [markdown]
# ## Exercise 4: a diagnosis (2 points)
#
# A data set has three classes with **8000, 1500 and 500** samples. Work out, by hand or with your
# functions:
# - `"ratio"`: its imbalance ratio, as a number;
# - `"severity"`: the name of its band, as text;
# - `"baseline"`: the accuracy of always predicting the commonest class;
# - `"smallest_share"`: the share of the smallest class in all samples.
#
# Accuracies and shares lie between 0 and 1.

# %% role="answer" name="diagnosis"
diagnosis = {"ratio": 16.0, "severity": "Significant", "baseline": 0.8, "smallest_share": 0.05}

# %% role="check"
check("diagnosis", diagnosis)

# %% [markdown]
# ## Quick check (1 point)
#
# A clinic has records of 200 healthy and 20 ill patients. A national registry has 200,000 healthy
# and 20,000 ill. Both have an imbalance ratio of 10:1. What follows?
#
# - **A.** The illness is equally hard to learn from either: the ratio decides how well a rare class
#   can be learned.
# - **B.** The skew is the same, but the clinic has only 20 ill patients to learn from and to
#   measure with.
# - **C.** In both, 10% of the patients are ill, so always answering "healthy" is right for 90% of
#   them.
# - **D.** The registry is the more imbalanced of the two: it has 180,000 more healthy than ill
#   patients, the clinic only 180 more.
# - **E.** The clinic's imbalance is mild and the registry's is extreme, because severity grows with
#   the number of samples.
# - **F.** Always answering "healthy" scores higher on the registry, because it has a thousand times
#   as many healthy patients.
#
# Replace `None` by a letter in quotes.

# %% role="answer" name="quick_check_ratio"
quick_check_ratio = "B"

# %% role="check"
check("quick_check_ratio", quick_check_ratio)

# %% [markdown] role="written" name="written_diagnosis" points=3
# ## Your recommendation (3 points)
#
# You have diagnosed the data set with 8000, 1500 and 500 samples. Now write to the colleague who
# will train a model on it, in six to twelve sentences:
# 1. How imbalanced are the data, and what does that mean for judging a model? Name the measures
#    that you would report.
# 2. Which remedies would you try, in which order, and why those?
# 3. How will you find out whether a remedy helped? Name one mistake to avoid on the way.
#
# === BEGIN MARK SCHEME ===
# One point for each part; half points are fine. A model answer: 16:1, significant, baseline 0.80,
# smallest share 5%. Train an untouched baseline; then class weights or a weighted sampler; focal
# loss if these disappoint. Compare recall per class and balanced accuracy or macro F1 on a
# stratified validation set, thresholds chosen there, and report once on an untouched test set.
#
# **Part 1 (1 point): diagnosis and measures.** Half a point for the ratio 16:1 with its severity
# (Significant) *and* what it means for accuracy: always answering with class 0 scores 80%. Half a
# point for a measure that sees rare classes: recall or precision for each class, balanced accuracy,
# macro F1, the confusion matrix. A bonus thought, not required: 500 rare samples leave 100 in a
# test set of a fifth, so recall is known to within about 8 points.
# - Earns it: "16:1 is significant; 80% accuracy is free, so I report the recall of every class and
#   their mean."
# - Half: "The ratio is 16:1, significant, so I would look at accuracy and loss."
#
# **Part 2 (1 point): remedies with reasons.** Half a point for a sensible first step: weighted loss
# or weighted sampling (over-/undersampling also fine), or an untouched model with moved decision
# thresholds. Half a point for order and reason: an untouched baseline before, or a fallback (focal
# loss, more data of the rare class) after, *and* a reason that fits this data set (5% rare, 500
# samples, three classes).
# - Full marks also for "weights and sampling together", **if** it says that both at full strength
#   correct twice, so that they are to be tempered or compared with one alone. Without that: half.
# - Half at most: "SMOTE, focal loss, weights, undersampling and augmentation." (a list without an
#   order and without a reason)
#
# **Part 3 (1 point): evidence.** Half a point for a fair comparison: the same stratified split,
# with validation and test data as they come (not rebalanced), the same measure for all arms. Half a
# point for one real mistake: judging by accuracy; resampling before the split; rebalancing the test
# set; choosing the threshold on the test set; applying two corrections blindly; one seed only.
# - Earns it: "Each arm on the same stratified validation set, several seeds, macro F1; I would not
#   oversample before splitting, since copies would end up on both sides."
# - Does not: "I would see whether the training loss goes down."
# === END MARK SCHEME ===

# %% [markdown]
# ## Summary
#
# | Number | What it tells | What it leaves out | 9000 / 900 / 100 |
# |---|---|---|---|
# | counts | everything else follows from them | | 9000, 900, 100 |
# | imbalance ratio | largest against smallest class | the other classes; how many samples | 90:1 |
# | severity | a word for the ratio | bands are a convention | Significant |
# | majority baseline | which accuracy costs nothing | the rare classes | 0.90 |
# | smallest share | how rare rare is | how many that are | 1% |
# | number of rare samples | what can be learned and measured | | 100 |
#
# - **A class without samples is still a class.** Count with `np.bincount` and say how many classes
#   there are; `Counter` and `np.unique` overlook missing ones.
# - **Measure the part you use.** A plain split left the test set without any of the 10 rare samples
#   in 99 of 1000 tries, a stratified one never.
# - **Same ratio, different problem.** At 10:1, recall was 0.29 to 0.50 with 10 rare samples and
#   0.63 to 0.65 with 1000. And 8 found of 10 is compatible with anything from 0.49 to 0.94.
# - **Advice is where to start.** Weights and sampling together turn 0.01 into 0.99: compare before
#   you combine.
#
# **Next**: lesson 3 changes the data: oversampling, undersampling, weighted sampling and SMOTE, and
# what each of them costs.

# %% [markdown]
# ## References
#
# 1. Google for Developers, *Machine Learning Crash Course*, "Datasets: Imbalanced datasets".
# 2. R. van den Goorbergh, M. van Smeden, D. Timmerman, B. Van Calster, "The harm of class imbalance
#    corrections for risk prediction models", JAMIA 29 (2022), 1525-1534.
# 3. M. Buda, A. Maki, M. A. Mazurowski, "A systematic study of the class imbalance problem in
#    convolutional neural networks", Neural Networks 106 (2018): the imbalance ratio, and what it
#    does to networks.
# 4. E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
#    (1927): the interval.
