# %% [markdown]
# # Lesson 1: The accuracy trap
#
# A fraud detector that is right 99 times out of 100 can still be worthless. In this lesson you
# build such a model, see why its score looks so good, and find out what it has learned anyway.
#
# **When you are done, you can**
# - say what class imbalance is, and where it comes up;
# - compute the score that every model has to beat, and count what accuracy hides;
# - measure how strongly each class pulls at a network while it trains;
# - tell a model that cannot find fraud from one whose threshold is in the wrong place.
#
# **Time**: about 50 minutes. **You need**: Python, a little NumPy, and an idea of how a neural
# network is trained. **Worth**: 11 points (8 from checks, 3 for a written answer).
#
# Run the cells from top to bottom, and guess before you look: a wrong guess teaches more than no
# guess.

# %% [markdown]
# ## Setup
#
# The last import brings helpers for your solutions: `as_labels` turns a list, an array or a tensor
# of class numbers into a NumPy array, `paired_labels` does the same for two of equal length, and so
# on. `help(as_labels)` tells you more. Using them is optional.

# %% role="setup" name="setup_imports"
import numpy as np
import torch
import torch.nn.functional as F

from autograder import check
from imbalance_lessons.validation import (
    as_integer,
    as_labels,
    as_targets,
    paired_labels,
    trainable_parameters,
)

torch.set_num_threads(1)  # arrays as small as ours are faster on one thread than on many

# %% [markdown]
# ## What class imbalance is
#
# A data set is **imbalanced** when some of its classes have far fewer samples than others. The
# class with the most samples is the *majority* class; one with few is a *minority* or *rare* class.
# The rare one is usually the one we are after:
#
# | Domain | What is rare | Often quoted | One public data set |
# |---|---|---|---|
# | Fraud detection | fraudulent payments | 1:1000 to 1:10,000 | 1:578 (card payments) [1] |
# | Medical diagnosis | patients with a rare disease | 1:100 to 1:1000 | 1:42 (mammograms) [2] |
# | Spam filtering | spam, or else the good mail | around 1:10 | 1:9.7 (e-mails) [3] |
# | Quality control | defective items | 1:100 to 1:10,000 | 1:5.5 (software modules) [4] |
# | Churn | customers who leave | 1:5 to 1:20 | 1:6.1 (phone customers) [5] |
#
# Take such ranges as a rough map. The first, second and fourth data sets are milder than the range
# beside them, and the fifth lies at its mild end: how rare a class is depends on who collects the
# data and what was filtered out beforehand. So measure your own; lesson 2 shows how.

# %% [markdown]
# Think about what such a ratio means. Where 1 payment in 1000 is fraud, a million payments hold
# 1000 frauds and 999,000 others. Everything a model can learn about fraud is in those 1000.
#
# ## A data set to fall into the trap with
#
# Real payments are confidential, so we generate some: 20,000 payments with 20 features each, one in
# a hundred of them fraud. Fraud and legitimate payments overlap, as they do in life. The seed makes
# your data the same as ours, so you can compare your numbers with those in the text. (The last
# digits of a trained network may differ between computers.)

# %% role="demo"
from imbalance_lessons import plots
from imbalance_lessons.datasets import make_fraud

payments, is_fraud = make_fraud(n_samples=20_000, prevalence=0.01, seed=0)
sizes = np.bincount(is_fraud)
names = ["legitimate", "fraud"]
plots.show(plots.plot_bars(sizes, names), plots.describe_bars(sizes, names))

# %% [markdown]
# The second bar is there. It is just 99 times lower than the first.
#
# We split the payments in three: half to **train** on, a quarter for **validation** (to make
# decisions with) and a quarter as the **test** set (to judge the outcome, and nothing else).
# `stratify` keeps one fraud in a hundred in each part. The features are scaled with the mean and
# standard deviation of the training part alone.

