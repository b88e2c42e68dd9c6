"""Turns a door's notebook into a page: frame first, then a kernel, then what it shows.

The frame reaches the browser before the kernel is there, so a visitor sees where they are, and
their place, while they wait. Only a few pages are prepared at a time: first come, first served is
quicker for everybody than all at once. The page is written by two small templates of ours around
what Voila's script reads; Voila's own way, through nbconvert, compiles a dozen for each page.
"""

from __future__ import annotations

import asyncio
import copy
import functools
import html
import json
import logging
import os
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from traitlets.config import Config
from voila.execute import VoilaExecutor

from workbench import errors
from workbench.serve.kernels import ReadyKernel

BROKEN_ROOM = (
    "Halaman ini tidak dapat disiapkan karena ada kesalahan program. "
    "Muat ulang halaman; bila tetap begitu, beri tahu pelatih atau admin."
)
SLOW_ROOM = "Halaman ini terlalu lama disiapkan. Muat ulang halaman sebentar lagi."

#: Names of the errors whose message is a sentence for the screen.
_SAYABLE = frozenset(
    name
    for name, thing in vars(errors).items()
    if isinstance(thing, type) and issubclass(thing, errors.WorkbenchError)
)
_WIDGET = "application/vnd.jupyter.widget-view+json"
_DRAWN = frozenset({"display_data", "execute_result"})

log = logging.getLogger("verval.serve")


@dataclass
class _Waiting:
    tell: Callable[[int], None]
    turn: asyncio.Future[None]
    told: int = 0


class Admission:
    """Lets so many pages be prepared at once; the others wait in the order they came."""

    def __init__(self, places: int | None = None) -> None:
        self._free = places or (os.cpu_count() or 1) + 1
        self._places = self._free
        self._line: deque[_Waiting] = deque()

    @property
    def waiting(self) -> int:
        """How many pages wait."""
        return len(self._line)

    @property
    def is_idle(self) -> bool:
        """Whether no page is being prepared."""
        return self._free == self._places

    async def enter(self, tell: Callable[[int], None]) -> Callable[[], None]:
        """Wait for a place; the function returned gives it back, once however often called.

        ``tell`` is called with the place in the line, by ``tell_places``, and with 0 at the end.
        """
        if self._free:
            self._free -= 1
        else:
            me = _Waiting(tell, asyncio.get_running_loop().create_future())
            self._line.append(me)
            try:
                await me.turn
                if me.told:
                    tell(0)
            except BaseException:
                if me in self._line:
                    self._line.remove(me)
                else:
                    self._give_back()
                raise
        given_back = False

        def leave() -> None:
            nonlocal given_back
            if not given_back:
                given_back = True
                self._give_back()

        return leave

    def _give_back(self) -> None:
        while self._line:
            turn = self._line.popleft().turn
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def tell_places(self) -> None:
        """Tell each who waits their place, if it has changed since they were told."""
        for place, one in enumerate(tuple(self._line), start=1):
            if one.told != place:
                one.told = place
                one.tell(place)


class WaitingList:
    """Who found all seats taken, in the order they first came; they ask again by themselves.

    One who has not asked for ``forget_s`` seconds has given up. ``clock`` gives seconds.
    """

    def __init__(self, clock: Callable[[], float], forget_s: float = 45.0) -> None:
        self._clock = clock
        self._forget_s = forget_s
        self._asked: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._asked)

    def place(self, owner: str, free: int) -> int:
        """0 when one of the ``free`` seats is this person's, else their place in the line."""
        now = self._clock()
        for name, asked in list(self._asked.items()):
            if now - asked > self._forget_s:
                del self._asked[name]
        ahead = list(self._asked)
        place = ahead.index(owner) + 1 if owner in self._asked else len(ahead) + 1
        if place <= free:
            self._asked.pop(owner, None)
            return 0
        self._asked[owner] = now
        return place


@functools.lru_cache(maxsize=16)
def _read_notebook(path: Path, modified_ns: int) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """A copy of the notebook of that file, read once as long as it does not change."""
    return copy.deepcopy(_read_notebook(path, path.stat().st_mtime_ns))


def error_card(sentence: str) -> nbformat.NotebookNode:
    """An output that says what is wrong where the room's content would stand."""
    card = f'<div class="vv-error" role="alert"><p>{html.escape(sentence)}</p></div>'
    return nbformat.v4.new_output("display_data", {"text/html": card})


def sentence_of(error: CellExecutionError) -> str:
    """What a failed cell may say on the screen: our own sentences, never another message."""
    return error.evalue if error.ename in _SAYABLE and error.evalue else BROKEN_ROOM


def as_json(value: Any) -> Markup:
    """A value as JSON that is safe inside a script element."""
    return htmlsafe_json_dumps(value, dumps=json.dumps)


async def run_notebook(
    notebook: nbformat.NotebookNode, kernel: ReadyKernel, process: Any, config: Config
) -> AsyncIterator[list[Markup]]:
    """Run the cells in a kernel; yields for each what it shows, as JSON for the page.

    ``process`` is the kernel's manager. A cell that fails ends the page with a sentence; a kernel
    that dies raises nbclient's ``DeadKernelError``.
    """
    executor = VoilaExecutor(notebook, km=process, config=config)
    executor.kc = kernel.client
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        failure = ""
        cell.outputs = []
        try:
            await executor.async_execute_cell(cell, index, store_history=False)
        except CellExecutionError as error:
            # The name and no more: a message may carry what a list says of a person.
            log.error("Kernel %s: a room failed with %s", kernel.id, error.ename)
            failure = sentence_of(error)
        except CellTimeoutError:
            log.error("Kernel %s: a room took too long", kernel.id)
            failure = SLOW_ROOM
        shown = [output for output in cell.outputs if output.output_type in _DRAWN]
        if failure:
            shown.append(error_card(failure))
        yield [as_json(_for_page(output)) for output in shown]
        if failure:
            return


def _for_page(output: nbformat.NotebookNode) -> dict[str, Any]:
    data = dict(output.data)
    if _WIDGET in data:
        data.pop("text/plain", None)  # a name and an address in memory
    return {"output_type": "display_data", "data": data, "metadata": {}, "trusted": True}
