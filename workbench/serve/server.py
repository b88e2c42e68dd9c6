"""One Voila process for one office: its limits, its routes, its start and its end.

Nothing of Voila's own pages is reachable: no list of notebooks, no notebook by its path, no
files, no template of the visitor's choice. What is, stands in ``init_handlers``.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jinja2
import tornado.web
import zmq
from jupyter_core.paths import jupyter_path
from markupsafe import Markup
from tornado.httpserver import HTTPServer
from tornado.ioloop import PeriodicCallback
from tornado.netutil import bind_sockets
from traitlets import Any as AnyTrait
from traitlets import Integer
from traitlets.config import Config
from voila.app import Voila
from voila.configuration import VoilaConfiguration
from voila.paths import collect_static_paths, collect_template_paths
from voila.utils import get_page_config, get_voila_labextensions_path

from workbench import forkserver
from workbench.access import Actor
from workbench.domain import wilayah
from workbench.errors import NotFound, WrongUse
from workbench.resources import resource
from workbench.serve import (
    assets,
    guide_pages,
    handover,
    kernels,
    pages,
    render,
    room_pages,
    seats,
    sign_in_pages,
)
from workbench.serve.certificate import load_certificate
from workbench.serve.days import DayKeeper
from workbench.serve.doors import DOORS, LENGKAP, RECORD_KEY, RINGAN, Door
from workbench.serve.identity import (
    Accounts,
    Arrivals,
    AttemptLimiter,
    Classes,
    Courses,
    KernelOwnerAuthorizer,
    SessionIdentity,
)
from workbench.serve.messages import RoomConnection
from workbench.store import clock

TEMPLATE = "verval"
_SHARE = Path(__file__).parent / "share" / "jupyter"

#: What the browser loads of JupyterLab: the widgets and nothing else that happens to be installed.
EXTENSIONS = [
    "@voila-dashboards/widgets-manager8",
    "@jupyter-widgets/jupyterlab-manager",
    "anywidget",
]
#: Files of ours that the templates name.
PAGE_ASSETS = [
    "frame.css", "ikon.svg", "lab-theme.css", "no-formulas.js", "page.js", "panduan.css",
    "panduan.js", "watch.js", "widgets.css",
]  # fmt: skip

#: The look and the search of the guides; ``guides.export`` writes them beside its pages.
GUIDES = [f"workbench/guides/frame/panduan{end}" for end in (".css", ".js")]
#: What the widgets of trainees fetch by themselves; see ``ui.card.page_widget``.
WIDGETS = [
    f"workbench/ui/{name}{end}"
    for name in ("card/drawing", "card/card", "drills/drill")
    for end in (".js", ".css")
]

#: An upload of 100 MB comes as one message; its frame and header come on top.
MAX_MESSAGE_BYTES = 128 * 1024 * 1024
MAX_FORM_BYTES = 1024 * 1024
#: Kernels that stand ready when no class lets people in, and at most when one does: of a hall that
#: comes at once most find one, and a trainer who works alone lends it a gigabyte and no more.
FEW_READY, MOST_READY = 4, 60
CLASS_SEEN_S = 5.0
#: So long after a page the next ones are not on their way.
QUIET_S = 2.0
WANTED_FILES = 65_536
WANTED_SOCKETS = 65_000
_KERNEL_ID = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"


def _nothing() -> None:
    """What a server does each day when nobody said what."""


class VervalApp(Voila):
    """The server of one office."""

    name = "verval"
    office = AnyTrait(help="The office (``services.office.Office``), handed on to the services.")
    office_root = AnyTrait(help="Folder of the office, a ``Path``.")
    account_service = AnyTrait(help="``services.accounts`` or something with its functions.")
    class_service = AnyTrait(help="``services.classes`` or something with its functions.")
    arrival_service = AnyTrait(help="``services.arrivals`` or something with its functions.")
    course_service = AnyTrait(help="``services.courses`` or something with its functions.")
    notebooks = AnyTrait(help="Folder of the doors, a ``Path``.")
    seats = Integer(help="Most pages that live at once.")
    warm = Integer(
        None, allow_none=True, help="Kernels kept ready; None: as many as a class has seats."
    )
    tls = AnyTrait(help="An ``ssl.SSLContext``, or None for plain HTTP.")
    each_day = AnyTrait(help="Called in a thread on each new day; None: nothing is done.")
    today = AnyTrait(clock.today, help="Which day it is.")

    # --- set-up

    def initialize(self, argv: list[str] | None = None) -> None:
        """Set up without a command line and without any configuration file of the machine's."""
        self.authorizer_class = KernelOwnerAuthorizer
        self.identity_provider_class = SessionIdentity
        self.config.merge(_config())
        self.config_file_paths = []
        self.root_dir = str(self.notebooks)
        self.open_browser = False
        self.voila_configuration = VoilaConfiguration(parent=self)
        self.setup_template_dirs()
        self.limiter = AttemptLimiter()
        self.desk = sign_in_pages.FrontDesk()
        # One writer at a time at the desk; those who only look do not wait for it.
        self.desk_thread = ThreadPoolExecutor(1, thread_name_prefix="verval-desk")
        self.lookups = ThreadPoolExecutor(4, thread_name_prefix="verval-lookup")
        self.seat_keeper = seats.SeatKeeper(self.office_root, self._wants_drawing)
        self.day_keeper = DayKeeper(self.each_day or _nothing, self.desk_thread, self.today)
        self._stopping: Callable[[], Any] = lambda: None

    def setup_template_dirs(self) -> None:
        """Our template first, then the one of Voila's it builds on."""
        roots = [str(_SHARE), *jupyter_path()]
        names = ["voila", "nbconvert"]
        self.template_paths = collect_template_paths(names, TEMPLATE, prune=True, root_dirs=roots)
        self.static_paths = collect_static_paths(names, TEMPLATE, prune=True, root_dirs=roots)
        self.pages = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_SHARE / "voila" / "templates" / TEMPLATE),
            autoescape=True,
        )

    def init_settings(self) -> dict[str, Any]:
        key = handover.server_key(self.office_root)
        self.cookie_secret = handover.derive_key(key, "cookie")
        settings: dict[str, Any] = super().init_settings()
        self.kernels: kernels.RoomKernels = self.kernel_manager
        self.kernels.office_root = str(self.office_root)
        self.kernels.ipython_dir = str(Path(self.connection_dir) / "ipython")
        self.kernels.notes_dir = str(Path(self.connection_dir) / "catatan")
        self.kernels.still_signed_in = self._still_signed_in
        # Before the first socket: libzmq's own limit ends a hall at about 170 people.
        with contextlib.suppress(zmq.ZMQError):
            self.kernels.context.set(zmq.MAX_SOCKETS, WANTED_SOCKETS)
        self.identity_provider.accounts = self.account_service
        self.identity_provider.office = self.office
        self.identity_provider.threads = self.lookups
        self.authorizer.kernels = self.kernels
        self.admission = render.Admission()
        self.waiting_list = render.WaitingList(self.kernels.clock)
        self.pool = kernels.Pool(self.kernels, self._ready_wanted, self._is_quiet)
        self._page_at = -QUIET_S
        self._class_seats = 0
        self._class_seen: tuple[float, Any] = (-CLASS_SEEN_S, None)
        settings.update(
            verval_app=self,
            jinja2_env=self.pages,
            voila_jinja2_env=self.pages,
            login_url="/masuk",
            config=self.config,
            default_handler_class=pages.NoSuchPage,
            xsrf_cookie_kwargs={
                "samesite": "Lax",
                "path": "/",
                "secure": self.tls is not None,
            },
            kernel_websocket_connection_class=RoomConnection,
            websocket_max_message_size=MAX_MESSAGE_BYTES,
            websocket_compression_options={"compression_level": 3, "mem_level": 5},
            log_function=self._log_request,
            autoreload=False,
            serve_traceback=False,
        )
        self._page_config = get_page_config(
            base_url=self.base_url,
            settings=settings,
            log=self.log,
            voila_configuration=self.voila_configuration,
        )
        for name, prefix in (
            ("fullStaticUrl", "/voila/static/"),
            ("fullLabextensionsUrl", "/voila/labextensions/"),
        ):
            self._page_config[name] = prefix + self.shelves[prefix].version
        # Without an address of ours the page would fetch a typesetter from elsewhere.
        url, _, digest = self.asset_urls()["no-formulas.js"].partition("?v=")
        self._page_config["fullMathjaxUrl"] = url.replace("/aset/", f"/aset/v-{digest[:12]}/")
        return settings

    def init_handlers(self) -> list[Any]:
        """Every address this server answers; the rest is our page that says there is none."""
        rooms = [(rf"/{name}", room_pages.RoomPage, {"name": name}) for name in DOORS]
        shelves = [
            (rf"{prefix}(.*)", assets.AssetHandler, {"shelf": shelf})
            for prefix, shelf in self.shelves.items()
        ]
        return [
            (r"/", pages.FrontDoor),
            (r"/masuk", sign_in_pages.SignInPage),
            (r"/kode", sign_in_pages.ReturnCodePage),
            (r"/segarkan", sign_in_pages.RefresherPage),
            (r"/sandi", sign_in_pages.PasswordPage),
            (r"/keluar", sign_in_pages.SignOutPage),
            *rooms,
            (rf"/berkas/({RECORD_KEY.pattern})", pages.RecordPage),
            *guide_pages.ROUTES,
            (r"/keadaan", pages.StatePage),
            (rf"/detak/{_KERNEL_ID}", room_pages.PulsePage),
            (rf"/api/kernels/{_KERNEL_ID}", room_pages.KernelApi),
            (rf"/api/kernels/{_KERNEL_ID}/channels", room_pages.KernelSocket),
            (rf"/voila/api/shutdown/{_KERNEL_ID}", room_pages.EndKernel),
            *shelves,
        ]

    @property
    def shelves(self) -> dict[str, assets.Shelf]:
        """The static files by the beginning of their address."""
        if not hasattr(self, "_shelves"):
            import fontpkg_plus_jakarta_sans as typeface
            from xstatic.pkg import leaflet

            labextensions = [Path(path) for path in get_voila_labextensions_path([])]
            templates = _SHARE / "voila" / "templates" / TEMPLATE / "static"
            fonts = Path(typeface.ROOT) / "files"
            self._shelves = {
                "/aset/leaflet/": assets.Shelf([Path(leaflet.BASE_DIR)]),
                "/aset/panduan/": assets.Shelf([resource("workbench/guides/pictures")]),
                "/aset/": assets.Shelf(
                    [templates],
                    names={
                        "plus-jakarta-sans.ttf": fonts / "PlusJakartaSans[wght].ttf",
                        **{Path(file).name: resource(file) for file in [*WIDGETS, *GUIDES]},
                        **_lab_styles(),
                    },
                ),
                "/voila/static/": assets.Shelf([Path(path) for path in self.static_paths]),
                "/voila/labextensions/": assets.Shelf(labextensions, allowed=EXTENSIONS),
            }
        return self._shelves

    def asset_urls(self) -> dict[str, str]:
        """The addresses of the files every page is made of, with their version in them."""
        shelf = self.shelves["/aset/"]
        urls = {}
        for name in PAGE_ASSETS:
            path = shelf.find(name)
            if path is None:
                raise NotFound(f"Berkas tampilan {name} tidak ada. Pasang ulang paketnya.")
            urls[name] = f"/aset/{name}?v={assets.load(path).digest}"
        return urls

    async def place_of(self, actor: Actor) -> str:
        """What the header calls the place: a trainee's class; for all others the office.

        A trainer goes from class to class while the page stands.
        """
        if not actor.class_id:
            return f"Dinas Sosial {wilayah.CITY.name}"
        current = await self._current_class()
        return str(current.name) if current and current.id == actor.class_id else "Kelas"

    async def _current_class(self) -> Any:
        """The open class, asked of the store at most every few seconds."""
        asked_at, current = self._class_seen
        if self.kernels.clock() - asked_at > CLASS_SEEN_S:
            loop = asyncio.get_running_loop()
            find = self.class_service.current_class
            current = await loop.run_in_executor(self.lookups, find, self.office)
            self._class_seen = (self.kernels.clock(), current)
        return current

    def notebook_of(self, door: Door) -> Path:
        """The notebook behind a door."""
        return Path(self.notebooks) / f"{door.name}.ipynb"

    @property
    def main_js(self) -> str:
        """Address of the script that brings a room's page to life."""
        return f"{self._page_config['fullStaticUrl']}/voila.js"

    def page_config(self, kernel_id: str) -> Markup:
        """The settings a room's page carries for Voila's script, as JSON."""
        return render.as_json(
            {**self._page_config, "baseUrl": self.base_url, "kernelId": kernel_id}
        )

    # --- seats

    def place_in_line(self, owner: str, room: str) -> int:
        """0 when this person may open a page now, else their place among those waiting."""
        if self.kernels.of_person(owner, room):
            return 0  # theirs is replaced
        return self.waiting_list.place(owner, max(0, self.seats - self.kernels.taken))

    def keep_ready(self) -> None:
        """A page is done: see to it that kernels stand ready for those who come next."""
        self._page_at = self.kernels.clock()
        self.pool.fill()

    def _is_quiet(self) -> bool:
        """Whether a kernel may be made ahead: while people come in, only when few are left."""
        is_pause = self.kernels.clock() - self._page_at >= QUIET_S
        return self.admission.is_idle and (is_pause or self.pool.count(RINGAN) < FEW_READY)

    def _ready_wanted(self) -> dict[str, int]:
        taken = self.kernels.taken
        coming = min(MOST_READY, self._class_seats - taken)
        warm = max(FEW_READY, coming) if self.warm is None else self.warm
        return {RINGAN: max(0, min(warm, self.seats - taken)), LENGKAP: min(1, warm)}

    async def _tick(self) -> None:
        self.day_keeper.look()
        self.admission.tell_places()
        current = await self._current_class()
        is_letting_in = current is not None and current.code_works
        self._class_seats = current.seats_drawn if is_letting_in else 0
        self.pool.fill()

    @property
    def forks(self) -> bool:
        """Whether kernels are forked; else each starts on its own, slowly."""
        return bool(forkserver.status()["way"] == "fork")

    def state(self) -> dict[str, Any]:
        """How full the server is and how it starts kernels."""
        return {
            "kursi": self.seats,
            "hidup": self.kernels.taken,
            "antre": self.admission.waiting + len(self.waiting_list),
            "hangat": self.pool.count(RINGAN),
            "jalur": "cepat" if self.forks else "biasa",
            "sebab": forkserver.status()["reason"],
        }

    # --- running

    def start(self) -> None:
        """Serve until stopped by a signal or by ``request_stop``."""
        asyncio.run(self.serve())

    async def serve(self, on_ready: Callable[[list[str]], None] | None = None) -> None:
        """Bind, serve, and clean up. ``on_ready`` gets the addresses once they answer."""
        sockets = bind(self.ip, self.port)
        run_folder = make_run_folder()
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._stopping = functools.partial(loop.call_soon_threadsafe, stop.set)
        try:
            self.port = sockets[0].getsockname()[1]
            self._use_run_folder(run_folder)
            self.app = tornado.web.Application(self.init_handlers(), **self.init_settings())
            server = HTTPServer(
                self.app,
                ssl_options=self.tls,
                max_buffer_size=MAX_MESSAGE_BYTES + 2**24,
                max_body_size=MAX_FORM_BYTES,
            )
            server.add_sockets(sockets)
            with _signals_to(self.request_stop, loop):
                if on_ready:
                    on_ready(addresses(self.ip, self.port, secure=self.tls is not None))
                self.seat_keeper.look()
                ticking = PeriodicCallback(self._tick, 1000)
                ticking.start()
                # Cases are used up without anybody joining.
                looking = PeriodicCallback(self.seat_keeper.look, seats.LOOK_EVERY_S * 1000)
                looking.start()
                await self._tick()
                await stop.wait()
            ticking.stop()
            looking.stop()
            server.stop()
            await self.pool.close()
            await self.kernels.end_all()
            await server.close_all_connections()
        finally:
            for one in sockets:
                one.close()
            await self.seat_keeper.close()
            forkserver.shut_down()
            for threads in (self.desk_thread, self.lookups, self.desk.passwords):
                threads.shutdown(wait=False, cancel_futures=True)
            shutil.rmtree(run_folder, ignore_errors=True)

    def request_stop(self) -> None:
        """Ask a running server to end; may be called from another thread."""
        self._stopping()

    async def _wants_drawing(self) -> bool:
        loop = asyncio.get_running_loop()
        wants = self.class_service.wants_drawing
        return bool(await loop.run_in_executor(self.lookups, wants, self.office))

    async def _still_signed_in(self, token: str) -> bool:
        loop = asyncio.get_running_loop()
        find = self.account_service.actor_of_token
        return await loop.run_in_executor(self.lookups, find, self.office, token) is not None

    def _use_run_folder(self, folder: Path) -> None:
        self.connection_dir = str(folder)
        kernels.write_ipython_settings(folder / "ipython")
        (folder / "catatan").mkdir(mode=0o700)
        if kernels.socket_folder_fits(folder):
            # No ports: none to run out of, none to be taken by another, none to connect to.
            self.config.KernelManager.transport = "ipc"
        else:
            self.log.warning("Kernels use TCP: no folder is short enough for their socket files.")

    def _log_request(self, handler: tornado.web.RequestHandler) -> None:
        status = handler.get_status()
        # 503 is a full house and no fault.
        level = logging.ERROR if status >= 500 and status != 503 else logging.DEBUG
        # The path only: a query may carry a code.
        self.log.log(level, "%s %s %s", status, handler.request.method, handler.request.path)