# %% role="demo"
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def load_payments(seed):
    payments, is_fraud = make_fraud(n_samples=20_000, prevalence=0.01, seed=seed)
    rows = np.arange(len(is_fraud))
    train, rest = train_test_split(rows, test_size=0.5, stratify=is_fraud, random_state=0)
    val, test = train_test_split(rest, test_size=0.5, stratify=is_fraud[rest], random_state=0)
    x = torch.tensor(StandardScaler().fit(payments[train]).transform(payments))
    y = torch.tensor(is_fraud)
    parts = {"train": train, "val": val, "test": test}
    return {name: (x[part], y[part]) for name, part in parts.items()}


data = load_payments(seed=0)
{name: (len(y), int(y.sum())) for name, (x, y) in data.items()}  # samples, frauds

# %% [markdown]
# ## The laziest model there is
#
# Before any model is trained, one question: **what does a model score that has learned nothing?**
# Always answering with the commonest class takes no model at all. Its accuracy (the share of right
# answers) is the *majority baseline*.
#
# A small case to think with: 990 legitimate payments, 10 frauds, and a "model" that says
# "legitimate" a thousand times.

# %% role="demo"
y_true = np.array([0] * 990 + [1] * 10)
y_pred = np.zeros(1000, dtype=int)
f"accuracy {np.mean(y_pred == y_true):.1%}, frauds caught {np.sum(y_pred[y_true == 1] == 1)} of 10"

# %% [markdown]
# It is right 990 times in 1000, and every fraud gets through. The arithmetic is fine; the question
# was wrong. Accuracy asks how many *payments* are judged correctly, and 990 of the 1000 are easy.
#
# ### Exercise 1: the majority baseline (2 points)
#
# Write a function that computes this score for any labels. Let the labels say which class is the
# commonest: it need not be class 0, and there may be more than two.

# %% role="exercise" reference="imbalance_lessons.distribution.majority_baseline"

# %% role="check"
check("majority_baseline", majority_baseline)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# How many samples does each class have? If you always answer with the commonest class, on how many
# of all samples are you right?
# </details>
# <details><summary>Hint 2</summary>
#
# `np.bincount` counts class numbers: entry c is the number of samples of class c. It wants a NumPy
# array of whole numbers, and `as_labels` makes one from anything.
# </details>

# %% [markdown]
# ## A real model beside it
#
# Now a neural network: one hidden layer of 16 units, trained for 200 steps on all the training
# payments at once. The loss is the usual cross entropy. Nothing about it is unusual, and that is
# the point.

# %% role="demo"
from torch import nn


def train(inputs, targets, seed, steps=200, watch=lambda step, model: None):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(steps):
        watch(step, model)
        optimizer.zero_grad()
        F.cross_entropy(model(inputs), targets).backward()
        optimizer.step()
    watch(steps, model)
    return model


model = train(*data["train"], seed=0)

# %% [markdown]
# **Guess first.** The test set has 5,000 payments, 50 of them fraud. A payment counts as flagged
# when the model gives fraud more than 50%. How many of the 50 does the network catch, and what is
# its accuracy? Write your guesses down before you run the next cells.

# %% role="demo"
my_guess_caught = None  # out of 50
my_guess_accuracy = None  # between 0 and 1

# %% [markdown]
# scikit-learn has the laziest model ready-made: `DummyClassifier`. Let it compete.

# %% role="demo"
from sklearn.dummy import DummyClassifier


def fraud_score(model, inputs):
    with torch.no_grad():
        return torch.softmax(model(inputs), dim=1)[:, 1].numpy()


inputs_test, y_test = data["test"][0], data["test"][1].numpy()
scores = fraud_score(model, inputs_test)
dummy = DummyClassifier(strategy="most_frequent").fit(*data["train"])
answers = {"dummy": dummy.predict(inputs_test), "network": (scores > 0.5).astype(int)}
for name, flagged in answers.items():
    caught = np.sum(flagged[y_test == 1])
    print(f"{name:8} accuracy {np.mean(flagged == y_test):.4f}, caught {caught} of 50")
print(f"my guess accuracy {my_guess_accuracy}, caught {my_guess_caught}")

