"""The report: a float for nbgrader, an explanation for people, no secrets, no foreign markup."""

from html.parser import HTMLParser

import pytest
from IPython.core.formatters import DisplayFormatter

from autograder.engine import markup
from autograder.engine.question import Case, ask
from autograder.engine.report import CHECK_MIME


class Outline(HTMLParser):
    """Collects tags and text, and fails on tags that do not match."""

    VOID = frozenset({"br", "img", "hr", "wbr"})

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(self.words)


@pytest.fixture
def report(question, judge):
    def run(submission, seed=None):
        cases = question.cases(seed)
        return judge.report(question, cases, ask(question, submission, cases))

    return run


@pytest.mark.parametrize("value", [2.0, 0.0, 16 / 3])
def test_its_repr_is_the_score_as_a_float(report, value):
    made = report(lambda numbers: value)
    assert float(repr(made)) == made.score


def test_html_says_what_was_asked_expected_and_got(report):
    page = Outline(report(lambda numbers: sum(numbers))._repr_html_())
    for words in ("mean([1, 3])", "2.0", "4", "adds without dividing", "How many are there?"):
        assert words in page.text
    assert {"section", "table", "th"} <= set(page.tags)


def test_right_and_wrong_are_words_and_not_only_colours(report):
    page = Outline(report(lambda numbers: 2.0)._repr_html_())
    assert "✓ right" in page.text
    assert "✗ wrong" in page.text


def test_markup_from_a_student_is_shown_not_run(report):
    evil = "<script>alert(1)</script>"

    def raises(numbers):
        raise ValueError(evil)

    for submission in (lambda numbers: evil, raises, lambda numbers: print(evil)):
        html = report(submission)._repr_html_()
        assert "<script" not in html
        assert "script" in Outline(html).text


def test_drawn_cases_keep_their_values(report, question):
    def raises(numbers):
        raise ValueError(f"I saw {numbers}")

    for submission in (raises, lambda numbers: 1e9, lambda numbers: sum(numbers)):
        made = report(submission, seed=11)
        shown = str(made) + made._repr_html_()
        for case in question.cases(11)[2:]:
            assert all(str(number) not in shown for number in case.inputs["numbers"])
        assert "0 of 4 cases drawn for this submission are right." in shown


def test_visible_checks_are_not_called_all_tests(report):
    assert "Visible checks passed." in str(report(lambda n: sum(n) / len(n)))
    assert "All cases right." in str(report(lambda n: sum(n) / len(n), seed=2))


def test_the_letter_of_a_quick_check_is_not_given_away():
    from autograder.engine.judge import Judge, Misconception
    from autograder.engine.question import Question, read_value

    question = Question("quick", 1, [Case("your choice")], call=read_value)
    judge = Judge("quick", lambda: "Q", [Misconception("picks B", "Look again.", "B")])
    made = judge.report(question, question.public, ask(question, "B", question.public))
    assert made.score == 0
    for shown in (str(made), Outline(made._repr_html_()).text):
        assert "Q" not in shown
        assert "Look again." in shown


def test_what_the_code_printed_is_shown_as_costing_nothing(report):
    def noisy(numbers):
        print("debugging")
        return sum(numbers) / len(numbers)

    made = report(noisy)
    assert made.score == 2
    assert "no points lost" in str(made)
    assert "debugging" in made._repr_html_()


def test_what_is_right_is_folded_away_and_what_is_not_stands_open(report):
    html = report(lambda numbers: 2.0)._repr_html_()  # right for one of the two
    before, _, folded = html.partition("<details")
    assert "✗ wrong" in before
    assert "✓ right" not in before
    assert "✓ right" in folded
    assert "1 visible case<" in folded
    assert "<details" not in report(lambda numbers: -1.0)._repr_html_()


def test_every_table_has_a_caption_and_scoped_headings_and_can_be_scrolled_by_keyboard(report):
    html = report(lambda numbers: 2.0)._repr_html_()
    tables = html.count("<table")
    assert tables == 2
    assert html.count("<caption") == html.count("tabindex='0'") == tables
    assert html.count("<th scope='col'") == 4 * tables
    assert "<th style" not in html


def test_its_heading_is_none_that_jupyterlab_would_list(report):
    html = report(lambda numbers: 2.0)._repr_html_()
    assert "role='heading'" in html
    assert not {"h1", "h2", "h3", "h4", "h5", "h6"} & set(Outline(html).tags)


def contrast(colour):
    """Compute the contrast of white text on a colour, as WCAG defines it."""
    levels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in levels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


@pytest.mark.parametrize("mark", ["right", "partly", "wrong"])
def test_the_marks_are_readable_in_either_theme(mark):
    assert contrast(markup.COLOURS[mark]) > 4.5


def test_what_several_cases_say_is_said_once(report):
    def raises(numbers):
        raise ValueError("no")

    assert report(raises)._repr_html_().count("It raised ValueError: no") == 1


def test_saved_beside_the_score_is_what_progress_reads(report):
    made = report(lambda numbers: 2.0)
    assert made._repr_mimebundle_() == {
        CHECK_MIME: {"exercise": "mean", "points": 2, "score": 1.0, "source": ""}
    }


def test_a_notebook_gets_score_explanation_and_data(report):
    formatter = DisplayFormatter(active_types=["text/plain", "text/html"])
    data, _ = formatter.format(report(lambda numbers: 2.0))
    assert set(data) == {"text/plain", "text/html", CHECK_MIME}
    assert data["text/plain"] == "1.0"
