# %% [markdown]
# # Lesson 3: Resampling
#
# Too few frauds to learn from? Show each of them more often, show fewer of the others, or make new
# ones up. All of that is *resampling*: it changes the training data and leaves model and loss
# alone. You will build each of its forms, and measure what it buys: less than its fame suggests.
#
# **When you are done, you can**
# - build a balanced sampler for a PyTorch `DataLoader`, and say what one of its epochs holds;
# - undersample, make new samples with SMOTE, and name the price of each;
# - compare resampled models with the competitor that is often left out: the untouched model with
#   its threshold moved;
# - find the line of a pipeline that spoils its test set.
#
# **Time**: about 70 minutes. **You need**: lessons 1 and 2. **Worth**: 15 points (12 from checks, 3
# for a written answer).

# %% [markdown]
# ## Setup
#
# Helpers for your solutions: `class_counts` and `as_labels` you know from lesson 2. `as_rows` makes
# an array of floats from a table of features, `as_rng` a NumPy generator from a seed (a whole
# number, or `None` for other numbers every time). `as_draws(num_samples, available, replacement)`
# gives the number of a sampler's draws, and `as_generator` accepts a `torch.Generator` or `None`.

# %% role="setup" name="setup_imports"
import numpy as np
from sklearn.neighbors import NearestNeighbors
from torch.utils.data import WeightedRandomSampler

from autograder import check
from imbalance_lessons.distribution import class_counts
from imbalance_lessons.features import as_rows
from imbalance_lessons.randomness import as_draws, as_generator, as_rng
from imbalance_lessons.validation import as_labels

# %% [markdown]
# ## Oversampling: show rare samples more often
#
# **Random oversampling** repeats samples of the rare class until the classes are equally frequent.
# In PyTorch nothing has to be copied for that. A `DataLoader` asks a **sampler** for the numbers of
# the next rows, and `WeightedRandomSampler` draws them at random, row $i$ with a probability in
# proportion to its weight $w_i$. So everything rests on the weights.
#
# Take 900 samples of class 0 and 100 of class 1. We begin with a common mistake, one weight for
# each *class*. **Guess before you run**: which of the 1000 rows will be drawn?

# %% role="demo"
import torch

y = np.array([0] * 900 + [1] * 100)
my_guess_rows_drawn = None

# %% role="demo"
torch.manual_seed(0)
per_class = torch.tensor([1 / 900, 1 / 100])
drawn = list(WeightedRandomSampler(per_class, num_samples=1000))
print("rows drawn:", np.unique(drawn), "of the classes", y[np.unique(drawn)])

# %% [markdown]
# The same two rows, a thousand times, both of the common class. The sampler got two weights, so for
# all it knows there are two rows; of classes it knows nothing.
#
# What it needs is one weight for each *sample*. If every sample of class $c$ gets the weight
# $1/n_c$, the weights of the class add up to $n_c \cdot 1/n_c = 1$, whatever its size:
#
# $$w_i = \frac{1}{n_{y_i}} \qquad\text{where } y_i \text{ is the class of sample } i$$
#
# ### Exercise 1: sample weights (2 points)
#
# As in lesson 2, labels come as lists, arrays or tensors, in any order, and a class number may be
# missing. Only the proportions of the weights matter to a sampler, so any multiple of them is right
# too.

# %% role="exercise" reference="imbalance_lessons.sampling.sample_weights"

# %% role="check"
check("sample_weights", sample_weights)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# How large is the class of each sample? For `[0, 0, 0, 0, 1]` the answer is 4, 4, 4, 4, 1: as many
# numbers as labels. The weights are one step from there.
# </details>
# <details><summary>Hint 2</summary>
#
# `class_counts(labels)` is a table with one entry a class. An array can be indexed with another
# array: `table[labels]` looks up an entry for each label. The labels must be whole numbers in an
# array for that; a tensor of bytes would act as a mask (lesson 2).
# </details>
# <details><summary>Hint 3</summary>
#
# Test yourself: add up your weights over each class. Are the sums equal, with three classes too?
# </details>

# %% [markdown]
# ### Exercise 2: a balanced sampler (2 points)
#
# Now the sampler. Without `num_samples`, an epoch has as many draws as there are labels.
# `replacement=True` puts each drawn row back: otherwise 100 rare samples could never fill half of
# 1000 draws. A caller who passes a `generator` wants draws that can be repeated.
#
# The check draws many epochs and counts rows, so any object that draws balanced epochs will do.

# %% role="exercise" reference="imbalance_lessons.sampling.create_balanced_sampler"

# %% role="check"
check("create_balanced_sampler", create_balanced_sampler)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Exercise 1 made the weights. What else does `help(WeightedRandomSampler)` say that it takes? Each
# of your arguments should arrive there.
# </details>
# <details><summary>Hint 2</summary>
#
# `WeightedRandomSampler(weights, num_samples, replacement, generator)`. Only `num_samples` needs a
# thought: what if it is `None`? `as_draws` knows.
# </details>

