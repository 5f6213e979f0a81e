"""The questions of lesson 06 that are answered without a function."""

from __future__ import annotations

from autograder.engine.question import Case, Question, read_entry, read_value


def entries(name: str, keys: tuple[str, ...]) -> list[Case]:
    """Make a case of each entry of a dictionary."""
    return [Case(f"the entry {key}", {"key": key}, shown=f'{name}["{key}"]') for key in keys]


# What to judge a model by:
#   A. accuracy
#   B. precision
#   C. recall
#   D. precision and recall, both, with a demand on each
#   E. balanced accuracy, or macro F1
#   F. ROC-AUC or average precision
# where
#   fraud: both mistakes hurt about equally, and both are to be seen;
#   screening: the flagged get a cheap test, the missed come back too late;
#   spam: what is flagged is deleted unread, and a little spam bothers nobody;
#   general: twelve classes of unequal size matter alike, and each sample gets an answer;
#   ranking: three models are compared, and each hospital sets a threshold of its own.
chosen_metrics = Question(
    name="chosen_metrics",
    points=1,
    public=entries("chosen_metrics", ("fraud", "screening", "spam", "general", "ranking")),
    call=read_entry,
)

# A model has 95% accuracy and 40% recall. Up to which prevalence is that possible; what is its
# precision at a prevalence of 1%, 5% and 8%; what is the accuracy of a constant at 8%?
screening = Question(
    name="screening",
    points=2,
    public=entries(
        "screening",
        (
            "largest_prevalence",
            "precision_at_1",
            "precision_at_5",
            "precision_at_8",
            "baseline_at_8",
        ),
    ),
    call=read_entry,
)

# A guide says: "To tune the threshold, use ROC-AUC or PR-AUC." A team follows it. They have one
# trained model, try thresholds from 0.1 to 0.9, and compute both areas from its scores each time.
# What do they see?
#   A. Both areas grow as the threshold falls, because recall grows.
#   B. ROC-AUC stays as it is, and PR-AUC changes, because precision depends on the threshold.
#   C. Both areas are the same at every threshold, so they cannot choose one.
#   D. Both areas are largest at 0.5, because that is where the model was trained to decide.
#   E. PR-AUC is largest where F1 is largest, so it finds a good threshold; ROC-AUC does not.
#   F. The areas grow with the threshold while the class is rare, since fewer alarms mean fewer
#      false ones.
quick_check_areas = Question(
    name="quick_check_areas",
    points=1,
    public=[Case("the letter you chose")],
    call=read_value,
)