def _config() -> Config:
    config = Config()
    voila = config.VoilaConfiguration
    voila.template = TEMPLATE
    voila.allow_template_override = "NO"
    voila.allow_theme_override = "NO"
    voila.file_allowlist = []
    voila.show_tracebacks = False
    voila.extension_allowlist = EXTENSIONS
    voila.multi_kernel_manager_class = kernels.RoomKernels
    voila.kernel_spec_manager_class = kernels.OwnKernelSpecs
    config.HTMLExporter.language_code = "id"
    config.VoilaExecutor.timeout = 120
    # A dead kernel stays dead: restarted it would be empty behind a page that looks alive.
    config.KernelRestarter.restart_limit = 0
    config.AsyncMultiKernelManager.kernel_manager_class = (
        "workbench.serve.kernels.RoomKernelManager"
    )
    # Who comes back gets a page drawn anew from the store: nothing is kept for a socket.
    config.MappingKernelManager.buffer_offline_messages = False
    config.MappingKernelManager.cull_idle_timeout = 20 * 60
    config.MappingKernelManager.cull_interval = 60
    config.MappingKernelManager.allow_tracebacks = False
    config.MappingKernelManager.traceback_replacement_message = "Ada kesalahan program."
    return config


def _lab_styles() -> dict[str, Path]:
    """JupyterLab's styles that widgets and outputs are drawn with, from nbconvert."""
    for root in jupyter_path():
        folder = Path(root) / "nbconvert" / "templates" / "lab" / "static"
        if (folder / "theme-light.css").is_file():
            return {"lab-theme.css": folder / "theme-light.css"}
    return {}