# %% [markdown]
# In use, the sampler takes the place of `shuffle=True`; PyTorch refuses both at once. (Its sampler
# takes up to $2^{24}$ labels, about 17 million. For more, there is `sampling.BalancedSampler`.)

# %% role="demo"
from torch.utils.data import DataLoader, TensorDataset

from imbalance_lessons import sampling

dataset = TensorDataset(torch.arange(1000), torch.tensor(y))
balanced = sampling.create_balanced_sampler(y)
try:
    DataLoader(dataset, batch_size=32, sampler=balanced, shuffle=True)
except ValueError as error:
    print("ValueError:", error)
rows, targets = next(iter(DataLoader(dataset, batch_size=32, sampler=balanced)))
print("a batch without shuffle:", len(targets), "samples")

# %% [markdown]
# ## What an epoch holds
#
# "Each class equally often" is a statement about the average. **Guess first**: of the 900 common
# samples, how many are seen in an epoch of 1000 balanced draws? How often does the luckiest rare
# sample come? And how many of 32 in a batch are rare, at least and at most?

# %% role="demo"
my_guess_common_seen = None  # of 900
my_guess_fewest_and_most_rare = None  # of 32

balanced = sampling.create_balanced_sampler(y, generator=torch.Generator().manual_seed(0))
epochs = [np.array(list(balanced)) for _ in range(20)]
seen = np.array([[len(set(rows[y[rows] == c])) for c in (0, 1)] for rows in epochs])
often = [np.bincount(rows)[900:].max() for rows in epochs]
rare = np.array([y[batch].sum() for rows in epochs for batch in np.split(rows[:992], 31)])
print("20 epochs: mean (lowest to highest); theory")
for c, name in enumerate(("common", "rare")):
    theory = sampling.expected_distinct(y)[c]
    low, high = seen[:, c].min(), seen[:, c].max()
    print(f"{name:6} samples seen: {seen[:, c].mean():.1f} ({low} to {high}); {theory:.1f}")
print(f"most repeats of one rare sample: {np.mean(often):.1f} ({min(often)} to {max(often)})")
print(f"rare in a batch of 32: {rare.mean():.1f} ({rare.min()} to {rare.max()})")

# %% [markdown]
# An epoch shows about 383 of the 900 common samples and nearly all of the rare ones; the luckiest
# of these comes 10 to 14 times. Why 383? A draw misses a given common sample with probability
# $1 - \frac{1}{2 \cdot 900}$, and a thousand draws all miss it with
# $(1 - \frac{1}{1800})^{1000} = 0.57$. So **a balanced sampler undersamples too**, though each
# epoch shows another 383. And a batch is 32 tosses of a coin: 16 rare samples, give or take
# $\sqrt{32}/2 = 2.8$, and from 6 to 25 in 620 batches.
#
# To have every sample in each epoch, take `sampling.oversampled_indices(y)`: 900 + 900 row numbers,
# each common sample once, each rare one about nine times.

# %% [markdown]
# ## The price of repeating
#
# A rare sample that comes nine times is still one sample. Can a network learn it by heart? We
# train a small one on 10,000 payments, 100 of them fraud, so each fraud comes about 50 times an
# epoch. Test and validation data stay **as they are**: 1% fraud.

# %% role="demo"
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from imbalance_lessons.datasets import make_fraud


def load(seed, n_samples=20_000, prevalence=0.01):
    x, y = make_fraud(n_samples, prevalence, seed)
    train, rest = train_test_split(np.arange(len(y)), test_size=0.5, stratify=y, random_state=seed)
    val, test = train_test_split(rest, test_size=0.5, stratify=y[rest], random_state=seed)
    x = StandardScaler().fit(x[train]).transform(x)
    return {name: (x[r], y[r]) for name, r in (("train", train), ("val", val), ("test", test))}


# %% [markdown]
# `draw_epoch` decides what the network sees, so that all ways of resampling share this function.

# %% role="demo"
from torch import nn
from torch.nn.functional import cross_entropy


def learn(draw_epoch, layers, seed, epochs, batch=64, lr=0.005):
    """Train a network; `draw_epoch` gives the inputs and targets of an epoch, as tensors."""
    torch.manual_seed(seed)
    inputs, hidden, outputs = layers
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr)
    for _ in range(epochs):
        x, y = draw_epoch()
        for rows in torch.randperm(len(y)).split(batch):
            optimizer.zero_grad()
            cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return lambda x: model(torch.as_tensor(x)).argmax(dim=1).numpy()


# %% [markdown]
# Two networks on each of five data sets: one sees the payments as they are, one by balanced draws.
# How many frauds of the training part do they find, and how many of the test part?

# %% role="demo"
from threadpoolctl import threadpool_limits

from imbalance_lessons import metrics
from imbalance_lessons.comparison import BALANCED, Column, arms_table, measure_arm
from imbalance_lessons.progress import track

