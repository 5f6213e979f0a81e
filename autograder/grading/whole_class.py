"""Grade a whole class on all cores: `imbalance-lessons grade`.

Submissions are run and judged ahead, several at a time (`autograder.grading.ahead`); nbgrader then
grades them one by one, finds their results, and is the only writer of the gradebook. So what lands
there is what `nbgrader autograde` would have put there. The grading log says what is done; after a
crash what was graded is not graded again, and what was only run is not run again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.execution.job import (
    Job,
    References,
    all_stopped,
    end_warm_processes,
    run_job,
    warm_process,
)
from autograder.execution.results import Results, digest, digest_of
from autograder.execution.sandbox import Sandbox, SandboxError
from autograder.execution.warm import Run, WarmError
from autograder.grading.ahead import Finished, Sanitizer, finish, judging_processes
from autograder.grading.course import Course, CourseError
from autograder.grading.decoding import UnreadableError
from autograder.grading.executing import ExecuteWithSeed, references_of
from autograder.grading.faults import alone, in_sentences, stop_or_reason
from autograder.grading.files import plain_bytes
from autograder.grading.fingerprint import fingerprint
from autograder.grading.interface import nbgrader_api
from autograder.grading.log import Graded, GradingLog
from autograder.grading.reading import notebooks_of, prepare
from autograder.grading.seeds import course_secret

AHEAD = 4  # submissions that wait for nbgrader, for each worker
Runner = Callable[[Job], list[Run]]


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one lesson."""

    student: str
    lesson: str


def submissions(course: Course, lessons: Sequence[str]) -> list[Submission]:
    """List what has been handed in, by lesson and student.

    Raises
    ------
    CourseError
        If a lesson has not been released, so that the gradebook does not know it.
    """
    api = nbgrader_api(course)
    with in_sentences(), Gradebook(api.coursedir.db_url) as gradebook:
        released = {assignment.name for assignment in gradebook.assignments}
    found = []
    for lesson in lessons:
        students = sorted(api.get_submitted_students(lesson))
        if students and lesson not in released:
            raise CourseError(
                f"The gradebook does not know {lesson}: release it first, with "
                f"`nbgrader generate_assignment {lesson}`."
            )
        found += [Submission(student, lesson) for student in students]
    return found


def grade_class(
    course: Course,
    submitted: Sequence[Submission],
    *,
    workers: int = 0,
    force: bool = False,
    trusted: bool = False,
    runner: Runner = run_job,
) -> Generator[Graded]:
    """Grade submissions, and say of each when it is done.

    Parameters
    ----------
    course
        The course.
    submitted
        What to grade.
    workers
        How many to run at a time; 0 for one a core.
    force
        Grade again what has been graded.
    trusted
        Run them without a sandbox, with all rights of this process.
    runner
        What runs a submission's cells: here, or on other machines.

    Yields
    ------
    Graded
        The entry of each submission in the grading log, in the order in which they were done;
        of one that was graded before and has not changed, the earlier entry.

    Raises
    ------
    CourseError
        If grading cannot start or go on: no sandbox, another grader at work, a full disk, a
        locked gradebook. What was graded until then stays graded.
    """
    workers = workers or _cores()
    with alone(course.classroom), in_sentences():
        grader = _Grader(course, trusted, runner)
        done = {} if force else grader.done(submitted)
        for submission in submitted:
            if submission in done:
                yield done[submission]
        todo = [submission for submission in submitted if submission not in done]
        if not todo:
            return
        if not grader.trusted:
            Sandbox().close()  # before anything is run: can there be one here?
        # A sandbox ends with the thread that started it, so these two live until the end.
        with ThreadPoolExecutor(workers) as threads, ThreadPoolExecutor(1) as starting:
            grader.start_warm_process(starting, [todo[0].lesson])
            with judging_processes(workers) as judging:
                try:
                    yield from grader.grade(todo, workers, judging, threads, starting)
                finally:
                    with all_stopped():
                        starting.shutdown(cancel_futures=True)
                        threads.shutdown(cancel_futures=True)