def bind(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen there; raises ``WrongUse`` when that cannot be."""
    try:
        return bind_sockets(port, host or None, backlog=512)
    except socket.gaierror as error:
        raise WrongUse(f"Alamat {host} tidak dikenal. Pakai alamat komputer ini.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise WrongUse(
                f"Port {port} sedang dipakai program lain. "
                "Tutup program itu, atau pilih port lain dengan --port."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM):
            raise WrongUse(
                f"Port {port} tidak boleh dipakai akun ini. Pilih port di atas 1024 dengan --port."
            ) from error
        raise WrongUse(
            f"Alamat {host} tidak ada di komputer ini. Periksa --host, misalnya 127.0.0.1."
        ) from error


def addresses(host: str, port: int, *, secure: bool = False) -> list[str]:
    """The addresses people can type: this machine's first, then those of its networks."""
    hosts = [f"[{host}]" if ":" in host else host]
    if host in ("", "0.0.0.0", "::", "*"):
        hosts = ["localhost", *network_addresses()]
    return [f"{'https' if secure else 'http'}://{one}:{port}" for one in hosts]


def network_addresses() -> list[str]:
    """IPv4 addresses of this machine's networks that are up, private ones first."""
    import ipaddress

    import psutil

    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = {
        ipaddress.IPv4Address(entry.address)
        for name, entries in psutil.net_if_addrs().items()
        for entry in entries
        if name in up and entry.family == socket.AF_INET
    }
    usable = [one for one in found if not (one.is_loopback or one.is_link_local)]
    return [str(one) for one in sorted(usable, key=lambda one: (not one.is_private, one))]


def make_run_folder() -> Path:
    """A folder of our own for kernels' sockets, as short as the machine offers; mode 0700."""
    candidates = [
        os.environ.get("XDG_RUNTIME_DIR", ""),
        "/run/user/" + _user_id(),
        tempfile.gettempdir(),
        "/var/tmp",
    ]
    for candidate in candidates:
        if candidate and os.path.isdir(candidate) and os.access(candidate, os.W_OK | os.X_OK):
            folder = Path(tempfile.mkdtemp(prefix="vv-", dir=candidate))
            if kernels.socket_folder_fits(folder):
                return folder
            folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="vv-"))