threadpool_limits(1)  # arrays as small as ours are faster on one thread than on many
torch.set_num_threads(1)


# %% role="demo"
def memory(seed):
    data = load(seed)
    x, y = map(torch.tensor, data["train"])
    sampler = sampling.create_balanced_sampler(y, generator=torch.Generator().manual_seed(seed))
    for draws in (range(len(y)), sampler):

        def draw_epoch(draws=draws):
            rows = list(draws)
            return x[rows], y[rows]

        predict = learn(draw_epoch, (20, 32, 2), seed, epochs=12, batch=128)
        yield [metrics.recall(data[part][1], predict(data[part][0])) for part in ("train", "test")]


# %% role="demo"
found = [list(memory(seed)) for seed in track(range(5), "Ten networks")]
parts = [Column(f"recall in {part}", metrics.recall, 0.5) for part in ("training", "test")]
print("median (lowest to highest) of five data sets")
print(arms_table(found, ["as they are", "balanced"], parts, summary="median"))

# %% [markdown]
# The balanced network finds **every fraud that it was trained on** and 0.50 of those it was not: in
# 12 epochs it saw each about 600 times, and learned them by heart. (Compare the parts, not the
# networks: between those, the threshold of 0.5 decides, as in lesson 1.)
#
# This is the **oversampling trade-off**: nothing is lost, and nothing is added either. Repeats give
# the few rare samples more weight, with everything that is accidental about them.

# %% [markdown]
# ## SMOTE: make rare samples up
#
# If copies invite learning by heart, why not make samples that are new? **SMOTE** (synthetic
# minority over-sampling technique [1]) takes a sample $x$ of the rare class and one of its $k$
# nearest neighbours *in that class*, $x'$, and puts a new sample somewhere on the straight line
# between them:
#
# $$x_{\text{new}} = x + \lambda\,(x' - x), \qquad \lambda \text{ drawn evenly from } [0, 1)$$
#
# $\lambda$ is called the *gap*. There is **one gap for each new sample**: with one for each
# feature, it would leave the line and land anywhere in the box that the line is a diagonal of.
#
# ### Exercise 3: SMOTE for one class (3 points)
#
# Make `num_samples` new rows of the class `rare`. Where the class has too few samples for `k`
# neighbours, use as many as there are. Draw the start, the neighbour and the gap of each new row at
# random, from one generator; `as_rng(seed)` makes it.

# %% role="exercise" reference="imbalance_lessons.synthesis.synthetic_samples"

# %% role="check"
check("synthetic_samples", synthetic_samples)

# %% [markdown]
# <details><summary>Hint 1: which rows</summary>
#
# First keep only the rows of the class. Comparing labels with `rare` gives True and False for each
# row, and an array can be indexed with these. From there on forget the other classes.
# </details>
# <details><summary>Hint 2: neighbours</summary>
#
# `NearestNeighbors(n_neighbors=k).fit(own).kneighbors(return_distance=False)` gives a table with a
# row of k row numbers for each sample. Called like that, without rows to look up, it leaves out
# each sample itself.
# </details>
# <details><summary>Hint 3: all rows at once</summary>
#
# `rng.integers(n, size=m)` draws m numbers below n: do so for the starts, and again for the place
# of the neighbour in its row of the table. If gaps have the shape `(num_samples, 1)`, each of them
# goes with all features of its row.
# </details>

# %% [markdown]
# In practice you would use imbalanced-learn, which does it for all classes at once. With five
# samples and its `k` of 5 it refuses, where you made `k` smaller; either way, five are not enough.

# %% role="demo"
from imblearn.over_sampling import SMOTE

x, labels = load(0)["train"]
print("before:", np.bincount(labels))
print("after: ", np.bincount(SMOTE(random_state=42).fit_resample(x, labels)[1]))
few = np.concatenate([np.flatnonzero(labels == 0), np.flatnonzero(labels == 1)[:5]])
try:
    SMOTE(random_state=42).fit_resample(x[few], labels[few])
except ValueError as error:
    print("with 5 frauds:", error)

# %% [markdown]
# ### What new samples know
#
# What SMOTE makes lies between samples that were there. **Guess first**: if these have a variance
# of 1, and any of them may be the end of a line, what is the variance of the new ones? With $x$ and
# $x'$ independent and $\lambda$ uniform,
#
# $$\operatorname{Var}(x_{\text{new}}) = \sigma^2\, \mathrm{E}\big[(1-\lambda)^2 + \lambda^2\big]
# = \tfrac{2}{3}\,\sigma^2$$

# %% role="demo"
from imbalance_lessons import plots, synthesis

my_guess_variance = None

for k in (1, 5, 20, 99):
    ratios = []
    for seed in range(10):
        x, labels = load(seed)["train"]
        frauds = x[labels == 1]
        new = synthesis.smote_samples(frauds, 5000, k, seed)
        ratios.append((new.var(axis=0) / frauds.var(axis=0)).mean())
    print(f"k = {k:2}: {np.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")