def _cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Grader:
    def __init__(self, course: Course, trusted: bool, runner: Runner) -> None:
        self.course, self.runner = course, runner
        self.api = nbgrader_api(course)
        config = self.api.config
        if trusted:
            config.ExecuteWithSeed.trusted = True
        # A change of the packages makes all that was kept worthless.
        kept = course.classroom / "results"
        source = self.api.coursedir.source_directory
        self.results = Results(kept / fingerprint(course.root, source)[:16])
        for other in kept.glob("*"):
            if other != self.results.folder:
                shutil.rmtree(other, ignore_errors=True)
        config.ExecuteWithSeed.results_folder = str(self.results.folder)
        settings = ExecuteWithSeed(config=config)
        self.trusted = bool(settings.trusted)
        self._secret = course_secret(Path(settings.secret_file))
        self._settings = {
            name: getattr(settings, name)
            for name in (
                "lean",
                "warm",
                "trusted",
                "timeout",
                "seconds",
                "memory",
                "files_megabytes",
            )
        }
        self._limits = settings.limits()
        self.log = GradingLog(course.classroom)
        self._names = cache(lambda lesson: notebooks_of(self.api.coursedir.db_url, lesson))
        self._fingerprint = cache(lambda lesson: fingerprint(course.root, source, lesson))

    def grade(
        self,
        todo: Sequence[Submission],
        workers: int,
        judging: Executor,
        threads: Executor,
        starting: Executor,
    ) -> Iterator[Graded]:
        """Keep the workers busy, and let nbgrader save what they have finished."""
        waiting = list(reversed(todo))
        running: dict[Future[list[Finished]], Submission] = {}
        left = Counter(submission.lesson for submission in todo)
        to_come = list(left)  # lessons, in order
        while waiting or running:
            while waiting and len(running) < AHEAD * workers:
                submission = waiting.pop()
                running[self._start(submission, judging, threads)] = submission
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                submission = running.pop(future)
                if submission.lesson in to_come:  # its first one is back: there is time to spare
                    del to_come[: to_come.index(submission.lesson) + 1]
                    self.start_warm_process(starting, to_come[:1])
                yield self._save(submission, future)
                left[submission.lesson] -= 1
                if not left[submission.lesson]:
                    end_warm_processes(self._references(submission.lesson))

    def _start(
        self, submission: Submission, judging: Executor, threads: Executor
    ) -> Future[list[Finished]]:
        """Read what was submitted, and have it run and judged."""
        prepare(self.folder(submission), submission.lesson)
        sanitizer = Sanitizer(coursedir=self.api.coursedir, parent=self.api)
        read = []
        for path in self.notebooks(submission):
            # What cannot be read is left to nbgrader's own pass, which says why.
            with contextlib.suppress(Exception):
                read.append(sanitizer.read(path))

        def run() -> list[Finished]:
            how = self.api.config, self.results, judging, self.runner
            return [finish(nb, resources, *how) for nb, resources in read]

        return threads.submit(run)

    def _save(self, submission: Submission, future: Future[list[Finished]]) -> Graded:
        """Let nbgrader grade a submission that has been run and judged."""
        started = time.monotonic()
        of_this = self.digest(submission)
        error = future.exception()
        if isinstance(error, SandboxError | WarmError | OSError | KeyboardInterrupt):
            raise error
        parts = [] if error else future.result()
        result = self.api.autograde(submission.lesson, submission.student, force=True)
        seconds = time.monotonic() - started + sum(part.seconds for part in parts)
        entry = Graded(
            submission.student,
            submission.lesson,
            of_this,
            seconds=round(seconds, 3),
            notes=tuple(note for part in parts for note in part.notes),
            at=datetime.now().astimezone().isoformat(timespec="seconds"),
        )
        if result["success"]:
            entry = replace(entry, **self.marks(submission))
        else:
            entry = replace(entry, failed=stop_or_reason(result))
        self.log.append(entry)
        for part in parts:
            self.results.drop(part.key)
        return entry

    def start_warm_process(self, starting: Executor, lessons: Sequence[str]) -> None:
        """Start the warm processes of lessons that come next, while others are graded."""
        if self.runner is run_job and self._settings["warm"]:
            for lesson in lessons:
                # A failure shows where the process is needed.
                starting.submit(warm_process, self._references(lesson), self._limits)

    def _references(self, lesson: str) -> References:
        folder = self.course.root / self.api.coursedir.source_directory / lesson
        return None if self.trusted else references_of(folder)

    def notebooks(self, submission: Submission) -> list[Path]:
        """List where the notebooks of a submission are, or should be."""
        folder = self.folder(submission)
        return [folder / f"{name}.ipynb" for name in self._names(submission.lesson)]

    def folder(self, submission: Submission) -> Path:
        """Tell where a submission is."""
        step = self.api.coursedir.submitted_directory
        return Path(self.api.coursedir.format_path(step, submission.student, submission.lesson))

    def digest(self, submission: Submission) -> str:
        """Digest all that a submission's marks depend on."""
        folder, files = self.folder(submission), {}
        for path in sorted(folder.rglob("*")):
            with contextlib.suppress(UnreadableError):  # a link, a pipe: not read in grading either
                files[path.relative_to(folder).as_posix()] = digest_of(plain_bytes(path))
        secret = digest(self._secret.hex())
        return digest(files, secret, self._settings, self._fingerprint(submission.lesson))

    def done(self, submitted: Sequence[Submission]) -> dict[Submission, Graded]:
        """Find what has been graded already, from the same files and with the same grader."""
        latest = self.log.latest()
        done = {}
        with Gradebook(self.api.coursedir.db_url) as gradebook:
            known = {
                (s.student_id, s.assignment.name)
                for lesson in {submission.lesson for submission in submitted}
                for s in gradebook.assignment_submissions(lesson)
            }
        for submission in submitted:
            entry = latest.get((submission.student, submission.lesson))
            if (
                entry
                and not entry.failed
                and (submission.student, submission.lesson) in known
                and self._is_autograded(submission)
                and entry.digest == self.digest(submission)
            ):
                done[submission] = entry
        return done

    def _is_autograded(self, submission: Submission) -> bool:
        step = self.api.coursedir.autograded_directory
        folder = self.api.coursedir.format_path(step, submission.student, submission.lesson)
        return any(Path(folder).glob("*.ipynb"))

    def marks(self, submission: Submission) -> dict[str, Any]:
        """Read a submission's marks from the gradebook."""
        with Gradebook(self.api.coursedir.db_url) as gradebook:
            found = gradebook.find_submission(submission.lesson, submission.student)
            return {
                "score": max(0.0, found.score - found.late_submission_penalty),
                "max_score": found.max_score,
                "waiting": bool(found.needs_manual_grade),
            }
