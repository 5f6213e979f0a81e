# %% [markdown]
# # Lesson 9: Digits with a rare nine
#
# Ten classes, real images, and one digit that the network hardly gets to see. In this lesson you do
# the whole experiment yourself: you make the nine rare, train, look where the nines go, and find
# out what class weights bring, beside a network that nobody touched.
#
# **When you are done, you can**
# - make a class rare, and leave the test set alone;
# - predict with a network so that nothing is random and nothing is lost;
# - measure the recall of each of ten classes, and say how sure you are of it;
# - say which class swallows the samples of a rare one;
# - move the line for one class of many, and compare that with class weights.
#
# **Time**: about 75 minutes. **You need**: lessons 4 (weights), 6 (measures) and 8 (fair
# comparisons). **Worth**: 15 points (12 from checks, 3 for a written answer).

# %% [markdown]
# ## Setup
#
# `as_labels` makes an array of class numbers, `as_logits` and `as_scores` arrays of logits and of
# other numbers, and `as_rng` a NumPy generator from a seed; `as_integer` checks a whole number.
# `confusion_matrix` counts, in row t and column p, the samples of class t that were taken for p.
# They are there to help you; you may leave them out.

# %% role="setup" name="setup_imports"
import numpy as np
import torch

from autograder import check
from imbalance_lessons.multiclass import balanced_accuracy, confusion_matrix
from imbalance_lessons.randomness import as_rng
from imbalance_lessons.score_validation import as_logits, as_scores
from imbalance_lessons.validation import as_integer, as_labels

# %% [markdown]
# ## Look at the data first
#
# MNIST [1] holds 70,000 handwritten digits. This lesson uses 5,000 of them, which came with the
# course's packages: 500 of each digit. 100 of each are held out. Of the other 400, the nine keeps
# only 40.

# %% role="demo"
from imbalance_lessons import multiclass, pipeline, plots, splits, tuning
from imbalance_lessons.digits import packaged_digits

data = packaged_digits(rare=9, ratio=10, seed=0)
print(data)


# %% role="demo"
def sheet(rows, alt, height):
    """Show rows of images as one picture."""
    picture = np.concatenate([np.concatenate(list(images[:, 0]), axis=1) for images in rows])
    ax = plots.new_axes(7.5, height)
    ax.imshow(picture, cmap="Greys")
    ax.axis("off")
    return plots.show(ax, alt)


of_digit = [data.train_images[data.train_labels == digit] for digit in range(10)]
sheet(
    [np.stack([images[i] for images in of_digit]) for i in range(4)],
    "Forty handwritten digits, four of each from 0 to 9, dark on white, 28 by 28 pixels each.",
    height=3.2,
)

# %% [markdown]
# Each column is a digit. This is how many of each there are to train on:

# %% role="demo"
counts = np.bincount(data.train_labels)
ax = plots.plot_bars(counts, [str(digit) for digit in range(10)], plots.new_axes(13))
plots.show(ax, plots.describe_bars(counts, [f"digit {digit}" for digit in range(10)]))

# %% [markdown]
# 10 to 1 against each other digit, but **90 to 1** against all of them together. Only one training
# image in 91 is a nine.
#
# The held-out set is different: 100 of each digit. We leave it like that, because we want to know
# each recall equally well. What that does to accuracy is the topic of the next section.
#
# ### Exercise 1: make a class rare (2 points)
#
# The data came with a rare nine. Do it yourself: give the positions of `keep` samples of class
# `rare`, chosen at random, and of *all* samples of the other classes. The order does not matter.
#
# The check asks three times: with a seed, with the same seed again, and with another.

# %% role="exercise" reference="imbalance_lessons.splits.make_rare"

# %% role="check"
check("make_rare", make_rare)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `np.flatnonzero(labels == rare)` gives the positions of the rare class, and `labels != rare`
# those of the others. Which method of a generator chooses some of them, none twice?
# </details>
# <details><summary>Hint 2</summary>
#
# `rng.choice` draws *with* replacement unless you say `replace=False`. Make the generator from
# `seed`, so that the same seed chooses the same samples. `np.concatenate` joins two arrays.
# </details>

