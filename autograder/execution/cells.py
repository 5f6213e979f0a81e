"""Run a notebook's cells in this process, and collect outputs as a Jupyter kernel would send them.

This is where student code runs: in a process of its own, forked for one submission and gone
afterwards. What it reports is the student's word, and is treated so by whoever reads it.
"""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

Output = dict[str, Any]
NO_INPUT = "There is nobody to answer `input()` when a notebook is graded."


class Outputs(list[Output]):
    """The outputs of the cell that runs now, in notebook format."""

    def stream(self, name: str, text: str) -> None:
        """Add text, to the output before if that is the same stream."""
        if self and self[-1].get("name") == name:
            self[-1]["text"] += text
        elif text:
            self.append({"output_type": "stream", "name": name, "text": text})


class _Stream:
    """Stands for sys.stdout or sys.stderr."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, name: str, outputs: Outputs) -> None:
        self.name = f"<{name}>"
        self._stream, self._outputs = name, outputs

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.stream(self._stream, text)
        return len(text)

    def writelines(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1 if self._stream == "stdout" else 2


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """Takes what `display` shows; an update replaces what was shown under its id."""

    outputs: Outputs
    shown: dict[str, list[Output]]

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **kwargs: Any,
    ) -> None:
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        name = (transient or {}).get("display_id")
        if update:
            for earlier in self.shown.get(str(name), []):
                earlier.update(data=data, metadata=metadata or {})
            return
        if name:
            self.shown.setdefault(name, []).append(output)
        self.outputs.append(output)

    def clear_output(self, wait: bool = False) -> None:
        self.outputs.clear()


class _Results(DisplayHook):  # type: ignore[misc]
    """Takes the value of a cell's last line."""

    outputs: Outputs

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.outputs.append(
            {
                "output_type": "execute_result",
                "execution_count": self.prompt_count,
                "data": dict(format_dict),
                "metadata": dict(md_dict or {}),
            }
        )


class _Shell(InteractiveShell):  # type: ignore[misc]
    """IPython without a terminal."""

    outputs: Outputs

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        try:
            text = str(evalue)
        except Exception:
            text = ""
        self.outputs.append(
            {
                "output_type": "error",
                "ename": getattr(etype, "__name__", str(etype)),
                "evalue": text,
                "traceback": list(stb),
            }
        )

    def system(self, cmd: str) -> None:
        """Run a shell command; what it prints is the cell's output."""
        print(self.getoutput(cmd, split=False), end="")

    def enable_gui(self, gui: Any = None) -> None:
        """Leave windows alone: figures become outputs."""

    def ask_exit(self) -> None:
        """Go on: the cells after `exit()` may be right."""

    def init_history(self) -> None:
        """Keep no history: there is nobody to ask for it, and it would be a file."""
        super().init_history()
        self.history_manager.enabled = False


def run_cells(
    sources: Sequence[str], on_start: Callable[[int], None] = lambda index: None
) -> Iterator[list[Output]]:
    """Run cells one after the other in one new namespace.

    Parameters
    ----------
    sources
        The cells' texts.
    on_start
        Called with a cell's index before it runs.

    Yields
    ------
    list of dict
        A cell's outputs in notebook format; errors are outputs too.
    """
    outputs = Outputs()
    shell = _new_shell(outputs)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - for as long as it runs
    for index, source in enumerate(sources):
        on_start(index)
        with_streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Stream("stdout", outputs), _Stream("stderr", outputs)
        try:
            shell.run_cell(source, store_history=True)
        except KeyboardInterrupt as interrupt:
            shell._showtraceback(KeyboardInterrupt, interrupt, [])
        finally:
            sys.stdout, sys.stderr = with_streams
        yield list(outputs)
        outputs.clear()


def _new_shell(outputs: Outputs) -> _Shell:
    from traitlets.config import Config

    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    shell: _Shell = _Shell.instance(
        config=config, displayhook_class=_Results, display_pub_class=_Publisher
    )
    shell.outputs = shell.displayhook.outputs = shell.display_pub.outputs = outputs
    shell.display_pub.shown = {}

    def no_input(prompt: object = "") -> str:
        raise EOFError(NO_INPUT)

    builtins.input = no_input
    return shell