# %% [markdown]
# With all 99 others to choose from, the new variance is 0.66 times the old one: two thirds, as
# computed. With the usual `k = 5` it is 0.72, hardly more: in 20 dimensions, even the nearest
# neighbours are nearly as far away as any others. To a model, the rare class looks tighter than it
# is.
#
# ### Where the lines go
#
# The neighbours are of the same class, but what lies between two of them need not be. Here the rare
# class comes in two small groups, with the common class between them. **Guess first**: what happens
# when a group has four members, and `k` is 5?

# %% role="demo"
rng = np.random.default_rng(0)
common = rng.normal(0, 0.8, size=(150, 2))
groups = np.repeat([[-3, 0], [3, 0]], 4, axis=0) + rng.normal(0, 0.3, size=(8, 2))
nearest_common = NearestNeighbors(n_neighbors=1).fit(common)
nearest_rare = NearestNeighbors(n_neighbors=1).fit(groups)


def among_common(new):
    """Give the share of new rows that have a common sample as their nearest."""
    return np.mean(nearest_common.kneighbors(new)[0] < nearest_rare.kneighbors(new)[0])


for k in (3, 5):
    new = {s: synthesis.smote_samples(groups, 1000, k, seed=s) for s in range(5)}
    shares = [among_common(rows) for rows in new.values()]
    print(f"k = {k}: {np.mean(shares):.1%} ({min(shares):.1%} to {max(shares):.1%}) among common")

# %% role="demo"
ax = plots.new_axes(7.5, 4.2)
ax.plot(*common.T, "o", color=plots.COMMON, alpha=0.5, label="common")
ax.plot(*new[0][:200].T, "x", color=plots.INK, alpha=0.7, label="made with k = 5")
ax.plot(*groups.T, "^", color=plots.RARE, markersize=9, label="rare")
ax.set(xlabel="feature 1", ylabel="feature 2")
ax.legend(loc="upper right", frameon=False)
alt = (
    "Scatter chart of a cloud of common samples in the middle, and a group of four rare samples on "
    "either side of it. Crosses are rows that SMOTE made with k = 5: many lie on lines from one "
    "group to the other, straight through the common cloud."
)
plots.show(ax, alt)

# %% [markdown]
# Each sample has three others in its group, so with `k = 3` the lines stay there. With `k = 5`, two
# of the five neighbours belong to the other group, and **a third of the new rows** lies among
# common samples, with the wrong label. So compare `k` with the size of your groups. (A single
# mislabelled sample in the wrong cloud does the same harm.)
#
# ### More limits
#
# **Features that are not measurements.** Halfway between a customer of 35 from country 12 and one
# of 41 from country 49 who used the card abroad stands one of 38 from country 30.5, who used it
# half abroad. imbalanced-learn's `SMOTENC` lets the neighbours vote on such features instead. And
# distances depend on units: **scale first**, or the feature with the largest numbers alone chooses
# the neighbours.
#
# **Images.** A small one, the same one four pixels further right, and the mean of the two:

# %% role="demo"
from sklearn.datasets import load_digits

digits = load_digits()
one = np.pad(digits.images[digits.target == 1][0], [(0, 0), (0, 4)])
moved = np.roll(one, 4, axis=1)
ax = plots.new_axes(6, 2.2)
ax.imshow(np.hstack([one, (one + moved) / 2, moved]), cmap="gray_r")
ax.set(xticks=[5.5, 17.5, 29.5], xticklabels=["a one", "the middle", "moved"], yticks=[])
plots.show(
    ax,
    "Three small images side by side: a handwritten one, the same one moved to the right, and "
    "between them their mean, which shows both strokes at once in grey.",
)

# %% [markdown]
# The mean of two images is a double exposure, not a one halfway between. SMOTE is for tables.
#
# ## Augmentation: repeat, but never the same
#
# **Augmentation** transforms each repeat at random, anew each time that it is shown. The transform
# must keep the class (a 6 turned upside down is a 9) and give images such as you might really get.
# `create_augmented_dataset` repeats the samples of small classes and transforms the repeats, by any
# function of an image or any torchvision transform.
#
# We keep 10 of the eights and about 50 of each other digit. **Guess first**: which helps more,
# moving an image by a pixel, or adding grey noise?

# %% role="demo"
from imbalance_lessons.augmentation import create_augmented_dataset

images = torch.tensor(digits.images / 16, dtype=torch.float32)[:, None]
classes = torch.tensor(digits.target)


def move(image):
    return image.roll(torch.randint(-1, 2, (2,)).tolist(), dims=(1, 2))


def add_noise(image):
    return image + 0.2 * torch.randn_like(image)


def varied(x, y, transform, seed):
    dataset = create_augmented_dataset(TensorDataset(x, y), y, transform, seed=seed)
    return lambda: map(torch.stack, zip(*dataset, strict=True))