# %% [markdown]
# The same accuracy, to the last digit: 0.9900. The network flags **not a single payment**. Accuracy
# cannot tell a trained network from a constant, and at 99% both look splendid.
#
# Two habits follow, and this course keeps them:
# 1. **Put the majority baseline beside every accuracy.** 99% sounds impressive until you know that
#    99% is free.
# 2. **Count what you are after.** Here: how many frauds were caught?
#
# ### Exercise 2: positives caught (2 points)
#
# The class we are looking for is called the *positive* class, whatever its number. A positive that
# the model found is a *true positive*. Count them.

# %% role="exercise" reference="imbalance_lessons.metrics.positives_caught"

# %% role="check"
check("positives_caught", positives_caught)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# A caught positive is a sample for which two things hold at once. Which two?
# </details>
# <details><summary>Hint 2</summary>
#
# `y_true == positive` gives an array of True and False once `y_true` is an array: `paired_labels`
# turns both arguments into arrays. `&` combines two of them, and a sum counts the True.
# </details>

# %% [markdown]
# ## Has the network learned nothing?
#
# So far it looks as bad as the constant. Now look at its scores instead of its answers. **Guess
# first**: take one fraud and one legitimate payment at random. How often does the network give the
# fraud the higher score? (For a constant or a coin, half the time.) That share has a name, the
# *ROC-AUC*.

# %% role="demo"
from sklearn.metrics import roc_auc_score

my_guess_auc = None  # between 0.5 and 1
print(f"ROC-AUC {roc_auc_score(y_test, scores):.3f}; my guess {my_guess_auc}")
print(f"highest score given to any payment: {scores.max():.3f}")

# %% [markdown]
# In 94 of 100 such pairs the fraud comes out on top. The network separates fraud from the rest
# quite well; it just never says "more than 50%". Even its highest score, 0.43, stays below. In a
# world where 1 payment in 100 is fraud, hardly any payment deserves more than even odds.
#
# The network **ranks**. What fails is the *threshold* of 0.5, above which a score counts as fraud.
# Nobody chose it: it came with `argmax`.
#
# Suppose the fraud desk can look at 5% of the payments. Then the threshold is the score that the
# top 5% of the *validation* payments reach. The test set has no say in it.

# %% role="demo"
scores_val = fraud_score(model, data["val"][0])
threshold = np.quantile(scores_val, 0.95)
cuts = [threshold, 0.5]
plots.show(plots.plot_scores(scores, y_test, cuts), plots.describe_scores(scores, y_test, cuts))

# %% role="demo"
flagged = (scores >= threshold).astype(int)
caught = np.sum(flagged[y_test == 1])
print(f"threshold {threshold:.3f}: accuracy {np.mean(flagged == y_test):.4f}")
print(f"flagged {flagged.sum()}, of which fraud {caught}; false alarms {flagged.sum() - caught}")

# %% [markdown]
# Same network, not one weight changed, and it catches **26 of 50** frauds instead of none. The
# price is 194 false alarms, which the desk had time for. Meanwhile accuracy *fell*, from 0.990 to
# 0.956: anyone who picks models by accuracy throws this one away and keeps the constant [6].
#
# Is that luck? Ten data sets, each with its own network, show how far to trust one number. We also
# watch them train, for the next section.

# %% role="demo"
from imbalance_lessons import gradients

moments = [0, 1, 2, 5, 10, 15, 20, 30, 40, 50, 70, 100, 140, 200, 300, 500]


def look(model, data):
    inputs, y = data["test"]
    scores, is_fraud = fraud_score(model, inputs), y.numpy() == 1
    threshold = np.quantile(fraud_score(model, data["val"][0]), 0.95)
    return {
        "share": gradients.gradient_share(model, *data["train"])[1],
        "mean score": fraud_score(model, data["train"][0]).mean(),
        "auc": roc_auc_score(is_fraud, scores),
        "accuracy": np.mean((scores > 0.5) == is_fraud),
        "caught": np.sum(scores[is_fraud] > 0.5),
        "caught by desk": np.sum(scores[is_fraud] >= threshold),
    }


# %% role="demo"
from imbalance_lessons.progress import track


def watched_run(seed):
    data, seen = load_payments(seed), []

    def watch(step, model):
        if step in moments:
            seen.append(look(model, data))

    train(*data["train"], seed=seed, steps=max(moments), watch=watch)
    return {key: [row[key] for row in seen] for key in seen[0]}


