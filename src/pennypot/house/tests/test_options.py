"""Settings: what is given counts, what cannot be read stops the start with a sentence that says which and why."""

from __future__ import annotations

import pytest

from pennypot.house.options import OPTIONS, BadSettings, read_options


def test_without_any_every_option_has_its_default():
    options = read_options({})
    assert (options.port, options.listen, options.demo, options.worker) == (8000, "127.0.0.1", False, True)
    assert options.given == set()


def test_what_is_given_is_read_and_remembered_by_name():
    options = read_options({"PORT": "8123", "PENNYPOT_HOSTS": "a.example, b.example", "PENNYPOT_DEMO": "Yes"})
    assert (options.port, options.hosts, options.demo) == (8123, ["a.example", "b.example"], True)
    assert options.given == {"PORT", "PENNYPOT_HOSTS", "PENNYPOT_DEMO"}


def test_an_unknown_name_of_ours_stops_the_start():
    with pytest.raises(BadSettings, match="PENNYPOT_ADRESS is not a setting"):
        read_options({"PENNYPOT_ADRESS": "https://pennypot.example"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eight"),
        ("PORT", "-1"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PENNYPOT_DEMO", "perhaps"),
        ("PENNYPOT_LANGUAGE", "fr"),
        ("PENNYPOT_ADDRESS", "pennypot.example"),
        ("PENNYPOT_ADDRESS", "http://pennypot.example"),
        ("PENNYPOT_UPLOAD_LIMIT_MB", "-5"),
        ("PENNYPOT_UPLOAD_LIMIT_MB", "1.5"),
    ],
)
def test_a_bad_value_is_named_with_what_to_write_instead(name, value):
    with pytest.raises(BadSettings) as stopped:
        read_options({name: value})
    assert f"{name}: write " in str(stopped.value)
    assert repr(value) in str(stopped.value)


def test_all_bad_settings_are_named_at_once():
    with pytest.raises(BadSettings) as stopped:
        read_options({"PORT": "x", "PENNYPOT_DEMO": "x", "PENNYPOT_NONSENSE": "x"})
    assert all(name in str(stopped.value) for name in ("PORT", "PENNYPOT_DEMO", "PENNYPOT_NONSENSE"))


def test_a_secret_can_come_from_a_file(tmp_path):
    kept = tmp_path / "key"
    kept.write_text("  a-secret-of-fifty-letters\n")
    options = read_options({"PENNYPOT_SECRET_KEY_FILE": str(kept)})
    assert options.secret_key == "a-secret-of-fifty-letters"
    assert "PENNYPOT_SECRET_KEY" in options.given


def test_a_secret_given_twice_stops_the_start(tmp_path):
    kept = tmp_path / "key"
    kept.write_text("one")
    with pytest.raises(BadSettings, match="both set; keep one") as stopped:
        read_options({"PENNYPOT_SECRET_KEY_FILE": str(kept), "PENNYPOT_SECRET_KEY": "two"})
    assert "two" not in str(stopped.value).replace("PENNYPOT", "")


def test_a_file_that_cannot_be_read_stops_the_start(tmp_path):
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing", tmp_path, binary):
        with pytest.raises(BadSettings, match="PENNYPOT_SECRET_KEY_FILE: .* cannot be read"):
            read_options({"PENNYPOT_SECRET_KEY_FILE": str(path)})


def test_only_secrets_can_come_from_files():
    with pytest.raises(BadSettings, match="PENNYPOT_LISTEN_FILE is not a setting"):
        read_options({"PENNYPOT_LISTEN_FILE": "/etc/hosts"})


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.secret], ids=lambda option: option.name)
def test_the_value_of_a_secret_is_never_shown(option):
    hidden = f"hidden-{option.name.lower()}"
    with pytest.raises(BadSettings) as stopped:
        read_options({option.name: hidden, "PORT": "x", "PENNYPOT_DEMO": "x"})
    assert hidden not in str(stopped.value)