# %% role="demo"
full = packaged_digits(ratio=1, seed=0)
few = splits.make_rare(full.train_labels, rare=9, keep=40, seed=0)
print("before", np.bincount(full.train_labels))
print("after ", np.bincount(full.train_labels[few]))

# %% [markdown]
# ## What a dummy scores
#
# **Guess before you run.** Two models without much skill: one always says 0; the other is perfect,
# except that it never says 9. What is their accuracy on the held-out set? And on a test set in
# which the nine is as rare as in training?

# %% role="demo"
truth = data.test_labels
as_trained = counts / counts.sum()  # the shares of the digits in training
for name, answer in (
    ("always 0", np.zeros_like(truth)),
    ("never 9", np.where(truth == 9, 4, truth)),
):
    right = np.array([(answer[truth == digit] == digit).mean() for digit in range(10)])
    print(f"{name}:  held-out {right.mean():.3f}   with a rare nine {as_trained @ right:.3f}")

# %% [markdown]
# 0.989 for a model that finds **not a single nine**. With a rare nine the whole class is worth 1.1
# points of accuracy, from none found to all found. On the held-out set it is worth 10 points:
# with equally many samples of each class, accuracy *is* the mean of the recalls, the balanced
# accuracy.

# %% [markdown]
# ## Train
#
# A small network: 784 pixels, 64 hidden units, ten outputs. **Dropout** switches off a fifth of the
# hidden units at random, at each step, so that the network does not rely on single ones. The
# function has arguments for everything that we will try later.

# %% role="demo"
import torch.nn.functional as F


def network():
    nn = torch.nn
    layers = nn.Linear(784, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 10)
    return nn.Sequential(nn.Flatten(), *layers)


def train(data, weight=None, balanced=False, change=None, make=network, seed=0, epochs=10):
    torch.manual_seed(seed)
    x, y = torch.tensor(data.train_images), torch.tensor(data.train_labels)
    model, chances = make(), 1 / torch.bincount(y)[y]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    for _ in range(epochs):
        order = torch.multinomial(chances, len(y), True) if balanced else torch.randperm(len(y))
        for rows in order.split(100):
            images = x[rows] if change is None else change(x[rows], y[rows])
            optimizer.zero_grad()
            F.cross_entropy(model(images), y[rows], weight=weight).backward()
            optimizer.step()
    return model


# %% [markdown]
# ## Predict, and get the same answer twice
#
# We train once, and ask for the accuracy on the held-out set, three times. **Guess**: will the
# three numbers agree?

# %% role="demo"
model = train(data)
images = torch.tensor(data.test_images)
for _ in range(3):
    print("accuracy", (model(images).argmax(dim=1).numpy() == truth).mean())

# %% [markdown]
# They do not. A module is in **training mode** until you call `model.eval()`, and in training mode
# dropout goes on switching units off. (Batch normalisation is worse: it would use the mean of the
# batch, and *learn* from the test data on the way.) No error is raised; the score is just a little
# too low, and different each time.
#
# ### Exercise 2: predict in batches (3 points)
#
# Write it once and for all. Give the class of each input, in order. The model gets at most
# `batch_size` inputs at a time, because ten thousand images at once may not fit into memory. It
# predicts in evaluation mode, and nothing is recorded for gradients. Afterwards it is back in the
# mode in which it came, with everything inside it: whoever calls your function in the middle of a
# training wants to go on training.
#
# The check hands over a tiny network with batch normalisation and dropout. It shows what you gave
# back, and how the model was treated.

# %% role="exercise" reference="imbalance_lessons.pipeline.predict_in_batches"