five = [watched_run(seed) for seed in track(range(5), "Five networks")]

# %% [markdown]
# And five more, so that each cell takes only a few seconds:

# %% role="demo"
more = [watched_run(seed) for seed in track(range(5, 10), "Five more")]
runs = {key: np.array([run[key] for run in five + more]) for key in five[0]}  # (runs, moments)


# %% role="demo"
def spread(key, step, digits):
    low, median, high = np.quantile(runs[key][:, moments.index(step)], [0, 0.5, 1])
    return f"{median:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


outcomes = {"accuracy": 4, "auc": 2, "caught": 1, "caught by desk": 1}
for step in (200, 500):
    print(f"after {step} steps: median (lowest to highest) of ten runs")
    for key, digits in outcomes.items():
        print(f"  {key:15} {spread(key, step, digits)}")

# %% [markdown]
# After 200 steps the ten networks catch between 0 and 18 of their 50 frauds at a threshold of 0.5
# (median 1.5), and between 11 and 38 (median 26.5) with a threshold that suits the desk. After 500
# steps the medians are 11.5 and 32. So catching *nothing at all* was a little bad luck, but *far
# too few* is the rule. All accuracies at 0.5 lie between 0.9900 and 0.9934: the difference between
# 0 and 23 frauds hides in the third decimal.
#
# Longer training did help. Why does it take so long?

# %% [markdown]
# ## Who pulls at the network?
#
# The loss of a batch is a sum over its samples, so its gradient is one too. Sort the samples by
# class and add up each class's part:
#
# $$g = g_0 + g_1, \qquad g_c = \sum_{i:\, y_i = c} \nabla_\theta\, \ell_i$$
#
# Here $\theta$ stands for all weights of the network and $\ell_i$ for the cross entropy of sample
# $i$. The length $\lVert g_c \rVert$ says how hard class $c$ pulls, and
#
# $$\text{share}_c = \frac{\lVert g_c \rVert}{\lVert g_0 \rVert + \lVert g_1 \rVert + \dots}$$
#
# is its share in the tug-of-war. (Dividing the loss by the size of the batch, as training does,
# shrinks every pull alike and changes no share.)
#
# ### Exercise 3: the gradient share (3 points)
#
# Measure it, for any model and any number of classes. A class without samples pulls at nothing:
# its share is 0. Leave the model as you found it, with nothing in the `.grad` of its parameters:
# the next `backward` of whoever trains it would add to that. (`torch.autograd.grad` returns
# gradients without storing them.)

# %% role="exercise" reference="imbalance_lessons.distribution.gradient_share"

