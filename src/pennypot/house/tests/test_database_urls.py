"""Addresses of databases: every form of PostgreSQL's manual is read, and every slip is told in words."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypot.house.database.urls import parse


def entry(**parts: Any) -> dict[str, Any]:
    blank = {"NAME": "", "USER": "", "PASSWORD": "", "HOST": "", "PORT": "", "OPTIONS": {}}
    return {"ENGINE": "django.db.backends.postgresql", **blank, **parts}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql:///pool", entry(NAME="pool")),
        ("POSTGRES://db/pool", entry(NAME="pool", HOST="db")),
        (
            "postgres://asha:secret@db.example.org:6432/pool",
            entry(NAME="pool", USER="asha", PASSWORD="secret", HOST="db.example.org", PORT="6432"),
        ),
        ("postgresql://asha:@db/pool\n", entry(NAME="pool", USER="asha", HOST="db")),
        (
            "postgresql://a%40b:p%3Aa%2Fs%3Fs%23%25+@db/the%20pool",
            entry(NAME="the pool", USER="a@b", PASSWORD="p:a/s?s#%+", HOST="db"),
        ),
        ("postgresql://asha:un@usual@db/pool", entry(NAME="pool", USER="asha", PASSWORD="un@usual", HOST="db")),
        ("postgresql://asha@/pool?host=/run/pg", entry(NAME="pool", USER="asha", HOST="/run/pg")),
        (
            "postgresql://asha@/pool?host=%2Fhome%2Fa%C5%BC%20b%2Frun&port=5433",
            entry(NAME="pool", USER="asha", HOST="/home/aż b/run", PORT="5433"),
        ),
        ("postgresql://%2Frun%2Fpg/pool", entry(NAME="pool", HOST="/run/pg")),
        ("postgresql://[2001:db8::1]:5433/pool", entry(NAME="pool", HOST="2001:db8::1", PORT="5433")),
        ("postgresql://[::1]/pool", entry(NAME="pool", HOST="::1")),
        (
            "postgresql://one:1,two:2/pool?target_session_attrs=read-write",
            entry(NAME="pool", HOST="one,two", PORT="1,2", OPTIONS={"target_session_attrs": "read-write"}),
        ),
        ("postgresql://one,two:2/pool", entry(NAME="pool", HOST="one,two", PORT=",2")),
        (
            "postgresql://db/pool?sslmode=verify-full&sslrootcert=/etc/ca.pem&connect_timeout=5",
            entry(
                NAME="pool",
                HOST="db",
                OPTIONS={"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem", "connect_timeout": "5"},
            ),
        ),
        ("postgresql://db/pool?ssl=true", entry(NAME="pool", HOST="db", OPTIONS={"sslmode": "require"})),
        ("postgresql://db/pool?options=-c%20a=b+c", entry(NAME="pool", HOST="db", OPTIONS={"options": "-c a=b+c"})),
        ("postgresql://?dbname=pool&user=a&password=b&host=db", entry(NAME="pool", USER="a", PASSWORD="b", HOST="db")),
    ],
)
def test_an_address_is_read_as_postgresqls_manual_says(url: str, expected: dict[str, Any]) -> None:
    assert parse(url) == expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "must begin with postgresql://"),
        ("mysql://asha:hunter2@db/pool", "must begin with postgresql://"),
        ("hunter2", "must begin with postgresql://"),
        ("postgresql:/asha:hunter2@db/pool", "must begin with postgresql://"),
        ("postgresql://asha:hunter2@db", "names no database"),
        ("postgresql://asha:hunter2@db/", "names no database"),
        ("postgresql://asha:hunter2@db/pool/more", "%2F"),
        ("postgresql://asha:hunter2@db:54x32/pool", "from 1 to 65535"),
        ("postgresql://asha:hunter2@db:0/pool", "from 1 to 65535"),
        ("postgresql://asha:hunter2@db:65536/pool", "from 1 to 65535"),
        ("postgresql://asha:hunter2@db:٣/pool", "from 1 to 65535"),
        ("postgresql://asha:hunter2@db:1:2/pool", "cannot be read"),
        ("postgresql://asha:hunter2@::1/pool", "square brackets"),
        ("postgresql://asha:hunter2#@db/pool", "%23"),
        ("postgresql://asha:hunter2%@db/pool", "%25"),
        ("postgresql://asha:hunter2%zz@db/pool", "%25"),
        ("postgresql://asha:hunter2%ff@db/pool", "UTF-8"),
        ("postgresql://asha:hunter2%00@db/pool", "NUL"),
        ("postgresql://asha:hunter2@db/pool?host=%00", "NUL"),
        ("postgresql://asha:hunter2@db/pool?host=%ff", "UTF-8"),
        ("postgresql://asha:x?hunter2=y@db/pool", "%3F"),
        ("postgresql://asha:hunter2@db/pool?sslmode", "option=value"),
        ("postgresql://asha:hunter2@db/pool?&", "option=value"),
        ("postgresql://asha:hunter2@db/pool?sslmode=on", "must be one of: disable"),
        ("postgresql://asha:hunter2@db/pool?ssl_mode=require", "ssl_mode"),
        ("postgresql://asha:hunter2@db/pool?sslmode=require&sslmode=disable", "more than once: sslmode"),
    ],
)
def test_a_slip_is_told_in_words_that_never_repeat_the_password(url: str, words: str) -> None:
    with pytest.raises(ValueError, match="database") as told:
        parse(url)
    assert words in str(told.value)
    assert "hunter2" not in str(told.value)


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


@given(user=text, password=text, name=text, folder=text)
def test_whatever_is_percent_encoded_comes_back_as_it_was_and_as_libpq_reads_it(
    user: str, password: str, name: str, folder: str
) -> None:
    user, password, name, folder = (quote(part, safe="") for part in (user, password, name, folder))
    url = f"postgresql://{user}:{password}@/{name}?host=%2F{folder}"
    ours = parse(url)
    theirs = psycopg.conninfo.conninfo_to_dict(url)
    assert (ours["USER"], ours["PASSWORD"], ours["NAME"], ours["HOST"]) == (
        theirs["user"],
        theirs["password"],
        theirs["dbname"],
        theirs["host"],
    )


@given(st.text())
def test_any_text_is_read_or_refused_in_words(anything: str) -> None:
    for url in (
        anything,
        f"postgresql://{anything}",
        f"postgresql://db/{anything}",
        f"postgresql://db/pool?{anything}",
    ):
        try:
            parse(url)
        except ValueError as problem:
            assert "database" in str(problem)