# %% [markdown]
# For each choice of ten eights, four networks see them in four ways:


# %% role="demo"
def eights_found(seed):
    rows = np.random.default_rng(seed).permutation(len(images))
    test, train = rows[:900], rows[900:1400]
    eights = train[digits.target[train] == 8]
    train = np.setdiff1d(train, eights[10:])
    x, y = images[train], classes[train]
    repeats = sampling.oversampled_indices(y, seed)
    ways = {
        "untouched": lambda: (x, y),
        "repeats": lambda: (x[repeats], y[repeats]),
        "moved repeats": varied(x, y, move, seed),
        "noisy repeats": varied(x, y, add_noise, seed),
    }
    truth = digits.target[test] == 8
    for draw_epoch in ways.values():
        called = learn(draw_epoch, (64, 64, 10), seed, epochs=30, lr=0.01)(images[test]) == 8
        yield metrics.recall(truth, called), metrics.precision(truth, called)


# %% role="demo"
found = [list(eights_found(seed)) for seed in track(range(5), "20 networks")]
ways = ["untouched", "repeats", "moved repeats", "noisy repeats"]
columns = [Column(name, getattr(metrics, name), 0.5) for name in ("recall", "precision")]
print(arms_table(found, ways, columns, summary="median"))

# %% [markdown]
# Plain repeats raise the median recall from 0.70 to 0.81, noise to 0.84 at some cost in precision.
# Moving takes most of the gain away again: 0.74. All digits are centred, in the test set too, so a
# moved eight is an image that the test never asks about. (The ranges of five runs overlap: do not
# rank the three too firmly.) So a transform has to be **measured**. On photographs, where things
# stand anywhere, moving is among the usual first choices [4].
#
# ## Undersampling: show less of the common class
#
# **Random undersampling** keeps every sample of the smallest class, and equally many of each other
# class, chosen at random. What remains is balanced, small and quick to train on.
#
# ### Exercise 4: undersampling (2 points)
#
# Find out which rows to keep. Class numbers without samples do not count, and the rows come in
# **random order**: a `Subset` that is sorted by class, read without shuffling, gives batches of one
# class only.

# %% role="exercise" reference="imbalance_lessons.sampling.undersampled_indices"

# %% role="check"
check("undersampled_indices", undersampled_indices)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Work class by class: which rows belong to it (`np.flatnonzero(labels == c)`), and how many are to
# stay? The second number is the same for all classes.
# </details>
# <details><summary>Hint 2</summary>
#
# `rng.choice(rows, n, replace=False)` chooses n different ones. `np.unique(labels)` lists the
# classes that have samples. At the end `rng.permutation` mixes what you have chosen.
# </details>

# %% [markdown]
# ### Information loss
#
# Of lesson 2's 9000, 900 and 100 samples, 300 remain: 97% of the data are thrown away. What that
# costs depends on how much is left.
#
# ## Which one? A fair comparison
#
# Now all of them side by side, with the competitor that most comparisons leave out: the model
# trained on the data as they are, with its **threshold chosen on validation data**. Every *arm*, as
# the competitors of an experiment are called, gets its own threshold. Validation and test data are
# never resampled.
#
# | Column | What it says: median (lowest to highest) over the data sets |
# |---|---|
# | at 0.5 | *balanced accuracy*, the mean of both classes' recalls (any constant answer: 0.5) |
# | tuned | the same, with the threshold that was best on validation data |
# | avg. precision | how well the scores *rank* (PR-AUC); guessing gets the share of fraud |

# %% role="demo"
from imbalance_lessons.arms import positive_scores

ARMS = ("untouched", "oversampled", "SMOTE", "undersampled")
COLUMNS = [column for column in BALANCED if column.name != "ROC-AUC"]


# %% role="demo"
def resample(arm, x, y, seed):
    if arm == "SMOTE":
        return synthesis.smote(x, y, seed=seed)
    by_rows = {"oversampled": "oversampled_indices", "undersampled": "undersampled_indices"}
    rows = getattr(sampling, by_rows[arm])(y, seed) if arm in by_rows else np.arange(len(y))
    return x[rows], y[rows]


# %% role="demo"
def compare(make_model, seeds, **size):
    results = []
    for seed in track(range(seeds), f"{4 * seeds} models"):
        data = load(seed, **size)
        models = [make_model(seed).fit(*resample(arm, *data["train"], seed)) for arm in ARMS]
        scored = [
            [(data[part][1], positive_scores(model, data[part][0])) for part in ("val", "test")]
            for model in models
        ]
        results.append([measure_arm(COLUMNS, *pairs) for pairs in scored])
    print(arms_table(results, ARMS, COLUMNS, summary="median"))
    results = np.array(results)
    ahead = (results[:, 1:, 1:] > results[:, :1, 1:]).sum(axis=0)
    for arm, (tuned, ranking) in zip(ARMS[1:], ahead, strict=True):
        print(f"{arm:12} ahead of untouched: tuned {tuned}, ranking {ranking} of {seeds}")