# %% role="check"
check("gradient_share", gradient_share)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# One class at a time: pick its rows of the logits and of the targets, take
# `F.cross_entropy(..., reduction="sum")` of these, and its gradient with respect to all
# parameters. Why `"sum"`? With `"mean"` every class would be divided by its own size.
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.autograd.grad(loss, parameters, retain_graph=True)` gives one tensor for each parameter.
# The length of all of them together is the root of the sum of *all* squared entries, weights and
# biases alike. `trainable_parameters(model)` lists the parameters.
# </details>
# <details><summary>Hint 3</summary>
#
# For a class without samples the sum is 0 and so is its gradient. Collect the lengths in an array
# with an entry for each column of the logits, and divide by their sum at the end.
# </details>

# %% [markdown]
# ## The tug-of-war, measured
#
# **Guess first.** Fraud makes up 1% of the training payments. What is its share of the gradient
# before the first step? And after 500 steps, once the network has settled?

# %% role="demo"
my_guess_share_at_first = None  # between 0 and 1
my_guess_share_in_the_end = None

# %% role="demo"
shown = (moments, runs["share"], 0.01)
plots.show(plots.plot_shares(*shown), plots.describe_shares(*shown))

# %% role="demo"
columns = {"share": 3, "mean score": 3, "auc": 2}
print("step  " + "".join(f"{key:25}" for key in columns))
for step in (0, 10, 20, 30, 50, 100, 200, 500):
    row = (spread(key, step, digits) for key, digits in columns.items())
    print(f"{step:4}  " + "".join(f"{cell:25}" for cell in row))

# %% [markdown]
# There are two things to see here, and the second is easily missed.
#
# **At the start, the crowd pulls** [7]. The fresh network gives every payment about 50%, so each
# sample pulls about as hard as any other, and numbers decide: fraud makes up 1% of the payments and
# has 1.0% of the gradient (median; 0.7% to 2.3%). What the crowd wants is simple: *say "legitimate"
# more often*. In 30 steps the mean score falls from 0.52 to 0.014, close to the base rate of 0.01.
# All the while the ranking hardly improves: the ROC-AUC goes from 0.49, a coin toss, to 0.62.
#
# **At the end, the pulls are equal.** From step 50 on, fraud has about half of the gradient (47% to
# 61% in every run), though it is still 1% of the payments. It has to be so. Where training settles,
# $g_0 + g_1$ is about 0, so the two pull equally hard in opposite directions. 9,900 legitimate
# payments that are each wrong by 0.01 weigh as much as 100 frauds that are each wrong by 0.99: both
# come to 99.
#
# So the rare class is *not* drowned out for good. While the pulls are in balance, from step 50 to
# step 500, the ROC-AUC climbs from 0.75 to 0.92.

# %% [markdown]
# What *does* the majority dominate, then?
# - **The path.** The first steps go into learning how rare fraud is, not what it looks like. Train
#   briefly, and that is all you get.
# - **The operating point.** The balance lies where the mean score is the base rate, here about
#   0.01. That is honest, since scores are then *probabilities*, but 0.5 is far above nearly all of
#   them. Either the threshold has to move, or the scores do.
#
# Resampling and reweighting (lessons 3 and 4) move the scores, and lesson 7 moves the threshold.
# You now know why both can work, and will not be surprised when they often do equally well.
#
# **Try it**: replace `gradients.gradient_share` by your own `gradient_share` above. The figure
# should not change. And what happens to the share at step 0 with a prevalence of 0.1?

# %% [markdown]
# ## Quick check (1 point)
#
# A bank wants to find fraudulent card payments. One payment in a hundred is fraud. What is wrong
# with accuracy as the main measure of a model for this job?
#
# - **A.** Nothing: an accuracy of 99% means that the model catches 99 of every 100 frauds.
# - **B.** With so few frauds, accuracy cannot be computed: there are not enough of them to divide
#   by.
# - **C.** It gives each fraud as much weight as 99 legitimate payments, so it punishes missed fraud
#   too hard.
# - **D.** A model that catches no fraud at all still scores 99%.
# - **E.** It changes with the decision threshold, and no measure that does so is of use when a
#   class is rare.
# - **F.** It is only wrong on the data as they are: on a test set that was balanced to half fraud,
#   half legitimate, it tells how the model will do at the bank.
#
# Replace `None` by a letter in quotes.

# %% role="answer" name="quick_check_accuracy"
quick_check_accuracy = "D"

# %% role="check"
check("quick_check_accuracy", quick_check_accuracy)

# %% [markdown] role="written" name="written_accuracy" points=3
# ## In your own words (3 points)
#
# A colleague writes: *"Our new network reaches 99.2% accuracy on last month's card payments, 1% of
# which were fraud. At a threshold of 0.5 it flags one payment in 500. It goes live on Monday."*
#
# Answer in five to ten sentences:
# 1. What is 99.2% to be compared with, and how impressed are you?
# 2. Which numbers would you ask for before Monday, and why each of them?
# 3. Suppose it catches 1 fraud in 5. Does that show that the network has learned too little? What
#    in its training explains the behaviour, and what would you look at or change first?
#
# === BEGIN MARK SCHEME ===
# One point for each part; half points are fine. Reward the idea, not the vocabulary.
#
# **Part 1 (1 point): the baseline.** Always saying "legitimate" scores 99.0% here, so the network
# is 0.2 points above a constant. Half a point for "accuracy misleads when classes are imbalanced"
# without the 99.0% or the comparison. A bonus thought that may make up for a gap elsewhere: the 0.2
# points are one fraud in five, and all that is flagged is fraud.
# - Earns it: "A model that flags nothing gets 99%: this gains two payments in a thousand."
# - Does not: "99.2% is high, but we need more data to be sure."
#
# **Part 2 (1 point): the right numbers.** At least two of these, each with a reason: frauds caught
# out of all frauds (recall); how many of the flagged payments are fraud, or the number of false
# alarms (precision); a measure of ranking, such as ROC-AUC or average precision, because it does
# not depend on the threshold; the number of frauds in the test set, because a handful gives no
# certainty; the cost of a missed fraud against a false alarm. Half a point for names without
# reasons, or for one number with a good reason.
# - Earns it: "How many of the frauds it caught, since they are what we want, and how many customers
#   were blocked for nothing, since that is what it costs."
# - Does not: "The F1 score and the confusion matrix." (names only: half)
#
# **Part 3 (1 point): threshold or learning.** Catching few at 0.5 does not show that the network
# cannot tell fraud apart: its scores settle around the base rate of 1%, so few exceed 0.5. Half a
# point for this, or for explaining it by the gradient (at the start the many legitimate payments
# pull hardest, and the first thing learned is to say "legitimate"; in the end the pulls balance).
# The other half for a sensible next step: look at the ranking, choose the threshold on validation
# data; also accepted: weights or resampling *compared with* a moved threshold, or longer training.
# - Earns it: "No. With 1% fraud, honest probabilities are small. I would check the AUC and set the
#   threshold on validation data to what the fraud desk can handle."
# - Half: "The majority drowned out the gradient, so we must oversample." (a cause and a remedy, but
#   ranking and threshold were not told apart)
# - Does not: "Yes, it is useless; try a bigger network."
# === END MARK SCHEME ===

# %% [markdown]
# ## Summary
#
# | On 5,000 test payments, 50 of them fraud | accuracy | frauds caught | false alarms |
# |---|---|---|---|
# | always "legitimate" | 0.9900 | 0 | 0 |
# | network, threshold 0.5 | 0.9900 | 0 | 0 |
# | the same network, top 5% flagged | 0.9564 | 26 | 194 |
#
# - **Accuracy counts samples**, so the commonest class decides it. That class's share is the
#   baseline: put it beside every accuracy.
# - **Count what you are after.** Over ten data sets, accuracies between 0.9900 and 0.9934 hid
#   anything from 0 to 23 frauds of 50.
# - **The pull of a class follows its size only at the start** (1.0% of the gradient for 1% of the
#   samples) and is about 50% once training has settled.
# - **A network that catches nothing may rank well** (ROC-AUC 0.94). Then it is the threshold that
#   needs work, and validation data are the place to choose it.
#
# **Next**: lesson 2 measures imbalance: how unequal the classes are, how bad that is, and what the
# number quoted most often, the imbalance ratio, does not tell you.

# %% [markdown]
# ## References
#
# 1. A. Dal Pozzolo, O. Caelen, R. A. Johnson, G. Bontempi, "Calibrating probability with
#    undersampling for unbalanced classification", IEEE Symposium Series on Computational
#    Intelligence (SSCI) 2015, 159-166: 492 frauds among 284,807 card payments.
# 2. N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: synthetic minority
#    over-sampling technique", JAIR 16 (2002): mammography, 260
#    calcifications against 10,923 samples without.
# 3. D. Diez, M. Çetinkaya-Rundel, C. Barr, *OpenIntro Statistics*: the data set
#    `email`, 3,921 e-mails.
# 4. KC1 of the NASA Metrics Data Program, 2,109 modules, rare are those with a bug.
# 5. The data set `mlc_churn` of the R package `modeldata`: 707 of
#    5,000 phone customers left.
# 6. F. Provost, T. Fawcett, R. Kohavi, "The case against accuracy estimation for comparing
#    induction algorithms", ICML 1998: why accuracy is the wrong question.
# 7. R. Anand, K. G. Mehrotra, C. K. Mohan, S. Ranka, "An improved algorithm for neural network
#    classification of imbalanced training sets", IEEE Trans. Neural Networks 4 (1993): the gradient
#    of the larger class dominates at first.