# %% role="check"
check("predict_in_batches", predict_in_batches)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `model.training` is True or False: remember it, call `model.eval()`, and in the end
# `model.train(...)` takes True or False. Within `with torch.no_grad():` nothing is recorded.
# </details>
# <details><summary>Hint 2</summary>
#
# `inputs.split(n)` cuts a tensor into batches of n, and the last one may be smaller. `argmax` needs
# to know along which dimension the classes are. `torch.cat` joins a list of tensors.
# </details>

# %% role="demo"
for _ in range(3):
    predicted = pipeline.predict_in_batches(model, images)
    print("accuracy", (predicted == truth).mean())

# %% [markdown]
# ## One number for each class
#
# 0.89 sounds as if little were wrong. **Guess**: what is the recall of the nine?
#
# ### Exercise 3: recall per class (2 points)
#
# Give the recall of each class from 0 to `num_classes` - 1. A class without samples in `y_true` has
# no recall: give `np.nan` (not a number) for it. A 0 would claim that all were missed.

# %% role="exercise" reference="imbalance_lessons.multiclass.recall_per_class"

# %% role="check"
check("recall_per_class", recall_per_class)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Recall looks at one true class at a time: of its samples, how many were predicted to be of this
# class? In the confusion matrix these are the row and the entry on the diagonal.
# </details>
# <details><summary>Hint 2</summary>
#
# `confusion_matrix(y_true, y_pred, num_classes)` has a row for each class, also for those without
# samples. `matrix.sum(axis=1)` adds up each row, and `matrix.diagonal()` has the right answers.
# Start from `np.full(num_classes, np.nan)`, and fill in the classes that are there.
# </details>

# %% [markdown]
# Coding exercises often point to scikit-learn's report. It has the same recalls, and precision and
# F1 beside them:

# %% role="demo"
from sklearn.metrics import classification_report

print(classification_report(truth, predicted))

# %% [markdown]
# The nine: precision 0.95, recall **0.42**. If the network says nine, it is nearly always a nine;
# it just says so too rarely. Here are the recalls with their 95% intervals (Wilson's [4], lesson
# 2).

# %% role="demo"
from imbalance_lessons.intervals import wilson_interval

recalls = multiclass.recall_per_class(truth, predicted, 10)
lows, highs = zip(*(wilson_interval(round(100 * r), 100) for r in recalls), strict=True)
names = [str(digit) for digit in range(10)]
ax = plots.plot_intervals(names, recalls, lows, highs)
plots.show(ax, plots.describe_intervals(names, recalls, lows, highs))

# %% [markdown]
# With 100 samples, a recall near 0.5 is known to within about 10 points, one near 0.95 to within
# about 4. So the nine is far behind every other digit, beyond any doubt. But whether the 8 is
# better than the 5 (0.95 and 0.93), this test set cannot say.
#
# ### Where do the nines go?
#
# A missed nine is taken for something. **Guess**: for which digits?
#
# ### Exercise 4: taken for (1 point)
#
# Of the samples of class `label` that were missed, give the class for which most of them were
# taken. If several classes come first, any of them is right. If no sample was missed, give -1.

# %% role="exercise" reference="imbalance_lessons.multiclass.taken_for"

# %% role="check"
check("taken_for", taken_for)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Take the row of `label` in the confusion matrix. The entry on the diagonal counts right answers:
# set it to 0 before you look for the largest. What does `argmax` give for a row of zeros?
# </details>

# %% role="demo"
from imbalance_lessons import score_plots

ax = score_plots.plot_confusion(truth, predicted, names, plots.new_axes(11, 8))
plots.show(
    ax,
    "Confusion matrix of the ten digits, dark on the diagonal. In the row of the nine the diagonal "
    "is pale; most of its missed samples are in the columns of the 4 and the 7.",
)

