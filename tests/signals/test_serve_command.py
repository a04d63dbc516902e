"""`oncu serve`: by whose name changes are signed."""

import getpass
import socket

import pytest

from oncu.config.problems import Problem
from oncu.signals.commands.serve import login_name


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb"])
def test_a_name_that_is_none_is_refused(oncu, name):
    said = oncu("serve", "--as", name)
    assert said.code == 1 and "is no name" in said.err and said.err.count("\n") == 1


def test_who_has_no_name_here_is_told_what_to_do(monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nobody)
    with pytest.raises(Problem, match="--as NAME"):
        login_name()


def test_a_port_that_is_taken_is_said_before_any_address(oncu, tmp_path):
    assert oncu("init").code == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = oncu("serve", "--port", port)
    assert said.code == 1 and str(port) in said.err and "http" not in said.out
