"""The trainer's pack of a bimtek: guide, slide show, hand-outs and the leaflets of day thirty.

All of it can be made before the class is open. The slide show solves families of its own, never
one the class holds; which those are is known once it is open, so a trainer fetches it again then.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from typing import Final

from sqlalchemy import select

from workbench.access import Actor, Permission, require
from workbench.services import classes, courses
from workbench.services.bimteks import Bimtek, read_bimtek
from workbench.services.office import Office
from workbench.services.papers.handouts import press_guide, press_handout, press_leaflets
from workbench.services.papers.presentations import write_presentation
from workbench.services.papers.press import press
from workbench.services.papers.slides import Show, Slide
from workbench.store.tables import bank_case, drawn_case, participant
from workbench.training.bank import family_of
from workbench.training.facilitation.handouts import HANDOUTS

Paper = tuple[str, bytes]

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def guide(office: Office, actor: Actor, bimtek_id: str) -> Paper:
    """The facilitator's guide: minutes, what to say, ask and show, and what goes wrong."""
    require(actor, Permission.RUN_CLASS)
    plan = read_bimtek(office, actor, bimtek_id)
    return f"pedoman-{plan.id}.pdf", press_guide(plan, Show(plan).dice)


def slide_show(office: Office, actor: Actor, bimtek_id: str, address: str = "") -> Paper:
    """The slides as PDF; ``address`` is the server's as phones see it, "" where nobody knows."""
    require(actor, Permission.RUN_CLASS)
    show = _show(office, actor, bimtek_id, address)
    return f"tayangan-{show.plan.id}.pdf", _pressed(show.plan, show.slides())


def presentation(office: Office, actor: Actor, bimtek_id: str, address: str = "") -> Paper:
    """The same slides as PPTX, with what to say beneath them."""
    require(actor, Permission.RUN_CLASS)
    show = _show(office, actor, bimtek_id, address)
    return f"tayangan-{show.plan.id}.pptx", _written(show.plan, show.slides())


def handout(office: Office, actor: Actor, bimtek_id: str, name: str) -> Paper:
    """One hand-out, a name of ``HANDOUTS``; raises ``WrongUse`` for another name."""
    require(actor, Permission.RUN_CLASS)
    plan = read_bimtek(office, actor, bimtek_id)
    return f"lembar-{name}-{plan.id}.pdf", press_handout(plan, name)


def leaflets(office: Office, actor: Actor, bimtek_id: str, address: str) -> Paper:
    """The refresher's leaflet for everybody who missed something, with a QR of their own.

    While there is nobody yet, or where the address is not known, two general ones without QR.
    """
    require(actor, Permission.RUN_CLASS)
    plan = read_bimtek(office, actor, bimtek_id)
    named = list(_links(office, actor, plan, address)) if plan.class_id and address else []
    page = press_leaflets(plan, named or [("", ""), ("", "")], f"{address}/segarkan")
    return f"penyegaran-{plan.id}.pdf", page


def trainer_pack(office: Office, actor: Actor, bimtek_id: str, address: str = "") -> Paper:
    """All of the pack as ZIP: what is the trainer's and what trainees get lie apart."""
    return f"paket-pelatih-{bimtek_id}.zip", zipped(pack_papers(office, actor, bimtek_id, address))


def pack_papers(office: Office, actor: Actor, bimtek_id: str, address: str = "") -> list[Paper]:
    """The papers of the pack, each under its folder; the slides are drawn once for both files."""
    require(actor, Permission.RUN_CLASS)
    asked = (office, actor, bimtek_id)
    show = _show(office, actor, bimtek_id, address)
    slides = show.slides()
    made = [
        ("pelatih", guide(*asked)),
        ("pelatih", (f"tayangan-{show.plan.id}.pdf", _pressed(show.plan, slides))),
        ("pelatih", (f"tayangan-{show.plan.id}.pptx", _written(show.plan, slides))),
        *(("peserta", handout(*asked, name)) for name in HANDOUTS),
        ("hari-30", leaflets(*asked, address)),
    ]
    return [(f"{folder}/{name}", content) for folder, (name, content) in made]


def zipped(papers: Iterable[Paper]) -> bytes:
    """Papers as ZIP, the same bytes for the same papers."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in papers:
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _show(office: Office, actor: Actor, bimtek_id: str, address: str) -> Show:
    plan = read_bimtek(office, actor, bimtek_id)
    if not plan.class_id:
        return Show(plan)
    info = classes.class_info(office, actor, plan.class_id)
    link = f"{address}/masuk?kode={info.join_code}" if address else ""
    return Show(plan, _taken(office, plan.class_id), info.join_code, link)


def _pressed(plan: Bimtek, slides: Iterable[Slide]) -> bytes:
    values = {
        "title": plan.name,
        "office": plan.office_name,
        "slides": [slide.to_json() for slide in slides],
    }
    return press("tayangan", values, plan)


def _written(plan: Bimtek, slides: Iterable[Slide]) -> bytes:
    return write_presentation(tuple(slides), plan.name, plan.office_name, plan.date)


def _taken(office: Office, class_id: str) -> frozenset[tuple[str, str]]:
    """The families a class holds, in its bank and on its seats."""
    with office.practice.reading() as connection:
        pages = [
            page
            for table in (bank_case, drawn_case)
            for page in connection.execute(
                select(table.c.public).where(table.c.class_id == class_id).distinct()
            ).scalars()
        ]
    # Questions of the office's own are about no family.
    read = (json.loads(page) for page in pages)
    return frozenset(family_of(one) for one in read if one.get("documents"))


def _links(office: Office, actor: Actor, plan: Bimtek, address: str) -> Iterable[tuple[str, str]]:
    tokens = courses.refresher_tokens(office, actor, plan.class_id)
    with office.practice.reading() as connection:
        people = connection.execute(
            select(participant.c.seat, participant.c.name)
            .where(participant.c.class_id == plan.class_id)
            .order_by(participant.c.seat)
        ).all()
    for person in people:
        if person.seat in tokens:
            yield person.name, f"{address}/segarkan?tugas={tokens[person.seat]}"