# %% role="demo"
missed = (truth == 9) & (predicted != 9)
first = multiclass.taken_for(truth, predicted, 9)
print(f"{missed.sum()} nines missed, most often taken for a {first}")
print("taken for 0 to 9:", np.bincount(predicted[missed], minlength=10))
print("taken for a 9:   ", np.bincount(truth[predicted == 9], minlength=10))
sheet(
    [data.test_images[missed][i : i + 12] for i in (0, 12)],
    "Twenty-four of the nines that were missed, in two rows. A few are odd: one has hardly a loop, "
    "one is open at the top like a 4. Most are plain nines that a person reads at once.",
    height=1.6,
)

# %% [markdown]
# 31 of the 58 went to the 4 and 14 to the 7, the digits that look like it. Look at the images: most
# are not odd at all. The other direction is nearly empty: only two images that are no nines were
# taken for one. The neighbours pay as well: every fourth answer "4" is wrong (the report has a
# precision of 0.74 for it), because the missed nines are among them.
#
# Has the network not learned the nines, or has it learned them by heart? Here are the recalls on
# the images that it was *trained* with:

# %% role="demo"
known = pipeline.predict_in_batches(model, torch.tensor(data.train_images))
print(multiclass.recall_per_class(data.train_labels, known, 10).round(3))

# %% [markdown]
# It recognises 33 of its own 40 nines, more than 0.8; of new ones, 0.42. The other digits have 0.96
# or more here, and 0.90 or more on new images. So the nine is behind on both: the line is drawn
# against it, and 40 examples are few to learn from.
#
# ## What accuracy hides
#
# Here is the classic exercise: train on MNIST with a rare nine, with and without class weights, and
# compare accuracy, balanced accuracy and recall per class. We do it with five seeds. Each draws
# different images to train and to test on, and different weights to start from.
#
# - **all nines**: 400 of them, as many as of each other digit. This is what could be had.
# - **untouched**: 40 nines, plain cross entropy.
# - **weights**: 40 nines, and a loss in which each counts ten times as much (lesson 4).
#
# **Guess first**: which of the three has the best accuracy, on a test set in which nines are rare?

# %% role="demo"
from imbalance_lessons import class_weights, ranking
from imbalance_lessons.progress import track

parts = [packaged_digits(ratio=10, seed=seed) for seed in range(5)]
weight = torch.tensor(class_weights.inverse_frequency(counts), dtype=torch.float32)
print("weights:", weight.numpy().round(2))


def logits_of(model, images):
    with torch.no_grad():
        return model.eval()(torch.tensor(images)).double().numpy()


def five(data=parts, **options):
    """Train on five parts, and give the logits of their held-out images."""
    models = (
        train(part, seed=seed, **options) for seed, part in enumerate(track(data, "Networks"))
    )
    return [logits_of(model, part.test_images) for model, part in zip(models, data, strict=True)]


# %% role="demo"
found = {"all nines": five([packaged_digits(ratio=1, seed=seed) for seed in range(5)])}

# %% role="demo"
found["untouched"] = five()
found["weights"] = five(weight=weight)


# %% role="demo"
def measures(truth, logits):
    recalls = multiclass.recall_per_class(truth, logits.argmax(axis=1), 10)
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    area = ranking.average_precision(truth == 9, log_p[:, 9])
    return as_trained @ recalls, recalls.mean(), recalls[9], recalls[:9].mean(), area


def table(*arms):
    print(f"{'':20}accuracy      balanced      recall of 9   of the others AP of 9")
    for arm in arms:
        scores = np.array(
            [measures(p.test_labels, z) for p, z in zip(parts, found[arm], strict=True)]
        )
        cells = zip(scores.mean(axis=0), scores.std(axis=0), strict=True)
        print(f"{arm:20}" + " ".join(f"{mean:.3f} ± {sd:.3f}" for mean, sd in cells))


table("all nines", "untouched", "weights")

