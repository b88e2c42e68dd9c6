"""Soal sendiri, a tab of the room Kelas: the template out, a workbook in, what is in use.

Every value that came from a person or a file is escaped where it is drawn; a preview comes
escaped from ``training.authoring``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape
from typing import Any

import ipywidgets as w

from workbench.access import Actor
from workbench.domain.words import date_id, number_id
from workbench.errors import WorkbenchError
from workbench.store import clock
from workbench.ui.download import DownloadButton
from workbench.ui.said import SaidLine
from workbench.ui.trainer.proof import STYLE
from workbench.ui.upload import UploadButton

#: Values, not a shared layout: one made while a rehearsed panel lives would close with it.
_FULL = {"width": "100%", "margin": "0"}
_WIDE = {"width": "auto", "margin": "0 0 8px"}
_ROW = {"flex_flow": "row wrap", "width": "100%", "align_items": "center"}
#: More complaints than this nobody mends in one go.
_MOST_COMPLAINTS = 200
_DRAWING = '<p class="vvk" role="status">Menyusun pratinjau …</p>'


class AuthoringPanel:
    """Tasks of the office's own. ``widget`` shows them from the start.

    ``own_tasks`` is ``services.own_tasks`` or something with its functions; without it that
    module is loaded when first asked.
    """

    def __init__(self, office: Any, actor: Actor, own_tasks: Any = None) -> None:
        self._office, self._actor, self._own_tasks = office, actor, own_tasks
        self.upload: Any = None
        self.said = SaidLine()
        self.read = w.HTML(layout=_FULL)
        self.drafts = _Choice("Lihat soal", self._preview)
        self.save = w.Button(button_style="primary")
        self.drop = w.Button(description="Jangan simpan")
        self.save.on_click(lambda _button: self._save())
        self.drop.on_click(lambda _button: self._show_upload(None))
        self.kept = w.HTML(layout=_FULL)
        self.stored = _Choice("Soal", self._preview)
        self.withdrawing = self._withdraw_panel()
        download = DownloadButton("Unduh templat", self._template)
        send = UploadButton("Pilih berkas tugas", ".xlsx,.csv", self.take, primary=False)
        style = w.HTML(f"<style>{STYLE}</style>", layout=w.Layout(display="none"))
        self.widget = w.VBox(
            [
                style,
                w.HTML(_INTRODUCTION, layout=_FULL),
                w.HBox([download, send], layout=_ROW),
                self.said,
                self.read,
                self.drafts.widget,
                w.HBox([self.save, self.drop], layout=_ROW),
                self.kept,
                self.stored.widget,
                self.withdrawing,
            ],
            layout=_FULL,
        )
        self._show_upload(None)
        self.refresh()

    def refresh(self) -> None:
        """Show what is in use now."""
        stored = self._ask(lambda: self._service().stored_tasks(self._office, self._actor))
        if stored is None:
            return
        self.kept.value = in_use(stored)
        self.stored.offer([(task_words(one.task), one.id, one.task) for one in stored])
        self._ask_first(False)

    def take(self, file_name: str, content: bytes) -> None:
        """Read a file that was chosen; nothing is stored."""
        self.said.say("")
        self._show_upload(
            self._ask(
                lambda: self._service().read_upload(self._office, self._actor, file_name, content)
            )
        )

    # -- steps -------------------------------------------------------------------------------

    def _show_upload(self, upload: Any) -> None:
        self.upload = upload
        drafts = upload.drafts if upload else ()
        self.read.value = reading(upload) if upload else ""
        self.drafts.offer(
            [(f"Baris {one.row}: {task_words(one.task)}", one.id, one.task) for one in drafts]
        )
        self.save.description = f"Simpan {number_id(len(drafts))} soal"
        for button in (self.save, self.drop):
            button.layout.display = "" if drafts else "none"

    def _save(self) -> None:
        drafts = self.upload.drafts if self.upload else ()
        done = self._ask(lambda: self._service().save_tasks(self._office, self._actor, drafts))
        if done is None:
            return
        self._show_upload(None)
        self.refresh()
        parts = [
            f"{number_id(count)} soal {words}"
            for count, words in (
                (done.new, "baru"),
                (done.replaced, "diganti"),
                (done.unchanged, "sudah ada dan tetap"),
            )
            if count
        ]
        self.said.say(f"Tersimpan: {', '.join(parts)}.")

    def _withdraw_panel(self) -> w.Widget:
        first = w.Button(description="Tarik soal ini")
        yes = w.Button(description="Ya, tarik", button_style="danger")
        no = w.Button(description="Batal")
        warning = w.HTML(
            '<p class="vvk">Soal yang ditarik tidak dipakai di kelas berikutnya. Catatannya tetap '
            "ada; unggah lagi bila diperlukan.</p>"
        )
        sure = w.VBox([warning, w.HBox([yes, no], layout=_ROW)], layout=_FULL)

        def ask_first(is_asked: bool) -> None:
            sure.layout.display = "" if is_asked else "none"
            first.layout.display = "none" if is_asked or not self.stored.chosen else ""

        def withdraw(_button: Any) -> None:
            name = self.stored.chosen

            def done() -> bool:
                self._service().withdraw(self._office, self._actor, name)
                return True

            if self._ask(done):
                self.refresh()
                self.said.say("Soal itu ditarik.")
            else:
                ask_first(False)

        first.on_click(lambda _button: ask_first(True))
        no.on_click(lambda _button: ask_first(False))
        yes.on_click(withdraw)
        self._ask_first = ask_first
        self.stored.on_change = lambda: ask_first(False)
        ask_first(False)
        return w.VBox([first, sure], layout=_FULL)

    # -- what is asked of the service --------------------------------------------------------

    def _preview(self, task: Any) -> str:
        try:
            shown = self._service().preview_task(self._office, self._actor, task)
        except WorkbenchError as error:
            return f'<p class="vvk vvk-bad" role="alert">{escape(str(error))}</p>'
        return preview_page(shown)

    def _template(self) -> tuple[str, bytes]:
        made: tuple[str, bytes] = self._service().template(self._office, self._actor)
        return made

    def _ask(self, act: Callable[[], Any]) -> Any:
        """Do it; a refusal is said in its own sentence and leaves everything as it was."""
        try:
            return act()
        except WorkbenchError as error:
            self.said.say(str(error), wrong=True)
            return None

    def _service(self) -> Any:
        if self._own_tasks is None:
            from workbench.services import own_tasks

            self._own_tasks = own_tasks
        return self._own_tasks


class _Choice:
    """A list to choose one task from, and its preview, drawn when it is chosen."""

    def __init__(self, label: str, preview: Callable[[Any], str]) -> None:
        self._preview = preview
        self._tasks: dict[str, Any] = {}
        self.on_change: Callable[[], None] = lambda: None
        self.list = w.Dropdown(options=[("Pilih soal", "")], description=label, layout=_WIDE)
        self.shown = w.HTML(layout=_FULL)
        self.list.observe(lambda _change: self._draw(), "value")
        self.widget = w.VBox([self.list, self.shown], layout=w.Layout(width="100%"))

    @property
    def chosen(self) -> str:
        return self.list.value or ""

    def offer(self, tasks: Sequence[tuple[str, str, Any]]) -> None:
        """Offer tasks as (words, id, task); none of them is chosen yet."""
        self._tasks = {name: task for _, name, task in tasks}
        self.list.options = [("Pilih soal", ""), *((words, name) for words, name, _ in tasks)]
        self.list.value = ""
        self._draw()
        self.widget.layout.display = "" if tasks else "none"

    def _draw(self) -> None:
        self.on_change()
        task = self._tasks.get(self.chosen)
        if task is None:
            self.shown.value = ""
            return
        self.shown.value = _DRAWING
        self.shown.value = self._preview(task)


_INTRODUCTION = (
    '<div class="vvk vvb"><section class="vvk-box"><h3>Menulis soal tanpa pemrograman</h3>'
    "<p>1. Unduh templat. 2. Isi di Excel atau LibreOffice: satu baris satu tugas. 3. Pilih "
    "berkasnya di sini. Yang perlu diperbaiki disebut lembar, baris, dan kolomnya. Tidak ada yang "
    "tersimpan sebelum Anda menekan Simpan.</p></section></div>"
)


def task_words(task: Any) -> str:
    """One task in a line, for a list."""
    if hasattr(task, "question"):
        text = task.question if len(task.question) <= 70 else f"{task.question[:69]}…"
        return f"Soal: {text}"
    alike = ", dengan kasus serupa" if task.has_look_alike else ""
    return f"Kasus {task.rule}, {task.families} keluarga, {task.difficulty}{alike}"


def reading(upload: Any) -> str:
    """What a workbook held: good rows, what saving them would change, what is to be mended."""
    drafts, complaints = upload.drafts, upload.complaints
    replaced = [one for one in drafts if one.replaces]
    known = sum(one.is_known for one in drafts)
    lines = [f"<p><strong>{number_id(len(drafts))} soal dapat disimpan.</strong></p>"]
    if replaced:
        rows = ", ".join(number_id(one.row) for one in replaced[:20])
        rows += " dan lainnya" if len(replaced) > 20 else ""
        lines.append(
            f'<p class="vvb-flag">! {number_id(len(replaced))} soal akan menggantikan soal yang '
            f"sekarang dipakai: baris {rows}.</p>"
        )
    if known:
        lines.append(f"<p>{number_id(known)} soal sudah tersimpan persis begitu.</p>")
    if upload.examples:
        lines.append(
            f'<p class="vvk-muted">{number_id(upload.examples)} baris contoh tidak dipakai.</p>'
        )
    if complaints:
        lines.append(_complaints(complaints))
    return (
        '<div class="vvk vvb" role="status"><section class="vvk-box"><h3>Isi berkas</h3>'
        f"{''.join(lines)}</section></div>"
    )


def in_use(stored: Sequence[Any]) -> str:
    """The tasks in use, a row each behind a fold."""
    body = '<p class="vvk-muted">Belum ada soal sendiri. Unduh templat untuk mulai.</p>'
    if stored:
        rows = "".join(
            f'<tr><th scope="row">{escape(task_words(one.task))}</th>'
            f"<td>{escape(one.task.difficulty)}</td><td>{_day(one.saved_at)}</td></tr>"
            for one in stored
        )
        body = (
            f"<details><summary>{number_id(len(stored))} soal dipakai</summary>"
            '<div class="vvk-scroll" tabindex="0" role="region" aria-label="Soal yang dipakai">'
            '<table class="vvb-words"><thead><tr><th scope="col">Soal</th>'
            '<th scope="col">Tingkat</th><th scope="col">Disimpan</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div></details>"
        )
    return (
        '<div class="vvk vvb"><section class="vvk-box"><h3>Soal sendiri yang dipakai</h3>'
        f"{body}</section></div>"
    )


def _day(moment: datetime) -> str:
    return date_id(moment.astimezone(clock.zone()).date())


def _complaints(complaints: Sequence[Any]) -> str:
    rows = "".join(
        "<tr>"
        f'<th scope="row">{escape(one.sheet)}</th><td>{number_id(one.row) if one.row else "-"}</td>'
        f"<td>{escape(_column(one))}</td><td>{escape(one.found)}</td><td>{escape(one.mend)}</td>"
        "</tr>"
        for one in complaints[:_MOST_COMPLAINTS]
    )
    more = len(complaints) - _MOST_COMPLAINTS
    tail = f"<p>Masih ada {number_id(more)} lagi. Perbaiki dulu yang ini.</p>" if more > 0 else ""
    count = number_id(len(complaints))
    return (
        f"<p><strong>{count} hal perlu diperbaiki</strong> di berkas Anda; baris-baris itu tidak "
        "ikut disimpan. Perbaiki, lalu pilih lagi berkasnya.</p>"
        '<div class="vvk-scroll" tabindex="0" role="region" aria-label="Yang perlu diperbaiki">'
        '<table class="vvb-words"><thead><tr><th scope="col">Lembar</th><th scope="col">Baris</th>'
        '<th scope="col">Kolom</th><th scope="col">Yang ditemukan</th>'
        f'<th scope="col">Perbaikannya</th></tr></thead><tbody>{rows}</tbody></table></div>{tail}'
    )


def _column(complaint: Any) -> str:
    if not complaint.column:
        return "-"
    return f"{complaint.column} ({complaint.header})" if complaint.header else complaint.column


def preview_page(shown: Any) -> str:
    """A preview beside its key; both come escaped."""
    return (
        '<div class="vvk vvb"><div class="vvb-preview"><section class="vvk-box" tabindex="0" '
        'aria-label="Yang dilihat peserta">'
        f"<h3>Yang dilihat peserta</h3>{shown.page}</section>"
        f'<section class="vvk-box"><h3>Kunci dan penjelasan</h3>{shown.key}</section></div></div>'
    )


__all__ = ["AuthoringPanel"]
