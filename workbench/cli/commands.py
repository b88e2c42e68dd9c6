"""The commands themselves; each parses its words, calls one room and prints what it said."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli import audit, backups, cities, keys, kits, maps, samples, users
from workbench.cli.doctor import doctor
from workbench.cli.help import Command, Group
from workbench.cli.lists import open_lists, print_mapping, totals
from workbench.cli.options import CertFile, KeyFile, Port
from workbench.cli.progress import say, show_progress
from workbench.errors import WorkbenchError, WrongUse

#: The parent of every complaint about the command's words, wherever Typer keeps it.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    cls=Group,
    name="verval",
    help="Meja Verval: latihan dan verifikasi data kesejahteraan sosial.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

Lists = Annotated[
    list[Path],
    typer.Argument(metavar="LIST...", help="Berkas daftar (XLSX, XLS, ODS, CSV) atau foldernya."),
]
Practice = Annotated[
    bool | None, typer.Option("--practice", help="Daftar latihan: nomor diawali 99.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="TANGGAL", help="Tanggal rujukan, 2026-11-01.")
]
Mapping = Annotated[
    Path | None, typer.Option("--mapping", help="Berkas JSON pemetaan kolom (dari manifest).")
]


@app.command(cls=Command)
def generate(
    families: Annotated[int, typer.Option("--families", min=1, help="Banyaknya keluarga.")],
    seed: Annotated[int, typer.Option("--seed", help="Benih; benih sama, isi sama.")],
    error_rate: Annotated[
        float, typer.Option("--error-rate", min=0, max=1, help="Bagian keluarga yang berkesalahan.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder hasil.")],
    as_of: AsOf = None,
) -> None:
    """Buat kota latihan: keluarga karangan, kesalahan yang ditanam, dan kuncinya."""
    from workbench.synthesis import generate as make

    say(f"Membuat {families} keluarga karangan ...")
    register = make(families=families, seed=seed, error_rate=error_rate, as_of=_day(as_of))
    register.write(out)
    typer.echo(
        f"{register['family'].num_rows} keluarga, {register['person'].num_rows} orang, "
        f"{register['truth'].num_rows} baris kunci ditulis ke {out}"
    )


@app.command(cls=Command)
def read(
    lists: Lists,
    out: Annotated[Path, typer.Option("--out", help="Folder hasil.")],
    practice: Practice = None,
    as_of: AsOf = None,
    mapping: Mapping = None,
) -> None:
    """Baca daftar seperti adanya menjadi tabel baku; yang ditolak disebut beserta sebabnya."""
    from workbench.verification import write_refused

    opened = open_lists(lists, practice, _day(as_of), mapping)
    print_mapping(opened)
    opened.register.write(out)
    write_refused(opened.refused, out / "refused.csv")
    typer.echo(totals(opened))


@app.command(cls=Command)
def check(
    lists: Lists,
    out: Annotated[Path, typer.Option("--out", help="Berkas hasil: .parquet, .csv atau .xlsx.")],
    practice: Practice = None,
    as_of: AsOf = None,
    mapping: Mapping = None,
) -> None:
    """Periksa daftar dengan seluruh aturan dan tulis temuannya."""
    from workbench.cli.outputs import findings_writer
    from workbench.rules import check as run

    write = findings_writer(out)
    opened = open_lists(lists, practice, _day(as_of), mapping)
    print_mapping(opened)
    say("Memeriksa ...")
    findings = run(opened.register)
    for code, why in sorted(findings.silent.items()):
        say(f"Aturan {code} diam: {why}")
    write(findings, out)
    typer.echo(totals(opened, len(findings)))


@app.command(cls=Command)
def rules(
    format: Annotated[str, typer.Option("--format", help="table atau json.")] = "table",
) -> None:
    """Tampilkan katalog aturan."""
    from workbench.cli.outputs import rules_as_json, rules_as_table

    if format not in ("table", "json"):
        raise WrongUse("Bentuk --format hanya table atau json.")
    typer.echo(rules_as_json() if format == "json" else rules_as_table())


@app.command(cls=Command)
def checklist(
    lists: Lists,
    out: Annotated[Path, typer.Option("--out", help="Folder hasil, satu berkas per kelurahan.")],
    practice: Practice = None,
    as_of: AsOf = None,
) -> None:
    """Tulis daftar periksa lapangan, satu berkas XLSX per kelurahan."""
    from workbench.rules import check as run
    from workbench.verification.checklist_workbook import write_checklists

    opened = open_lists(lists, practice, _day(as_of), None)
    print_mapping(opened)
    findings = run(opened.register)
    paths = write_checklists(
        opened.register, findings, out, show_progress("Menulis daftar periksa")
    )
    typer.echo(f"{len(paths)} daftar periksa ditulis ke {out}")
    typer.echo(totals(opened, len(findings)))


@app.command(name="map", cls=Command)
def draw_map(
    lists: Lists,
    indicator: Annotated[
        str, typer.Option("--indicator", help="Yang tampil lebih dulu: families, ppks:PMKS08 ...")
    ],
    out: Annotated[Path, typer.Option("--out", help="Berkas hasil, .html.")],
    practice: Practice = None,
    as_of: AsOf = None,
    boundaries: Annotated[
        Path | None, typer.Option("--boundaries", help="Batas kelurahan sendiri, berkas GIS.")
    ] = None,
) -> None:
    """Gambar peta kota per kelurahan dalam satu berkas yang terbuka tanpa internet."""
    from workbench.geo.choropleth import choropleth, save_map
    from workbench.geo.indicators import find_indicator
    from workbench.rules import check as run

    find_indicator(indicator)
    opened = open_lists(lists, practice, _day(as_of), None)
    print_mapping(opened)
    findings = run(opened.register)
    drawn = choropleth(opened.register, indicator, findings=findings.table, boundaries=boundaries)
    save_map(drawn, out)
    typer.echo(f"Peta ditulis ke {out}")
    typer.echo(totals(opened, len(findings)))


@app.command(cls=Command)
def serve(
    workspace: users.Folder = users.HERE,
    host: Annotated[str, typer.Option("--host", help="Alamat yang didengarkan.")] = "0.0.0.0",
    port: Port = 8866,
    families: Annotated[
        int, typer.Option("--families", min=50, help="Keluarga karangan kota latihan.")
    ] = 5000,
    seed: Annotated[int, typer.Option("--seed", help="Benih kota latihan.")] = 1,
    seats: Annotated[
        int | None,
        typer.Option("--seats", min=1, help="Halaman sekaligus; bawaan: semampu komputer."),
    ] = None,
    warm: Annotated[
        int | None,
        typer.Option("--warm", min=0, help="Halaman yang disiapkan; bawaan: menurut kelas."),
    ] = None,
    certfile: CertFile = None,
    keyfile: KeyFile = None,
    database: Annotated[
        str,
        typer.Option("--database", metavar="URL", help="PostgreSQL; bawaan: VERVAL_DATABASE."),
    ] = "",
    recipe: Annotated[
        Path | None,
        typer.Option("--recipe", metavar="RESEP", help="Resep kota lain, untuk folder kerja baru."),
    ] = None,
) -> None:
    """Siapkan ruang kerja latihan bila belum ada, lalu jalankan server."""
    if recipe is not None:
        cities.install(workspace, recipe)
    else:
        cities.install_told(workspace)
    from workbench.cli.serving import serve_office

    serve_office(
        workspace.expanduser(),
        host,
        port,
        families,
        seed,
        seats=seats,
        warm=warm,
        certfile=certfile,
        keyfile=keyfile,
        database=database,
    )


@app.command(cls=Command)
def update(
    bag: Annotated[
        Path | None, typer.Argument(metavar="TAS", help="Folder tas dengan versi yang lebih baru.")
    ] = None,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Folder kerja; bawaan: kantor di pemasangan.")
    ] = None,
    is_back: Annotated[
        bool, typer.Option("--back", help="Kembali ke program dan data sebelum pembaruan terakhir.")
    ] = False,
    is_agreed: Annotated[bool, typer.Option("--ya", help="Kembali tanpa bertanya lagi.")] = False,
) -> None:
    """Pasang versi baru dari tas dan bawa data kantor; hentikan server dulu.

    Versi baru dipasang di samping yang lama dan membuka salinan data. Bila ada yang gagal, semuanya
    tetap seperti semula. Program dan data yang lama disimpan.
    """
    from workbench.cli.updates import update_office

    for sentence in update_office(bag, workspace, is_back, is_agreed):
        typer.echo(sentence)


@app.command(cls=Command)
def bag(
    out: Annotated[Path, typer.Option("--out", help="Folder tempat tas dibuat, mis. stik USB.")],
    python: Annotated[
        list[str] | None,
        typer.Option(
            "--python", metavar="VERSI", help="Hanya Python ini, mis. 3.12; boleh diulang."
        ),
    ] = None,
    platform: Annotated[
        list[str] | None,
        typer.Option("--platform", metavar="JENIS", help="Hanya komputer ini; boleh diulang."),
    ] = None,
) -> None:
    """Buat tas: folder untuk stik USB yang memasang Meja Verval tanpa internet.

    Dijalankan dari folder sumber, di komputer yang tersambung ke internet. Bawaan: Linux, Windows
    dan macOS (Apple), Python 3.11 sampai 3.13, kira-kira 2 GB.
    """
    from workbench.cli.bag.building import PLATFORMS, PYTHONS, build_bag

    made = build_bag(out, tuple(python or PYTHONS), tuple(platform or PLATFORMS), say)
    typer.echo(f"Tas siap di {made}. Periksa salinannya dengan: python3 pasang.py --check")


app.command(cls=Command)(doctor)
app.command(cls=Command)(cities.city)
app.command(cls=Command)(backups.backup)
app.command(cls=Command)(backups.restore)
app.command(cls=Command)(kits.kit)
app.add_typer(audit.app, name="audit")
app.add_typer(keys.app, name="key")
app.add_typer(maps.app, name="maps")
app.add_typer(samples.app, name="sample")
app.add_typer(users.app, name="users")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; ends the process with 0 or 2, never with a traceback."""
    try:
        code = app(arguments, standalone_mode=False, prog_name="verval")
    except WorkbenchError as error:
        _fail(str(error))
    except UsageError as error:
        _fail(_usage_sentence(error))
    except typer.Abort:
        _fail("Dihentikan.")
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _fail(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(2)


def _usage_sentence(error: Exception) -> str:
    """What is wrong with the words of a command, in Indonesian."""
    context = getattr(error, "ctx", None)
    hint = f"Lihat {context.command_path if context else 'verval'} --help."
    param = getattr(error, "param", None)
    name = (getattr(param, "opts", None) or [""])[-1]
    if getattr(param, "param_type_name", "") == "argument":
        name = str(getattr(param, "metavar", "")).rstrip(".")
    match type(error).__name__:
        case "MissingParameter":
            return f"{name} belum diisi. {hint}"
        case "NoSuchOption":
            return f"Pilihan {getattr(error, 'option_name', '')} tidak dikenal. {hint}"
        case "BadParameter":
            return f"Isian {name} tidak sesuai. {hint}"
        case "BadOptionUsage":
            return f"Sesudah {getattr(error, 'option_name', '')} harus ada isiannya. {hint}"
        case "NoArgsIsHelpError":
            return str(error)
    if context is not None and not hasattr(context.command, "commands"):
        return f"Ada isian yang berlebih. {hint}"
    return f"Perintah itu tidak dikenal. {hint}"


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(f"Tanggal {text} tidak terbaca. Tulis seperti 2026-11-01.") from error


def load_mapping(path: Path | None) -> list[dict[str, Any]] | None:
    """The mapping in a JSON file: a list as in a manifest, or a manifest that holds one."""
    if path is None:
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WrongUse(f"Berkas pemetaan {path.name} tidak ditemukan. Periksa namanya.") from error
    except (OSError, ValueError) as error:
        raise WrongUse(f"Berkas pemetaan {path.name} tidak terbaca sebagai JSON.") from error
    if isinstance(content, dict):
        content = content.get("mapping")
    if not isinstance(content, list):
        raise WrongUse(f"Berkas pemetaan {path.name} tidak memuat daftar pemetaan.")
    return content