def _user_id() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else ""


def raise_file_limit() -> int:
    """Lift the soft limit of open files as far as allowed; returns what it is now (0: unknown)."""
    try:
        import resource as limits
    except ImportError:
        return 0
    soft, hard = limits.getrlimit(limits.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == limits.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft == limits.RLIM_INFINITY or soft >= wanted:
        return int(soft)
    with contextlib.suppress(ValueError, OSError):
        limits.setrlimit(limits.RLIMIT_NOFILE, (wanted, hard))
    return int(limits.getrlimit(limits.RLIMIT_NOFILE)[0])


@contextlib.contextmanager
def _signals_to(stop: Callable[[], None], loop: asyncio.AbstractEventLoop) -> Any:
    """Let Ctrl-C and TERM end the server in good order; only the main thread may."""
    names = []
    if threading.current_thread() is threading.main_thread() and sys.platform != "win32":
        names = [signal.SIGINT, signal.SIGTERM]
    for one in names:
        loop.add_signal_handler(one, stop)
    try:
        yield
    finally:
        for one in names:
            loop.remove_signal_handler(one)


def run_server(
    office_root: Path,
    host: str = "127.0.0.1",
    port: int = 8866,
    *,
    on_ready: Callable[[list[str]], None] | None = None,
    certfile: Path | None = None,
    keyfile: Path | None = None,
    seats: int = 150,
    warm: int | None = None,
    notebooks: Path | None = None,
    accounts: Accounts | None = None,
    classes: Classes | None = None,
    arrivals: Arrivals | None = None,
    courses: Courses | None = None,
    office: Any = None,
    each_day: Callable[[], object] | None = None,
    log_level: int = logging.WARNING,
) -> None:
    """Serve an office until Ctrl-C or TERM. Prints nothing.

    ``on_ready`` is called with the addresses once pages are answered; ``port`` 0 takes a free
    one. ``seats`` pages live at once; ``warm`` kernels stand ready, None: for the class whose
    code lets people in. ``each_day`` is called once on every day that begins while the server
    runs. With a certificate the server speaks HTTPS and nothing else. The services
    and the doors are the package's own unless others are given. Raises ``WrongUse`` when the
    address cannot be had or the certificate not used, ``StoreFault`` when the office cannot be
    written.
    """
    if None in (accounts, classes, arrivals, courses, office):
        from workbench.services import accounts as own_accounts
        from workbench.services import arrivals as own_arrivals
        from workbench.services import classes as own_classes
        from workbench.services import courses as own_courses
        from workbench.services.office import Office

        accounts = accounts or own_accounts
        classes = classes or own_classes
        arrivals = arrivals or own_arrivals
        courses = courses or own_courses
        office = office if office is not None else Office(office_root)
    raise_file_limit()
    app = VervalApp(
        office=office,
        office_root=Path(office_root).resolve(),
        account_service=accounts,
        class_service=classes,
        arrival_service=arrivals,
        course_service=courses,
        notebooks=notebooks or resource("notebooks/beranda.ipynb").parent,
        ip=host,
        port=port,
        seats=seats,
        warm=warm,
        tls=load_certificate(certfile, keyfile or certfile).context if certfile else None,
        each_day=each_day,
        log_level=log_level,
    )
    app.initialize()
    asyncio.run(app.serve(on_ready))


__all__ = ["VervalApp", "addresses", "run_server"]