# %% [markdown]
# First a logistic regression on 10,000 payments with 1% fraud, of which undersampling leaves 200.
# **Guess first**: which arm is best at 0.5? Which after tuning? Which ranks best?

# %% role="demo"
from sklearn.linear_model import LogisticRegression

my_guess_best_ranking = None


def logistic(seed):
    return LogisticRegression(max_iter=1000)


# %% role="demo"
compare(logistic, seeds=10)

# %% [markdown]
# At 0.5 the resampled arms look far better, about 0.78 against 0.54, and that is the comparison
# which you usually read. With a tuned threshold the untouched model reaches **0.77**, and the
# others 0.77 to 0.79: ahead on 5 to 7 data sets of 10, which coin tosses could do too. And the
# untouched model **ranks better on every one of the ten**: 0.30 against 0.13 and less.
#
# So what looked like learning was mostly a moved threshold. Why is the ranking worse? A likely
# reason: a linear model has one direction to choose. Trained half and half, it separates the bulk
# of the two classes; trained on the data as they are, it gets the highest scores right, and those
# are what average precision looks at. Undersampling, with 200 samples left, ranks worst (0.09). A
# study of risk prediction found no better ranking from corrections for imbalance either [2].
#
# Now plenty of data and a moderate imbalance: 60,000 payments, 10% of them fraud.

# %% role="demo"
compare(logistic, seeds=5, n_samples=60_000, prevalence=0.1)

# %% [markdown]
# With 3,000 frauds to train on, undersampling equals oversampling to within 0.01, on 6,000 rows
# instead of 54,000. So "oversample, don't undersample" is no law: **what counts is how much is
# left**. And again, tuned, the untouched model reaches 0.78 and the others 0.79, ahead on 3 or 4
# data sets of five by a hair, while the untouched one ranks better on all five.
#
# Is a linear model too simple to profit? A random forest can draw any boundary:

# %% role="demo"
from sklearn.ensemble import RandomForestClassifier


def forest(seed):
    return RandomForestClassifier(20, random_state=seed)


compare(forest, seeds=5, n_samples=6_000, prevalence=0.03)

# %% [markdown]
# An exception: with SMOTE the forest beats the untouched one on all five data sets, 0.85 against
# 0.80, *with both thresholds tuned*. (It still ranks worse on all five, 0.40 against 0.46.) Is it
# the data that need SMOTE, or the model? Gradient boosting on the same data ranks better to begin
# with:

# %% role="demo"
from sklearn.ensemble import HistGradientBoostingClassifier


def boosting(seed):
    return HistGradientBoostingClassifier(max_iter=50, random_state=seed)


compare(boosting, seeds=5, n_samples=6_000, prevalence=0.03)

# %% [markdown]
# Now SMOTE and copies beat the untouched model on one data set of five each, and undersampling on
# none. Five are few. With `seeds=20`, SMOTE is ahead on 16 with the forest and on 5 with boosting;
# with lesson 8's split of the same payments, on 18 and on 13. So the forest's gain is real, and
# boosting's is a coin toss. Elor and Averbuch-Elor [5] saw this pattern over many data sets:
# resampling helps weak learners; a strong one with a tuned threshold does not need it.
#
# ### What to choose
#
# The usual advice, and what our measurements say about it:
#
# | Situation | Usual advice | Measured here |
# |---|---|---|
# | large data, moderate imbalance | undersample: plenty of data, faster | true (1) |
# | small data | oversample and augment: no data to lose | half true (2) |
# | extreme imbalance | combine methods, add a weighted loss | corrects twice (3) |
# | complex minority patterns | oversample: multiple views of the class | copies are no views (4) |
#
# 1. As good as oversampling, on a ninth of the rows. But an untouched model does as well.
# 2. With 100 frauds undersampling ranked worst. One transform helped, another hurt.
# 3. Both at full strength turn 0.01 into 0.99 (lesson 2; lesson 4 measures it).
# 4. The network knew the copied frauds by heart, and what SMOTE makes lies between the old ones.
#
# Other data and other models may give other answers: for convolutional networks on images, Buda
# and others [3] found oversampling best in most of their comparisons. So in all four situations,
# first **train an untouched model and move its threshold**. Whatever beats that has earned its
# place.
#
# ## What must never be resampled
#
# Here is a data set with nothing to learn: five features of pure noise, 950 samples of one class
# and 50 of the other. An honest test gives a balanced accuracy of about 0.5. **Guess first**: what
# will it say if we resample before the split, and what if after it, in the training part alone?

# %% role="demo"
from sklearn.neighbors import KNeighborsClassifier

from imbalance_lessons.multiclass import balanced_accuracy

my_guess_before_the_split = None