# %% [markdown]
# "Accuracy" is that on a test set with a rare nine: the recalls, weighted by the shares in
# training. The number after ± is the standard deviation of the five.
#
# Look down the columns.
#
# - **Accuracy** sees nothing. All three lie between 0.930 and 0.935, and the untouched network is
#   ahead of the one with weights: what the other digits pay counts 90 times, the nines once.
# - **The recall of the nine** goes from 0.92 to 0.51 if 360 of 400 nines are missing, and back to
#   0.74 with weights. **Balanced accuracy** shows a tenth of that, as the nine is one digit of ten.
# - **AP of 9** is the average precision of "nine or not": how well the network *ranks* the images
#   by how much they look like a nine, wherever the line is. It falls from 0.960 to 0.927 for lack
#   of nines, and weights bring back 0.004 of that, less than the spread.
#
# So with weights the network finds many more nines, and hardly ranks better. You know this picture
# from lesson 8. What is missing is the untouched network with its line moved.
#
# ### Untouched, with the line moved
#
# The untouched network learned that one image in 91 is a nine, and that is what it answers. Against
# each other digit, its odds of a nine are 10 times smaller than on data with equally many of each.
# Odds are multiplied by 10 if you add $\log 10 = 2.30$ to the nine's logit. (Lesson 10 says why in
# more detail; there it is called logit adjustment [3].) This is the threshold of lesson 7, for one
# class of many. No training, and no validation data: only the counts.
#
# **Guess first**: how close does it come to the weights?


# %% role="demo"
def shifted(logits, shift):
    return logits + shift * (np.arange(10) == 9)


found["untouched + log 10"] = [shifted(z, np.log(10)) for z in found["untouched"]]
table("untouched", "weights", "untouched + log 10")


# %% role="demo"
def balanced_scores(arm):
    return np.array([measures(p.test_labels, z)[1] for p, z in zip(parts, found[arm], strict=True)])


lead = balanced_scores("untouched + log 10") - balanced_scores("weights")
print("lead in balanced accuracy over the weights, seed by seed:", *(f"{d:+.3f}" for d in lead))

# %% [markdown]
# It is ahead of the weights: a recall of 0.84, where they have 0.74, and a higher balanced accuracy
# with each of the five seeds. The price is the same: 0.930 and 0.932 for the other digits.
#
# Why do the weights not get as far? **Guess**: how many of its own 40 training nines does the
# network with weights recognise?

# %% role="demo"
heavy = train(data, weight=weight)
for name, shown, digits in (
    ("training", data.train_images, data.train_labels),
    ("held-out", data.test_images, data.test_labels),
):
    nines = torch.tensor(logits_of(heavy, shown[digits == 9]))
    losses = F.cross_entropy(nines, torch.full((len(nines),), 9), reduction="none")
    known = (nines.argmax(dim=1) == 9).double().mean()
    print(f"{name} nines: recall {known:.3f}, mean loss {losses.mean():.3f}")

# %% [markdown]
# All of them, and surely: their mean loss is 0.038, that of new nines 0.881. Ten times nearly
# nothing is still nearly nothing, so the weights have lost their hold. (Byrd and Lipton [2] saw
# this fading in networks that fit their training data.) A shift after training acts on new images
# too.
#
# ### Exercise 5: the best shift (3 points)
#
# The counts say 2.30. Validation data may know better. Of the numbers in `shifts`, give the one
# that, added to the logits of class `label`, has the best balanced accuracy. If several are best,
# any of them is right.

# %% role="exercise" reference="imbalance_lessons.tuning.best_shift"

# %% role="check"
check("best_shift", best_shift)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# For each shift, make moved logits, predict (`argmax` along the classes), and measure
# `balanced_accuracy(y_true, predicted)`. Keep the shift that gave the best one.
# </details>
# <details><summary>Hint 2</summary>
#
# Each shift starts from the logits as they came. `moved = logits` makes no copy: the next shift
# would come on top of the last one, and the caller's array would be changed as well.
# </details>

# %% [markdown]
# We have no validation part yet. So we cut the held-out images in two halves, with 50 of each
# digit. One half chooses the shift, the other is measured with it; then they swap roles. No image
# is measured with a shift that it helped to choose.


