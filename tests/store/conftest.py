import pytest

from workbench.access import Workspace
from workbench.store import Store


@pytest.fixture
def store(tmp_path):
    made = Store.at(tmp_path / "kantor 100%" / "uji.sqlite", Workspace.NYATA)
    yield made
    made.close()