# %% role="demo"
def on_noise(arm, make_model, before, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(1000, 5)), np.repeat([0, 1], [950, 50])
    if before:
        x, y = resample(arm, x, y, seed)
    x, x_test, y, y_test = train_test_split(x, y, stratify=y, random_state=seed)
    if not before:
        x, y = resample(arm, x, y, seed)
    return balanced_accuracy(y_test, make_model(seed).fit(x, y).predict(x_test))


# %% role="demo"
models = {"5 neighbours": lambda seed: KNeighborsClassifier(5), "forest": forest}
pairs = [(arm, name) for arm in ("oversampled", "SMOTE") for name in models]
results = [
    [[on_noise(arm, models[name], before, seed) for before in (True, False)] for arm, name in pairs]
    for seed in range(6)
]
columns = [Column(f"{when} the split", balanced_accuracy, 0.5) for when in ("before", "after")]
print(arms_table(results, [", ".join(pair) for pair in pairs], columns, summary="median"))

# %% [markdown]
# Resampled before the split, a forest scores **1.00 on pure noise** with copies, and 0.91 with
# SMOTE. Resampled after it, all four come to about 0.5, as they must. Copies of one sample end up
# on both sides of the split, so the model has seen its test samples. A row made by SMOTE leaks a
# little less: it may lie between a training sample and a test sample. And nothing warns you.
#
# The other half of the rule: **the test set stays as it is**, for it is to say how the model will
# do in reality. One model, tested twice: on the test payments, 1% of them fraud, and on the same
# ones with the frauds repeated until they make up half.

# %% role="demo"
data = load(0)
model = logistic(0).fit(*resample("oversampled", *data["train"], 0))
for arm in ("untouched", "oversampled"):
    x, y = resample(arm, *data["test"], 0)
    answers = model.predict(x)
    recall, precision = metrics.recall(y, answers), metrics.precision(y, answers)
    print(f"test set {arm:11}: recall {recall:.2f}, precision {precision:.2f}")

# %% [markdown]
# Same model, same recall. But in reality 6 of 100 alarms are right, and on the balanced test set 86
# of 100: a promise to the fraud desk that will not be kept. (Accuracy and average precision are
# distorted too; recall is not, as it looks at frauds alone.) The same goes for validation data,
# where thresholds and epochs are chosen. So **resample training data only**.
#
# ### Exercise 5: find the wrong line (2 points)
#
# In some of six pipelines a line spoils the test: rows of the test set become known in training, or
# the test set no longer looks like reality.
#
# | line | one | two | three | four | five | six |
# |---|---|---|---|---|---|---|
# | 1 | SMOTE on all | split | split | split | split | shuffle rows |
# | 2 | split | scale as train | oversample train | oversample train | draw from train | scale all |
# | 3 | fit | SMOTE on train | oversample test | choose settings | fit | split |
# | 4 | score | fit | fit | fit | score | SMOTE on train |
# | 5 | | score | score | score | | fit |
# | 6 | | | | | | score |
#
# - *split*: into a training and a test part, stratified; *fit* is done on the training part,
#   *score* on the test part, each row once;
# - *scale as train* takes mean and spread from the training part, *scale all* from all rows;
# - *draw from train*: make a balanced sampler for the training part, whose batches *fit* gets;
# - *choose settings*: by 5-fold cross-validation on what the training part is by then.
#
# For each pipeline, give the number of **the first line that should have come later, or not at
# all**; 0 if there is no such line.

# %% role="answer" name="first_wrong_line"
first_wrong_line = {"one": 1, "two": 0, "three": 3, "four": 2, "five": 0, "six": 2}

# %% role="check"
check("first_wrong_line", first_wrong_line)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Two questions for each line. Does it compute something from rows that are in a test set, or will
# be? And does it change which rows the final score is computed on? Cross-validation makes a small
# test set of each fold.
# </details>

# %% [markdown]
# ## Quick check (1 point)
#
# A training set has 900 samples of class 0 and 100 of class 1. One epoch of
# `WeightedRandomSampler(sample_weights(labels), num_samples=1000)`, with replacement, is drawn from
# it. What will it hold?
#
# - **A.** Exactly 500 samples of each class, and so every batch of 32 exactly 16 of each.
# - **B.** All 900 common samples once, and each rare one nine times: 1800 draws.
# - **C.** About 500 of each class: most of the rare samples several times, and fewer than half of
#   the common ones.
# - **D.** All 1000 samples, in an order in which the rare ones come first.
# - **E.** 100 samples of each class, none of them twice.
# - **F.** About 900 common and 100 rare ones: the weights change the loss, and not what is drawn.
#
# Replace `None` by a letter in quotes.

# %% role="answer" name="quick_check_sampler"
quick_check_sampler = "C"

# %% role="check"
check("quick_check_sampler", quick_check_sampler)