# %% role="demo"
def tuned(truth, logits, seed):
    halves = splits.stratified_split(truth, [0.5, 0.5], seed)
    moved = logits.copy()
    for one, other in (halves, halves[::-1]):
        shift = tuning.best_shift(truth[one], logits[one], 9, np.linspace(0, 6, 25))
        moved[other] = shifted(logits[other], shift)
    return moved


for arm in ("untouched", "weights"):
    pairs = zip(parts, found[arm], strict=True)
    found[f"{arm}, tuned"] = [tuned(p.test_labels, z, i) for i, (p, z) in enumerate(pairs)]
table("untouched + log 10", "untouched, tuned", "weights, tuned", "all nines")

# %% role="demo"
shifts = np.linspace(0, 5, 21)
ax = plots.new_axes()
for arm, style, colour in (("untouched", "-", plots.COMMON), ("weights", "--", plots.RARE)):
    curve = np.mean(
        [
            [measures(p.test_labels, shifted(z, shift))[2:4] for shift in shifts]
            for p, z in zip(parts, found[arm], strict=True)
        ],
        axis=0,
    )
    for i, (name, marker) in enumerate((("nine", "^"), ("others", "o"))):
        form = marker + style
        ax.plot(shifts, curve[:, i], form, color=colour, markevery=2, label=f"{name}, {arm}")
ax.axvline(np.log(10), color="grey", linestyle=":")
ax.set(xlabel="added to the logit of the nine", ylabel="recall, mean of five")
ax.legend()
plots.show(
    ax,
    "Recall against what is added to the logit of the nine, 0 to 5. The recall of the nine rises "
    "from 0.51 (untouched) and 0.74 (weights) to 0.98; that of the others falls from 0.94 and 0.93 "
    "to 0.86 and 0.83. The curves of the weights look like those of the untouched network, moved "
    "to the left.",
)

# %% [markdown]
# Tuned or from the counts, untouched or with weights: three arms between 0.917 and 0.921, with a
# spread of 0.004 to 0.007. **With the line in place there is nothing left of the weights' lead.**
# In the figure, the curves of the weights look like those of the untouched network, moved to the
# left by 1 to 1.5: that is what the weights were worth. (The dotted line is $\log 10$.)
#
# Tuning was not better than counting here, and its recall varies more: 50 validation nines choose
# a noisy shift. But the counts are right only for data with equally many of each digit. Where nines
# stay rare, or where a miss has its price, tune on validation data that look like your world
# (lessons 7 and 8). And on *that* test set the untouched network, line unmoved, has the best
# accuracy of all: 0.934.
#
# ## Oversampling, and augmentation
#
# Two more remedies from lesson 3: a balanced sampler, which draws each digit equally often; and the
# same with **augmentation**, where each nine that is drawn is moved by up to two pixels, so that it
# is never quite the same image.


# %% role="demo"
def move_nines(images, labels):
    images = images.clone()
    for i in torch.nonzero(labels == 9)[:, 0]:
        by = torch.randint(-2, 3, (2,)).tolist()
        images[i] = torch.roll(images[i], by, dims=(1, 2))
    return images


found["sampler"] = five(balanced=True)

# %% [markdown]
# **Guess before you run the next cell**: do moved nines beat the shift?

# %% role="demo"
found["sampler, moved"] = five(balanced=True, change=move_nines)
table("untouched", "sampler", "sampler, moved", "untouched + log 10")

# %% [markdown]
# The sampler does what the weights do: 0.912 and 0.913. Moved nines add something, as in lesson 3:
# each is a new image, which cannot be learned by heart. With 0.924 this is the best number so far.
# Whether it is better than the shift's 0.921, for which nothing was trained, five seeds with a
# spread of 0.004 cannot tell; neither can AP, 0.934 ± 0.013.
#
# ## What does rank better?
#
# More nines. We train untouched networks with 10, 40, 120 and 400 of them, and each nine's logit is
# raised by the logarithm of how rare it was: 400 divided by the number of nines. So all of them
# have the line where it belongs on this held-out set. **Guess**: how does the average precision
# grow?

