"""A browser that hangs holds nobody up."""

import contextlib
import signal

import psutil
import pytest

from tests.browser import closing_in_time

pytestmark = pytest.mark.browser


def test_a_browser_that_no_longer_answers_is_ended_and_another_one_starts(new_browser):
    before = set(psutil.Process().children(recursive=True))
    browser = new_browser()
    context = browser.new_context()
    context.new_page().goto("data:text/html,<p>satu</p>")
    first = set(psutil.Process().children(recursive=True)) - before
    for one in first:
        with contextlib.suppress(psutil.NoSuchProcess):  # helpers come and go
            if "--remote-debugging-pipe" in one.cmdline():
                one.send_signal(signal.SIGSTOP)
    with closing_in_time(0.5):
        context.close()
    _, left = psutil.wait_procs(first, timeout=60)
    assert left == []
    page = browser.new_context().new_page()
    page.goto("data:text/html,<p>dua</p>")
    assert page.inner_text("p") == "dua"
