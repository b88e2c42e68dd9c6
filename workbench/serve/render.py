"""Turns a door's notebook into a page: frame first, then a kernel, then what it shows.

The frame reaches the browser before the kernel exists, so a visitor sees where they are while
they wait. Only a few pages are prepared at a time: first come, first served is quicker for
everybody than all at once.
"""

from __future__ import annotations

import asyncio
import copy
import html
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import jinja2
import nbformat
from jinja2.bccache import Bucket
from jupyter_core.utils import ensure_async
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors.clearoutput import ClearOutputPreprocessor
from voila.execute import VoilaExecutor
from voila.notebook_renderer import NotebookRenderer

from workbench import errors

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

log = logging.getLogger("verval.serve")


class MemoryBytecode(jinja2.BytecodeCache):
    """Compiled templates, kept for the life of the server.

    Voila makes a new template environment for each page and compiles the same dozen files for it.
    """

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self._code.get(bucket.key + bucket.checksum)
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


class Admission:
    """Lets so many pages be prepared at once; the others wait in the order they came."""

    def __init__(self, places: int | None = None) -> None:
        self._places = asyncio.Semaphore(places or (os.cpu_count() or 1) + 1)

    async def enter(self) -> Callable[[], None]:
        """Wait for a place; the function returned gives it back, once however often called."""
        await self._places.acquire()
        given_back = False

        def leave() -> None:
            nonlocal given_back
            if not given_back:
                given_back = True
                self._places.release()

        return leave


def error_card(sentence: str) -> nbformat.NotebookNode:
    """An output that says what is wrong where the room's content would stand."""
    card = f'<div class="vv-error" role="alert"><p>{html.escape(sentence)}</p></div>'
    return nbformat.v4.new_output("display_data", {"text/html": card, "text/plain": sentence})


def sentence_of(error: CellExecutionError) -> str:
    """What a failed cell may say on the screen: our own sentences, never another message."""
    return error.evalue if error.ename in _SAYABLE and error.evalue else BROKEN_ROOM


class RoomExecutor(VoilaExecutor):
    """Voila's executor; what it would say in English is said by the renderer."""

    async def execute_cell(
        self, cell: Any, resources: Any, cell_index: int, store_history: bool = True
    ) -> Any:
        return await self.async_execute_cell(cell, cell_index, store_history)


class RoomRenderer(NotebookRenderer):
    """Renders one visit. ``open_kernel`` is awaited when the frame has been written.

    ``frame`` is what the page's template knows of the visit.
    """

    def __init__(
        self,
        *,
        frame: dict[str, Any],
        open_kernel: Callable[[str], Awaitable[tuple[str, Any]]],
        bytecode: jinja2.BytecodeCache,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._frame = frame
        self._open_kernel = open_kernel
        self._bytecode = bytecode

    async def initialize(self, **kwargs: Any) -> None:
        await super().initialize(**kwargs)
        self.resources["frame"] = self._frame
        self.exporter.environment.bytecode_cache = self._bytecode

    async def load_notebook(self, path: str) -> nbformat.NotebookNode:
        # From the file itself: a contents manager would ask about trust and hidden folders.
        notebook = nbformat.read(Path(path), as_version=4)
        return await self.fix_notebook(copy.deepcopy(notebook))

    def pieces(self) -> AsyncIterator[tuple[str, Any]]:
        """The page in the order it is to be sent."""
        return self.generate_content_generator()

    async def _jinja_kernel_start(
        self, nb: nbformat.NotebookNode, kernel_id: str | None, kernel_future: Any
    ) -> str:
        kernel_id, kernel = await self._open_kernel(self.notebook.metadata.kernelspec.name)
        self.executor = RoomExecutor(nb, km=kernel, config=self.traitlet_config)
        self.executor.kc = await self.executor.async_start_new_kernel_client()
        self.kernel_started = True
        return kernel_id

    async def _jinja_cell_generator(
        self, nb: nbformat.NotebookNode, kernel_id: str
    ) -> AsyncIterator[nbformat.NotebookNode]:
        nb, _ = ClearOutputPreprocessor().preprocess(nb, {"metadata": {"path": self.cwd}})
        try:
            for index, cell in enumerate(nb.cells):
                failure = ""
                try:
                    await self.executor.execute_cell(cell, None, index, store_history=False)
                except CellExecutionError as error:
                    # The name and no more: a message may carry what a list says of a person.
                    log.error("Kernel %s: a room failed with %s", kernel_id, error.ename)
                    failure = sentence_of(error)
                except CellTimeoutError:
                    log.error("Kernel %s: a room took too long", kernel_id)
                    failure = SLOW_ROOM
                except DeadKernelError:
                    log.error("Kernel %s died while its room was prepared", kernel_id)
                    failure = BROKEN_ROOM
                if cell.cell_type == "code":
                    cell.outputs = [output for output in cell.outputs if not _is_noise(output)] + (
                        [error_card(failure)] if failure else []
                    )
                yield cell
                if failure:
                    break
        finally:
            await self._cleanup_resources()

    async def _cleanup_resources(self) -> None:
        await ensure_async(self.executor.kc.stop_channels())


def _is_noise(output: nbformat.NotebookNode) -> bool:
    return output.output_type == "error" or (
        output.output_type == "stream" and output.name == "stderr"
    )