# %% role="demo"
for nines in (10, 120):
    rarer = [packaged_digits(ratio=400 / nines, seed=seed) for seed in range(5)]
    found[f"{nines} nines"] = [shifted(z, np.log(400 / nines)) for z in five(rarer)]
found["40 nines"] = found["untouched + log 10"]
table("10 nines", "40 nines", "120 nines", "all nines")

# %% [markdown]
# From 10 nines to 40, 120 and 400: AP 0.856, 0.927, 0.955, 0.960. The first step brings 0.071;
# weights and sampler brought 0.004 and 0.005. The shift brings nothing: it multiplies the odds of a
# nine by the same number for all images, so their order stays the same. Remedies share out what is
# known about the nine; new nines add to it, most of all where there are few. If you can pay
# somebody for an afternoon, have them collect rare samples.
#
# ## With all of MNIST
#
# The classic exercise has 1,000 of each digit against 100 nines. If the full MNIST lies on your
# machine, the next cell does that; if not, it says how to get it (about 11 MB, once). Nothing else
# in the course needs it.

# %% role="demo"
from imbalance_lessons.digits import load_mnist

big = load_mnist(rare=9, ratio=10, seed=0)
if big.source.startswith("the full MNIST"):
    parts = [big]
    found = {"untouched": five(parts), "weights": five(parts, weight=weight)}
    found["untouched + log 10"] = [shifted(found["untouched"][0], np.log(10))]
    table(*found)
else:
    print("Not on this machine. To get it: load_mnist(download=True)")

# %% [markdown]
# ## Quick check (1 point)
#
# The nine is rare in your test set too: 1,820 images, 20 of them nines. Without weights the network
# has an accuracy of 0.934, with weights 0.930. Which conclusion is right?
#
# - **A.** The two are nearly the same number, so the two networks treat the nine alike.
# - **B.** The accuracy went down, so the weights have made the network worse.
# - **C.** Accuracy weighs all ten digits alike, so on average no digit has lost more than 0.004.
# - **D.** The nines can move this number by 0.011 at most. It cannot tell whether more of them
#   are found.
# - **E.** The networks were not trained long enough: then the difference would be larger.
# - **F.** The 20 nines should be copied 9 times each, and the accuracy be measured again: then the
#   recall of the nine is known well enough.
#
# Replace `None` by a letter in quotes.

# %% role="answer" name="quick_check_digits"
quick_check_digits = "D"

# %% role="check"
check("quick_check_digits", quick_check_digits)