# %% [markdown] role="written" name="written_resampling" points=3
# ## Your advice (3 points)
#
# A factory photographs every part that it makes. Of 4,000 labelled photographs, 80 show a defect. A
# colleague writes: *"I balanced the 4,000 photographs with SMOTE on the pixels, split off a fifth
# for testing, and get a balanced accuracy of 0.97. Undersampling would have thrown away too much."*
#
# Answer in six to twelve sentences:
# 1. What is wrong with the 0.97, and how should it have been measured?
# 2. What would you do about the 80 defects instead of SMOTE on pixels, and why that?
# 3. Which models would you compare before you believe that resampling helped, and by which
#    measures?
#
# === BEGIN MARK SCHEME ===
# One point for each part; half points are fine. Reward the idea, not the vocabulary.
#
# **Part 1 (1 point): the leak and the test set.** Half a point for the leak: SMOTE came before the
# split, so rows made from test photographs were trained on (or the other way round). Half a point
# for how to do it: split first, stratified, and resample the training part alone; or for saying
# that the test set was half defects, which is not what the factory makes (2%). A bonus thought that
# may make up for a gap elsewhere: 16 defects tell recall only roughly, so cross-validate.
# - Earns it: "He interpolated before splitting, so the test photos' relatives were in training.
#   Split first and leave the test set at 2%."
# - Half: "The test set must not be balanced." (true, but the leak was not seen)
# - Does not: "Balanced accuracy is the wrong measure; use accuracy."
#
# **Part 2 (1 point): a remedy that fits.** Half a point for one that suits photographs and few
# samples: repeats or a balanced sampler, with augmentation; class weights; a network trained on
# other images before; an untouched model with a moved threshold. Half a point for the reason: the
# mean of two photographs is no photograph, distances between pixels say little, repeats alone are
# learned by heart, undersampling leaves 160 photographs or fewer. (Accept undersampling only with
# an answer to that loss, such as several models on different parts.)
# - Earns it: "A balanced sampler, and each repeat flipped or shifted at random, because an average
#   of two photos shows no real defect."
# - Half: "Oversample with augmentation." (no reason)
# - Does not: "Use more neighbours in SMOTE."
#
# **Part 3 (1 point): the comparison.** Half a point for an untouched model with a threshold chosen
# on validation data (*without* its threshold moved: a quarter). Half a point for fitting measures
# on an untouched test set: recall and precision, PR-AUC, or balanced accuracy, for all arms at
# tuned thresholds; several seeds or splits are welcome.
# - Earns it: "The plain network with its threshold set on validation data, against the sampler,
#   both on the same untouched test set: PR-AUC, and recall at the precision that we need."
# - Does not: "I would check that the training loss goes down."
# === END MARK SCHEME ===

# %% [markdown]
# ## Summary
#
# | Technique | How | What it costs |
# |---|---|---|
# | balanced sampler | `WeightedRandomSampler` | an epoch misses 517 of 900 common samples |
# | oversampling | `Subset` with repeats | rare samples are learned by heart |
# | augmentation | transformed repeats | finding the right one: 0.84, not 0.74 (plain: 0.81) |
# | SMOTE | new rows on lines | variance near 2/3; lines through other classes; tables only |
# | undersampling | `Subset` of chosen rows | little with 3,000 rare samples, much with 100 |
# | threshold moved | nothing is resampled | validation data to choose it on |
#
# - **Most of the gain at 0.5 is a moved threshold.** A logistic regression went from 0.54 to 0.77
#   without any resampling, and ranked better than all resampled ones on 10 of 10 data sets.
# - **There are exceptions**: SMOTE improved a random forest, but not boosting. Put the untouched
#   arm beside every claim.
# - **A resampled model's scores are no longer probabilities**: it has learned that half of all
#   payments are fraud. Lesson 10 translates them back.
# - **Split first, and leave the test set as it is.** Resampling before the split scored up to 1.00
#   on noise; precision was 0.06 in reality and 0.86 on a balanced test set.
#
# **Next**: lesson 4 leaves the data alone and changes the loss: class weights, three schemes for
# them, and what happens when you combine them with what you built here.

# %% [markdown]
# ## References
#
# 1. N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: synthetic minority
#    over-sampling technique", JAIR 16 (2002), 321-357. Its pseudocode draws a gap for each feature;
#    its worked example, and imbalanced-learn, one for each sample.
# 2. R. van den Goorbergh, M. van Smeden, D. Timmerman, B. Van Calster, "The harm of class imbalance
#    corrections for risk prediction models", JAMIA 29 (2022), 1525-1534.
# 3. M. Buda, A. Maki, M. A. Mazurowski, "A systematic study of the class imbalance problem in
#    convolutional neural networks", Neural Networks 106 (2018).
# 4. C. Shorten, T. M. Khoshgoftaar, "A survey on image data augmentation for deep learning",
#    Journal of Big Data 6:60 (2019).
# 5. Y. Elor, H. Averbuch-Elor, "To SMOTE, or not to SMOTE?", arXiv:2201.08528 (2022).