# %% [markdown] role="written" name="written_digits" points=3
# ## Your verdict (3 points)
#
# A colleague reports: *"Full MNIST, 1,000 training images of each digit, but 100 nines; test set
# with 892 images of each digit, but 89 nines. One seed. Accuracy 0.948 without class weights, 0.947
# with them, so weights do not matter for accuracy. The recall of the nine rose from 66 of 89 (0.74)
# to 71 of 89 (0.80). So weights taught the network to recognise nines better, and we should always
# use them."* Answer in eight to twelve sentences:
# 1. Why can the accuracy not show what happened to the nines? Work out what five more nines are
#    worth in accuracy, and say what the colleague should report in its place.
# 2. How sure is it that the recall rose at all? Use an interval, or what you saw of seeds.
# 3. Does it follow that the network *recognises* nines better? Describe what you would compare the
#    weights with, and which measure would decide.
#
# === BEGIN MARK SCHEME ===
# One point for each part; half points are fine. A model answer: The test
# set has 9 x 892 + 89 = 8,117 images, and 89 of them, 1.1%, are nines. Five more of them are
# 5/8,117 = 0.0006, which a few other digits outweigh. Balanced accuracy or the recall per class
# should be reported. The 95% interval of 66/89 runs from 0.64 to 0.82, that of 71/89 from 0.70 to
# 0.87: they overlap widely, and in the lesson the recall of one network varied by 0.05 from seed to
# seed. So one needs several seeds, and their spread. Weights move the line towards the nine. I
# would add log 10 to the nine's logit of the untouched network, or tune the shift on validation
# data, and compare balanced accuracy there; whether nines are ranked better is what the average
# precision of nine or not says, over five seeds.
#
# **Part 1 (1 point): accuracy.** Half a point for a number: five nines are 0.0006 (0.0005 to
# 0.0007) of accuracy, or all nines together 0.011. Half a point for what to report: recall per
# class, or balanced accuracy (each digit the same say).
# - Earns it: "89 of 8,117 are nines, so even all of them count 1.1%; five are 0.06 points. Report
#   the recall of each digit."
# - Half: "Accuracy is dominated by the other digits; use balanced accuracy." (no number)
# - Does not: "The network was not trained long enough."
#
# **Part 2 (1 point): how sure.** Full: not sure, with a reason in numbers: overlapping intervals
# (any method; about 0.64 to 0.82 and 0.70 to 0.87, 0.02 either way is fine), or a standard error of
# the difference of about 0.06 against a gain of 0.06, or the spread of about 0.05 between seeds.
# Half: "one seed is not enough" or "89 are few", without a number. That both networks saw the
# *same* 89 nines, so that one should compare them image by image, is a good remark and may stand in
# for the number.
#
# **Part 3 (1 point): recognises better?** Half a point for the comparison: the untouched network
# with its line moved (a shift of log 10, or a threshold or shift tuned on validation data). Half a
# point for the measure that decides: average precision (or ROC-AUC) of nine against the rest, or
# balanced accuracy *at tuned shifts for both*.
# - Earns it: "No: weights may only have moved the line. Shift the untouched one by log 10 and see
#   if the lead is still there; compare AP."
# - Half: "Compare with the untouched network at a tuned threshold." (no measure)
# - Does not: "Yes, the recall is higher."
# === END MARK SCHEME ===

# %% [markdown]
# ## Summary
#
# Means of five seeds, 40 nines against 400 of each other digit; recalls on 100 held-out images of
# each.
#
# | Arm | Recall of 9 | Balanced accuracy | AP of 9 |
# |---|---|---|---|
# | untouched | 0.51 | 0.896 | 0.927 |
# | weights | 0.74 | 0.913 | 0.931 |
# | balanced sampler | 0.72 | 0.912 | 0.932 |
# | sampler, moved nines | 0.83 | 0.924 | 0.934 |
# | untouched, $\log 10$ added | 0.84 | 0.921 | 0.927 |
# | 400 nines | 0.92 | 0.934 | 0.960 |
#
# - **Accuracy hides a rare class.** At 1 in 91, all nines together are worth 1.1 points. Show the
#   recall of each class, with its interval.
# - **Look where the missed samples go**, and at the images themselves. It is a boundary with one or
#   two neighbours, here the 4 and the 7.
# - **Predict in evaluation mode**, in order, and leave the model as it came.
# - **The line can be moved for one class of many**: add a number to its logit. The untouched
#   network with $\log 10$ was ahead of the weights with every seed.
# - **Weights fade** in a network that knows its rare training samples by heart.
# - **What ranks better is more rare samples**, first of all where there are few.
#
# **Next**: lesson 10 asks what the probabilities of all these models mean, and why $\log 10$ is the
# right number.

# %% [markdown]
# ## References
#
# 1. Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
#    recognition", Proceedings of the IEEE 86 (1998), 2278-2324: MNIST.
# 2. J. Byrd, Z. C. Lipton, "What is the effect of importance weighting in deep learning?", ICML
#    2019.
# 3. A. K. Menon, S. Jayasumana, A. S. Rawat, H. Jain, A. Veit, S. Kumar, "Long-tail learning via
#    logit adjustment", ICLR 2021.
# 4. E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal
#    of the American Statistical Association 22 (1927), 209-212.
